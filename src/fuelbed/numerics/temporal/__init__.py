"""The mathematics of temporal formulas: windows, samples, robustness, violations."""

from __future__ import annotations

from fuelbed.numerics.temporal.evaluate import evaluate, evaluate_samples
from fuelbed.numerics.temporal.samples import Between, Samples, samples_of
from fuelbed.numerics.temporal.trace import Trace, Violation, violations

__all__ = ["Between", "Samples", "Trace", "Violation", "evaluate", "evaluate_samples", "samples_of", "violations"]
