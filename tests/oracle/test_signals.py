"""Controls that need a declared signal: seen with its misses, never while it is blind or what it sees is not so; against the process."""

from __future__ import annotations

import dataclasses

import numpy as np

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Case
from fuelbed.core.expressions import And, Fails, Or, Ref
from fuelbed.core.quantities import Quantity
from fuelbed.core.signals import Signal
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.dominance import dominance
from fuelbed.numerics.process.interventions import changes_of, evaluate, middles
from fuelbed.numerics.process.reach import reach
from fuelbed.readers.case import parse_case
from tests.cases import case, condition, control, trigger
from tests.oracle.simulate import Process

P = Quantity.point
_Z = 5.0
TEXT = """fuelbed: 1
title: t
failure: out
factors:
  push: {kind: trigger, rate: 3 per year}
  other: {kind: trigger, rate: 2 per year}
  weak: {kind: condition, present: 0.4, in_incident: unknown}
  on_the_same: {kind: condition, present: 0.3, in_incident: unknown}
  guard: {kind: control, state: effective, fails: 0.2, needs: alarm}
structure:
  storm: push and weak
  out: (storm or other) and fails(guard)
signals:
  alarm: {sees: storm, misses: 0.25, blind_when: on_the_same}
actions:
  better: {does: [observe alarm misses 0.05]}
  apart: {does: [remove on_the_same]}
"""


def small(seed: int) -> Case:
    rng = np.random.default_rng(70_000 + seed)
    u = lambda a, b: float(rng.uniform(a, b))  # noqa: E731  # a one-line draw
    triggers = [trigger(f"t{i}", u(0.4, 4), u(0.01, 0.04)) for i in range(2)]
    conditions = [condition(f"c{i}", u(0.2, 0.9)) for i in range(3)]
    controls = [control(f"k{i}", "effective", u(0.1, 0.7), needs="s", occurred=None) for i in range(2)]
    refs = [Ref(x.name) for x in (*triggers, *conditions)]
    pick = lambda: refs[int(rng.integers(len(refs)))]  # noqa: E731  # a one-line draw
    early = And((refs[0], refs[2])) if rng.random() < 0.7 else refs[3]
    lines = {"early": early, "F": Or((And((Ref("early"), Fails("k0"))), And((refs[1], pick(), Fails(f"k{rng.integers(2)}")))))}
    sees = Ref("early") if rng.random() < 0.5 else Or((Ref("early"), pick()))
    blind = None if rng.random() < 0.3 else pick()
    signal = Signal("s", sees, "", P(u(0, 0.6)), P(0.1), blind_when=blind, installed=rng.random() < 0.8)
    actions = {
        "a0": Action("a0", does=(Change("observe", "s", value=P(u(0, 0.5))),)),
        "a1": Action("a1", does=(Change("remove", "c2"), Change("perfect", "k1"))),
        "a2": Action("a2", does=(Change("prevent", "t0"),)),
    }
    return dataclasses.replace(case([*triggers, *conditions, *controls], lines, actions=actions), signals={"s": signal})


def test_random_cases_agree_with_the_process() -> None:
    worst, checked = [], 0
    for seed in range(60):
        c = small(seed)
        m = compile_case(c)
        if m.impossible:
            continue
        rng = np.random.default_rng(seed)
        for name in ("", str(rng.choice(list(c.actions)))):
            row = changes_of(m, c.actions[name]) if name else {}
            v = {k: x[0, 0] for k, x in evaluate(m, middles(m), [row]).items()}
            s = Process(c, c.actions[name].does if name else ()).run(300, rng)
            checked += 1
            for output in ("hazard", "probability", "standing"):
                mean, error = getattr(s, output)
                off = abs(float(v[output]) - mean) / (error + 0.004 * (1 + mean))
                worst.append((off, f"seed {seed} {name or 'today'} {output}: {v[output]:.4f} against {mean:.4f} +- {error:.4f}"))
    assert checked >= 80
    assert not [text for z, text in sorted(worst, reverse=True) if z > _Z][:5]


def test_by_hand() -> None:
    """`other` alone shows no storm, so the guard is never armed there; with a storm it fails by itself, missed, or blind."""
    c = parse_case(TEXT.replace("present: 0.4, in_incident: unknown", "present: 0.4, today: 0.4")
                   .replace("present: 0.3, in_incident: unknown", "present: 0.3, today: 0.3"))  # fmt: skip
    m = compile_case(c)
    rows = [{}, *(changes_of(m, a) for a in c.actions.values())]
    hazard = evaluate(m, middles(m), rows, ("hazard",))["hazard"][:, 0]

    def expected(misses: float, blind: float) -> float:
        fails = 1 - 0.8 * (1 - misses)  # neither of its own nor missed
        return 2 + 3 * 0.4 * (blind + (1 - blind) * fails)

    np.testing.assert_allclose(hazard, [expected(0.25, 0.3), expected(0.05, 0.3), expected(0.25, 0.0)], rtol=1e-12)


def test_what_blinds_the_alarm_stands_in_the_cut_sets() -> None:
    m = compile_case(parse_case(TEXT))
    s = m.structure
    found = {frozenset(n for _, n in x) for x in s.cut_sets(s.lines["out"])}
    assert {"other"} in found
    assert {"push", "weak", "guard"} in found
    assert {"push", "weak", "on_the_same"} in found


def test_the_incident_is_read_by_the_misses_of_then() -> None:
    """What an action item changes about the signal reaches the future only."""
    text = TEXT.replace("state: effective, fails: 0.2", "state: failed, fails: 0.2, broken: 0.5, in_incident: not_held")
    c = parse_case(text)
    m = compile_case(c)
    rows = [{}, changes_of(m, c.actions["better"])]
    v = evaluate(m, middles(m), rows, ("hazard",))["hazard"][:, 0]
    s = [Process(c, x).run(1500, np.random.default_rng(5)).hazard for x in ((), c.actions["better"].does)]
    for got, (mean, error) in zip(v, s, strict=True):
        assert abs(got - mean) < _Z * (error + 0.004)


def test_what_dominates_surely_does_no_less() -> None:
    """An order without numbers is a proof; it must hold at the numbers, with signals that are blind and signals that see nothing."""
    claimed = 0
    for seed in range(120):
        c = small(seed)
        m = compile_case(c)
        order = dominance(m, {n: a.does for n, a in c.actions.items()})
        names = ["", *c.actions]
        rows = [{}, *(changes_of(m, a) for a in c.actions.values())]
        v = evaluate(m, middles(m), rows, ("hazard",))["hazard"][:, 0]
        for i, a in enumerate(names):
            for b in order.better[a]:
                claimed += bool(a) or bool(b)
                assert v[i] <= v[names.index(b)] * (1 + 1e-9) + 1e-12, (seed, a, b)
    assert claimed > 120


def test_reach_counts_what_blinds() -> None:
    """Closing what blinds the alarm breaks the cut set that holds it."""
    c = parse_case(TEXT)
    found = reach(compile_case(c), c.actions["apart"].does, "apart")
    assert (found.cut_sets, found.breaks) == (3, 1)
