"""Least and greatest values over windows of a trace: every window in O(log of its length), so a whole trace in O(n log w).

Windows of one length are doubled: the least of 2k neighbours is the lesser of the least of two times k. Each doubling is one pass of
`numpy.minimum` over the trace, and at 1,000,000 samples a window of 10,000 costs fourteen of them, a few milliseconds: less than the
one pass of a monotone deque (D. Lemire, Nordic J. Computing 13, 2006) or of block prefixes (M. van Herk, Pattern Recognition Letters 13,
1992), which NumPy cannot run without a step in Python for each sample or a slow accumulation along short rows. Windows of unequal
lengths are two overlapping windows of a power of two each (M. Bender and M. Farach-Colton, LATIN 2000).

Only comparisons are made, so the result is one of the values that went in, to the bit. No `nan` may go in.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ranges", "rest", "slide", "until_rest"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
_PIECE = 32_768  # samples doubled at a time: with their window they stay in the processor's cache
_BLOCK = 1024  # samples that `until_rest` steps through one by one, all blocks at once: about the root of 1,000,000


def _better(greatest: bool) -> Any:
    return np.maximum if greatest else np.minimum


def slide(x: Array, low: int, high: int, greatest: bool, beyond: float) -> Array:
    """y[i] = the least (or greatest) of x[i + low .. i + high], 0 <= low <= high; past its end, `x` goes on as `beyond` for ever."""
    n = len(x)
    low, high = min(low, n), min(high, n)  # all that is further on is `beyond` as well
    width, better = high - low + 1, _better(greatest)
    out = np.empty(n)
    piece = max(_PIECE, 4 * width)
    now, then = np.empty(min(piece, n) + width - 1), np.empty(min(piece, n) + width - 1)
    for start in range(0, n, piece):
        stop = min(start + piece, n)
        there = max(min(stop + high, n) - start - low, 0)
        now[:there] = x[start + low : start + low + there]
        now[there:] = beyond
        size, done = stop - start + width - 1, 1
        while done < width:
            by = min(done, width - done)
            size, done = size - by, done + by
            better(now[:size], now[by : by + size], out=then[:size])
            now, then = then, now
        out[start:stop] = now[: stop - start]
    return out


def rest(x: Array, low: int, greatest: bool, empty: float) -> Array:
    """y[i] = the least (or greatest) of x[i + low ..]; `empty` where nothing is left."""
    n = len(x)
    out = np.full(n, empty)
    if low < n:
        out[: n - low] = _better(greatest).accumulate(x[low:][::-1])[::-1]
    return out


def ranges(x: Array, left: Index, right: Index, greatest: bool, empty: float) -> Array:
    """y[i] = the least (or greatest) of x[left[i] .. right[i]], both ends in 0..n-1; `empty` where left[i] > right[i]."""
    better = _better(greatest)
    width = right - left + 1
    out = np.full(len(left), empty)
    some = width > 0
    if not some.any():
        return out
    level = np.frexp(width.astype(float))[1] - 1  # 2**level <= width < 2**(level + 1)
    level[~some] = -1
    p, span = x, 1
    for k in range(int(level.max()) + 1):
        here = np.flatnonzero(level == k)
        if len(here):
            out[here] = better(p[left[here]], p[right[here] - span + 1])
        p = better(p[: max(len(p) - span, 0)], p[span:])
        span *= 2
    return out


def until_rest(x: Array, y: Array, beyond: float) -> Array:
    """u[i] = max(y[i], min(x[i], u[i + 1])), u[n] = `beyond`: until over the whole rest, its witness sample free of x.

    A step is a clamp, u -> max(a, min(b, u)), and clamps in a row are one clamp again: max(y, min(x, max(a, min(b, u)))) has
    a' = max(y, min(x, a)) and b' = min(x, b). So all blocks are stepped through at once, then joined from the last to the first: O(n).
    """
    n = len(x)
    if n == 0:
        return np.zeros(0)
    size = min(_BLOCK, n)
    blocks = -(-n // size)
    b = _columns(x, blocks, size, np.inf)
    a = _columns(y, blocks, size, -np.inf)  # beyond the end a step changes nothing: max(-inf, min(inf, u)) = u
    for i in range(size - 2, -1, -1):
        np.maximum(a[i], np.minimum(b[i], a[i + 1]), out=a[i])
        np.minimum(b[i], b[i + 1], out=b[i])
    after = np.empty(blocks)
    u = beyond
    first_a, first_b = a[0].tolist(), b[0].tolist()
    for k in range(blocks - 1, -1, -1):
        after[k] = u
        u = max(first_a[k], min(first_b[k], u))
    np.minimum(b, after, out=b)
    np.maximum(a, b, out=a)
    return np.ascontiguousarray(a.T).reshape(-1)[:n]


def _columns(x: Array, blocks: int, size: int, fill: float) -> Array:
    """(size, blocks): each block a column, the last one filled up."""
    whole = np.full(blocks * size, fill)
    whole[: len(x)] = x
    return np.ascontiguousarray(whole.reshape(blocks, size).T)
