"""Estimates: the numbers Fuelbed *computes*. Every number shown is one: value, interval, how it was got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Estimate", "EstimateKind", "How"]

EstimateKind = Literal["probability", "rate", "loss", "share", "change", "count", "duration", "plain"]
How = Literal["measured", "published", "judged", "assumed", "computed"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with an interval and how it was got.

    value   at the middle of every given number; None where the case gives nothing to compute it from.
    low, high  the interval; `high` may be `inf`.
    unit    "per year", "minutes per year", "" ...
    kind    `share` is 0..1 shown in per cent; `change` is after/before - 1 shown in signed per cent.
    how     one word of the basis; `method` the sentence ("exact at the ends: monotone in every number", "all corners",
            "outer enclosure", "90 % of 2000 samples", "simulated, 4000 paths").
    """

    value: float | None
    low: float
    high: float
    kind: EstimateKind = "plain"
    unit: str = ""
    how: How = "computed"
    method: str = ""

    @property
    def is_point(self) -> bool:
        return self.low == self.high

    @property
    def is_unknown(self) -> bool:
        """Nothing is known: the interval is all that the kind allows."""
        if self.kind == "probability":
            return self.low <= 0.0 and self.high >= 1.0
        return self.low <= 0.0 and self.high == float("inf")
