"""The verdict on one comparison: what was observed against what was predicted, both as ratios after / before."""

from __future__ import annotations

from typing import Literal

from fuelbed.core.estimates import Estimate

__all__ = ["WORDS", "Outcome", "judge"]

Outcome = Literal[
    "as_predicted", "less", "more", "too_early", "prediction_open", "no_change_predicted", "confounded", "not_found", "not_done"
]

WORDS: dict[Outcome, str] = {
    "as_predicted": "as predicted",
    "less": "less than predicted",
    "more": "more than predicted",
    "too_early": "cannot tell yet",
    "prediction_open": "nothing to verify: the model itself cannot say",
    "no_change_predicted": "no change predicted, none seen",
    "confounded": "cannot be told apart",
    "not_found": "asked for, not found",
    "not_done": "not done yet",
}
_CLOSE = 0.01


def judge(observed: Estimate, predicted: Estimate) -> Outcome:
    """In this order: contradicted by the interval on either side; no change predicted; a prediction that any fall and any rise would fit; seen; not yet.

    *As predicted* needs two things: the prediction lies within reach of what was observed, and *no change at all* does not.
    """
    none = abs(predicted.low - 1) <= _CLOSE and abs(predicted.high - 1) <= _CLOSE
    if observed.low > predicted.high * (1 + 1e-12):
        return "less"
    if observed.high < predicted.low * (1 - 1e-12):
        return "more"
    if none:
        return "no_change_predicted"
    if predicted.high > 1 - _CLOSE and predicted.low < 1:
        return "as_predicted" if observed.high < 1 else "prediction_open"
    seen = observed.high < 1 if predicted.high <= 1 else observed.low > 1
    return "as_predicted" if seen else "too_early"
