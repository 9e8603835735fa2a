import numpy as np
import pytest

from fuelbed.numerics.threshold.diagnostics import effective, rhat
from fuelbed.numerics.threshold.sampler import Plan, sample


def test_a_normal_that_is_long_and_narrow():
    precision = np.linalg.inv(np.array([[4.0, 1.9], [1.9, 1.0]]))

    def target(q):
        return -0.5 * np.einsum("ci,ij,cj->c", q, precision, q), -q @ precision

    done = sample(target, np.ones((8, 2)), np.random.default_rng(0), Plan(8, 300, 500, 8))
    flat = done.draws.reshape(-1, 2)
    assert np.cov(flat, rowvar=False) == pytest.approx(np.array([[4.0, 1.9], [1.9, 1.0]]), rel=0.15)
    assert flat.mean(0) == pytest.approx([0, 0], abs=0.2)
    assert 0.6 < done.taken < 0.98
    assert max(rhat(done.draws[:, :, j]) for j in range(2)) < 1.02


def test_a_wall_is_not_crossed():
    """Where the density is 0 or no number, the proposal is not taken, and nothing is warned about."""

    def target(q):
        value = np.where(q[:, 0] > 0, -q[:, 0], np.nan)
        return value, np.where(q > 0, -1.0, np.nan)

    done = sample(target, np.ones((8, 1)), np.random.default_rng(1), Plan(8, 300, 800, 6))
    assert done.draws.min() > 0
    assert done.draws.mean() == pytest.approx(1.0, abs=0.1)


def test_diagnostics_of_independent_draws():
    x = np.random.default_rng(2).standard_normal((500, 8))
    assert rhat(x) < 1.01
    assert effective(x) == pytest.approx(4000, rel=0.15)


def test_diagnostics_of_a_chain_with_memory():
    """An AR(1) process with 0.9 has (1 - 0.9) / (1 + 0.9) effective draws for each."""
    rng = np.random.default_rng(3)
    x = np.empty((4000, 4))
    x[0] = rng.standard_normal(4)
    for i in range(1, len(x)):
        x[i] = 0.9 * x[i - 1] + np.sqrt(1 - 0.81) * rng.standard_normal(4)
    assert effective(x) == pytest.approx(16_000 / 19, rel=0.2)


def test_diagnostics_see_chains_that_differ_in_place_or_in_width():
    x = np.random.default_rng(4).standard_normal((400, 4))
    assert rhat(x + np.array([0, 0, 0, 3.0])) > 1.2
    assert rhat(x * np.array([1, 1, 1, 10.0])) > 1.1
    assert effective(x + np.array([0, 0, 0, 3.0])) < 50


@pytest.mark.parametrize("x", [np.ones((100, 4)), np.full((100, 4), np.nan)], ids=["stuck", "no number"])
def test_what_is_no_number_has_not_mixed(x):
    assert rhat(x) == float("inf")
    assert effective(x) == 0.0
