"""A ratio with its interval."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Ratio"]


@dataclass(frozen=True, slots=True)
class Ratio:
    """`value`, and the ends of its interval; at which level stands where it is made."""

    value: float
    low: float
    high: float
