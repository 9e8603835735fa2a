"""How far from failing: margins, flips, the gradient of risk, and days one after the other. All over the draws of a `Fit`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fuelbed.numerics.threshold.learn import Fit
from fuelbed.numerics.threshold.model import NOISE_SD, Array, chance

__all__ = ["Days", "Flips", "Gradient", "Spread", "failing", "flip", "gradient", "margins", "series_margins", "spread"]

_BLOCK = 1 << 22  # numbers of one block of days x draws: 32 MB


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and ends of the central interval of some draws; `below`: the share of draws under 0."""

    median: float
    low: float
    high: float
    below: float


def margins(fit: Fit, c: Array) -> Array:
    """(tau - sum w c) in standard deviations of the noise: (m,) for one c (k,), (m, t) for rows c (t, k). Below 0 it would more likely fail.

    A factor that nobody knows (nan) is drawn as beforehand, the same in every row, so that its width enters.
    """
    c = np.asarray(c, dtype=float)
    rows = np.atleast_2d(c)
    nan = np.isnan(rows)
    out = fit.tau[:, None] - fit.weights @ np.where(nan, 0.0, rows).T
    if nan.any():
        out -= (fit.weights * fit.filler) @ nan.T.astype(float)
    return np.asarray(out[:, 0] if c.ndim == 1 else out)


def spread(draws: Array, level: float = 0.9) -> Spread:
    """Of one quantity, draws (m,): the central interval that holds `level` of them."""
    tail = 0.5 * (1.0 - level)
    low, median, high = np.quantile(draws, [tail, 0.5, 1.0 - tail])
    return Spread(float(median), float(low), float(high), float((draws < 0).mean()))


def failing(fit: Fit, c: Array) -> float:
    """P(fail | c, records): the chance over the noise, averaged over the draws."""
    return float(chance(margins(fit, c)).mean())


@dataclass(frozen=True, eq=False)
class Flips:
    """What taking one factor out (c_i = 0) does, each (k,), over the draws.

    over     P(margin < 0) as it is.
    without  P(margin < 0) with the factor out.
    flips    P(over the threshold as it is, and not with the factor out): the factor alone decided it.
    risk     P(fail) with the factor out, noise included; `risk_now` as it is.
    """

    over: float
    without: Array
    flips: Array
    risk_now: float
    risk: Array


def flip(fit: Fit, c: Array) -> Flips:
    """For one c (k,)."""
    c = np.asarray(c, dtype=float)
    now = margins(fit, c)
    out = now[:, None] + fit.weights * np.where(np.isnan(c), fit.filler, c)
    over = now < 0
    return Flips(
        float(over.mean()),
        (out < 0).mean(0),
        (over[:, None] & (out >= 0)).mean(0),
        float(chance(now).mean()),
        chance(out).mean(0),
    )


@dataclass(frozen=True, eq=False)
class Gradient:
    """dP/dc_i = w_i P (1 - P) (w in logistic units): by factor the median and the ends of the central interval, each (k,)."""

    median: Array
    low: Array
    high: Array


def gradient(fit: Fit, c: Array, level: float = 0.9) -> Gradient:
    """How much the risk of failing rises with each factor, at one c (k,); per unit of the factor, which goes from 0 to 1."""
    p = chance(margins(fit, c))
    tail = 0.5 * (1.0 - level)
    low, median, high = np.quantile(NOISE_SD * fit.weights * (p * (1.0 - p))[:, None], [tail, 0.5, 1.0 - tail], axis=0)
    return Gradient(median, low, high)


@dataclass(frozen=True, eq=False)
class Days:
    """Margins of rows one after the other, each (t,): quantiles, P(margin < 0), P(fail)."""

    median: Array
    low: Array
    high: Array
    below: Array
    risk: Array

    def first(self, at: float = 0.5) -> int | None:
        """The first row with P(margin < 0) of at least `at`; None where there is none."""
        where = np.flatnonzero(self.below >= at)
        return int(where[0]) if len(where) else None


def series_margins(fit: Fit, days: Array, level: float = 0.9) -> Days:
    """For days (t, k), in blocks of days, so that not more than about 100 MB are held at once."""
    days = np.asarray(days, dtype=float)
    tail = 0.5 * (1.0 - level)
    size = max(1, _BLOCK // len(fit.tau))
    out = np.empty((5, len(days)))
    for i in range(0, len(days), size):
        m = margins(fit, days[i : i + size])
        part = out[:, i : i + m.shape[1]]
        part[3], part[4] = (m < 0).mean(0), chance(m).mean(0)
        part[[1, 0, 2]] = np.quantile(m, [tail, 0.5, 1.0 - tail], axis=0, overwrite_input=True)
    return Days(*out)
