"""What is asked of the records: which columns are which factors, which record is the incident, what holds today; and the model learned from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Case
from fuelbed.core.evidence import MetricsTable
from fuelbed.core.findings import Span
from fuelbed.core.history import IncidentTable, midnight

if TYPE_CHECKING:
    from fuelbed.numerics.threshold import Days, Fit, Line, Recorded, Shares

__all__ = ["Records", "Scene", "now_there", "records", "set_up"]

Array = npt.NDArray[np.float64]
_DAY = 86_400.0


@dataclass(frozen=True, eq=False)
class Records:
    """All records of the chosen tables. factors: by column, its factor of the case, or its own name; values (n, k), nan where nobody knows."""

    factors: tuple[str, ...]
    values: Array
    failed: npt.NDArray[np.bool_]
    labels: tuple[str, ...]
    dates: Array
    spans: tuple[Span | None, ...]

    def __len__(self) -> int:
        return len(self.labels)


def records(case: Case) -> Records | None:
    """None where the case has no table of incidents, or all are empty."""
    asked = case.threshold
    tables = [t for n, t in case.incidents.items() if not asked.incidents or n in asked.incidents]
    columns = list(asked.factors) or list(dict.fromkeys(c for t in tables for c in t.factors))
    rows = [(t, i) for t in tables for i in range(len(t))]
    if not rows or not columns:
        return None
    said = [t.row(i) for t, i in rows]
    values = np.array([[row.get(c, math.nan) for c in columns] for row in said])
    return Records(
        tuple(asked.factors.get(c, c) for c in columns),
        values,
        np.array([bool(t.failed[i]) for t, i in rows]),
        tuple(t.labels[i] for t, i in rows),
        np.array([t.dates[i] for t, i in rows]),
        tuple(_span(t, i) for t, i in rows),
    )


def _span(t: IncidentTable, i: int) -> Span | None:
    return t.spans[i] if i < len(t.spans) else t.span


@dataclass(frozen=True, eq=False)
class Scene:
    """incident: index of the record that is this case's incident, None where no record failed."""

    case: Case
    records: Records
    fit: Fit
    incident: int | None
    series: MetricsTable | None

    @property
    def names(self) -> tuple[str, ...]:
        return self.records.factors

    @property
    def at(self) -> Array:
        """Where gradients and actions are looked at: the incident, else today, else the mean of all records."""
        return self._record if self.incident is not None or self.today is None else self.today

    @cached_property
    def _record(self) -> Array:
        """The incident, else the mean of all records."""
        values = self.records.values
        return np.asarray(values[self.incident] if self.incident is not None else np.nanmean(values, axis=0))

    @cached_property
    def today(self) -> Array | None:
        """What `threshold.today` says, over the last row of the series; None where neither is there."""
        said = {self.case.threshold.factors.get(c, c): v for c, v in self.case.threshold.today.items()}
        rows = self.rows
        if rows is not None and len(rows):
            base = rows[-1]
        elif said:
            base = self._record
        else:
            return None
        return np.array([said.get(f, x) for f, x in zip(self.names, base, strict=True)], dtype=float)

    @cached_property
    def told(self) -> list[Recorded]:
        """Every record, as the others tell it."""
        from fuelbed.numerics.threshold import recorded

        return recorded(self.fit)

    @cached_property
    def skill(self) -> tuple[float, float, float]:
        """How much better the others tell each record than how often it failed does; with its interval, seeded."""
        from fuelbed.numerics.threshold import skill

        return skill(self.fit, np.random.default_rng(len(self.records)))

    @cached_property
    def line(self) -> Line | None:
        """The line of medians; None where there is none."""
        from fuelbed.numerics.threshold import line

        return line(self.fit)

    @cached_property
    def days(self) -> Days | None:
        from fuelbed.numerics.threshold import series_margins

        rows = self.rows
        return None if rows is None or not len(rows) else series_margins(self.fit, rows)

    @cached_property
    def rows(self) -> Array | None:
        """(t, k) the factors of every day; None where the case names no series, or it lacks a factor."""
        t = self.series
        columns = [_column(self.case, t, f) for f in self.names] if t is not None else [None]
        if any(c is None for c in columns):
            return None
        return np.column_stack([np.clip(np.array(c), 0.0, 1.0) for c in columns])

    @cached_property
    def shares(self) -> Shares | None:
        from fuelbed.numerics.threshold import MOST_REAL, power_shares

        return power_shares(self.fit.weights, self.fit.tau) if len(self.names) <= min(MOST_REAL, 14) else None

    def after(self, action: Action) -> Array | None:
        """The factors of `at` with an item done; None where it touches none of them."""
        c, touched = self.at.copy(), False
        for x in action.does:
            if x.target in self.names and (p := now_there(x)) is not None:
                c[self.names.index(x.target)], touched = (p[0] + p[1]) / 2, True
        return c if touched else None


def now_there(c: Change) -> tuple[float, float] | None:
    """How strongly a factor is there once a change is done; None where the change says nothing of that (a rate, a sight)."""
    if c.verb in ("remove", "prevent", "revert", "perfect"):
        return 0.0, 0.0
    if c.verb == "disable":
        return 1.0, 1.0
    if c.verb == "set" and c.parameter in ("present", "fails", "broken") and c.value is not None:
        return c.value.low, c.value.high
    return None


def _column(case: Case, t: MetricsTable | None, factor: str) -> Any:
    """The series' column of a factor: called as the column of the records, or as the factor."""
    if t is None:
        return None
    outside = next((c for c, f in case.threshold.factors.items() if f == factor), factor)
    found = t.columns.get(outside) or t.columns.get(factor)
    return found.values if found is not None else None


def set_up(case: Case, found: Records, rng: np.random.Generator) -> Scene:
    from fuelbed.numerics.threshold import fit

    series = case.metrics.get(case.threshold.days) if case.threshold.days else None
    return Scene(case, found, fit(found.values, found.failed, rng), _incident(case, found), series)


def _incident(case: Case, r: Records) -> int | None:
    asked = case.threshold.incident
    if asked in r.labels:
        return r.labels.index(asked)
    failed = np.flatnonzero(r.failed)
    if not len(failed):
        return None
    if case.date is not None:
        day = midnight(case.date)
        near = [i for i in failed if math.isfinite(r.dates[i]) and 0 <= r.dates[i] - day < _DAY]
        if near:
            return int(near[-1])
    dated = [i for i in failed if math.isfinite(r.dates[i])]
    return int(max(dated, key=lambda i: r.dates[i]) if dated else failed[-1])
