"""Metrics as evidence: a table of one file of the case folder. Built by `readers/metrics.py`, read by engines.

Nothing is resampled or filled in: rows stand at the times that the file gives, and a cell that was empty is `nan`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.findings import Span

__all__ = ["ROLES", "MetricsColumn", "MetricsTable"]

ROLES: Mapping[str, str] = {
    "load": "per second", "goodput": "per second", "attempts": "per second", "latency": "seconds", "queue": "", "capacity": "per second",
}  # fmt: skip
"""The roles that engines know, with the unit that their values are in: first attempts, answers in time, attempts with resends,
time to answer, how many wait, and what could be served. Any other name is kept as it is."""


@dataclass(frozen=True, slots=True)
class MetricsColumn:
    """One column: `name` as in the file's header, `values` one for each time (`nan` where the cell was empty).

    `values` is a plain buffer of doubles (`numpy.frombuffer` reads it without a copy); nobody writes to it.
    """

    role: str
    name: str
    unit: str
    values: array[float]

    @property
    def missing(self) -> int:
        """How many cells were empty."""
        return sum(map(math.isnan, self.values))


@dataclass(frozen=True, eq=False)
class MetricsTable:
    """A file's times and columns.

    times    seconds since the first row, increasing, with gaps and uneven steps as they are.
    start    absolute time of the first row, seconds since 1970-01-01 UTC; None where the file counts from its own start.
    zoned    whether the file or the case says what zone the times are in; else UTC was taken.
    columns  by role (or by name, for what has no role).
    trigger  its begin and end in seconds since the first row; the end is `inf` where the case gives none.
    """

    name: str
    file: str
    times: array[float]
    columns: Mapping[str, MetricsColumn] = field(default_factory=dict)
    start: float | None = None
    zoned: bool = True
    trigger: tuple[float, float] | None = None
    span: Span | None = None

    def __len__(self) -> int:
        return len(self.times)

    def values(self, role: str) -> array[float] | None:
        """The values of a role, None where the file has no such column."""
        column = self.columns.get(role)
        return column.values if column else None

    @property
    def step(self) -> float:
        """The usual time between two rows: the median; 0 with fewer than two rows."""
        steps = sorted(b - a for a, b in zip(self.times, self.times[1:], strict=False))
        return steps[len(steps) // 2] if steps else 0.0

    def gaps(self, longer: float = 1.5) -> tuple[tuple[float, float], ...]:
        """Stretches without a row: neighbours further apart than `longer` usual steps."""
        most = longer * self.step
        return tuple((a, b) for a, b in zip(self.times, self.times[1:], strict=False) if b - a > most)
