"""Paired ratios of two versions against what can be worked out by hand, and against every point of a grid."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from fuelbed.core.case import Case
from fuelbed.core.expressions import Fails, Ref
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import evaluate, middles
from fuelbed.numerics.process.versions import ratios
from tests.cases import both, case, condition, control, either, trigger


def made(fails: object, triggers: list[object], present: object = 1.0) -> Case:
    names = [f"t{i}" for i in range(len(triggers))]
    factors = [trigger(n, r) for n, r in zip(names, triggers, strict=True)]
    line = both(either(*map(Ref, names)), Ref("c"), Fails("k"))
    return case([*factors, condition("c", present), control("k", "effective", fails)], {"F": line})


def found(a: Case, b: Case, output: str = "hazard") -> tuple[float, float, float]:
    r = ratios(compile_case(a), compile_case(b), (output,), np.random.default_rng(1))[output]
    return r.value, r.low, r.high


def test_a_shared_number_cancels() -> None:
    """hazard = (t0 + t1) f: the rates are the same unknown numbers on both sides, so only the control's change is left."""
    a, b = made(0.5, [(1.0, 20.0), (0.1, 9.0)]), made(0.1, [(1.0, 20.0), (0.1, 9.0)])
    assert found(a, b) == pytest.approx((0.2, 0.2, 0.2))


def test_a_number_that_was_changed_varies_on_each_side() -> None:
    """after / before = f2 / f1, f1 in 0.2..0.6 and f2 in 0.1..0.3, each by itself."""
    a, b = made((0.2, 0.6), [(1.0, 20.0)]), made((0.1, 0.3), [(1.0, 20.0)])
    value, low, high = found(a, b)
    assert (low, high) == pytest.approx((0.1 / 0.6, 0.3 / 0.2))
    assert value == pytest.approx(math.sqrt(0.1 * 0.3) / math.sqrt(0.2 * 0.6))


def test_a_new_trigger_counts_most_where_the_others_are_rare() -> None:
    """after / before = (t0 + t1) / t0, t0 in 1..20, t1 in 2..4."""
    value, low, high = found(made(0.5, [(1.0, 20.0)]), made(0.5, [(1.0, 20.0), (2.0, 4.0)]))
    assert (low, high) == pytest.approx((1 + 2 / 20, 1 + 4 / 1))
    assert low < value < high


def test_the_same_case_twice_is_no_change() -> None:
    a = made((0.2, 0.6), [(1.0, 20.0), (0.0, 5.0)], (0.1, 0.9))
    assert found(a, made((0.2, 0.6), [(1.0, 20.0), (0.0, 5.0)], (0.1, 0.9)), "probability") == pytest.approx((1.0, 1.0, 1.0))


def test_an_unknown_rate_gives_no_middle() -> None:
    value, low, high = found(made(0.5, [(0.0, math.inf)]), made(0.1, [(0.0, math.inf)]))
    assert math.isnan(value)
    assert (low, high) == pytest.approx((0.2, 0.2))


def test_a_computed_number_with_another_middle_is_another_number() -> None:
    """A chance of tipping that nobody knows (0..1) on both sides, and that moved: nothing is sure of the ratio, so it is not shared."""

    def tipping(centre: float) -> Case:
        made = case([trigger("t0", 5.0), control("k", "effective", 0.5)], {"F": both(Ref("t0"), Fails("k"))})
        q = Quantity.interval(0.1, 1.0, centre=centre)
        return replace(made, factors={**made.factors, "k": replace(made.factors["k"], fails=q)})

    value, low, high = found(tipping(0.8), tipping(0.4))
    assert value == pytest.approx(0.5)
    assert (low, high) == pytest.approx((0.1, 10.0))
    assert found(tipping(0.8), tipping(0.8)) == pytest.approx((1.0, 1.0, 1.0))


@pytest.mark.parametrize("seed", range(4))
def test_no_point_of_a_grid_lies_outside(seed: int) -> None:
    """Every corner and inner point of a grid over all numbers, each tape evaluated by itself."""
    rng = np.random.default_rng(seed)

    def interval(top: float) -> tuple[float, float]:
        low, high = sorted(rng.uniform(0.01, top, 2).tolist())
        return low, high

    shared = interval(9.0)
    a = made(interval(1.0), [shared, interval(5.0)], interval(1.0))
    b = made(interval(1.0), [shared, interval(5.0), interval(3.0)], 0.7)
    first, second = compile_case(a), compile_case(b)
    for output in ("hazard", "probability", "propensity"):
        r = ratios(first, second, (output,), np.random.default_rng(1))[output]
        values = _grid(first, second, output)
        assert r.low <= min(values) * (1 + 1e-9)
        assert r.high >= max(values) * (1 - 1e-9)
        assert r.low > 0.5 * min(values)  # and no idle enclosure
        assert r.high < 2 * max(values)


def _grid(first, second, output: str) -> list[float]:  # type: ignore[no-untyped-def]  # two compiled cases
    shares = (0.0, 0.3, 0.7, 1.0)
    common = {"t0.rate"}
    mine = [k for k, v in first.knobs.items() if v.uncertain]
    other = [k for k, v in second.knobs.items() if v.uncertain and k not in common]
    out = []
    for u in itertools.product(shares, repeat=len(mine)):
        at = {k: _at(first.knobs[k].quantity, s) for k, s in zip(mine, u, strict=True)}
        was = float(evaluate(first, {**middles(first), **at}, [{}], (output,))[output][0, 0])
        rest = np.array(list(itertools.product(shares, repeat=len(other)))).T
        knobs = {k: np.array([_at(second.knobs[k].quantity, s) for s in row]) for k, row in zip(other, rest, strict=True)}
        base = {**middles(second), "t0.rate": at["t0.rate"]}
        out += (evaluate(second, {**base, **knobs}, [{}], (output,))[output][0] / was).tolist()
    return out


def _at(q, share: float) -> float:  # type: ignore[no-untyped-def]  # a quantity
    return float(q.low + (q.high - q.low) * share)
