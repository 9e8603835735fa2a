"""How often two components fail in the same bin, for all pairs at once: exact, and only for the pairs that ever do.

Each bin lists who is down in it; a component meets, in each of its bins, those that stand behind it in the list. The work is the sum over bins
of d (d - 1) / 2, where d components are down: for rare failures far less than a look at every pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fuelbed.numerics.joint._tally import Meetings, Spread, chosen, names_of, tally
from fuelbed.numerics.joint.bins import Ints, Occupancy

__all__ = ["ByStratum", "Pairs", "cofailures"]

_PIECE = 1 << 21


@dataclass(frozen=True, eq=False)
class ByStratum:
    """Counts of pair k by stratum: `stratum[first[k]:first[k + 1]]`, increasing, with `count`; what is not there is 0."""

    first: Ints
    stratum: Ints
    count: Ints


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs i < j that were down in one bin at least once, by i, then j; `both` bins (int32: there are fewer than 2^31 bins).

    by_stratum  the same by stratum where strata were given: sums to `both`.
    """

    i: Ints
    j: Ints
    both: Ints
    by_stratum: ByStratum | None = None

    def __len__(self) -> int:
        return len(self.i)


def cofailures(
    occ: Occupancy,
    strata: Ints | None = None,
    *,
    spread: Spread | None = None,
    blocks: int | None = None,
    fast: bool | None = None,
) -> Pairs:
    """Bins in which both of a pair are, for every pair with at least one.

    strata  one for each bin: 0, 1, ...; a bin with a negative one is left out (its stratum is not known). Counts then also come by stratum.
    spread  a map as `parallel.spread`, for instance `partial(spread, workers=client)`: blocks of components are then counted elsewhere.
    blocks  how many of them, of about the same work (default 16 where there is a `spread`).
    fast    compiled (extra `fast`) or plain NumPy; None: compiled where there is numba and enough to do. All give the same.
    """
    k, first, many, mark = occ.indices, occ.indptr, 1, None
    if strata is not None:
        s = np.asarray(strata)
        if s.shape != (occ.T,):
            raise ValueError(f"one stratum for each of the {occ.T} bins")
        mark, many = s[k], int(s.max(initial=0)) + 1
        first, k, mark = _only(mark >= 0, first, k, mark)
    if 4 * len(k) + 1024 < occ.T:  # far more bins than entries: number those that are used
        k = np.unique(k, return_inverse=True)[1]
    down = _how_many(k)
    shared = down > 1
    if np.count_nonzero(down == 1) > len(k) / 4:  # many are alone in their bin
        used = np.flatnonzero(shared)
        number = np.zeros(len(down), np.int32)
        number[used] = np.arange(len(used))
        first, k, mark = _only(shared[k], first, k, mark)
        k, down = number[k], down[used]
    low, high, who = _by_bin(first, k, down, fast)
    found = tally(Meetings(first, low, high, who, occ.n, mark=mark, strata=many), spread, blocks, fast)
    return _pairs(found, many if strata is not None else 0)


def _only(keep: Any, first: Ints, k: Ints, mark: Ints | None) -> tuple[Ints, Ints, Ints | None]:
    """The entries that are kept, with the rows' beginnings among them."""
    at = np.flatnonzero(keep)
    return np.searchsorted(at, first), k[at], None if mark is None else mark[at]


def _how_many(k: Ints) -> Ints:
    """Entries in each bin: `numpy.bincount`, which makes a copy of eight bytes an entry, in pieces."""
    total = int(k.max(initial=-1)) + 1
    out = np.bincount(k[:_PIECE], minlength=total)
    for a in range(_PIECE, len(k), _PIECE):
        out += np.bincount(k[a : a + _PIECE], minlength=total)
    return out


def _by_bin(first: Ints, k: Ints, down: Ints, fast: bool | None) -> tuple[Ints, Ints, Ints]:
    """Entries in the order of their bins, then of components: behind the place of each entry, the end of its bin, the component at each place."""
    ends = np.cumsum(down)
    kernel = chosen(int((down * (down - 1)).sum()) // 2, fast)
    kind = names_of(len(first) - 1)
    if kernel:
        low, high, who = np.empty(len(k), np.uint32), np.empty(len(k), np.uint32), np.empty(len(k), kind)
        kernel.by_bin(
            first.astype(np.uint64),
            k.astype(np.int32, copy=False).view(np.uint32),
            (ends - down).astype(np.uint32),
            low,
            high,
            who,
        )
        return low, high, who
    from scipy.sparse import csr_array

    # the transpose of a sparse matrix is the same counting sort
    t = csr_array((np.arange(len(k), dtype=np.int32), k, first), shape=(len(first) - 1, len(down))).tocsc()
    low = np.empty(len(k), np.uint32)
    low[t.data] = np.arange(1, len(k) + 1)
    return low, ends.astype(np.uint32)[k], t.indices.astype(kind)


def _pairs(found: tuple[Ints, Ints, Ints], strata: int) -> Pairs:
    i, key, count = found
    if not strata:
        return Pairs(i, key, count)
    j = key // strata
    new = np.ones(len(i), bool)
    new[1:] = (i[1:] != i[:-1]) | (j[1:] != j[:-1])
    starts = np.flatnonzero(new)
    both = np.add.reduceat(count, starts, dtype=np.int32) if len(starts) else count
    return Pairs(i[starts], j[starts], both, ByStratum(np.append(starts, len(i)), key - j * strata, count))
