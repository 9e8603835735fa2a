"""Counting who meets whom: rows of entries, each of which meets a run of one long list. What pairs, strata and coincidences have in common.

Compiled where there is numba and enough to do, plain NumPy otherwise; in one piece or in blocks of rows, wherever those are worked out: integers
are counted, so what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from fuelbed.numerics.joint import _rows
from fuelbed.numerics.joint.bins import Ints
from fuelbed.numerics.kernels import kernels_of

__all__ = ["Meetings", "Spread", "chosen", "names_of", "tally"]

Spread = Callable[..., list[Any]]
"""A map as `parallel.spread`: (function, items, sizes) -> results in order."""
Counts = tuple[Ints, Ints, Ints]
_BATCH = 1 << 17  # meetings that plain NumPy lays out at once: they stay in the processor's own memory
_ROOM = 1 << 20  # results that a compiled batch has room for
_COMPILED = 4_000_000  # meetings from which on loading numba pays
_TILE = 1 << 18  # counts of the rows that are worked out side by side: a megabyte
_PIECE = 1 << 20  # entries that are summed at once: to ask for new memory costs more than to sum
_BLOCKS = 16


@dataclass(frozen=True, eq=False)
class Meetings:
    """Entry e of row start + i (`first[i] <= e < first[i + 1]`) meets `who[low[e]:high[e]]`; low <= high.

    n       rows and columns of the whole; `start` is the first row that is here.
    before  one for each place of `who`: 1 + the place before it with the same value, 0 for none. Needed where `side` is not 0.
    side    0: every meeting counts, and no run holds its own row. 1 or -1: each column is met once by an entry, and only those above or below
            the row.
    mark    stratum of each entry; counts are by (column, stratum), key = column * strata + stratum.
    """

    first: Ints
    low: Ints
    high: Ints
    who: Ints
    n: int
    start: int = 0
    before: Ints | None = None
    side: int = 0
    mark: Ints | None = None
    strata: int = 1

    @property
    def width(self) -> int:
        return self.n * self.strata

    def work(self) -> Ints:
        """Meetings of each row."""
        out, many = np.zeros(len(self.first) - 1, np.int64), np.diff(self.first)
        for a, b in _batches(many, _PIECE):
            x = int(self.first[a])
            here = slice(x, int(self.first[b]))
            full = a + np.flatnonzero(many[a:b])
            if len(full):
                out[full] = np.add.reduceat(self.high[here] - self.low[here], self.first[full] - x, dtype=np.int64)
        return out

    def cut(self, a: int, b: int) -> Meetings:
        """Rows a .. b - 1 of those that are here, with no more of the list than they need."""
        e = slice(self.first[a], self.first[b])
        low, high = self.low[e], self.high[e]
        real = high > low
        x, y = (int(low[real].min()), int(high[real].max())) if real.any() else (0, 0)
        return replace(
            self,
            first=self.first[a : b + 1] - self.first[a],
            low=np.where(real, low - low.dtype.type(x), 0),
            high=np.where(real, high - high.dtype.type(x), 0),
            who=self.who[x:y],
            start=self.start + a,
            before=None if self.before is None else np.maximum(self.before[x:y] - x, 0),
            mark=None if self.mark is None else self.mark[e],
        )


def tally(m: Meetings, spread: Spread | None = None, blocks: int | None = None, fast: bool | None = None) -> Counts:
    """(row, key, count) of every count above 0, by row, then key; int32.

    spread  works out blocks of rows elsewhere; `blocks` of them, of about the same work.
    fast    compiled or not; None: where there is numba and enough to do.
    """
    if m.width > 2**31 - 1:
        raise ValueError(f"{m.n} components in {m.strata} strata are too many")
    if len(m.who) > 2**31 - 1:
        raise ValueError(f"{len(m.who)} entries are too many: take wider bins")
    if spread is None and blocks is None:
        return _tally_here((m, fast))
    # what a row costs: its meetings, and a look at every column
    cost = np.cumsum(m.work() + m.width / 8)
    many = max(min(blocks or _BLOCKS, m.n), 1)
    at = [0, *np.searchsorted(cost, cost[-1] * np.arange(1, many) / many).tolist(), m.n] if m.n else [0, 0]
    cuts = [(a, b) for a, b in pairwise(at) if b > a]
    items = [(m.cut(a, b), fast) for a, b in cuts]
    sizes = [float(cost[b - 1] - (cost[a - 1] if a else 0)) for a, b in cuts]
    return _joined([_tally_here(x) for x in items] if spread is None else spread(_tally_here, items, sizes))


def names_of(n: int) -> type[np.uint16 | np.uint32]:
    """The type for numbers of components: two bytes where they fit, as what has to be read decides the speed."""
    return np.uint16 if n <= 1 << 16 else np.uint32


def chosen(work: int, fast: bool | None) -> Any:
    """Compiled kernels, or None for plain NumPy: as asked, else compiled where there is numba and enough to do."""
    kernel, quick = kernels_of(_rows, False if fast is None and work < _COMPILED else fast)
    return kernel if quick else None


def _tally_here(task: tuple[Meetings, bool | None]) -> Counts:
    m, fast = task
    work = m.work()
    kernel = chosen(int(work.sum()), fast)
    return _compiled(m, work, kernel) if kernel else _joined([_plain(m, a, b) for a, b in _batches(work, _BATCH)])


def _joined(parts: list[Counts]) -> Counts:
    if not parts:
        return (np.empty(0, np.int32),) * 3
    a, b, c = (np.concatenate(x) for x in zip(*parts, strict=True))
    return a, b, c


def _batches(work: Ints, most: int) -> Iterator[tuple[int, int]]:
    """Runs of rows with at most so much work, or of one row."""
    done = np.concatenate([[0], np.cumsum(work)])
    a = 0
    while a < len(work):
        b = max(int(np.searchsorted(done, done[a] + most, side="right")) - 1, a + 1)
        yield a, b
        a = b


def _compiled(m: Meetings, work: Ints, kernel: Any) -> Counts:
    room, done = np.minimum(work, m.width), np.append(0, np.cumsum(work))
    # one type for each argument, so that it is compiled once
    low, high, before, mark = (_unsigned(x) for x in (m.low, m.high, m.before, m.mark))
    first, who = m.first.astype(np.int64, copy=False), m.who.astype(names_of(m.n), copy=False)
    bases = np.arange(min(max(_TILE // max(m.width, 1), 1), m.n), dtype=np.uint64) * np.uint64(m.width)
    counts, seen, at = np.zeros(len(bases) * m.width, np.int32), np.empty(m.width + 1, np.int32), np.empty(len(bases), np.int64)
    parts: list[Counts] = []
    for a, b in _batches(room, _ROOM):
        size = int(room[a:b].sum()) + 1  # what is 0 is written, and then written over
        keys, found, ends = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(b - a, np.int64)
        k = kernel.rows(first[a : b + 1], done[a : b + 1], low, high, who, before, mark, np.uint64(m.strata), m.side, m.start + a, m.width,
                        bases, counts, seen, at, keys, found, ends)  # fmt: skip
        row = np.repeat(np.arange(m.start + a, m.start + b, dtype=np.int32), np.diff(ends, prepend=0))
        parts.append((row, keys[:k].copy(), found[:k].copy()))
    return _joined(parts)


def _unsigned(x: Ints | None) -> Ints:
    return np.empty(0, np.uint32) if x is None else x.astype(np.uint32, copy=False)


def _plain(m: Meetings, a: int, b: int) -> Counts:
    """Rows a .. b - 1, all of their meetings laid out; a row of many, a part at a time."""
    e, f = int(m.first[a]), int(m.first[b])
    length = m.high[e:f] - m.low[e:f]
    row = np.repeat(np.arange(b - a), np.diff(m.first[a : b + 1]))
    if b - a > 1 or int(length.sum()) <= _BATCH:
        codes, count = _summed(_met(m, e, f, length, row, m.start + a), (b - a) * m.width)
    else:
        total = np.zeros(m.width, np.int64)
        for x, y in _batches(length, _BATCH):
            total += np.bincount(_met(m, e + x, e + y, length[x:y], row[x:y], m.start + a), minlength=m.width)
        codes = np.flatnonzero(total)
        count = total[codes]
    i = codes // m.width
    return (i + (m.start + a)).astype(np.int32), (codes - i * m.width).astype(np.int32), count.astype(np.int32)


def _met(m: Meetings, e: int, f: int, length: Ints, row: Ints, start: int) -> Ints:
    """row * width + key of every meeting that counts, of entries e .. f - 1."""
    offset = np.cumsum(length, dtype=np.int64) - length
    place = np.repeat(m.low[e:f] - offset, length)
    place += np.arange(len(place))
    base = row * m.width
    if m.mark is not None:
        base = base + m.mark[e:f]
    met = m.who[place]
    code = np.repeat(base, length)
    code += met if m.strata == 1 else met * np.int64(m.strata)
    if m.side and m.before is not None:
        own = np.repeat(row + start, length)
        code = code[((met > own) if m.side > 0 else (met < own)) & (m.before[place] <= np.repeat(m.low[e:f], length))]
    return np.asarray(code)


def _summed(code: Ints, width: int) -> tuple[Ints, Ints]:
    if width <= 32 * len(code):
        dense = np.bincount(code)
        codes = np.flatnonzero(dense)
        return codes, dense[codes]
    return np.unique(code, return_counts=True)
