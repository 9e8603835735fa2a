"""The propensity column of the action table: the chance that the next trigger becomes the failure, before and after each item.

The triggers in the denominator are those of today whatever an item does, so that the arrivals of one that it prevents count as harmless.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from fuelbed.core.blocks import Cell, Column
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import RiskShares
from fuelbed.core.shown import number, probability
from fuelbed.engines.actions.margins import ASKED
from fuelbed.engines.actions.scene import Scene
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.interventions import changes_of

__all__ = ["propensities", "propensity_cell", "propensity_column"]


def propensities(scene: Scene) -> Mapping[str, Estimate]:
    """By item, the propensity with it done; empty where a rate is not given, as it is then only known to lie between those of the triggers."""
    if not scene.known:
        return {}
    rows = [changes_of(scene.model, scene.case.actions[n]) for n in scene.moving]
    found = bounds(scene.model, rows, ("propensity",), np.random.default_rng(scene.options.seed), paired=False, wanted=("after",))
    after = {n: x["propensity"].after for n, x in zip(scene.moving, found, strict=True)}
    return {
        n: Estimate(min(1.0, b.value), min(1.0, b.low), min(1.0, b.high), "probability", method=b.method)
        for n, b in after.items()
        if not math.isnan(b.value)
    }


def propensity_column(risk: RiskShares | None) -> Column:
    """Its head holds today's."""
    e = risk.propensity if risk is not None else None
    today = ""
    if e is not None and not e.is_unknown:
        span = f"{number(e.low)} to {probability(e.high)}"
        today = f" (today {probability(e.low) if e.is_point else span if e.value is None else f'{probability(e.value)}, {span}'})"
    return Column("propensity", f"propensity{today}", "estimate", brief=False)


def propensity_cell(scene: Scene, found: Mapping[str, Estimate], name: str) -> Cell:
    if not scene.case.actions[name].does:
        return Cell("not said")
    return Cell(estimate=found[name]) if name in found else Cell(ASKED, tone="muted")
