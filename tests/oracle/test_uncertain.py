"""Uncertain numbers against the process: what is simulated at a sampled point of the numbers lies in the reported intervals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fuelbed.core.case import Case, Factor
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import changes_of, removal
from fuelbed.numerics.process.propensity import propensity
from fuelbed.numerics.process.transient import transient
from tests.further import kept
from tests.oracle.simulate import Process
from tests.oracle.test_removal import taken_out
from tests.oracle.test_simulation import random_case, rich_case

CASES = 80
RUNS = 300
_NUMBERS = ("rate", "present", "fails", "broken", "duty")


def widened(c: Case, rng: np.random.Generator) -> Case:
    """Every other number becomes an interval around its point; what is certain stays so."""

    def wide(q: Quantity) -> Quantity:
        if q.low in (0.0, 1.0) or not q.is_point or rng.random() < 0.5:
            return q
        top = q.low * 1.6 if q.dimension == "rate" else min(0.95, q.low * 1.4)
        return Quantity.interval(q.low * 0.6, max(top, q.low), q.dimension)

    def one(f: Factor) -> Factor:
        return dataclasses.replace(f, **{n: wide(q) for n in _NUMBERS if (q := getattr(f, n)) is not None})

    return dataclasses.replace(c, factors={n: one(f) for n, f in c.factors.items()})


def pinned(c: Case, rng: np.random.Generator) -> Case:
    """Every interval at one point of it, an end as often as not."""

    def at(q: Quantity) -> Quantity:
        share = float(rng.choice([0.0, 1.0, rng.random()], p=[0.25, 0.25, 0.5]))
        return Quantity.point(q.low + share * (q.high - q.low), q.dimension)

    def one(f: Factor) -> Factor:
        return dataclasses.replace(f, **{n: at(q) for n in _NUMBERS if (q := getattr(f, n)) is not None and not q.is_point})

    return dataclasses.replace(c, factors={n: one(f) for n, f in c.factors.items()})


@pytest.mark.parametrize("block", kept(range(4), range(1)))
def test_intervals_hold_what_is_simulated(block: int) -> None:
    bad, checked = [], 0
    for seed in range(block * CASES // 4, (block + 1) * CASES // 4):
        rng = np.random.default_rng(seed)
        c = widened(rich_case(seed + 400) if seed % 4 == 0 else random_case(seed + 2000), rng)
        m = compile_case(c)
        if m.impossible or transient(m) is not None:  # simulated in the product too: the other oracle compares the two
            continue
        f = list(c.factors.values())[seed % len(c.factors)]
        rows, does = [removal(m, f)], [taken_out(f)]
        if c.actions:
            name = list(c.actions)[seed % len(c.actions)]
            rows.append(changes_of(m, c.actions[name]))
            does.append(c.actions[name].does)
        outputs = ("hazard", "probability", "loss", "standing", "propensity")
        today = bounds(m, [{}], outputs, np.random.default_rng(1))[0]
        found = bounds(m, rows, outputs, np.random.default_rng(1))
        pi = propensity(m, today["propensity"].after, np.random.default_rng(1))
        at = pinned(c, rng)
        before = Process(at).run(RUNS, rng)
        checked += 1

        def hold(what: str, mean: float, error: float, low: float, high: float, seed: int = seed) -> None:
            slack = 4.8 * (error + 0.004 * (1 + abs(mean)))
            if not low - slack <= mean <= high + slack:
                bad.append(f"seed {seed} {what}: {mean:.4f} +- {error:.4f} outside {low:.4f}..{high:.4f}")

        hold("next trigger", *before.propensity, pi.low, pi.high)
        for row, change in zip(found, does, strict=True):
            after = Process(at, change).run(RUNS, rng)
            for o in ("hazard", "probability", "loss", "standing"):
                (a, ea), (b, eb) = getattr(after, o), getattr(before, o)
                hold(f"{o} today", b, eb, today[o].after.low, today[o].after.high)
                hold(f"{o} after", a, ea, row[o].after.low, row[o].after.high)
                hold(f"{o} difference", a - b, float(np.hypot(ea, eb)), row[o].difference.low, row[o].difference.high)
    assert checked >= 12
    assert not bad, bad
