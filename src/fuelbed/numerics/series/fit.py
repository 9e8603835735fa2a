"""Fit of a declared model by bounded least squares on its one-step-ahead error, with block-bootstrap intervals.

    minimize  sum_t | (step(x_t, p) - x_{t+1}) / scale |^2   within low <= p <= high

One step ahead, because errors over many steps of a system near its edge say more about noise than about parameters. A parameter that
the record never tests has a flat sum of squares to one side: then that side is open (`inf` or the bound itself) and the estimate says
so, instead of a number (profile likelihood, Raue et al. 2009).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fuelbed.core.estimates import Estimate
from fuelbed.numerics.series.blocks import LEVEL, Array, autocorrelation, block_length, block_rows

__all__ = ["Fit", "Residual", "Step", "fit", "one_step"]

Step = Callable[[Array, Array], Array]
"""step(x, p): states (n, S) and parameters (n, P) -> states one step later (n, S)."""
Residual = Callable[[Array], Array]
"""residual(p): free parameters (P,) -> scaled errors, one row for each time, (T,) or (T, S)."""
_CHI2 = 2.706  # the middle 90 % of chi-squared with one degree of freedom


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """names, estimates: of the free parameters, in order; draws (D, P): bootstrap values; `open_low`, `open_high`: sides never tested."""

    names: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    draws: Array
    open_low: tuple[bool, ...]
    open_high: tuple[bool, ...]
    rows: int
    error: float  # root mean square of the scaled one-step error

    def __getitem__(self, name: str) -> Estimate:
        return self.estimates[self.names.index(name)]


def one_step(step: Step, states: Array, parameters: Array, free: Sequence[int]) -> Residual:
    """The one-step-ahead error of a model as a function of its free parameters.

    states (T, S), `nan` where not measured: rows next to one do not count. parameters (T, P): known ones, those measured over time
    among them; the columns `free` are replaced by what is fitted. Errors are divided by each state's usual change of one step.
    """
    now, then = states[:-1], states[1:]
    good = ~(np.isnan(now).any(axis=1) | np.isnan(then).any(axis=1))
    now, then, known = now[good], then[good], parameters[:-1][good].copy()
    scale = np.maximum(np.std(then - now, axis=0), 1e-12)
    columns = list(free)

    def residual(p: Array) -> Array:
        known[:, columns] = p
        return np.asarray((step(now, known) - then) / scale)

    return residual


def _solve(residual: Residual, start: Array, low: Array, high: Array, weight: Array | None = None) -> tuple[Array, float]:
    """Parameters and sum of squares; `weight` (T,) counts rows. Parameters are scaled by their start."""
    from scipy.optimize import least_squares

    def errors(p: Array) -> Array:
        e = residual(p)
        e = e.reshape(len(e), -1)
        e = e if weight is None else e * np.sqrt(weight)[:, None]
        return np.nan_to_num(e.ravel(), nan=1e6, posinf=1e6, neginf=-1e6)

    inside = np.clip(start, low + 1e-9 * (high - low), high - 1e-9 * (high - low))
    found = least_squares(errors, inside, bounds=(low, high), x_scale=np.maximum(np.abs(inside), 1e-9))
    return np.asarray(found.x), 2 * float(found.cost)


def fit(
    residual: Residual,
    names: Sequence[str],
    start: Array,
    low: Array,
    high: Array,
    rng: np.random.Generator,
    draws: int = 200,
    units: Sequence[str] = (),
) -> Fit:
    """Fit all parameters. Raises `ValueError` where there are no more rows than three for each parameter."""
    rows = len(residual(start))
    if rows < 3 * len(names):
        raise ValueError(f"{rows} rows are too few for {len(names)} parameters")
    best, cost = _solve(residual, start, low, high)
    errors = residual(best).reshape(rows, -1)
    r = max(autocorrelation(errors.mean(axis=1)), 0.0)
    noise = cost / max(errors.size - len(names), 1) * (1 + r) / (1 - min(r, 0.95))
    block = max(block_length(errors[:, k]) for k in range(errors.shape[1]))
    drawn = np.empty((draws, len(names)))
    for d, picked in enumerate(block_rows(rows, block, draws, rng)):
        drawn[d], _ = _solve(residual, best, low, high, np.bincount(picked, minlength=rows).astype(float))
    open_low, open_high, estimates = [], [], []
    for k in range(len(names)):
        rise = _Rise(residual, best, cost, low, high, k)
        is_open = [rise(float(b[k])) < _CHI2 * noise for b in (low, high)]
        ends = [None if o else float(b[k]) for o, b in zip(is_open, (low, high), strict=True)]
        if is_open[0] != is_open[1]:
            side = int(is_open[0])
            ends[side] = rise.crossing(float((high if side else low)[k]), _CHI2 * noise)
        open_low.append(is_open[0])
        open_high.append(is_open[1])
        estimates.append(_estimate(best[k], drawn[:, k], ends, low[k], high[k], units[k] if units else "", rows))
    error = math.sqrt(cost / max(errors.size, 1))
    return Fit(tuple(names), tuple(estimates), drawn, tuple(open_low), tuple(open_high), rows, error)


def _estimate(best: float, drawn: Array, ends: list[float | None], low: float, high: float, unit: str, rows: int) -> Estimate:
    q = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    method = f"least squares on one-step error, {rows} rows; {LEVEL:.0%} of {len(drawn)} block-bootstrap draws"
    a, b = ends
    if a is not None and b is not None:
        return Estimate(float(best), float(q[0]), float(q[1]), "plain", unit, "measured", method)
    if a is None and b is None:
        return Estimate(None, float(low), float(high), "plain", unit, "measured", "the record says nothing of it: never tested")
    text = f"one-sided, {rows} rows: the record never tests the other side ({LEVEL:.0%} by the profile of the sum of squares)"
    if b is None and a is not None:
        return Estimate(None, a, math.inf, "plain", unit, "measured", text)
    return Estimate(None, float(low), float(b if b is not None else high), "plain", unit, "measured", text)


@dataclass(slots=True)
class _Rise:
    """How much the sum of squares rises when parameter k is held at a value and the others are fitted anew."""

    residual: Residual
    best: Array
    cost: float
    low: Array
    high: Array
    k: int

    def __call__(self, value: float) -> float:
        others = [i for i in range(len(self.best)) if i != self.k]

        def held(p: Array) -> Array:
            full = self.best.copy()
            full[others] = p
            full[self.k] = value
            return self.residual(full)

        if not others:
            e = np.nan_to_num(held(np.empty(0)).ravel(), nan=1e6, posinf=1e6, neginf=-1e6)
            return float(e @ e) - self.cost
        return _solve(held, self.best[others], self.low[others], self.high[others])[1] - self.cost

    def crossing(self, bound: float, most: float) -> float:
        """The value between the best one and `bound` at which the rise reaches `most`, by bisection."""
        a, b = float(self.best[self.k]), bound
        for _ in range(25):
            middle = (a + b) / 2
            a, b = (middle, b) if self(middle) < most else (a, middle)
        return a
