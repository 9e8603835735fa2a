"""How numbers are written, the same in every format: `0.31 (0.12..0.55)`, `4.1 (0.5..12) a year`, `−93 % (−98..−71 %)`."""

from __future__ import annotations

import math
import re

from fuelbed.core.estimates import Estimate, EstimateKind
from fuelbed.core.shown import number, per_cent, probability

__all__ = ["NOT_KNOWN", "basis", "change", "digits", "estimate", "estimate_parts", "interval", "number", "quantity"]

NOT_KNOWN = "not known"
_NO_BOUND = "no upper bound"
_ONE = re.compile(r" (year|month|week|day|hour|minute|second|failure)s\b")
_YEARS = (("years", 1.0), ("days", 1 / 365.25), ("h", 1 / 8766), ("min", 1 / 525960), ("s", 1 / 31557600))


def digits(x: float, kind: EstimateKind) -> str:
    """One number as its kind is written, without sign of unit or per cent."""
    if kind == "probability":
        return probability(x)
    if kind in ("share", "change"):
        return per_cent(x, signed=kind == "change")
    if kind == "count" and float(x).is_integer():
        return f"{x:.0f}".replace("-", "−")
    return number(x)


def _suffix(e: Estimate) -> str:
    if e.kind in ("share", "change"):
        return " %"
    unit = e.unit.replace("per year", "a year").strip()
    if not unit and e.kind == "rate":
        unit = "a year"
    return f" {unit}" if unit else ""


def _scaled(e: Estimate) -> Estimate:
    """A duration in years (or without a unit, which means years) goes into the unit that reads best."""
    if e.kind != "duration" or e.unit not in ("", "years"):
        return e
    size = abs(e.value) if e.value is not None else (e.low or (0.0 if math.isinf(e.high) else e.high))
    unit, scale = next(((u, s) for u, s in _YEARS if size >= s), ("years", 1.0) if size == 0 else _YEARS[-1])
    value = None if e.value is None else e.value / scale
    return Estimate(value, e.low / scale, e.high / scale, e.kind, unit, e.how, e.method)


def estimate_parts(e: Estimate) -> tuple[str, str, str]:
    """The value, its interval (may be empty) and the unit, each as text; the unit starts with a space."""
    if e.is_unknown or (e.value is not None and math.isnan(e.value)):
        return NOT_KNOWN, "", ""
    e = _scaled(e)
    value = "" if e.value is None else digits(e.value, e.kind)
    span, suffix = interval(e, value), _suffix(e)
    return value, span, _ONE.sub(r" \1", suffix) if value == "1" and not span else suffix


def interval(e: Estimate, value: str = "") -> str:
    """`0.12..0.55`, `from 0.5, no upper bound`, or "" where the ends read like the value."""
    low, high = digits(e.low, e.kind), digits(e.high, e.kind)
    if math.isinf(e.high):
        return f"from {low}, {_NO_BOUND}" if not math.isinf(e.low) else _NO_BOUND
    if low == high:
        return "" if value == low else low
    return f"{low}..{high}"


def estimate(e: Estimate) -> str:
    """The whole estimate on one line."""
    value, span, unit = estimate_parts(e)
    if not value:
        return span.replace(f", {_NO_BOUND}", f"{unit}, {_NO_BOUND}") if span.startswith("from") else f"{span}{unit}"
    if not span:
        return f"{value}{unit}"
    if unit == " %":
        return f"{value} % ({span}{'' if span.endswith('bound') else ' %'})"
    return f"{value} ({span}){unit}"


def quantity(
    value: float | None, low: float | None = None, high: float | None = None, kind: EstimateKind = "rate", unit: str = ""
) -> str:
    """As `estimate`, from plain numbers (the data of a picture)."""
    if value is None and low is None:
        return NOT_KNOWN
    middle = value if value is not None else 0.0
    return estimate(Estimate(value, middle if low is None else low, middle if high is None else high, kind, unit))


def change(x: float | None) -> str:
    """`−93 %`, `no change`, `+4.2 %`."""
    if x is None or math.isnan(x):
        return NOT_KNOWN
    text = per_cent(x, signed=True)
    return "no change" if text in ("0", "−0", "+0") or abs(x) < 5e-5 else f"{text} %"


def basis(e: Estimate) -> str:
    """How it was got: `computed: exact at the ends`."""
    return f"{e.how}: {e.method}" if e.method else e.how
