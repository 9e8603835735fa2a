"""How much each weight decides: Shapley-Shubik and Banzhaf indices of a weighted threshold, exactly.

A coalition is a set of factors; it is over where its weights add up to the quota or more. A factor swings a coalition without it where the coalition is
under and would be over with it.

    Banzhaf          swings_i = the number of coalitions that i swings            (Banzhaf 1965, Rutgers Law Review 19, 317)
    Shapley-Shubik   sum over them of |S|! (k - |S| - 1)! / k!                    (Shapley, Shubik 1954, Am. Pol. Sci. Rev. 48, 787)

Weights on a common grid (integers, fractions such as 1/3 or 0.25): dynamic programming over (size, weight), with Python's integers, so nothing is
rounded. On a grid too fine for that (floats with all their digits): all 2^k sums are compared, up to k = `MOST_REAL`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from fuelbed.numerics.threshold.model import Array

__all__ = ["MOST_REAL", "Number", "Power", "Shares", "check", "on_grid", "power", "power_shares"]

Number = int | Fraction | float
MOST_REAL = 20
_MOST_STEPS = 20_000_000  # of the dynamic programme, some seconds; beyond, the grid is too fine to be a help


@dataclass(frozen=True, slots=True)
class Power:
    """By factor. swings: coalitions that it swings (integers); banzhaf: its share of all swings; shapley: the share of the orders in which
    it is the one that goes over. All fractions; both shares are 0 everywhere where nobody swings anything."""

    swings: tuple[int, ...]
    banzhaf: tuple[Fraction, ...]
    shapley: tuple[Fraction, ...]


def on_grid(weights: Sequence[Number], quota: Number) -> tuple[list[int], int]:
    """The same game in integers, weights >= 0. A float is the binary fraction that it is, so this is exact, and its integers can be long."""
    exact = [Fraction(w) for w in weights]
    step = math.lcm(*(w.denominator for w in exact))
    whole = [int(w * step) for w in exact]
    common = math.gcd(*whole) or 1
    return [w // common for w in whole], math.ceil(Fraction(quota) * step / common)


def power(weights: Sequence[Number], quota: Number) -> Power:
    """Exactly. ValueError for a weight below 0, and for more than `MOST_REAL` weights where their common grid is too fine to count over."""
    check(weights)
    k = len(weights)
    whole, at = on_grid(weights, quota)
    if k * k * min(max(at, 0), sum(whole) + 1) <= _MOST_STEPS:
        by_size = _swings_by_size(whole, at)
    elif k <= MOST_REAL:
        by_size = [[int(x) for x in row] for row in _swings_of_sums(*_in_numpy(whole, at))[0]]
    else:
        raise ValueError(
            f"{k} weights on so fine a grid are more than the {MOST_REAL} of which all sets can be looked at; round them"
        )
    swings = tuple(sum(row) for row in by_size)
    total = sum(swings)
    share = [Fraction(math.factorial(s) * math.factorial(k - s - 1), math.factorial(k)) for s in range(k)]
    shapley = tuple(sum((n * share[s] for s, n in enumerate(row)), Fraction(0)) for row in by_size)
    return Power(swings, tuple(Fraction(n, total) if total else Fraction(0) for n in swings), shapley)


def check(weights: Sequence[Number]) -> None:
    """ValueError for a weight below 0 or without bound."""
    if any(not w >= 0 or math.isinf(w) for w in weights):
        raise ValueError("a weight is a finite number of at least 0")


def _in_numpy(whole: Sequence[int], at: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """One row of 64-bit integers where all sums fit, else of Python's own: slower, and as exact."""
    kind: Any = np.int64 if max(sum(whole), abs(at)) < 1 << 62 else object
    return np.array([whole], dtype=kind), np.array([at], dtype=kind)


def _swings_by_size(weights: Sequence[int], quota: int) -> list[list[int]]:
    """By factor, by size of the coalition: how many it swings. One table for all, each factor divided out of it again: O(k^2 quota).

    `table[s][x]`: sets of s factors that weigh x, x < quota. Without factor i: without[s][x] = table[s][x] - without[s-1][x - w_i].
    """
    k = len(weights)
    if quota <= 0 or quota > sum(weights):
        return [[0] * k for _ in weights]
    table = [[0] * quota for _ in range(k + 1)]
    table[0][0] = 1
    for n, w in enumerate(weights):
        for s in range(n, -1, -1):
            row, into = table[s], table[s + 1]
            for x in range(quota - w - 1, -1, -1):
                if row[x]:
                    into[x + w] += row[x]
    same: dict[int, list[int]] = {}
    for w in set(weights):
        without = [table[0][:]]
        for s in range(1, k):
            row, last = table[s][:], without[-1]
            for x in range(w, quota):
                row[x] -= last[x - w]
            without.append(row)
        same[w] = [sum(row[max(quota - w, 0) :]) for row in without]
    return [same[w] for w in weights]


def _swings_of_sums(weights: npt.NDArray[Any], quota: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The same by looking at all sets, for draws (m, k) of weights at once: (m, k, size). Sums of floats are added in the order of the factors."""
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
