import math

import numpy as np
import pytest

from fuelbed.numerics.threshold import Plan, Prior, chance, draw_prior, fit, margins
from fuelbed.numerics.threshold.model import NOISE_SD, Target
from tests.unit.numerics.threshold.oracle import by_weighting, quantiles

LONG = Plan(chains=16, warm=200, keep=400, leaps=7)
QUICK = Plan(chains=16, warm=100, keep=60, leaps=7)
AT = (0.05, 0.25, 0.5, 0.75, 0.95)


def shares(draws, of, count):
    """P(draw below the oracle's quantile): `AT` itself where both agree."""
    return [float((draws < q).mean()) for q in quantiles(of, count, AT)]


@pytest.mark.parametrize(
    ("values", "failed"),
    [
        ([[0.1], [0.3], [0.4], [0.5], [0.6], [0.8], [0.9]], [0, 0, 1, 0, 1, 1, 1]),
        ([[0.1, 0], [0.3, 1], [0.4, 1], [0.5, 0], [0.6, 0], [0.8, 1], [0.9, 1], [0.2, 0]], [0, 0, 1, 0, 0, 1, 1, 0]),
        ([[0.0, 1], [0.4, 1], [1.0, 0], [0.2, 1]], [1, 1, 1, 1]),
        ([[0.0], [0.1], [0.9], [1.0]], [0, 0, 1, 1]),
    ],
    ids=["one factor", "two factors", "all failed", "separated"],
)
def test_the_posterior_is_that_of_brute_force(values, failed):
    x, y, prior = np.array(values), np.array(failed, dtype=bool), Prior()
    w, tau, count = by_weighting(x, y, prior, 150_000, np.random.default_rng(1))
    f = fit(x, y, np.random.default_rng(2), plan=LONG)
    assert f.converged
    for c in (x[0], x[-1], np.full(x.shape[1], 0.5)):
        assert shares(margins(f, c), tau - w @ c, count) == pytest.approx(AT, abs=0.025)
    assert shares(np.linalg.norm(f.weights, axis=1), np.linalg.norm(w, axis=1), count) == pytest.approx(AT, abs=0.025)


def test_cells_that_nobody_knows_are_averaged_over():
    x = np.array([[0.1, math.nan], [0.3, 1.0], [math.nan, 0.4], [0.5, 0.1], [0.7, math.nan], [0.9, 0.2], [math.nan, math.nan]])
    y = np.array([0, 0, 1, 0, 1, 1, 1], dtype=bool)
    w, tau, count = by_weighting(x, y, Prior(), 60_000, np.random.default_rng(3))
    f = fit(x, y, np.random.default_rng(4), plan=LONG)
    for c in (np.array([0.1, 0.5]), np.array([0.9, 0.9])):
        assert shares(margins(f, c), tau - w @ c, count) == pytest.approx(AT, abs=0.03)
    assert margins(f, x)[:, 1] == pytest.approx(f.tau - f.weights @ x[1])
    assert f.records[:, 1] == pytest.approx(f.tau - f.weights @ x[1])
    # what came of the record speaks of its unknown cell: it failed, so its margin is less than with a cell drawn beforehand
    assert np.median(f.records[:, 2]) < np.median(margins(f, x[2]))


def test_an_unknown_cell_of_a_yes_no_column_is_yes_or_no():
    x = np.array([[0.0], [1.0], [1.0], [math.nan], [0.0], [1.0]])
    y = np.array([0, 1, 1, 1, 0, 1], dtype=bool)
    f = fit(x, y, np.random.default_rng(5), plan=QUICK, tries=1)
    yes = f.records[:, 3] == pytest.approx(f.records[:, 1])
    cell = (f.tau - f.records[:, 3]) / f.weights[:, 0]
    assert np.minimum(abs(cell), abs(cell - 1)).max() < 1e-6
    assert (abs(cell - 1) < 1e-6).mean() > 0.6  # 4/6 beforehand, and it failed
    assert not yes
    assert set(np.unique(f.filler)) == {0.0, 1.0}


def test_calibrated_by_simulation():
    """Ranks of the truth among draws are uniform where the truth comes from the prior (Talts et al. 2018, arXiv:1804.06788); and it can fail."""
    rng, ranks = np.random.default_rng(6), []
    for _ in range(32):
        x = rng.random((10, 2))
        w, tau = draw_prior(Prior(), x.mean(0), 1, rng)
        y = rng.random(10) < chance(tau - x @ w[0])
        f = fit(x, y, rng, plan=Plan(8, 80, 40, 6), tries=1)
        c = rng.random(2)
        ranks.append([(margins(f, c) < tau - w[0] @ c).mean(), (np.linalg.norm(f.weights, axis=1) < np.linalg.norm(w)).mean()])
    for r in np.sort(np.array(ranks).T):
        distance = np.abs(r - (np.arange(32) + 0.5) / 40).max()
        assert distance < 1.63 / math.sqrt(32) + 1 / 64  # Kolmogorov-Smirnov, one in a hundred


def test_the_interval_covers():
    """A small part of `./dev bench threshold`: 24 histories at four times the prior's scale. Fewer than 18 have one chance in 130 of coming from 0.9."""
    rng, inside = np.random.default_rng(7), 0
    for _ in range(24):
        x = rng.random((40, 4))
        w = 8.0 * np.abs(rng.standard_normal(4))
        tau = w @ x.mean(0)
        f = fit(x, rng.random(40) < chance(tau - x @ w), rng, plan=Plan(8, 80, 40, 7), tries=1)
        c = rng.random(4)
        low, high = np.quantile(margins(f, c), [0.05, 0.95])
        inside += low <= tau - w @ c <= high
    assert inside >= 23


def test_factors_that_always_go_together_share_the_weight():
    rng = np.random.default_rng(8)
    one = rng.random((40, 1))
    x = np.hstack([one, one])
    f = fit(x, rng.random(40) < chance(4.0 * (0.5 - one[:, 0])), rng, plan=LONG)
    assert f.rhat < 1.03
    total = f.weights.sum(1)
    assert total.std() < f.weights[:, 0].std() + f.weights[:, 1].std()
    assert np.corrcoef(f.weights.T)[0, 1] < -0.2


@pytest.mark.parametrize("y", [np.ones(12, bool), np.zeros(12, bool)])
def test_records_of_one_outcome_have_a_proper_posterior(y):
    x = np.random.default_rng(9).random((12, 3))
    f = fit(x, y, np.random.default_rng(10), plan=QUICK, tries=1)
    assert np.isfinite(f.weights).all()
    assert np.isfinite(f.tau).all()
    assert ((f.records.mean(1) < 0) == y[0]).mean() > 0.95
    assert f.prior_dominated
    assert f.why


def test_the_same_state_gives_the_same_draws_and_only_it():
    x, y = np.random.default_rng(11).random((8, 2)), np.arange(8) > 3
    a, b, c = (fit(x, y, np.random.default_rng(s), plan=QUICK, tries=1) for s in (1, 1, 2))
    assert np.array_equal(a.weights, b.weights)
    assert np.array_equal(a.records, b.records)
    assert not np.array_equal(a.weights, c.weights)


def test_chains_that_have_not_mixed_are_run_for_longer():
    x, y = np.random.default_rng(12).random((8, 2)), np.arange(8) > 3
    f = fit(x, y, np.random.default_rng(1), plan=Plan(4, 8, 10, 2), tries=3)
    assert len(f.tau) == 4 * 40
    assert not f.converged


@pytest.mark.parametrize(
    ("x", "y"), [(np.empty((0, 2)), []), (np.ones((3, 1)), [True]), (np.ones(3), [True] * 3), (np.full((1, 1), np.inf), [True])]
)
def test_what_is_no_table_of_records_is_refused(x, y):
    with pytest.raises(ValueError, match=r"record|finite"):
        fit(x, np.array(y, dtype=bool), np.random.default_rng(0))


def test_no_overflow_far_out():
    t = Target(np.ones((3, 2)), np.array([1.0, 0.0, 1.0]), np.zeros(2), Prior())
    with np.errstate(all="raise", under="ignore"):
        value, slope = t(np.array([[1e3, -1e3, 1e3, 5.0], [-1e3, -1e3, -1e3, 0.0]]))
    assert np.isfinite(value).all()
    assert np.isfinite(slope).all()
    assert chance(np.array([-1e9, 0.0, 1e9])) == pytest.approx([1.0, 0.5, 0.0])


@pytest.mark.parametrize("each", [False, True], ids=["one table", "a table for each chain"])
def test_the_gradient_is_that_of_the_log_density(each):
    rng = np.random.default_rng(13)
    x = rng.normal(size=(4, 6, 3) if each else (6, 3))
    t = Target(x, (rng.random(6) < 0.5).astype(float), np.zeros(3), Prior(1.3, 1.2, 0.7, 1.5, 0.6))
    theta, step = rng.normal(size=(4, 5)), 1e-6
    slope = t(theta)[1]
    for j in range(5):
        e = step * (np.arange(5) == j)
        assert slope[:, j] == pytest.approx((t(theta + e)[0] - t(theta - e)[0]) / (2 * step), abs=1e-6)


def test_the_noise_has_a_standard_deviation_of_one():
    grid = np.linspace(-30, 30, 200_001)
    density = -np.gradient(chance(grid), grid)
    assert np.trapezoid(density * grid**2, grid) == pytest.approx(1.0, abs=1e-6)
    assert pytest.approx(1.8138, abs=1e-4) == NOISE_SD
