"""What the incident teaches about each uncertain state, and lines held true or false, against the plain simulation."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fuelbed.core.case import Line
from fuelbed.core.expressions import Const
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import evaluate, middles
from fuelbed.numerics.process.variants import beliefs, lines_held
from tests.further import kept
from tests.oracle.simulate import Process
from tests.oracle.test_simulation import random_case, rich_case

_DRAWS = 1500


@pytest.mark.parametrize("block", kept(range(4), range(1)))
def test_beliefs_agree_with_rejection_sampling(block: int) -> None:
    bad, moved, checked = [], 0, 0
    for seed in range(10 * block, 10 * block + 10):
        c = rich_case(seed) if seed % 2 else random_case(seed)
        m = compile_case(c)
        if m.impossible:
            continue
        tape, names = beliefs(m)
        v = {k: float(x[0, 0]) for k, x in evaluate(tape, middles(tape), [{}]).items()}
        rng = np.random.default_rng(seed)
        process = Process(c)
        seen = dict.fromkeys(names, 0)
        for _ in range(_DRAWS):
            x, struck = process.belief(rng)
            for name in names:
                owner, _, part = name.rpartition(".")
                seen[name] += struck[owner] if part == "common" else x[owner]
        for name, n in seen.items():
            p = v[f"posterior:{name}"]
            checked += 1
            moved += abs(p - v[f"prior:{name}"]) > 0.02
            if abs(n / _DRAWS - p) > 4.8 * np.sqrt(max(p * (1 - p), 1e-4) / _DRAWS):
                bad.append(f"seed {seed} {name}: {p:.4f} against {n / _DRAWS:.4f}")
    assert checked >= 10
    assert moved >= 3
    assert not bad, bad


@pytest.mark.parametrize("block", kept(range(4), range(1)))
def test_lines_held_agree_with_the_process(block: int) -> None:
    bad, checked = [], 0
    for seed in range(8 * block, 8 * block + 8):
        c = random_case(seed)
        m = compile_case(c)
        if m.impossible:
            continue
        tape = lines_held(m, ["push"])
        v = {k: float(x[0, 0]) for k, x in evaluate(tape, middles(tape), [{}]).items()}
        now = float(evaluate(m, middles(m), [{}])["hazard"][0, 0])
        for held in (False, True):
            future = dataclasses.replace(c, lines={**c.lines, "push": Line("push", Const(held), "")})
            s = Process(c, future=future).run(300, np.random.default_rng(seed))
            checked += 1
            ours = {"hazard": v["left:push"] * now}
            if held:
                ours = {k: v[f"{k}:push"] for k in ("probability", "standing")}
            for o, x in ours.items():
                mean, error = getattr(s, o)
                if abs(x - mean) / (error + 0.006 * (1 + mean)) > 5.0:
                    bad.append(f"seed {seed} {held} {o}: {x:.4f} against {mean:.4f} +- {error:.4f}")
    assert checked >= 8
    assert not bad, bad
