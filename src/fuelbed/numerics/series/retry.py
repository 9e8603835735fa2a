"""What a record of a retrying service says about capacity, resends and timeout, and the surge at which it would stay down.

- Capacity. With a queue column, in rows with a standing queue: `capacity = attempts - dqueue/dt`. Without one: it is at least the
  highest goodput that was held, and, where attempts were not all answered, at most what was asked when that began (resends of that very
  moment not counted). A record that never came near it says `at least` only.
- Resends. With a share f of attempts failing, a request is sent (1 - f^(k+1)) / (1 - f) times: k by least squares over rows, a lower
  bound only where failures were never common enough to show it.
- Timeout: at least the longest latency that still counted as answered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from fuelbed.core.estimates import Estimate
from fuelbed.numerics.series.blocks import LEVEL, Array, block_length, block_rows, bootstrap, summary

__all__ = ["RetryFit", "fit_retry", "predict_surge"]

_SHORT = 0.05  # share of attempts without an answer in time that counts as falling short
_RUN = 5
_NOISE = 2.0  # standard deviations of a Poisson count
_MANY = 0.3  # share of failing attempts from which on the number of resends shows


@dataclass(frozen=True, slots=True, eq=False)
class RetryFit:
    """Estimates in per second, plain and seconds; `draws`: equally long arrays by name, for `predict_surge`.

    saturated  whether the record shows the service at its capacity; where not, `capacity` is `at least`.
    """

    capacity: Estimate
    retries: Estimate
    timeout: Estimate
    load: Estimate
    saturated: bool
    draws: Mapping[str, Array]
    rows: int


def fit_retry(
    times: Array, load: Array, attempts: Array, goodput: Array, rng: np.random.Generator, latency: Array | None = None,
    queue: Array | None = None, trigger: tuple[float, float] | None = None, draws: int = 1_000,
) -> RetryFit:  # fmt: skip  # one column an argument
    """Fit one record; columns in per second (latency in seconds), `nan` where not measured. Raises `ValueError` below 10 rows."""
    good = ~(np.isnan(load) | np.isnan(attempts) | np.isnan(goodput))
    t, ld, at, gp = times[good], load[good], attempts[good], goodput[good]
    if len(t) < 10:
        raise ValueError(f"{len(t)} rows with load, attempts and goodput are too few")
    known = queue[good] if queue is not None else None
    capacity, drawn, saturated = _capacity(t, ld, at, gp, known, rng, draws)
    retries, k = _retries(ld, at, gp, rng, draws)
    quiet = t < trigger[0] if trigger and (t < trigger[0]).sum() >= 5 else np.ones(len(t), dtype=bool)
    level = bootstrap([(ld[quiet],)], lambda parts: np.asarray(parts[0][0].mean(-1)), rng, draws)
    usual = summary(
        float(ld[quiet].mean()), level, "mean load before the trigger" if trigger else "mean load", "rate", "per second"
    )
    longest = float(np.nanmax(latency)) if latency is not None and not np.isnan(latency).all() else 0.0
    said = "at least the longest latency seen in one row" if longest else "no latency column"
    timeout = Estimate(None, longest, math.inf, "duration", "seconds", "measured", said)
    return RetryFit(capacity, retries, timeout, usual, saturated, {"capacity": drawn, "retries": k, "load": level}, len(t))


def _held(x: Array) -> Array:
    """Means over runs of rows, so that one lucky row is no level; over the last axis."""
    run = min(_RUN, x.shape[-1])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(x, run, axis=-1).mean(axis=-1))


def _capacity(
    t: Array, ld: Array, at: Array, gp: Array, queue: Array | None, rng: np.random.Generator, draws: int
) -> tuple[Estimate, Array, bool]:
    if queue is not None and not np.isnan(queue).all():
        seen = _from_queue(t, at, queue, rng, draws)
        if seen is not None:
            return *seen, True
    held, sent = _held(gp), _held(at)
    asked = sent * float(np.median(np.diff(t))) * _RUN  # of one run; by chance an answer falls into a later row than its attempt
    short = sent - held > np.maximum(_SHORT, _NOISE / np.sqrt(np.maximum(asked, 1.0))) * sent
    best = int(held.argmax())
    run = gp[best : best + _RUN]
    wobble = float(run.std(ddof=1)) / math.sqrt(len(run)) if len(run) > 1 else 0.0
    low = float(held[best]) - 3.0 * wobble  # the greatest of many means is high by about two of these
    lead = gp[: int(short.argmax()) if short.any() else len(gp)]
    if len(lead) >= 3 * _RUN:  # what was held for long is known better than the best of many short runs
        low = max(low, float(lead.mean()) - 3.0 * float(lead.std(ddof=1)) / math.sqrt(len(lead) / 2))
    if not short.any():
        text = "at least the goodput held over 5 rows: attempts were answered throughout, so the capacity was never seen"
        return Estimate(None, low, math.inf, "rate", "per second", "measured", text), np.full(draws, low), False
    began = int(np.flatnonzero(short)[0])
    high = max(_asked_at(slice(began, began + _RUN), ld, at), float(held[best]) + 3.0 * wobble)
    text = "between the goodput held over 5 rows and the attempts at which it first fell short"
    drawn = rng.uniform(low, high, draws)
    return Estimate((low + high) / 2, low, high, "rate", "per second", "measured", text), drawn, True


def _asked_at(rows: slice, ld: Array, at: Array) -> float:
    """What was asked of the service when it began to fall short: the greatest single row (a mean over the onset of a surge lies below it).

    The resends of the onset itself came after, so where there are rows before, attempts are load times what a first attempt made there.
    """
    most, before = float(at[rows].max()), slice(0, rows.start)
    if rows.start < _RUN or ld[before].sum() <= 0:
        return most
    return min(most, float(ld[rows].max() * at[before].sum() / ld[before].sum()))


def _from_queue(t: Array, at: Array, queue: Array, rng: np.random.Generator, draws: int) -> tuple[Estimate, Array] | None:
    """attempts - dqueue/dt over steps with a queue at both ends that is neither near 0 nor at its greatest (there it may refuse)."""
    most = float(np.nanmax(queue))
    # so long that chance does not empty it between two rows: else what is seen is the load, not the capacity
    stands = np.maximum(0.05 * most, 3.0 * np.sqrt(2.0 * at[:-1] * np.diff(t)))
    busy = (queue[:-1] > stands) & (queue[1:] > stands) & (queue[:-1] < 0.95 * most) & (queue[1:] < 0.95 * most)
    if most <= 0 or busy.sum() < 5:
        return None
    growth = np.diff(queue) / np.diff(t)
    # a row may stand for the time before it or after it: the reading under which the capacity varies least is the right one
    rate = min((x[busy] - growth[busy] for x in (at[:-1], at[1:], (at[:-1] + at[1:]) / 2)), key=lambda c: float(c.std()))
    drawn = bootstrap([(rate,)], lambda parts: np.asarray(parts[0][0].mean(-1)), rng, draws)
    said = f"attempts minus the growth of the queue, {busy.sum()} rows with a standing queue"
    return summary(float(rate.mean()), drawn, said, "rate", "per second"), drawn


def _sends(f: Array, k: Array) -> Array:
    """Attempts of one request, when a share f of attempts fails and up to k are resent; shapes broadcast."""
    f = np.clip(f, 0.0, 1 - 1e-9)
    return np.asarray((1 - f ** (k + 1)) / (1 - f))


def _retries(ld: Array, at: Array, gp: Array, rng: np.random.Generator, draws: int) -> tuple[Estimate, Array]:
    sums = [_held(x) for x in (ld, at, gp)]
    with np.errstate(divide="ignore", invalid="ignore"):
        f = np.clip(1 - sums[2] / sums[1], 0, 1)
        ratio = sums[1] / sums[0]
    use = np.isfinite(f) & np.isfinite(ratio) & (f > 0.05)
    grid = np.linspace(0, 20, 401)
    top = float(np.nanmax(np.where(np.isfinite(ratio), ratio, np.nan))) if np.isfinite(ratio).any() else 1.0
    if use.sum() < 5 or float(np.quantile(f[use], 0.9)) < _MANY:
        least = max(top - 1, 0.0)
        text = "at least: failures were never common enough to show how often a request is resent"
        return Estimate(None, least, math.inf, "plain", "", "measured", text), np.full(draws, least)
    curves = (ratio[use][:, None] - _sends(f[use][:, None], grid[None, :])) ** 2
    best = float(grid[curves.sum(axis=0).argmin()])
    rows = block_rows(int(use.sum()), max(block_length(ratio[use]), _RUN), draws, rng)
    drawn = np.array([grid[curves[r].sum(axis=0).argmin()] for r in rows])
    return summary(best, drawn, f"sends of a request against the failing share, {use.sum()} rows"), drawn


def predict_surge(
    fit: RetryFit, boundary: Callable[[Mapping[str, Array]], Array], level: float = LEVEL
) -> tuple[Estimate, float]:
    """The surge ratio (load during / load before) at which it would stay down, and the share of draws with none at all.

    boundary  takes arrays by name (`capacity`, `retries`, `load`, one value a draw) and gives the critical ratio of each, `inf` for none.
    Where the capacity is `at least` only, so is the surge: every larger capacity takes a larger surge.
    """
    sizes = np.asarray(boundary(fit.draws), dtype=float)
    good = sizes[~np.isnan(sizes)]
    if len(good) == 0:
        return Estimate(None, 0.0, math.inf, "plain", "times", "computed", "the boundary could not be computed"), 0.0
    none = float(np.isinf(good).mean())
    low, middle, high = np.quantile(good, [(1 - level) / 2, 0.5, (1 + level) / 2], method="nearest")
    said = f"boundary of the model at {len(good)} draws of the fitted numbers, {level:.0%} of them"
    if not fit.saturated:
        text = f"at least: the capacity was never seen; {said}"
        return Estimate(None, float(low), math.inf, "plain", "times", "computed", text), none
    value = float(middle) if math.isfinite(middle) else None
    return Estimate(value, float(low), float(high), "plain", "times", "computed", said), none
