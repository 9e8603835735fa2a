"""The hysteresis test: the trigger is gone, load is back where it was, and goodput is not.

What is compared is the served share `sum goodput / sum load`, so that a load that differs a little decides nothing. Windows:

- before: the rows before the trigger, as far back as 3 times its length and at least 60 usual steps;
- after: the rows after the trigger whose load is at most the 95th percentile of the load before, times 1 + tolerance.

`stayed down`: to the end of the record the share lies below 1 - tolerance of the share before, the whole interval of the last half of
these rows does so, and they were watched for at least `patience` (3 times the trigger's length, at least 10 rows).
`came back`: a run of rows is within the tolerance and stays so; the time to it is from the trigger's end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.estimates import Estimate
from fuelbed.numerics.series.blocks import Array, bootstrap, summary

__all__ = ["Hysteresis", "HysteresisVerdict", "hysteresis"]

HysteresisVerdict = Literal["stayed down", "came back", "cannot tell"]
Mask = NDArray[np.bool_]
_RUN = 5  # rows that one point of the smoothed share rests on


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """The verdict with what it rests on.

    reason       why it cannot be told, or what the verdict rests on, one sentence.
    effect       served share after, relative to before (1: fully back); None where it cannot be computed.
    recovery     seconds from the trigger's end until it was back (inf: never within the record).
    watched      seconds with load back after the trigger.
    before, after  windows in seconds.
    """

    verdict: HysteresisVerdict
    reason: str
    effect: Estimate | None = None
    recovery: Estimate | None = None
    watched: float = 0.0
    before: tuple[float, float] | None = None
    after: tuple[float, float] | None = None


def _no(reason: str) -> Hysteresis:
    return Hysteresis("cannot tell", reason)


def hysteresis(
    times: Array,
    load: Array,
    goodput: Array,
    trigger: tuple[float, float],
    rng: np.random.Generator,
    tolerance: float = 0.1,
    draws: int = 1_000,
) -> Hysteresis:
    """Test one record. `times` in seconds, increasing; `load` and `goodput` in one unit, `nan` where nothing was measured."""
    start, end = trigger
    if not math.isfinite(end):
        return _no("the trigger has no end in this record, so nothing can be said about the time after it.")
    good = ~(np.isnan(load) | np.isnan(goodput))
    t, ld, gp = times[good], load[good], goodput[good]
    if len(t) < 3:
        return _no("fewer than 3 rows have both load and goodput.")
    step = float(np.median(np.diff(t)))
    before = (t < start) & (t >= start - max(3 * (end - start), 60 * step))
    if before.sum() < 8:
        return _no(f"only {before.sum()} rows before the trigger; at least 8 are needed to know its level.")
    share = float(gp[before].sum() / ld[before].sum()) if ld[before].sum() > 0 else 0.0
    if share <= 0:
        return _no("nothing was served before the trigger already.")
    past = t >= end
    back = past & (ld <= np.quantile(ld[before], 0.95) * (1 + tolerance)) & (ld > 0)
    if back.sum() < 8:
        why = (
            "the load did not come back to its level before" if past.sum() >= 8 else "the record ends too soon after the trigger"
        )
        return _no(f"{why} ({back.sum()} rows with load back, at least 8 are needed).")
    return _judge(t, ld, gp, before, back, (start, end), step, tolerance, share, rng, draws)


def _ratio(parts: list[tuple[Array, ...]]) -> Array:
    (l0, g0), (l1, g1) = parts
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((g1.sum(-1) / l1.sum(-1)) / (g0.sum(-1) / l0.sum(-1)))


def _judge(
    t: Array, ld: Array, gp: Array, before: Mask, back: Mask, trigger: tuple[float, float], step: float, tolerance: float,
    share: float, rng: np.random.Generator, draws: int,
) -> Hysteresis:  # fmt: skip  # what `hysteresis` has found so far
    start, end = trigger
    tb, lb, gb = t[back], ld[back], gp[back]
    watched = float(len(tb) * step)
    late = slice(len(tb) // 2, None)
    parts: list[tuple[Array, ...]] = [(ld[before], gp[before]), (lb[late], gb[late])]
    value = float(_ratio([(ld[before], gp[before]), (lb[late], gb[late])]))
    method = "served share of the last half of the time after, over the share before"
    effect = summary(value, np.maximum(bootstrap(parts, _ratio, rng, draws), 0.0), method)
    at = _back_at(tb, lb, gb, share * (1 - tolerance))
    windows = (float(t[before][0]), start), (float(tb[late][0]), float(tb[-1]))
    patience = max(3 * (end - start), 10 * step)
    if at is not None:
        low, high = max(at - step - end, 0.0), max(at - end, 0.0) + step
        took = Estimate(
            max(at - end, 0.0),
            low,
            high,
            "duration",
            "seconds",
            "measured",
            "first of the rows that stay back, one step each way",
        )
        reason = "load and goodput are both back; the metrics do not say whether by themselves or by somebody's hand."
        return Hysteresis("came back", reason, effect, took, watched, *windows)
    never = Estimate(math.inf, float(tb[-1] - end), math.inf, "duration", "seconds", "measured", "not back when the record ends")
    if watched < patience:
        reason = f"still down, but watched for {watched:g} s only; {patience:g} s are asked for (3 times the trigger)."
        return Hysteresis("cannot tell", reason, effect, never, watched, *windows)
    if effect.high < 1 - tolerance:
        reason = "the trigger was gone and load back, and goodput stayed below its level before to the end of the record."
        return Hysteresis("stayed down", reason, effect, never, watched, *windows)
    reason = "goodput after the trigger is too uneven: the interval of the effect holds both."
    return Hysteresis("cannot tell", reason, effect, never, watched, *windows)


def _back_at(t: Array, ld: Array, gp: Array, enough: float) -> float | None:
    """The first time from which on the share, smoothed over a few rows, stays at `enough` in all but one in twenty rows."""
    run = min(_RUN, len(t))
    kernel = np.ones(run)
    smooth = np.convolve(gp, kernel, "valid") / np.convolve(ld, kernel, "valid")
    fine = smooth >= enough
    if not fine[-1]:
        return None
    share = np.cumsum(fine[::-1])[::-1] / np.arange(len(fine), 0, -1)
    good = np.flatnonzero(fine & (share >= 0.95))
    return float(t[good[0]]) if len(good) else None
