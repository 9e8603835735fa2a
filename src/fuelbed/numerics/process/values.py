"""From bounds to estimates: caps become infinities, middles that rest on nothing become "not known"."""

from __future__ import annotations

import math

from fuelbed.core.estimates import Estimate, EstimateKind
from fuelbed.numerics.process.bounds import Bound
from fuelbed.numerics.process.compile import RATE_CAP, Compiled

__all__ = ["change", "estimate", "has_unknown_rates", "not_given"]


def has_unknown_rates(model: Compiled) -> bool:
    """Whether some trigger's rate is not given, or in a draft none is: then a hazard has no middle value."""
    return model.case.placeholder_rates or any(math.isinf(k.quantity.high) for k in model.knobs.values())


def not_given(model: Compiled) -> list[str]:
    """The numbers that nobody gave, in the order of the case; where a draft guesses every rate, those too."""
    factors = model.case.factors
    guessed = {f"{n}.rate" for n, f in factors.items() if f.kind == "trigger"} if model.case.placeholder_rates else set()
    return [k.label for k in model.knobs.values() if not k.quantity.given or k.label in guessed]


def estimate(b: Bound, kind: EstimateKind, unit: str, known: bool) -> Estimate:
    """`known` is False where the middle rests on a rate nobody gave: then only the interval is shown."""
    endless = not known and kind in ("rate", "loss") and b.high > RATE_CAP / 1e4  # it rests on a rate that nobody gave
    high = math.inf if endless else b.high
    low = 0.0 if abs(b.low) < 1e-15 else b.low
    value: float | None = b.value
    if not known or math.isnan(b.value):
        value = None
    return Estimate(value, low, high, kind, unit, "computed", b.method)


def change(ratio: Bound, known: bool) -> Estimate:
    """After / before as a signed share, without the dust of rounding; no middle value where it rests on a rate nobody gave."""
    value, low, high = (0.0 if abs(x - 1) < 1e-9 else x - 1 for x in (ratio.value, ratio.low, ratio.high))
    return Estimate(value if (known or low == high) and not math.isnan(value) else None, low, high, "change", method=ratio.method)
