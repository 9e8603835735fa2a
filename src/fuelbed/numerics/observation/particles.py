"""A bootstrap particle filter: what is hidden, from what is seen, with an interval.

Many copies of the model (particles) run side by side; at every row each is weighted by how well it would have shown what was seen, and where
few of them carry the weight they are drawn anew by it (N. Gordon, D. Salmond, A. Smith, IEE Proc. F 140, 1993; systematic resampling:
G. Kitagawa, J. Comp. Graph. Stat. 5, 1996). Numbers of the model that are not known belong to a particle; when it is drawn again they are
shrunk to the mean and spread again, so that neither their mean nor their spread changes by it (J. Liu and M. West, in "Sequential Monte
Carlo methods in practice", 2001).

A row that no particle comes near is set aside. Several of them in a row, or many in all, say that the model cannot follow: then there is no
number, only the row at which it was lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["COVER", "Filtered", "particle_filter", "refreshed", "systematic", "weighted_quantiles"]

Array = NDArray[np.float64]
COVER = 0.9  # share of the posterior inside low..high
_FEW = 0.5  # of the particles: below this effective number they are drawn anew
_LEAST = 16.0  # effective particles that a row leaves
_PATIENCE = 3  # rows that no particle comes near, one after the other
_LOST_SHARE = 0.1  # of all rows
_KEPT = 0.98  # discount of Liu and West
_SPAN = 0.5 * (3 * _KEPT - 1) / _KEPT


@dataclass(frozen=True, eq=False)
class Filtered:
    """middle, low, high (T, D): median and interval of every hidden number at each row, given what was seen up to it.

    effective  (T,) effective number of particles before they were drawn anew.  evidence: log density of what was seen, per the weights given.
    lost       the row at which the model could no longer follow, None where it could; the rows from there on are nan.
    aside      rows that no particle came near, and that were set aside.
    tempered   rows that would have left a handful of particles, and were given less weight.
    """

    middle: Array
    low: Array
    high: Array
    effective: Array
    evidence: float
    lost: int | None
    aside: tuple[int, ...]
    tempered: tuple[int, ...] = ()


def systematic(weights: Array, rng: np.random.Generator) -> NDArray[np.intp]:
    """(N,): which particle each new one is a copy of. One uniform draw; each particle comes floor or ceil of N w times."""
    n = len(weights)
    places = (rng.random() + np.arange(n)) / n
    total = np.cumsum(weights)
    return np.minimum(np.searchsorted(total / total[-1], places, side="right"), n - 1)


def weighted_quantiles(x: Array, weights: Array, shares: tuple[float, ...]) -> Array:
    """(len(shares), D): quantiles of each column of x (N, D), at the middle of each particle's weight."""
    out = np.empty((len(shares), x.shape[1]))
    for d in range(x.shape[1]):
        order = np.argsort(x[:, d], kind="stable")
        w = weights[order]
        at = np.cumsum(w) - 0.5 * w
        out[:, d] = np.interp(shares, at / w.sum(), x[order, d])
    return out


def refreshed(theta: Array, weights: Array, picked: NDArray[np.intp], rng: np.random.Generator) -> Array:
    """(N, K): the unknown numbers of the particles drawn, as normal scores; shrunk to their mean and spread by as much as that took away."""
    if not theta.shape[1]:
        return theta[picked]
    mean = weights @ theta
    spread = np.sqrt(np.maximum(weights @ (theta - mean) ** 2, 0.0))
    noise = rng.standard_normal(theta.shape) * spread * np.sqrt(1 - _SPAN**2)
    return np.asarray(_SPAN * theta[picked] + (1 - _SPAN) * mean + noise)


def particle_filter(
    x: Array,
    theta: Array,
    move: Callable[[Array, Array, int], tuple[Array, Array]],
    fit: Callable[[Array, Array, int], Array],
    rows: int,
    far: float,
    rng: np.random.Generator,
    shown: Callable[[Array, Array, int], Array] | None = None,
    cover: float = COVER,
) -> Filtered:
    """Filter `rows` rows. One loop, whose steps share the particles, their weights and what is kept of every row.

    x (N, S): states before the first row.  theta (N, K): unknown numbers, as normal scores (any number of columns, 0 too).
    move(x, theta, t)   states and numbers at row t from those at row t - 1 (at row 0: from the start).
    fit(x, theta, t)    (N,) log density of what row t shows, over the greatest density that a perfect fit would have; 0 where it shows nothing.
    far                 a row whose best particle fits worse than this (a negative number) is set aside.
    shown(x, theta, t)  (N, D) the hidden numbers that are reported; the states where not given.
    """
    n = len(x)
    weights, evidence = np.full(n, 1.0 / n), 0.0
    tails = ((1 - cover) / 2, 0.5, (1 + cover) / 2)
    bands: list[Array] = []
    effective, lost = np.full(rows, np.nan), None
    aside: list[int] = []
    tempered: list[int] = []
    for t in range(rows):
        x, theta = move(x, theta, t)
        log = np.nan_to_num(fit(x, theta, t), nan=-np.inf)
        best = float(log.max(initial=-np.inf))
        if best < far:
            aside.append(t)
            if _is_lost(aside, t, rows):
                lost = t
                break
            log, best = np.zeros(n), 0.0
        weighed = weights * np.exp(log - best)
        total = float(weighed.sum())
        evidence += np.log(total) + best if total > 0 else -np.inf
        weights, weak = _tempered(weights, log - best)
        if weak:
            tempered.append(t)
        bands.append(weighted_quantiles(shown(x, theta, t) if shown else x, weights, tails))
        effective[t] = 1.0 / float((weights**2).sum())
        if effective[t] < _FEW * n:
            picked = systematic(weights, rng)
            theta = refreshed(theta, weights, picked, rng)
            x, weights = x[picked], np.full(n, 1.0 / n)
    width = bands[0].shape[1] if bands else (shown(x, theta, 0) if shown else x).shape[1]
    out = np.full((3, rows, width), np.nan)
    if bands:
        out[:, : len(bands)] = np.stack(bands, axis=1)
    return Filtered(out[1], out[0], out[2], effective, float(evidence), lost, tuple(aside), tuple(tempered))


def _tempered(weights: Array, log: Array) -> tuple[Array, bool]:
    """New weights; where fewer than `_LEAST` effective particles would be left the row counts by a power below 1, as much as leaves so many.

    A handful of particles has no interval; such a row is read as noisier than it was said to be.
    """
    new = _by_power(weights, log, 1.0)
    least = min(_LEAST, 0.5 / float((weights**2).sum()))
    if 1.0 / float((new**2).sum()) >= least:
        return new, False
    low, high = 0.0, 1.0  # enough are left at `low`, too few at `high`
    for _ in range(20):
        middle = (low + high) / 2
        new = _by_power(weights, log, middle)
        low, high = (middle, high) if 1.0 / float((new**2).sum()) >= least else (low, middle)
    return _by_power(weights, log, low), True


def _by_power(weights: Array, log: Array, power: float) -> Array:
    new = weights * np.exp(power * log) if power > 0 else weights
    return np.asarray(new / new.sum())


def _is_lost(aside: list[int], t: int, rows: int) -> bool:
    near = [a for a in aside if a > t - _PATIENCE]
    return len(near) >= min(_PATIENCE, rows) or len(aside) > max(_LOST_SHARE * rows, _PATIENCE)
