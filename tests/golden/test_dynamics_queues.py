"""Retry storms and queues against published and closed-form answers (notes on golden answers, dynamics)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from fuelbed.numerics.chains import duration_words, lattice_chain
from fuelbed.numerics.retry import (
    Push,
    Retry,
    boundary,
    chance_down,
    flow,
    recovery_and_collapse,
    retry_chain,
    simulate,
    stays_down,
)
from tests.golden.metafor import metafor_chain
from tests.oracle.chains import stationary

SLOW = pytest.mark.slow_plain  # 3 to 6 s of processor time each in plain Python; the other rows run the same code

STOP = Push({"capacity": ("set", 0.0)})
SURGE = Push({"load": ("times", 2.0)})
SERVICE = Retry(capacity=100, load=60, timeout=1.0, retries=3, servers=10, queue=500)


@pytest.mark.parametrize(
    ("full", "load", "queue", "eigenvalue"),
    [
        (False, 5.0, 1.0023, -2.79933e-3), (False, 6.0, 3.9244, -2.4941e-5), (False, 8.0, 95.7442, -1.465673e-3),
        (True, 5.0, 1.0023, -2.0776e-3), (True, 6.0, 11.560, -6.168e-6), (True, 8.0, 96.429, -1.465673e-3),
    ],
)  # fmt: skip
def test_the_published_chain_to_four_digits(full: bool, load: float, queue: float, eigenvalue: float) -> None:
    chain = metafor_chain(load, full)
    assert math.isclose(stationary(chain) @ chain.states[:, 0], queue, rel_tol=6e-5)
    assert math.isclose(chain.second_eigenvalue(), eigenvalue, rel_tol=6e-5)


TABLE = [(5.0, 4.3e2, 7.3e13, -2.63e-3), (6.0, 1.9e4, 5.6e9, -5.15e-5), (7.0, 2.6e6, 5.1e6, -5.85e-7),
         (8.0, 4.9e8, 2.6e4, -3.89e-5), (9.0, 1.3e11, 6.4e2, -1.65e-3)]  # fmt: skip


@pytest.mark.parametrize(("load", "recover", "collapse", "eigenvalue"), TABLE)
def test_recovery_and_collapse_times(load: float, recover: float, collapse: float, eigenvalue: float) -> None:
    """An independent sketch (two digits; its timeout does not hold the service itself, and 1e13 s is beyond double precision)."""
    r = Retry(capacity=10, load=load, timeout=4.0, retries=3, queue=98, timeout_counts="from_start_of_service")
    t = recovery_and_collapse(retry_chain(r, orbit=29))
    assert math.isclose(t.recover, recover, rel_tol=0.03)
    assert math.isclose(t.collapse, collapse, rel_tol=0.03 if collapse < 1e12 else 0.2)
    assert math.isclose(t.eigenvalue, eigenvalue, rel_tol=3e-3)
    two_states = (1.0 / t.recover + 1.0 / t.collapse) / abs(t.eigenvalue)  # near 1: a matter of two states and little else
    assert abs(two_states - 1.0) < 0.12
    words = [duration_words(x) for x in (t.recover, t.collapse)]
    assert ("practically never" in words) == (max(t.recover, t.collapse) > 1e9)


@pytest.mark.parametrize("retries", [1, 2, *(pytest.param(k, marks=SLOW) for k in (3, 4))])
def test_bistable_between_a_share_of_the_capacity_and_all_of_it_fluid(retries: int) -> None:
    """Stale work served: C / (k + 1) < load < C. A stop of 30 s fills the queue; without it nothing happens below C."""
    low = 100 / (retries + 1)
    loads = np.array([0.93 * low, 0.98 * low, 1.02 * low, 1.07 * low, (low + 100) / 2, 98.0, 102.0])
    r = replace(SERVICE, load=loads, retries=retries, queue=1000)
    assert stays_down(r, STOP, 1.0, 30.0).tolist() == [False, False, True, True, True, True, True]
    assert stays_down(r, STOP, 0.0, 30.0).tolist() == [False] * 6 + [True]


@pytest.mark.parametrize(("load", "down"), [(21.0, False), (30.0, True), (60.0, True), (85.0, True)])
def test_bistable_window_single_requests(load: float, down: bool) -> None:
    r = replace(SERVICE, load=load)
    assert chance_down(r, STOP, 1.0, 30.0).share == float(down)
    calm = chance_down(r, STOP, 0.0, 30.0, settle=60.0)
    assert calm.share == 0.0


@pytest.mark.parametrize(("load", "bistable"), [(2.0, False), (5.0, True)])
def test_bistable_window_chain(load: float, bistable: bool) -> None:
    """Window 2.5..10. Below it, recovery takes as long as the drain of the queue, twice as long for twice the queue; within it, it
    takes exponentially longer."""
    short, long = (
        recovery_and_collapse(retry_chain(Retry(capacity=10, load=load, timeout=2.0, retries=3, queue=q))).recover
        for q in (60, 120)
    )
    assert long / short > 10 if bistable else 1.5 < long / short < 3.5


@pytest.mark.parametrize("backoff", [0.0, 0.2])
def test_retries_after_rejections_only_know_one_state(backoff: float) -> None:
    """Fluid, single requests and chain: whatever fills the queue, it drains. (No attempt waits as long as the timeout.)"""
    r = replace(SERVICE, timeout=30.0, queue=50, retries_after="rejections", backoff=backoff)
    loads = np.array([30.0, 60, 90, 98])
    assert not stays_down(replace(r, load=loads), STOP, 1.0, 60.0).any()
    for load in (60.0, 90.0):
        ran = chance_down(replace(r, load=load), STOP, 1.0, 60.0, settle=60.0)
        assert ran.share == 0.0
    chain = retry_chain(replace(r, load=90.0, timeout=5.0), orbit=60)
    queue = np.bincount(chain.states[:, 0], weights=stationary(chain))
    rises = np.diff(np.sign(np.diff(queue[:-1])))
    assert np.count_nonzero(rises > 0) == 0  # one hump in the law of the queue, not two


def _interval(values: np.ndarray, batches: int = 20) -> tuple[float, float]:
    """99.9 % interval of a mean from a run's batch means (Student, 19 degrees of freedom)."""
    means = values[: values.size // batches * batches].reshape(batches, -1).mean(axis=1)
    half = 3.883 * means.std(ddof=1) / math.sqrt(batches)
    return means.mean() - half, means.mean() + half


def _plain(load: float, servers: int, queue: int) -> Retry:
    return Retry(capacity=servers, load=load, timeout=1e5, retries=0, servers=servers, queue=queue)


def _erlang_b(offered: float, servers: int) -> float:
    b = 1.0
    for n in range(1, servers + 1):
        b = offered * b / (n + offered * b)
    return b


@pytest.mark.parametrize(("load", "places"), [(0.6, 5), (0.9, 10), (1.3, 8)])
def test_m_m_1_k(load: float, places: int) -> None:
    """Blocking (1 - a) a^K / (1 - a^(K+1)), K places with the server's: by single requests within the interval, by the chain to 1e-10."""
    r = _plain(load, 1, places - 1)
    want = (1 - load) * load**places / (1 - load ** (places + 1))
    assert math.isclose(stationary(retry_chain(r))[-1], want, rel_tol=1e-10)
    run = simulate(r, until=60_000.0, start=0.0, seed=2, bin_length=10.0)
    low, high = _interval(run.rejected / run.first.mean())
    assert low < want < high
    law = load ** np.arange(places + 1.0)
    waiting = (np.maximum(np.arange(places + 1) - 1, 0) * law).sum() / law.sum()
    low, high = _interval(run.waiting)
    assert low < waiting < high


@pytest.mark.parametrize(("load", "servers"), [(3.0, 4), (8.0, 10)])
def test_erlang_b_and_c(load: float, servers: int) -> None:
    b = _erlang_b(load, servers)
    lost = _plain(load, servers, 0)
    assert math.isclose(stationary(retry_chain(lost))[-1], b, rel_tol=1e-10)
    run = simulate(lost, until=20_000.0, start=0.0, seed=3, bin_length=10.0)
    low, high = _interval(run.rejected / run.first.mean())
    assert low < b < high

    share = load / servers
    c = b / (1 - share * (1 - b))  # P(wait)
    waits = _plain(load, servers, 400)
    chain = retry_chain(waits)
    assert math.isclose(stationary(chain)[chain.states[:, 0] >= servers].sum(), c, rel_tol=1e-10)
    run = simulate(waits, until=20_000.0, start=0.0, seed=4, bin_length=2.0)
    low, high = _interval(run.waiting)
    assert low < c * share / (1 - share) < high


def test_erlang_c_on_a_lattice_of_any_events() -> None:
    up_down = np.array([[1], [-1]])
    chain = lattice_chain((300,), lambda s: np.stack([np.full(len(s), 3.0), np.minimum(s[:, 0], 4.0)], axis=1), up_down)
    b = _erlang_b(3.0, 4)
    assert math.isclose(stationary(chain)[4:].sum(), b / (1 - 0.75 * (1 - b)), rel_tol=1e-10)


MONGO = Retry(capacity=400, load=0.375 * 400, timeout=3.0, retries=4, servers=2)
"""Published: 3 s timeout, 4 resends, 2 CPUs. Assumed: 200 requests a second on a CPU, stale work served, the default queue, and the load,
set where the fluid puts the boundary near the published cells (the experiment's unit of load is not published)."""


def _cpu(share: float) -> Push:
    return Push({"capacity": ("times", share / 2)})


@pytest.mark.parametrize("load", [0.355, *(pytest.param(x, marks=SLOW) for x in (0.365, 0.375, 0.385, 0.395))])
def test_the_ordering_of_the_published_mongodb_experiment(load: float) -> None:
    """2 -> 0.40 CPU for 10 s is the worst; 0.45 CPU, 9 s, or 25 to 30 % less load each make recovery at least as likely."""
    r = replace(MONGO, load=400 * load)
    worst = chance_down(r, _cpu(0.40), 1.0, 10.0, most=16)
    others = (
        chance_down(r, _cpu(0.45), 1.0, 10.0, most=16),
        chance_down(r, _cpu(0.40), 1.0, 9.0, most=16),
        chance_down(replace(r, load=0.725 * 400 * load), _cpu(0.40), 1.0, 10.0, most=16),
    )
    for milder in others:
        assert milder.low <= worst.high
        assert milder.share <= worst.share


def test_the_published_cells_lie_at_one_load() -> None:
    """In the fluid there are loads (36 to 39 % of what 2 CPUs carry) at which the four outcomes are those published, with these assumed numbers."""
    loads = 400 * np.linspace(0.3, 0.45, 61)
    r = replace(MONGO, load=loads)
    worst = stays_down(r, _cpu(0.40), 1.0, 10.0)
    stronger, longer = stays_down(r, _cpu(0.45), 1.0, 10.0), stays_down(r, _cpu(0.40), 1.0, 9.0)
    fuller = stays_down(replace(r, load=0.725 * loads), _cpu(0.40), 1.0, 10.0)
    assert (worst & ~stronger & ~longer & ~fuller).any()
    for milder in (stronger, longer, fuller):
        assert not (milder & ~worst).any()


@pytest.mark.parametrize("overload", [1.05, 1.3, 2.0, 5.0])
@pytest.mark.parametrize("level", ["fluid", "single requests"])
def test_a_retry_budget_adds_a_tenth_of_what_succeeds(overload: float, level: str) -> None:
    """Brooker 2022: at failure rate p of an attempt, r = b (1 - p) (1 + r) resends per request (p = 0.1: 0.099, 0.5: 0.053), never N."""
    r = Retry(capacity=100, load=100 * overload, timeout=5.0, retries=3, servers=10, queue=20, backoff=0.5, retry_budget="tokens")
    if level == "fluid":
        f = flow(r, until=400.0)
        late = f.t > 200
        first, sent, good = (x[late].sum() for x in (f.load, f.sent, f.good))
    else:
        run = simulate(r, until=2000.0, start=0.0, seed=5)
        late = run.t > 500
        first, sent, good = (x[late].sum() for x in (run.first, run.sent, run.good))
    p, resends = 1 - good / sent, (sent - first) / first
    assert p > 0.05
    assert math.isclose(resends, 0.1 * (1 - p) / (1 - 0.1 * (1 - p)), rel_tol=0.02 if level == "fluid" else 0.04)


@pytest.mark.parametrize("budget", ["none", "tokens"])
def test_full_failure_multiplies_the_load_by_all_resends_or_none(budget: str) -> None:
    r = Retry(capacity=1e-6, load=50.0, timeout=1.0, retries=3, queue=10, backoff=0.5, retry_budget=budget)
    run, f = simulate(r, until=600.0, start=0.0, seed=6), flow(r, until=600.0)
    late = run.t > 300
    for sent in (run.sent[late].sum() / run.first[late].sum(), f.sent[f.t > 300].mean() / 50.0):
        assert math.isclose(sent, 4.0 if budget == "none" else 1.0, rel_tol=0.01)


AGREEMENT = [(36.4, 3.21), (44.6, 2.58), (52.8, 2.26), (61.1, 1.95), (69.3, 1.63), (77.5, 1.47), (85.7, 1.32)]
"""Load, critical multiple of it for 10 s by an earlier simulation (one run a cell)."""


def test_fluid_and_single_requests_agree_on_the_critical_multiple() -> None:
    """Away from saturation within 10 %: with the earlier table, and with our own simulation (down in more than half of 9 runs)."""
    loads = np.array([x for x, _ in AGREEMENT])
    fluid = 1.0 + boundary(replace(SERVICE, load=loads), SURGE, lasts=10.0).critical
    assert np.allclose(fluid, [m for _, m in AGREEMENT], rtol=0.10)
    for load, multiple in zip(loads[::2], fluid[::2], strict=True):
        r = replace(SERVICE, load=float(load))
        for factor, more in ((0.9, False), (1.1, True)):
            down = [
                simulate(r, SURGE, factor * multiple - 1.0, 10.0, 70.0, seed).down(15.0) for seed in range(9)
            ]  # near the boundary one run says little
            assert (np.mean(down) > 0.5) == more, (load, factor)


def test_near_saturation_luck_alone_tips_it_and_the_fluid_does_not_say_so() -> None:
    """At 98 % load the fluid wants a push of a few per cent; single requests fall without any."""
    r = replace(SERVICE, load=98.0)
    assert boundary(r, SURGE, lasts=10.0).critical[0] > 0.02
    assert chance_down(r, SURGE, 0.0, 10.0, settle=400.0).low > 0.5
