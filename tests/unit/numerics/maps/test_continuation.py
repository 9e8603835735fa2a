"""Continuation: margins against a plain scan, corners, and models drawn at random."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.numerics.maps.continuation import continued, nearest_bifurcation, search_range
from fuelbed.numerics.maps.fixed import fixed_points, settle_time
from fuelbed.numerics.maps.loops import find_loops
from fuelbed.numerics.maps.simulate import settled
from fuelbed.numerics.maps.system import compile_model
from tests.unit.numerics.maps.models import E, logistic, may, model, storm


def stable(system, p):
    return max((f for f in fixed_points(system, p) if f.kind == "stable"), key=lambda f: -f.failed)


def test_stability_changes_along_a_branch_only_at_its_bifurcations() -> None:
    s = compile_model(may())
    branch = continued(s, s.today, stable(s, s.today).x, "h", 0.05, 0.5)
    stays = branch.radius < 1.0
    changes = np.flatnonzero(stays[1:] != stays[:-1])
    folds = [b.value for b in branch.bifurcations if b.kind == "fold"]
    assert len(changes) == len(folds) == 2
    for i in changes:
        assert min(abs(branch.values[i] - f) for f in folds) < 0.02
    for i in range(0, len(branch.values), 7):
        p = s.with_values({"h": branch.values[i]})
        assert np.allclose(s.step(branch.states[i], p)[0], branch.states[i], atol=1e-10)


def test_a_storm_turns_back_at_corners_where_the_plain_scan_says_so() -> None:
    """Down for good between capacity / (retries + 1) and capacity: a scan by simulation, from the normal and from the failed side."""
    s = compile_model(storm())
    normal, _, failed = sorted((f.x for f in fixed_points(s, s.today)), key=lambda x: x[0])
    up = nearest_bifurcation(s, s.today, normal, "load").up
    down = nearest_bifurcation(s, s.today, failed, "load").down
    assert up is not None
    assert down is not None
    assert (up.at.kind, up.at.on_kink) == ("fold", True)
    for at, x, side in ((up.at.value, normal, 1), (down.at.value, failed, -1)):
        for step, stays in ((-0.5 * side, True), (0.5 * side, False)):
            p = s.with_values({"load": at + step})
            end = settled(s, x + 1e-3, p, 60000)
            assert (np.max(np.abs(end - x) / s.scale) < 0.1) == stays


@pytest.mark.parametrize("k", [1.0, 1.25])
def test_an_exchange_is_where_the_point_leaves_zero(k: float) -> None:
    """x' = r x (1 - x) k: at r = 1 / k."""
    x = E("x")
    s = compile_model(model({"x": (0.3, 0, 1)}, {"r": 2.0, "k": k}, {"x": E("r") * E("k") * x * (1 - x)}, failed=x - 2))
    margin = nearest_bifurcation(s, s.today, stable(s, s.today).x, "r", 0.5, 2.2).down
    assert margin is not None
    assert margin.at.kind == "exchange"
    assert math.isclose(margin.at.value, 1.0 / k, abs_tol=1e-7)


def test_a_range_from_nothing_to_ten_times_today() -> None:
    s = compile_model(may(0.22))
    assert search_range(s, "h", s.today) == (0.0, 2.2)


def test_what_is_no_fixed_point_is_no_start() -> None:
    s = compile_model(logistic())
    with pytest.raises(ValueError, match="fixed point"):
        continued(s, s.today, np.array([0.2]), "r", 1.0, 3.0)


def test_settle_time_follows_the_slowest_point() -> None:
    s = compile_model(may(0.22))
    points = fixed_points(s, s.today)
    seconds = settle_time(s, points)
    slow = max(math.log(2) / abs(math.log(f.radius)) for f in points)
    assert math.isclose(seconds, 30 * slow * 0.1)


@pytest.mark.parametrize("seed", range(25))
def test_models_drawn_at_random_never_end_in_an_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"s{i}" for i in range(int(rng.integers(1, 4)))]

    def some(depth: int) -> E:
        if depth == 0:
            return E(str(rng.choice([*names, "a", "b"]))) if rng.random() < 0.8 else E(float(np.round(rng.uniform(-1, 2), 2)))
        kind = str(rng.choice(["add", "sub", "mul", "div", "min", "max", "exp", "tanh", "hill", "log", "sqrt", "if"]))
        count = {"exp": 1, "tanh": 1, "log": 1, "sqrt": 1, "hill": 3, "if": 3}.get(kind, 2)
        return E.of(kind, *(some(depth - 1) for _ in range(count)))

    laws = {n: 0.6 * E(n) + 0.4 * some(3) for n in names}
    s = compile_model(model(dict.fromkeys(names, (0.5, 0, 2)), {"a": 0.7, "b": 1.3}, laws, failed=E(names[0]) - 1))
    for f in fixed_points(s, s.today, 16)[:3]:
        branch = continued(s, s.today, f.x, "a", 0.0, 2.0, most=60)
        assert np.isfinite(branch.values).all()
        nearest_bifurcation(s, s.today, f.x, "a", 0.2, 1.5)
        find_loops(s, s.today, f.x)
