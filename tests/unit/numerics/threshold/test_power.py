import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from fuelbed.numerics.threshold import power_shares


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
    decided = 0
    for _ in range(40):
        k = int(rng.integers(1, 7))
        weights, quota = [int(x) for x in rng.integers(0, 7, k)], int(rng.integers(-2, 20))
        p = power_shares(np.array([weights], dtype=float), np.array([float(quota)]))
        swings = by_sets(weights, quota)
        if not any(swings):
            assert p is None
            continue
        decided += 1
        assert p.shapley == pytest.approx([float(x) for x in by_orders(weights, quota)])
        assert p.banzhaf == pytest.approx([n / sum(swings) for n in swings])
    assert 10 < decided < 40


def test_over_draws_each_draw_counts_once():
    weights = np.array([[2.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    tau = np.array([2.0, 2.5, 5.0])
    s = power_shares(weights, tau)
    each = [np.array([float(x) for x in by_orders(list(w), t)]) for w, t in zip(weights, tau, strict=True)]
    assert s.shapley == pytest.approx((each[0] + each[1]) / 2)
    assert s.banzhaf == pytest.approx([(3 / 5 + 1 / 3) / 2, (1 / 5 + 1 / 3) / 2, (1 / 5 + 1 / 3) / 2])
    assert s.idle == pytest.approx(1 / 3)
    assert s.draws == 2
    assert (s.shapley_low <= s.shapley).all()
    assert (s.shapley <= s.shapley_high).all()
    assert power_shares(weights[2:], tau[2:]) is None
    with pytest.raises(ValueError, match="all sets"):
        power_shares(np.ones((2, 21)), np.ones(2))
