"""A counter (it only grows, and starts again from 0) as what came in a second, between each reading and the one before."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Counter"]


@dataclass(slots=True)
class Counter:
    """Fed in pieces. At the second of two readings stands (v - v0) / (t - t0), and v / (t - t0) where v < v0: it was reset between them.

    The first reading gives nan, and so does one that is not there; the next one reaches back over it. What was counted between the last
    reading before a reset and the reset is lost, so the rate there is a lower bound (as Prometheus' `rate` has it).
    """

    time: float = math.nan
    value: float = math.nan
    resets: int = 0

    def rates(self, times: Iterable[float], values: Iterable[float]) -> array[float]:
        out = array("d")
        t0, v0 = self.time, self.value
        for t, v in zip(times, values, strict=True):
            if v != v:
                out.append(math.nan)
                continue
            grown = v - v0
            if grown < 0:
                self.resets += 1
                grown = v
            out.append(grown / (t - t0))
            t0, v0 = t, v
        self.time, self.value = t0, v0
        return out
