"""Compiled or plain, in one piece or in blocks, here, over processes or over a Dask cluster: the same counts, to the last one."""

from __future__ import annotations

import os
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.numerics import parallel
from fuelbed.numerics.joint import _tally
from fuelbed.numerics.joint.bins import Occupancy, onsets
from fuelbed.numerics.joint.coincide import coincidences
from fuelbed.numerics.joint.pairs import cofailures
from fuelbed.numerics.kernels import VARIABLE
from fuelbed.numerics.parallel import spread
from tests.dask_cluster import dask_client

N, T = 60, 4000


def random_bins(n: int = N, total: int = T, seed: int = 0) -> Occupancy:
    """Rare and frequent components, one that never fails and one that always does."""
    rng = np.random.default_rng(seed)
    share = 10.0 ** rng.uniform(-3.5, -0.5, n)
    share[:2] = 0, 1
    a = rng.random((n, total)) < share[:, None]
    return Occupancy(n, total, 60.0, np.append(0, np.cumsum(a.sum(axis=1))), np.nonzero(a)[1].astype(np.int32))


OCC = random_bins()
STRATA = np.random.default_rng(1).integers(-1, 6, T)


def everything(occ=OCC, strata=STRATA, **how):
    """All that is counted, as one list of lists."""
    p, q = cofailures(occ, **how), cofailures(occ, strata, **how)
    which = np.repeat(np.arange(occ.n), np.minimum(occ.counts(), 40))
    t = np.random.default_rng(2).integers(0, 200_000, len(which)) / 4
    c = coincidences(onsets(which, t, t, occ.n, (0, 50_000)), -30, 90, **how)
    b = q.by_stratum
    assert b is not None
    found = [p.i, p.j, p.both, q.i, q.j, q.both, b.first, b.stratum, b.count, c.i, c.j, c.of_i, c.of_j]
    return [x.tolist() for x in found]


@cache
def plain():
    """What every other way has to say."""
    return everything(fast=False)


def test_they_are_those_of_the_dense_product() -> None:
    """What scipy's product says, and NumPy's of the dense matrix in each stratum."""
    from scipy.sparse import csr_array, triu

    s = csr_array((np.ones(len(OCC.indices), np.int64), OCC.indices, OCC.indptr), shape=(N, T))
    product = triu(s @ s.T, k=1).tocoo()
    want = sorted(zip(product.row.tolist(), product.col.tolist(), product.data.tolist(), strict=True))
    assert list(zip(*plain()[:3], strict=True)) == want
    a = s.toarray()
    by = cofailures(OCC, STRATA).by_stratum
    assert by is not None
    dense = np.zeros((len(by.first) - 1, 6), np.int64)
    dense[np.repeat(np.arange(len(dense)), np.diff(by.first)), by.stratum] = by.count
    for k in range(6):
        here = (a[:, k == STRATA] @ a[:, k == STRATA].T)[plain()[3], plain()[4]]
        assert dense[:, k].tolist() == here.tolist()


def test_compiled_counts_are_the_same() -> None:
    pytest.importorskip("numba", reason="numba (extra `fast`) is not installed")
    assert everything(fast=True) == plain()
    wide = random_bins(70, 200, seed=3)
    assert everything(wide, STRATA[:200], fast=True) == everything(wide, STRATA[:200], fast=False)
    thin = Occupancy(70_000, 3, 1.0, np.append(np.zeros(69_998, int), [0, 1, 3]), np.array([1, 1, 2], np.int32))
    assert [x.tolist() for x in vars(cofailures(thin, fast=True)).values() if x is not None] == [[69_998], [69_999], [1]]


@pytest.mark.parametrize("fast", [False, True])
def test_small_batches_change_nothing(monkeypatch, fast) -> None:
    if fast:
        pytest.importorskip("numba", reason="numba (extra `fast`) is not installed")
    monkeypatch.setattr(_tally, "_BATCH", 50)
    monkeypatch.setattr(_tally, "_ROOM", 50)
    assert everything(fast=fast) == plain()


@pytest.mark.parametrize("blocks", [1, 2, 7, 60, 500])
def test_blocks_change_nothing(blocks) -> None:
    assert everything(blocks=blocks, fast=False) == plain()
    assert everything(blocks=blocks, spread=partial(spread, workers="none"), fast=False) == plain()


@given(st.integers(0, 12), st.integers(1, 40), st.integers(0, 2**32), st.integers(1, 14))
def test_blocks_of_anything(n, total, seed, blocks) -> None:
    a = np.random.default_rng(seed).random((n, total)) < 0.2
    occ = Occupancy(n, total, 1.0, np.append(0, np.cumsum(a.sum(axis=1))), np.nonzero(a)[1].astype(np.int32))
    whole, cut = cofailures(occ), cofailures(occ, blocks=blocks)
    want = np.argwhere(np.triu(a.astype(int) @ a.T.astype(int), 1))
    assert list(zip(whole.i, whole.j, strict=True)) == [tuple(x) for x in want]
    assert [x.tolist() for x in (whole.i, whole.j, whole.both)] == [x.tolist() for x in (cut.i, cut.j, cut.both)]


def elsewhere(fn, item):
    return os.getpid(), fn(item)


class Watched:
    """`spread`, at once to the workers however little there is to do; where things were worked out."""

    def __init__(self, monkeypatch, **chosen) -> None:
        for name, value in (("PIECE", 0.0), ("_LOOK", 0.0), ("_STARTING", {"fork": 0.0, "spawn": 0.0})):
            monkeypatch.setattr(parallel, name, value)
        self.chosen, self.where = chosen, set()

    def __call__(self, fn, items, sizes=None):
        found = spread(partial(elsewhere, fn), items, sizes, **self.chosen)
        self.where |= {pid for pid, _ in found} - {os.getpid()}
        return [x for _, x in found]


def test_processes_change_nothing(monkeypatch) -> None:
    watched = Watched(monkeypatch, count=2)
    assert everything(spread=watched, blocks=5) == plain()
    assert watched.where


def test_a_dask_cluster_changes_nothing(monkeypatch) -> None:
    with dask_client(2) as client:
        watched = Watched(monkeypatch, workers=client)
        assert everything(spread=watched, blocks=5) == plain()
    assert len(watched.where) == 2


def test_the_environment_chooses_too(monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, "plain")
    monkeypatch.setattr(_tally, "_COMPILED", 0)
    assert everything() == plain()


def test_too_many_components_for_the_counts() -> None:
    n = 1 << 20
    occ = Occupancy(n, 4096, 1.0, np.zeros(n + 1, np.int64), np.zeros(0, np.int32))
    with pytest.raises(ValueError, match="too many"):
        cofailures(occ, np.arange(4096))
