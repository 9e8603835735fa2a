"""Boundaries and basins against brute-force simulation, one row and one value at a time."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from fuelbed.numerics.maps.basin import basin_share, edge_state
from fuelbed.numerics.maps.boundary import critical_sizes, least_correction
from fuelbed.numerics.maps.continuation import continued
from fuelbed.numerics.maps.fixed import fixed_points
from fuelbed.numerics.maps.simulate import settled, stays_down, under
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.wilson import wilson
from tests.oracle.trial import Trial
from tests.unit.numerics.maps.models import E, logistic, may, model, push, storm


def may_down(h: float, factor: float, steps_pushed: int, dt: float = 0.1) -> bool:
    """May's grazing written out by hand: pushed, then left alone for 400 time units."""
    x = 0.8
    for _ in range(4000):
        x += dt * (x * (1 - x) - h * x * x / (0.01 + x * x))
    for _ in range(steps_pushed):
        x += dt * (x * (1 - x) - h * factor * x * x / (0.01 + x * x))
    for _ in range(4000):
        x += dt * (x * (1 - x) - h * x * x / (0.01 + x * x))
    return x < 0.2


def trial(loads: list[float]) -> Trial:
    s = compile_model(may())
    p = s.with_values({"h": np.array(loads)})
    start = settled(s, np.tile(s.start, (len(loads), 1)), p, 4000)
    return Trial(s, s.model.pushes["drought"], p, start, settle=400.0)


def test_critical_sizes_agree_with_brute_force() -> None:
    loads = [0.1, 0.19, 0.22, 0.25]
    t = trial(loads)
    sizes = critical_sizes(t.down, 4, 6.0, 1e-4)
    assert sizes.monotone.all()
    for h, size in zip(loads, sizes.values, strict=True):
        if math.isinf(size):
            assert not may_down(h, 1 + 6.0, 50)
        else:
            assert may_down(h, 1 + size + 1e-3, 50)
            assert not may_down(h, 1 + size - 2e-3, 50)
    assert math.isinf(sizes.values[0])
    assert np.all(np.diff(sizes.values[1:]) < 0)


def test_a_push_of_the_state_and_a_push_of_nothing() -> None:
    s = compile_model(may(0.22))
    normal, failed = (f.x for f in fixed_points(s, s.today) if f.kind == "stable" for _ in (0,))
    normal, failed = max(normal, failed), min(normal, failed)
    cull = Trial(s, s.model.pushes["cull"], s.today, normal, settle=400.0)
    (size,) = critical_sizes(cull.down, 1, 1.0, 1e-5).values
    edge = next(f.x[0] for f in fixed_points(s, s.today) if f.kind == "unstable" and f.x[0] > 0.1)
    assert math.isclose(normal[0] * (1 - size), edge, rel_tol=1e-3)
    assert critical_sizes(Trial(s, s.model.pushes["cull"], s.today, failed, 400.0).down, 1, 1.0).values[0] == 0


def test_a_row_whose_answer_changes_more_than_once_says_so() -> None:
    found = critical_sizes(lambda rows, v: (v > 0.3 * (rows + 1)) & ~((v > 0.7) & (v < 0.9) & (rows == 0)), 2, 1.2, 1e-6)
    assert np.allclose(found.values, [0.3, 0.6], atol=2e-6)
    assert found.monotone.tolist() == [False, True]


def test_an_oscillation_is_judged_by_its_time_average_and_a_lost_row_is_down() -> None:
    """The logistic map at 3.2 jumps between 0.513 and 0.799: down by thirds or not, whatever step it is looked at."""
    for level, want in ((0.6, False), (0.5, True)):
        s = compile_model(logistic(3.2))
        two = E("x") * E("r") * (1 - E("x"))
        s = compile_model(model({"x": (0.3, 0, 1)}, {"r": 3.2}, {"x": two}, failed=E("x") - level))
        down, left = stays_down(s, np.array([[0.3], [0.31]]), s.today, 999)
        assert down.tolist() == [want, want]
        assert left == 0
    s = compile_model(model({"x": (0.3, 0, 1)}, {"r": 2}, {"x": E("x") * E("x") * 2}, failed=5 - E("x")))
    down, left = stays_down(s, np.array([[3.0]]), s.today, 200)
    assert down.tolist() == [True]
    assert left == 1


@pytest.mark.parametrize("rest", [False, True])
def test_compiled_and_plain_rows_have_the_same_fate(rest: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    rng = np.random.default_rng(8)
    s = compile_model(storm())
    rests = np.array([f.x for f in fixed_points(s, s.today)]) if rest else None
    x = np.array([600.0, 300.0]) * rng.random((80, 2)) ** 3
    x[0] = np.nan
    p = s.with_values({"load": rng.uniform(20, 98, 80)})
    p[40:] = s.today
    fates = []
    for word in ("plain", "fast"):
        monkeypatch.setenv("FUELBED_KERNELS", word)
        fates.append(stays_down(s, x, p, 6000, rests))
    assert fates[0][0].tolist() == fates[1][0].tolist()
    assert fates[0][1] == fates[1][1] == 1
    assert 10 < fates[0][0].sum() < 70


def test_a_push_and_what_comes_after_it_are_those_of_single_steps() -> None:
    s = compile_model(storm())
    t = Trial(s, s.model.pushes["surge"], s.today, s.start, 100.0)
    during = s.with_values({"load": 120.0})
    x = s.start[None]
    for step in range(1000):
        x = s.step(x, during if step < round(10.0 / s.step_seconds) else s.today)
    assert (s.failed(x, s.today)[0] > 0) == t.down(np.array([0]), np.array([1.0]))[0]


def test_a_long_push_is_followed_as_if_step_by_step() -> None:
    s = compile_model(may())
    p = s.with_values({"h": np.array([0.1, 0.22, 0.22, 0.22])})
    during = s.with_values({"h": np.array([0.15, 0.3, 0.3, 0.25])})
    steps = np.array([5000.0, 4000.0, 33.4, 0.0])
    x = np.full((4, 1), 0.8)
    want = x.copy()
    for i in range(4):
        for t in range(math.ceil(steps[i])):
            w = min(steps[i] - t, 1.0)
            want[i] = s.step(want[i : i + 1], p[i] + w * (during[i] - p[i]))[0]
    assert np.allclose(under(s, x, p, during, steps), want, atol=1e-9)


def test_least_correction_agrees_with_brute_force() -> None:
    s = compile_model(storm())
    failed = max((f for f in fixed_points(s, s.today) if f.kind == "stable"), key=lambda f: f.failed)
    levels = np.array([50.0, 20.0, 10.0, 0.0])
    found = least_correction(s, s.today, failed.x, "load", levels, 200.0, 300.0)
    assert math.isinf(found.seconds[0])  # above the lower fold nothing helps
    assert found.least is not None
    for level, seconds in zip(levels[1:], found.seconds[1:], strict=True):
        for more, back in ((0.5, True), (-0.5, False)):
            x = failed.x[None]
            for _ in range(round((seconds + more) / 0.1)):
                x = s.step(x, s.with_values({"load": level}))
            for _ in range(6000):
                x = s.step(x, s.today)
            assert (s.failed(x, s.today)[0] <= 0) == back


def test_edge_state_is_the_saddle_and_the_basin_its_side() -> None:
    s = compile_model(storm())
    points = fixed_points(s, s.today)
    normal, saddle, failed = sorted(points, key=lambda f: f.x[0])
    edge = edge_state(s, s.today, normal.x, failed.x, 300.0)
    assert edge is not None
    assert edge.point is not None
    assert np.allclose(edge.x, saddle.x, atol=1e-6)
    assert edge_state(s, s.today, failed.x, normal.x, 300.0) is None
    share = basin_share(s, s.today, 300.0, np.random.default_rng(3), 400)
    rng = np.random.default_rng(4)
    x = np.array([1000.0, 2000.0]) * rng.random((100, 2))
    for _ in range(3000):
        x = s.step(x, s.today)
    up = int((s.failed(x, s.today) <= 0).sum())
    low, high = wilson(up, 100)
    assert share.low <= high
    assert low <= share.high


def test_basin_share_in_one_dimension_is_the_unstable_point() -> None:
    s = compile_model(may(0.22))
    points = fixed_points(s, s.today)
    edge = points[2].x[0]
    share = basin_share(s, s.today, 400.0, np.random.default_rng(1), 2000)
    assert share.low <= 1 - edge / 1.2 <= share.high


def test_a_complete_analysis_of_two_states_is_quick() -> None:
    """Fixed points, one branch and the boundary at 100 loads; the best of three, so that a busy machine is no fault."""
    best = math.inf
    for _ in range(3):
        began = time.perf_counter()
        s = compile_model(storm())
        points = fixed_points(s, s.today)
        continued(s, s.today, points[0].x, "load", 0.0, 120.0)
        loads = np.linspace(20, 98, 100)
        p = s.with_values({"load": loads})
        start = settled(s, np.tile(s.start, (100, 1)), p, 2000)
        found = critical_sizes(Trial(s, push("surge", 10.0, load=("times", 2.0)), p, start, 120.0).down, 100, 3.0)
        best = min(best, time.perf_counter() - began)
    assert np.isfinite(found.values).any()
    assert best < 5.0
