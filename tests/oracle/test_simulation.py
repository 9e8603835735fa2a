"""Every quantity of DESIGN 3 against the plain simulation of the process, on random cases."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Case, Outcome
from fuelbed.core.expressions import And, AtLeast, Expr, Fails, Not, Or, Ref, Threshold
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import changes_of, evaluate, middles
from tests.cases import P, case, condition, control, trigger
from tests.oracle.simulate import Process

CASES = 220
RUNS = 500
# Over CASES x 2 x 4 comparisons; a z-score above this has a chance of about 1 in 400 over the whole suite
_Z = 5.2


def random_case(seed: int) -> Case:
    """Points only; facts, broken controls, duty, two levels of outcomes, cycles, NOT, standing failures, triggers that must meet."""
    rng = np.random.default_rng(seed)
    u = lambda a, b: float(rng.uniform(a, b))  # noqa: E731  # a one-line draw
    triggers = [trigger(f"t{i}", u(0.5, 5), float(rng.choice([0.0, 0.02]))) for i in range(rng.integers(1, 4))]
    conditions = []
    for i in range(rng.integers(1, 3)):
        p = 1.0 if rng.random() < 0.3 else u(0.2, 0.9)
        duty = P(u(0.2, 0.9)) if rng.random() < 0.25 else None
        conditions.append(condition(f"c{i}", p, duty=duty, **({"occurred": None} if duty else {})))
    controls = []
    for i in range(rng.integers(1, 3)):
        state = str(rng.choice(["effective", "failed", "missing"], p=[0.4, 0.45, 0.15]))
        today = P(u(0.1, 0.9)) if rng.random() < 0.15 else None
        controls.append(control(f"k{i}", state, u(0.1, 0.7), u(0.2, 0.8) if state == "failed" else None, today=today))

    def leaf() -> Expr:
        i = int(rng.integers(0, len(conditions) + len(controls)))
        e: Expr = Ref(conditions[i].name) if i < len(conditions) else Fails(controls[i - len(conditions)].name)
        return Not(e) if i < len(conditions) and rng.random() < 0.12 else e

    def tree() -> Expr:
        args = tuple(leaf() for _ in range(rng.integers(1, 4)))
        kind = rng.integers(0, 4)
        if kind == 0:
            return And(args)
        if kind == 1:
            return Or(args)
        if kind == 2:
            return AtLeast(min(2, len(args)), args)
        return Threshold(0.6, tuple((u(0.2, 0.7), a) for a in args))

    parts: list[Expr] = [And((Ref(t.name), tree())) for t in triggers]
    lasting = [t.name for t in triggers if t.lasts is not None and t.lasts.low > 0]
    if len(lasting) > 1:
        parts.append(And((Ref(lasting[0]), Ref(lasting[1]))))
    if rng.random() < 0.1:
        parts.append(And((Ref(conditions[0].name), Fails(controls[0].name))))  # a way without any trigger
    lines: dict[str, Expr] = {"push": Or(tuple(parts)), "F": Or((Ref("push"), *parts[:1]))}
    if rng.random() < 0.3:  # a cycle that holds itself up once pushed
        lines["loop"] = Or((Ref("push"), And((Ref("F"), Ref("loop")))))
        lines["F"] = Or((Ref("push"), Ref("loop")))
    lines["worse"] = And((Ref("F"), Fails(controls[-1].name)))
    outcomes = (Outcome("F", P(1.0, "loss")), Outcome("worse", P(5.0, "loss")))
    return case([*triggers, *conditions, *controls], lines, outcomes=outcomes)


def changes_for(c: Case, seed: int) -> tuple[Change, ...]:
    rng = np.random.default_rng(seed + 10_000)
    f = list(c.factors.values())[int(rng.integers(0, len(c.factors)))]
    if f.kind == "trigger":
        return (Change("prevent", f.name),)
    if f.kind == "condition":
        return (Change("remove", f.name),)
    options = (Change("perfect", f.name), Change("disable", f.name), Change("set", f.name, "fails", P(0.3)))
    return (options[int(rng.integers(0, 3))],)


@pytest.mark.parametrize("block", range(10))
def test_closed_forms_agree_with_the_process(block: int) -> None:
    worst: list[tuple[float, str]] = []
    checked = 0
    for seed in range(block * CASES // 10, (block + 1) * CASES // 10):
        c = random_case(seed)
        m = compile_case(c)
        if m.impossible:
            continue
        changes = changes_for(c, seed)
        v = evaluate(m, middles(m), [{}, changes_of(m, Action("x", does=changes))])
        for row, change in enumerate(((), changes)):
            s = Process(c, change).run(RUNS, np.random.default_rng(seed))
            checked += 1
            for name in ("hazard", "probability", "loss", "standing"):
                mean, error = getattr(s, name)
                off = abs(float(v[name][row, 0]) - mean) / (error + 0.004 * (1 + mean))
                worst.append((off, f"seed {seed} row {row} {name}: {v[name][row, 0]:.4f} against {mean:.4f} +- {error:.4f}"))
    assert checked >= 30
    bad = [text for z, text in sorted(worst, reverse=True) if z > _Z]
    assert not bad, bad[:5]
