"""Random structure functions, with NOT, k-of-n and threshold gates, against enumeration of all states."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from fuelbed.core.expressions import And, AtLeast, Expr, Fails, Not, Or, Ref, Threshold
from fuelbed.numerics.boolean.importance import cofactors
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


@pytest.mark.parametrize(("seed", "n"), [(s, 4 + s % 6) for s in range(60)])
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
    got, if1, if0 = cofactors(s.bdd, top, list(p))
    assert got == pytest.approx(total, abs=1e-12)
    assert np.subtract(if1, if0) == pytest.approx(up - down, abs=1e-11)
    minimal: list[frozenset] = []
    for x in sorted(solutions, key=len):
        if not any(m <= x for m in minimal):
            minimal.append(x)
    assert {frozenset(x) for x in s.cut_sets(top)} == set(minimal)


# ---- large ones: all 2^n states at once ------------------------------------------------------------------------------------------


def on_all_states(e: Expr, columns: dict[str, np.ndarray], n: int) -> np.ndarray:
    """An expression on every state at once: the slow evaluator of the oracle, column by column."""
    if isinstance(e, Ref | Fails):
        return columns[e.name]
    if isinstance(e, Not):
        return ~on_all_states(e.arg, columns, n)
    args = [on_all_states(x, columns, n) for x in (e.args if not isinstance(e, Threshold) else [x for _, x in e.terms])]
    if isinstance(e, And):
        return np.logical_and.reduce(args)
    if isinstance(e, Or):
        return np.logical_or.reduce(args)
    if isinstance(e, AtLeast):
        return np.sum(args, axis=0) >= e.k
    total = np.zeros(2**n)
    for (w, _), x in zip(e.terms, args, strict=True):
        total += w * x
    return total >= e.tau - 1e-12


def minimal_elements(true: np.ndarray, n: int) -> np.ndarray:
    """Which states are solutions none of whose true events can all go and leave another: subsets added up bit by bit."""
    below = true.copy()  # some subset of the state, itself among them, is a solution
    states = np.arange(2**n)
    for i in range(n):
        has = states >> i & 1 == 1
        below[has] |= below[states[has] ^ 1 << i]
    proper = np.zeros(2**n, dtype=bool)
    for i in range(n):
        has = states >> i & 1 == 1
        proper[has] |= below[states[has] ^ 1 << i]
    return true & ~proper


def large() -> list[tuple[int, int]]:
    """Sixteen random structures that really read 14 to 16 factors, and a few small ones."""
    found = [(s, 18) for s in range(400, 600) if 14 <= len(Structure(random_structure(s, 18)[0]).events) <= 16]
    return [*found[:16], *((300 + s, 8) for s in range(4))]


@pytest.mark.parametrize(("seed", "n"), large())
def test_large_structures_against_all_states(seed: int, n: int) -> None:
    """14 to 16 factors: probability to 1e-12, both cofactors, the number of minimal solutions of every size and all of them."""
    c, rng = random_structure(seed, n)
    s = Structure(c)
    read = [name for _, name in s.events]
    k = len(read)
    states = np.arange(2**k)
    columns = {name: (states >> i & 1).astype(bool) for i, name in enumerate(read)}
    columns["part"] = on_all_states(c.lines["part"].expr, columns, k)
    true = on_all_states(c.lines["F"].expr, columns, k)
    p = rng.uniform(0.05, 0.95, k)
    weight = np.ones(2**k)
    for i, name in enumerate(read):
        weight *= np.where(columns[name], p[i], 1 - p[i])
    got, if1, if0 = cofactors(s.bdd, s.lines["F"], list(p))
    assert got == pytest.approx(float(weight[true].sum()), abs=1e-12)
    for i, name in enumerate(read):
        up, down = (weight[true & (columns[name] == x)].sum() / (p[i] if x else 1 - p[i]) for x in (True, False))
        assert if1[i] - if0[i] == pytest.approx(float(up - down), abs=1e-11)
    least = np.flatnonzero(minimal_elements(true, k))
    want = {frozenset(e for i, e in enumerate(s.events) if m >> i & 1) for m in least.tolist()}
    assert {frozenset(x) for x in s.cut_sets(s.lines["F"])} == want
    assert sum(s.orders(s.lines["F"]).values()) == len(want)
    assert s.holding(s.lines["F"]) == {e: h for e in s.events if (h := sum(e in x for x in want))}
    assert set(s.in_every(s.lines["F"])) == (frozenset.intersection(*want) if want else set())
