"""The posterior by brute force: draws from the prior, each weighted by its likelihood; unknown cells are averaged over a grid."""

from __future__ import annotations

import itertools

import numpy as np

from fuelbed.numerics.threshold import Prior, chance, draw_prior
from fuelbed.numerics.threshold.model import Array


def by_weighting(values: Array, failed: np.ndarray, prior: Prior, m: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """(weights (m, k), tau (m,), how much each draw counts (m,))."""
    mean = np.nanmean(values, axis=0)
    w, tau = draw_prior(prior, mean, m, rng)
    count = np.ones(m)
    grid = (np.arange(40) + 0.5) / 40
    for c, y in zip(values, failed, strict=True):
        nan = np.flatnonzero(np.isnan(c))
        p, n = np.zeros(m), 0
        for cells in itertools.product(grid, repeat=len(nan)):
            full = c.copy()
            full[nan] = cells
            p += chance(tau - w @ full)
            n += 1
        count *= p / n if y else 1.0 - p / n
    return w, tau, count / count.sum()


def quantiles(x: Array, count: Array, at: tuple[float, ...]) -> Array:
    order = np.argsort(x)
    return np.interp(at, np.cumsum(count[order]), x[order])
