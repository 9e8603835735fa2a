"""Bars with intervals: one row a thing, on one axis from 0; what lies beyond the axis is cut and says so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fuelbed.report.numbers import quantity

__all__ = ["Bar", "Bars", "bars"]

_CUT = 4.0  # the axis ends at so many times the greatest middle


@dataclass(frozen=True, slots=True)
class Bar:
    """value, low, high: places on the axis, 0..100; `text` the numbers in words."""

    id: str
    value: float
    low: float
    high: float
    clipped: bool
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    rows: tuple[Bar, ...]
    axis: str
    top: str


def bars(data: Mapping[str, Any]) -> Bars:
    """`rows`: id, value, low, high (all at least 0); `kind` and `unit` as of an estimate; `axis` in words."""
    kind, unit = data.get("kind", "plain"), str(data.get("unit") or "")
    given = [(str(r["id"]), float(r["value"]), float(r["low"]), float(r["high"])) for r in data["rows"]]
    given = [r for r in given if all(map(math.isfinite, r[1:]))]
    greatest = max((v for _, v, _, _ in given), default=0.0)
    end = (
        min(max((h for *_, h in given), default=0.0), _CUT * greatest)
        if greatest > 0
        else max((h for *_, h in given), default=0.0)
    )
    end = end or 1.0
    rows = tuple(
        Bar(
            i,
            100 * min(v, end) / end,
            100 * min(low, end) / end,
            100 * min(high, end) / end,
            high > end * (1 + 1e-9),
            quantity(v, low, high, kind, unit),
        )
        for i, v, low, high in given
    )
    return Bars(rows, str(data.get("axis") or ""), quantity(end, kind=kind, unit=unit))
