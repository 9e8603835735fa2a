"""Whether chains have mixed: rank-normalised split R-hat and bulk effective sample size (Vehtari, Gelman, Simpson, Carpenter, Bürkner 2021,
Bayesian Analysis 16, 667). Not a number counts as not mixed."""

from __future__ import annotations

import numpy as np

from fuelbed.numerics.threshold.model import Array

__all__ = ["effective", "rhat"]


def rhat(draws: Array) -> float:
    """Of one quantity, draws (keep, chains): the greater one of the draws' own and of their distances from the median; inf where it is no number."""
    folded = np.abs(draws - np.median(draws))
    worst = max(_split_rhat(_normal_scores(_split(x))) for x in (draws, folded))
    return worst if np.isfinite(worst) else float("inf")


def effective(draws: Array) -> float:
    """Bulk effective sample size of one quantity, draws (keep, chains); 0 where it is no number."""
    x = _normal_scores(_split(draws))
    n, m = x.shape
    within = x.var(0, ddof=1).mean()
    total = within * (n - 1) / n + x.mean(0).var(ddof=1)
    if not total > 0:
        return 0.0
    covariance = _autocovariance(x).mean(1)
    rho = 1.0 - (within - covariance * n / (n - 1)) / total
    rho[0] = 1.0
    pairs = rho[: n - n % 2].reshape(-1, 2).sum(1)
    negative = np.flatnonzero(pairs < 0)
    pairs = np.minimum.accumulate(pairs[: negative[0] if len(negative) else len(pairs)])
    tau = max(2.0 * float(pairs.sum()) - 1.0, 1.0 / np.log10(n * m))
    return float(n * m / tau)


def _split(draws: Array) -> Array:
    """Each chain cut into its halves, (keep // 2, 2 chains)."""
    h = len(draws) // 2
    return np.concatenate([draws[:h], draws[len(draws) - h :]], axis=1)


def _normal_scores(x: Array) -> Array:
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri((rankdata(x).reshape(x.shape) - 0.375) / (x.size + 0.25)), dtype=float)


def _split_rhat(x: Array) -> float:
    n = len(x)
    within = x.var(0, ddof=1).mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.sqrt((within * (n - 1) / n + x.mean(0).var(ddof=1)) / within))


def _autocovariance(x: Array) -> Array:
    """Biased autocovariance of each column, by the fast Fourier transform."""
    n = len(x)
    f = np.fft.rfft(x - x.mean(0), 2 * n, axis=0)
    return np.asarray(np.fft.irfft(f * f.conj(), 2 * n, axis=0)[:n] / n, dtype=float)
