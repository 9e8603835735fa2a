"""The posterior over hidden worlds equals the slow enumeration, for random cases with common causes, groups and blind signals."""

from __future__ import annotations

import dataclasses
from itertools import product

import numpy as np
import pytest

from fuelbed.core.case import Case, CommonCause
from fuelbed.core.expressions import And, Expr, Fails, Not, Or, Ref
from fuelbed.core.quantities import Quantity
from fuelbed.core.signals import Hypothesis, Signal
from fuelbed.numerics.observation.information import entropy, given, information, joint, merged
from fuelbed.numerics.observation.rivals import bayes_factor, chances
from fuelbed.numerics.observation.scene import Scene, model_of, scene_of
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.worlds import posterior_worlds
from tests.cases import case, condition, control, trigger
from tests.oracle import observe
from tests.oracle.simulate import Process

P = Quantity.point
CASES = 40


def random_case(seed: int) -> Case:
    rng = np.random.default_rng(90_000 + seed)
    u = lambda a, b: float(rng.uniform(a, b))  # noqa: E731  # a one-line draw
    triggers = [trigger(f"t{i}", u(0.4, 4), u(0.05, 0.4)) for i in range(3)]
    conditions = [
        condition(f"c{i}", u(0.2, 0.8), duty=P(u(0.3, 0.9)) if i == 1 and rng.random() < 0.3 else None) for i in range(2)
    ]
    controls = [control(f"k{i}", "failed", u(0.1, 0.6), u(0.1, 0.5), occurred=None) for i in range(2)]
    causes = (
        (CommonCause("g", ("k0", "k1"), P(u(0.1, 0.9)), "broken" if rng.random() < 0.5 else "fails"),)
        if rng.random() < 0.6
        else ()
    )
    refs: list[Expr] = [*(Ref(x.name) for x in (*triggers, *conditions)), Fails("k0"), Fails("k1")]
    pick = lambda: refs[int(rng.integers(len(refs)))]  # noqa: E731  # a one-line draw
    lines: dict[str, Expr] = {
        "a": And((refs[0], pick(), Fails("k0"))),
        "b": Or((And((refs[1], Ref("c0"))), And((refs[2], pick(), pick())))),
        "F": Or((Ref("a"), Ref("b"))),
    }
    if rng.random() < 0.3:
        lines["b"] = Or((And((refs[1], Ref("c0"))), And((refs[2], Not(Ref("c1")), Fails("k1")))))
    shapes = [Ref("a"), Ref("b"), pick(), Or((pick(), pick())), And((pick(), Not(pick())))]
    signals = {}
    for i in range(4):
        sees = shapes[int(rng.integers(len(shapes)))]
        blind = pick() if rng.random() < 0.4 else None
        shares = "g1" if rng.random() < 0.5 else ""
        signals[f"s{i}"] = Signal(f"s{i}", sees, "", P(u(0, 0.5)), P(u(0, 0.5)), blind_when=blind, shares=shares)
    beliefs = {f"h{i}": Hypothesis(f"h{i}", pick(), "") for i in range(2)}
    made = case([*triggers, *conditions, *controls], lines, common_causes=causes)
    return dataclasses.replace(made, signals=signals, hypotheses=beliefs)


def ready(c: Case) -> Scene:
    scene = scene_of(model_of(c, tuple(c.signals.values())), np.random.default_rng(1))
    assert scene is not None
    assert scene.exact
    return scene


def as_worlds(scene: Scene, weight: np.ndarray) -> dict[observe.World, float]:
    events = scene.model.structure.events
    read = {e for e in events if e[0] != "installed"}
    out: dict[observe.World, float] = {}
    for row, w in zip(scene.truth, weight, strict=True):
        key = frozenset(e for e, on in zip(events, row, strict=True) if on and e in read)
        out[key] = out.get(key, 0.0) + float(w)
    return out


def over(read: set[tuple[str, str]], of: dict[observe.World, float]) -> dict[observe.World, float]:
    """Worlds told apart by these events only: the solver does not draw what nobody asks for."""
    out: dict[observe.World, float] = {}
    for w, p in of.items():
        key = frozenset(w & read)
        out[key] = out.get(key, 0.0) + p
    return out


@pytest.mark.parametrize("seed", range(CASES))
def test_posterior_equals_enumeration(seed: int) -> None:
    c = random_case(seed)
    scene = ready(c)
    rng = np.random.default_rng(seed)
    seen = {f"s{i}": bool(rng.random() < 0.5) for i in range(4) if rng.random() < 0.7}
    places = {int(n[1:]): v for n, v in seen.items()}
    names = scene.model.structure.events
    read = {names[v] for v in range(len(names)) if scene.truth[:, v].any()}
    prior = over(read, observe.worlds(c))
    assert as_worlds(scene, scene.weight[:, 0]) == pytest.approx(prior, abs=1e-12)
    weights = given(scene, places)[:, 0]
    raw = {w: p * observe.shown(c, c.signals, seen, w) for w, p in observe.worlds(c).items()}
    total = sum(raw.values())
    if total <= 1e-14:
        return
    after = {w: x / total for w, x in raw.items()}
    got = {w: p for w, p in as_worlds(scene, weights).items() if p > 1e-15}
    assert got == pytest.approx({w: p for w, p in over(read, after).items() if p > 1e-15}, abs=1e-12)
    for name, h in c.hypotheses.items():
        expected = sum(p for w, p in after.items() if observe.holds(c, h.says, w))
        assert chances(scene, scene.says[name], places)[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(0, CASES, 4))
def test_mechanism_information_and_bayes_factors_equal_enumeration(seed: int) -> None:
    c = random_case(seed)
    scene = ready(c)
    every = observe.worlds(c)
    by: dict[object, float] = {}
    tables = {w: observe.mechanism(c, w) for w in every}
    for w, p in every.items():
        by[tables[w]] = by.get(tables[w], 0.0) + p
    before, after = information(scene, scene.mechanism, (0, 1, 2), {3: True})
    assert entropy(merged(scene.mechanism, scene.weight, len(scene.engaged)))[0] == pytest.approx(observe.bits(by), abs=1e-11)
    left, total = 0.0, 0.0
    for bits in product((False, True), repeat=3):
        seen = {"s0": bits[0], "s1": bits[1], "s2": bits[2], "s3": True}
        part: dict[object, float] = {}
        for w, p in every.items():
            part[tables[w]] = part.get(tables[w], 0.0) + p * observe.shown(c, c.signals, seen, w)
        if sum(part.values()) > 0:
            left += sum(part.values()) * observe.bits(part)
            total += sum(part.values())
    if total > 0:
        assert after[0] == pytest.approx(left / total, abs=1e-10)
        assert before[0] >= after[0] - 1e-12
    for name, h in c.hypotheses.items():
        so, other = ([w for w in every if observe.holds(c, h.says, w) == x] for x in (True, False))
        if so and other:
            ratio = [
                sum(every[w] * observe.shown(c, c.signals, {"s0": True}, w) for w in ws) / sum(every[w] for w in ws)
                for ws in (so, other)
            ]
            if ratio[1] > 1e-12:
                assert bayes_factor(scene, scene.says[name], {0: True})[0] == pytest.approx(ratio[0] / ratio[1], rel=1e-9)


def test_hindsight_is_the_posterior_of_the_incident() -> None:
    """Worlds without hindsight, cut down to what was found out, are the worlds that the structure engine sees."""
    for seed in range(0, CASES, 5):
        c = random_case(seed)
        facts = {"t0": True, "c0": None, "k1": True}
        factors = {n: dataclasses.replace(f, occurred=facts.get(n)) for n, f in c.factors.items()}
        known = dataclasses.replace(c, factors=factors)
        scene = ready(known)
        m = compile_case(known)
        if m.impossible or not scene.found.any():
            continue
        other = posterior_worlds(m, np.random.default_rng(0))
        mine = given(scene, {}, found=True)[:, 0]
        for kind, name in m.structure.events:
            v, w = scene.model.structure.index[(kind, name)], m.structure.index[(kind, name)]
            if w in other.open:
                assert mine @ scene.truth[:, v] == pytest.approx(other.weight[:, 0] @ other.truth[:, w], abs=1e-12)


def test_the_prior_agrees_with_the_process() -> None:
    """The events of a failing arrival, as the process draws them."""
    for seed in (0, 3, 7):
        c = random_case(seed)
        process, rng, runs = Process(c), np.random.default_rng(seed), 1500
        true = [process.incident(rng)[2] for _ in range(runs)]
        scene = ready(c)
        for e, bit in process.before.bit.items():
            v = scene.model.structure.index.get(e)
            p = float(scene.weight[:, 0] @ scene.truth[:, v]) if v is not None else None
            if p is not None and scene.truth[:, v].any():
                share = sum(bool(x & bit) for x in true) / runs
                assert abs(share - p) < 5 * np.sqrt(p * (1 - p) / runs) + 1e-9, (seed, e)


def test_joint_adds_up() -> None:
    scene = ready(random_case(2))
    p = joint(scene, scene.mechanism, (0, 1, 2, 3), {})
    np.testing.assert_allclose(p.sum(axis=(1, 2)), 1.0, atol=1e-12)


def test_the_posterior_agrees_with_the_process_and_its_signals() -> None:
    """Incidents as the process draws them, readings as the signals draw them; those that read so are kept."""
    runs, checked = 2500, 0
    for seed in (1, 5):
        c = random_case(seed)
        process, rng = Process(c), np.random.default_rng(seed)
        scene = ready(c)
        seen = {"s0": True, "s1": False}
        kept: list[frozenset[tuple[str, str]]] = []
        for _ in range(runs):
            bits = process.incident(rng)[2]
            world = frozenset(e for e, b in process.before.bit.items() if bits & b)
            common = {s.shares: rng.random() for s in c.signals.values()}
            shown = {}
            for name in seen:
                s = c.signals[name]
                u = common[s.shares] if s.shares else rng.random()
                so = observe.holds(c, s.sees, world)
                blind = s.blind_when is not None and observe.holds(c, s.blind_when, world)
                shown[name] = not blind and so != (u < (s.misses.low if so else s.false_alarms.low))
            if shown == seen:
                kept.append(world)
        if len(kept) < 100:
            continue
        for name, h in c.hypotheses.items():
            p = float(chances(scene, scene.says[name], {0: True, 1: False})[0])
            share = sum(observe.holds(c, h.says, w) for w in kept) / len(kept)
            assert abs(share - p) < 5 * np.sqrt(max(p * (1 - p), 1e-4) / len(kept)), (seed, name)
            checked += 1
    assert checked >= 2
