"""Joint failure against independence, for all pairs: how often they begin to fail together, how often they would, and by what mechanism.

Onsets, not minutes: an outage is one event however long it lasts, and onsets of one component closer together than the window are one.
Two onsets coincide when they are no further apart than the window w. For a pair take the component with fewer onsets as the events and the
other as the cover: the time within w of its onsets. Given a division of time into strata s, under independence each event in s is covered
with the probability C_s, the share of the time of s that is covered. So the count K of covered events is a sum of independent draws, and

    p = P(K >= k),   expected E = sum_s n_s C_s,   lift = k / E

(event coincidence analysis: Donges, Schleussner, Siegmund, Donner, Eur. Phys. J. Special Topics 225, 2016; strata as in Mantel, Haenszel 1959).
Conditional on the cover this is exact where events fall evenly within a stratum. They do not where components fail in bursts, or on the same bad days: so p
holds the day equal too, and counts a burst once (held.py). E and lift do not: two that are coupled fail on the same days because they are, and that
is no independence to compare with. Intervals of lifts are exact for a Poisson count (Garwood 1936), 90 %.

All pairs of components with an onset are tests, also those that never coincide; q is Benjamini-Hochberg's over all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fuelbed.numerics.joint._tally import Spread
from fuelbed.numerics.joint.bins import Ints, Onsets, onsets, pointers
from fuelbed.numerics.joint.coincide import coincidences
from fuelbed.numerics.joint.cover import DAY, Strata, covered, crossed, half_width, phases, resolution, undivided
from fuelbed.numerics.joint.exact import adjusted, at_least_each, poisson_interval
from fuelbed.numerics.joint.groups import Group, groups
from fuelbed.numerics.joint.held import Chances, Held, bursts
from fuelbed.numerics.joint.lags import Lag, lag, nearest
from fuelbed.numerics.joint.mechanism import Explained, Ways, mechanism
from fuelbed.numerics.joint.shifts import within
from fuelbed.numerics.ratio import Ratio

__all__ = ["Context", "PairResult", "Ratio", "Study", "clusters", "study"]

_LOOKED_AT = 0.2  # raw p up to which a pair is looked at more closely; all others stay as they are
_MOST = 2_000  # pairs that are looked at more closely
_PARTS_OF_DAY = 12
_BURSTY = 1.25  # events a burst; of a Poisson process one in ten joins the one before
_MOVES = 10_000  # of a window shorter than a day
_PIECE, _PIECES = 32, 16  # pairs that go together at least, and how many pieces at most


@dataclass(frozen=True, eq=False)
class Context:
    """What else is known of the time and of the components.

    load      strata of load, or None where no load was given.
    cycles    name -> seconds: periods of the clock that failures may be locked to.
    deploys   name -> moments (in the log's seconds).
    ancestors for each component everything that it depends on, directly or not, by any name.
    zero      a midnight (in the log's seconds).
    """

    load: Strata | None = None
    cycles: Mapping[str, float] = field(default_factory=dict)
    deploys: Mapping[str, Sequence[float]] = field(default_factory=dict)
    ancestors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    zero: float = 0.0


@dataclass(frozen=True, eq=False)
class PairResult:
    """Two components that fail together more often than the plain count lets one expect, or the most that did.

    onsets_a, onsets_b   after onsets closer than the window are one. together: how many coincide.
    p_a, p_b, p_both     chances in one window's time. expected_both: p_both under independence, strata counted.
    raw, lift            without strata, and with all that was given.
    p, q                 of `lift`; p_raw, q_raw of `raw`.
    spread               events a burst (1: none came in bursts), which p counts once each.
    p_whole              of a surprising pair: P(as many coincide) where every day of the one is moved around the day by a time of its own: bursts
                         and bad days stay whole, the time of day does not. Exact over moves by a quarter of the window; None where not asked.
    mechanism            contention, synchronized trigger, shared dependency, cascade, hidden dependency, undecided; "" where the pair is not
                         surprising at all. why: one sentence with its numbers.
    longer               for what is undecided: how many times as long one must watch for 4 chances in 5 to settle it.
    """

    a: str
    b: str
    onsets_a: int
    onsets_b: int
    together: int
    p_a: float
    p_b: float
    p_both: float
    expected_both: float
    expected: float
    expected_raw: float
    raw: Ratio
    lift: Ratio
    p_raw: float
    q_raw: float
    p: float
    q: float
    lag: Lag | None = None
    spread: float | None = None
    p_whole: float | None = None
    mechanism: str = ""
    why: str = ""
    longer: float | None = None


@dataclass(frozen=True, eq=False)
class Study:
    """components  with how many onsets (clusters) each; tests: pairs that were tested; days: how long was watched.
    pairs     those with a mechanism first (by q, then lift), then others that coincide more often than not; at most `kept`.
    strata    in words what the adjusted numbers hold equal.
    """

    components: Mapping[str, int]
    window: float
    days: float
    tests: int
    pairs: tuple[PairResult, ...]
    groups: tuple[Group, ...]
    strata: str
    discovery: float
    notes: tuple[str, ...] = ()

    @property
    def surprising(self) -> tuple[PairResult, ...]:
        """Pairs that fail together more often than the plain count lets one expect, whatever the reason."""
        return tuple(p for p in self.pairs if p.mechanism)

    def of(self, mechanism: str) -> tuple[PairResult, ...]:
        return tuple(p for p in self.pairs if p.mechanism == mechanism)


def clusters(o: Onsets, reach: float) -> Onsets:
    """Onsets of one component no further than `reach` from the one before are one event, at the time of the first."""
    who = np.repeat(np.arange(o.n), o.counts())
    new = np.ones(len(o.times), bool)
    if len(o.times) > 1:
        new[1:] = (who[1:] != who[:-1]) | (np.diff(o.times) > reach)
    return Onsets(o.n, o.window, pointers(who[new], o.n), o.times[new])


def study(
    names: Sequence[str],
    which: object,
    starts: object,
    ends: object,
    window: tuple[float, float],
    reach: float,
    context: Context | None = None,
    discovery: float = 0.05,
    seed: int = 1,
    kept: int = 500,
    spread: Spread | None = None,
) -> Study:
    """All pairs. which, starts, ends: the failures, as of `bins`; window: what was watched, in seconds; reach: the coincidence window, in seconds;
    spread: a map as `parallel.spread`, for working out blocks of components and of pairs elsewhere: the same to the last bit."""
    context = context or Context()
    o = clusters(onsets(which, starts, ends, len(names), window), reach)
    n, span = o.counts(), window[1] - window[0]
    alive = int((n > 0).sum())
    tests = alive * (alive - 1) // 2
    half = half_width(reach, resolution(o.times))
    raw = _raw(o, reach, half, tests, spread)
    whole = _adjusting(window, reach, context)
    ways = Ways.of(o, window, reach, half, context.load, context.cycles, context.deploys, context.zero, context.ancestors)
    results = _results(names, o, raw, whole, ways, _Frame(span, reach, half, tests, discovery), spread)
    results.sort(key=lambda r: (not r.mechanism, r.q, r.p, -r.lift.value, r.a, r.b))
    found = groups(names, o, [(r.a, r.b, r.together, r.expected) for r in results if r.mechanism in _COUPLED], reach, seed)
    return Study(
        dict(zip(names, n.tolist(), strict=True)), reach, span / DAY, tests, tuple(results[:kept]), found, whole.name, discovery,
        _notes(o, context, span, len(results), kept),
    )  # fmt: skip  # in the order of the type


_COUPLED = ("shared dependency", "cascade", "hidden dependency")


@dataclass(frozen=True, slots=True)
class _Frame:
    span: float
    reach: float
    half: float
    tests: int
    discovery: float


@dataclass(frozen=True, eq=False)
class _Raw:
    """Pairs that coincide: events (the rarer), cover (the other), counts and the plain test."""

    events: Ints
    cover: Ints
    k: Ints
    expected: np.ndarray
    p: np.ndarray
    q: np.ndarray


def _raw(o: Onsets, reach: float, half: float, tests: int, spread: Spread | None) -> _Raw:
    from scipy.special import bdtrc

    c, n = coincidences(o, -reach, reach, spread=spread), o.counts()
    swap = n[c.j] < n[c.i]
    events, cover = np.where(swap, c.j, c.i), np.where(swap, c.i, c.j)
    k = np.where(swap, c.of_j, c.of_i).astype(np.int64)
    share = covered(o, undivided(o.window), half)[:, 0]
    p = bdtrc(k - 1.0, n[events], share[cover]) if len(k) else np.zeros(0)
    return _Raw(events, cover, k, n[events] * share[cover], np.where(k > 0, p, 1.0), adjusted(p, tests))


def _adjusting(window: tuple[float, float], reach: float, context: Context) -> Strata:
    """What the adjusted numbers hold equal: load, and the time of day where enough days were watched."""
    width = context.load.width if context.load is not None else reach
    day = phases("time of day", window, width, DAY, _PARTS_OF_DAY, context.zero) if window[1] - window[0] >= 7 * DAY else None
    if context.load is None:
        return day or undivided(window)
    return crossed(context.load, day) if day is not None else context.load


def _results(
    names: Sequence[str], o: Onsets, raw: _Raw, whole: Strata, ways: Ways, f: _Frame, spread: Spread | None
) -> list[PairResult]:
    close = np.flatnonzero(raw.p <= _LOOKED_AT)
    close = close[np.argsort(raw.p[close], kind="stable")][:_MOST]
    rows = _rows(close, Held(o, whole, f.half, ways.zero), raw, f, spread)
    q = adjusted([x.p for x in rows], f.tests)
    return [_result(names, o, raw, ways, f, row, float(q[i])) for i, row in enumerate(rows)]


@dataclass(frozen=True, slots=True)
class _Row:
    """r: which of the raw pairs; expected: with strata; by_day: with days too. `spread`: events a burst."""

    r: int
    k: int
    expected: float
    by_day: float
    p: float
    spread: float


def _rows(close: Ints, held: Held, raw: _Raw, f: _Frame, spread: Spread | None) -> list[_Row]:
    """In the order of `close`, in pieces that may be worked out elsewhere: pairs with the same cover go together, as it is laid out once."""
    order = np.lexsort((raw.events[close], raw.cover[close]))
    pieces = np.array_split(order, max(min(len(order) // _PIECE, _PIECES), 1))
    items = [(held, [(int(raw.events[r]), int(raw.cover[r]), int(raw.k[r])) for r in close[at]], f) for at in pieces if len(at)]
    sizes = [float(len(at)) for at in pieces if len(at)]
    found = [_piece(x) for x in items] if spread is None else spread(_piece, items, sizes)
    flat = [row for rows in found for row in rows]
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return [_Row(int(r), *flat[i]) for r, i in zip(close.tolist(), place.tolist(), strict=True)]


_Told = tuple[int, float, float, float, float]


def _piece(task: tuple[Held, list[tuple[int, int, int]], _Frame]) -> list[_Told]:
    """What `_Row` says of each (events, cover, how many coincide)."""
    held, pairs, f = task
    asked = [_asked(k, held.chances(e, c), held.onsets.of(e), held.onsets.of(c), f) for e, c, k in pairs]
    p = at_least_each([x.some for x in asked], [x.chance for x in asked])
    return [(x.k, x.expected, x.by_day, q, x.spread) for x, q in zip(asked, p, strict=True)]


@dataclass(frozen=True, eq=False, slots=True)
class _Asked:
    """As of `_Row`; some: bursts that coincide, and the chance of each to."""

    k: int
    expected: float
    by_day: float
    spread: float
    some: int
    chance: np.ndarray


def _asked(k: int, c: Chances, events: np.ndarray, cover: np.ndarray, f: _Frame) -> _Asked:
    near = _covered(c.times, cover, f.reach)
    if len(c.times) < len(events):  # some lie in no stratum
        k = int(near.sum())
    burst = bursts(c.times, f.span / len(events))
    n = int(burst[-1]) + 1 if len(burst) else 0
    some = np.bincount(burst, near, minlength=n) > 0
    chance = 1 - np.exp(np.bincount(burst, np.log1p(-np.minimum(c.by_day, 1 - 1e-15)), minlength=n))
    return _Asked(k, float(c.by_strata.sum()), float(c.by_day.sum()), len(burst) / max(n, 1), int(some.sum()), chance)


def _result(names: Sequence[str], o: Onsets, raw: _Raw, ways: Ways, f: _Frame, row: _Row, q: float) -> PairResult:
    r, k, expected, p = row.r, row.k, row.expected, row.p
    e, c, n = int(raw.events[r]), int(raw.cover[r]), o.counts()
    windows = f.span / f.reach
    a, b = (e, c) if names[e] <= names[c] else (c, e)
    expected_raw = float(raw.expected[r])
    found = PairResult(
        names[a], names[b], int(n[a]), int(n[b]), k, n[a] / windows, n[b] / windows, k / windows, expected / windows, expected, expected_raw,
        _ratio(int(raw.k[r]), expected_raw), _ratio(k, expected), float(raw.p[r]), float(raw.q[r]), p, q, lag(o.of(a), o.of(b), f.reach), row.spread,
    )  # fmt: skip  # in the order of the type
    if found.q_raw > f.discovery and q > f.discovery:
        return found
    p_whole = _moved(o.of(e), o.of(c), o.window, f.reach)
    told = mechanism(
        ways,
        Explained(e, c, names[a], names[b], k, expected_raw, row.by_day, found.p, q, f.discovery, found.lag),
        max(f.tests, 1),
    )
    if told.word in _COUPLED and p_whole > f.discovery and row.spread > _BURSTY:
        why = f"Both come in bursts; moving the days of one as they are makes as many coincide with a chance of {p_whole:.2g}."
        return replace(found, p_whole=p_whole, mechanism="undecided", why=why)
    return replace(found, p_whole=p_whole, mechanism=told.word, why=told.why, longer=told.longer)


def _moved(events: np.ndarray, cover: np.ndarray, window: tuple[float, float], reach: float) -> float:
    """Block permutation by circular moves within each day, exact (`shifts.within`): needs no model of how failures cluster."""
    if window[1] - window[0] < DAY:
        return within(events, cover, window, -reach, reach, window[1] - window[0], _MOVES).p
    return within(events, cover, window, -reach, reach, DAY, max(math.ceil(4 * DAY / reach), 1)).p


def _ratio(k: int, expected: float) -> Ratio:
    if expected <= 0:
        return Ratio(np.inf if k else 0.0, 0.0, np.inf)
    low, high = poisson_interval(k)
    return Ratio(k / expected, low / expected, high / expected)


def _covered(events: np.ndarray, cover: np.ndarray, reach: float) -> np.ndarray:
    """Which of the events have some onset of the other within reach."""
    return np.asarray(np.abs(nearest(events, cover)) <= reach)


def _notes(o: Onsets, context: Context, span: float, found: int, kept: int) -> tuple[str, ...]:
    out = []
    if context.load is None:
        out.append("No load was given, so what follows the load can only be told by the time of day.")
    if found > kept:
        out.append(f"Of {found} pairs that coincide more often than not, {kept} are kept.")
    if (o.counts() == 0).any():
        out.append(f"{int((o.counts() == 0).sum())} components never failed in the time watched, and stand in no pair.")
    return tuple(out)
