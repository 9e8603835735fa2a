"""What the study needs of a case: one log out of its logs, strata of load, moments of deploys, who depends on whom, on one clock."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.case import Case
from fuelbed.core.dependencies import ancestors, depends_on, edges
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Span
from fuelbed.core.history import FailureLog
from fuelbed.core.shown import counted, listed, number
from fuelbed.numerics.joint.cover import Strata, quantiles
from fuelbed.numerics.joint.study import Context

__all__ = ["Gathered", "gather", "span_words"]

_DAY = 86_400.0
_CYCLES = {3_600.0: "the minute of the hour", _DAY: "the minute of the day", 7 * _DAY: "the minute of the week"}
_RESOLUTIONS = (_DAY, 3_600.0, 900.0, 300.0, 60.0)  # of clocks as people and trackers write them
_USUAL = 300.0  # seconds: a window that a page and its next page lie in
_SLOTS = 500_000  # of the strata of load
_LEAST = 5  # starts from which the resolution of a log can be seen


@dataclass(frozen=True, eq=False)
class Gathered:
    """names      components; which, starts, ends: their failures, in seconds from `start` (None: from the log's own).
    window     what was watched. reach: onsets no further apart coincide; `chosen` where the case does not say.
    said       what was taken, or left out, in sentences.
    declared   edges that are declared at all. source: the files of the logs.
    """

    names: tuple[str, ...]
    which: NDArray[np.int64]
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    window: tuple[float, float]
    start: float | None
    reach: float
    chosen: bool
    context: Context
    span: Span | None
    declared: int
    source: str
    said: tuple[str, ...] = ()

    @property
    def days(self) -> float:
        return (self.window[1] - self.window[0]) / _DAY


@dataclass(slots=True)
class _Clock:
    """Where second 0 is; what cannot be placed on it is left out and told."""

    start: float | None
    said: list[str] = field(default_factory=list)

    def shift(self, start: float | None, what: str) -> float | None:
        if start is None and self.start is None:
            return 0.0
        if start is None or self.start is None:
            self.said.append(f"{what} has a clock of its own, and is left out.")
            return None
        return start - self.start


def gather(case: Case) -> Gathered | NotFound:
    """One study's worth; what to give, where the logs do not hold one."""
    wanted = [log for name, log in case.history.items() if not case.coupling.history or name in case.coupling.history]
    logs, said = _one_clock(wanted)
    clock = _Clock(next((log.start for log in logs if log.start is not None), None), said)
    window = _window(logs, clock)
    if window is None:
        return NotFound(
            "Do the logs cover one stretch of time? Write `observed` for each, or choose one by `coupling: {history: [...]}`.",
            "how often parts fail together",
        )
    names, which, starts, ends = _merged(logs, clock, window)
    reach = case.coupling.window
    chosen = reach is None
    if reach is None:
        reach = max(_USUAL, _resolution(starts + (clock.start or 0.0)))
    on = edges(case)
    context = Context(
        _load(case, clock, window, reach),
        {_CYCLES.get(c, f"the phase of {span_words(c)}"): c for c in case.coupling.cycles if reach < c},
        _deploys(case, clock, window),
        _ancestors(case, names, list(on)),
        -((clock.start or 0.0) % _DAY),
    )
    return Gathered(
        names, which, starts, ends, window, clock.start, reach, chosen, context, logs[0].span, len(on) + _stands_on(case),
        listed(dict.fromkeys(log.file or log.name for log in logs)), tuple(clock.said)
    )  # fmt: skip  # in the order of the type


def _stands_on(case: Case) -> int:
    return sum(len(f.traits.depends_on) for f in case.factors.values())


def _one_clock(logs: Sequence[FailureLog]) -> tuple[list[FailureLog], list[str]]:
    """Those with absolute times; where there are none, the longest of the others."""
    absolute = [log for log in logs if log.start is not None]
    kept = absolute or [max(logs, key=len)]
    out = [log.name for log in logs if log not in kept]
    return kept, [f"{listed(f'`{n}`' for n in out)} count from a start of their own, and are left out."] if out else []


def _window(logs: Sequence[FailureLog], clock: _Clock) -> tuple[float, float] | None:
    """The time that every log covers: outside of it one of them is silent."""
    low, high = -math.inf, math.inf
    for log in logs:
        by = (log.start or 0.0) - (clock.start or 0.0)
        low, high = max(low, log.window[0] + by), min(high, log.window[1] + by)
    if not low < high:
        return None
    spans = [log.window[1] - log.window[0] for log in logs]
    if high - low < 0.99 * max(spans):
        clock.said.append(f"The logs have {span_words(high - low)} in common, of {span_words(max(spans))}: only that is counted.")
    return low, high


def _merged(
    logs: Sequence[FailureLog], clock: _Clock, window: tuple[float, float]
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    place: dict[str, int] = {}
    which, starts, ends = [], [], []
    for log in logs:
        by = (log.start or 0.0) - (clock.start or 0.0)
        index = np.array([place.setdefault(c, len(place)) for c in log.components], np.int64)
        which.append(index[np.array(log.which, np.int64)] if len(log) else np.zeros(0, np.int64))
        starts.append(np.array(log.starts, np.float64) + by)
        ends.append(np.array(log.ends, np.float64) + by)
    w, s, e = np.concatenate(which), np.concatenate(starts), np.concatenate(ends)
    inside = (s < window[1]) & ((s >= window[0]) | (e > window[0]))
    return tuple(place), w[inside], s[inside], e[inside]


def _resolution(starts: NDArray[np.float64]) -> float:
    """The coarsest usual unit that nearly all starts are whole multiples of; 1 s where none is."""
    if len(starts) < _LEAST:
        return 1.0
    return next((r for r in _RESOLUTIONS if np.mean(np.abs(starts / r - np.round(starts / r)) * r < 0.5) > 0.95), 1.0)


def _load(case: Case, clock: _Clock, window: tuple[float, float], reach: float) -> Strata | None:
    asked = case.coupling.load
    table = case.metrics.get(asked[0]) if asked else None
    if asked is None or table is None:
        return None
    values = table.values(asked[1])
    by = clock.shift(table.start, f"The load, `{asked[0]}`,")
    if values is None or by is None:
        return None
    times = np.array(table.times, np.float64) + by
    width = max(reach / 2, (window[1] - window[0]) / _SLOTS)
    strata = quantiles("the load", window, width, times, np.array(values, np.float64), case.coupling.strata)
    known = float((strata.slots >= 0).mean())
    if known == 0:
        clock.said.append(f"The load, `{asked[0]}`, was not measured in the time of the log, and is left out.")
        return None
    if known < 0.95:
        clock.said.append(
            f"The load was measured for {100 * known:.0f} % of the time: what began outside is not in the adjusted numbers."
        )
    return strata


def _deploys(case: Case, clock: _Clock, window: tuple[float, float]) -> Mapping[str, Sequence[float]]:
    out: dict[str, Sequence[float]] = {}
    for entry, label in case.coupling.deploys:
        table = case.events.get(entry)
        by = clock.shift(table.start, f"`{entry}`") if table is not None else None
        if table is None or by is None:
            continue
        moments = [t + by for t, name in zip(table.times, table.labels, strict=True) if label in ("", name)]
        inside = [t for t in moments if window[0] <= t < window[1]]
        if inside:
            out[f"the time after `{label or entry}`"] = inside
        else:
            clock.said.append(f"No event of `{entry}` lies in the time of the log.")
    return out


def _ancestors(case: Case, names: Sequence[str], on: Sequence[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """What each component depends on, by any name; a component and the factor that it is are one, and so are two of that factor."""
    factor = case.coupling.components
    stands = [(f.name, x) for f in case.factors.values() for x in f.traits.depends_on]
    direct = depends_on([*on, *stands])
    alias: dict[str, list[str]] = {}
    for c in names:
        alias.setdefault(factor.get(c, c), []).append(c)
    out = {}
    for c in names:
        found = {x for n in {c, factor.get(c, c)} for x in ancestors(direct, n)}
        found |= {other for x in found for other in alias.get(x, ())}
        if below := found - {c, factor.get(c, c)}:
            out[c] = frozenset(below)
    return out


def span_words(seconds: float) -> str:
    """`5 min`, `3 h`, `365 days`."""
    for unit, size in (("day", _DAY), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= size:
            n = seconds / size
            text = f"{n:.0f}" if abs(n - round(n)) < 0.05 or n >= 10 else f"{n:.1f}"
            return (
                counted(int(text), "day") if unit == "day" and text.isdigit() else f"{text} {'days' if unit == 'day' else unit}"
            )
    return f"{number(seconds)} s"
