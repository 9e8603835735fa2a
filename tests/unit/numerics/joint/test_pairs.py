"""Counts of pairs against loops over every bin of every pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.numerics.joint.bins import Occupancy, bins
from fuelbed.numerics.joint.pairs import Pairs, cofailures
from tests.oracle.joint import both_of, down_matrix
from tests.unit.numerics.joint.logs import logs
from tests.unit.numerics.joint.test_bins import columns


def listed(p: Pairs) -> list[tuple[int, int, int]]:
    return list(zip(p.i.tolist(), p.j.tolist(), p.both.tolist(), strict=True))


def wanted(dense: np.ndarray, strata: np.ndarray | None = None) -> list[tuple[int, int, dict[int, int]]]:
    n = len(dense)
    found = [(i, j, both_of(dense, i, j, strata)) for i in range(n) for j in range(i + 1, n)]
    return [x for x in found if x[2]]


@given(logs(), st.sampled_from([0.25, 1.0, 3.5]), st.sampled_from(["down", "onset"]))
def test_every_pair_that_ever_meets_and_no_other(drawn, width, kind) -> None:
    log, n, window = drawn
    p = cofailures(bins(*columns(log), n, window, width, kind))
    assert listed(p) == [(i, j, c[0]) for i, j, c in wanted(down_matrix(log, n, window, width, kind))]
    assert p.by_stratum is None
    assert {x.dtype for x in (p.i, p.j, p.both)} == {np.dtype(np.int32)}


@given(logs(), st.sampled_from([0.5, 2.0]), st.integers(1, 4), st.randoms(use_true_random=False))
def test_strata_and_bins_without_one(drawn, width, many, random) -> None:
    log, n, window = drawn
    occ = bins(*columns(log), n, window, width)
    strata = np.array([random.randint(-1, many - 1) for _ in range(occ.T)])
    p = cofailures(occ, strata)
    want = wanted(down_matrix(log, n, window, width), strata)
    assert listed(p) == [(i, j, sum(c.values())) for i, j, c in want]
    b = p.by_stratum
    assert b is not None
    got = [
        dict(zip(b.stratum[x:y].tolist(), b.count[x:y].tolist(), strict=True)) for x, y in zip(b.first, b.first[1:], strict=False)
    ]
    assert got == [c for _, _, c in want]


def test_nothing_in_it() -> None:
    nothing = Occupancy(0, 5, 1.0, np.zeros(1, np.int64), np.zeros(0, np.int32))
    assert listed(cofailures(nothing)) == []
    assert listed(cofailures(bins((), (), (), 3, (0, 9), 1))) == []
    assert listed(cofailures(bins((), (), (), 3, (0, 9), 1), np.zeros(9, int))) == []
    with pytest.raises(ValueError, match="each of the 9 bins"):
        cofailures(bins((), (), (), 3, (0, 9), 1), np.zeros(8, int))
