"""The threshold model `sum w c + noise >= tau`: learned from incidents and near misses, and what follows from it."""

from __future__ import annotations

from fuelbed.numerics.threshold.distance import (
    Days,
    Flips,
    Gradient,
    Spread,
    failing,
    flip,
    gradient,
    margins,
    series_margins,
    spread,
)
from fuelbed.numerics.threshold.indices import MOST_REAL, Shares, power_shares
from fuelbed.numerics.threshold.learn import Fit, fit
from fuelbed.numerics.threshold.luck import Needed, Recorded, needed, recorded, skill
from fuelbed.numerics.threshold.model import NOISE_SD, Prior, chance, draw_prior
from fuelbed.numerics.threshold.sampler import Plan
from fuelbed.numerics.threshold.sentence import Line, line
from fuelbed.numerics.threshold.subsets import Overdetermined, Sufficient, minimal_sufficient, overdetermined

__all__ = [
    "MOST_REAL",
    "NOISE_SD",
    "Days",
    "Fit",
    "Flips",
    "Gradient",
    "Line",
    "Needed",
    "Overdetermined",
    "Plan",
    "Prior",
    "Recorded",
    "Shares",
    "Spread",
    "Sufficient",
    "chance",
    "draw_prior",
    "failing",
    "fit",
    "flip",
    "gradient",
    "line",
    "margins",
    "minimal_sufficient",
    "needed",
    "overdetermined",
    "power_shares",
    "recorded",
    "series_margins",
    "skill",
    "spread",
]
