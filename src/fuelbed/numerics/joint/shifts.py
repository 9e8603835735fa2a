"""How many coincidences there would be without coupling, by moving one side in time: exact, since the moves are few enough to count them all.

The number of onsets of A that have one of B at a lag in low .. high seconds, as it is and under every move of B that keeps what B is in itself: B in every
block (a day) by a time of its own, around the block. So what differs from day to day is kept for both, and bursts stay whole; the time of day does not. The
blocks are independent, so the distribution of the sum is the convolution of theirs. The move by nothing is one of the moves, so p = P(count >= observed) is
valid under its null whatever the rates are (Besag, Clifford 1989, Biometrika 76, 633; the circular block shift of neuroscience).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from fuelbed.numerics.joint.bins import Ints

__all__ = ["Null", "within"]

Floats = npt.NDArray[np.float64]
_PIECE = 1 << 20


@dataclass(frozen=True, eq=False)
class Null:
    """The count as it is, and its distribution under the moves: `chance[c]` of c coincidences."""

    observed: int
    chance: Floats

    @property
    def p(self) -> float:
        """P(count >= observed), of all moves."""
        return min(float(self.chance[self.observed :].sum()), 1.0)


def within(a: Any, b: Any, window: tuple[float, float], low: float, high: float, block: float, shifts: int) -> Null:
    """B in each block of `block` seconds by k / shifts of it, around it, independently; the last block may be shorter.

    Coincidences are those within a block, around its end as well, in what is observed too.
    """
    t, u = _checked(a, b, window, low, high, shifts)
    edges = _edges(window, block)
    x, y = np.searchsorted(t, edges), np.searchsorted(u, edges)
    observed, parts = 0, [np.ones(1)]
    for k in np.flatnonzero((np.diff(x) > 0) & (np.diff(y) > 0)):
        counts = _around(t[x[k] : x[k + 1]], u[y[k] : y[k + 1]], float(edges[k + 1] - edges[k]), low, high, shifts)
        observed += int(counts[0])
        parts.append(_share(counts, int(counts.max())))
    return Null(observed, reduce(np.convolve, parts))


def _checked(a: Any, b: Any, window: tuple[float, float], low: float, high: float, many: int) -> tuple[Floats, Floats]:
    t, u = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if not (np.isfinite([low, high]).all() and low <= high):
        raise ValueError(f"lags go from the lower to the higher, not {low:g} to {high:g}")
    if many < 1:
        raise ValueError("at least one move")
    for x in (t, u):
        if len(x) and not (x[0] >= window[0] and x[-1] < window[1] and (np.diff(x) >= 0).all()):
            raise ValueError("onsets have to be in the window, in order")
    return t, u


def _edges(window: tuple[float, float], block: float) -> Floats:
    if not block > 0:
        raise ValueError(f"a block has to be longer than nothing, not {block:g} s")
    many = max(int(np.ceil((window[1] - window[0]) / block - 1e-9)), 1)
    return np.append(window[0] + block * np.arange(many), window[1])


def _share(counts: Ints, most: int) -> Floats:
    return np.bincount(counts, minlength=most + 1) / len(counts)


def _around(t: Floats, u: Floats, span: float, low: float, high: float, shifts: int) -> Ints:
    """For each shift k: onsets of `t` with one of u + k span / shifts at a lag in low .. high, on a circle of `span` seconds.

    An onset at t is met under the shifts k of ceil((t - u + low) / step) .. floor((t - u + high) / step), for any u: a union of runs of about
    equal length, the beginnings in order, so each run is cut where the next begins, and the runs are summed by their ends.
    """
    ends = np.zeros(2 * shifts + 1, np.int64)
    step = span / shifts
    for d in range(0, len(t), rows := max(_PIECE // max(len(u), 1), 1)) if len(u) else ():
        lag = t[d : d + rows, None] - u[::-1]
        first = np.ceil((lag + low) / step).astype(np.int64)
        last = np.floor((lag + high) / step).astype(np.int64)
        following = np.concatenate([first[:, 1:], first[:, :1] + shifts], axis=1)
        length = np.maximum(np.minimum(last, following - 1) - first + 1, 0)
        first %= shifts
        ends += np.bincount(first.ravel(), minlength=len(ends))
        ends -= np.bincount((first + length).ravel(), minlength=len(ends))
    inside = np.cumsum(ends)
    return inside[:shifts] + inside[shifts : 2 * shifts]
