"""Times until something happens, by runs of which some are cut short: statistics, single events against the exact chain, single requests."""

from __future__ import annotations

import math
from itertools import islice

import numpy as np
import pytest

from fuelbed.core.errors import FuelbedError
from fuelbed.numerics.chains import Chain, lattice_chain
from fuelbed.numerics.kernels import runs_fast
from fuelbed.numerics.maps.jumps import passages
from fuelbed.numerics.maps.system import System, compile_model
from fuelbed.numerics.passage import Passage, passage, until_narrow
from fuelbed.numerics.retry import Push, Retry, flow, settle_time
from fuelbed.numerics.retry.passage import passages as of_requests
from tests.unit.archetypes.plain import EXAMPLES
from tests.unit.archetypes.plain import model as archetype
from tests.unit.numerics.maps.models import E, model


def test_the_interval_holds_the_mean_as_often_as_it_says() -> None:
    """Exponential times of mean 1, cut off at c: the exact interval covers at least 95 %, and not all."""
    rng = np.random.default_rng(1)
    for cut, runs in ((0.2, 8), (1.0, 12), (np.inf, 20)):
        t = rng.exponential(size=(3000, runs))
        found = [passage(zip(np.minimum(row, cut), row < cut, strict=True)) for row in t]
        covered = np.mean([p.low <= 1.0 <= p.high for p in found])
        assert 0.94 <= covered < 0.999, (cut, covered)


def test_none_seen_is_at_least_a_third() -> None:
    none = passage([(7200.0, False)] * 40)
    assert (none.runs, none.ended, none.watched) == (40, 0, 288_000.0)
    assert none.low == pytest.approx(288_000.0 / 2.9957, rel=1e-4)
    assert none.mean == none.high == math.inf


def test_it_ends_when_the_interval_is_narrow() -> None:
    runs = iter([(1.0, True)] * 100)
    found = until_narrow(runs, 60)
    assert found.high <= 2.5 * found.low
    assert len(list(runs)) == 100 - found.runs
    assert passage([(1.0, True)] * (found.runs - 1)).high > 2.5 * passage([(1.0, True)] * (found.runs - 1)).low
    assert until_narrow([(1.0, False)] * 9, 7).runs == 7
    assert until_narrow([], 7) == Passage(0, 0, 0.0, math.inf, 0.0, math.inf)


def herd() -> System:
    """One state with two resting places, near 1 and near 20: it fills up by itself when there are many."""
    n = E("n")
    m = model(
        {"n": (2, 0, 40)},
        {},
        events={"come": (0.8 + 12.0 * n**4 / (n**4 + 1e4), {"n": 1}), "go": (0.6 * n, {"n": -1})},
        failed=n - 9.0,
        step=0.05,
        whole=True,
    )
    return compile_model(m)


def exact(s: System, low: int, high: int, failed: bool) -> tuple[Chain, np.ndarray]:
    """Expected seconds to the goal from every state."""
    chain = lattice_chain(
        (len(range(int(s.low[0]), int(s.high[0]) + 1)),), lambda x: s.rates(x, s.today), np.round(s.changes).astype(int)
    )
    down = s.failed(chain.states, np.tile(s.today, (len(chain.states), 1))) > 0
    inside = (chain.states[:, 0] >= low) & (chain.states[:, 0] <= high) & (down == failed)
    return chain, chain.hitting_times(inside)


@pytest.mark.parametrize(("start", "low", "high", "failed"), [(2, 18, 30, True), (22, 0, 4, False), (22, 8, 12, False)])
def test_single_events_take_as_long_as_the_chain_says(start: int, low: int, high: int, failed: bool) -> None:
    """There and back; in the last, half of the goal's box is failed and does not count."""
    s = herd()
    want = exact(s, low, high, failed)[1][start]
    goal = (np.array([low - 0.3]), np.array([high + 0.3]), failed)
    hits, means = 0, []
    for k in range(20):
        found = until_narrow(passages(s, s.today, np.array([start]), goal, 1e9, 10**9, 10**9, first_seed=1000 * k), 40)
        assert found.ended == found.runs
        hits += found.low <= want <= found.high
        means.append(found.mean)
    assert hits >= 17
    assert np.mean(means) == pytest.approx(want, rel=4 * np.std(means) / math.sqrt(20) / want)


def test_runs_cut_short_by_their_events_count_for_the_time_they_were_watched() -> None:
    s = herd()
    want = exact(s, 18, 30, True)[1][2]
    goal = (np.array([18.0]), np.array([30.0]), True)
    hits = 0
    for k in range(20):
        runs = list(passages(s, s.today, np.array([2]), goal, 1e9, 150, 20_000, first_seed=1000 * k))
        found = passage(runs)
        assert 0 < found.ended < found.runs
        hits += found.low <= want <= found.high
    assert hits >= 17


def test_a_cascade_mends_itself_as_the_chain_says() -> None:
    """Four states at once; the chain says 1250 s."""
    s = compile_model(archetype("cascade", **EXAMPLES["cascade"]))
    up = np.zeros(len(s.states))
    goal = (up - 0.5, up + 0.5, False)
    found = until_narrow(passages(s, s.today, np.array([0.0, 1.0, 1.0, 1.0]), goal, 1e9, 60_000, 480_000), 40)
    states = np.stack(np.meshgrid(*[np.arange(2)] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    chain = lattice_chain((2, 2, 2, 2), lambda x: s.rates(x, s.today), np.round(s.changes).astype(int))
    assert np.array_equal(chain.states, states)
    target = np.all(states == 0, axis=1) & ~(s.failed(states, np.tile(s.today, (16, 1))) > 0)
    want = chain.hitting_times(target)[7]
    assert found.low <= want <= found.high


@pytest.mark.skipif(not runs_fast(None), reason="numba (extra `fast`) is not installed")
def test_the_same_runs_without_numba() -> None:
    s = herd()
    goal = (np.array([18.0]), np.array([30.0]), True)
    runs = [list(passages(s, s.today, np.array([2]), goal, 1e9, 3000, 15_000, fast=fast)) for fast in (True, False)]
    assert [end for _, end in runs[0]] == [end for _, end in runs[1]]
    assert np.allclose([t for t, _ in runs[0]], [t for t, _ in runs[1]], rtol=1e-12)


def test_what_cannot_be_reached_is_watched_to_the_last_second() -> None:
    s = herd()
    nowhere = (np.array([18.0]), np.array([17.0]), True)
    assert list(islice(passages(s, s.today, np.array([2]), nowhere, 50.0, 10**6, 10**7), 2)) == [(50.0, False)] * 2
    m = model({"n": (2, 0, 5)}, {}, events={"go": (1.0 / (E("n") - 1.0), {"n": -1})}, failed=E("n") - 4.0, whole=True)
    with pytest.raises(FuelbedError, match="no number"):
        list(passages(compile_model(m), np.zeros(0), np.array([2]), (np.array([0.0]), np.array([0.0]), False), 50.0, 99, 99))


def test_requests_drain_a_queue_as_long_as_its_flow_takes() -> None:
    """No resends, so it always comes back: 600 wait, and 20 a second more go than come. Late answers end when what waits takes under 2 s."""
    r = Retry(capacity=100, load=80, timeout=2.0, retries=0, queue=600)
    wait = float(settle_time(r))
    found = until_narrow(of_requests(r, False, 10**6, 10**7), 12)
    assert found.ended == found.runs
    f = flow(r, Push({"capacity": ("times", 0.01)}), 1.0, wait, 2 * wait + 60.0)
    t = np.asarray(f.t)
    after = t > wait
    good = np.asarray(f.good).reshape(len(t), -1)[:, 0]
    first = t[after][np.argmax(good[after] >= 0.5 * 80)] - wait
    window = wait / 4
    assert first - window - wait / 64 <= found.mean <= first + wait / 32
    assert until_narrow(of_requests(r, True, 10**5, 10**6), 5).ended == 0


def test_requests_of_a_storm_stay_down_for_as_long_as_the_budget_holds() -> None:
    r = Retry(capacity=100, load=70, timeout=1.0, retries=4, queue=2000)
    found = until_narrow(of_requests(r, False, 200_000, 800_000), 40)
    assert found.ended == 0
    assert found.runs >= 2
    assert found.watched <= 800_000 / 70
    assert list(of_requests(r, False, 100, 800_000)) == [], "not even a settling time fits"
