"""The filter: resampling and quantiles by their definitions, exact agreement on a small chain, coverage on simulated truth, what cannot be followed."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.numerics.maps.leaps import leaps, singly
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.observation.particles import Filtered, particle_filter, refreshed, systematic, weighted_quantiles
from fuelbed.readers.case import parse_case
from tests.unit.numerics.observation.chain import Chain

A = np.ndarray
NOISE = 0.25  # of the logarithm of latency


def run(chain: Chain, seen: A, seed: int, particles: int = 400, noise: float = NOISE) -> Filtered:
    """The filter on one record of latencies."""
    s = compile_model(parse_case(chain.text()).dynamics["q"])
    rng = np.random.default_rng(seed)

    def move(x: A, theta: A, t: int) -> tuple[A, A]:
        return singly(s, x, s.today, chain.every, rng), theta

    def fit(x: A, theta: A, t: int) -> A:
        return -0.5 * ((np.log(seen[t]) - np.log(s.show(x, s.today)[:, 0])) / noise) ** 2

    return particle_filter(np.zeros((particles, 1)), np.zeros((particles, 0)), move, fit, len(seen), -18.0, rng)


def test_resampling_takes_each_floor_or_ceil_of_its_share() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        w = rng.dirichlet(np.full(40, 0.3))
        counts = np.bincount(systematic(w, rng), minlength=40)
        assert np.all((counts == np.floor(40 * w + 1e-12)) | (counts == np.ceil(40 * w - 1e-12)))
    mean = np.mean([np.bincount(systematic(np.array([0.15, 0.6, 0.25]), rng), minlength=3) for _ in range(4000)], axis=0)
    assert mean == pytest.approx([0.45, 1.8, 0.75], abs=0.03)


def test_quantiles_of_equal_weights_are_those_of_numpy() -> None:
    x = np.random.default_rng(2).normal(size=(101, 2))
    got = weighted_quantiles(x, np.full(101, 1 / 101), (0.05, 0.5, 0.95))
    np.testing.assert_allclose(got, np.quantile(x, (0.05, 0.5, 0.95), axis=0, method="hazen"), atol=1e-12)
    doubled = weighted_quantiles(np.array([[1.0], [2.0], [3.0]]), np.array([0.5, 0.25, 0.25]), (0.25, 0.75))
    assert doubled[:, 0] == pytest.approx([1.0, 2.5])  # half of a particle's weight lies on either side of it


def test_refreshing_keeps_mean_and_spread() -> None:
    rng = np.random.default_rng(3)
    theta = rng.normal(3.0, 2.0, size=(200_000, 1))
    w = np.full(len(theta), 1 / len(theta))
    new = refreshed(theta, w, systematic(w, rng), rng)
    assert [new.mean(), new.std()] == pytest.approx([3.0, 2.0], abs=0.02)
    assert len(np.unique(new)) == len(new)
    assert refreshed(np.zeros((5, 0)), np.full(5, 0.2), np.array([0, 0, 1, 1, 4]), rng).shape == (5, 0)


def test_it_agrees_with_the_exact_filter_of_a_small_chain() -> None:
    """M/M/1/30 seen through noisy latency: means and ends of the interval against the forward algorithm, within the error of 4000 particles."""
    chain, rng = Chain(8.0, 10.0, 30, 1.0), np.random.default_rng(11)
    truth = chain.draw(60, rng)
    seen = (truth + 1) / chain.capacity * np.exp(NOISE * rng.normal(size=60))
    states = np.arange(chain.most + 1)
    log = -0.5 * ((np.log(seen)[:, None] - np.log((states + 1) / chain.capacity)) / NOISE) ** 2
    exact = chain.filtered(log)
    found = run(chain, seen, 5, particles=4000)
    total = np.concatenate([np.zeros((60, 1)), np.cumsum(exact, axis=1)], axis=1)  # [t, n]: the share below n
    for t in range(60):
        for got, share in ((found.low[t, 0], 0.05), (found.middle[t, 0], 0.5), (found.high[t, 0], 0.95)):
            # by the exact law that share lies within one state of the end that the filter gives, and the error of its draws
            below, reached = total[t, int(np.clip(got, 0, 30))], total[t, min(int(got) + 2, 31)]
            assert below - 0.03 <= share <= reached + 0.03, (t, got, share)
    law = np.array([exact[t] @ states for t in range(60)])
    assert np.abs(found.middle[:, 0] - law).mean() < 0.6


def test_the_evidence_is_that_of_the_exact_filter() -> None:
    chain, rng = Chain(8.0, 10.0, 20, 1.0), np.random.default_rng(4)
    truth = chain.draw(40, rng)
    seen = (truth + 1) / chain.capacity * np.exp(NOISE * rng.normal(size=40))
    states = np.arange(chain.most + 1)
    law, exact = np.eye(chain.most + 1)[0], 0.0
    for t in range(40):
        law = law @ chain.step * np.exp(-0.5 * ((np.log(seen[t]) - np.log((states + 1) / chain.capacity)) / NOISE) ** 2)
        exact += float(np.log(law.sum()))
        law /= law.sum()
    assert run(chain, seen, 6, particles=4000).evidence == pytest.approx(exact, abs=0.5)


@pytest.mark.further
def test_nominal_90_per_cent_covers_the_truth() -> None:
    """80 records of 40 rows, truth drawn from the chain itself: the share of rows inside the interval, as for the exact filter."""
    chain, inside, exact_inside = Chain(8.0, 10.0, 30, 1.0), [], []
    states = np.arange(chain.most + 1)
    for seed in range(80):
        rng = np.random.default_rng([seed, 1])
        truth = chain.draw(40, rng)
        seen = (truth + 1) / chain.capacity * np.exp(NOISE * rng.normal(size=40))
        found = run(chain, seen, seed, particles=250)
        assert found.lost is None
        low, high = np.floor(found.low[:, 0]), np.ceil(found.high[:, 0])  # whole numbers: the interval reaches the next one
        inside.append(np.mean((truth >= low) & (truth <= high)))
        total = np.cumsum(
            chain.filtered(-0.5 * ((np.log(seen)[:, None] - np.log((states + 1) / chain.capacity)) / NOISE) ** 2), axis=1
        )
        ends = [(row >= q).argmax() for row in total for q in (0.05, 0.95)]
        exact_inside.append(np.mean((truth >= ends[0::2]) & (truth <= ends[1::2])))
    print(f"covered {np.mean(inside):.3f}, by the exact filter {np.mean(exact_inside):.3f}")
    assert 0.88 <= np.mean(inside) <= 0.98, np.mean(inside)
    assert abs(np.mean(inside) - np.mean(exact_inside)) < 0.03


def test_a_model_that_cannot_show_what_was_seen_is_lost_and_gives_no_number() -> None:
    chain = Chain(8.0, 10.0, 10, 1.0)  # at most 11 in the system: 1.1 s
    seen = np.concatenate([np.full(10, 0.3), np.full(10, 60.0)])
    found = run(chain, seen, 1)
    assert found.lost == 12
    assert np.isfinite(found.middle[:10]).all()
    assert np.isnan(found.middle[12:]).all()


def test_one_wild_row_is_set_aside_and_a_row_that_shows_nothing_changes_nothing() -> None:
    chain = Chain(8.0, 10.0, 30, 1.0)
    seen = np.full(20, 0.4)
    seen[7] = 1e4
    found = run(chain, seen, 1)
    assert (found.lost, found.aside) == (None, (7,))
    rng = np.random.default_rng(0)

    def nothing(x: A, theta: A, t: int) -> A:
        return np.zeros(len(x))

    blank = particle_filter(np.arange(100.0)[:, None], np.zeros((100, 0)), lambda x, theta, t: (x, theta), nothing, 5, -18.0, rng)
    assert blank.effective == pytest.approx(100.0)
    assert blank.middle[:, 0] == pytest.approx(49.5)


def test_a_seed_gives_the_same_answer() -> None:
    chain = Chain(8.0, 10.0, 20, 1.0)
    seen = np.full(10, 0.5)
    np.testing.assert_array_equal(run(chain, seen, 3).middle, run(chain, seen, 3).middle)


# ---- leaps --------------------------------------------------------------------------------------------------------------------


def test_single_events_in_step_have_the_law_of_the_chain() -> None:
    chain = Chain(8.0, 10.0, 12, 1.0)
    s = compile_model(parse_case(chain.text()).dynamics["q"])
    x = singly(s, np.full((20_000, 1), 3.0), s.today, 1.0, np.random.default_rng(1))
    share = np.bincount(x[:, 0].astype(int), minlength=13) / len(x)
    np.testing.assert_allclose(share, chain.step[3], atol=0.012)


@pytest.mark.parametrize(("load", "start"), [(90.0, 200.0), (120.0, 50.0), (50.0, 400.0)])
def test_leaps_have_mean_and_spread_of_single_events(load: float, start: float) -> None:
    chain = Chain(load, 100.0, 500, 1.0)
    s = compile_model(parse_case(chain.text()).dynamics["q"])
    states = np.arange(501)
    law = chain.step[int(start)]
    mean = law @ states
    spread = np.sqrt(law @ states**2 - mean**2)
    x = leaps(s, np.full((20_000, 1), start), s.today, 1.0, np.random.default_rng(1))[:, 0]
    assert [x.mean(), x.std()] == pytest.approx([mean, spread], rel=0.02)
    assert x.min() >= 0
    assert x.max() <= 500


def test_a_row_that_would_leave_a_handful_counts_for_less() -> None:
    """A sharp reading among coarse particles: as many are left as make an interval, and the truth is in it."""
    rng = np.random.default_rng(0)
    x = rng.normal(0.0, 10.0, size=(300, 1))

    def sharp(at: A, theta: A, t: int) -> A:
        return -0.5 * ((at[:, 0] - 7.0) / 0.05) ** 2

    found = particle_filter(x, np.zeros((300, 0)), lambda at, theta, t: (at, theta), sharp, 1, -1e9, rng)
    assert found.tempered == (0,)
    assert found.effective[0] == pytest.approx(16.0, abs=0.1)
    assert found.low[0, 0] < 7.0 < found.high[0, 0]
    blunt = particle_filter(
        x, np.zeros((300, 0)), lambda at, theta, t: (at, theta), lambda at, theta, t: sharp(at, theta, t) / 1e5, 1, -1e9, rng
    )
    assert blunt.tempered == ()
