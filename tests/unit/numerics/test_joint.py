"""Several items at once: the better value counts in any order, at every point, whichever way is better."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Case
from fuelbed.core.expressions import Not
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import Pick, evaluate, middles
from fuelbed.numerics.process.joint import Joint, clashes
from fuelbed.numerics.sampling import quantile
from tests.cases import P, both, case, condition, control, fails, ref, trigger


def sets(x: str, parameter: str, value: float | tuple[float, float], name: str) -> Action:
    q = P(value) if isinstance(value, float | int) else Quantity.interval(*value)
    return Action(name, name, (Change("set", x, parameter, q, text=f"set {name}"),))


def on_one_control(*actions: Action) -> Case:
    return case(
        [trigger("t", 4.0), control("k", "failed", 0.8, (0.2, 0.6), today=Quantity.interval(0.2, 0.6))],
        {"F": both(ref("t"), fails("k"))},
        actions={a.name: a for a in actions},
    )


PERFECT = Action("perfect", does=(Change("perfect", "k"),))
OFF = Action("off", does=(Change("disable", "k"),))


@pytest.mark.parametrize("order", list(permutations([sets("k", "fails", 0.05, "a"), sets("k", "fails", 0.5, "b"), OFF])))
def test_the_better_value_counts_in_any_order(order: tuple[Action, ...]) -> None:
    m = compile_case(on_one_control(*order))
    joint = Joint(m, [a.name for a in order], "hazard")
    hazard = evaluate(m, middles(m), [joint.of(joint.names), joint.of(["off"]), joint.of(["off", "b"])], ("hazard",))["hazard"]
    assert hazard[:, 0] == pytest.approx([0.2, 4.0, 2.0])


def test_perfect_beats_any_value_and_disabling_it_is_said() -> None:
    c = on_one_control(sets("k", "broken", 0.4, "a"), OFF, PERFECT)
    m = compile_case(c)
    joint = Joint(m, ["a", "off", "perfect"], "hazard")
    assert evaluate(m, middles(m), [joint.of(joint.names)], ("hazard",))["hazard"][0, 0] == 0.0
    assert clashes(list(c.actions.values())) == [("off", "a", "k"), ("off", "perfect", "k")]


def test_overlapping_values_are_compared_at_every_point() -> None:
    """0.1..0.5 and 0.2..0.4: hazard 4 min(a, b), so 0.4..1.6."""
    m = compile_case(on_one_control(sets("k", "fails", (0.1, 0.5), "a"), sets("k", "fails", (0.2, 0.4), "b")))
    joint = Joint(m, ["a", "b"], "hazard")
    row = joint.of(["a", "b"])
    assert isinstance(row["k.fails"], Pick)
    assert row == joint.of(["b", "a"])
    found = bounds(m, [row], ("hazard",), np.random.default_rng(0))[0]["hazard"].after
    assert (found.low, found.high) == pytest.approx((0.4, 1.6))
    rng = np.random.default_rng(1)
    knobs = {k: quantile(x.quantity, rng.random(50)) if x.uncertain else x.quantity.middle for k, x in m.knobs.items()}
    least = np.minimum(knobs["a: set a"], knobs["b: set b"])
    assert evaluate(m, knobs, [row], ("hazard",))["hazard"][0] == pytest.approx(4 * least)


def test_where_more_is_better_the_larger_value_counts() -> None:
    """The failure needs `c` to be away: 4 (1 - p) a year."""
    c = case(
        [trigger("t", 4.0), condition("c", 0.5, occurred=None)],
        {"F": both(ref("t"), Not(ref("c")))},
        actions={a.name: a for a in (sets("c", "present", 0.9, "more"), sets("c", "present", 0.6, "less"))},
    )
    m = compile_case(c)
    joint = Joint(m, ["more", "less"], "hazard")
    assert evaluate(m, middles(m), [joint.of(["less", "more"])], ("hazard",))["hazard"][0, 0] == pytest.approx(0.4)
    assert "c.present.force" in joint.larger


@pytest.mark.parametrize("seed", range(8))
def test_values_of_many_sets_are_those_of_their_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = [sets("k", "fails", tuple(sorted(rng.uniform(0, 1, 2))), f"a{i}") for i in range(3)]  # type: ignore[arg-type]  # two floats
    items += [sets("k", "broken", float(rng.random()), "b"), OFF, Action("stop", does=(Change("prevent", "t"),))]
    m = compile_case(on_one_control(*items))
    joint = Joint(m, [a.name for a in items], "hazard")
    knobs = {k: quantile(x.quantity, rng.random(20)) if x.uncertain else x.quantity.middle for k, x in m.knobs.items()}
    members = rng.random((30, len(items))) < 0.5
    got = joint.values(members, knobs, ("hazard", "probability"))
    rows = [joint.of([n for n, there in zip(joint.names, row, strict=True) if there]) for row in members]
    want = evaluate(m, knobs, rows, ("hazard", "probability"))
    for o in ("hazard", "probability"):
        assert got[o] == pytest.approx(want[o])
