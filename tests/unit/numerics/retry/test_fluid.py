"""The fluid: compiled against plain, against many requests simulated one by one, and its searches."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fuelbed.core.errors import FuelbedError
from fuelbed.numerics.kernels import runs_fast
from fuelbed.numerics.retry import Flow, Push, Retry, boundary, chance_down, flow, memory, pushed, resolved, simulate, stays_down
from tests.further import one_in
from tests.unit.numerics.retry.settings import random_case

needs_numba = pytest.mark.skipif(not runs_fast(None), reason="numba (extra `fast`) is not installed")
SURGE = Push({"load": ("times", 2.0)})


@needs_numba
@pytest.mark.parametrize("seeds", one_in(3, [range(20), range(20, 40), range(40, 60)]))
def test_compiled_and_plain_agree_on_every_option(seeds: range) -> None:
    for seed in seeds:
        r, push, size, lasts = random_case(seed)
        a, b = (flow(r, push, size, lasts, 12.0, fast=fast, steps=20) for fast in (True, False))
        assert a.down == b.down, seed
        for f in dataclasses.fields(Flow):
            x, y = np.asarray(getattr(a, f.name), dtype=float), np.asarray(getattr(b, f.name), dtype=float)
            assert np.allclose(x, y, rtol=1e-12, atol=1e-12 * max(1.0, np.abs(x).max())), (seed, f.name)


@needs_numba
def test_compiled_and_plain_find_the_same_boundary() -> None:
    r = Retry(capacity=100, load=np.linspace(20, 110, 13), timeout=np.linspace(0.5, 2, 13), retries=3, servers=10, queue=500)
    a, b = (boundary(r, SURGE, lasts=10.0, fast=fast) for fast in (True, False))
    assert np.array_equal(a.critical, b.critical)
    assert np.array_equal(a.monotone, b.monotone)


def test_rows_do_not_touch_one_another() -> None:
    """A batch gives what each row alone gives, whatever else is in it."""
    loads, sizes, lasts = np.array([30.0, 50, 70, 90]), np.array([3.0, 1.5, 0.6, 0.5]), np.array([4.0, 10, 12, 3])
    timeouts, retries, backoff = np.array([0.3, 1, 2, 0.7]), np.array([1, 3, 5, 2.0]), np.array([0.0, 0.2, 1.0, 0.5])
    all_at_once = stays_down(Retry(100, loads, timeouts, retries, backoff, 1.5), SURGE, sizes, lasts, fast=False)
    alone = [bool(stays_down(Retry(100, *x[:4], 1.5), SURGE, x[4], x[5], fast=False)[0])
             for x in zip(loads, timeouts, retries, backoff, sizes, lasts, strict=True)]  # fmt: skip
    assert all_at_once.tolist() == alone
    assert 0 < sum(alone) < 4


SETTINGS = {
    "served": (SURGE, 1.0, 8.0, {}),
    "recovers": (SURGE, 0.6, 8.0, {}),
    "dropped": (SURGE, 1.0, 8.0, {"stale_work": "dropped"}),
    "from the start of service": (SURGE, 1.0, 8.0, {"timeout_counts": "from_start_of_service"}),
    "dropped, from the start": (SURGE, 1.0, 8.0, {"timeout_counts": "from_start_of_service", "stale_work": "dropped"}),
    "timeouts only": (SURGE, 1.0, 8.0, {"retries_after": "timeouts", "queue": 150}),
    "rejections only": (SURGE, 1.0, 8.0, {"retries_after": "rejections", "queue": 60, "backoff": 0.3}),
    "backoff": (SURGE, 1.0, 8.0, {"backoff": 0.3, "backoff_growth": 2.0, "retries": 2}),
    "tokens": (SURGE, 1.0, 8.0, {"retry_budget": "tokens"}),
    "breaker": (SURGE, 1.0, 8.0, {"breaker": "client", "breaker_pause": 3.0}),
    "capacity stops": (Push({"capacity": ("times", 0.0)}), 1.0, 3.0, {}),
    "timeout cut": (Push({"timeout": ("set", 0.3), "load": ("times", 1.8)}), 1.0, 5.0, {}),
    "fixed service": (SURGE, 1.0, 8.0, {"service": "fixed"}),
    "slow service": (SURGE, 0.4, 8.0, {"servers": 50}),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_many_requests_behave_like_the_fluid(name: str) -> None:
    """Sums over 25 s within 8 % of the requests (bursts of rejections within 8 % of the attempts); the same verdict."""
    push, size, lasts, other = SETTINGS[name]
    scaled = {"capacity": 100.0, "load": 60.0, "servers": 10.0, "queue": 500.0, **other}
    large = 200.0 if runs_fast(None) else 40.0  # so many times the system: chance averages out
    for key in ("capacity", "load", "servers", "queue"):
        scaled[key] *= large
    r = Retry(**{"timeout": 1.0, "retries": 3, **scaled})
    run, course = simulate(r, push, size, lasts, 25.0, seed=1, start=-4.0), flow(r, push, size, lasts, 25.0)
    assert run.down(5.0) == course.down
    h, after = course.t[1] - course.t[0], run.t > 0.5
    assert np.isclose(course.load.sum() * h, run.first[after].sum(), rtol=0.03)
    for key in ("good", "timed_out", "given_up", "rejected", "sent"):
        fluid, events = getattr(course, key).sum() * h, getattr(run, key)[after].sum()
        room = 0.08 * (run.sent if key in ("rejected", "sent") else run.first)[after].sum()
        assert abs(fluid - events) < room, (key, fluid, events)


def test_a_boundary_is_where_the_verdict_changes() -> None:
    r = Retry(capacity=100, load=np.array([40.0, 60, 80]), timeout=1.0, retries=3, servers=10, queue=500)
    b = boundary(r, SURGE, lasts=10.0, tolerance=1e-3)
    assert b.monotone.all()
    assert (b.width <= 1e-3).all()
    assert stays_down(r, SURGE, b.critical, 10.0).all()
    assert not stays_down(r, SURGE, b.critical - 2e-3, 10.0).any()
    assert np.all(np.diff(b.critical) < 0)  # the more load, the smaller the push that is too much


def test_critical_durations() -> None:
    r = Retry(capacity=100, load=np.array([45.0, 60, 80]), timeout=1.0, retries=3, servers=10, queue=500)
    b = boundary(r, SURGE, size=1.5, most=60.0, tolerance=0.05, over="lasts")
    assert stays_down(r, SURGE, 1.5, b.critical).all()
    assert not stays_down(r, SURGE, 1.5, b.critical - 0.1).any()


def test_overload_needs_no_push_and_no_retries_know_no_boundary() -> None:
    loads = np.array([50.0, 120.0])
    assert boundary(Retry(100, loads, 1.0, 3), SURGE).critical.tolist()[1] == 0.0
    assert np.isinf(boundary(Retry(100, np.array([50.0, 90.0]), 1.0, 0), SURGE).critical).all()


def test_finer_steps_change_little() -> None:
    r = Retry(capacity=100, load=np.array([40.0, 60, 80]), timeout=1.0, retries=3, servers=10, queue=500)
    a, b = (boundary(r, SURGE, lasts=10.0, steps=steps).critical for steps in (50, 200))
    assert np.allclose(a, b, rtol=0.01)


def test_pushes_scale_with_their_size() -> None:
    r = Retry(capacity=100, load=50, timeout=1.0)
    p = Push({"load": ("times", 1.6), "capacity": ("plus", -10.0), "timeout": ("set", 0.3)})
    double = pushed(r, p, 2.0)
    assert np.allclose([double.load, double.capacity, double.timeout], [110.0, 80.0, 0.001])
    half = pushed(r, p, 0.5)
    assert (half.load, half.capacity, half.timeout) == (65.0, 95.0, 0.65)
    assert pushed(r, Push({"capacity": ("times", 0.2)}), 3.0).capacity == 0.0
    assert pushed(r, p, 1.0).queue == resolved(r).queue == 1000  # a cut of the timeout shrinks no queue


def test_memory_of_a_request() -> None:
    assert memory(Retry(1, 1, timeout=2.0, retries=3, backoff=1.0, backoff_growth=2.0)) == 4 * 2 + 1 + 2 + 4
    assert memory(Retry(1, 1, timeout=2.0, retries=3, backoff=1.0)) == 4 * 2 + 3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"timeout": 0.0}, "timeout"),
        ({"load": -1.0}, "load"),
        ({"load": float("nan")}, "load"),
        ({"capacity": float("inf")}, "capacity"),
        ({"stale_work": "kept"}, "served, dropped"),
    ],
)
def test_impossible_numbers_are_refused(wrong: dict, says: str) -> None:
    with pytest.raises(FuelbedError, match=says):
        Retry(**{"capacity": 1.0, "load": 1.0, "timeout": 1.0, **wrong})
    with pytest.raises(FuelbedError, match="times, plus, set"):
        Push({"load": ("by", 2.0)})


def test_dropped_stale_work_lets_some_in_at_the_last_moment() -> None:
    """Of one in front with an exponential time of mean 1 / A left, a service at rate mu is in time with the chance mu / (mu + A)."""
    loads = np.array([27.0, 45.0, 60.0, 92.0, 97.0])
    r = Retry(100.0, loads, 0.3, 3.0, stale_work="dropped")
    push = Push({"load": ("times", 6.0)})
    assert stays_down(r, push, 1.0, 20.0).tolist() == [False, False, False, True, True]
    assert stays_down(dataclasses.replace(r, stale_work="served"), push, 1.0, 20.0).all()
    for load, down in ((45.0, False), (97.0, True)):
        one = Retry(100.0, load, 0.3, 3.0, stale_work="dropped")
        assert (chance_down(one, push, 1.0, 20.0, most=8, least=4).low > 0.5) == down
    f = flow(Retry(100.0, 97.0, 0.3, 3.0, stale_work="dropped"), push, 1.0, 20.0, 100.0)
    sent, good = f.sent[-50:].mean(), f.good[-50:].mean()
    assert good == pytest.approx(100.0 * 100.0 / (100.0 + sent), rel=0.01)
