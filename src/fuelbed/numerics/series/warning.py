"""Early-warning indicators before a change, with surrogate p-values (Scheffer et al. 2009; Dakos et al. 2012).

A system that loses its stability slowly returns more slowly from noise, so that variance and memory rise. The method: detrend by a
Gaussian kernel (bandwidth a tenth of the record), take each indicator in a rolling window of half the record, and measure its trend by
Kendall's tau. Overlapping windows make large taus by chance alone, so tau is judged against series of the same spectrum without any
trend: AR(1) or phase-randomized (Theiler et al. 1992) surrogates, treated in the same way.

The rule: variance and memory (lag-1 autocorrelation or return rate) must rise together, each beyond 95 % of its surrogates (after
Ditlevsen and Johnsen 2010). How often that fires on records where nothing follows is measured in docs/theory/early-warning.md; it is
never proof that something will. A trigger that comes faster than the window cannot be foreseen so at all, and the result says that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fuelbed.numerics.series.blocks import Array, autocorrelation

__all__ = ["FAST", "INDICATORS", "Indicator", "Surrogate", "Warnings", "early_warning"]

Surrogate = Literal["ar1", "phase"]
INDICATORS = ("variance", "lag-1 autocorrelation", "return rate", "skewness")
FAST = "a fast trigger gives no early warning: the change came within {lasts:g} s, the indicators look back over {window:g} s."
_LEAST = 60
_POINTS = 40  # windows that tau is computed from; more of them overlap almost wholly


@dataclass(frozen=True, slots=True)
class Indicator:
    """values at `at` (seconds, window ends); tau its Kendall trend; p the share of surrogates that rise as much (fall, for return rate)."""

    name: str
    at: tuple[float, ...]
    values: tuple[float, ...]
    tau: float
    p: float


@dataclass(frozen=True, slots=True)
class Warnings:
    """What the indicators say.

    verdict   `rising`, `not rising`, or `cannot tell`; `rising` means the rule fired, not that a collapse comes.
    reason    one sentence that may be shown.
    fast      the change was faster than the window, so that nothing could have warned: then `reason` says so.
    """

    verdict: Literal["rising", "not rising", "cannot tell"]
    reason: str
    indicators: tuple[Indicator, ...] = ()
    rows: int = 0
    window: float = 0.0
    surrogates: int = 0
    fast: bool = False


def early_warning(
    times: Array,
    values: Array,
    rng: np.random.Generator,
    lasts: float | None = None,
    surrogate: Surrogate = "ar1",
    surrogates: int = 200,
    alpha: float = 0.05,
) -> Warnings:
    """Indicators over the rows given (those before the change). `lasts`: seconds that the change itself took, if known."""
    even = _even(times, values)
    if isinstance(even, str):
        return Warnings("cannot tell", even, rows=len(times))
    x, step = even
    n = len(x)
    window = n // 2
    span = window * step
    residual = x - _smooth(x, n / 10)
    if float(residual.std()) <= 1e-12 * max(1.0, float(np.abs(x).max())):
        return Warnings("cannot tell", "the series does not vary.", rows=n, window=span)
    seen = _indicators(residual[None, :], window)
    other = _indicators(_surrogates(residual, surrogate, surrogates, rng, n), window)
    ends = _ends(n, window)
    found = []
    for name in INDICATORS:
        tau, taus = _tau(seen[name])[0], _tau(other[name])
        sign = -1.0 if name == "return rate" else 1.0
        p = (1 + int((np.abs(taus) >= abs(tau) if name == "skewness" else sign * taus >= sign * tau).sum())) / (1 + surrogates)
        at = tuple(float(times[0] + e * step) for e in ends)
        found.append(Indicator(name, at, tuple(float(v) for v in seen[name][0]), float(tau), p))
    return _verdict(tuple(found), n, span, surrogates, alpha, lasts)


def _verdict(found: tuple[Indicator, ...], n: int, span: float, surrogates: int, alpha: float, lasts: float | None) -> Warnings:
    p = {i.name: i.p for i in found}
    rising = p["variance"] <= alpha and min(p["lag-1 autocorrelation"], p["return rate"]) <= alpha
    fast = lasts is not None and lasts < span
    if rising:
        said = f"variance and memory rose together over {n} rows, more than in {1 - alpha:.0%} of surrogates"
        said += "; that also happens where nothing follows."
    else:
        said = f"no common rise of variance and memory over {n} rows; that does not show that the system was stable."
    if fast and lasts is not None:
        plain = FAST.format(lasts=lasts, window=span)
        said = f"{plain[0].upper()}{plain[1:]} Over the rows before: {said}"
    return Warnings("rising" if rising else "not rising", said, found, n, span, surrogates, fast)


def _even(times: Array, values: Array) -> tuple[Array, float] | str:
    """Values on an even grid; up to a tenth may be missing and is put on a line between its neighbours. Else the reason why not."""
    good = ~np.isnan(values)
    if good.sum() < _LEAST:
        return f"only {good.sum()} rows; at least {_LEAST} are needed."
    t, x = times[good], values[good]
    step = float(np.median(np.diff(times)))
    grid = np.arange(t[0], t[-1] + step / 2, step)
    there = len(np.unique(np.round((t - t[0]) / step)))
    if there < 0.9 * len(grid) or len(grid) < 0.9 * len(t):
        return f"the rows are too uneven: {there} of {len(grid)} usual steps have one."
    return np.interp(grid, t, x), step


def _smooth(x: Array, width: float) -> Array:
    """Gaussian kernel smoothing with standard deviation `width` rows, its weights renewed at the ends."""
    from scipy.ndimage import gaussian_filter1d

    weight = gaussian_filter1d(np.ones(len(x)), width, mode="constant")
    return np.asarray(gaussian_filter1d(x, width, mode="constant") / weight)


def _surrogates(x: Array, kind: Surrogate, count: int, rng: np.random.Generator, n: int) -> Array:
    """Series like `x` without any trend of their indicators, shape (count, n), each detrended as `x` was."""
    if kind == "phase":
        spectrum = np.abs(np.fft.rfft(x))
        angle = rng.uniform(0, 2 * math.pi, (count, len(spectrum)))
        angle[:, 0] = 0
        if n % 2 == 0:
            angle[:, -1] = 0
        made = np.fft.irfft(spectrum * np.exp(1j * angle), n, axis=1)
    else:
        from scipy.signal import lfilter

        a = min(max(autocorrelation(x) + 4 / n, -0.95), 0.98)  # detrending and shortness lower the sample value
        burn = 100
        made = lfilter([1.0], [1.0, -a], rng.standard_normal((count, n + burn)), axis=1)[:, burn:]
    return np.asarray(np.stack([row - _smooth(row, n / 10) for row in made]))


def _ends(n: int, window: int) -> Array:
    return np.asarray(np.unique(np.linspace(window, n, min(_POINTS, n - window + 1)).astype(int)))


def _indicators(x: Array, window: int) -> dict[str, Array]:
    """Each indicator in rolling windows by cumulative sums, shape (series, windows)."""
    n = x.shape[1]
    ends = _ends(n, window)
    x = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)

    def sums(y: Array, length: int) -> Array:
        total = np.concatenate([np.zeros((len(y), 1)), np.cumsum(y, axis=1)], axis=1)
        return np.asarray(total[:, ends - window + length] - total[:, ends - window])

    m1, m2, m3 = (sums(x**k, window) / window for k in (1, 2, 3))
    var = np.maximum(m2 - m1**2, 1e-12)
    memory = []
    for lag in (1, 2, 3):
        product = np.zeros_like(x)
        product[:, : n - lag] = x[:, : n - lag] * x[:, lag:]
        memory.append((sums(product, window - lag) / (window - lag) - m1**2) / var)
    logs = [k * np.log(np.clip(r, 0.02, 1.0)) for k, r in zip((1, 2, 3), memory, strict=True)]
    return {
        "variance": var,
        "lag-1 autocorrelation": memory[0],
        "return rate": -np.sum(logs, axis=0) / 14,  # least squares of ln r_k = -rate k through 0, for k = 1, 2, 3; per row
        "skewness": (m3 - 3 * m1 * m2 + 2 * m1**3) / var**1.5,
    }


def _tau(values: Array) -> Array:
    """Kendall's tau of each row against its order (ties count 0), shape (series,)."""
    m = values.shape[1]
    i, j = np.triu_indices(m, 1)
    return np.asarray(np.sign(values[:, j] - values[:, i]).mean(axis=1))
