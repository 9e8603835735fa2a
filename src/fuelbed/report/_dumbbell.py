"""Two shares of each row on one axis, such as the story and the risk: marks with intervals, joined so that the gap shows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fuelbed.report.numbers import quantity

__all__ = ["Dumbbell", "End", "Pair", "dumbbell"]

_TOPS = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
_SHOWN, _ROWS = 10, 60  # rows at once, and in all; more are counted


@dataclass(frozen=True, slots=True)
class End:
    """Places on the axis, 0..100, and the number in words."""

    at: float
    low: float
    high: float
    interval: str


@dataclass(frozen=True, slots=True)
class Pair:
    id: str
    label: str
    note: str
    tone: str
    first: End
    second: End


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """`names`: what the two marks are; `top`: what the axis ends at."""

    names: tuple[str, str]
    rows: tuple[Pair, ...]
    top: str
    more: int = 0
    shown: int = _SHOWN


def dumbbell(data: Mapping[str, Any]) -> Dumbbell:
    """`names`: two; `rows`: id, label, note, tone, first and second as [value, low, high], shares in 0..1."""
    rows = [r for r in data["rows"] if all(math.isfinite(float(x)) for end in ("first", "second") for x in r[end])]
    ends = [float(r[end][2]) for r in rows for end in ("first", "second")]
    top = next((t for t in _TOPS if t >= max(ends, default=1.0)), 1.0)
    first, second = map(str, data["names"])
    kept = rows[:_ROWS]
    pairs = tuple(
        Pair(
            str(r["id"]), str(r.get("label") or r["id"]), str(r.get("note", "")), str(r.get("tone", "plain")),
            _end(r["first"], top), _end(r["second"], top),
        )
        for r in kept
    )  # fmt: skip  # in the order of the type
    return Dumbbell((first, second), pairs, quantity(top, kind="share"), len(rows) - len(kept))


def _end(given: Any, top: float) -> End:
    value, low, high = (float(x) for x in given)
    at, first, last = (100 * min(max(x, 0.0), top) / top for x in (value, low, high))
    return End(at, first, last, quantity(value, low, high, "share"))
