"""Two counts over two stretches of time: the ratio of their rates, exactly, and how much longer would settle it.

Counts are taken to be Poisson. Given their sum n, the later count is Binomial(n, p) with p = r t1 / (t0 + r t1), r the ratio of the rates, so the
interval of p (C. Clopper and E. Pearson, Biometrika 26, 1934) is one of r, with no assumption about how large the counts are (J. Przyborowski and
H. Wilenski, Biometrika 31, 1940). It covers at least as often as it says. Bursts make counts vary more than Poisson counts do; then both are
divided by how much more (quasi-Poisson), which keeps the ratio and widens the interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Counts", "dispersion", "rate_ratio", "share_ratio", "wait"]

_LEVEL = 0.95
_SEEN = 0.8  # how likely it shall be that the wait is long enough
_LONGEST = 1e5  # times the time before: nobody waits longer
_FEWEST = 5.0  # counts expected in a slice


@dataclass(frozen=True, slots=True)
class Counts:
    """How many in how long, before and after; times in one unit, above 0."""

    k0: int
    t0: float
    k1: int
    t1: float


def rate_ratio(c: Counts, level: float = _LEVEL, spread: float = 1.0) -> tuple[float | None, float, float]:
    """Rate after / rate before with its interval; no value, and no upper end, where nothing came before. `spread`: variance over mean."""
    value = (c.k1 / c.t1) / (c.k0 / c.t0) if c.k0 else None
    low, high = _share_interval(c.k1 / spread, c.k0 / spread, level)
    return value, _ratio(low, c), _ratio(high, c)


def _ratio(p: float, c: Counts) -> float:
    return math.inf if p >= 1 else p / (1 - p) * c.t0 / c.t1


def _share_interval(k: float, rest: float, level: float) -> tuple[float, float]:
    """Clopper and Pearson's interval of k in k + rest; continued between whole numbers by the beta function."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(k, rest + 1, tail)) if k > 0 else 0.0
    return low, float(betaincinv(k + 1, rest, 1 - tail)) if rest > 0 else 1.0


def _at_most(k: int, n: int, p: float) -> float:
    from scipy.special import bdtr

    return 1.0 if k >= n else float(bdtr(k, n, p))


def wait(c: Counts, ratio: float, level: float = _LEVEL) -> float | None:
    """How much longer after, in the unit of the times, until the interval lies below 1 with probability 0.8, if the rate is `ratio` times what it was.

    What came so far counts as it is; what comes is Poisson at `ratio` times the rate before. None where no wait is long enough: nothing came before,
    or the ratio is too near 1.
    """
    if not c.k0 or ratio >= 1:
        return None
    rate = ratio * c.k0 / c.t0

    def likely(more: float) -> float:
        return _likely(c, more, rate, level)

    if likely(0.0) >= _SEEN:
        return 0.0
    high = c.t0 / c.k0
    while likely(high) < _SEEN:
        high *= 1.3
        if high > _LONGEST * c.t0:
            return None
    low = high / 1.3
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if likely(middle) >= _SEEN else (middle, high)
    return high


def _likely(c: Counts, more: float, rate: float, level: float) -> float:
    """P(the interval lies below 1 after so much more time)."""
    t1 = c.t1 + more
    most = _most(c.k0, c.t0, t1, level)
    if most < c.k1:
        return 0.0
    return _poisson_at_most(most - c.k1, rate * more)


def _most(k0: int, t0: float, t1: float, level: float) -> int:
    """The most counts afterwards at which the interval of the ratio lies below 1; -1 where there are none."""
    tail, p = (1 - level) / 2, t1 / (t0 + t1)

    def low_enough(k: int) -> bool:
        return _at_most(k, k0 + k, p) <= tail

    if not low_enough(0):
        return -1
    low, high = 0, 1
    while low_enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if low_enough(middle) else (low, middle)
    return low


def _poisson_at_most(k: int, mean: float) -> float:
    from scipy.special import pdtr

    return float(pdtr(k, mean)) if k >= 0 else 0.0


def share_ratio(k0: int, n0: int, k1: int, n1: int, level: float = _LEVEL) -> tuple[float | None, float, float]:
    """Share after / share before with an interval: the quotient of two exact ones that together leave 1 - level out (Bonferroni): too wide, never too narrow."""
    each = 1 - (1 - level) / 2
    low0, high0 = _share_interval(k0, n0 - k0, each)
    low1, high1 = _share_interval(k1, n1 - k1, each)
    value = (k1 / n1) / (k0 / n0) if k0 and n0 and n1 else None
    return value, low1 / high0 if high0 > 0 else 0.0, high1 / low0 if low0 > 0 else math.inf


def dispersion(times: Sequence[float], start: float, end: float) -> tuple[float, float] | None:
    """Variance over mean of the counts in equal slices, and the chance that Poisson counts vary so much (chi-squared); None with too few.

    Slices are as many as leave five counts expected in each, at most twenty.
    """
    from scipy.special import chdtrc

    k = len(times)
    slices = min(20, int(k / _FEWEST))
    if slices < 3 or end <= start:
        return None
    counts = [0] * slices
    for t in times:
        counts[min(slices - 1, max(0, int((t - start) / (end - start) * slices)))] += 1
    mean = k / slices
    x2 = sum((n - mean) ** 2 for n in counts) / mean
    return x2 / (slices - 1), float(chdtrc(slices - 1, x2))
