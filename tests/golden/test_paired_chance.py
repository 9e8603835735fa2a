"""The horizon probability before and after, on the same numbers: by hand, sampled, and where it is simulated."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import changes_of, evaluate, removal
from fuelbed.numerics.process.transient import transient
from fuelbed.numerics.sampling import quantile
from tests.cases import P, both, case, condition, control, fails, ref, trigger
from tests.properties.test_process import random_case


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_the_ratio_at_its_ends() -> None:
    """1..4 arrivals a year and a control that fails 0.1 instead of 0.5: (1 - exp(-0.1 r)) / (1 - exp(-0.5 r)) rises with r."""
    better = Action("better", does=(Change("set", "k", "fails", P(0.1)),))
    c = case(
        [trigger("t", (1.0, 4.0)), control("k", "effective", 0.5)],
        {"F": both(ref("t"), fails("k"))},
        actions={"better": better},
    )
    m = compile_case(c)
    row = changes_of(m, better)
    got = bounds(m, [row], ("probability",), rng(), chance=True)[0]["probability"].ratio

    def ratio(r: float) -> float:
        return (1 - math.exp(-0.1 * r)) / (1 - math.exp(-0.5 * r))

    assert (got.value, got.low, got.high) == pytest.approx((ratio(2.0), ratio(1.0), ratio(4.0)))
    alone = bounds(m, [row], ("probability",), rng())[0]["probability"].ratio
    assert alone.low < got.low
    assert alone.high > got.high


def test_against_another_set_than_nothing() -> None:
    """With the control at 0.1 already, 0.05 instead halves it, whatever the rate."""
    c = case([trigger("t", (1.0, 4.0)), control("k", "effective", 0.5)], {"F": both(ref("t"), fails("k"))})
    m = compile_case(c)
    one, two = ({"k.fails": p} for p in (0.1, 0.05))
    got = bounds(m, [two], ("hazard", "loss"), rng(), before=one)[0]
    for o in ("hazard", "loss"):
        assert (got[o].ratio.low, got[o].ratio.high) == pytest.approx((0.5, 0.5))
        assert (got[o].difference.low, got[o].difference.high) == pytest.approx((-0.2, -0.05))
    only = bounds(m, [two], ("hazard",), rng(), before=one, wanted=("ratio",))[0]["hazard"]
    assert (only.ratio.low, only.ratio.high, only.after.high) == pytest.approx((0.5, 0.5, math.inf))


@pytest.mark.parametrize("seed", range(60))
def test_ratios_contain_sampled_ones(seed: int) -> None:
    c = random_case(seed, intervals=True)
    m = compile_case(c)
    rows = [changes_of(m, c.actions["add"]), *(removal(m, f) for f in c.factors.values())]
    found = bounds(m, rows, ("probability",), np.random.default_rng(1), chance=True)
    sample = np.random.default_rng(2)
    knobs = {k: quantile(x.quantity, sample.random(200)) if x.uncertain else x.quantity.middle for k, x in m.knobs.items()}
    v = evaluate(m, knobs, [{}, *rows])["probability"]
    for r, row in enumerate(found, start=1):
        ratio = (v[r] / v[0])[v[0] > 0]
        low, high = row["probability"].ratio.low, row["probability"].ratio.high
        slack = 1e-9 + 0.01 * (high - low)  # the sign test looks at 32 points
        assert not ratio.size or (ratio.min() >= low - slack and ratio.max() <= high + slack), r


def test_simulated_on_the_same_paths() -> None:
    """A trigger that stays on for weeks: closing what it meets leaves nothing, closing nothing leaves all, surely and without noise."""
    c = case(
        [trigger("t", 12.0), trigger("long", 1.0, 0.2), condition("c"), condition("idle", 0.5, occurred=None)],
        {"F": both(ref("t"), ref("long"), ref("c"))},
        actions={"add": Action("add", does=(Change("add", "k", value=P(0.3), line="F"),))},
    )
    m = compile_case(c)
    assert transient(m) is not None
    rows = [removal(m, c.factors["c"]), {}, changes_of(m, c.actions["add"])]
    closed, nothing, less = (
        x["probability"].ratio for x in bounds(m, rows, ("hazard", "probability", "standing"), rng(), chance=True)
    )
    assert (closed.low, closed.high) == (0.0, 0.0)
    assert (nothing.low, nothing.high) == pytest.approx((1.0, 1.0))
    assert 0.3 < less.low < less.value < less.high < 1.0
    assert less.high - less.low < 0.1
    assert less.method.startswith("the same ")
