"""History: past failures of components, past incidents and near misses, and who depends on whom. Built by `readers`, read by engines.

Plain buffers (`numpy.frombuffer` reads them without a copy: times and values are doubles "d", indices and marks 64-bit integers "q");
nobody writes to them. Nothing is filled in.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fuelbed.core.findings import Span

__all__ = ["DependencyGraph", "FailureLog", "IncidentTable", "midnight"]


def midnight(day: dt.date) -> float:
    """The start of a day in UTC, in seconds since 1970, as the times of all evidence are counted."""
    return dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()


@dataclass(frozen=True, eq=False)
class FailureLog:
    """When which component failed, from a log or from metrics by declared rules.

    components  names, in order of first appearance (or as the case lists them: a component without a failure may stand here).
    which       one for each failure: its index in `components`.
    starts      seconds since `start`, not decreasing; `ends` the same, `nan` where nobody wrote when it ended.
    window      (begin, end) in seconds since `start`: the time in which a failure would have been logged.
    declared    whether the case gave that window; else it goes from the first start to the last end.
    start       absolute time of second 0 since 1970-01-01 UTC; None where the file counts from a start of its own.
    names       one for each failure: its identifier or title in the source, "" where it has none.
    """

    name: str
    file: str
    components: tuple[str, ...]
    which: array[int]
    starts: array[float]
    ends: array[float]
    window: tuple[float, float]
    declared: bool = False
    start: float | None = None
    zoned: bool = True
    names: tuple[str, ...] = ()
    source: str = ""
    span: Span | None = None

    def __len__(self) -> int:
        return len(self.starts)

    def of(self, component: str) -> Iterator[tuple[float, float]]:
        """(start, end) of every failure of one component, in order."""
        k = self.components.index(component)
        return ((s, e) for w, s, e in zip(self.which, self.starts, self.ends, strict=True) if w == k)


@dataclass(frozen=True, eq=False)
class IncidentTable:
    """One row for each incident or near miss: how strongly each factor was there, and whether it failed.

    factors  names of the columns: factors of the case, or quantities that `threshold` names.
    values   rows x factors, row by row, each in 0..1; `nan` where nobody knows.
    failed   1 for an incident, 0 for a near miss.
    dates    seconds since 1970-01-01 UTC of the day, `nan` where none is given.
    labels   the name of each row: what the file says, else its date, else `row 7`.
    observed (begin, end) in seconds since 1970-01-01 UTC: the time of which every incident is in it; None where the case does not say.
    """

    name: str
    file: str
    factors: tuple[str, ...]
    values: array[float]
    failed: array[int]
    dates: array[float]
    labels: tuple[str, ...]
    spans: tuple[Span, ...] = ()
    source: str = ""
    span: Span | None = None
    observed: tuple[float, float] | None = None

    def __len__(self) -> int:
        return len(self.failed)

    def row(self, i: int) -> Mapping[str, float]:
        """What one row says of each factor."""
        k = len(self.factors)
        return dict(zip(self.factors, self.values[i * k : (i + 1) * k], strict=True))


@dataclass(frozen=True, eq=False)
class DependencyGraph:
    """Who depends on whom, as traces, a catalogue or a drawing say it.

    nodes  every component, those without an edge too.
    edges  (dependant, what it depends on) -> how many calls were seen; 1 where the source only says that there is one.
    """

    name: str
    file: str
    nodes: tuple[str, ...]
    edges: Mapping[tuple[str, str], int] = field(default_factory=dict)
    source: str = ""
    span: Span | None = None
