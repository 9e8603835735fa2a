"""Kernel of the tally: one row after the other into an array of counts that fits the processor's nearest memory. See `_tally.py`."""

from __future__ import annotations

from typing import Any

__all__ = ["KERNELS", "rows"]


def by_bin(first: Any, k: Any, heads: Any, low: Any, high: Any, who: Any) -> None:
    """Counting sort of entries by bin k, then row: behind each entry's own place `low`, where its bin ends `high`, the row at each place `who`.

    heads  where each bin begins; afterwards where it ends.
    """
    for i in range(len(first) - 1):
        for e in range(first[i], first[i + 1]):
            at = heads[k[e]]
            who[at] = i
            at += 1
            low[e] = at
            heads[k[e]] = at
    for e in range(len(k)):
        high[e] = heads[k[e]]


def count_tile(
    first: Any, low: Any, high: Any, who: Any, mark: Any, strata: Any, a: int, b: int, bases: Any, counts: Any, at: Any
) -> None:
    """Rows a .. b - 1 side by side along the list, a stretch of it at a time, which so comes from far memory once for all of them."""
    for r in range(a, b):
        at[r - a] = first[r]
    reach, left = 0, True
    while left:
        reach += STRETCH
        left = False
        for r in range(a, b):
            e, end, base = at[r - a], first[r + 1], bases[r - a]
            while e < end and low[e] < reach:
                key = base + mark[e] if strata > 1 else base
                for q in range(low[e], high[e]):
                    counts[key + who[q] * strata] += 1
                e += 1
            at[r - a] = e
            left = left or e < end


def count_few(low: Any, high: Any, who: Any, mark: Any, strata: Any, a: int, b: int, counts: Any, seen: Any) -> int:
    """The same, noting which counts are no longer 0: for rows that meet few, so that the others need not be looked at."""
    m = 0
    for e in range(a, b):
        for q in range(low[e], high[e]):
            key = who[q] * strata + (mark[e] if strata > 1 else 0)
            seen[m] = key
            m += counts[key] == 0
            counts[key] += 1
    return m


def count_once(
    low: Any, high: Any, who: Any, before: Any, mark: Any, strata: Any, a: int, b: int, counts: Any, least: int, most: int
) -> None:
    """The same for columns least .. most - 1, each met once by an entry: at its first place in the run."""
    for e in range(a, b):
        for q in range(low[e], high[e]):
            c = who[q]
            counts[c * strata + (mark[e] if strata > 1 else 0)] += least <= c < most and before[q] <= low[e]


def take_few(counts: Any, seen: Any, k: int, keys: Any, found: Any, m: int) -> int:
    """The k counts that were seen, in order, to place m and on; 0 again afterwards."""
    seen[:k].sort()
    for x in range(k):
        keys[m + x] = seen[x]
        found[m + x] = counts[seen[x]]
        counts[seen[x]] = 0
    return m + k


def take_all(counts: Any, base: int, width: int, keys: Any, found: Any, m: int) -> int:
    """The counts above 0 of one row, without a branch: what is 0 is written over by the next."""
    for key in range(width):
        keys[m] = key
        found[m] = counts[base + key]
        m += counts[base + key] > 0
        counts[base + key] = 0
    return m


def rows(first: Any, done: Any, low: Any, high: Any, who: Any, before: Any, mark: Any, strata: Any, side: int, start: int, width: int,
         bases: Any, counts: Any, seen: Any, at: Any, keys: Any, found: Any, ends: Any) -> int:  # fmt: skip
    """All rows of `first`, of which the first one is row `start`: keys (increasing) and counts of each into `keys` and `found`, where each ends
    into `ends`; how many in all.

    done    meetings before each row and after the last.
    side    0: every meeting; 1 or -1: once, columns above or below the row.
    counts  0, and left so: `width` for each of len(bases) rows side by side, from `bases` on; `at` as many. `seen` holds width + 1.
    Places, columns and strata come unsigned: a signed index is tested for being negative every time.
    """
    m, many, i = 0, len(first) - 1, 0
    while i < many:
        to = min(i + len(bases), many) if side == 0 else i + 1
        if side == 0 and (done[to] - done[i]) * 32 < width * (to - i):
            for r in range(i, to):
                k = count_few(low, high, who, mark, strata, first[r], first[r + 1], counts, seen)
                m = take_few(counts, seen, k, keys, found, m)
                ends[r] = m
        else:
            if side == 0:
                count_tile(first, low, high, who, mark, strata, i, to, bases, counts, at)
            elif side > 0:
                count_once(low, high, who, before, mark, strata, first[i], first[to], counts, start + to, width)
            else:
                count_once(low, high, who, before, mark, strata, first[i], first[to], counts, 0, start + i)
            for r in range(i, to):
                m = take_all(counts, (r - i) * width, width, keys, found, m)
                ends[r] = m
        i = to
    return m


STRETCH = 1 << 15
"""Places of the list in one stretch: so much is near beside the counts."""
KERNELS = ["by_bin", "count_tile", "count_few", "count_once", "take_few", "take_all", "rows"]
