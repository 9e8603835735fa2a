"""Every quantity of docs/theory/structure.md against the plain simulation of the process, on random cases."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Case, CommonCause, Factor, Outcome
from fuelbed.core.expressions import And, AtLeast, Expr, Fails, Not, Or, Ref, Threshold
from fuelbed.numerics.process import expectation
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import changes_of, evaluate, middles, removal
from fuelbed.numerics.process.transient import transient
from tests.cases import P, case, condition, control, trigger
from tests.further import kept
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


def test_both_sums_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(60):
        found = []
        for flat in (99, 0):
            monkeypatch.setattr(expectation, "FLAT", flat)
            c = rich_case(seed)
            m = compile_case(c)
            rows = [{}, *(changes_of(m, a) for a in c.actions.values()), *(removal(m, f) for f in c.factors.values())]
            found.append(evaluate(m, middles(m), rows))
        for o, v in found[0].items():
            assert found[1][o] == pytest.approx(v, rel=1e-9, abs=1e-12), (seed, o)


@pytest.mark.parametrize("block", kept(range(10), range(1)))
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
            for name in ("hazard", "probability", "loss", "standing", "propensity"):
                mean, error = getattr(s, name)
                off = abs(float(v[name][row, 0]) - mean) / (error + 0.004 * (1 + mean))
                worst.append((off, f"seed {seed} row {row} {name}: {v[name][row, 0]:.4f} against {mean:.4f} +- {error:.4f}"))
    assert checked >= 30
    bad = [text for z, text in sorted(worst, reverse=True) if z > _Z]
    assert not bad, bad[:5]


# ---- long triggers, common causes, signals, added controls, in force now -----------------------------------------------------

RICH = 120
RICH_RUNS = 400


def rich_case(seed: int) -> Case:
    """Triggers that stay on for up to half the horizon and must meet, some in force now; common causes of both kinds; controls
    that need a signal; and actions of every verb, controls that actions add (sharing or not) among them."""
    rng = np.random.default_rng(50_000 + seed)
    u = lambda a, b: float(rng.uniform(a, b))  # noqa: E731  # a one-line draw
    triggers = []
    for i in range(rng.integers(2, 4)):
        lasts = float(rng.choice([0.0, 0.01, u(0.06, 0.5)], p=[0.25, 0.15, 0.6]))
        today = P(float(rng.choice([0.0, 1.0, u(0.2, 0.8)]))) if lasts > 0 and rng.random() < 0.4 else None
        triggers.append(trigger(f"t{i}", u(0.4, 4), lasts, today=today))
    conditions = [condition(f"c{i}", 1.0 if rng.random() < 0.4 else u(0.2, 0.9)) for i in range(rng.integers(1, 3))]
    controls = []
    for i in range(3):
        state = str(rng.choice(["effective", "failed", "missing"], p=[0.45, 0.45, 0.1]))
        needs = "seen" if rng.random() < 0.25 else ""
        broken = u(0.2, 0.8) if state == "failed" else None
        controls.append(control(f"k{i}", state, u(0.1, 0.7), broken, needs=needs, **({"occurred": None} if needs else {})))
    causes = []
    if rng.random() < 0.6:
        acts = str(rng.choice(["broken", "fails"]))
        causes = [CommonCause("g", ("k0", "k1"), P(u(0.1, 0.9)), acts)]  # type: ignore[arg-type]  # one of two literals
    t = [Ref(x.name) for x in triggers]
    guard = lambda: Fails(f"k{rng.integers(0, 3)}")  # noqa: E731  # a one-line draw
    parts: list[Expr] = [And((t[0], t[1], guard()))]
    parts += [And((x, Ref(conditions[-1].name), guard(), *((guard(),) if rng.random() < 0.5 else ()))) for x in t[1:]]
    if len(t) > 2:
        parts.append(And((t[1], t[2], Or((Ref(conditions[0].name), guard())))))
    lines: dict[str, Expr] = {"push": Or(tuple(parts[:-1])), "F": Or((Ref("push"), parts[-1]))}
    lines["worse"] = And((Ref("F"), Fails("k2")))
    outcomes = (Outcome("F", P(1.0, "loss")), Outcome("worse", P(5.0, "loss")))
    actions = {f"a{i}": Action(f"a{i}", does=x) for i, x in enumerate(_rich_changes(rng, triggers, conditions, bool(causes)))}
    return case([*triggers, *conditions, *controls], lines, outcomes=outcomes, common_causes=tuple(causes), actions=actions)


def _rich_changes(
    rng: np.random.Generator, triggers: list[Factor], conditions: list[Factor], grouped: bool
) -> list[tuple[Change, ...]]:
    lasting = [t.name for t in triggers if t.today is not None]
    shares = "g" if grouped and rng.random() < 0.6 else ""
    every: list[tuple[Change, ...]] = [
        (Change("add", "extra", value=P(0.3), line="push", shares=shares),),
        (Change("add", "other", value=P(0.2), line="F"), Change("perfect", "k0")),
        (Change("prevent", triggers[0].name),),
        (Change("set", triggers[1].name, "lasts", P(0.02, "duration")),)
        if triggers[1].lasts.high
        else (Change("perfect", "k1"),),
        (Change("set", triggers[1].name, "rate", P(0.5, "rate")),),
        (Change("remove", conditions[0].name),),
        (Change("set", "k0", "fails", P(0.2)),),
        (Change("observe", "seen", value=P(0.3)),),
        (Change("revert", lasting[0]),) if lasting else (Change("disable", "k1"),),
    ]
    first = [every[i] for i in (0, 1)] if rng.random() < 0.5 else []
    return first + [every[int(i)] for i in rng.choice(np.arange(2, 9), size=2, replace=False)]


@pytest.mark.parametrize("block", kept(range(8), range(1)))
def test_long_triggers_and_added_controls_agree_with_the_process(block: int) -> None:
    worst: list[tuple[float, str]] = []
    checked = simulated = 0
    for seed in range(block * RICH // 8, (block + 1) * RICH // 8):
        c = rich_case(seed)
        m = compile_case(c)
        if m.impossible:
            continue
        paths = transient(m)
        simulated += paths is not None
        rng = np.random.default_rng(seed)
        for name in ("", *rng.choice(list(c.actions), size=1)):
            row = changes_of(m, c.actions[name]) if name else {}
            v = {k: x[0, 0] for k, x in evaluate(m, middles(m), [row]).items()}
            slack = 0.0
            if paths is not None:
                p = paths.probability(middles(m), row)
                v["probability"], slack = p.value, p.error
            s = Process(c, c.actions[name].does if name else ()).run(RICH_RUNS, rng)
            checked += 1
            moves_a_rate = any(x.parameter == "rate" for x in (c.actions[name].does if name else ()))
            for o in ("hazard", "probability", "loss", "standing", *(() if moves_a_rate else ("propensity",))):
                mean, error = getattr(s, o)
                off = abs(float(v[o]) - mean) / (np.hypot(error, slack) + 0.004 * (1 + mean))
                worst.append((off, f"seed {seed} {name} {o}: {v[o]:.4f} against {mean:.4f} +- {error:.4f}"))
    assert checked >= 12
    assert simulated >= 5
    bad = [text for z, text in sorted(worst, reverse=True) if z > _Z]
    assert not bad, bad[:5]
