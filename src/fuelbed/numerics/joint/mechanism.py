"""Why two components fail together, by computation: what makes the excess vanish, and what is declared between them.

Of a pair that coincides more often than the plain count lets one expect, in this order:

  contention            holding the load equal takes at least half of the excess away and leaves nothing surprising (p > 0.05)
  synchronized trigger  the same by the phase of a clock cycle, in parts as fine as the window, or by the time after deploys
  contention            the same by the coarse time of day, or by load, time of day and the day all at once: it follows the day, not the minute
  cascade               a declared path leads from one to the other, and lags agree with it: what is depended on fails first
  shared dependency     both depend on a third thing that is declared
  hidden dependency     none of these, and it is still surprising with all of them held equal: the finding
  undecided             none of these, and no longer surprising, or fewer than 3 coincide: no word is right yet; how much longer to watch is told
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fuelbed.numerics.joint.bins import Onsets
from fuelbed.numerics.joint.cover import DAY, Strata, covered, events_by_stratum, phases, since
from fuelbed.numerics.joint.exact import at_least, longer
from fuelbed.numerics.joint.lags import Lag

__all__ = ["Explained", "Told", "Ways", "mechanism"]

_GONE = 0.05  # p above which nothing surprising is left
_HALF = 0.5
_FEW = 3  # coincidences below which no word is right: two can be one bad day
_FINEST = 2_016  # phases of a week of five minutes
_COARSE = 12


@dataclass(frozen=True, slots=True)
class Explained:
    """One pair: events and cover by index, names in order, the count, expected without strata, expected with strata and days; p, q with
    them held equal."""

    events: int
    cover: int
    a: str
    b: str
    k: int
    expected_raw: float
    by_day: float
    p: float
    q: float
    discovery: float
    lag: Lag | None


@dataclass(frozen=True, slots=True)
class Told:
    word: str
    why: str
    longer: float | None = None


@dataclass(frozen=True, eq=False)
class Ways:
    """Divisions of time that may explain an excess, each with the onsets by stratum and the covered shares of all components (made when asked)."""

    onsets: Onsets
    half: float
    load: Strata | None
    fine: Mapping[str, Strata]  # clock cycles and deploys
    day: Strata | None
    ancestors: Mapping[str, frozenset[str]]
    zero: float = 0.0

    @classmethod
    def of(
        cls,
        o: Onsets,
        window: tuple[float, float],
        reach: float,
        half: float,
        load: Strata | None,
        cycles: Mapping[str, float],
        deploys: Mapping[str, Sequence[float]],
        zero: float,
        ancestors: Mapping[str, frozenset[str]],
    ) -> Ways:
        span = window[1] - window[0]
        fine: dict[str, Strata] = {}
        for name, period in cycles.items():
            parts = min(_FINEST, max(2, round(period / reach)))
            if span >= 3 * period:
                fine[name] = phases(name, window, min(reach, period / parts), period, parts, zero)
        for name, moments in deploys.items():
            fine[name] = since(name, window, reach / 2, moments, 2 * reach)
        day = phases("the time of day", window, reach, DAY, _COARSE, zero) if span >= 3 * DAY else None
        return cls(o, half, load, fine, day, ancestors, zero)

    @cached_property
    def _made(self) -> dict[str, tuple[np.ndarray, dict[int, np.ndarray]]]:
        return {}

    def share(self, s: Strata, events: int, cover: int) -> np.ndarray:
        """For each event of the one, the chance that the other covers it, by its stratum; events in no stratum are left out."""
        if s.name not in self._made:
            self._made[s.name] = events_by_stratum(self.onsets, s), {}
        by, seen = self._made[s.name]
        if cover not in seen:
            seen[cover] = covered(self.onsets.alone(cover), s, self.half)[0]
        return np.repeat(seen[cover], by[events])


def mechanism(ways: Ways, x: Explained, tests: int) -> Told:
    """The word and its sentence; the order is that of the module's text."""
    if x.k < _FEW:
        return _undecided(x, tests)
    if ways.load is not None and (gone := _explains(ways, ways.load, x)) is not None:
        return Told("contention", f"With the load held equal, {gone}.")
    best: tuple[float, str, str] | None = None
    for name, s in ways.fine.items():
        told = _explains(ways, s, x)
        if told is not None:
            e = float(ways.share(s, x.events, x.cover).sum())
            best = max(best or (0.0, "", ""), (e, name, told))
    coarse = _explains(ways, ways.day, x) if ways.day is not None else None
    if coarse is not None and (best is None or not _sharper(ways, x, best[1])):
        more = "" if ways.load is not None else " It follows the day and not the minute, as load does; give `load` to be sure."
        return Told("contention", f"With the time of day held equal, {coarse}.{more}")
    if best is not None:
        return Told("synchronized trigger", f"With {best[1]} held equal, {best[2]}.")
    if x.p > _GONE and x.by_day - x.expected_raw >= _HALF * (x.k - x.expected_raw) > 0:
        what = "the time of day and the day" if ways.load is None else "the load, the time of day and the day"
        more = " It follows the day and not the minute, as load does; give `load` to be sure." if ways.load is None else ""
        return Told("contention", f"With {what} held equal, {_left(x.by_day, x)}.{more}")
    if x.q > x.discovery:
        return _undecided(x, tests)
    return _declared(ways, x)


def _explains(ways: Ways, s: Strata, x: Explained) -> str | None:
    """What is left of the excess with `s` held equal, in words, where at least half of it goes and nothing surprising stays."""
    chances = ways.share(s, x.events, x.cover)
    expected = float(chances.sum())
    excess = x.k - x.expected_raw
    if excess <= 0 or expected - x.expected_raw < _HALF * excess or at_least(x.k, chances) <= _GONE:
        return None
    return _left(expected, x)


def _left(expected: float, x: Explained) -> str:
    return f"{_short(expected)} of the {x.k} would coincide by chance, against {_short(x.expected_raw)} without"


def _sharper(ways: Ways, x: Explained, name: str) -> bool:
    """Whether the fine division says clearly more than the coarse day: the events crowd into a few phases."""
    assert ways.day is not None
    fine, coarse = (float(ways.share(s, x.events, x.cover).sum()) for s in (ways.fine[name], ways.day))
    return fine - x.expected_raw > 2 * (coarse - x.expected_raw)


def _undecided(x: Explained, tests: int) -> Told:
    expected = max(x.expected_raw, 1e-9)
    times = longer(x.k, expected, x.discovery / tests)
    until = f"; watching {_short(times)} times as long would settle it, if the lift is what it seems" if times is not None else ""
    why = "and no longer surprising with load, clock and day held equal" if x.q > x.discovery else "but too few to tell why"
    return Told("undecided", f"More than the plain count expects, {why}{until}.", times)


def _declared(ways: Ways, x: Explained) -> Told:
    """What the dependency graph says of a pair that is coupled."""
    on_a, on_b = ways.ancestors.get(x.a, frozenset()), ways.ancestors.get(x.b, frozenset())
    lag = x.lag
    if (x.b in on_a) != (x.a in on_b):
        below, above = (x.b, x.a) if x.b in on_a else (x.a, x.b)
        ahead = 0 if lag is None else (lag.before - lag.after if below == x.b else lag.after - lag.before)
        if lag is None or lag.p > _GONE:
            return Told("cascade", f"`{above}` depends on `{below}`; which of them fails first, the lags do not settle.")
        if ahead > 0:
            first = lag.before if below == x.b else lag.after
            return Told("cascade", f"`{above}` depends on `{below}`, which fails first in {first} of {lag.before + lag.after}.")
        return Told(
            "hidden dependency",
            f"`{above}` depends on `{below}`, but `{above}` fails first: what is declared runs the other way.",
        )
    common = sorted(on_a & on_b)
    if common:
        return Told(
            "shared dependency", f"Both depend on `{common[0]}`" + (f" and {len(common) - 1} more." if len(common) > 1 else ".")
        )
    if x.b in on_a:
        return Told("cascade", f"`{x.a}` and `{x.b}` depend on each other.")
    return Told("hidden dependency", "Neither load nor clock nor a declared dependency explains it.")


def _short(x: float) -> str:
    return f"{x:.2g}" if x < 10 else f"{x:.0f}"
