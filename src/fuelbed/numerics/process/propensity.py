"""The chance that the next trigger becomes the failure, where rates may be 0 or are not known.

`Pi = sum_t rate_t q_t / sum_t rate_t` is a mean of the q_t with the rates for weights, so it lies in `[min q_t, max q_t]` whatever
the rates are; nothing closer is known where they are not given. Where every rate may be 0 at once the quotient says nothing there,
and the same interval is what is left of it.
"""

from __future__ import annotations

import math

import numpy as np

from fuelbed.numerics.process.bounds import Bound, bounds
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.interventions import Overrides
from fuelbed.numerics.process.variants import arrival_chances

__all__ = ["propensity"]


def propensity(model: Compiled, computed: Bound, rng: np.random.Generator, changes: Overrides | None = None) -> Bound:
    """`computed` (the bounds of the tape's quotient) made true where rates reach 0 or are not given; NaN for a middle there is not. `changes`: the
    interventions that `computed` holds for; a trigger that they prevent counts among those of today, and fails never."""
    rates = {t: model.case.factors[t].rate for t in model.per_trigger}
    coming = {t: r for t, r in rates.items() if r is None or r.high > 0}
    at_most = Bound(min(computed.value, 1.0), min(computed.low, 1.0), min(computed.high, 1.0), computed.method)
    if all(r is not None and r.low > 0 for r in coming.values()):
        return at_most
    tape = arrival_chances(model)
    left = [t for t in coming if (changes or {}).get(f"{t}.rate") != 0.0]
    asked = [f"q:{t}" for t in left]
    found = bounds(tape, [changes or {}], asked, rng, paired=False)[0] if left else {}
    low = min((found[q].after.low for q in asked), default=0.0) if len(left) == len(coming) else 0.0
    high = min(1.0, max((found[q].after.high for q in asked), default=0.0))
    how = "least and greatest over the triggers"
    if any(r is None or math.isinf(r.high) for r in coming.values()):
        return Bound(float("nan"), low, high, f"{how}, as rates are not given")
    low, high = max(low, min(at_most.low, high)), min(high, at_most.high)
    return Bound(min(max(at_most.value, low), high), low, high, f"{computed.method}; no less and no more than the {how}")
