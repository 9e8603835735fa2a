"""What must hold for every case, on random ones (seeded; a failure prints its seed)."""

from __future__ import annotations

import dataclasses
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Case
from fuelbed.core.expressions import And, AtLeast, Expr, Fails, Or, Ref
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.dominance import dominance
from fuelbed.numerics.process.interventions import changes_of, evaluate, middles, removal
from fuelbed.numerics.sampling import quantile
from fuelbed.readers.case import read_case
from tests.cases import P, case, condition, control, trigger

SEEDS = range(60)


def random_case(seed: int, intervals: bool = False) -> Case:
    """A monotone case: up to four triggers, four conditions, three controls, two levels of lines."""
    rng = np.random.default_rng(seed)

    def p() -> float | tuple[float, float]:
        a, b = sorted(rng.uniform(0.02, 0.98, 2))
        return (float(a), float(b)) if intervals and rng.random() < 0.5 else float(a)

    triggers = [trigger(f"t{i}", float(rng.uniform(0.3, 8)), float(rng.choice([0.0, 0.01]))) for i in range(rng.integers(1, 5))]
    conditions = [condition(f"c{i}", 1.0 if rng.random() < 0.4 else p()) for i in range(rng.integers(1, 5))]
    controls = []
    for i in range(rng.integers(1, 4)):
        state = str(rng.choice(["effective", "failed", "missing"]))
        controls.append(control(f"k{i}", state, p(), p() if state == "failed" else None))

    def leaf() -> Expr:
        i = rng.integers(0, len(conditions) + len(controls))
        return Ref(conditions[i].name) if i < len(conditions) else Fails(controls[i - len(conditions)].name)

    def tree(depth: int) -> Expr:
        if depth == 0 or rng.random() < 0.3:
            return leaf()
        args = tuple(tree(depth - 1) for _ in range(rng.integers(2, 4)))
        kind = rng.integers(0, 3)
        return And(args) if kind == 0 else Or(args) if kind == 1 else AtLeast(2, args)

    parts = [And((Ref(t.name), tree(2))) for t in triggers]
    lines: dict[str, Expr] = {"push": Or((parts[0], parts[-1])), "F": Or((Ref("push"), *parts))}
    add = Action("add", does=(Change("add", "new", value=P(0.3), line=str(rng.choice(["push", "F"]))),))
    return case([*triggers, *conditions, *controls], lines, actions={"add": add})


@pytest.mark.parametrize("seed", SEEDS)
def test_helping_changes_never_raise_the_hazard(seed: int) -> None:
    """In a monotone case an added control, a condition removed, a trigger prevented and a perfect control only lower it."""
    c = random_case(seed)
    m = compile_case(c)
    rows = [changes_of(m, c.actions["add"]), *(removal(m, f) for f in c.factors.values())]
    v = evaluate(m, middles(m), [{}, *rows])
    for o in ("hazard", "probability", "loss"):
        assert (v[o][1:, 0] <= v[o][0, 0] * (1 + 1e-12)).all(), o


@pytest.mark.parametrize("seed", SEEDS)
def test_paired_intervals_contain_sampled_differences(seed: int) -> None:
    c = random_case(seed, intervals=True)
    m = compile_case(c)
    rows = [changes_of(m, c.actions["add"]), *(removal(m, f) for f in c.factors.values())]
    found = bounds(m, rows, ("hazard", "probability", "loss"), np.random.default_rng(1))
    rng = np.random.default_rng(2)
    knobs = {k: quantile(x.quantity, rng.random(200)) if x.uncertain else x.quantity.middle for k, x in m.knobs.items()}
    v = evaluate(m, knobs, [{}, *rows])
    for o in ("hazard", "probability", "loss"):
        for r, row in enumerate(found, start=1):
            difference = v[o][r] - v[o][0]
            low, high = row[o].difference.low, row[o].difference.high
            slack = 1e-9 * (1 + abs(low) + abs(high)) + 0.005 * (high - low)  # the sign test looks at 64 points
            assert difference.min() >= low - slack, (o, r)
            assert difference.max() <= high + slack, (o, r)
            assert v[o][r].max() <= row[o].after.high + slack


@pytest.mark.parametrize("seed", SEEDS)
def test_dominance_holds_for_sampled_numbers(seed: int) -> None:
    """An order stated without numbers must hold for every value of them."""
    c = random_case(seed, intervals=True)
    m = compile_case(c)
    options = {
        f.name: (Change("remove" if f.kind == "condition" else "prevent" if f.kind == "trigger" else "perfect", f.name),)
        for f in c.factors.values()
    }
    options["add"] = c.actions["add"].does
    order = dominance(m, options)
    names = ["", *options]
    rows = [changes_of(m, Action(n, does=options.get(n, ()))) for n in names]
    if "add" in names:
        rows[names.index("add")] = changes_of(m, c.actions["add"])
    rng = np.random.default_rng(3)
    knobs = {k: quantile(x.quantity, rng.random(50)) if x.uncertain else x.quantity.middle for k, x in m.knobs.items()}
    v = evaluate(m, knobs, rows)
    for a in options:
        for b in order.better[a]:
            i, j = names.index(a), names.index(b)
            for o in ("hazard", "probability", "loss"):
                assert (v[o][i] <= v[o][j] * (1 + 1e-9) + 1e-12).all(), (a, b, o)


def test_dominance_holds_where_items_change_what_is_shared() -> None:
    """GitLab: an item that lowers a beta leaves failures as they are and takes much off the loss, so what leaves every cut set alone, or breaks one, is not
    at least as much as it. Every order that is stated holds in 400 worlds."""
    case = read_case(Path(files("fuelbed")) / "cases" / "gitlab-2017-01-31")  # type: ignore[arg-type]  # a path wherever it is not zipped
    m = compile_case(case)
    options = {n: a.does for n, a in case.actions.items() if a.does}
    options |= {f"close {f.name}": (Change("remove", f.name),) for f in case.of_kind("condition")}
    order = dominance(m, options)
    names = ["", *options]
    rng = np.random.default_rng(3)
    knobs = {k: quantile(x.quantity, rng.random(400)) if x.uncertain else x.quantity.middle for k, x in m.knobs.items()}
    v = evaluate(
        m, knobs, [changes_of(m, case.actions[n] if n in case.actions else Action(n, does=options.get(n, ()))) for n in names]
    )
    said = [(a, b) for a in options for b in order.better[a]]
    for a, b in said:
        for o in ("hazard", "probability", "loss"):
            assert (v[o][names.index(a)] <= v[o][names.index(b)] * (1 + 1e-9) + 1e-12).all(), (a, b, o)
    assert ("close tool_silent", "runbooks") in said
    assert not [a for a in options if "owner" in order.better[a] or "restore_tests" in order.better[a]]


def with_distributions(seed: int) -> Case:
    """The random case with a lognormal rate and beta-distributed probabilities in place of some of its numbers."""
    rng = np.random.default_rng(seed)
    c = random_case(seed, intervals=True)
    factors = {}
    for name, f in c.factors.items():
        if f.kind == "trigger":
            median, ef = float(rng.uniform(0.5, 5)), float(rng.uniform(1.5, 4))
            f = dataclasses.replace(f, rate=Quantity("lognormal", median / ef, median * ef, "rate", median, ef))
        elif f.kind == "control" and rng.random() < 0.6:
            f = dataclasses.replace(f, fails=Quantity("beta", 0.0, 1.0, "probability", 2.0, 5.0))
        factors[name] = f
    return dataclasses.replace(c, factors=factors)


@pytest.mark.parametrize("seed", range(12))
def test_distributions_give_percentiles_of_paired_samples(seed: int) -> None:
    """With the intervals at any fixed place, the 5th to 95th percentile over the distributions lies in the reported interval."""
    c = with_distributions(seed)
    m = compile_case(c)
    rng = np.random.default_rng(seed + 500)
    row = removal(m, next(iter(c.factors.values())))
    found = bounds(m, [row], ("hazard", "loss"), np.random.default_rng(0))[0]
    knobs: dict[str, np.ndarray | float] = dict(middles(m))
    n = 4000
    for k in m.knobs.values():
        if k.uncertain and k.quantity.kind == "interval":
            knobs[k.label] = float(quantile(k.quantity, np.array([rng.random()]))[0])
        elif k.uncertain:
            knobs[k.label] = quantile(k.quantity, rng.random(n))
    v = evaluate(m, knobs, [{}, row], ("hazard", "loss"))
    for o in ("hazard", "loss"):
        before, after = v[o]
        for got, values in ((found[o].after, after), (found[o].difference, after - before)):
            low, high = np.quantile(values, [0.08, 0.92])  # 400 samples find the 5th and 95th only so well
            slack = 1e-9 + 0.02 * (abs(got.low) + abs(got.high))
            assert got.low - slack <= low, (seed, o)
            assert high <= got.high + slack, (seed, o)
