"""Onsets that are near each other in time, for all pairs that ever are: event coincidence in exact seconds, whatever the bins.

An onset at t of A and one at u of B coincide where t + low <= u <= t + high. Counted are onsets, not pairs of onsets: an onset of A with three
of B around it is one (Donges et al. 2016, event coincidence analysis, Eur. Phys. J. Special Topics 225, 471: with low = 0, `of_i` is the number
of triggers and `of_j` that of those with a precursor).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fuelbed.numerics.joint._tally import Meetings, Spread, tally
from fuelbed.numerics.joint.bins import Ints, Onsets

__all__ = ["Coincidences", "coincidences"]


@dataclass(frozen=True, eq=False)
class Coincidences:
    """Pairs i < j with an onset of j at a lag in low .. high seconds after one of i, by i, then j.

    of_i  onsets of i that have at least one of j in that time; `of_j` onsets of j that have at least one of i. Both are at least 1.
    """

    i: Ints
    j: Ints
    of_i: Ints
    of_j: Ints

    def __len__(self) -> int:
        return len(self.i)


def coincidences(
    o: Onsets, low: float, high: float, *, spread: Spread | None = None, blocks: int | None = None, fast: bool | None = None
) -> Coincidences:
    """All pairs i < j that coincide at all: lags t_j - t_i in low .. high, both included. For j before i call with (-high, -low).

    The work is the number of pairs of onsets no further apart. spread, blocks, fast: as of `cofailures`; the same in every way.
    """
    if not (np.isfinite([low, high]).all() and low <= high):
        raise ValueError(f"lags go from the lower to the higher, not {low:g} to {high:g}")
    who = np.repeat(np.arange(o.n, dtype=np.int32), o.counts())
    order = np.argsort(o.times, kind="stable")
    t, sorted_who = o.times[order], who[order]
    before = _before(o, order)

    def count(a: Ints, b: Ints, side: int) -> tuple[Ints, Ints, Ints]:
        return tally(Meetings(o.indptr, a, b, sorted_who, o.n, before=before, side=side), spread, blocks, fast)

    # both sides ask the same comparison, t_i + low <= t_j <= t_i + high, of the same rounded sums: no pair of onsets is there for one only
    i, j, of_i = count(np.searchsorted(t, o.times + low), np.searchsorted(t, o.times + high, side="right"), 1)
    to, by, of_j = count(np.searchsorted(t + high, o.times), np.searchsorted(t + low, o.times, side="right"), -1)
    turned = np.argsort(by, kind="stable")
    assert np.array_equal(by[turned], i)
    assert np.array_equal(to[turned], j)
    return Coincidences(i, j, of_i, of_j[turned])


def _before(o: Onsets, order: Ints) -> Ints:
    """For each place of the list in time: 1 + the place before it with the same component, 0 for none."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    out = np.zeros(len(order), np.int64)
    out[place[1:]] = place[:-1] + 1
    out[place[o.indptr[:-1][o.counts() > 0]]] = 0
    return out
