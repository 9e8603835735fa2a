"""Repetition until the answer is clear: how often runs with seeds of their own say yes.

After every run the Wilson interval at 99 % is looked at, and the runs end where it leaves out 1/2, or at a cap. (99 % for the decision,
because it is taken many times; the interval reported is Wilson's at 95 %.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from fuelbed.numerics.wilson import Z99, wilson

__all__ = ["Chance", "until_clear"]


@dataclass(frozen=True)
class Chance:
    """`down` of `runs` stayed down; low..high is Wilson's 95 % interval; `clear` where the decision left 1/2 out before the cap."""

    down: int
    runs: int
    low: float
    high: float
    clear: bool

    @property
    def share(self) -> float:
        return self.down / self.runs


def until_clear(answers: Iterable[bool], least: int, most: int) -> Chance:
    """Answers, one run each, are asked for until they are clear (at least `least` of them), at most `most`, or until there are no more."""
    hits = n = 0
    for hit in islice(answers, most):
        n, hits = n + 1, hits + bool(hit)
        low, high = wilson(hits, n, Z99)
        if n >= least and (low > 0.5 or high < 0.5):
            return Chance(hits, n, *wilson(hits, n), True)
    return Chance(hits, n, *wilson(hits, n), False)
