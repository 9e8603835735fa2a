"""Where the answers of two engines meet, and where they disagree: typed, so that every format can show it and a program can read it.

Computed from the facts on the board by `fuelbed.agreement`, never by an engine: an engine knows its own question only.
"""

from __future__ import annotations

from dataclasses import dataclass

from fuelbed.core.blocks import Named
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import NotFound

__all__ = ["Agreement", "Disagreement", "Meeting", "Ranked", "Ranks"]


@dataclass(frozen=True, slots=True)
class Meeting:
    """One place where the answer of one engine is a number of another's.

    id       `tipping`, `joint`, `ranks`, `attribution` or `lint`.
    giver, taker  ids of the two engines.
    says     what is handed over and what it does there, in one sentence; "" where it did not come to that.
    numbers  what that sentence rests on.
    missing  what to give so that they meet; None where they do.
    """

    id: str
    giver: str
    taker: str
    says: str = ""
    numbers: tuple[Named, ...] = ()
    missing: NotFound | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """One factor as two engines weigh it: `pull` what its absence adds to the margin, `share` the failures a year that go with it."""

    factor: str
    pull: Estimate
    share: Estimate


@dataclass(frozen=True, slots=True)
class Ranks:
    """Two orders of the same factors, by threshold and by structure, compared pair by pair.

    factors   by `pull`, the largest first.
    same, opposite, tied  pairs by the middle of the numbers; tied in one of the two is tied.
    surely_same, surely_opposite, surely_tied  pairs of which that holds whatever the numbers; the rest is open.
    tau       Kendall's tau-a, (same - opposite) / pairs; its interval counts every open pair either way.
    luck      the share of all orders of the factors that agree at least as well; None past `_EXACT` factors.
    """

    of: str
    factors: tuple[Ranked, ...]
    same: int
    opposite: int
    tied: int
    surely_same: int
    surely_opposite: int
    surely_tied: int
    tau: Estimate
    luck: float | None

    @property
    def pairs(self) -> int:
        return self.same + self.opposite + self.tied


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two answers that do not say the same of one thing, each with its number, and why both can be true.

    id       the kind of disagreement, a word for programs.
    about    the action item or the factor; "" where it is the whole case.
    says     one sentence, with both numbers and the reason.
    """

    id: str
    giver: str
    taker: str
    about: str
    says: str
    first: Named
    second: Named


@dataclass(frozen=True, slots=True)
class Agreement:
    """All of it, for one case; empty where nothing was compared."""

    meetings: tuple[Meeting, ...] = ()
    ranks: Ranks | None = None
    disagreements: tuple[Disagreement, ...] = ()
