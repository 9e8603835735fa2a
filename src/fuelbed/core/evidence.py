"""Evidence: metrics (a table of numbers) and events (named moments or stretches of time). Built by `readers`, read by engines.

Nothing is filled in: rows stand at the times that the file gives, and a cell that was empty is `nan`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.findings import Span

__all__ = ["ROLES", "EventsTable", "MetricsColumn", "MetricsTable"]

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
    merged   rows are those of several series with times of their own: an empty cell then does not say that nothing was known.
    """

    name: str
    file: str
    times: array[float]
    columns: Mapping[str, MetricsColumn] = field(default_factory=dict)
    start: float | None = None
    zoned: bool = True
    trigger: tuple[float, float] | None = None
    span: Span | None = None
    merged: bool = False

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


@dataclass(frozen=True, eq=False)
class EventsTable:
    """What happened when: a file of the case folder, or rows that the case itself holds (`file` is then "").

    times    seconds since `start`, not decreasing (rows of a file are sorted; equal times keep their order).
    labels   the name of each event, never empty: what `event(...)` of a formula asks for. Names may repeat.
    ends     seconds since `start`; `nan` for a moment.
    start    absolute time of the first event, seconds since 1970-01-01 UTC; None where the times count from some start of their own
             (`times` are then as written).
    zoned    whether the file or the case says what zone the times are in; else UTC was taken.
    details  one for each event: it in words, "" where nothing more than the label is said.
    sources  one for each event: where that stands, "" where nobody says.
    spans    one for each event: where its time is written.
    """

    name: str
    file: str
    times: array[float]
    labels: tuple[str, ...]
    ends: array[float]
    start: float | None = None
    zoned: bool = True
    span: Span | None = None
    details: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    def __len__(self) -> int:
        return len(self.times)

    def at(self, label: str) -> tuple[tuple[float, float], ...]:
        """(time, end) of every event of that name, in order; the end is `nan` for a moment."""
        rows = zip(self.times, self.ends, self.labels, strict=True)
        return tuple((t, end) for t, end, name in rows if name == label)
