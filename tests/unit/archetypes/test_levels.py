"""One law at three levels: the fluid map, the exact Markov chain, and for retries the finer fluid with a delay."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.core.dynamics import Model, Part
from fuelbed.core.dynamics import Push as ModelPush
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.chains.lattice import Chain, lattice_chain
from fuelbed.numerics.maps.boundary import critical_sizes
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.retry import Push, Retry
from fuelbed.numerics.retry.boundary import boundary
from fuelbed.numerics.retry.events import simulate
from tests.oracle.trial import Trial
from tests.unit.archetypes.plain import EXAMPLES, Plain, model

SMALL: dict[str, dict[str, float]] = {
    "retry_service": {"capacity": 10.0, "load": 6.0, "timeout": 1.0, "retries": 3.0},
    "failover_pool": {"nodes": 20.0, "load": 160.0},
    "lookaside_cache": {"database_capacity": 20.0, "load": 60.0, "entries": 400.0},
    "crash_loop": {"instances": 60.0, "start_slots": 3.0},
    "accumulation": {"queue": 50.0, "per_request": 3.0},
    "recovery_blocked": {"units": 40.0, "between_failures": 100_000.0},
    "cascade": {},
}


def chain_of(m: Model) -> tuple[Chain, np.ndarray]:
    """The chain and, for each of its states, whether it counts as failed."""
    s = compile_model(m)
    shape = tuple(int(h - low) + 1 for low, h in zip(s.low, s.high, strict=True))
    assert np.prod(shape) <= 20_000
    chain = lattice_chain(shape, lambda x: s.rates(x + s.low, s.today), s.changes.astype(np.int64))
    points = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1).reshape(-1, len(shape)) + s.low
    return chain, np.asarray(s.failed(points, np.tile(s.today, (len(points), 1)))) > 0


@pytest.mark.parametrize("name", sorted(SMALL))
def test_each_has_an_exact_chain_of_at_most_20_000_states(name: str) -> None:
    m = model(name, **{**EXAMPLES[name], **SMALL[name]})
    chain, failed = chain_of(m)
    assert 0 < failed.sum() < len(failed)
    assert np.abs(np.asarray(chain.generator.sum(axis=1))).max() < 1e-9
    start = np.ravel_multi_index(tuple(int(v) for v in compile_model(m).start - compile_model(m).low), chain.shape)
    assert not failed[start]
    worst = chain.hitting_times(np.arange(len(failed)) == start)
    assert (worst[failed] > 0).all()  # some never come back: then the time is infinite


def test_a_pool_alone_in_the_chain_is_a_birth_and_death_process() -> None:
    """Its way back from nothing in closed form: the escape times of one, state by state."""
    m = model("failover_pool", **{**EXAMPLES["failover_pool"], **SMALL["failover_pool"]})
    plain = Plain(m)
    chain, failed = chain_of(m)
    back, die = [np.array([plain.rates({"up": float(i)})[e] for i in range(21)]) for e in ("back", "die")]
    step = np.zeros(21)
    for i in range(20):
        step[i] = (1 + (die[i] * step[i - 1] if i else 0.0)) / back[i]
    up = np.zeros(len(failed), dtype=bool)
    up[20] = True
    assert chain.hitting_times(up)[0] == pytest.approx(step.sum(), rel=1e-6)


def test_the_chain_stays_where_the_fluid_stays() -> None:
    """10 requests a second of capacity, 3 resends: from a full queue it takes the longer to recover the more load, and with stale work
    dropped no time at all."""
    times = {}
    for options, load in (({}, 4.0), ({}, 5.0), ({}, 6.0), ({"stale_work": "dropped"}, 6.0)):
        chain, failed = chain_of(model("retry_service", options, **{**SMALL["retry_service"], "load": load}))
        full = np.ravel_multi_index((100, 20), chain.shape)
        good = np.arange(len(failed)) == 0
        times[(*options.values(), load)] = float(chain.hitting_times(good)[full])
    assert times[4.0,] < times[5.0,] < times[6.0,]
    assert times[6.0,] > 100 * times["dropped", 6.0]


# ---- against the kernel ------------------------------------------------------------------------------------------------------

WITHIN = 0.05
"""The two-state law and the fluid with a delay: critical surges (as a multiple of the load) differ by at most this share."""


def critical(loads: np.ndarray, lasts: float, options: dict[str, str], given: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Critical surge by the law and by the kernel, as a multiple of the load."""
    settings = {"capacity": 100.0, "timeout": 1.0, "retries": 3.0, **given}
    kernel = boundary(
        Retry(load=loads, **settings, **options), Push({"load": ("times", 2.0)}), lasts=lasts, most=6.0, tolerance=2e-3
    )
    s = compile_model(model("retry_service", options, load=60.0, **settings))
    p = np.tile(s.today, (len(loads), 1))
    p[:, s.parameter("load")] = loads
    push = ModelPush("push", (Part("load", "times", Quantity.point(2.0, "number")),), Quantity.point(lasts, "time"))
    trial = Trial(s, push, p, np.zeros((len(loads), 2)), 80.0)
    law = critical_sizes(trial.down, len(loads), 6.0, tolerance=1e-3).values
    return 1 + np.asarray(law), 1 + np.asarray(kernel.critical)


@pytest.mark.parametrize(
    ("lasts", "given"),
    [
        (10.0, {}),
        (30.0, {}),
        (3.0, {}),
        (10.0, {"timeout": 0.3}),
        (10.0, {"retries": 1.0}),
        (10.0, {"backoff": 0.5, "backoff_growth": 2.0}),
    ],
)
def test_the_critical_surge_agrees_with_the_fluid_with_a_delay(lasts: float, given: dict[str, float]) -> None:
    loads = np.array([60.0, 75.0, 90.0]) if given.get("retries") == 1.0 else np.array([30.0, 45.0, 60.0, 75.0, 90.0])
    law, kernel = critical(loads, lasts, {}, given)
    assert np.isfinite(kernel).all()
    assert np.abs(law / kernel - 1).max() < WITHIN, (law, kernel)


@pytest.mark.parametrize(
    ("options", "given"),
    [
        ({"retries_after": "rejections"}, {"queue": 50.0}),
        ({"retry_budget": "tokens"}, {}),
        ({}, {"queue": 50.0}),
    ],
)
def test_both_say_that_no_surge_keeps_it_down(options: dict[str, str], given: dict[str, float]) -> None:
    law, kernel = critical(np.array([30.0, 60.0]), 10.0, options, given)
    assert np.isinf(law).all()
    assert np.isinf(kernel).all()


def test_dropped_stale_work_against_single_requests() -> None:
    """Up to three quarters of the capacity it comes back from a surge, as the law says. Near the capacity they part: the service picks
    attempts that are about to expire, so that half of what it does comes late, and the law does not see that."""
    loads = np.array([30.0, 60.0, 75.0, 90.0])
    law, _ = critical(loads, 10.0, {"stale_work": "dropped"}, {})
    assert np.isinf(law).all()
    shares = []
    for load in loads:
        settings = Retry(capacity=100.0, load=float(load), timeout=1.0, retries=3.0, stale_work="dropped")
        run = simulate(settings, Push({"load": ("times", 2.0)}), 4.0, 10.0, 120.0, seed=1)
        shares.append(float(np.mean(run.good[-40:]) / load))
    assert min(shares[:3]) > 0.9
    assert shares[3] < 0.7


def test_both_see_the_same_window() -> None:
    """No surge up to seven times the load tips it below capacity / (k + 1) = 25; above, one does."""
    law, kernel = critical(np.array([22.0, 28.0]), 20.0, {}, {})
    assert np.isinf(law[0])
    assert np.isinf(kernel[0])
    assert np.isfinite(law[1])
    assert np.isfinite(kernel[1])
