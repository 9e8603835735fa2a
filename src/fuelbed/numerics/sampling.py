"""Samples of uncertain numbers: Latin hypercube over distributions, points of a box over intervals. Seeded by the caller."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.quantities import Quantity

__all__ = ["box_points", "latin_hypercube", "quantile"]

Array = NDArray[np.float64]
_Z95 = 1.6448536269514722


def quantile(q: Quantity, u: Array, cap: float = 1e9) -> Array:
    """The quantity at cumulative shares `u`; an interval is walked on a log scale where both ends are positive."""
    if q.kind == "lognormal":
        from scipy.special import ndtri

        drawn: Array = q.a * np.exp(ndtri(u) * (math.log(q.b) / _Z95))
        return np.minimum(drawn, 1.0) if q.dimension == "probability" else drawn
    if q.kind == "beta":
        from scipy.special import betaincinv

        return np.asarray(betaincinv(q.a, q.b, u), dtype=float)
    low, high = q.low, min(q.high, cap)
    if math.isinf(q.high):
        low, high = max(low, 1e-3), max(low, 1e-3) * 1e6
    if low > 0:
        return np.asarray(low * (high / low) ** u, dtype=float)
    return np.asarray(low + (high - low) * u, dtype=float)


def latin_hypercube(dimensions: int, n: int, rng: np.random.Generator) -> Array:
    """Shape (dimensions, n): one point in each of n equal slices of every axis (McKay, Beckman, Conover 1979)."""
    if dimensions == 0:
        return np.empty((0, n))
    slots = np.argsort(rng.random((dimensions, n)), axis=1)
    return np.asarray((slots + rng.random((dimensions, n))) / n, dtype=float)


def box_points(dimensions: int, n: int, rng: np.random.Generator) -> Array:
    """Shares 0..1 of each axis, shape (dimensions, n): half of them corners of the box, half inside."""
    inside = latin_hypercube(dimensions, n, rng)
    corners = (inside[:, : n // 2] > 0.5).astype(float)
    return np.concatenate([corners, inside[:, n // 2 :]], axis=1)
