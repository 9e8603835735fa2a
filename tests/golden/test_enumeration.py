"""Random structure functions, with NOT, k-of-n and threshold gates, against enumeration of all states."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from fuelbed.core.expressions import And, AtLeast, Expr, Fails, Not, Or, Ref, Threshold
from fuelbed.numerics.process.structure import Structure
from tests.cases import case, condition, control, trigger
from tests.oracle.simulate import all_lines


def random_structure(seed: int, n: int):
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, 3, n)
    factors = [
        trigger(f"x{i}", 1.0) if k == 0 else condition(f"x{i}", 0.5) if k == 1 else control(f"x{i}", "effective", 0.5)
        for i, k in enumerate(kinds)
    ]

    def tree(depth: int) -> Expr:
        if depth == 0 or rng.random() < 0.15:
            i = int(rng.integers(0, n))
            e: Expr = Fails(f"x{i}") if kinds[i] == 2 else Ref(f"x{i}")
            return Not(e) if rng.random() < 0.15 else e
        args = tuple(tree(depth - 1) for _ in range(rng.integers(2, 5)))
        kind = rng.integers(0, 4)
        if kind == 2:
            return AtLeast(int(rng.integers(1, len(args) + 1)), args)
        if kind == 3:
            return Threshold(float(rng.uniform(0.2, 1.2)), tuple((float(rng.uniform(-0.2, 0.7)), a) for a in args))
        return And(args) if kind else Or(args)

    return case(factors, {"part": tree(2), "F": Or((Ref("part"), tree(3)))}), rng


@pytest.mark.parametrize(("seed", "n"), [(s, 4 + s % 6) for s in range(60)] + [(100 + s, 13) for s in range(3)] + [(200, 16)])
def test_against_enumeration(seed: int, n: int) -> None:
    """Probability to 1e-12, Birnbaum by both cofactors, and the very family of minimal solutions."""
    c, rng = random_structure(seed, n)
    s = Structure(c)
    top = s.lines["F"]
    p = rng.uniform(0.05, 0.95, len(s.events))
    total = 0.0
    up, down = np.zeros(len(s.events)), np.zeros(len(s.events))
    solutions = []
    for bits in product((False, True), repeat=len(s.events)):
        true = {e for e, b in zip(s.events, bits, strict=True) if b}
        if not all_lines(c, true)["F"]:
            continue
        solutions.append(frozenset(true))
        weight = float(np.prod(np.where(bits, p, 1 - p)))
        total += weight
        for i, b in enumerate(bits):
            (up if b else down)[i] += weight / (p[i] if b else 1 - p[i])
    got, grad = s.bdd.birnbaum(top, list(p))
    assert got == pytest.approx(total, abs=1e-12)
    assert grad == pytest.approx(list(up - down), abs=1e-11)
    minimal: list[frozenset] = []
    for x in sorted(solutions, key=len):
        if not any(m <= x for m in minimal):
            minimal.append(x)
    assert {frozenset(x) for x in s.cut_sets(top)} == set(minimal)
