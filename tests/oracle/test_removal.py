"""The removal test against the plain simulation of the process with the factor taken out, one factor of every random case."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.core.actions import Change
from fuelbed.core.case import Factor
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import evaluate, middles, removal
from fuelbed.numerics.process.transient import transient
from tests.further import kept
from tests.oracle.simulate import Process
from tests.oracle.test_simulation import random_case, rich_case

CASES = 100
RUNS = 300


def taken_out(f: Factor) -> tuple[Change, ...]:
    """What the removal test means: a trigger that neither comes nor is in force, a condition absent, a control perfect."""
    if f.kind == "trigger":
        return (Change("prevent", f.name), Change("revert", f.name))
    return (Change("remove" if f.kind == "condition" else "perfect", f.name),)


@pytest.mark.parametrize("block", kept(range(5), range(2)))
def test_removal_agrees_with_the_process(block: int) -> None:
    bad, checked = [], 0
    for seed in range(block * CASES // 5, (block + 1) * CASES // 5):
        c = rich_case(seed) if seed % 3 == 0 else random_case(seed + 1000)
        m = compile_case(c)
        if m.impossible:
            continue
        f = list(c.factors.values())[seed % len(c.factors)]
        v = {k: float(x[0, 0]) for k, x in evaluate(m, middles(m), [removal(m, f)]).items()}
        paths, slack = transient(m), 0.0
        if paths is not None:
            p = paths.probability(middles(m), removal(m, f))
            v["probability"], slack = p.value, p.error
        s = Process(c, taken_out(f)).run(RUNS, np.random.default_rng(seed))
        checked += 1
        for o in ("hazard", "probability", "loss", "standing", "propensity"):
            mean, error = getattr(s, o)
            if abs(v[o] - mean) / (np.hypot(error, slack) + 0.005 * (1 + mean)) > 5.2:
                bad.append(f"seed {seed} without {f.name}, {o}: {v[o]:.4f} against {mean:.4f} +- {error:.4f}")
    assert checked >= 12
    assert not bad, bad
