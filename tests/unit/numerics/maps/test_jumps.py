"""The simulation of single events: against the obvious one, a closed form, the exact chain, the fluid; compiled against plain."""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
import pytest

from fuelbed.core.dynamics import Model, Part, Push
from fuelbed.core.errors import FuelbedError
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.chains import lattice_chain
from fuelbed.numerics.kernels import runs_fast
from fuelbed.numerics.maps import jumps as jumps_module
from fuelbed.numerics.maps.jumps import Jumps, Run, no_jumps
from fuelbed.numerics.maps.simulate import pushed
from fuelbed.numerics.maps.system import System, compile_model
from fuelbed.numerics.wilson import wilson
from tests.oracle.trial import Trial
from tests.unit.archetypes.plain import EXAMPLES, Plain
from tests.unit.archetypes.plain import model as archetype
from tests.unit.numerics.maps.models import E, model, push

needs_numba = pytest.mark.skipif(not runs_fast(None), reason="numba (extra `fast`) is not installed")
WAYS = [False, pytest.param(True, marks=needs_numba)]


def kick(lasts: float, **parts: tuple[str, float]) -> Push:
    made = tuple(Part(k, how, Quantity.point(v, "number")) for k, (how, v) in parts.items())  # type: ignore[arg-type]
    return Push("push", made, Quantity.point(lasts, "time"))


PUSHES: dict[str, tuple[dict[str, float], Push, float]] = {
    "retry_service": ({"capacity": 10.0, "load": 6.0, "timeout": 1.0}, kick(5.0, load=("times", 3.0)), 20.0),
    "failover_pool": ({"nodes": 20.0, "load": 150.0}, kick(60.0, load=("times", 1.5)), 400.0),
    "lookaside_cache": ({"database_capacity": 20.0, "load": 60.0, "entries": 400.0}, kick(0.0, cached=("set", 5.0)), 30.0),
    "crash_loop": ({"instances": 60.0, "start_slots": 3.0}, kick(0.0, starting=("set", 40.0)), 500.0),
    "accumulation": ({"queue": 50.0, "per_request": 3.0}, kick(5.0, load=("times", 2.0)), 20.0),
    "recovery_blocked": ({"units": 40.0, "between_failures": 100_000.0}, kick(0.0, working=("plus", -25.0)), 100_000.0),
    "cascade": ({}, kick(30.0, demand=("times", 1.6)), 300.0),
}
"""Small settings by archetype, a push, and how long to simulate."""


def setting(name: str) -> tuple[Model, System, Push, float, float]:
    given, p, until = PUSHES[name]
    m = archetype(name, **{**EXAMPLES[name], **given})
    return m, compile_model(m), p, float(p.lasts.low), until


def obvious(m: Model, s: System, x0: np.ndarray, p: Push, size: float, lasts: float, until: float, seed: int) -> tuple[list[int], list[int], float]:  # fmt: skip
    """Gillespie's method word by word: counts, final state, time failed in the last tenth of the time after the push."""
    gaps, picks = (np.random.Generator(np.random.PCG64([seed, i])) for i in (0, 1))
    during, moved = pushed(s, p, np.array([size]), s.today, x0)
    x = {n: math.floor(v + 0.5) for n, v in zip(s.states, moved[0], strict=True)}
    counts, now, failed, watch = dict.fromkeys(m.events, 0), 0.0, 0.0, until - 0.1 * (until - lasts)
    plain, gap = Plain(m), gaps.standard_exponential()
    for end, row in ((lasts, during[0]), (until, s.today)):
        plain.fixed |= dict(zip(s.parameters, row, strict=True))
        while now < end:
            rates = {e: max(r, 0.0) for e, r in plain.rates(x).items()}
            for e, event in m.events.items():
                to = {n: x[n] + event.change.get(n, 0) for n in x}
                if any(not m.states[n].low <= v <= m.states[n].high for n, v in to.items()):
                    rates[e] = 0.0
            total = sum(rates.values())
            then = min(now + gap / total, end) if total > 0 else end
            failed += max(then - max(now, watch), 0.0) * plain.failed(x)
            if then == end:
                gap -= (end - now) * total
                break
            target, now = picks.random() * total, then
            e = next(e for e, upto in zip(rates, accumulate(rates.values()), strict=True) if upto > target)
            counts[e] += 1
            x = {n: x[n] + int(m.events[e].change.get(n, 0)) for n in x}
            gap = gaps.standard_exponential()
        now = end
    return list(counts.values()), list(x.values()), failed / (until - watch)


@pytest.mark.parametrize("fast", WAYS)
@pytest.mark.parametrize("name", sorted(PUSHES))
def test_every_event_is_that_of_the_obvious_simulation(name: str, fast: bool) -> None:
    m, s, p, lasts, until = setting(name)
    jumps = Jumps(s, fast)
    for seed, size in ((0, 1.0), (1, 0.7), (2, 0.0)):
        run = jumps.simulate(s.today, s.start, p, size, lasts, until, seed)
        counts, state, failed = obvious(m, s, s.start, p, size, lasts, until, seed)
        assert (run.ended, run.counts.tolist(), run.state.tolist()) == ("", counts, state), (seed, size)
        assert run.failed == pytest.approx(failed, abs=1e-9)
        assert run.events > 0 or size < 1


def same(a: Run, b: Run) -> bool:
    return (
        (a.ended, a.down) == (b.ended, b.down)
        and np.array_equal(a.counts, b.counts)
        and np.array_equal(a.state, b.state)
        and np.allclose(a.mean, b.mean, rtol=1e-12, atol=0.0, equal_nan=True)
        and (a.failed == pytest.approx(b.failed, abs=1e-12, nan_ok=True))
    )


@needs_numba
@pytest.mark.parametrize("name", sorted(PUSHES))
def test_compiled_and_plain_give_the_same_counts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, s, p, lasts, until = setting(name)
    quick, slow = Jumps(s, True), Jumps(s, False)
    monkeypatch.setattr(jumps_module, "_TABLE", 1)
    forgetful = Jumps(s, True)  # evaluates every event
    assert not forgetful._kept
    for seed in range(8):
        size = (0.5, 1.0, 1.5)[seed % 3]
        runs = [j.simulate(s.today, s.start, p, size, lasts, until, seed) for j in (quick, slow, forgetful)]
        assert same(runs[0], runs[1]), seed
        assert same(runs[0], runs[2]), seed


def mm1k(load: float = 8.0, capacity: float = 10.0, most: int = 12) -> Model:
    """One server and room for `most`. Down: more than half full."""
    return model({"n": (0, 0, most)}, {"load": load, "capacity": capacity}, failed=E("n") - most / 2, step=0.01, load="load", whole=True,
                 events={"come": (E("load"), {"n": 1}), "go": (E("capacity") * (E("n") > 0), {"n": -1})})  # fmt: skip


@pytest.mark.parametrize("fast", WAYS)
@pytest.mark.parametrize(("load", "most"), [(8.0, 12), (10.0, 5), (14.0, 8)])
def test_a_queue_has_the_mean_of_its_closed_form(load: float, most: int, fast: bool) -> None:
    """M/M/1/K: P(n) proportional to (load / capacity)^n. Mean and share of time failed, by 30 pieces of one long run's length."""
    s = compile_model(mm1k(load, 10.0, most))
    weight = (load / 10.0) ** np.arange(most + 1)
    law = weight / weight.sum()
    jumps, got = Jumps(s, fast), []
    for seed in range(30):
        run = jumps.simulate(s.today, s.start, until=520.0, watch=20.0, seed=seed)
        got.append((float(run.mean[0]), run.failed))
        both_ways = 2 * 10.0 * (1 - law[0])  # events a second: 10 go while somebody is there, and as many come
        assert run.events / 520.0 == pytest.approx(both_ways, rel=0.06)
    mean, half = np.mean(got, axis=0), 2.045 * np.std(got, axis=0, ddof=1) / math.sqrt(30)  # Student, 29 degrees of freedom
    exact = np.array([law @ np.arange(most + 1), law[np.arange(most + 1) > most / 2].sum()])
    assert (np.abs(mean - exact) < half).all(), (mean, half, exact)
    assert (half < 0.03 * exact + 0.01).all()  # the interval says something


def chance_by_chain(s: System, p: Push, size: float, lasts: float, until: float) -> float:
    """P(failed at `until`): the law of the chain carried on exactly, exp(Q t), first by the rates of the push, then by today's."""
    from scipy.sparse.linalg import expm_multiply

    shape = tuple(int(h - low) + 1 for low, h in zip(s.low, s.high, strict=True))
    during, moved = pushed(s, p, np.array([size]), s.today, s.start)
    law = np.zeros(shape)
    law[tuple(np.floor(moved[0] + 0.5 - s.low).astype(int))] = 1.0
    flat = law.ravel()
    for seconds, row in ((lasts, during[0]), (until - lasts, s.today)):
        chain = lattice_chain(shape, lambda x, row=row: s.rates(x + s.low, row), s.changes.astype(np.int64))
        if seconds > 0:
            flat = expm_multiply(chain.generator.T * seconds, flat)
    states = np.stack(np.unravel_index(np.arange(flat.size), shape), axis=1) + s.low
    assert flat.sum() == pytest.approx(1.0, abs=1e-6)
    return float(flat @ (s.failed(states, s.today) > 0))


NINE = 2.7729
"""Normal quantile at which nine Wilson intervals hold together with 95 % (Bonferroni)."""


@pytest.mark.parametrize(("name", "sizes", "until"), [
    ("failover_pool", (0.67, 0.675, 0.68), 400.0),
    ("crash_loop", (0.92, 0.95, 0.98), 500.0),
    ("recovery_blocked", (0.95, 1.0, 1.05), 100_000.0),
])  # fmt: skip
def test_the_chance_of_being_down_is_that_of_the_chain(name: str, sizes: tuple[float, ...], until: float) -> None:
    _, s, p, lasts, _ = setting(name)
    jumps, between = Jumps(s), 0
    for size in sizes:
        exact = chance_by_chain(s, p, size, lasts, until)
        hits = 0
        for seed in range(400):
            run = jumps.simulate(s.today, s.start, p, size, lasts, until, seed)
            hits += bool(s.failed(run.state[None].astype(float), s.today)[0] > 0)
        low, high = wilson(hits, 400, NINE)
        assert low <= exact <= high, (size, exact, hits)
        between += 0.1 < exact < 0.9
    assert between  # one size at least where chance decides


@needs_numba
def test_retries_far_from_the_boundary_are_as_the_fluid_says() -> None:
    """100 requests a second, so that single events matter little: at half and at 1.6 times the critical surge both levels agree."""
    from fuelbed.numerics.maps.boundary import critical_sizes

    s = compile_model(archetype("retry_service", **EXAMPLES["retry_service"]))
    p = kick(10.0, load=("times", 2.0))
    loads = np.array([45.0, 60.0, 75.0])
    table = np.tile(s.today, (3, 1))
    table[:, s.parameter("load")] = loads
    trial = Trial(s, p, table, s.start, 80.0)
    edge = critical_sizes(trial.down, 3, 6.0, tolerance=1e-2).values
    assert np.isfinite(edge).all()
    jumps = Jumps(s)
    for i, (row, at) in enumerate(zip(table, edge, strict=True)):
        for share, down in ((0.5, False), (1.6, True)):
            c = jumps.chance_down(row, s.start, p, share * float(at), 10.0, 80.0, most=20)
            assert c is not None
            assert c.clear
            assert c.share == (1.0 if down else 0.0), (row, at, share)
            assert bool(trial.down(np.array([i]), np.array([share * at]))[0]) == down


@pytest.mark.parametrize("fast", WAYS)
def test_an_event_that_would_leave_the_box_does_not_happen(fast: bool) -> None:
    """Two states, a step of two, an open side: no run is ever outside, and what cannot happen takes no time."""
    m = model({"a": (3, 0, 7), "b": (0, -2, math.inf)}, {"r": 1.0}, failed=E("a") - 6, whole=True,
              events={"up": (3 * E("r"), {"a": 2}), "over": (1 + E("a"), {"a": -1, "b": 1}), "under": (2 + E("b") * 0, {"b": -1})})  # fmt: skip
    s = compile_model(m)
    for seed in range(20):
        run = Jumps(s, fast).simulate(s.today, s.start, until=30.0, seed=seed)
        a, b = run.state
        assert 0 <= a <= 7
        assert b >= -2
        assert (a, b) == (3 + 2 * run.counts[0] - run.counts[1], run.counts[1] - run.counts[2])
    stuck = compile_model(model({"n": (4, 0, 4)}, {"r": 1e6}, failed=E("n") - 3, whole=True, events={"up": (E("r"), {"n": 1})}))
    run = Jumps(stuck, fast).simulate(stuck.today, stuck.start, until=1e6)
    assert (run.events, run.state[0], run.failed, run.down) == (0, 4, pytest.approx(1.0), True)


@pytest.mark.parametrize("fast", WAYS)
def test_a_budget_that_is_passed_is_said(fast: bool) -> None:
    s = compile_model(mm1k(load=8.0))
    run = Jumps(s, fast).simulate(s.today, s.start, until=100.0, most=50)
    assert (run.ended, run.events, run.down) == ("budget", 50, None)
    assert run.seconds < 100.0
    assert math.isnan(run.failed)
    p = push("surge", 5.0, load=("times", 3.0))
    jumps, ask = Jumps(s, fast), {"push": p, "size": 1.0, "lasts": 5.0, "settle": 20.0}
    assert jumps.chance_down(s.today, s.start, **ask, events=100) is None
    assert jumps.chance_down(s.today, s.start, **ask, in_all=500, least=6) is None
    few = jumps.chance_down(s.today, s.start, **{**ask, "size": 0.0}, least=2, in_all=700)
    assert few is not None
    assert (few.runs, few.clear) == (2, False)
    whole = jumps.chance_down(s.today, s.start, **ask)
    assert whole is not None
    assert whole.clear
    assert whole.share < 0.5


def test_what_has_no_single_events_is_said() -> None:
    law = compile_model(model({"x": (0, 0, 1)}, {"r": 1.0}, {"x": E("x") * E("r")}, failed=E("x")))
    part = compile_model(model({"x": (0, 0, 1)}, {"r": 1.0}, failed=E("x"), events={"e": (E("r"), {"x": 1})}))
    half = compile_model(model({"x": (0, 0, 9)}, {"r": 1.0}, failed=E("x"), whole=True, events={"e": (E("r"), {"x": 0.5})}))
    assert ["map" in no_jumps(law), "`x` does not count" in no_jumps(part), "part of one" in no_jumps(half)] == [True] * 3
    assert no_jumps(compile_model(mm1k())) == ""
    with pytest.raises(FuelbedError, match="`x` does not count in ones"):
        Jumps(part)
    with pytest.raises(FuelbedError, match="no time in it"):
        Jumps(compile_model(mm1k())).simulate(np.array([8.0, 10.0]), np.zeros(1), until=0.0)


@pytest.mark.parametrize("fast", WAYS)
def test_a_rate_that_is_no_number_counts_as_down(fast: bool) -> None:
    s = compile_model(
        model({"n": (3, -5, 5)}, {"r": 1.0}, failed=E("n") - 9, whole=True, events={"sink": (E.of("log", E("n")) + 2, {"n": -1})})
    )
    run = Jumps(s, fast).simulate(s.today, s.start, until=1e3)
    assert (run.ended, run.state[0], run.down) == ("", 0, False)  # log 0 is -inf, a rate of 0: it stays there
    odd = compile_model(
        model({"n": (3, -5, 5)}, {"r": 1.0}, failed=E("n") - 9, whole=True, events={"sink": (E.of("sqrt", E("n") - 1), {"n": -1}), "on": (E("r"), {"n": -1})})
    )  # fmt: skip
    run = Jumps(odd, fast).simulate(odd.today, odd.start, until=1e3)
    assert (run.ended, run.state[0], run.down) == ("domain", 0, True)


def test_what_was_visited_is_forgotten_when_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    s = compile_model(mm1k(most=400, load=12.0))
    want = Jumps(s, False).simulate(s.today, s.start, until=400.0)
    monkeypatch.setattr(jumps_module, "_TABLE", 10)
    assert same(want, Jumps(s, False).simulate(s.today, s.start, until=400.0))
