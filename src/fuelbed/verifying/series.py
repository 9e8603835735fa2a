"""What the case's evidence counts: how often a line of the structure, or a trigger, came, from when to when. Seconds since 1970, UTC."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from fuelbed.core.case import Case
from fuelbed.core.history import FailureLog, IncidentTable

__all__ = ["DAY", "Series", "Tested", "gather", "unmatched"]

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Series:
    """Onsets of one thing.

    of        the line or trigger. source: the entry of `evidence` in words.
    starts    onsets in order, each within `window`; what overlaps an earlier one still going on is one with it.
    merged    how many were taken together so. declared: whether the case says from when to when it would have been logged.
    """

    of: str
    source: str
    starts: tuple[float, ...]
    window: tuple[float, float]
    declared: bool
    merged: int = 0


@dataclass(frozen=True, slots=True)
class Tested:
    """Days on which the failure was near, and whether it came: (date, failed), in order."""

    source: str
    rows: tuple[tuple[float, bool], ...]


def gather(case: Case) -> tuple[list[Series], list[Tested]]:
    """Every series that the model says something about, and every table of incidents and near misses."""
    series = [s for log in case.history.values() for s in _of_log(case, log)]
    series += [s for table in case.incidents.values() for s in _of_table(case, table)]
    return series, [t for table in case.incidents.values() if (t := _tested(table)).rows]


def _called(case: Case, component: str) -> str:
    """The line or trigger that a component of a log is: by its own name, or as `coupling: components` maps it; "" for none."""
    for name in (component, case.coupling.components.get(component, "")):
        if name in case.lines or (name in case.factors and case.factors[name].kind == "trigger"):
            return name
    return ""


def unmatched(case: Case) -> tuple[str, ...]:
    """Components of the logs that are no line and no trigger."""
    return tuple(dict.fromkeys(c for log in case.history.values() for c in log.components if not _called(case, c)))


def _of_log(case: Case, log: FailureLog) -> Iterator[Series]:
    if log.start is None:
        return
    for name in dict.fromkeys(_called(case, c) for c in log.components):
        if not name:
            continue
        mine = {k for k, c in enumerate(log.components) if _called(case, c) == name}
        rows = [(s, e) for w, s, e in zip(log.which, log.starts, log.ends, strict=True) if w in mine and s >= log.window[0]]
        starts = _apart(rows)
        begin, end = (log.start + x for x in log.window)
        yield Series(
            name,
            f"history `{log.name}`",
            tuple(log.start + s for s in starts),
            (begin, end),
            log.declared,
            len(rows) - len(starts),
        )


def _apart(rows: list[tuple[float, float]]) -> list[float]:
    """Onsets, without those that begin while an earlier one lasts: one outage told by several rows counts once."""
    out: list[float] = []
    until = -math.inf
    for start, end in sorted(rows):
        if start > until:
            out.append(start)
        until = max(until, start if math.isnan(end) else end)
    return out


def _of_table(case: Case, table: IncidentTable) -> Iterator[Series]:
    """A table of incidents that says which time it covers is a log of the failure, by day."""
    if table.observed is None:
        return
    begin, end = table.observed
    days = sorted(t for t, failed in zip(table.dates, table.failed, strict=True) if failed and begin <= t < end)
    yield Series(case.failure, f"incidents `{table.name}`", tuple(days), table.observed, True)


def _tested(table: IncidentTable) -> Tested:
    rows = sorted((t, bool(f)) for t, f in zip(table.dates, table.failed, strict=True) if not math.isnan(t))
    return Tested(f"incidents `{table.name}`", tuple(rows))
