"""Words of the action table's sentences: lists of names, falls and rises in per cent, counts."""

from __future__ import annotations

import math

from fuelbed.core.shown import per_cent
from fuelbed.numerics.process.bounds import Bound

__all__ = ["change", "fall", "proven", "rise", "spell"]


def _span(low: float, high: float) -> str:
    a, b = per_cent(low), per_cent(high)
    return f"{b} %" if a == b else f"{a} % to {b} %"


def fall(ratio: Bound) -> str:
    """`7.1 % to 80 %`: how far a quantity that surely does not rise comes down."""
    return _span(max(0.0, 1 - ratio.high), 1 - ratio.low)


def rise(ratio: Bound) -> str:
    """`4 % to 9 %`: how far a quantity that surely does not fall goes up."""
    if math.isinf(ratio.high):
        return f"at least {per_cent(max(0.0, ratio.low - 1))} %"
    return _span(max(0.0, ratio.low - 1), ratio.high - 1)


def change(x: float) -> str:
    """`−8 %`, `+4.2 %`, `no change`."""
    text = per_cent(x, signed=True)
    return "no change" if text == "0" else f"{text} %"


def proven(*parts: Bound) -> bool:
    """Whether intervals hold for the whole range of the numbers, not only as far as corners were sampled."""
    return not any("at least this wide" in b.method for b in parts)


def spell(n: float, word: str) -> str:
    """`1 year`, `3 years`."""
    whole = max(1, round(n))
    return f"{whole} {word}{'s' if whole != 1 else ''}"
