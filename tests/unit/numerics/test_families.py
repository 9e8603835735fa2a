"""Counts and the smallest sets of a family, against the list of all of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.numerics.boolean.bdd import Bdd
from fuelbed.numerics.boolean.families import holding, inside, smallest_first


@pytest.mark.parametrize("seed", range(40))
def test_against_the_list(seed: int) -> None:
    rng = np.random.default_rng(seed)
    b = Bdd(8)
    terms = [b.all_(b.variable(int(v)) for v in rng.choice(8, size=rng.integers(1, 5), replace=False)) for _ in range(9)]
    z, root = b.minimal_solutions(b.any_(terms))
    every = sorted(z.sets(root), key=lambda s: (len(s), s))
    assert smallest_first(z, root) == every
    assert smallest_first(z, root, 3) == every[:3]
    assert holding(z, root) == {v: n for v in range(8) if (n := sum(v in s for s in every))}
    assert inside(z, root, {0, 2, 3, 7}) == sum(set(s) <= {0, 2, 3, 7} for s in every)


def test_too_many_to_list() -> None:
    b = Bdd(40)
    z, root = b.minimal_solutions(b.or_(b.at_least(20, [b.variable(i) for i in range(1, 40)]), b.variable(0)))
    assert smallest_first(z, root, 2) == [(0,), tuple(range(1, 21))]
    assert holding(z, root)[5] == math.comb(38, 19)
