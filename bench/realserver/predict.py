"""What the product says beforehand, from the parameters alone: `fuelbed.numerics.retry`, nothing else.

Two of its three levels answer. The fluid gives one number, the boundary. The simulation of single requests gives, for each of 40 seeds,
the least trigger after which that course stays down: its median is a boundary too, and the middle nine tenths say how far chance alone
moves it (Poisson arrivals; for evenly spaced ones the spread is too wide). `down` means the same as in the measurement: in the last
quarter of the time watched, fewer good answers than half of the first attempts.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from bench.realserver.settings import Setting
from fuelbed.numerics.retry import Push, Retry, boundary, simulate

__all__ = ["Prediction", "predict", "retry_of"]

_SEEDS, _CUTS = 40, 10


@dataclass(frozen=True, slots=True)
class Prediction:
    """Where it begins to stay down, in sizes of the trigger; inf: nowhere up to the greatest one that is tried.

    fluid           boundary of the fluid
    single          median over seeds of the boundary of the simulation of single requests; low, high: 5 % and 95 % of them
    at              when this was computed
    """

    setting: str
    key: str
    fluid: float
    single: float
    low: float
    high: float
    at: str


def retry_of(s: Setting) -> Retry:
    """The setting as the product's model. Every number is one of the setting; nothing is fitted."""
    return Retry(
        capacity=s.capacity, load=s.load, timeout=s.timeout, retries=float(s.retries), backoff=s.backoff, queue=float(s.queue),
        servers=float(s.servers), stale_work=s.stale_work, retries_after=s.retries_after, service="fixed",
    )  # fmt: skip


def predict(s: Setting) -> Prediction:
    """The prediction for one setting."""
    r = retry_of(s)
    push = Push({"load": ("times", 2.0)}) if s.on == "load" else Push({"capacity": ("times", 0.0)})
    if s.varies == "size":
        found = boundary(r, push, lasts=s.fixed, most=s.high, tolerance=0.002 * s.high, settle=s.watched)
    else:
        found = boundary(r, push, size=s.fixed, most=s.high, tolerance=0.002 * s.high, over="lasts", settle=s.watched)
    each = sorted(_least(s, r, push, seed) for seed in range(_SEEDS))
    low, single, high = (each[round(q * (_SEEDS - 1))] for q in (0.05, 0.5, 0.95))
    return Prediction(s.name, s.key(), float(found.critical[0]), single, low, high, time.strftime("%Y-%m-%dT%H:%M:%S"))


def _least(s: Setting, r: Retry, push: Push, seed: int) -> float:
    """The least size after which the course of one seed stays down, by bisection."""

    def down(x: float) -> bool:
        size, lasts = (x, s.fixed) if s.varies == "size" else (s.fixed, x)
        return simulate(r, push, size, lasts, lasts + s.watched, seed, bin_length=s.watched / 64).down(s.watched / 4)

    low, high = 0.0, s.high
    if not down(high):
        return math.inf
    for _ in range(_CUTS):
        middle = (low + high) / 2
        low, high = (low, middle) if down(middle) else (middle, high)
    return high
