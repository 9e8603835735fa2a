"""Metrics as evidence: tests, fits and indicators over numpy arrays, each with its interval and how it was got."""

from __future__ import annotations

from fuelbed.numerics.series.amplification import Amplification, amplification
from fuelbed.numerics.series.fit import Fit, fit, one_step
from fuelbed.numerics.series.hysteresis import Hysteresis, hysteresis
from fuelbed.numerics.series.recovery import Recovery, return_rate
from fuelbed.numerics.series.retry import RetryFit, fit_retry, predict_surge
from fuelbed.numerics.series.warning import Indicator, Warnings, early_warning

__all__ = [
    "Amplification", "Fit", "Hysteresis", "Indicator", "Recovery", "RetryFit", "Warnings", "amplification", "early_warning", "fit",
    "fit_retry", "hysteresis", "one_step", "predict_surge", "return_rate",
]  # fmt: skip  # one list
