"""The samples that a formula is asked about: which times, which values, and what is not known.

Three declared rules make samples of a table's rows (`between`): `rows`, the rows themselves; `hold`, a grid of one step on which a value
lasts until the next one; `linear`, a grid between whose rows values are joined by straight lines. A hole between two values longer than
`gap` is a gap. With `hold` an empty cell of a row that is there ends the value before it: nothing is known until the next value. Only where
rows are `merged` of series with times of their own, an empty cell says no more than that its series has no sample at that time.

Even samples (one step, no gap) need no more than their number and step. Else the samples get companions that stand for what is not
known: one in each gap, one before the first and one after the last row, each with the open stretch of time in which unknown samples may
lie. A window then is a range of positions, and what it cannot see is in it like any other sample, with the robustness -inf..inf.
Times nearer than a millionth of the usual step are the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.errors import FuelbedError
from fuelbed.core.temporal import Window

__all__ = ["MAX_SAMPLES", "Between", "Samples", "samples_of", "usual_step"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Between = Literal["rows", "hold", "linear"]
Numbers = Sequence[float] | Array
MAX_SAMPLES = 20_000_000
_SAME = 1e-6  # of the usual step: nearer times are one time
_GAP = 1.5  # usual steps: a longer hole is a gap, where the case says nothing


def usual_step(times: Array) -> float:
    """The median time between two rows; 0 with fewer than two."""
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


@dataclass(frozen=True, eq=False)
class Samples:
    """Positions in the order of time.

    times     (n,) seconds, of the samples that a trace shows.
    columns   by name (positions,); `nan` is "not known".
    step      of even samples; 0 where positions must be looked up.
    starts, stops  (positions,) the stretch of time that a position stands for: of a sample its own time twice. Empty for even samples.
    shown     positions of the samples among the positions; None: all of them.
    closed    nothing exists outside of the trace (else: it is not known).
    breaks    numbers of the samples before which a gap lies.
    """

    times: Array
    columns: Mapping[str, Array]
    step: float = 0.0
    starts: Array = field(default_factory=lambda: np.zeros(0))
    stops: Array = field(default_factory=lambda: np.zeros(0))
    shown: Index | None = None
    closed: bool = False
    breaks: Index = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    usual: float = 0.0

    @property
    def positions(self) -> int:
        return len(self.times) if self.shown is None else len(self.starts)

    @property
    def even(self) -> bool:
        return self.step > 0

    def offsets(self, window: Window) -> tuple[int, int | None]:
        """Even samples: the window in steps; None for no end."""
        low = math.ceil(window.low / self.step - _SAME)
        return low, math.floor(window.high / self.step + _SAME) if window.bounded else None

    def reaches(self, window: Window, past: bool) -> tuple[Index, Index]:
        """Uneven samples: the first and last position of each position's window. An unknown position looks at itself."""
        tolerance = _SAME * self.usual
        sign = -1.0 if past else 1.0
        t, n = self.times, len(self.starts)
        low, high = t + sign * window.low, t + sign * window.high
        if past:
            low, high = high, low
        left = np.searchsorted(self.stops, low - tolerance, side="left")
        right = np.searchsorted(self.starts, high + tolerance, side="right") - 1
        known = self._rows()
        if not window.bounded:  # this is about the trace as it is recorded: before and after it no row is missing
            left, right = (np.full(len(t), known[0]), right) if past else (left, np.full(len(t), known[-1]))
        lefts, rights = np.arange(n), np.arange(n)
        lefts[known], rights[known] = left, right
        return lefts, rights

    def event(self, spans: Sequence[tuple[float, float]]) -> Array:
        """(positions,) inf where an event happens or goes on, -inf where none does, `nan` where that is not known.

        A moment belongs to the first sample at or after it. Where that one follows a gap (or is the first of the trace), samples between
        the two may be missing: whose the moment is, is not known. spans: (begin, end) in seconds; an end of `nan` is a moment.
        """
        out = np.full(self.positions, -np.inf)
        t = self.times
        where = self._rows()
        tolerance = _SAME * self.usual
        broken = np.zeros(len(t) + 1, dtype=bool)
        broken[self.breaks] = True
        broken[0] = not self.closed
        for begin, end in spans:
            i = int(np.searchsorted(t, begin - tolerance, side="left"))
            if i < len(t) and (i or broken[0] or begin > t[0] - self.usual) and out[where[i]] != np.inf:
                out[where[i]] = np.nan if broken[i] and begin < t[i] - tolerance else np.inf
            if end > begin:
                out[where[i : int(np.searchsorted(t, end + tolerance, side="right"))]] = np.inf
        return out

    def _rows(self) -> Index:
        return np.arange(len(self.times)) if self.shown is None else self.shown


def _whole(w: Window, step: float) -> bool:
    """Whether a window begins and ends after whole steps."""
    ends = (w.low, w.high) if w.bounded else (w.low,)
    return all(abs(x / step - round(x / step)) < _SAME for x in ends)


def samples_of(
    times: Numbers,
    columns: Mapping[str, Numbers],
    between: Between = "rows",
    every: float | None = None,
    gap: float | None = None,
    closed: bool = False,
    merged: bool = False,
    windows: Sequence[Window] = (),
) -> Samples:
    """Samples by the declared rules.

    times: (n,) increasing seconds. columns: (n,) each, `nan` where nothing was measured. every: seconds, of a grid; the usual step where
    left out. gap: seconds; where left out 1.5 usual steps (`rows`, `linear`) or no limit (`hold`). merged: rows are those of several series,
    and with `hold` an empty cell does not end the value before it. windows: of the formula; one that is no whole number of steps long looks
    between rows, where at both ends something may be missing, so even rows are then read as uneven ones.
    Raises `FuelbedError` where a grid would have more than `MAX_SAMPLES` samples.
    """
    t = np.asarray(times, dtype=float)
    values = {name: np.asarray(v, dtype=float) for name, v in columns.items()}
    even = _even(t)
    if even and between == "rows" and (gap is None or gap >= even) and (closed or all(_whole(w, even) for w in windows)):
        return Samples(t, values, even, closed=closed, usual=even)
    usual = even or usual_step(t)
    if between == "rows":
        return _rows(t, values, usual, _GAP * usual if gap is None else gap, closed)
    step = every if every else usual
    if len(t) < 2 or step <= 0:
        return _rows(t, values, usual, math.inf, closed)
    longest = gap if gap is not None else math.inf if between == "hold" else _GAP * usual
    return _on_grid(t, values, between, step, usual, longest, closed, merged)


def _on_grid(
    t: Array, values: Mapping[str, Array], between: Between, step: float, usual: float, longest: float, closed: bool, merged: bool
) -> Samples:
    """Samples every `step` from the first row on; holes longer than `longest` stay open."""
    count = math.floor((t[-1] - t[0]) / step + _SAME) + 1
    if count > MAX_SAMPLES:
        raise FuelbedError(
            f"a grid of {step:g} s over these rows has {count} samples; the limit is {MAX_SAMPLES}. Write a longer `every`."
        )
    grid = t[0] + step * np.arange(count)
    made = {name: _made(grid, t, v, between, longest, _SAME * usual) for name, v in values.items()}
    if between == "hold" and not merged:
        row = np.searchsorted(t, grid + _SAME * usual, side="right") - 1  # the last row at or before
        for name, v in values.items():
            made[name][np.isnan(v[row])] = np.nan
    return Samples(grid, made, step, closed=closed, usual=step)


def _even(t: Array) -> float:
    """The step of even times; 0 where they are not even."""
    n = len(t)
    if n < 2:
        return 0.0
    step = (t[-1] - t[0]) / (n - 1)
    off = np.arange(n, dtype=float)
    off *= step
    off += t[0]
    off -= t
    return float(step) if max(off.max(), -off.min()) <= _SAME / 4 * step else 0.0


def _rows(t: Array, columns: Mapping[str, Array], usual: float, gap: float, closed: bool) -> Samples:
    n, usual = len(t), usual or 1.0
    gaps = np.flatnonzero(np.diff(t) > gap * (1 + 1e-9)) + 1 if n > 1 else np.zeros(0, dtype=np.intp)
    ends = 0 if closed else 1
    shown = np.arange(n) + ends
    shown += np.searchsorted(gaps, np.arange(n), side="right")
    positions = n + len(gaps) + 2 * ends
    starts, stops = np.full(positions, -np.inf), np.full(positions, np.inf)
    starts[shown] = stops[shown] = t
    near = 2 * _SAME * usual
    if n:
        holes = shown[gaps] - 1
        starts[holes], stops[holes] = t[gaps - 1] + near, t[gaps] - near
        if ends:
            stops[0], starts[-1] = t[0] - near, t[-1] + near
    wide = {}
    for name, v in columns.items():
        wide[name] = np.full(positions, np.nan)
        wide[name][shown] = v
    return Samples(t, wide, 0.0, starts, stops, shown, closed, gaps, usual)


def _made(grid: Array, t: Array, v: Array, between: Between, longest: float, tolerance: float) -> Array:
    """A column on the grid: `nan` before its first value, inside a hole longer than `longest`, and after its last one."""
    there = np.flatnonzero(~np.isnan(v))
    out = np.full(len(grid), np.nan)
    if not len(there):
        return out
    at, value = t[there], v[there]
    before = np.searchsorted(at, grid + tolerance, side="right") - 1  # the last value at or before
    after = np.minimum(before + 1, len(at) - 1)
    last = before == len(at) - 1
    exact = grid <= at[np.maximum(before, 0)] + tolerance
    hole = np.where(last, t[-1], at[after]) - at[np.maximum(before, 0)]
    known = (before >= 0) & (exact | (hole <= longest * (1 + 1e-9)))
    if between == "hold":
        out[known] = value[before[known]]
        return out
    known &= exact | ~last
    out[known] = np.interp(grid[known], at, value)
    exact &= before >= 0
    out[exact] = value[before[exact]]
    return out
