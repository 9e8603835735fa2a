"""Coincident onsets against loops over all pairs of onsets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.numerics.joint.bins import Onsets, onsets
from fuelbed.numerics.joint.coincide import coincidences
from tests.oracle.joint import coinciding
from tests.unit.numerics.joint.logs import logs
from tests.unit.numerics.joint.test_bins import columns

QUARTERS = st.integers(-40, 40).map(lambda k: k / 4)


@given(logs(60), QUARTERS, QUARTERS)
def test_onsets_near_each_other(drawn, x, y) -> None:
    log, n, window = drawn
    low, high = sorted((x, y))
    o = onsets(*columns(log), n, window)
    c = coincidences(o, low, high)
    want = [(i, j, *coinciding(o.of(i), o.of(j), low, high)) for i in range(n) for j in range(i + 1, n)]
    assert list(zip(*(v.tolist() for v in (c.i, c.j, c.of_i, c.of_j)), strict=True)) == [w for w in want if w[2]]
    back = coincidences(o, -high, -low)
    want = [(i, j, *coinciding(o.of(i), o.of(j), -high, -low)) for i in range(n) for j in range(i + 1, n)]
    assert list(zip(*(v.tolist() for v in (back.i, back.j, back.of_i, back.of_j)), strict=True)) == [w for w in want if w[2]]


def test_three_around_one_are_one() -> None:
    o = onsets([0, 1, 1, 1, 0, 2], [100, 90, 100, 110, 500, 499.5], [100, 91, 101, 111, 501, 500], 3, (0, 1000))
    c = coincidences(o, -10, 10)
    assert [x.tolist() for x in (c.i, c.j, c.of_i, c.of_j)] == [[0, 0], [1, 2], [1, 1], [3, 1]]
    after = coincidences(o, 0, 10)
    assert [x.tolist() for x in (after.i, after.j, after.of_i, after.of_j)] == [[0], [1], [1], [2]]


def test_the_edge_of_the_window_where_sums_are_rounded() -> None:
    """One comparison decides for both sides, so a pair at the very edge is there for both or for neither."""
    rng = np.random.default_rng(0)
    t = np.sort(rng.integers(0, 3000, 400) * 0.1)
    o = onsets(rng.integers(0, 5, 400), t, t, 5, (0, 400))
    for w in (0.1, 0.3, 0.7):
        c = coincidences(o, -w, w)
        assert len(c) == 10
        assert (c.of_j > 0).all()


def test_faults() -> None:
    o = Onsets(1, (0.0, 1.0), np.array([0, 1]), np.array([0.5]))
    for low, high in ((1, 0), (0, float("inf")), (float("nan"), 1)):
        with pytest.raises(ValueError, match="lags go"):
            coincidences(o, low, high)
    assert len(coincidences(o, 0, 1)) == 0
