"""A classical fault tree: gates over basic events, what their probabilities are made of, common-cause groups.

Built by the readers of outside formats (Open-PSA, Galileo), solved by `numerics/static`, written back by `writers`. Unlike a case
it has no triggers and no time but the mission time: every event is true or not, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fuelbed.core.networks import Network
from fuelbed.core.records import Record

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from fuelbed.core.findings import Finding

__all__ = ["Chance", "FaultTree", "Group", "number"]


class Chance(Record):
    """What a probability, or a number in it, is made of: an expression tree.

    op     `number` (of which `value`), `parameter` (of which `name`), `time` (the mission time), or an operation on `args`:
           `add sub mul div pow min max mean neg abs exp log log10 sqrt ...`, comparisons, `ite`; deviates, which are drawn once per
           sample: `uniform normal lognormal lognormal_level gamma beta histogram`; and failure models over time: `exponential`
           (rate, time), `glm` (probability on demand, failure rate, repair rate, time), `weibull` (scale, shape, shift, time),
           `periodic_test` (failure rate, interval, first test, time; or with a repair rate second).
    """

    __slots__ = ("args", "name", "op", "value")

    def __init__(self, op: str, args: tuple[Chance, ...] = (), value: float = 0.0, name: str = "") -> None:
        self.op = op
        self.args = args
        self.value = value
        self.name = name


def number(value: float) -> Chance:
    return Chance("number", value=value)


class Group(Record):
    """A common-cause group: `model` is beta, mgl, alpha or phi.

    chance     a member's total probability.
    factors    by level: 2.. for beta (one) and mgl, 1.. for alpha and phi.
    staggered  how alpha factors were estimated.
    """

    __slots__ = ("chance", "factors", "members", "model", "name", "staggered")

    def __init__(
        self,
        name: str,
        model: str,
        members: tuple[str, ...],
        chance: Chance,
        factors: tuple[Chance, ...],
        staggered: bool = False,
    ) -> None:
        self.name = name
        self.model = model
        self.members = members
        self.chance = chance
        self.factors = factors
        self.staggered = staggered


class FaultTree:
    """network     gates and their top; constants and house events are gates without arguments (`and` is true, `or` is false).
    events      by basic event what its probability is made of; None where the file gives none.
    labels      words for gates and events, where the file has them.
    findings    notes and warnings of the reading.
    """

    __slots__ = ("events", "file", "findings", "groups", "labels", "name", "network", "parameters")

    def __init__(
        self,
        name: str,
        network: Network,
        events: Mapping[str, Chance | None],
        parameters: Mapping[str, Chance] | None = None,
        groups: tuple[Group, ...] = (),
        labels: Mapping[str, str] | None = None,
        findings: tuple[Finding, ...] = (),
        file: str = "",
    ) -> None:
        self.name = name
        self.network = network
        self.events = events
        self.parameters: Mapping[str, Chance] = {} if parameters is None else parameters
        self.groups = groups
        self.labels: Mapping[str, str] = {} if labels is None else labels
        self.findings = findings
        self.file = file

    def numbers(self) -> Iterator[Chance]:
        """What its probabilities are made of: of events, of groups and of their factors."""
        yield from (c for c in self.events.values() if c is not None)
        for g in self.groups:
            yield g.chance
            yield from g.factors
