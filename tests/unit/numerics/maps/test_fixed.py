"""Fixed points and cycles against what can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np

from fuelbed.numerics.maps.fixed import fixed_points
from fuelbed.numerics.maps.simulate import settled
from fuelbed.numerics.maps.system import compile_model
from tests.oracle.cycles import cycles
from tests.unit.numerics.maps.models import E, delayed_logistic, logistic, may, model, storm


def test_logistic_points_multipliers_and_half_life() -> None:
    s = compile_model(logistic(2.5))
    low, high = fixed_points(s, s.today)
    assert abs(low.x[0]) < 1e-12
    assert low.kind == "unstable"
    assert np.isclose(high.x[0], 0.6, atol=1e-12)
    assert np.isclose(high.multipliers[0], -0.5)
    assert high.kind == "stable"
    assert math.isclose(high.half_life, 1.0)


def test_two_cycle_of_the_logistic_map() -> None:
    s = compile_model(logistic(3.2))
    (cycle,) = cycles(s, s.today)
    r = 3.2
    want = (r + 1 - math.sqrt((r - 3) * (r + 1))) / (2 * r)
    assert np.isclose(cycle.x[0], want, atol=1e-10)
    assert np.isclose(cycle.multipliers[0].real, 1 - (r - 3) * (r + 1))
    assert cycle.kind == "stable"
    assert cycles(compile_model(logistic(2.9)), np.array([2.9])) == []


def test_may_has_two_stable_points_and_one_between_where_the_cubic_says_so() -> None:
    s = compile_model(may(0.22))
    found = fixed_points(s, s.today)
    roots = np.roots([-1, 1, -0.22 - 0.01, 0.01])  # r (1 - x)(s^2 + x^2) = h x, by powers of x
    want = sorted([0.0, *roots[np.abs(roots.imag) < 1e-12].real])
    assert np.allclose([f.x[0] for f in found], want, atol=1e-10)
    assert [f.kind for f in found] == ["unstable", "stable", "unstable", "stable"]
    assert [f.failed > 0 for f in found] == [True, True, False, False]


def test_delayed_logistic_spirals() -> None:
    s = compile_model(delayed_logistic(1.9))
    point = next(f for f in fixed_points(s, s.today) if f.x[0] > 0.1)
    assert np.allclose(point.x, 1 - 1 / 1.9)
    assert np.isclose(abs(point.multipliers[0]), math.sqrt(0.9))
    assert abs(point.multipliers[0].imag) > 0.1


def test_a_storm_has_a_normal_and_a_failed_state_with_an_edge_between() -> None:
    s = compile_model(storm())
    found = fixed_points(s, s.today)
    stable = [f for f in found if f.kind == "stable"]
    assert [f.failed > 0 for f in stable] == [False, True]
    for f in stable:
        near = settled(s, f.x + np.array([1.0, 1.0]), s.today, 4000)
        assert np.allclose(near, f.x, atol=1e-4)


def test_a_point_on_a_kink_is_judged_by_simulation_and_says_so() -> None:
    x = E("x")
    for slope, kind in ((0.5, "stable"), (1.5, "saddle")):
        s = compile_model(model({"x": (0, -1, 1)}, {"a": slope}, {"x": E.of("max", E("a") * x, 0.2 * x)}, failed=x - 2))
        (point,) = [f for f in fixed_points(s, s.today) if abs(f.x[0]) < 1e-9]
        assert point.kinked
        assert point.kind == kind
