"""Cycles of a map by Newton from all over its box: the continuation of period 2 and 3 begins on one."""

from __future__ import annotations

import numpy as np

from fuelbed.numerics.maps.fixed import FixedPoint, describe, even_points, newton
from fuelbed.numerics.maps.system import System

__all__ = ["cycles"]


def cycles(system: System, p: np.ndarray, period: int = 2, starts: int = 64) -> list[FixedPoint]:
    """One point of every cycle of exactly this length (the one that is least in the first state)."""
    low, high = system.search
    x, good = newton(system, low + (high - low) * even_points(starts, len(system.states)), p, period)
    found: list[np.ndarray] = []

    def same(a: np.ndarray, b: np.ndarray) -> bool:
        return bool(np.max(np.abs(a - b) / system.scale) < 1e-5)

    for row in x[good]:
        orbit = [row]
        for _ in range(period - 1):
            orbit.append(system.step(orbit[-1], p)[0])
        least = min(orbit, key=lambda o: float(o[0]))
        if not any(same(o, row) for o in orbit[1:]) and not any(same(least, f) for f in found):
            found.append(least)
    return [describe(system, x, p, period) for x in sorted(found, key=lambda f: float(f[0]))]
