"""The chance that an event of one component is covered by the other, with everything held equal: strata of load and time of day, and days.

Strata hold equal what was measured and what recurs. What differs from day to day and was measured badly or not at all (a campaign, a bad week, a
flapping host) still makes independent components fail on the same days. So for a test the day is held equal too: with C_s the covered share of stratum s, and
m_d the mean of C_s over the slots of day d, an event in stratum s of day d is covered with

    c = C_s a_d / m_d,     a_d the covered share of day d

which asks no more than: given that both fail on this day, would they within so few minutes of each other, with the hours as busy as they are? Nothing slower
than a day can make that up, whatever it is. It costs little where failures are rare: two on one day meet within 5 minutes by chance in 0.7 %.

What is quicker than a day and clusters (attempts to restart) is counted once: events closer than an hour, and than a tenth of the usual distance,
are one burst, which is covered if one of them is. Of a Poisson process that joins one in ten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fuelbed.numerics.joint.bins import Ints, Onsets
from fuelbed.numerics.joint.cover import DAY, Strata, covered

__all__ = ["Chances", "Held", "bursts"]

Floats = npt.NDArray[np.float64]
_HOUR = 3_600.0
_TENTH = 0.1


@dataclass(frozen=True, eq=False)
class Chances:
    """Of the events that lie in some stratum, in order: when, and the chance to be covered with strata, and with strata and days held equal."""

    times: Floats
    by_strata: Floats
    by_day: Floats


@dataclass(frozen=True, eq=False)
class Held:
    """zero: a midnight, in the onsets' seconds. half: how far a cover goes on either side."""

    onsets: Onsets
    strata: Strata
    half: float
    zero: float = 0.0
    _made: dict[int, tuple[Floats, Floats]] = field(default_factory=dict)

    @cached_property
    def days(self) -> Strata:
        """Which day each slot is in; slots in no stratum are in none."""
        s = self.strata
        middles = s.begin + (np.arange(len(s.slots)) + 0.5) * s.width
        day = np.floor((middles - self.zero) / DAY).astype(np.int64)
        first = int(day[0]) if len(day) else 0
        slots = np.where(s.slots >= 0, day - first, -1)
        return Strata("the day", s.begin, s.width, slots, int(day[-1]) - first + 1 if len(day) else 1)

    @cached_property
    def _mix(self) -> Floats:
        """Strata x days: the share of the day that is in the stratum."""
        s, d = self.strata, self.days
        inside = s.slots >= 0
        n = np.bincount(s.slots[inside] * d.n + d.slots[inside], minlength=s.n * d.n).reshape(s.n, d.n).astype(np.float64)
        whole = n.sum(axis=0)
        return np.asarray(np.divide(n, whole, out=np.zeros_like(n), where=whole > 0), np.float64)

    def _of(self, cover: int) -> tuple[Floats, Floats]:
        """Of one component: covered share of each stratum, and of each day against what the strata let one expect of that day."""
        if cover not in self._made:
            one = self.onsets.alone(cover)
            share = covered(one, self.strata, self.half)[0]
            usual: Floats = np.asarray(share @ self._mix, np.float64)
            day: Floats = covered(one, self.days, self.half)[0]
            self._made[cover] = share, np.divide(day, usual, out=np.zeros_like(day), where=usual > 0)
        return self._made[cover]

    def chances(self, events: int, cover: int) -> Chances:
        """For each event of the one, the chance that the other covers it."""
        share, factor = self._of(cover)
        t = self.onsets.of(events)
        where: Ints = self.strata.at(t)
        t, where = t[where >= 0], where[where >= 0]
        return Chances(t, share[where], np.minimum(share[where] * factor[self.days.at(t)], 1.0))


def bursts(times: Floats, usual: float) -> Ints:
    """The burst that each event is in, 0 .. : events closer than an hour and than a tenth of `usual`, the mean distance, are one."""
    if not len(times):
        return np.zeros(0, np.int64)
    return np.concatenate([[0], np.cumsum(np.diff(times) >= min(_HOUR, _TENTH * usual))]).astype(np.int64)
