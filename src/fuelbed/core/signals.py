"""Signals: what operators could see, what was seen, and what was believed. Read by `readers/signals.py`."""

from __future__ import annotations

from dataclasses import dataclass

from fuelbed.core.expressions import Expr
from fuelbed.core.findings import Span
from fuelbed.core.quantities import Quantity

__all__ = ["Hypothesis", "Instant", "Sighting", "Signal"]


@dataclass(frozen=True, slots=True)
class Instant:
    """A time as written. `seconds` since 1970 UTC; `zoned` says whether the text names its zone (else it is read as UTC)."""

    seconds: float
    text: str
    zoned: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that operators can see: it should be on while `sees` is true.

    misses        P(off | `sees` is true); not given: 0..1.
    false_alarms  P(on | `sees` is false); not given: 0..1.
    blind_when    while this is true it shows nothing new: off, whatever is so. `blind_text` is it as written.
    shares        signals of one group draw their errors together: one number U, uniform on 0..1, is drawn for all of them, and each
                  reads wrongly where U is below its own chance of error (comonotone). "" means independent of all others.
    installed     False: a candidate, which was not there in the incident.
    cost          what it would take to have it, in any unit that all candidates share.
    """

    name: str
    sees: Expr
    text: str
    misses: Quantity
    false_alarms: Quantity
    what: str = ""
    blind_when: Expr | None = None
    blind_text: str = ""
    shares: str = ""
    installed: bool = True
    cost: Quantity | None = None
    owner: str = ""
    because: str = ""
    source: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one signal showed in the incident: `on` True, False, or None where nobody knows."""

    signal: str
    on: bool | None
    at: Instant | None = None
    because: str = ""
    source: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What was believed. `tried` gives the order where there are no times (1 is the first); 0 where nothing is said."""

    name: str
    says: Expr
    text: str
    what: str = ""
    at: Instant | None = None
    tried: int = 0
    because: str = ""
    source: str = ""
    span: Span | None = None
