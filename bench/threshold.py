"""How well the intervals of the threshold model are calibrated: `./dev bench threshold [--histories 300] [--processes 2] [REGIME ...]`.

A history: records with half of the factors uniform in 0..1 and half of them yes or no (even chances); a truth as the regime says; outcomes by the
truth with logistic noise. Learned by `fit` as the product does. *Covers* is whether the central 90 % interval of the margin holds the true margin, at ONE further
record for each history (so histories are independent and the 90 % Wilson interval beside it is right); *at records* is the same averaged over the
records of the history, which is less noisy and not independent. *Printed* is the share of histories in which "prior-dominated" is printed; *covers without* leaves those out, and has to lie in 0.84 .. 0.96 where they are `FEW` or more.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from fuelbed.numerics.threshold import NOISE_SD, Prior, chance, draw_prior, fit, margins, spread
from fuelbed.numerics.threshold.model import Array
from fuelbed.numerics.wilson import Z90, wilson

LIMITS = (0.84, 0.96)
FEW = 30  # histories, of which a coverage is not judged


def records(rng: np.random.Generator, n: int, k: int) -> Array:
    c = rng.random((n, k))
    c[:, k // 2 :] = c[:, k // 2 :] < 0.5
    return c


Truth = Callable[[np.random.Generator, Array], tuple[Array, float]]


def scaled(times: float) -> Truth:
    """Half-normal weights, `times` the prior's typical scale; the threshold within a standard deviation or so of the records."""

    def truth(rng: np.random.Generator, mean: Array) -> tuple[Array, float]:
        w = times * Prior().typical * np.abs(rng.standard_normal(len(mean)))
        return w, float(w @ mean - 0.5 * np.linalg.norm(w) * rng.standard_normal())

    return truth


def equal(times: float) -> Truth:
    """All weights the same and fixed, `times` the prior's typical scale."""

    def truth(rng: np.random.Generator, mean: Array) -> tuple[Array, float]:
        w = np.full(len(mean), times * Prior().typical)
        return w, float(w @ mean + 0.1 * np.linalg.norm(w))

    return truth


def sparse(times: float) -> Truth:
    """Two weights of 1.5 `times` the typical scale, all others exactly 0."""

    def truth(rng: np.random.Generator, mean: Array) -> tuple[Array, float]:
        w = np.zeros(len(mean))
        w[rng.choice(len(mean), 2, replace=False)] = 1.5 * times * Prior().typical
        return w, float(w @ mean + 0.1 * np.linalg.norm(w))

    return truth


def from_prior(rng: np.random.Generator, mean: Array) -> tuple[Array, float]:
    w, tau = draw_prior(Prior(), mean, 1, rng)
    return w[0], float(tau[0])


def log_normal(rng: np.random.Generator, mean: Array) -> tuple[Array, float]:
    """What the first model of this project took for its prior, in units of the logistic noise: log w ~ N(0, 1), tau ~ N(2, 3)."""
    return np.exp(rng.standard_normal(len(mean))) / NOISE_SD, (2.0 + 3.0 * float(rng.standard_normal())) / NOISE_SD


def four_log_normal(rng: np.random.Generator, mean: Array) -> tuple[Array, float]:
    """Four times the median of those weights, fixed; there its intervals covered 0.33."""
    w = np.full(len(mean), 4.0 / NOISE_SD)
    return w, float(w @ mean + 0.1 * np.linalg.norm(w))


class Regime(NamedTuple):
    truth: Truth
    n: int = 40
    k: int = 8


REGIMES = {
    "drawn from the prior": Regime(from_prior),
    "at the prior's scale": Regime(scaled(1)),
    "four times its scale": Regime(scaled(4)),
    "four times, fixed and equal": Regime(equal(4)),
    "sparse": Regime(sparse(1)),
    "sparse, four times": Regime(sparse(4)),
    "a tenth of its scale": Regime(scaled(0.1)),
    "ten times its scale": Regime(scaled(10)),
    "10 records, from the prior": Regime(from_prior, 10),
    "10 records, its scale": Regime(scaled(1), 10),
    "10 records, four times": Regime(scaled(4), 10),
    "10 records, ten times": Regime(scaled(10), 10),
    "20 records, 3 factors, four times": Regime(scaled(4), 20, 3),
    "120 records, four times": Regime(scaled(4), 120),
    "the first model's prior": Regime(log_normal),
    "four times the first model's prior": Regime(four_log_normal),
}


class Seen(NamedTuple):
    """Of one history."""

    covers: bool
    at_records: float
    low: bool
    width: float
    printed: bool
    rhat: float
    ess: float
    seconds: float


def history(name: str, seed: int) -> Seen:
    """Everything that is drawn comes from (regime, seed)."""
    truth, n, k = REGIMES[name]
    rng = np.random.default_rng([seed, list(REGIMES).index(name)])
    c = records(rng, n, k)
    w, tau = truth(rng, c.mean(0))
    failed = rng.random(n) < chance(tau - c @ w)
    new = records(rng, 1, k)[0]
    start = time.process_time()
    f = fit(c, failed, rng)
    seconds = time.process_time() - start
    s, true = spread(margins(f, new)), tau - float(w @ new)
    low, high = np.quantile(f.records, [0.05, 0.95], axis=0)
    inside = ((low <= tau - c @ w) & (tau - c @ w <= high)).mean()
    return Seen(s.low <= true <= s.high, float(inside), true < s.low, s.high - s.low, f.prior_dominated, f.rhat, f.ess, seconds)


def _covers(seen: list[Seen]) -> str:
    if not seen:
        return "-"
    hits = sum(s.covers for s in seen)
    low, high = wilson(hits, len(seen), Z90)
    return f"{hits / len(seen):.3f} ({low:.2f}..{high:.2f}) of {len(seen)}"


def row(name: str, seen: list[Seen]) -> str:
    quiet = [s for s in seen if not s.printed]
    share = sum(s.covers for s in quiet) / len(quiet) if quiet else math.nan
    verdict = "" if len(quiet) < FEW else "within" if LIMITS[0] <= share <= LIMITS[1] else "OUTSIDE"
    missed = [s.low for s in seen if not s.covers]
    cells = (
        f"{name} | {_covers(seen)} | {np.mean([s.at_records for s in seen]):.3f} | {sum(missed)} + {len(missed) - sum(missed)}",
        f"{np.median([s.width for s in seen]):.1f} | {np.mean([s.printed for s in seen]):.2f} | {_covers(quiet)} {verdict}",
        f"{np.quantile([s.rhat for s in seen], 0.95):.3f} | {np.quantile([s.ess for s in seen], 0.05):.0f} | {np.median([s.seconds for s in seen]):.2f}",
    )
    return f"| {' | '.join(cells)} |"


def main(words: list[str]) -> int:
    """1 where the coverage without what is printed as prior-dominated lies outside of the limits in a regime."""
    options = argparse.ArgumentParser(
        prog="./dev bench threshold", description="coverage of the margin's interval in simulated histories"
    )
    options.add_argument("--histories", type=int, default=300)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("regimes", nargs="*", help=f"of: {'; '.join(REGIMES)}")
    asked = options.parse_args(words)
    heads = "truth | covers (Wilson 90 %) | at records | misses below + above | width | printed | covers without | R-hat, 95 % | effective, 5 % | s"
    print(f"| {heads} |\n|{'---|' * 10}", flush=True)
    fine = True
    with ProcessPoolExecutor(asked.processes) as pool:
        for name in asked.regimes or REGIMES:
            seen = list(pool.map(history, [name] * asked.histories, range(asked.histories), chunksize=4))
            line = row(name, seen)
            fine &= "OUTSIDE" not in line
            print(line, flush=True)
    return 0 if fine else 1
