"""The intervals of question 9 hold the truth: random cases whose numbers are intervals, the truth drawn inside them, hazards by the sum
over all worlds. Every way needs an exploit, which is momentary, so the hazard is the sum over exploits of its rate times the chance that
it finds a world in which it alone reaches the goal."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from random import Random

import pytest

from fuelbed.core.options import Options
from fuelbed.core.quantities import Quantity
from fuelbed.engines.exposure.scene import Measure, Scene, set_up
from fuelbed.readers.case import parse_case
from tests.unit.numerics.attack.test_exposed_cases import holds

DRAWS = 12


def between(r: Random, low: float, high: float) -> str:
    """A point, or an interval that may reach down to 0."""
    a, b = sorted((r.choice([0.0, r.uniform(low, high)]), r.uniform(low, high)))
    return f"{b:.4f}" if r.random() < 0.2 else f"{a:.4f}..{b:.4f}"


def case_text(seed: int) -> str:
    r = Random(seed)
    rows = [f"  e{i}: {{kind: exploit, class: C{i % 2}, rate: {between(r, 0.1, 3)} per year}}" for i in range(3)]
    rows += [f"  x{i}: {{kind: exposure, present: yes, today: {between(r, 0.1, 0.9)}}}" for i in range(3)]
    rows += [f"  c{i}: {{kind: control, fails: {between(r, 0.05, 0.7)}}}" for i in range(3)]

    def rest() -> str:
        some = [f"x{r.randint(0, 2)}", f"fails(c{r.randint(0, 2)})", f"(x{r.randint(0, 2)} or fails(c{r.randint(0, 2)}))"]
        return " and ".join(r.sample(some, r.randint(1, 3)))

    lines = [
        f"  first: e0 and {rest()} or e1 and {rest()}",
        f"  second: first and {rest()} or e2 and {rest()} or taken and {rest()}",
        f"  taken: first and {rest()} or second and {rest()}",
    ]
    head = f"fuelbed: 1\ntitle: t\nfailure: taken\nexposure: {{unknown_variants: {{C0: {between(r, 0.1, 2)} per year}}}}\n"
    return f"{head}factors:\n" + "\n".join(rows) + "\nstructure:\n" + "\n".join(lines) + "\n"


class Worlds:
    """By exploit and world of exposures that stand and controls that fail: whether it reaches the goal. Worked out once."""

    def __init__(self, scene: Scene) -> None:
        self.case = case = scene.derived.case
        self.exploits = [n for n, f in case.factors.items() if f.kind == "trigger"]
        self.states = [n for n, f in case.factors.items() if f.kind != "trigger"]
        rows = list(product((False, True), repeat=len(self.states)))
        self.rows = [frozenset(n for n, on in zip(self.states, row, strict=True) if on) for row in rows]
        self.won = {e: [w for w in self.rows if holds(case, w | {e})] for e in self.exploits}

    def number(self, name: str) -> Quantity:
        """A year's rate, the share of time there, or the chance to fail."""
        f = self.case.factors[name]
        q = f.rate if f.kind == "trigger" else f.today if f.kind == "condition" else f.fails
        assert q is not None
        return q

    def hazard(self, at: Mapping[str, float], gone: frozenset[str] = frozenset()) -> float:
        p = {n: 0.0 if n in gone else at[n] for n in self.states}

        def chance(world: frozenset[str]) -> float:
            out = 1.0
            for n, q in p.items():
                out *= q if n in world else 1 - q
            return out

        return sum(0.0 if e in gone else at[e] * sum(map(chance, won)) for e, won in self.won.items())


@pytest.mark.parametrize("seed", range(20))
def test_intervals_hold_the_truth_wherever_it_lies(seed: int) -> None:
    scene = set_up(parse_case(case_text(seed)), None, Options())
    assert isinstance(scene, Scene)
    worlds, r = Worlds(scene), Random(seed)
    shut = set(scene.fixed)  # a class whose rate nobody gave: counted without its unknown variant, as the page says
    names = [*worlds.exploits, *worlds.states]
    given = {n: worlds.number(n) for n in names if f"{n}.rate" not in shut}
    for k in range(DRAWS):
        # corners as often as places between: an interval that stops short is caught at its ends
        at = {n: r.choice([q.low, q.high]) if k % 2 else r.uniform(q.low, q.high) for n, q in given.items()}
        at.update({n: 0.0 for n in names if n not in given})
        before = worlds.hazard(at)
        assert inside(before, scene.today["hazard"].after.low, scene.today["hazard"].after.high)
        for m in scene.measures:
            held(m, worlds.hazard(at, frozenset(m.names)), before)


def held(m: Measure, after: float, before: float) -> None:
    assert m.row is not None
    got = m.row["hazard"]
    assert inside(after, got.after.low, got.after.high), m.label
    if before > 0:
        assert inside(after / before, got.ratio.low, got.ratio.high), m.label


def inside(x: float, low: float, high: float) -> bool:
    return low - 1e-9 - 1e-9 * abs(low) <= x <= high + 1e-9 + 1e-9 * abs(high)


def test_the_middle_is_the_sum_over_all_worlds() -> None:
    """Else the intervals might be those of another quantity, and merely wide."""
    for seed in range(6):
        scene = set_up(parse_case(case_text(seed)), None, Options())
        assert isinstance(scene, Scene)
        worlds = Worlds(scene)
        at = {n: worlds.number(n).middle for n in [*worlds.exploits, *worlds.states]}
        at.update({k.removesuffix(".rate"): 0.0 for k in scene.fixed})
        assert scene.today["hazard"].after.value == pytest.approx(worlds.hazard(at))
        for m in scene.measures:
            assert m.row is not None
            assert m.row["hazard"].after.value == pytest.approx(worlds.hazard(at, frozenset(m.names)))
