"""Facts: what engines tell each other, on one typed, write-once board.

The set of fact types is closed (a further one needs a decision record). An engine reads only what its registry row declares in
`takes` and writes only what it declares in `gives`; what is not there reads as a `NotFound`, which is a value, never prose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fuelbed.core.estimates import Estimate

__all__ = [
    "ENOUGH_SENTENCES",
    "Board",
    "Facts",
    "JointFailures",
    "Loops",
    "Margins",
    "NotFound",
    "RiskShares",
    "Signatures",
    "StoryShares",
    "ThresholdMargins",
    "Tipped",
    "Tipping",
    "Verdict",
    "Verdicts",
]


ENOUGH_SENTENCES = 5
"""That speak of factors; with fewer, one that is read wrongly turns what the story is said to be about."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """Asked for, not found: `question` is the one thing to give, `unlocks` what it would answer.

    `reason` stands instead of both where giving something would not help now. `aside`: the same in every case, and it would only add to
    an answer that is there, so it is asked last.
    """

    question: str
    unlocks: str
    reason: str = ""
    aside: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Tipped:
    """What a change does to one trigger's probability of landing beyond the stability boundary.

    after   the probability with the change done; over the parameter draws `low..high`.
    ratio   after / before, *paired*: each draw of the parameters gives both, `low..high` over the draws, `value` the
            ratio of the means over them. A draw in which both are 0 says nothing and is left out (all of them so: 1). None where before is 0 and
            after is not in some draw: then nothing closer than `after` is known.
    """

    after: Estimate
    ratio: Estimate | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tipping:
    """From dynamics: the probability per arrival that a trigger lands beyond the stability boundary. Compared by identity, so that
    derived work can be remembered by it.

    probability  today, by trigger: `value` at the middle, `low..high` from what is not known of the parameters (what varies in the
                 running system, load above all, is averaged over).
    changed      by action item, then trigger: what the item does. Every item that touches a model whose push the trigger is (or how
                 long the trigger lasts) belongs here; one that is left out is taken to be unknown, not to change nothing.
    together     the same for sets of items done together, as far as it was computed; the rest is only enclosed.
    source       one sentence: by what model, at which level, over how many draws.
    """

    probability: Mapping[str, Estimate]
    changed: Mapping[str, Mapping[str, Tipped]] = field(default_factory=dict)
    together: Mapping[frozenset[str], Mapping[str, Tipped]] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class JointFailures:
    """From coupling: common-cause groups estimated from history: members -> beta.

    given, counted  the chance of a failure within the horizon with the case's own common causes, and with history's in their place.
    times           how many times the failures a year become of that, paired. All three None where no cut set needs two of a group.
    """

    groups: Mapping[tuple[str, ...], Estimate]
    given: Estimate | None = None
    counted: Estimate | None = None
    times: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Margins:
    """Distances to failure, by action name ("" = today), from dynamics and threshold; `share` or `change` where it is one of today's
    parameter. An item that is not there was not computed, because nothing that it changes enters a dynamic model."""

    margin: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class ThresholdMargins:
    """From threshold: how far below its limit the system would stay if the same came again, by action name ("" = nothing done); below 0
    it fails. `shift` is after minus before, paired; an item that is not there touches none of what adds up. `of` says of what.

    now    the same by what stands today, where that is known.
    pulls  by factor of the case, how much wider the margin would have been in the incident without it: weight x how strongly it was there.
    """

    of: str
    margin: Mapping[str, Estimate]
    shift: Mapping[str, Estimate] = field(default_factory=dict)
    now: Estimate | None = None
    pulls: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loops:
    """From dynamics: the feedback loops that sustain the failed state, as tuples of names."""

    loops: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """From observability: bits of ambiguity about the mechanism of the next failure once the signals are read, by action name ("" = today).

    removed  how many an item takes away, paired (the same numbers before and after); an item that is not there was not computed.
    said     a few words of what an item adds, where the number alone would not say it ("nothing: the same as ...").
    """

    bits: Mapping[str, Estimate]
    removed: Mapping[str, Estimate] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RiskShares:
    """From structure: by factor, the share of the hazard that goes with it (removal; at most 1, below 0 where taking it out harms; no sum of 1).

    loss   the same of the expected loss, in which what only makes it shorter or smaller counts, too.
    tips   by trigger, the share of the hazard that would be gone if its push never landed beyond the stability boundary.
    propensity  the chance that the next trigger becomes the failure, if nothing is done.
    """

    share: Mapping[str, Estimate]
    loss: Mapping[str, Estimate] = field(default_factory=dict)
    tips: Mapping[str, Estimate] = field(default_factory=dict)
    propensity: Estimate | None = None


@dataclass(frozen=True, slots=True)
class StoryShares:
    """From attribution: by factor, its share of the written story, its share of the risk, and the first less the second.

    `of` says what the risk is a share of; a factor without a risk, or of whose words nothing was found, is not there. `sentences`: how
    many of the account speak of some factor.
    """

    of: str
    story: Mapping[str, Estimate]
    risk: Mapping[str, Estimate]
    gap: Mapping[str, Estimate]
    sentences: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """From the action table: the verdict on one action item, with its reason in one sentence.

    changes  by quantity (`hazard`, `loss`, and what else was compared), after / before - 1, paired; empty where the item carries no change.
    """

    action: str
    verdict: str
    reason: str
    changes: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdicts:
    verdicts: tuple[Verdict, ...]


_T = TypeVar("_T")


@dataclass(slots=True)
class Board:
    """All facts of one analysis; each type is written once."""

    _facts: dict[type, Any] = field(default_factory=dict)

    def write(self, fact: object, allowed: tuple[type, ...]) -> None:
        kind = type(fact)
        if kind not in allowed:
            raise LookupError(f"{kind.__name__} is not among this engine's declared `gives`")
        if kind in self._facts:
            raise LookupError(f"{kind.__name__} was written twice")
        self._facts[kind] = fact

    def for_engine(self, takes: tuple[type, ...]) -> Facts:
        return Facts(self, takes)

    def get(self, kind: type[_T]) -> _T | None:
        return self._facts.get(kind)


@dataclass(frozen=True, slots=True)
class Facts:
    """One engine's view of the board: `facts[Tipping]` is a `Tipping` or a `NotFound`."""

    board: Board
    takes: tuple[type, ...]

    def __getitem__(self, kind: type[_T]) -> _T | NotFound:
        if kind not in self.takes:
            raise LookupError(f"{kind.__name__} is not among this engine's declared `takes`")
        found = self.board.get(kind)
        if found is None:
            return NotFound(f"no engine gave {kind.__name__}", kind.__name__)
        return found

    def get(self, kind: type[_T]) -> _T | None:
        """As `facts[kind]`, and None where no engine gave it."""
        found = self[kind]
        return None if isinstance(found, NotFound) else found
