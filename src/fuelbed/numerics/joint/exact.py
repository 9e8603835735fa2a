"""Small-sample arithmetic of joint failures: exact tails, exact intervals, false discoveries, how much more would settle it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["adjusted", "at_least", "at_least_each", "longer", "poisson_at_least", "poisson_interval", "sign_p"]

Floats = npt.NDArray[np.float64]
_LONGEST = 1_000.0
_SIDE_BY_SIDE = 64


def at_least(k: int, chances: Floats | Sequence[float]) -> float:
    """P(at least k of independent events happen), `chances` their probabilities: the Poisson-binomial tail, by counting up to k.

    O(n k). What goes from k - 1 to k is added up, never 1 less what stays below: a tail far below 1e-12 keeps its digits.
    """
    p = np.asarray(chances, np.float64)
    if k <= 0:
        return 1.0
    if k > len(p):
        return 0.0
    below = np.zeros(k)
    below[0] = 1.0
    reached = 0.0
    for q in p:
        reached += below[-1] * q  # from k - 1 to k: there it stays
        below[1:] = below[1:] * (1.0 - q) + below[:-1] * q
        below[0] *= 1.0 - q
    return min(reached, 1.0)


def at_least_each(ks: Sequence[int], chances: Sequence[Floats]) -> list[float]:
    """`at_least` of many at once, to the same bit: those of about the same length side by side, as one array."""
    order = sorted(range(len(ks)), key=lambda i: (len(chances[i]), ks[i]))
    out = [0.0] * len(ks)
    for start in range(0, len(order), _SIDE_BY_SIDE):
        some = order[start : start + _SIDE_BY_SIDE]
        for i, x in zip(some, _tails([ks[i] for i in some], [chances[i] for i in some]), strict=True):
            out[i] = x
    return out


def _tails(ks: Sequence[int], chances: Sequence[Floats]) -> list[float]:
    k = np.asarray(ks)
    inside = np.flatnonzero((k > 0) & (k <= np.array([len(p) for p in chances]))).tolist()
    out = np.where(k <= 0, 1.0, 0.0)
    if len(inside):
        padded = np.zeros((max(len(chances[i]) for i in inside), len(inside)))  # an event of chance 0 changes nothing
        for at, i in enumerate(inside):
            padded[: len(chances[i]), at] = chances[i]
        below = np.zeros((int(k[inside].max()), len(inside)))
        below[0] = 1.0
        last, reached = (k[inside] - 1, np.arange(len(inside))), np.zeros(len(inside))
        for q in padded:
            reached += below[last] * q
            below[1:] = below[1:] * (1.0 - q) + below[:-1] * q
            below[0] *= 1.0 - q
        out[inside] = np.minimum(reached, 1.0)
    return [float(x) for x in out]


def poisson_at_least(k: float, mean: float) -> float:
    """P(X >= k) for a Poisson count; continued between whole k by the gamma function."""
    from scipy.special import gammainc

    if k <= 0:
        return 1.0
    return float(gammainc(k, mean)) if mean > 0 else 0.0


def poisson_interval(k: float, level: float = 0.9) -> tuple[float, float]:
    """Exact central interval of a Poisson mean from a count (Garwood, Biometrika 28, 1936)."""
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    low = float(gammaincinv(k, tail)) if k > 0 else 0.0
    return low, float(gammaincinv(k + 1, 1 - tail))


def adjusted(p: Any, tests: int) -> Floats:
    """Benjamini-Hochberg q-values (J. R. Statist. Soc. B 57, 1995) of `tests` tests; those that are not in `p` have p = 1."""
    x = np.asarray(p, np.float64)
    if not len(x):
        return x
    order = np.argsort(x, kind="stable")
    ranked = x[order] * tests / np.arange(1, len(x) + 1)
    q = np.minimum.accumulate(ranked[::-1])[::-1]
    out = np.empty_like(q)
    out[order] = np.minimum(q, 1.0)
    return out


def sign_p(first: int, second: int) -> float:
    """Two-sided sign test: whether one side comes first as often as the other; ties left out."""
    n = first + second
    if n == 0:
        return 1.0
    tail = at_least(max(first, second), np.full(n, 0.5))
    return min(1.0, 2 * tail)


def longer(k: int, expected: float, level: float, power: float = 0.8) -> float | None:
    """How many times as long one must watch until a lift as it was seen, k / expected, is found at `level` with that power.

    None where that is beyond a thousand times, or the lift is not above 1. An estimate: it takes the lift seen for the true one.
    """
    if k <= expected or k <= 0:
        return None
    expected = max(expected, 1e-9)
    low, high = 0.01, _LONGEST

    def enough(f: float) -> bool:
        need = 1
        while poisson_at_least(need, f * expected) > level:
            need += 1
            if need > 100_000:
                return False
        return poisson_at_least(need, f * k) >= power

    if not enough(high):
        return None
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if enough(middle) else (middle, high)
        if high / low < 1.01:
            break
    return high
