"""Exact ratios of rates against enumeration, scipy and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from fuelbed.numerics.rates import Counts, dispersion, rate_ratio, share_ratio, wait


def enumerated(c: Counts, ratio: float) -> float:
    """P(X1 <= k1 | X0 + X1 = n), term by term."""
    n, p = c.k0 + c.k1, ratio * c.t1 / (c.t0 + ratio * c.t1)
    return math.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(c.k1 + 1))


@pytest.mark.parametrize("c", [Counts(9, 300, 1, 120), Counts(4, 100, 0, 250), Counts(30, 365, 22, 365), Counts(0, 30, 7, 20)])
def test_interval_against_scipy(c: Counts) -> None:
    found = binomtest(c.k1, c.k0 + c.k1).proportion_ci(0.95, "exact")
    value, low, high = rate_ratio(c)
    for p, x in ((found.low, low), (found.high, high)):
        assert x == pytest.approx(p / (1 - p) * c.t0 / c.t1 if p < 1 else math.inf)
    assert value is None if c.k0 == 0 else low <= value <= high


def test_interval_ends_where_the_tails_are_one_in_forty() -> None:
    c = Counts(12, 200, 3, 150)
    _, low, high = rate_ratio(c)
    assert enumerated(c, high) == pytest.approx(0.025)
    assert 1 - enumerated(Counts(c.k0 + 1, c.t0, c.k1 - 1, c.t1), low) == pytest.approx(0.025)


@pytest.mark.parametrize(("rate", "ratio"), [(0.02, 0.3), (0.1, 0.3), (0.05, 1.0)])
def test_coverage_by_simulation(rate: float, ratio: float) -> None:
    """Of a known effect the interval covers at least 95 of 100: 4,000 histories, 3.5 standard errors of doubt."""
    rng = np.random.default_rng(5)
    k0, k1 = rng.poisson(rate * 300, 4_000), rng.poisson(rate * ratio * 200, 4_000)
    seen: dict[tuple[int, int], bool] = {}
    hits = 0
    for a, b in zip(k0.tolist(), k1.tolist(), strict=True):
        if (a, b) not in seen:
            _, low, high = rate_ratio(Counts(a, 300, b, 200))
            seen[a, b] = low <= ratio <= high
        hits += seen[a, b]
    assert hits / 4_000 >= 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / 4_000)


def test_a_wait_is_long_enough_four_times_in_five_and_not_much_longer() -> None:
    """The wait that is promised, simulated: the interval then lies below 1 in about 80 of 100."""
    c = Counts(10, 365, 1, 60)
    more = wait(c, 0.3)
    assert more is not None
    rng = np.random.default_rng(6)
    came = rng.poisson(0.3 * 10 / 365 * more, 4_000)

    def below(k: int, longer: float) -> bool:
        return rate_ratio(Counts(10, 365, 1 + k, 60 + longer))[2] < 1

    shown = np.mean([below(int(k), more) for k in came])
    assert shown >= 0.8 - 3.5 * math.sqrt(0.16 / 4_000)
    soon = rng.poisson(0.3 * 10 / 365 * more * 0.8, 4_000)
    assert np.mean([below(int(k), more * 0.8) for k in soon]) < 0.8


def test_no_wait_helps_where_nothing_came_before_or_nothing_is_promised() -> None:
    assert wait(Counts(0, 365, 0, 60), 0.3) is None
    assert wait(Counts(10, 365, 1, 60), 1.0) is None
    assert wait(Counts(40, 365, 0, 365), 0.3) == 0.0


def test_bursts_widen_and_keep_the_ratio() -> None:
    plain, wide = rate_ratio(Counts(20, 100, 5, 100)), rate_ratio(Counts(20, 100, 5, 100), spread=3.0)
    assert plain[0] == wide[0]
    assert wide[1] < plain[1] < plain[2] < wide[2]


def test_dispersion_tells_bursts_from_even_counts() -> None:
    rng = np.random.default_rng(7)
    even = np.sort(rng.uniform(0, 100, 60)).tolist()
    found = dispersion(even, 0, 100)
    assert found is not None
    assert found[1] > 0.01
    bursts = np.repeat(rng.uniform(0, 100, 6), 10).tolist()
    clumped = dispersion(bursts, 0, 100)
    assert clumped is not None
    assert clumped[0] > 2
    assert clumped[1] < 1e-4
    assert dispersion([1.0, 2.0], 0, 100) is None


def test_share_ratio_covers() -> None:
    rng = np.random.default_rng(8)
    k0, k1 = rng.binomial(30, 0.5, 2_000), rng.binomial(20, 0.1, 2_000)
    hits = [lo <= 0.2 <= hi for a, b in zip(k0.tolist(), k1.tolist(), strict=True) for _, lo, hi in [share_ratio(a, 30, b, 20)]]
    assert np.mean(hits) >= 0.95
    assert share_ratio(15, 30, 2, 20)[0] == pytest.approx(0.2)
