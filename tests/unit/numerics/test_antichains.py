"""Minimal cut sets from those of the parts against those from the diagram of the whole."""

from __future__ import annotations

import random

import pytest

from fuelbed.core.errors import BudgetError
from fuelbed.numerics.boolean.antichains import Antichains
from fuelbed.numerics.boolean.bdd import Bdd, Family


@pytest.mark.parametrize("seed", range(60))
def test_parts_say_what_the_whole_says(seed: int) -> None:
    rng = random.Random(seed)
    n = rng.randint(2, 9)
    b, z = Bdd(n), Family()
    c = Antichains(z, 100_000)
    made = [(b.variable(v), z.node(v, Family.NONE, Family.UNIT)) for v in range(n)]
    for _ in range(rng.randint(1, 12)):
        picks = rng.sample(made, rng.randint(1, min(4, len(made))))
        functions, families = [f for f, _ in picks], [a for _, a in picks]
        kind = rng.randrange(3)
        if kind == 0:
            made.append((b.any_(functions), c.any_(families)))
        elif kind == 1:
            made.append((b.all_(functions), c.all_(families)))
        else:
            k = rng.randint(0, len(picks) + 1)
            made.append((b.at_least(k, functions), c.at_least(k, families)))
    for f, a in made:
        assert b.minimal_solutions(f, z)[1] == a


def test_past_the_budget() -> None:
    z = Family()
    c = Antichains(z, 5)
    with pytest.raises(BudgetError, match="5 steps between cut sets"):
        c.at_least(4, [z.node(v, Family.NONE, Family.UNIT) for v in range(8)])
