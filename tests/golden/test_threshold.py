"""Power indices against published answers."""

import numpy as np
import pytest

from fuelbed.numerics.threshold import minimal_sufficient, power_shares


def shares(weights, quota):
    return power_shares(np.array([weights], dtype=float), np.array([float(quota)]))


def test_united_nations_security_council():
    """[39; 7 x 5, 1 x 10]. 4/2145 and 19.6 % for a permanent member are the published ones; 421/2145 follows from the sum of 1."""
    p = shares([7] * 5 + [1] * 10, 39)
    assert p.shapley == pytest.approx([421 / 2145] * 5 + [4 / 2145] * 10, rel=1e-12)
    assert p.banzhaf == pytest.approx([848 / 5080] * 5 + [84 / 5080] * 10, rel=1e-12)
    winning = minimal_sufficient([7] * 5 + [1] * 10, 39, 300)
    assert winning.count == 210  # all five permanent members and four of the ten
    assert {len(s) for s in winning.sets} == {9}


def test_european_economic_community_1958():
    """[12; 4, 4, 4, 2, 2, 1]: Luxembourg decides nothing."""
    p = shares([4, 4, 4, 2, 2, 1], 12)
    assert p.shapley == pytest.approx([7 / 30] * 3 + [3 / 20] * 2 + [0], rel=1e-12)
    assert p.banzhaf == pytest.approx([10 / 42] * 3 + [6 / 42] * 2 + [0], rel=1e-12)


def test_nassau_county():
    """[58; 31, 31, 28, 21, 2, 2]: three of the six decide nothing (Banzhaf 1965)."""
    assert shares([31, 31, 28, 21, 2, 2], 58).banzhaf == pytest.approx([1 / 3] * 3 + [0] * 3, rel=1e-12)
