"""The cheapest way to make a monotone function fall, against the minimal hitting sets of its complete cut sets, listed."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.numerics.boolean.bdd import FALSE, Bdd
from fuelbed.numerics.boolean.overturning import Overturning
from tests.oracle.hitting_sets import minimal_hitting_sets


def random_monotone(b: Bdd, rng: np.random.Generator, depth: int) -> int:
    if depth == 0 or rng.random() < 0.15:
        return b.variable(int(rng.integers(b.n)))
    args = [random_monotone(b, rng, depth - 1) for _ in range(rng.integers(2, 4))]
    kind = rng.integers(3)
    return b.all_(args) if kind == 0 else b.any_(args) if kind == 1 else b.at_least(2, args)


@pytest.mark.parametrize("seed", range(150))
def test_against_listed_hitting_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    b = Bdd(int(rng.integers(3, 9)))
    f = random_monotone(b, rng, 3)
    true = {v for v in range(b.n) if rng.random() < 0.8}
    f = b.restrict(f, {v: False for v in range(b.n) if v not in true})
    if f == FALSE:
        return
    z, root = b.minimal_solutions(f)
    hits = minimal_hitting_sets([frozenset(map(str, s)) for s in z.sets(root)])
    o = Overturning(b)
    assert o.least(f) == min(map(len, hits))
    want = {v: min(len(h) for h in hits if str(v) in h) for v in range(b.n) if any(str(v) in h for h in hits)}
    assert o.smallest_with(f) == want


def test_a_majority_of_many_needs_no_list() -> None:
    """At least 20 of 40, all true: 21 must go; there are 137,846,528,820 cut sets, none of which is listed."""
    b = Bdd(40)
    f = b.at_least(20, [b.variable(i) for i in range(40)])
    o = Overturning(b)
    assert o.least(f) == 21
    assert set(o.smallest_with(f).values()) == {21}
