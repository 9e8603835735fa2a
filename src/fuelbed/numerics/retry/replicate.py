"""How likely a push leaves the service down: single-request simulations, repeated until the answer is clear.

Seeds 0, 1, 2, ... Each run gives yes or no (the meaning of `stays_down`); when they end is said in `numerics/replicate.py`. Settings compared with the same seeds share arrivals and demands, so their difference is known better than either.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import count

from fuelbed.numerics.replicate import Chance, until_clear
from fuelbed.numerics.retry.events import simulate
from fuelbed.numerics.retry.fluid import settle_time
from fuelbed.numerics.retry.model import Push, Retry

__all__ = ["Chance", "Paired", "chance_down", "compare_down"]

_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Paired:
    """The same seeds before and after a change. difference = share after - share before, with a 95 % interval (Agresti, Min 2005)."""

    before: int
    after: int
    only_before: int
    only_after: int
    runs: int
    low: float
    high: float

    @property
    def difference(self) -> float:
        return (self.after - self.before) / self.runs


def chance_down(settings: Retry, push: Push, size: float = 1.0, lasts: float = 10.0, settle: float | None = None, least: int = 6,
                most: int = 200, first_seed: int = 0, fast: bool | None = None) -> Chance:  # fmt: skip
    """The chance that the service is down `settle` seconds after the push (default: `settle_time`), by as many runs as it takes."""
    wait = float(settle_time(settings)) if settle is None else settle
    answers = (_down(settings, push, size, lasts, wait, seed, fast) for seed in count(first_seed))
    return until_clear(answers, least, most)


def compare_down(before: Retry, after: Retry, push: Push, size: float = 1.0, lasts: float = 10.0, settle: float | None = None,
                 runs: int = 100, fast: bool | None = None) -> Paired:  # fmt: skip
    """How a change moves that chance, over the same seeds (common random numbers) and the same settling time."""
    wait = max(float(settle_time(before)), float(settle_time(after))) if settle is None else settle
    pairs = [tuple(_down(x, push, size, lasts, wait, seed, fast) for x in (before, after)) for seed in range(runs)]
    b, a = (sum(p[i] for p in pairs) for i in (0, 1))
    only_b, only_a = sum(p == (True, False) for p in pairs), sum(p == (False, True) for p in pairs)
    # half a count on each kind of disagreement and of agreement keeps the interval honest where one of them was never seen
    n, x, y = runs + 2.0, only_a + 0.5, only_b + 0.5
    d, half = (x - y) / n, _Z95 * math.sqrt(max(x + y - (x - y) ** 2 / n, 0.0)) / n
    return Paired(b, a, only_b, only_a, runs, max(d - half, -1.0), min(d + half, 1.0))


def _down(r: Retry, push: Push, size: float, lasts: float, wait: float, seed: int, fast: bool | None) -> bool:
    end = lasts + wait
    return simulate(r, push, size, lasts, end, seed, bin_length=wait / 64, fast=fast).down(wait / 4)
