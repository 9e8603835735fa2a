"""The threshold model with noise: its prior, its log density and the gradient of that, for many chains at once.

A record fails iff sum_i w_i c_i + noise >= tau. The noise is logistic, and everything outside of this file is in units of its standard
deviation (pi/sqrt 3 of the logistic's own unit), because w and tau mean nothing apart from it: with all three doubled, the same records fail.

    P(fail | c) = 1 / (1 + exp(-(pi/sqrt 3) (sum_i w_i c_i - tau)))
    w_i = s u_i                      log s ~ N(log typical, spread^2)
    p(log u_i) ~ u^near / (1 + u^2)^((near + far)/2),   that is u_i^2 ~ beta prime(near/2, far/2)
    tau = sum_i w_i m_i - |w| z      z ~ N(0, place^2); m_i the mean of factor i over the records, |w| the Euclidean length

`s` is how sharp the threshold is against the noise. It is not known beforehand, so it has a prior of its own (a fixed scale decided the answer:
coverage 0.33 of nominal 0.90 where the truth lay at four times it). The weights differ: many may be next to nothing and a few large, so u has mass at 0
and a long tail (near = far = 1 would be the half-Cauchy). z is counted from the mean record and in units of |w|, so that beforehand failed and near miss
are equally likely there, however many factors there are and however sharp the threshold is. All priors are proper, so records of one outcome only, and
records that a plane separates, have proper posteriors.

What the sampler moves, d = k + 2 numbers without bounds: a_i = log u_i, v = (log s - log typical) / spread, z / place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOISE_SD", "Array", "Prior", "Target", "chance", "draw_prior"]

Array = NDArray[np.float64]
NOISE_SD = math.pi / math.sqrt(3.0)
_FAR = 30.0  # e^30 is beyond all that a posterior holds, and its square is far from overflow: wild proposals are rejected, not warned about


@dataclass(frozen=True, slots=True)
class Prior:
    """typical: the median of s, in standard deviations of the noise; spread: the standard deviation of log s; near, far: powers of the
    weights' density at 0 (near - 1) and far out (-far - 1); place: the standard deviation of z."""

    typical: float = 2.0
    spread: float = 1.25
    near: float = 0.5
    far: float = 2.0
    place: float = 0.5


def chance(margin: Array) -> Array:
    """P(fail) at a margin in standard deviations of the noise, without overflow."""
    return np.asarray(0.5 * (1.0 - np.tanh(0.5 * NOISE_SD * margin)), dtype=float)


def draw_prior(prior: Prior, mean: Array, m: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """m draws of (weights (m, k), tau (m,)) before any record, for factors whose mean over the records is `mean`."""
    s = prior.typical * np.exp(prior.spread * rng.standard_normal(m))
    shape = (m, len(mean))
    u = np.sqrt(rng.gamma(0.5 * prior.near, size=shape) / np.maximum(rng.gamma(0.5 * prior.far, size=shape), 1e-300))
    w = s[:, None] * np.minimum(u, math.exp(_FAR))
    return w, w @ mean - np.linalg.norm(w, axis=1) * prior.place * rng.standard_normal(m)


@dataclass(slots=True)
class Target:
    """The log posterior of one table of records.

    x     (n, k) the factors less `mean`; where cells are unknown, (chains, n, k): each chain has its own idea of them.
    y     (n,) 1 where it failed.
    """

    x: Array
    y: Array
    mean: Array
    prior: Prior

    def unpack(self, theta: Array) -> tuple[Array, Array]:
        """(weights (chains, k), excess at the mean record (chains,)), both in units of the noise's standard deviation."""
        k, prior = theta.shape[1] - 2, self.prior
        log_s = math.log(prior.typical) + prior.spread * theta[:, k]
        w = np.exp(np.minimum(theta[:, :k] + log_s[:, None], 2.0 * _FAR))
        return w, prior.place * theta[:, k + 1] * _length(w)

    def excess(self, w: Array, b: Array) -> Array:
        """sum w c - tau of each record, (chains, n)."""
        if self.x.ndim == 2:
            return np.asarray(w @ self.x.T + b[:, None])
        return np.asarray(np.einsum("cnk,ck->cn", self.x, w) + b[:, None])

    def rescale(self, theta: Array, rng: np.random.Generator) -> Array:
        """Metropolis steps along the scale s alone, in which leaps are slow: where a line separates the records, all that is sharp fits them.

        First with u and z held, so that all weights grow together: proposals that leave the prior of s as it is, taken by the likelihood. Then with
        w, tau and so z held, which the likelihood does not see: s and all log u go opposite ways, taken by the prior (the Jacobian is 1).
        """
        k, out = theta.shape[1] - 2, theta.copy()
        w, b = self.unpack(out)
        e = self.excess(w, b)
        like = self._likelihood(e)
        for keep in (0.0, 0.5, 0.9):
            v = keep * out[:, k] + math.sqrt(1.0 - keep * keep) * rng.standard_normal(len(out))
            more = np.exp(np.clip(self.prior.spread * (v - out[:, k]), -_FAR, _FAR))
            new = self._likelihood(e * more[:, None])
            take = np.log(rng.random(len(out))) < new - like
            out[take, k], like, e = v[take], np.where(take, new, like), np.where(take[:, None], e * more[:, None], e)
        v = out[:, k] + rng.standard_normal(len(out)) * 0.3
        shift = self.prior.spread * (v - out[:, k])
        other = np.column_stack([out[:, :k] - shift[:, None], v, out[:, k + 1]])
        take = np.log(rng.random(len(out))) < _log_prior(self.prior, other) - _log_prior(self.prior, out)
        out[take] = other[take]
        return out

    def _likelihood(self, excess: Array) -> Array:
        e = excess * (NOISE_SD * (2.0 * self.y - 1.0))
        return np.asarray((np.minimum(e, 0.0) - np.log1p(np.exp(-np.abs(e)))).sum(1))

    def __call__(self, theta: Array) -> tuple[Array, Array]:
        """Log density up to a constant (chains,), and its gradient (chains, k + 2)."""
        k, prior = theta.shape[1] - 2, self.prior
        w, b = self.unpack(theta)
        toward = NOISE_SD * (2.0 * self.y - 1.0)  # e > 0: what came of the record is the likelier outcome
        e = self.excess(w, b) * toward
        q = np.exp(-np.minimum(np.abs(e), 500.0))  # beyond, numbers without all their digits would only be slow
        like = (np.minimum(e, 0.0) - np.log1p(q)).sum(1)
        g = np.where(e > 0, q, 1.0) / (1.0 + q) * toward
        by_w = w * (g @ self.x if self.x.ndim == 2 else np.einsum("cn,cnk->ck", g, self.x))
        by_b, length = g.sum(1), _length(w)
        gradient = np.empty_like(theta)
        gradient[:, :k] = by_w + w * w * (b * by_b / (length * length))[:, None] + _slope(prior, theta[:, :k])
        gradient[:, k] = prior.spread * (by_w.sum(1) + b * by_b) - theta[:, k]
        gradient[:, k + 1] = prior.place * length * by_b - theta[:, k + 1]
        return like + _log_prior(prior, theta), gradient


def _length(w: Array) -> Array:
    return np.asarray(np.sqrt(np.einsum("ck,ck->c", w, w)) + 1e-150)


def _log_prior(prior: Prior, theta: Array) -> Array:
    k = theta.shape[1] - 2
    a = theta[:, :k]
    bend = 0.5 * (prior.near + prior.far)
    return np.asarray((prior.near * a - bend * np.logaddexp(0.0, 2.0 * a)).sum(1) - 0.5 * (theta[:, k:] ** 2).sum(1))


def _slope(prior: Prior, a: Array) -> Array:
    """Of the log density of a = log u; it is bounded."""
    return np.asarray(prior.near - 0.5 * (prior.near + prior.far) * (1.0 + np.tanh(a)))
