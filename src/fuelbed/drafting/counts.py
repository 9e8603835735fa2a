"""Numbers that a text writes as words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["COUNTS"]

COUNTS: Final[Mapping[str, float]] = {
    **{w: float(n) for n, w in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1)},
    "twelve": 12.0,
}
