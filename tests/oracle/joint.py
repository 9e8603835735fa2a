"""Bins, pairs and coincidences by plain loops over what the definitions say: slow and obvious."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

__all__ = ["both_of", "coinciding", "down_matrix", "on_circle", "onset_times"]

Failure = tuple[int, float, float]


def _intervals(log: Sequence[Failure], window: tuple[float, float], open_end: str) -> list[tuple[int, Fraction, Fraction]]:
    last = {"bin": lambda s: s, "window": lambda s: max(s, window[1])}[open_end]
    return [(c, Fraction(s), Fraction(last(s) if math.isnan(e) else min(e, 1e9))) for c, s, e in log]


def down_matrix(
    log: Sequence[Failure], n: int, window: tuple[float, float], width: float, kind: str = "down", open_end: str = "bin"
) -> np.ndarray:
    """Components x bins, one failure and one bin after the other, in exact fractions."""
    begin, end, w = Fraction(window[0]), Fraction(window[1]), Fraction(width)
    total = math.ceil((end - begin) / w)
    out = np.zeros((n, total), bool)
    if kind == "onset":
        for c in range(n):
            for t in onset_times(log, c, window, open_end):
                out[c, int((Fraction(t) - begin) // w)] = True
        return out
    for c, s, e in _intervals(log, window, open_end):
        for k in range(total):
            low, high = begin + k * w, min(begin + (k + 1) * w, end)
            out[c, k] |= max(s, low) < min(e, high) or low <= s < high
    return out


def onset_times(log: Sequence[Failure], component: int, window: tuple[float, float], open_end: str = "bin") -> list[float]:
    """Starts at which no earlier failure of the component still runs or ends, each once."""
    mine = [(s, e) for c, s, e in _intervals(log, window, open_end) if c == component]
    starts = {s for s, _ in mine if not any(a < s <= b for a, b in mine)}
    return sorted(float(s) for s in starts if window[0] <= s < window[1])


def both_of(a: np.ndarray, i: int, j: int, strata: np.ndarray | None = None) -> dict[int, int]:
    """Bins in which rows i and j are both set, by stratum (all in stratum 0 where none are given)."""
    out: dict[int, int] = {}
    for k in range(a.shape[1]):
        s = 0 if strata is None else int(strata[k])
        if a[i, k] and a[j, k] and s >= 0:
            out[s] = out.get(s, 0) + 1
    return out


def coinciding(a: Sequence[float], b: Sequence[float], low: float, high: float) -> tuple[int, int]:
    """Onsets of `a` with one of `b` at a lag of low .. high after them, and onsets of `b` with one of `a` so long before."""
    near = [[low <= u - t <= high for u in b] for t in a]
    return sum(any(row) for row in near), sum(any(row[k] for row in near) for k in range(len(b)))


def on_circle(a: Sequence[float], b: Sequence[float], span: float, low: float, high: float, shift: float) -> int:
    """Onsets of `a` with one of `b`, moved by `shift`, at a lag of low .. high on a circle: as often around it as it takes."""
    around = range(-5, 6)
    return sum(any(low <= u + shift + m * span - t <= high for u in b for m in around) for t in a)
