"""The kernel against enumeration: random functions with and without NOT, entailment, thresholds with negative weights."""

from __future__ import annotations

import gc
import weakref
from itertools import product

import numpy as np
import pytest

from fuelbed.core.errors import BudgetError
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd, Family


def random_function(b: Bdd, rng: np.random.Generator, depth: int, negate: float):
    """A decision diagram and the same function as a plain Python predicate."""
    if depth == 0:
        v = int(rng.integers(b.n))
        f, plain = b.variable(v), lambda s: s[v]
    else:
        args = [random_function(b, rng, depth - 1, negate) for _ in range(rng.integers(2, 4))]
        fs, plains = [f for f, _ in args], [g for _, g in args]
        k, weights = int(rng.integers(1, len(args) + 1)), [float(w) for w in rng.uniform(-0.5 if negate else 0.1, 1.0, len(args))]
        f, plain = [
            (b.all_(fs), lambda s: all(g(s) for g in plains)),
            (b.any_(fs), lambda s: any(g(s) for g in plains)),
            (b.at_least(k, fs), lambda s: sum(g(s) for g in plains) >= k),
            (b.threshold(0.6, weights, fs), lambda s: sum(w * g(s) for w, g in zip(weights, plains, strict=True)) >= 0.6),
        ][rng.integers(4)]
    if rng.random() < negate:
        return b.not_(f), lambda s: not plain(s)
    return f, plain


def minimal(solutions) -> set[tuple[int, ...]]:
    out: list[frozenset] = []
    for x in sorted((frozenset(v for v, on in enumerate(s) if on) for s in solutions), key=len):
        if not any(m <= x for m in out):
            out.append(x)
    return {tuple(sorted(m)) for m in out}


@pytest.mark.parametrize("negate", [0.0, 0.15, 0.4])
@pytest.mark.parametrize("seed", range(40))
def test_against_enumeration(seed: int, negate: float) -> None:
    rng = np.random.default_rng(seed)
    n = 4 + seed % 5
    b = Bdd(n)
    pairs = [random_function(b, rng, 3, negate) for _ in range(3)]
    states = list(product((False, True), repeat=n))
    truth = [[bool(g(s)) for s in states] for _, g in pairs]
    z = Family()  # shared by all functions, as the process does
    for (f, _), row in zip(pairs, truth, strict=True):
        assert [b.probability(f, [float(x) for x in s]) == 1.0 for s in states] == row
        cuts = minimal(s for s, on in zip(states, row, strict=True) if on)
        _, root = b.minimal_solutions(f, z)
        assert set(z.sets(root)) == cuts
        assert sum(z.count_by_order(root).values()) == len(cuts)
        at = dict(zip(states, row, strict=True))
        rises = all(at[s] <= at[(*s[:v], True, *s[v + 1 :])] for s in states for v in range(n))
        assert b.is_monotone(f) == rises
        up = b.covers(z, root)
        assert rises == (up == f)
        assert b.implies(f, up)
    for (f, _), row in zip(pairs, truth, strict=True):
        for (g, _), other in zip(pairs, truth, strict=True):
            assert b.implies(f, g) == all(x <= y for x, y in zip(row, other, strict=True))
    if negate == 0.0:
        assert not b.negated


def test_one_family_over_two_managers() -> None:
    z = Family()
    for seed in range(6):
        b = Bdd(6)
        f, g = random_function(b, np.random.default_rng(seed), 3, 0.0)
        _, root = b.minimal_solutions(f, z)
        assert set(z.sets(root)) == minimal(s for s in product((False, True), repeat=6) if g(s))


def test_a_node_made_by_hand_counts_as_negated() -> None:
    b = Bdd(2)
    assert b.node(0, FALSE, b.variable(1)) == b.and_(b.variable(0), b.variable(1))
    assert not b.negated
    f = b.node(0, TRUE, b.variable(1))
    assert b.negated
    assert not b.is_monotone(f)
    z, root = b.minimal_solutions(f)
    assert list(z.sets(root)) == [()]


def test_budget() -> None:
    b = Bdd(40, budget=50)
    with pytest.raises(BudgetError, match="more than 50"):
        b.at_least(20, [b.variable(v) for v in range(40)])


def test_memory_goes_without_the_cycle_collector() -> None:
    gc.disable()
    try:
        b = Bdd(8)
        z, _ = b.minimal_solutions(b.at_least(4, [b.variable(v) for v in range(8)]))
        gone = weakref.ref(b), weakref.ref(z)
        del b, z
        assert [r() for r in gone] == [None, None]
    finally:
        gc.enable()
