"""What a case says for the question of exploit and exposure: traits of factors, assets, zones, and the goal. Read by `readers/exposure.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.findings import Span
from fuelbed.core.quantities import Quantity

__all__ = ["Asset", "Boundary", "Exposure", "Traits", "Zone"]


@dataclass(frozen=True, slots=True)
class Boundary:
    """A trust boundary in one direction: from one zone into another."""

    source: str
    target: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """What one factor carries for the security question.

    class_      of an exploit: what it exploits (a CWE id, a technique, any words); of an exposure: which exploits find it.
    cve         the name of the vulnerability.
    boundary    of an exposure: the trust boundary that it opens.
    vector      network, adjacent, local, physical, or any words.
    cost        of the patch, of closing the exposure, of mending the control; a plain quantity in the unit of an action's `cost`.
    depends_on  of a control: what it stands on. Controls that share one fall together.
    """

    class_: str = ""
    cve: str = ""
    boundary: Boundary | None = None
    vector: str = ""
    cost: Quantity | None = None
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the system in which everybody trusts everybody."""

    name: str
    what: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """Something that an attacker wants or passes through. `gained` is the line that says that an attacker has it; "" where none does."""

    name: str
    zone: str = ""
    what: str = ""
    gained: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """The sections `exposure`, `assets` and `zones`.

    goal     the line that the attacker wants true; "" is the failure.
    unknown  by class, how often an exploit of it arrives that is in no list yet (per year). A class left out: 0..infinity.
    """

    goal: str = ""
    unknown: Mapping[str, Quantity] = field(default_factory=dict)
    assets: Mapping[str, Asset] = field(default_factory=dict)
    zones: Mapping[str, Zone] = field(default_factory=dict)
    span: Span | None = None
