"""Published answers for declared maps: folds, the cusp, flips, cycles, spirals, Lyapunov exponents (notes in each test)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.numerics.maps.continuation import continued, nearest_bifurcation
from fuelbed.numerics.maps.fixed import fixed_points
from fuelbed.numerics.maps.system import compile_model
from tests.oracle.cycles import cycles
from tests.unit.numerics.maps.models import budworm, delayed_logistic, logistic, may, ricker


def upper(system):
    return max(fixed_points(system, system.today), key=lambda f: f.x[0])


def test_the_two_folds_of_mays_grazing() -> None:
    """R. May, Nature 269, 1977 with r = 1, k = 1, s = 0.1: the closed form of dF/dx = 0."""
    s = compile_model(may(0.22))
    branch = continued(s, s.today, upper(s).x, "h", 0.05, 0.5)
    folds = [b for b in branch.bifurcations if b.kind == "fold"]
    assert len(folds) == 2
    want = {0.2604365171: 0.4781283796, 0.1787230200: 0.1137805202}
    for b in folds:
        h, x = min(want.items(), key=lambda w: abs(w[0] - b.value))
        assert abs(b.value - h) < 1e-8
        assert abs(b.x[0] - x) < 1e-6
        assert abs(b.multipliers[0] - 1) < 1e-6


def test_margin_of_mays_grazing() -> None:
    s = compile_model(may(0.22))
    margins = nearest_bifurcation(s, s.today, upper(s).x, "h", 0.05, 0.5)
    assert margins.up is not None
    assert abs(margins.up.distance - 0.0404365171) < 1e-8
    assert abs(margins.up.percent - 100 * 0.0404365171 / 0.22) < 1e-5
    assert margins.down is None


def test_the_cusp_of_the_spruce_budworm() -> None:
    """D. Ludwig et al., J. Animal Ecology 47, 1978: the two folds over r meet at q = 3 sqrt 3, r = 3 sqrt 3 / 8, x = sqrt 3."""
    cusp_q, cusp_r = 3 * math.sqrt(3), 3 * math.sqrt(3) / 8

    def folds(q: float):
        s = compile_model(budworm(q, 0.3))
        low = min((f for f in fixed_points(s, s.today) if f.kind == "stable"), key=lambda f: f.x[0])
        return [b for b in continued(s, s.today, low.x, "r", 0.2, 1.2).bifurcations if b.kind == "fold"]

    assert folds(cusp_q - 0.01) == []
    apart = []
    for more in (0.04, 0.01):
        two = folds(cusp_q + more)
        assert len(two) == 2
        for b in two:  # the folds in closed form: r = 2 x^3 / (1 + x^2)^2, q = 2 x^3 / (x^2 - 1)
            x = b.x[0]
            assert abs(2 * x**3 / (1 + x * x) ** 2 - b.value) < 1e-9
            assert abs(2 * x**3 / (x * x - 1) - (cusp_q + more)) < 1e-6
        apart.append(abs(two[0].value - two[1].value))
    assert math.isclose(apart[0] / apart[1], 4**1.5, rel_tol=0.02)  # a cusp: the gap shrinks as the distance to the power 3/2
    near = folds(cusp_q + 1e-4)
    assert all(abs(b.value - cusp_r) < 1e-4 and abs(b.x[0] - math.sqrt(3)) < 0.02 for b in near)


def test_flips_of_the_logistic_map_at_3_and_at_1_plus_sqrt_6() -> None:
    s = compile_model(logistic(2.5))
    first = nearest_bifurcation(s, s.today, upper(s).x, "r", 0.5, 3.9)
    assert first.up is not None
    assert first.up.at.kind == "flip"
    assert abs(first.up.at.value - 3) < 1e-8
    assert first.down is not None
    assert first.down.at.kind == "exchange"
    assert abs(first.down.at.value - 1) < 1e-7
    s = compile_model(logistic(3.2))
    (cycle,) = cycles(s, s.today, 2)
    second = nearest_bifurcation(s, s.today, cycle.x, "r", 3.05, 3.9, period=2)
    assert second.up is not None
    assert second.up.at.kind == "flip"
    assert abs(second.up.at.value - (1 + math.sqrt(6))) < 1e-8


def test_three_cycles_of_the_logistic_map_are_born_at_1_plus_sqrt_8() -> None:
    s = compile_model(logistic(3.84))
    found = cycles(s, s.today, 3)
    assert sorted(c.kind for c in found) == ["stable", "unstable"]
    stable = next(c for c in found if c.kind == "stable")
    born = nearest_bifurcation(s, s.today, stable.x, "r", 3.7, 3.9, period=3)
    assert born.down is not None
    assert born.down.at.kind == "fold"
    assert abs(born.down.at.value - (1 + math.sqrt(8))) < 1e-8


def test_ricker_flips_at_2() -> None:
    s = compile_model(ricker(1.5))
    point = next(f for f in fixed_points(s, s.today) if f.x[0] > 0.5)
    margins = nearest_bifurcation(s, s.today, point.x, "r", 0.5, 3.0)
    assert margins.up is not None
    assert margins.up.at.kind == "flip"
    assert abs(margins.up.at.value - 2) < 1e-8


def test_delayed_logistic_begins_to_circle_at_2() -> None:
    """J. Maynard Smith 1968; D. Aronson et al. 1982: Neimark-Sacker at r = 2, multipliers exp(+- i pi / 3)."""
    s = compile_model(delayed_logistic(1.9))
    point = next(f for f in fixed_points(s, s.today) if f.x[0] > 0.1)
    margins = nearest_bifurcation(s, s.today, point.x, "r", 1.2, 2.2)
    assert margins.up is not None
    assert margins.up.at.kind == "spiral"
    assert abs(margins.up.at.value - 2) < 1e-8
    assert abs(abs(np.angle(margins.up.at.multipliers[0])) - math.pi / 3) < 1e-6


@pytest.mark.parametrize("h", [0.2, 0.25])
def test_bifurcation_values_do_not_depend_on_where_the_walk_began(h: float) -> None:
    s = compile_model(may(h))
    for f in fixed_points(s, s.today)[1:]:
        values = sorted(b.value for b in continued(s, s.today, f.x, "h", 0.05, 0.5).bifurcations if b.kind == "fold")
        assert np.allclose(values, [0.1787230200, 0.2604365171], atol=1e-8)
