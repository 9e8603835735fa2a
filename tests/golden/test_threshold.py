"""Power indices against published answers."""

from fractions import Fraction

import pytest

from fuelbed.numerics.threshold import minimal_sufficient, power


def test_united_nations_security_council():
    """[39; 7 x 5, 1 x 10]. 4/2145 and 19.6 % for a permanent member are the published ones; 421/2145 follows from the sum of 1."""
    p = power([7] * 5 + [1] * 10, 39)
    assert p.shapley == (Fraction(421, 2145),) * 5 + (Fraction(4, 2145),) * 10
    assert p.swings == (848,) * 5 + (84,) * 10
    assert float(p.banzhaf[0]) == pytest.approx(0.16693, abs=5e-6)
    assert float(p.banzhaf[5]) == pytest.approx(0.01654, abs=5e-6)
    winning = minimal_sufficient([7] * 5 + [1] * 10, 39, 300)
    assert winning.count == 210  # all five permanent members and four of the ten
    assert {len(s) for s in winning.sets} == {9}


def test_european_economic_community_1958():
    """[12; 4, 4, 4, 2, 2, 1]: Luxembourg decides nothing."""
    p = power([4, 4, 4, 2, 2, 1], 12)
    assert p.shapley == (Fraction(7, 30),) * 3 + (Fraction(3, 20),) * 2 + (0,)
    assert p.swings == (10, 10, 10, 6, 6, 0)


def test_nassau_county():
    """[58; 31, 31, 28, 21, 2, 2]: three of the six decide nothing (Banzhaf 1965)."""
    assert power([31, 31, 28, 21, 2, 2], 58).swings == (16, 16, 16, 0, 0, 0)


def test_european_union_after_nice_weights_only():
    """345 votes, quota 255; the values are this project's own, computed in another way, and not of a publication."""
    votes = [29] * 4 + [27] * 2 + [14] + [13] + [12] * 5 + [10] * 3 + [7] * 5 + [4] * 5 + [3]
    assert sum(votes) == 345
    p = power(votes, 255)
    assert float(p.shapley[0]) == pytest.approx(0.086738, abs=5e-7)
    assert float(p.shapley[-1]) == pytest.approx(0.008178, abs=5e-7)
    assert float(p.banzhaf[0]) == pytest.approx(0.077827, abs=5e-7)
    assert float(p.banzhaf[-1]) == pytest.approx(0.009422, abs=5e-7)
