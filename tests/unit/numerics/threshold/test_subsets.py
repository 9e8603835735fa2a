import itertools
from fractions import Fraction

import numpy as np
import pytest

from fuelbed.numerics.threshold import minimal_sufficient, overdetermined
from fuelbed.numerics.threshold import subsets as code


def brute(weights, tau):
    """All sets that reach tau and do not without any one member."""
    k = len(weights)
    for n in range(k + 1):
        for s in itertools.combinations(range(k), n):
            total = sum(weights[i] for i in s)
            if total >= tau and all(total - weights[i] < tau for i in s):
                yield s


@pytest.mark.parametrize("fine", [-1, 20_000], ids=["by halves", "by sums"])
def test_against_all_sets(fine, monkeypatch):
    monkeypatch.setattr(code, "_FINE", fine)
    rng = np.random.default_rng(0)
    for _ in range(120):
        k = int(rng.integers(0, 9))
        weights, tau = [int(x) for x in rng.integers(0, 8, k)], int(rng.integers(-1, 25))
        want, got = list(brute(weights, tau)), minimal_sufficient(weights, tau, 1000)
        assert sorted(got.sets) == sorted(want)
        assert got.count == len(want)
        assert [got.by_size[n] if n < len(got.by_size) else 0 for n in range(k + 1)] == [
            sum(len(s) == n for s in want) for n in range(k + 1)
        ]
        sizes = [len(s) for s in got.sets]
        assert sizes == sorted(sizes)


def test_a_cap_leaves_out_no_smaller_set():
    weights = [float(x) for x in np.random.default_rng(1).random(24)]
    few = minimal_sufficient(weights, sum(weights) / 2, 50)
    assert len(few.sets) == 50
    assert few.count == sum(few.by_size) > 50
    smallest = next(n for n, c in enumerate(few.by_size) if c)
    assert len(few.sets[0]) == smallest
    assert len(few.sets[-1]) == next(n for n in range(25) if sum(few.by_size[: n + 1]) >= 50)


def test_floats_and_fractions():
    assert minimal_sufficient([Fraction(1, 3)] * 3, 1).sets == ((0, 1, 2),)
    assert (
        minimal_sufficient([1e-9, 1e9, 3.3, 0.1, 7e-5] * 2, 1e9).count == 2
    )  # the integers of this grid are longer than 64 bits
    assert minimal_sufficient([0.5, 0.25, 0.25], 0.5).sets == ((0,), (1, 2))
    with pytest.raises(ValueError, match="at least 0"):
        minimal_sufficient([1.0, -0.5], 1.0)


def test_sixty_on_a_grid_are_counted_by_two_ways():
    rng = np.random.default_rng(2)
    weights = [int(x) for x in rng.integers(1, 60, 28)]
    falling = sorted(weights, reverse=True)
    assert code._count_by_sums(falling, 400) == code._count_by_halves(falling, 400, np.int64)
    assert minimal_sufficient([1] * 60, 30, 1).count == 118_264_581_564_861_424  # 60 choose 30


def test_past_what_can_be_counted_it_says_so():
    weights = [float(x) for x in np.random.default_rng(3).random(40)]
    got = minimal_sufficient(weights, sum(weights) / 2, 10)
    assert got.count is None
    assert got.by_size is None
    assert len(got.sets) == 10


def test_overdetermined():
    o = overdetermined([1, 1, 1, 1], 2, [1, 1, 1, 0])
    assert (o.active, o.fewest, o.which) == (3, 2, (0, 1))
    under = overdetermined([1.0, 2.0], 4.0, [1.0, 1.0])
    assert (under.active, under.fewest, under.which) == (0, 0, ())
    assert overdetermined([1.0], 0.0, [1.0]) is None
    part = overdetermined([2.0, 1.0], 1.0, [0.5, 0.5])  # a factor that is half there counts half
    assert (part.active, part.fewest, part.which) == (1, 1, (0,))


def test_the_fewest_are_the_fewest():
    rng = np.random.default_rng(4)
    for _ in range(60):
        k = int(rng.integers(1, 8))
        weights, tau = [int(x) for x in rng.integers(0, 8, k)], int(rng.integers(1, 20))
        o = overdetermined(weights, tau, [1] * k)
        least = next(
            n
            for n in range(k + 1)
            for s in itertools.combinations(range(k), n)
            if sum(weights) - sum(weights[i] for i in s) < tau
        )
        assert o.fewest == least == len(o.which)
        assert o.active == len(list(brute(weights, tau)))
