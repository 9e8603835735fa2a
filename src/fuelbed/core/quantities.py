"""Quantities: the numbers a case *gives* (what Fuelbed computes from them is an `Estimate`)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from fuelbed.core.findings import Span

__all__ = ["Basis", "Dimension", "Quantity", "QuantityKind"]

Basis = Literal[
    "measured", "published", "judged", "assumed", "unstated", "computed"
]  # the last of other engines, never in a case
QuantityKind = Literal["point", "interval", "lognormal", "beta"]
Dimension = Literal["probability", "rate", "duration", "loss", "plain", "flow", "time", "number"]
"""What a quantity measures. The Boolean core counts in years (`rate`, `duration`), dynamics in seconds (`flow`: per second,
`time`: seconds, `number`: anything else, per cent and negative numbers too)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An uncertain number as given, in canonical units: rates per year, durations in years, probabilities 0..1; flows per second, times
    in seconds.

    kind      `point` (low == high), `interval` (low..high, nothing else known), or a distribution:
              `lognormal` with median `a` and error factor `b` (95th percentile = a*b), `beta` with shapes `a` and `b`.
    low, high the ends; for a distribution its 5th and 95th percentiles. `high` may be `inf` for an unknown rate.
    name      the entry of `numbers:` it stands for; two factors that name the same entry share one uncertain number.
    given     False where the case says nothing and the full range is taken.
    """

    kind: QuantityKind
    low: float
    high: float
    dimension: Dimension
    a: float = 0.0
    b: float = 0.0
    unit: str = ""
    basis: Basis = "unstated"
    source: str = ""
    name: str = ""
    given: bool = True
    text: str = ""
    span: Span | None = None
    centre: float | None = None  # the middle, where it is known by itself (a computed number)

    @property
    def is_point(self) -> bool:
        return self.low == self.high

    @property
    def middle(self) -> float:
        """One representative value: geometric middle of positive ends, else arithmetic; the median of a distribution.

        The rate words are centred geometrically (`monthly` is 6..24, middle 12). An unbounded interval has no middle; 1 per
        year (all unknown rates alike) stands in for it, and whoever shows a number computed so must say so.
        """
        if self.centre is not None:
            return min(max(self.centre, self.low), self.high)
        if self.kind == "lognormal":
            return self.a
        if self.kind == "beta":
            return self.a / (self.a + self.b)
        if math.isinf(self.high):
            return max(self.low, 1.0)
        if self.low > 0:
            return math.sqrt(self.low) * math.sqrt(self.high)  # the product itself may leave the range of floats
        return (self.low + self.high) / 2

    @classmethod
    def point(cls, value: float, dimension: Dimension = "probability", **more: object) -> Quantity:
        return replace(cls("point", value, value, dimension), **more)  # type: ignore[arg-type]  # replace() checks the names

    @classmethod
    def interval(cls, low: float, high: float, dimension: Dimension = "probability", **more: object) -> Quantity:
        kind: QuantityKind = "point" if low == high else "interval"
        return replace(cls(kind, low, high, dimension), **more)  # type: ignore[arg-type]  # replace() checks the names

    @classmethod
    def unknown(cls, dimension: Dimension = "probability") -> Quantity:
        """Nothing given: probability 0..1, rate 0..infinity, duration 0 (docs/formats/case.md)."""
        if dimension == "duration":
            return cls("point", 0.0, 0.0, dimension, given=False, basis="assumed")
        high = 1.0 if dimension == "probability" else math.inf
        return cls("interval", 0.0, high, dimension, given=False)
