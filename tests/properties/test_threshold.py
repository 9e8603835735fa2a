"""What must hold of any threshold, whatever its weights."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.numerics.threshold import minimal_sufficient, overdetermined, power_shares

weight = st.fractions(0, 8, max_denominator=12)
games = st.tuples(st.lists(weight, min_size=1, max_size=7), st.fractions(0, 20, max_denominator=12))


def shares(weights, quota):
    """(Shapley-Shubik, Banzhaf), zeros where nobody decides; in twelfths and the like (27720 is a multiple of 1..12), so that sums are exact."""
    whole = np.array([[float(w * 27720) for w in weights]])
    p = power_shares(whole, np.array([float(quota * 27720)]))
    return (p.shapley, p.banzhaf) if p else (np.zeros(len(weights)),) * 2


@settings(max_examples=35, deadline=None)
@given(games)
def test_shares_add_up_and_a_heavier_one_decides_no_less(game):
    weights, quota = game
    decided = 0 < quota <= sum(weights)
    for share in shares(weights, quota):
        assert sum(share) == pytest.approx(1 if decided else 0)
        for i, a in enumerate(weights):
            for j, b in enumerate(weights):
                assert a < b or share[i] >= share[j] - 1e-12


@settings(max_examples=35, deadline=None)
@given(games, st.integers(1, 50))
def test_only_proportions_count(game, times):
    weights, quota = game
    scaled = [w * times for w in weights]
    assert np.array_equal(shares(scaled, quota * times), shares(weights, quota))
    assert minimal_sufficient(scaled, quota * times) == minimal_sufficient(weights, quota)


@settings(max_examples=35, deadline=None)
@given(games)
def test_who_is_in_no_minimal_set_swings_nothing(game):
    weights, quota = game
    found = minimal_sufficient(weights, quota, 10_000)
    assert found.count == len(found.sets)
    in_some = {i for s in found.sets for i in s}
    assert in_some == set(np.flatnonzero(shares(weights, quota)[1]))


@settings(max_examples=35, deadline=None)
@given(games, st.lists(st.fractions(0, 1, max_denominator=4), min_size=7, max_size=7))
def test_taking_the_fewest_away_prevents_it_and_one_less_does_not(game, c):
    weights, quota = game
    there = c[: len(weights)]
    o = overdetermined(weights, quota, there)
    if quota == 0:
        assert o is None
        return
    amounts = [w * x for w, x in zip(weights, there, strict=True)]
    assert sum((a for i, a in enumerate(amounts) if i not in o.which), Fraction(0)) < quota
    heaviest = sorted(amounts, reverse=True)
    assert o.fewest == 0 or sum(heaviest[o.fewest - 1 :], Fraction(0)) >= quota
    assert (o.active == 0) == (o.fewest == 0)
