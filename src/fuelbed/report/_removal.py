"""The removal picture as rows of percentages: what is left of the failures after each factor is taken out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fuelbed.core.estimates import Estimate
from fuelbed.report.numbers import change, digits, interval, quantity

__all__ = ["Mark", "Removal", "Row", "removal"]

_KINDS = (("trigger", "Without this trigger"), ("condition", "Without this condition"), ("control", "With this control holding"))
_HEADROOM = 2.0  # the axis ends at twice the largest middle, so that bars stay readable beside long intervals


@dataclass(frozen=True, slots=True)
class Mark:
    """Positions on the axis, 0..100; `clipped` where the interval runs beyond it."""

    value: float
    low: float
    high: float
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`change` at the middle; `span` its interval, paired with today; `what` the factor in the case's own words, `also` what
    else changes without it, in words."""

    id: str
    label: str
    kind: str
    note: str
    mark: Mark
    text: str
    change: str
    span: str
    breaks: str
    what: str = ""
    also: str = ""


Group = tuple[str, str, tuple[Row, ...]]  # kind, heading, rows


@dataclass(frozen=True, slots=True)
class Removal:
    """What the bars are: shares of today that are left (`paired`, with paired intervals), else what is left in absolute terms;
    where no number is known (`numeric` is False), the cut sets that are left. `ticks`: places and words of the axis.
    """

    numeric: bool
    paired: bool
    quantity: str
    baseline: Mark
    baseline_text: str
    groups: tuple[Group, ...]
    ticks: tuple[tuple[float, str], ...] = ()

    @property
    def still(self) -> tuple[Row, ...]:
        """Rows whose factor changes nothing: told in one line."""
        return tuple(r for _, _, rows in self.groups for r in rows if self._is_still(r))

    @property
    def sides(self) -> tuple[tuple[Group, ...], ...]:
        """Triggers, and beside them conditions and controls; rows that change nothing, and sides without a row, left out."""
        moved = [(k, h, tuple(r for r in rows if not self._is_still(r))) for k, h, rows in self.groups]
        both = ([g for g in moved if g[2] and g[0] == "trigger"], [g for g in moved if g[2] and g[0] != "trigger"])
        return tuple(tuple(side) for side in both if side)

    def _is_still(self, r: Row) -> bool:
        return r.change == "no change" and not r.span if self.numeric else r.mark.value == self.baseline.value


def _finite(*xs: float | None) -> list[float]:
    return [x for x in xs if x is not None and math.isfinite(x)]


def _mark(data: Mapping[str, Any], end: float) -> Mark:
    value = min(float(data["value"]), end)
    low, high = data.get("low"), data.get("high")
    low = value if low is None else min(float(low), end)
    high = value if high is None else float(high)
    return Mark(100 * value / end, 100 * low / end, 100 * min(high, end) / end, high > end * (1 + 1e-9))


def _structural(row: Mapping[str, Any]) -> Mark:
    of = max(1, int(row.get("of", 1)))
    left = 100.0 * (of - int(row.get("breaks", 0))) / of
    return Mark(left, left, left)


def _cut_sets(row: Mapping[str, Any]) -> str:
    return f"breaks {int(row.get('breaks', 0))} of {int(row.get('of', 0))} cut sets"


def _share(row: Mapping[str, Any], end: float) -> Mark:
    """What is left as a share of today, with the same numbers on both sides."""
    left = {"value": 1 + row["change"], "low": 1 + row["change_low"], "high": 1 + row["change_high"]}
    return _mark(left, end)


def _row(row: Mapping[str, Any], numeric: bool, paired: bool, end: float) -> Row:
    known = numeric and row.get("value") is not None
    mark = _share if paired else _mark
    left = f"{int(row.get('of', 0)) - int(row.get('breaks', 0))} of {row.get('of', 0)} cut sets left"
    return Row(
        str(row["id"]),
        str(row.get("label") or row["id"]),
        str(row["kind"]),
        str(row.get("note", "")),
        mark(row, end) if known else (Mark(0, 0, 0) if numeric else _structural(row)),
        quantity(row["value"], row.get("low"), row.get("high"), "plain") if known else ("not known" if numeric else left),
        change(row.get("change")) if known else "",
        _span(row) if known else "",
        _cut_sets(row),
        str(row.get("what", "")),
        str(row.get("also", "")),
    )


def _span(row: Mapping[str, Any]) -> str:
    low, high = row.get("change_low"), row.get("change_high")
    if row.get("change") is None or low is None or high is None or math.isinf(low):
        return ""
    return interval(Estimate(row["change"], low, high, "change"), digits(row["change"], "change"))


def _axis(data: Mapping[str, Any], numeric: bool, paired: bool) -> float:
    """Where the axis ends, in the unit of the marks."""
    base, rows = data["baseline"], data["rows"]
    if not numeric:
        return 1.0
    if paired:
        known = [r for r in rows if r.get("value") is not None]
        middles = _finite(1.0, *(1 + r["change"] for r in known))
        ends = _finite(1.0, *(1 + r["change_high"] for r in known))
    else:
        middles = _finite(base.get("value"), *(r.get("value") for r in rows))
        ends = _finite(base.get("high"), *(r.get("high") for r in rows)) or middles
    end = min(max(ends), _HEADROOM * max(middles))
    if paired and end < 1 + 1e-6:
        return 1.0
    return end if end > 0 else 1.0


def _is_paired(rows: Sequence[Mapping[str, Any]]) -> bool:
    known = [r for r in rows if r.get("value") is not None]
    return (
        bool(known)
        and all(r.get(k) is not None and math.isfinite(r[k]) for r in known for k in ("change", "change_low"))
        and all(r.get("change_high") is not None for r in known)
    )


def removal(data: Mapping[str, Any]) -> Removal:
    """Rows grouped by kind, the largest effect first within each."""
    base, rows = data["baseline"], list(data["rows"])
    numeric = base.get("value") is not None and any(r.get("value") is not None for r in rows)
    paired = numeric and _is_paired(rows)
    end = _axis(data, numeric, paired)

    def order(r: Mapping[str, Any]) -> tuple[float, float]:
        return (float(r["value"]) if numeric and r.get("value") is not None else math.inf, -float(r.get("breaks", 0)))

    groups = tuple(
        (kind, heading, tuple(_row(r, numeric, paired, end) for r in sorted((r for r in rows if r["kind"] == kind), key=order)))
        for kind, heading in _KINDS
        if any(r["kind"] == kind for r in rows)
    )
    if not numeric:
        return Removal(False, False, str(data["quantity"]), Mark(100, 100, 100), "", groups)
    today = quantity(base["value"], base.get("low"), base.get("high"), "plain")
    if not paired:
        return Removal(True, False, str(data["quantity"]), _mark(base, end), today, groups)
    ticks = tuple((25 * i / end, f"{25 * i}\u00a0%") for i in range(4))
    return Removal(True, True, str(data["quantity"]), Mark(100 / end, 100 / end, 100 / end), today, groups, ticks)
