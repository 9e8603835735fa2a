"""A metrics table as arrays, of a length that resampling can bear: the rows around the trigger, neighbours averaged where they are too many."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.evidence import MetricsTable

__all__ = ["MOST_ROWS", "Record", "record_of"]

Array = NDArray[np.float64]
MOST_ROWS = 3_000  # a thousand resamples of so many take a tenth of a second and 25 MB a column
_AROUND = 5  # lengths of the trigger that are kept on each side of it ...
_LEAST = 1_000  # ... and at least so many rows


@dataclass(frozen=True, eq=False)
class Record:
    """times (T,) seconds since the first row of the file; columns by role, each (T,), `nan` where not measured.

    trigger   as in the table: its end may be inf; None where none is named.
    averaged  how many rows of the file one row of this is the mean of; `all_rows`: how many the file has.
    """

    table: MetricsTable
    times: Array
    columns: Mapping[str, Array]
    trigger: tuple[float, float] | None
    averaged: int
    all_rows: int

    def has(self, *roles: str) -> bool:
        """Whether each of these roles was measured at least once."""
        return all(r in self.columns and not np.isnan(self.columns[r]).all() for r in roles)

    @property
    def before(self) -> NDArray[np.bool_]:
        """The rows before the trigger; all of them where none is named."""
        return self.times < self.trigger[0] if self.trigger else np.ones(len(self.times), dtype=bool)

    @property
    def during(self) -> NDArray[np.bool_]:
        if self.trigger is None:
            return np.zeros(len(self.times), dtype=bool)
        return (self.times >= self.trigger[0]) & (self.times < self.trigger[1])

    @property
    def lasts(self) -> float | None:
        """Seconds of the trigger, None where it has no end or is not named."""
        if self.trigger is None or math.isinf(self.trigger[1]):
            return None
        return self.trigger[1] - self.trigger[0]

    @property
    def cut(self) -> str:
        """What was left out, in words; "" where every row was used."""
        if len(self.times) == self.all_rows:
            return ""
        mean = f", each the mean of {self.averaged} neighbours" if self.averaged > 1 else ""
        return f"Of {self.all_rows} rows of `{self.table.name}`, {len(self.times)} around the trigger were used{mean}."


def record_of(table: MetricsTable, most: int = MOST_ROWS, average: bool = True) -> Record:
    """The table as arrays. average: False keeps neighbours apart and the first `most` rows of what is left (steps of a map are no means)."""
    times = np.asarray(table.times, dtype=float)
    columns = {role: np.asarray(c.values, dtype=float) for role, c in table.columns.items()}
    rows = _around(times, table.trigger, most)
    times, columns = times[rows], {r: c[rows] for r, c in columns.items()}
    each = math.ceil(len(times) / most)
    if each > 1 and average:
        times, columns = _means(times, each), {r: _means(c, each) for r, c in columns.items()}
    elif each > 1:
        times, columns, each = times[:most], {r: c[:most] for r, c in columns.items()}, 1
    return Record(table, times, columns, table.trigger, each, len(table))


def _around(times: Array, trigger: tuple[float, float] | None, most: int) -> slice:
    """All rows, or those near the trigger where there are too many."""
    if len(times) <= most:
        return slice(None)
    start, end = trigger if trigger else (times[0], times[-1])
    a, b = (int(np.searchsorted(times, t)) for t in (start, min(end, times[-1])))
    room = max(_AROUND * (b - a), _LEAST)
    return slice(max(a - room, 0), min(b + room, len(times)))


def _means(x: Array, each: int) -> Array:
    """Means of `each` neighbours, of those that were measured; the rest at the end is left out."""
    parts = x[: len(x) // each * each].reshape(-1, each)
    there = ~np.isnan(parts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(there, parts, 0.0).sum(axis=1) / there.sum(axis=1))
