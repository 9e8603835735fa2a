"""Bounds and comparisons: a value, its interval, how it was got; after, after - before and after / before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bound", "Comparison", "What", "at_points", "enclosure", "hull", "of", "scaled", "unpaired"]

Array = NDArray[np.float64]
What = Literal["after", "difference", "ratio"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A value at the middle of every number (NaN where only the interval is known), its interval, and how it was got."""

    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One output under one set of interventions: after, after - before, after / before.

    Where before and after are both 0 a ratio says nothing and is left out; it is 1 where that is so everywhere.
    """

    after: Bound
    difference: Bound
    ratio: Bound


def unpaired(after: Bound, before: Bound, how: str) -> Comparison:
    """A comparison whose difference and ratio follow from the two intervals alone."""
    a, b = (after.low, after.high), (before.low, before.high)
    value = after.value / before.value if before.value > 0 else float("nan")
    return Comparison(
        after,
        Bound(after.value - before.value, *enclosure("difference", a, b), how),
        Bound(value, *enclosure("ratio", a, b), how),
    )


def enclosure(what: str, after: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    """Bounds of a difference or ratio from the two intervals alone."""
    if what == "difference":
        return after[0] - before[1], after[1] - before[0]
    low = after[0] / before[1] if before[1] > 0 else 1.0
    high = after[1] / before[0] if before[0] > 0 else (float("inf") if after[1] > 0 else 1.0)
    return low, high


def of(what: What, after: Array, before: Array) -> Array:
    after, before = np.asarray(after, dtype=float), np.asarray(before, dtype=float)
    if what == "after":
        return after
    if what == "difference":
        return after - before
    safe = np.where(before > 0, before, 1.0)
    return np.where(before > 0, after / safe, np.where(after > 0, np.inf, np.nan))


def hull(v: Array) -> tuple[float, float]:
    """Least and greatest, leaving out where a ratio of nothing to nothing says nothing; no change where that is everywhere."""
    known = v[~np.isnan(v)]
    return (float(known.min()), float(known.max())) if known.size else (1.0, 1.0)


def at_points(after: float, before: float) -> Comparison:
    parts = {}
    for what in ("after", "difference", "ratio"):
        v = float(np.nan_to_num(of(what, after, before), nan=1.0, posinf=np.inf))  # type: ignore[arg-type]  # 0-d arrays of one number
        parts[what] = Bound(v, v, v, "exact: every number is a point")
    return Comparison(**parts)


def scaled(c: Comparison, by: float) -> Comparison:
    def times(b: Bound) -> Bound:
        return Bound(b.value * by, b.low * by, b.high * by, b.method)

    return Comparison(times(c.after), times(c.difference), c.ratio)
