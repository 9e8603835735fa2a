"""How much each weight decides: Shapley-Shubik and Banzhaf indices of a weighted threshold, exactly.

A coalition is a set of factors; it is over where its weights add up to the quota or more. A factor swings a coalition without it where the coalition is
under and would be over with it.

    Banzhaf          swings_i = the number of coalitions that i swings            (Banzhaf 1965, Rutgers Law Review 19, 317)
    Shapley-Shubik   sum over them of |S|! (k - |S| - 1)! / k!                    (Shapley, Shubik 1954, Am. Pol. Sci. Rev. 48, 787)

All 2^k sums are compared, up to k = `MOST_REAL`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fuelbed.numerics.threshold.model import Array

__all__ = ["MOST_REAL", "Shares", "power_shares"]

MOST_REAL = 20


def _swings_of_sums(weights: Array, quota: Array) -> npt.NDArray[np.int64]:
    """By factor, by size of the coalition: how many it swings; for draws (m, k) of weights at once: (m, k, size). Sums are added in the order of the factors."""
    m, k = weights.shape
    sums, size = np.zeros((m, 1), dtype=weights.dtype), np.zeros(1, dtype=np.int64)
    for i in range(k):
        sums = np.concatenate([sums, sums + weights[:, i : i + 1]], axis=1)
        size = np.concatenate([size, size + 1])
    over = (sums >= quota[:, None]).astype(bool)
    out = np.zeros((m, k, k), dtype=np.int64)
    for i in range(k):
        shape = (m, 1 << (k - i - 1), 2, 1 << i)
        pair = over.reshape(shape)
        swung = (pair[:, :, 1] & ~pair[:, :, 0]).reshape(m, -1)
        at = size.reshape(shape[1:])[:, 0].ravel()
        for s in range(k):
            out[:, i, s] = swung[:, at == s].sum(1)
    return out


@dataclass(frozen=True, eq=False)
class Shares:
    """Of posterior draws, each (k,): the mean index and the ends of its central interval. None where nothing decides: `idle` is the
    share of draws in which no set of factors goes over, or the empty one does; those are left out."""

    shapley: Array
    shapley_low: Array
    shapley_high: Array
    banzhaf: Array
    banzhaf_low: Array
    banzhaf_high: Array
    idle: float
    draws: int


def power_shares(weights: Array, tau: Array, level: float = 0.9, most: int = 500) -> Shares | None:
    """Indices over draws (m, k), (m,), of `most` draws that are evenly spaced among them; None where all are idle. ValueError past k = MOST_REAL."""
    m, k = weights.shape
    if k > MOST_REAL:
        raise ValueError(f"{k} factors are more than the {MOST_REAL} of which all sets can be looked at")
    chosen = np.unique(np.linspace(0, m - 1, min(m, most, max(20, (1 << 24) >> k))).astype(int))
    size = max(1, (1 << 21) >> k)
    by_size = np.concatenate([_swings_of_sums(weights[i], tau[i]) for i in np.array_split(chosen, max(1, len(chosen) // size))])
    swings = by_size.sum(2)
    awake = swings.sum(1) > 0
    if not awake.any():
        return None
    share = np.array([math.exp(math.lgamma(s + 1) + math.lgamma(k - s) - math.lgamma(k + 1)) for s in range(k)])
    shapley = _middle((by_size @ share)[awake], level)
    banzhaf = _middle((swings / np.maximum(swings.sum(1, keepdims=True), 1))[awake], level)
    return Shares(*shapley, *banzhaf, float(1.0 - awake.mean()), int(awake.sum()))


def _middle(index: Array, level: float) -> tuple[Array, Array, Array]:
    low, high = np.quantile(index, [0.5 * (1.0 - level), 0.5 * (1.0 + level)], axis=0)
    return index.mean(0), low, high
