import numpy as np
import pytest

from fuelbed.numerics.threshold import Plan, Prior, chance, fit
from fuelbed.numerics.threshold.dominated import follows, prior_dominates, separating

PRIOR = Prior()


def drawn(m, given):
    """v of the prior, and weights that hang on it (`given` = 1), or not at all (0), or in part."""
    rng = np.random.default_rng(0)
    v = rng.standard_normal(m)
    return v, np.exp(given * PRIOR.spread * v)[:, None] * np.ones(3)


@pytest.mark.parametrize("given", [0.0, 0.5, 1.0])
def test_follows_is_how_far_the_scale_goes_with_the_prior(given):
    assert follows(*drawn(50_000, given), PRIOR) == pytest.approx(given, abs=0.03)


def test_separating_counts_draws_that_put_all_records_right():
    records = np.array([[-1.0, 1.0], [-0.1, 2.0], [1.0, 1.0], [-1.0, -1.0]])
    failed = np.array([True, False])
    assert separating(records, failed) == 0.5
    assert [separating(records, failed, but=k) for k in (1, 2)] == [1.0, 1.0]
    assert separating(np.array([[1.0, -1.0], [-1.0, -1.0]]), failed, but=1) == 0.5


def test_each_sign_has_its_words():
    v, w = drawn(1000, 0.0)
    mixed, failed = np.tile([[1.0, -1.0, 1.0, -1.0]], (1000, 1)), np.array([True, False, True, False])
    assert prior_dominates(v, w, mixed, failed, PRIOR) == ""  # all on the other side
    assert "only how sharp it is at least" in prior_dominates(v, w, -mixed, failed, PRIOR)
    two = mixed.copy()
    two[:60] = [-1.0, 1.0, 1.0, -1.0]  # in 60 of 1,000 draws two alone are on the other side
    assert "rests on those two" in prior_dominates(v, w, two, failed, PRIOR)
    two[30:60] = mixed[:30]
    assert prior_dominates(v, w, two, failed, PRIOR) == ""
    assert "times as sharp" in prior_dominates(*drawn(1000, 1.0), mixed, failed, PRIOR)
    assert "failed" in prior_dominates(v, w, mixed, np.array([True] * 4), PRIOR)
    assert "near misses" in prior_dominates(v, w, mixed, np.array([False] * 4), PRIOR)


def test_said_of_separated_records_and_not_of_many_noisy_ones():
    rng, plan = np.random.default_rng(1), Plan(8, 100, 80, 7)
    x = rng.random((80, 2))
    assert fit(x[:20], x[:20].sum(1) > 1, rng, plan=plan, tries=1).prior_dominated
    noisy = fit(x, rng.random(80) < chance(2.0 * (1.0 - x.sum(1))), rng, plan=plan, tries=1)
    assert not noisy.prior_dominated
    assert noisy.why == ""
