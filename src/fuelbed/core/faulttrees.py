"""A classical fault tree: gates over basic events, what their probabilities are made of, common-cause groups.

Built by the readers of outside formats (Open-PSA, Galileo), solved by `numerics/static`, written back by `writers`. Unlike a case
it has no triggers and no time but the mission time: every event is true or not, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fuelbed.core.findings import Finding
from fuelbed.core.networks import Network

__all__ = ["Chance", "FaultTree", "Group", "number"]


@dataclass(frozen=True, slots=True)
class Chance:
    """What a probability, or a number in it, is made of: an expression tree.

    op     `number` (of which `value`), `parameter` (of which `name`), `time` (the mission time), or an operation on `args`:
           `add sub mul div pow min max mean neg abs exp log log10 sqrt ...`, comparisons, `ite`; deviates, which are drawn once per
           sample: `uniform normal lognormal lognormal_level gamma beta histogram`; and failure models over time: `exponential`
           (rate, time), `glm` (probability on demand, failure rate, repair rate, time), `weibull` (scale, shape, shift, time),
           `periodic_test` (failure rate, interval, first test, time; or with a repair rate second).
    """

    op: str
    args: tuple[Chance, ...] = ()
    value: float = 0.0
    name: str = ""


def number(value: float) -> Chance:
    return Chance("number", value=value)


@dataclass(frozen=True, slots=True)
class Group:
    """A common-cause group: `model` is beta, mgl, alpha or phi.

    chance     a member's total probability.
    factors    by level: 2.. for beta (one) and mgl, 1.. for alpha and phi.
    staggered  how alpha factors were estimated.
    """

    name: str
    model: str
    members: tuple[str, ...]
    chance: Chance
    factors: tuple[Chance, ...]
    staggered: bool = False


@dataclass(frozen=True, eq=False)
class FaultTree:
    """network     gates and their top; constants and house events are gates without arguments (`and` is true, `or` is false).
    events      by basic event what its probability is made of; None where the file gives none.
    labels      words for gates and events, where the file has them.
    findings    notes and warnings of the reading.
    """

    name: str
    network: Network
    events: Mapping[str, Chance | None]
    parameters: Mapping[str, Chance] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    file: str = ""

    def numbers(self) -> Iterator[Chance]:
        """What its probabilities are made of: of events, of groups and of their factors."""
        yield from (c for c in self.events.values() if c is not None)
        for g in self.groups:
            yield g.chance
            yield from g.factors
