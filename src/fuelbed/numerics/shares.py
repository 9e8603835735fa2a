"""Shares of a whole with their intervals: of counted passages (Wilson, and by drawing clusters), of risk (every sum over a box).

What is counted stands in clusters (the sentences of a paragraph, the passages of a document) that speak of one thing together, so that
a count of `n` tells less than `n` independent draws would. The interval is the wider of two: Wilson's over the count, as if each stood
alone (it stays honest at 0 and at all), and the middle 90 % of shares over clusters drawn anew with replacement.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fuelbed.numerics.wilson import Z90, wilson

__all__ = ["between", "counted_shares"]

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_DRAWS = 1_000
_LEAST = 3  # clusters that can be drawn anew
_MOST = 4_000_000  # cells of the drawn tables at once


def counted_shares(clusters: Sequence[Sequence[float]], rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Share and interval of each column of what is counted.

    clusters  a row of counts for each cluster, one column a thing; the columns together are the whole. The order of the rows moves
    nothing: they are sorted before anything is drawn.
    """
    table = np.array(sorted(tuple(map(float, row)) for row in clusters), dtype=np.float64)
    if table.size == 0:
        return [(0.0, 0.0, 1.0) for _ in (clusters[0] if len(clusters) else ())]
    totals = table.sum(axis=0)
    n = float(totals.sum())
    if n <= 0:
        return [(0.0, 0.0, 1.0)] * table.shape[1]
    alone = [wilson(float(k), n, Z90) for k in totals]
    low, high = _drawn(table, rng) if len(table) >= _LEAST else (totals / n, totals / n)
    return [(float(k / n), min(a, float(x)), max(b, float(y))) for k, (a, b), x, y in zip(totals, alone, low, high, strict=True)]


def _drawn(table: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The 5 % and the 95 % point of each column's share, over clusters drawn with replacement; draws that count nothing are left out."""
    rows = len(table)
    step = max(1, _MOST // rows)
    drawn = []
    for first in range(0, _DRAWS, step):
        times = rng.multinomial(rows, np.full(rows, 1.0 / rows), size=min(step, _DRAWS - first)).astype(np.float64)
        drawn.append(times @ table)
    sums = np.concatenate(drawn)
    whole = sums.sum(axis=1)
    sums, whole = sums[whole > 0], whole[whole > 0]
    shares = sums / whole[:, None]
    return np.quantile(shares, 0.05, axis=0), np.quantile(shares, 0.95, axis=0)


def between(
    mine: Sequence[tuple[float, float, float]], others: Sequence[tuple[float, float, float]]
) -> tuple[float, float, float]:
    """The share of some parts in a sum, where each part (value, low, high; from 0) lies anywhere in its interval: an outer enclosure.

    `x / (x + y)` rises in each of `mine` and falls in each of `others`, so its ends lie at the ends of the box.
    """
    x, x_low, x_high = (math.fsum(p[i] for p in mine) for i in range(3))
    y, y_low, y_high = (math.fsum(p[i] for p in others) for i in range(3))
    if x_high + y_high <= 0:
        return 0.0, 0.0, 0.0
    value = x / (x + y) if x + y > 0 else 0.0
    low = x_low / (x_low + y_high) if x_low + y_high > 0 else 0.0
    high = x_high / (x_high + y_low) if x_high + y_low > 0 else 1.0
    return min(max(value, low), high), low, high
