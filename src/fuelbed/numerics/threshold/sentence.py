"""The learned model as one line of a case: `threshold(1, 0.52*a, 0.31*b)`, and how well so short a line stands for the draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fuelbed.numerics.threshold.learn import Fit
from fuelbed.numerics.threshold.model import Array

__all__ = ["Line", "line"]


@dataclass(frozen=True, eq=False)
class Line:
    """sum w c >= 1. weights (k,): medians over the draws of w / tau, two decimals; right: of how many of the `of` records it says what came of them;
    disagree: over records and draws, how often a draw puts a record on the other side; idle: the share of draws with tau <= 0, in which it fails
    without any factor (they have no such line and are left out of the medians)."""

    weights: Array
    right: int
    of: int
    disagree: float
    idle: float

    def text(self, names: Sequence[str]) -> str:
        """As an expression; a factor whose weight is 0.00 is left out. Empty where all are."""
        terms = [f"{f'{w:.2f}'.rstrip('0').rstrip('.')}*{name}" for w, name in zip(self.weights, names, strict=True) if w > 0]
        return f"threshold(1, {', '.join(terms)})" if terms else ""


def line(fit: Fit) -> Line | None:
    """None where more than half of the draws have tau <= 0. A factor that nobody knows counts with the mean of its filler."""
    positive = fit.tau > 0
    if 2 * positive.sum() <= len(positive):
        return None
    weights = np.round(np.median(fit.weights[positive] / fit.tau[positive, None], axis=0), 2)
    values = np.where(np.isnan(fit.values), fit.filler.mean(0), fit.values)
    over = values @ weights >= 1.0 - 1e-9
    right = int((over == fit.failed).sum())
    return Line(weights, right, len(over), float(((fit.records < 0) != over).mean()), float(1.0 - positive.mean()))
