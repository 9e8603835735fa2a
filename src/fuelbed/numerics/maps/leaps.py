"""Many runs of a model of events at once, each with its own parameters: event by event where there are few, else in leaps.

Event by event: Gillespie's direct method (1977), all runs in step, exact. A leap (D. Gillespie, J. Chem. Phys. 115, 2001) takes the rates as
constant for a while and draws the number of each event from a Poisson law; how long it may last is chosen so that no state's mean or
spread changes by more than a share of it (Y. Cao, D. Gillespie, L. Petzold, J. Chem. Phys. 124, 2006, over all runs together). No event
is counted more often than the box has room for, and what is left over at an edge is cut. `jumps.py` gives one run exactly and fast.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.system import System

__all__ = ["FEW_EVENTS", "leaps", "singly"]

Array = NDArray[np.float64]
FEW_EVENTS = 40.0  # in one stretch of time: so many are followed one by one
_SHARE = 0.05
_ROOM = 1e-9


def singly(system: System, x: Array, p: Array, seconds: float, rng: np.random.Generator, most: int = 100_000) -> Array:
    """(n, S): the states `seconds` later, event by event; at most `most` events a run."""
    x = np.array(x, dtype=float)
    p = np.broadcast_to(p, (len(x), len(system.parameters)))
    left = np.full(len(x), float(seconds))
    rows = np.arange(len(x))
    for _ in range(most):
        rates = _inside(system, x[rows], system.rates(x[rows], p[rows]))
        total = rates.sum(axis=1)
        with np.errstate(divide="ignore"):
            left[rows] -= rng.standard_exponential(len(rows)) / total
        on = (left[rows] > 0) & np.isfinite(total)
        if not on.any():
            break
        rows, rates, total = rows[on], rates[on], total[on]
        pick = (np.cumsum(rates, axis=1) < (rng.random(len(rows)) * total)[:, None]).sum(axis=1)
        x[rows] += system.changes[np.minimum(pick, rates.shape[1] - 1)]
    return x


def _inside(system: System, x: Array, rates: Array) -> Array:
    """Rates of events whose jump stays in the box; 0 for the others."""
    after = x[:, None, :] + system.changes
    room = _ROOM * system.scale
    stays = np.all((after >= system.low - room) & (after <= system.high + room), axis=2)
    return np.where(stays, rates, 0.0)


def leaps(system: System, x: Array, p: Array, seconds: float, rng: np.random.Generator, most: int = 64) -> Array:
    """(n, S): the states `seconds` later, in as many leaps as the rates ask for and at most `most`; event by event where there are few."""
    rates = _inside(system, x, system.rates(x, p))
    if float(np.nanmax(rates.sum(axis=1), initial=0.0)) * seconds <= FEW_EVENTS:
        return singly(system, x, p, seconds, rng)
    n = min(max(math.ceil(seconds / _longest(system, x, rates)), 1), most)
    for _ in range(n):
        counts = rng.poisson(np.where(np.isfinite(rates), rates, 0.0) * (seconds / n))
        x = _moved(system, x, counts.astype(float))
        rates = system.rates(x, p)
    return x


def _longest(system: System, x: Array, rates: Array) -> float:
    """How long a leap may last, by the means over all runs."""
    mean = np.nanmean(rates, axis=0)
    drift, spread = np.abs(mean @ system.changes), mean @ system.changes**2
    room = np.maximum(_SHARE * np.abs(np.nanmean(x, axis=0)), 1.0)
    with np.errstate(divide="ignore"):
        longest = np.minimum(room / drift, room**2 / spread)
    return max(float(np.min(longest)), 1e-12)


def _moved(system: System, x: Array, counts: Array) -> Array:
    """All events of a leap done: what comes in makes room for what goes out, and nothing leaves the box."""
    ups, downs = np.maximum(system.changes, 0.0), np.maximum(-system.changes, 0.0)
    there, free = x + counts @ ups - system.low, system.high - x + counts @ downs
    share = np.ones_like(counts)
    for e in range(counts.shape[1]):
        for s in range(x.shape[1]):
            if downs[e, s] > 0:
                share[:, e] = np.minimum(share[:, e], _fits(there[:, s], counts @ downs[:, s]))
            elif ups[e, s] > 0:
                share[:, e] = np.minimum(share[:, e], _fits(free[:, s], counts @ ups[:, s]))
    kept = np.floor(counts * share + 1e-9)
    return np.asarray(np.clip(x + kept @ system.changes, system.low, system.high))


def _fits(room: Array, wanted: Array) -> Array:
    """Which share of what is wanted the room allows."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(wanted > room, np.maximum(room, 0.0) / wanted, 1.0))
