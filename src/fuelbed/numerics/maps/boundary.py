"""Where a push begins to be too much: critical sizes and durations, and the least push back.

Everything asks one question of many rows at once, `down(rows, values) -> bool`. A coarse scan comes first: a bisection is only right
where the answer changes once, so every row also says whether it did (`monotone`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.simulate import stays_down, under
from fuelbed.numerics.maps.system import System

__all__ = [
    "Correction",
    "Critical",
    "Down",
    "critical_sizes",
    "least_correction",
]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]
Rows = NDArray[np.intp]
Down = Callable[[Rows, Array], Bool]
_SECTIONS = 7  # points inside the bracket of a row in one round: a bracket shrinks eightfold at the price of one batch


@dataclass(frozen=True, eq=False)
class Critical:
    """values (n,): the least value that stays down, 0 where even none does, inf where none up to the greatest asked does.

    monotone (n,): the scan saw the answer change at most once; where False there are harmless pushes beyond the critical one.
    width (n,): how far the true value may lie below (bisection ends within it).
    """

    values: Array
    monotone: Bool
    width: Array


def critical_sizes(down: Down, n: int, most: float | Array, tolerance: float = 1e-3, coarse: int = 12) -> Critical:
    """For rows 0..n-1 the least value in 0..most (a number or one per row) after which the row stays down.

    tolerance: of `most`. coarse: equal parts of the first scan; what happens within one part is not seen.
    """
    top = np.broadcast_to(np.asarray(most, dtype=float), n)
    grid = np.linspace(0.0, 1.0, coarse + 1)
    rows = np.repeat(np.arange(n), coarse + 1)
    seen = np.asarray(down(rows, (top[:, None] * grid).ravel()), dtype=bool).reshape(n, coarse + 1)
    monotone = ~(seen[:, :-1] & ~seen[:, 1:]).any(axis=1)
    first = np.argmax(seen, axis=1)
    some = seen.any(axis=1)
    open_rows = np.flatnonzero(some & (first > 0))
    low, high = grid[np.maximum(first - 1, 0)], grid[first]
    while len(open_rows) and (high - low)[open_rows].max() > tolerance:
        share = np.arange(1, _SECTIONS + 1) / (_SECTIONS + 1)
        a, b = low[open_rows, None], high[open_rows, None]
        inner = a + (b - a) * share
        asked = np.asarray(down(np.repeat(open_rows, _SECTIONS), (top[open_rows, None] * inner).ravel()), dtype=bool)
        ends = np.concatenate([a, inner, b], axis=1)
        answers = np.concatenate([asked.reshape(len(open_rows), _SECTIONS), np.ones((len(open_rows), 1), dtype=bool)], axis=1)
        at = np.argmax(answers, axis=1)
        low[open_rows] = np.take_along_axis(ends, at[:, None], axis=1)[:, 0]
        high[open_rows] = np.take_along_axis(ends, at[:, None] + 1, axis=1)[:, 0]
    values = np.where(some, np.where(first == 0, 0.0, high * top), np.inf)
    return Critical(values, monotone, np.where(some & (first > 0), (high - low) * top, 0.0))


@dataclass(frozen=True, eq=False)
class Correction:
    """Setting a parameter to each of `levels` (m,) for the least `seconds` (m,) that brings the system back; inf where none does.

    least: the row with the smallest total |level - today| * seconds (what is shed altogether), None where no level works.
    monotone (m,): see `Critical`. total (m,).
    """

    levels: Array
    seconds: Array
    total: Array
    monotone: Bool

    @property
    def least(self) -> int | None:
        return int(np.argmin(self.total)) if np.isfinite(self.total).any() else None


def least_correction(
    system: System, p: Array, failed: Array, parameter: str, levels: Array, longest: float, settle: float, tolerance: float = 1e-3
) -> Correction:
    """From the failed state (S,): for how long must the parameter be held at each level, before it goes back to today's value for good?"""
    levels = np.asarray(levels, dtype=float)
    column = system.parameter(parameter)
    steps = max(round(settle / system.step_seconds), 10)
    p = np.asarray(p, dtype=float)

    def back(rows: Rows, seconds: Array) -> Bool:
        today = np.tile(p, (len(rows), 1))
        during = today.copy()
        during[:, column] = levels[rows]
        x = np.tile(np.asarray(failed, dtype=float), (len(rows), 1))
        x = under(system, x, today, during, np.asarray(seconds) / system.step_seconds)
        return ~stays_down(system, x, today, steps)[0]

    found = critical_sizes(back, len(levels), longest, tolerance)
    shed = np.abs(levels - p[column])
    with np.errstate(invalid="ignore"):
        total = np.where(np.isfinite(found.values), shed * found.values, np.inf)
    return Correction(levels, found.values, total, found.monotone)
