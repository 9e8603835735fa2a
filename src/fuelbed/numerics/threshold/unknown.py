"""Cells of the table that nobody knows: each chain draws them anew, given its weights and what came of the record.

Beforehand a cell is uniform in 0..1; in a column that holds only 0 and 1 it is 1 with the chance (1 + ones) / (2 + known cells). Given the rest,
the excess of the record is a line in the cell, e + w c, so its conditional distribution has a closed form and is drawn exactly:

    failed:     density ~ 1/(1 + exp(-(e + w c))),  integral log(1 + exp(e + w c)) / w
    near miss:  the same with e and w negative

That values are missing must not itself hang on the value (missing at random); where people leave out what looked harmless, it is not so.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fuelbed.numerics.threshold.model import NOISE_SD, Array, Target

__all__ = ["Unknown"]


class Unknown:
    """Which cells are unknown, and how they are drawn. mean (k,): of the known cells, 0.5 where there is none."""

    def __init__(self, values: Array, failed: npt.NDArray[np.bool_], chains: int) -> None:
        self.values, self.failed, self.chains = values, failed, chains
        self.nan = np.isnan(values)
        known = (~self.nan).sum(0)
        filled = np.where(self.nan, 0.0, values)
        self.mean = np.where(known > 0, filled.sum(0) / np.maximum(known, 1), 0.5)
        self.binary = (known > 0) & (np.isin(filled, (0.0, 1.0)) | self.nan).all(0)
        self.share = (1.0 + filled.sum(0)) / (2.0 + known)
        self.columns = np.flatnonzero(self.nan.any(0))

    def first(self, rng: np.random.Generator) -> Array:
        """The centred table; with unknown cells one for each chain, those filled in as they are beforehand."""
        if not len(self.columns):
            return np.asarray(self.values - self.mean)
        drawn = self._beforehand((self.chains, *self.values.shape), rng)
        return np.asarray(np.where(self.nan, drawn, self.values) - self.mean)

    def filler(self, m: int, rng: np.random.Generator) -> Array:
        """(m, k) values of factors as they are beforehand."""
        return self._beforehand((m, self.values.shape[1]), rng)

    def _beforehand(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        u = rng.random(shape)
        return np.where(self.binary, (u < self.share).astype(float), u)

    def redraw(self, target: Target, w: Array, b: Array, rng: np.random.Generator) -> None:
        """Draw the unknown cells given all else, one column after the other (cells of one column are independent of each other)."""
        if not len(self.columns):
            return
        x = target.x = target.x.copy()
        excess = target.excess(w, b)
        for j in self.columns:
            rows = np.flatnonzero(self.nan[:, j])
            weight = w[:, j : j + 1]
            rest = excess[:, rows] - weight * (x[:, rows, j] + self.mean[j])
            sign = np.where(self.failed[rows], 1.0, -1.0)
            u = rng.random(rest.shape)
            at, by = NOISE_SD * sign * rest, NOISE_SD * sign * weight
            drawn = _either(u, at, by, float(self.share[j])) if self.binary[j] else _inside(u, at, by)
            x[:, rows, j] = drawn - self.mean[j]
            excess[:, rows] = rest + weight * drawn


def _either(u: Array, at: Array, by: Array, share: float) -> Array:
    one, none = share * _logistic(at + by), (1.0 - share) * _logistic(at)
    return np.asarray((u * (one + none) < one).astype(float))


def _logistic(x: Array) -> Array:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)) + 1e-300)


def _inside(u: Array, at: Array, by: Array) -> Array:
    """Inverse of the integral of 1/(1 + exp(-(at + by c))) over 0..1 at the share u; where `by` is next to nothing, c = u."""
    low, high = np.logaddexp(0.0, at), np.logaddexp(0.0, at + by)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = low + u * (high - low)  # log(1 + exp(at + by c))
        c = (wanted + np.log(-np.expm1(-wanted)) - at) / by
    return np.asarray(np.where((np.abs(by) > 1e-6) & np.isfinite(c), np.clip(c, 0.0, 1.0), u))
