"""Numbers inside the sentences that compare two answers."""

from __future__ import annotations

import math

from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import number, per_cent, probability

__all__ = ["amount", "fallen", "share", "times"]


def _told(e: Estimate, one: str, low: str, high: str, unit: str, again: str = "") -> str:
    """Value and interval; `unit` after the value, `again` after the interval beside it."""
    if low == high:
        return f"{low}{unit}"
    span = f"{low} to {high}" if math.isfinite(e.high) else f"{low} or more"
    return f"{span}{unit}" if e.value is None or not math.isfinite(e.value) else f"{one}{unit} ({span}{again})"


def share(e: Estimate) -> str:
    """`75 % (50 to 98 %)`."""
    return _told(e, "" if e.value is None else per_cent(e.value), per_cent(e.low), per_cent(e.high), " %", " %")


def fallen(e: Estimate) -> str:
    """How far a change goes down, in the same words: `75 % (50 to 98 %)`."""
    value = None if e.value is None else -e.value
    return share(Estimate(value, -e.high, -e.low, "share"))


def amount(e: Estimate) -> str:
    """Any estimate by its kind: shares and changes in per cent, chances and amounts as numbers with their unit."""
    if e.kind in ("share", "change"):
        return share(e)
    one = probability if e.kind == "probability" else number
    return _told(e, "" if e.value is None else one(e.value), one(e.low), one(e.high), f" {e.unit}" if e.unit else "")


def times(e: Estimate) -> str:
    """`1.8 times (1.2 to 3.1)`."""
    if e.low == e.high or e.value is None:
        return f"{number(e.low)} times" if e.low == e.high else f"{number(e.low)} to {number(e.high)} times"
    return f"{number(e.value)} times ({number(e.low)} to {number(e.high)})"
