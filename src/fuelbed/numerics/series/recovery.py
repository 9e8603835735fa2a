"""Return rate after routine small perturbations: how fast the system comes back from a deploy, a pause, a cache flush.

Active evidence: it measures what a linear model calls -ln(multiplier) / step, and a rate that falls is a loss of stability itself, not
a sign of one. Each dip is followed by `c_i + A_i exp(-r t)` with one `r` for all (`c_i`: a slow dip moves its own baseline); with `r` given,
`A_i` and `c_i` are a straight line's, so the sum of squares is a curve over `r` alone, and drawing dips anew is drawing curves anew
(Wissel 1984 for the measure).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fuelbed.core.estimates import Estimate
from fuelbed.numerics.series.blocks import LEVEL, Array, summary

__all__ = ["Recovery", "return_rate"]

_FOLLOWED = 30  # rows after the bottom of a dip
_LEAST = 4  # rows that one dip must leave to be fitted
_FEW = 6  # below so many dips the interval comes from the curvature, not from drawing dips


@dataclass(frozen=True, slots=True)
class Recovery:
    """rate: per second, None where no dip was seen; number: dips used; at: seconds of their bottoms; reason: why not more."""

    rate: Estimate | None
    number: int
    at: tuple[float, ...] = ()
    reason: str = ""


def _residuals(x: Array, window: int) -> Array:
    """x minus its running median: what is left of slow changes, without following a dip."""
    half = window // 2
    padded = np.pad(x, half, mode="edge")
    return np.asarray(x - np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1))


def _dips(res: Array, depth: float, sigma: float) -> list[int]:
    """Bottoms of the stretches below -depth x sigma; a dip must have risen above -sigma before the next one counts."""
    found: list[int] = []
    low = -1
    for i, v in enumerate(res):
        if v < -depth * sigma and (low < 0 or v < res[low]):
            low = i
        elif low >= 0 and v > -sigma:
            found.append(low)
            low = -1
    return found


def return_rate(
    times: Array,
    values: Array,
    rng: np.random.Generator,
    exclude: tuple[float, float] | None = None,
    depth: float = 4.0,
    direction: int = -1,
    draws: int = 1_000,
) -> Recovery:
    """Pooled return rate. `direction` -1: dips (goodput), +1: peaks (latency). Rows within `exclude` (the incident) start no dip."""
    good = ~np.isnan(values)
    t, x = times[good], values[good] * (1.0 if direction < 0 else -1.0)
    if len(t) < 50:
        return Recovery(None, 0, reason=f"only {len(t)} rows; at least 50 are needed.")
    res = _residuals(x, min(4 * _FOLLOWED + 1, len(x) // 2))
    sigma = 1.4826 * float(np.median(np.abs(res)))
    if sigma == 0:
        return Recovery(None, 0, reason="the series does not vary.")
    step = float(np.median(np.diff(t)))
    used, tails = [], []
    for i in _dips(res, depth, sigma):
        if exclude is not None and exclude[0] <= t[i] <= exclude[1]:
            continue
        j = i + 1  # the bottom was chosen for being lowest: its own noise would make the return look faster
        end = min(j + _FOLLOWED, len(t))
        if end - j >= _LEAST and t[end - 1] - t[i] <= 1.5 * step * (end - i):
            used.append(float(t[i]))
            tails.append((t[j:end] - t[i], res[j:end]))
    if not tails:
        return Recovery(None, 0, reason="none seen: no dip reached so deep below the usual noise.")
    return _pool(tails, used, step, rng, draws)


def _pool(tails: list[tuple[Array, Array]], used: list[float], step: float, rng: np.random.Generator, draws: int) -> Recovery:
    grid = np.geomspace(0.02 / (_FOLLOWED * step), 5 / step, 600)
    curves = np.empty((len(tails), len(grid)))
    count = 0
    for k, (dt, y) in enumerate(tails):
        e = np.exp(-np.outer(grid, dt))
        e -= e.mean(axis=1, keepdims=True)
        d = y - y.mean()
        curves[k] = d @ d - (e @ d) ** 2 / np.maximum((e * e).sum(axis=1), 1e-30)
        count += len(y) - 2
    total = curves.sum(axis=0)
    best = float(grid[total.argmin()])
    method = f"one exponential return for {len(tails)} dips"
    if len(tails) >= _FEW:
        drawn = grid[curves[rng.integers(0, len(tails), (draws, len(tails)))].sum(axis=1).argmin(axis=1)]
        return Recovery(summary(best, drawn, method, "rate", "per second"), len(tails), tuple(used))
    noise = float(total.min()) / max(count - 1, 1)
    inside = grid[total - total.min() <= 2.706 * noise * 2]  # doubled: neighbouring rows are not independent
    low = 0.0 if inside[0] == grid[0] else float(inside[0])
    high = math.inf if inside[-1] == grid[-1] else float(inside[-1])
    text = f"{method}; {LEVEL:.0%} from the sum of squares, noise doubled because so few dips hang together"
    return Recovery(Estimate(best, low, high, "rate", "per second", "measured", text), len(tails), tuple(used))
