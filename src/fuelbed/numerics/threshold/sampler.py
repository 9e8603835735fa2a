"""Hamiltonian Monte Carlo with many chains side by side, in NumPy: one step size for all of them, learned while they warm up.

Duane, Kennedy, Pendleton, Roweth 1987, Phys. Lett. B 195, 216; step size by dual averaging, and the pooled variances of the chains as the mass
(Hoffman, Gelman 2014, JMLR 15, 1593, section 3.2). The length of a trajectory is drawn anew at every step: a fixed one can come back to where it began.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fuelbed.numerics.threshold.model import Array

__all__ = ["Plan", "Sampled", "sample"]

_WANTED = 0.8  # share of proposals that are taken, at which the step size aims


@dataclass(frozen=True, slots=True)
class Plan:
    """chains x keep draws are kept after `warm` steps; a trajectory has 1 to 2 x `leaps` - 1 leaps."""

    chains: int = 16
    warm: int = 300
    keep: int = 400
    leaps: int = 10


@dataclass(frozen=True, eq=False)
class Sampled:
    """draws (keep, chains, d); taken: mean share of proposals taken after the warm-up."""

    draws: Array
    taken: float
    step: float


def sample(
    target: Callable[[Array], tuple[Array, Array]],
    start: Array,
    rng: np.random.Generator,
    plan: Plan,
    between: Callable[[Array], Array] | None = None,
) -> Sampled:
    """Draws from exp(target). start (chains, d). `between` is called after every step: it may move the chains in a way of its own, and redraw
    what the target holds fixed (Gibbs)."""
    q, d = start.copy(), start.shape[1]
    value, slope = target(q)
    root, pace, kept = np.eye(d), _Pace(0.1), np.empty((plan.keep, *q.shape))
    taken, seen = 0.0, []
    learn = {plan.warm // 4, plan.warm // 2, 3 * plan.warm // 4}
    for i in range(plan.warm + plan.keep):
        warming = i < plan.warm
        eps = pace.now if warming else pace.mean
        q, value, slope, rate = _leapfrog(
            target, q, value, slope, root, eps * rng.uniform(0.8, 1.2), int(rng.integers(1, 2 * plan.leaps)), rng
        )
        if between is not None:
            q = between(q)
            value, slope = target(q)
        if not warming:
            kept[i - plan.warm] = q
            taken += rate / plan.keep
            continue
        pace.learn(rate)
        seen.append(q)
        if i + 1 in learn:
            root = _root(np.concatenate(seen[len(seen) // 2 :]))
            seen, pace = [], _Pace(pace.mean)
    return Sampled(kept, taken, pace.mean)


def _leapfrog(
    target: Callable[[Array], tuple[Array, Array]],
    q: Array,
    value: Array,
    slope: Array,
    root: Array,
    eps: float,
    leaps: int,
    rng: np.random.Generator,
) -> tuple[Array, Array, Array, float]:
    """One proposal for every chain, and which are taken; positions are measured along `root`, so the mass is 1."""
    p = rng.standard_normal(q.shape)
    energy = value - 0.5 * (p * p).sum(1)
    x, g = q, slope
    p = p + 0.5 * eps * (g @ root)
    with np.errstate(invalid="ignore", over="ignore"):  # a step that is far too long, early on, ends anywhere, and is not taken
        for i in range(leaps):
            x = x + eps * (p @ root.T)
            new, g = target(x)
            p = p + (eps if i < leaps - 1 else 0.5 * eps) * (g @ root)
        gain = new - 0.5 * (p * p).sum(1) - energy
    chance = np.where(np.isfinite(gain), np.exp(np.minimum(gain, 0.0)), 0.0)
    take = rng.random(len(q)) < chance
    return np.where(take[:, None], x, q), np.where(take, new, value), np.where(take[:, None], g, slope), float(chance.mean())


def _root(seen: Array) -> Array:
    """Lower triangular root of the covariance of draws (m, d), drawn a little towards its diagonal."""
    covariance = np.atleast_2d(np.cov(seen, rowvar=False))
    return np.asarray(np.linalg.cholesky(0.95 * covariance + np.diag(0.05 * np.diag(covariance) + 1e-4)))


class _Pace:
    """Dual averaging of the logarithm of the step size (Hoffman, Gelman 2014, algorithm 5; their constants)."""

    def __init__(self, first: float) -> None:
        self.centre, self.bar, self.average, self.t = math.log(4.0 * first), 0.0, math.log(first), 0
        self.now = self.mean = first

    def learn(self, rate: float) -> None:
        self.t += 1
        self.bar += (_WANTED - rate - self.bar) / (self.t + 10)
        log = self.centre - math.sqrt(self.t) / 0.05 * self.bar
        self.average += self.t**-0.75 * (log - self.average)
        self.now, self.mean = math.exp(min(log, 1.0)), math.exp(min(self.average, 1.0))
