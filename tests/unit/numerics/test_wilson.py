"""Wilson's interval against the quadratic that defines it, at the ends, and in how often it covers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.numerics.wilson import Z90, Z95, Z99, wilson


@pytest.mark.parametrize("z", [Z90, Z95, Z99])
def test_it_solves_its_quadratic(z: float) -> None:
    """(p - x)^2 = z^2 x (1 - x) / n"""
    for hits, n in ((0, 7), (3, 7), (7, 7), (2.5, 7), (50, 100)):
        low, high = wilson(hits, n, z)
        assert low <= hits / n <= high
        for x in (low, high):
            if 0 < x < 1:
                assert (hits / n - x) ** 2 == pytest.approx(z**2 * x * (1 - x) / n)


def test_none_all_and_nothing_counted() -> None:
    low, high = wilson(0, 10)
    assert low == 0.0
    assert abs(high - Z95**2 / (10 + Z95**2)) < 1e-12  # no hit: z^2 / (n + z^2)
    assert wilson(10, 10) == (pytest.approx(1 - high), 1.0)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_deviates() -> None:
    for z, level in ((Z90, 0.90), (Z95, 0.95), (Z99, 0.99)):
        assert math.erf(z / math.sqrt(2)) == pytest.approx(level, abs=1e-12)


def test_it_covers() -> None:
    rng = np.random.default_rng(2)
    inside = sum(low <= 0.1 <= high for low, high in (wilson(int(k), 60) for k in rng.binomial(60, 0.1, 2000)))
    assert 0.92 < inside / 2000 < 0.98
