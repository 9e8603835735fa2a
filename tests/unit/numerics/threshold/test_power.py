import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from fuelbed.numerics.threshold import power, power_shares


def by_orders(weights, quota):
    """Shapley-Shubik by its definition: of all orders, the share in which each is the one that goes over."""
    k, pivots = len(weights), [0] * len(weights)
    for order in itertools.permutations(range(k)):
        total = 0
        for i in order:
            if total < quota <= total + weights[i]:
                pivots[i] += 1
            total += weights[i]
    return tuple(Fraction(p, math.factorial(k)) for p in pivots)


def by_sets(weights, quota):
    k = len(weights)
    sets = [s for n in range(k + 1) for s in itertools.combinations(range(k), n)]
    total = {s: sum(weights[i] for i in s) for s in sets}
    return tuple(sum(i not in s and total[s] < quota <= total[s] + weights[i] for s in sets) for i in range(k))


def test_against_all_orders_and_sets():
    rng = np.random.default_rng(0)
    for _ in range(40):
        k = int(rng.integers(0, 7))
        weights, quota = [int(x) for x in rng.integers(0, 7, k)], int(rng.integers(-2, 20))
        p = power(weights, quota)
        assert p.shapley == by_orders(weights, quota)
        assert p.swings == by_sets(weights, quota)


def test_fractions_are_exact_and_floats_are_what_they_are():
    assert power([Fraction(1, 3)] * 3, 1).swings == (1, 1, 1)
    assert power([Fraction(1, 3)] * 3, Fraction(1)).shapley == (Fraction(1, 3),) * 3
    assert power([0.1, 0.2, 0.3], 0.6).swings == (1, 1, 1)  # their exact sum is a little more than that of 0.6
    assert power([0.1, 0.2], 0.3).swings == (1, 1)
    assert power([0.1] * 3, 0.3).swings == (1, 1, 1)
    assert power([2.0**-60, 1.0, 1.0], 2.0).swings == (0, 2, 2)
    assert power([2.0**-60, 1.0, 1.0], 2.0 + 2.0**-51).swings == (0, 0, 0)


def test_real_weights_by_all_sums_agree_with_the_grid():
    rng = np.random.default_rng(1)
    whole = [int(x) for x in rng.integers(1, 60, 12)]
    jitter = [
        w + float(e) for w, e in zip(whole, rng.random(12) * 1e-3, strict=True)
    ]  # too fine a grid; under 12 * 1e-3 < 0.5 nothing changes
    assert power(jitter, 150.5) == power(whole, 150.5)


def test_many_on_a_grid_and_too_many_without():
    p = power([1] * 60, 31)
    assert p.shapley == (Fraction(1, 60),) * 60
    assert p.swings[0] == math.comb(59, 30)
    with pytest.raises(ValueError, match="round them"):
        power([math.sqrt(i) for i in range(1, 31)], 50)
    with pytest.raises(ValueError, match="at least 0"):
        power([1, -1], 1)


def test_nobody_decides_what_is_decided():
    assert power([1, 2], 0).shapley == (0, 0)
    assert power([1, 2], 4).banzhaf == (0, 0)


def test_over_draws_each_draw_counts_once():
    weights = np.array([[2.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    tau = np.array([2.0, 2.5, 5.0])
    s = power_shares(weights, tau)
    each = [np.array([float(x) for x in power(list(w), t).shapley]) for w, t in zip(weights, tau, strict=True)]
    assert s.shapley == pytest.approx((each[0] + each[1]) / 2)
    assert s.banzhaf == pytest.approx([(3 / 5 + 1 / 3) / 2, (1 / 5 + 1 / 3) / 2, (1 / 5 + 1 / 3) / 2])
    assert s.idle == pytest.approx(1 / 3)
    assert s.draws == 2
    assert (s.shapley_low <= s.shapley).all()
    assert (s.shapley <= s.shapley_high).all()
    assert power_shares(weights[2:], tau[2:]) is None
    with pytest.raises(ValueError, match="all sets"):
        power_shares(np.ones((2, 21)), np.ones(2))
