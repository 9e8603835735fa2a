"""Time by stratum: how much of each stratum lies within a window of some component's onsets.

A stratum is a part of the time that is alike for what is asked: hours of equal load, one phase of the day, the minutes after a deploy. Time
is cut into equal slots, each in one stratum (or in none: -1, then nothing that happens there counts).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from fuelbed.numerics.joint.bins import Ints, Onsets

__all__ = [
    "DAY",
    "Strata",
    "covered",
    "crossed",
    "events_by_stratum",
    "half_width",
    "phases",
    "quantiles",
    "resolution",
    "since",
    "undivided",
]

Floats = npt.NDArray[np.float64]
DAY = 86_400.0


@dataclass(frozen=True, eq=False)
class Strata:
    """slots of `width` seconds from `begin`: the stratum of each, 0 .. n - 1, or -1. `name` in words."""

    name: str
    begin: float
    width: float
    slots: Ints
    n: int

    def at(self, times: Any) -> Ints:
        """The stratum at each time, -1 outside."""
        k = np.floor((np.asarray(times, np.float64) - self.begin) / self.width).astype(np.int64)
        inside = (k >= 0) & (k < len(self.slots))
        return np.where(inside, self.slots[np.clip(k, 0, len(self.slots) - 1)], -1)

    @cached_property
    def seconds(self) -> Floats:
        """How long each stratum is in all; it is asked for once for every component."""
        return np.asarray(np.bincount(self.slots[self.slots >= 0], minlength=self.n) * self.width, np.float64)


def undivided(window: tuple[float, float]) -> Strata:
    """One stratum: nothing is held equal."""
    return Strata("nothing", window[0], window[1] - window[0], np.zeros(1, np.int64), 1)


def _slots(window: tuple[float, float], width: float) -> int:
    return max(1, int(np.ceil((window[1] - window[0]) / width - 1e-9)))


def quantiles(name: str, window: tuple[float, float], width: float, times: Any, values: Any, n: int) -> Strata:
    """Strata of about equal time by a measured value (load): each slot takes the last value before its middle; slots before the first value,
    or while it was not measured (nan), are in none. Fewer than n where values repeat."""
    t, v = np.asarray(times, np.float64), np.asarray(values, np.float64)
    middles = window[0] + (np.arange(_slots(window, width)) + 0.5) * width
    k = np.searchsorted(t, middles, side="right") - 1
    x = np.where(k >= 0, v[np.clip(k, 0, max(len(v) - 1, 0))] if len(v) else np.nan, np.nan)
    known = np.isfinite(x)
    slots = np.full(len(x), -1, np.int64)
    if not known.any():
        return Strata(name, window[0], width, slots, 1)
    cuts = np.unique(np.quantile(x[known], np.linspace(0, 1, n + 1)[1:-1])) if n > 1 else np.array([])
    slots[known] = np.searchsorted(cuts, x[known], side="right")
    return Strata(name, window[0], width, slots, len(cuts) + 1)


def phases(name: str, window: tuple[float, float], width: float, period: float, parts: int, zero: float = 0.0) -> Strata:
    """The phase of a period, in `parts`: time of day, minute of the hour. `zero` is a moment of phase 0 (in the window's seconds)."""
    middles = window[0] + (np.arange(_slots(window, width)) + 0.5) * width
    slots = np.floor(((middles - zero) % period) / period * parts).astype(np.int64)
    return Strata(name, window[0], width, np.minimum(slots, parts - 1), parts)


def since(name: str, window: tuple[float, float], width: float, moments: Any, reach: float) -> Strata:
    """Two strata: within `reach` seconds after one of the moments, and all other time."""
    middles = window[0] + (np.arange(_slots(window, width)) + 0.5) * width
    m = np.sort(np.asarray(moments, np.float64))
    k = np.searchsorted(m, middles, side="right") - 1
    after = np.where(k >= 0, middles - m[np.clip(k, 0, max(len(m) - 1, 0))] if len(m) else np.inf, np.inf)
    return Strata(name, window[0], width, (after <= reach).astype(np.int64), 2)


def crossed(a: Strata, b: Strata) -> Strata:
    """Each stratum of a within each of b; both have the same slots. Time that is in none of either is in none."""
    assert len(a.slots) == len(b.slots)
    assert a.width == b.width
    both = np.where((a.slots >= 0) & (b.slots >= 0), a.slots * b.n + b.slots, -1)
    used, dense = np.unique(both[both >= 0], return_inverse=True)
    slots = np.full(len(both), -1, np.int64)
    slots[both >= 0] = dense
    return Strata(f"{a.name} and {b.name}", a.begin, a.width, slots, max(len(used), 1))


def events_by_stratum(o: Onsets, strata: Strata) -> Ints:
    """Components x strata: how many onsets lie in each."""
    where = strata.at(o.times)
    who = np.repeat(np.arange(o.n), o.counts())
    keep = where >= 0
    return np.bincount(who[keep] * strata.n + where[keep], minlength=o.n * strata.n).reshape(o.n, strata.n)


_STEPS = (DAY, 3_600.0, 1_800.0, 900.0, 600.0, 300.0, 60.0, 30.0, 15.0, 10.0, 5.0, 1.0)


def resolution(times: Any) -> float:
    """The step on which all times stand (a log kept to the minute: 60), 0 where they stand on none."""
    t = np.unique(np.asarray(times, np.float64))
    if len(t) < 3:
        return 0.0
    off = t - t[0]
    return next((r for r in _STEPS if np.all(np.abs(off / r - np.round(off / r)) * r < 1e-6)), 0.0)


def half_width(reach: float, step: float) -> float:
    """How far a cover goes on either side of an onset: times on a grid of `step` within `reach` are 2 floor(reach / step) + 1 of its points, and
    each point stands for a step. Without a grid it is `reach`."""
    return (math.floor(reach / step + 1e-9) + 0.5) * step if step > 0 else reach


def covered(o: Onsets, strata: Strata, reach: float) -> Floats:
    """Components x strata: the share of the stratum's time that lies within `reach` seconds of an onset of the component, to the slot.

    A slot counts by the part of it that is covered; overlapping reaches count once.
    """
    out = np.zeros((o.n, strata.n))
    last = strata.begin + len(strata.slots) * strata.width
    for c in range(o.n):
        t = o.of(c)
        if not len(t):
            continue
        low, high = np.maximum(t - reach, strata.begin), np.minimum(t + reach, last)
        low[1:] = np.maximum(low[1:], high[:-1])  # what overlaps is counted once
        keep = high > low
        low, high = (low[keep] - strata.begin) / strata.width, (high[keep] - strata.begin) / strata.width
        first, end = np.floor(low).astype(np.int64), np.ceil(high).astype(np.int64)
        length = end - first
        slot = np.repeat(first - (np.cumsum(length) - length), length) + np.arange(int(length.sum()))
        part = np.minimum(np.repeat(high, length), slot + 1) - np.maximum(np.repeat(low, length), slot)
        where = strata.slots[np.minimum(slot, len(strata.slots) - 1)]
        inside = where >= 0
        out[c] = np.bincount(where[inside], part[inside], minlength=strata.n)
    whole = strata.seconds / strata.width
    return np.divide(out, whole, out=np.zeros_like(out), where=whole > 0)
