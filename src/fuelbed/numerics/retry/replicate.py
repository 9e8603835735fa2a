"""How likely a push leaves the service down: single-request simulations, repeated until the answer is clear.

Seeds 0, 1, 2, ... Each run gives yes or no (the meaning of `stays_down`); when they end is said in `numerics/replicate.py`.
"""

from __future__ import annotations

from itertools import count

from fuelbed.numerics.replicate import Chance, until_clear
from fuelbed.numerics.retry.events import simulate
from fuelbed.numerics.retry.fluid import settle_time
from fuelbed.numerics.retry.model import Push, Retry

__all__ = ["Chance", "chance_down"]


def chance_down(settings: Retry, push: Push, size: float = 1.0, lasts: float = 10.0, settle: float | None = None, least: int = 6,
                most: int = 200, first_seed: int = 0, fast: bool | None = None) -> Chance:  # fmt: skip
    """The chance that the service is down `settle` seconds after the push (default: `settle_time`), by as many runs as it takes."""
    wait = float(settle_time(settings)) if settle is None else settle
    answers = (_down(settings, push, size, lasts, wait, seed, fast) for seed in count(first_seed))
    return until_clear(answers, least, most)


def _down(r: Retry, push: Push, size: float, lasts: float, wait: float, seed: int, fast: bool | None) -> bool:
    end = lasts + wait
    return simulate(r, push, size, lasts, end, seed, bin_length=wait / 64, fast=fast).down(wait / 4)
