"""Which near misses were luck, how far over the incidents were, and how many more records would tell better."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fuelbed.numerics.threshold.distance import Spread, margins, spread
from fuelbed.numerics.threshold.learn import Fit, fit
from fuelbed.numerics.threshold.model import Array, chance
from fuelbed.numerics.threshold.sampler import Plan

__all__ = ["Needed", "Recorded", "needed", "recorded", "skill"]

_QUICK = Plan(chains=8, warm=120, keep=100, leaps=8)
_RESAMPLES = 2_000
_STEPS = (1, 3, 9)  # times as many further records as there are


@dataclass(frozen=True, slots=True)
class Recorded:
    """One record. margin: over the draws, below 0 it was over the threshold; risk: P(fail) had just this come once more; blind: the same had nobody
    told us what came of this record (leave-one-out); rank: among the near misses 1 is the luckiest, among the incidents 1 is the furthest over."""

    index: int
    failed: bool
    margin: Spread
    risk: float
    blind: float
    rank: int


def recorded(fitted: Fit, level: float = 0.9) -> list[Recorded]:
    """All records in their order. `blind` by importance: a draw counts by 1 / P(what came of it), cut at sqrt(m) times the mean
    (Ionides 2008, J. Comput. Graph. Stat. 17, 295); near misses are ranked by it, because a record's own outcome speaks for itself."""
    m = fitted.records
    p = chance(m)
    weight = 1.0 / np.maximum(np.where(fitted.failed, p, 1.0 - p), 1e-300)
    weight = np.minimum(weight, math.sqrt(len(m)) * weight.mean(0))
    blind = (weight * p).sum(0) / weight.sum(0)
    middle = np.median(m, axis=0)
    rank = np.zeros(m.shape[1], dtype=int)
    for of, key in ((~fitted.failed, -blind), (fitted.failed, middle)):
        rows = np.flatnonzero(of)
        rank[rows[np.argsort(key[rows], kind="stable")]] = np.arange(1, len(rows) + 1)
    return [
        Recorded(i, bool(fitted.failed[i]), spread(m[:, i], level), float(p[:, i].mean()), float(blind[i]), int(rank[i]))
        for i in range(m.shape[1])
    ]


def skill(fitted: Fit, rng: np.random.Generator, level: float = 0.9) -> tuple[float, float, float]:
    """Whether the factors tell anything: 1 - loss / loss of the base rate, by the logarithmic score of what came of each record, as the others tell it.

    1: they tell it for sure; 0 or less: no better than how often it failed. So it is where factors protect instead of push (weights are not negative).
    The base rate counts the record's own outcome too, in its favour: left out, it would move away from each outcome, and records of pure chance be told
    "better" than that in one history of six. Lowest and highest: by drawing records anew (bootstrap), the model as learned.
    """
    y = fitted.failed
    blind = np.clip([r.blind for r in recorded(fitted)], 1e-12, 1.0 - 1e-12)
    base = (y.sum() + 0.5) / (len(y) + 1)
    loss, plain = (-np.log(np.where(y, p, 1.0 - p)) for p in (blind, base))
    drawn = rng.integers(0, len(y), (_RESAMPLES, len(y)))
    again = 1.0 - loss[drawn].mean(1) / plain[drawn].mean(1)
    low, high = np.quantile(again, [0.5 - level / 2, 0.5 + level / 2])
    value = float(1.0 - loss.mean() / plain.mean())
    return value, min(float(low), value), max(float(high), value)


@dataclass(frozen=True, slots=True)
class Needed:
    """How many more records would narrow the interval to `goal` times its width, as an estimate. more: None where even `furthest` more would not (in
    half of the worlds). tried: (more records, median width over the width now), in the order tried."""

    more: int | None
    furthest: int
    goal: float
    tried: tuple[tuple[int, float], ...]


def needed(fitted: Fit, c: Array, rng: np.random.Generator, *, goal: float = 0.5, worlds: int = 4, level: float = 0.9) -> Needed:
    """Preposterior: in `worlds` draws taken as the truth, further records like those that are there (rows drawn again, outcomes by that truth) are added
    and the model is learned anew, with once, three and nine times as many, until the median width is there. Between two tries on a straight line in
    the logarithms. The width is that of the margin at c (k,)."""
    n, tail = len(fitted.failed), 0.5 * (1.0 - level)
    rows = rng.integers(0, n, (worlds, _STEPS[-1] * n))
    truths = rng.choice(len(fitted.tau), worlds)
    uniform = rng.random(rows.shape)
    now = _width(margins(fitted, c), tail)
    tried: list[tuple[int, float]] = [(0, 1.0)]
    for more in (n * step for step in _STEPS):
        width = []
        for r, u, t in zip(rows[:, :more], uniform, truths, strict=True):
            failed = u[:more] < chance(fitted.records[t, r])
            values, outcome = np.concatenate([fitted.values, fitted.values[r]]), np.concatenate([fitted.failed, failed])
            again = fit(values, outcome, rng, prior=fitted.prior, plan=_QUICK, tries=1)
            width.append(_width(margins(again, c), tail))
        tried.append((more, float(np.median(width)) / now))
        if tried[-1][1] <= goal:
            return Needed(_between(*tried[-2], *tried[-1], goal, n), more, goal, tuple(tried[1:]))
    return Needed(None, tried[-1][0], goal, tuple(tried[1:]))


def _width(draws: Array, tail: float) -> float:
    low, high = np.quantile(draws, [tail, 1.0 - tail])
    return float(high - low)


def _between(a: int, wide: float, b: int, narrow: float, goal: float, n: int) -> int:
    """The number of further records at which the line through (log(n + a), log wide) and (log(n + b), log narrow) meets the goal."""
    share = math.log(wide / goal) / math.log(wide / narrow) if narrow < wide else 1.0
    return math.ceil((n + a) * math.pow((n + b) / (n + a), min(max(share, 0.0), 1.0))) - n
