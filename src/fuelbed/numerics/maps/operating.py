"""Where a model operates: the state in which it runs, the one in which it is down, and the edge between, at one row of parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.fixed import FixedPoint, describe, fixed_points
from fuelbed.numerics.maps.simulate import settled
from fuelbed.numerics.maps.system import System

__all__ = ["SETTLE_STEPS", "Operating", "operating_points"]

Array = NDArray[np.float64]
SETTLE_STEPS = 4000  # of a map: long enough to creep along a ghost, short enough to answer
_MOST_CORNERS = 64


@dataclass(frozen=True, eq=False)
class Operating:
    """points: all fixed points found. normal: where the declared start leads without a push, None where that is failed or no rest.

    failed   a state that holds by itself with `failed > 0`.
    saddle   the fixed point that small deviations leave in some way and that is nearest to both (where there are both): the edge as Newton
             sees it. An edge that is no fixed point (a cycle) is not here.
    """

    points: tuple[FixedPoint, ...]
    normal: FixedPoint | None
    failed: FixedPoint | None
    saddle: FixedPoint | None


def operating_points(system: System, p: Array) -> Operating:
    """The three states that matter, at the parameters p (P,)."""
    points = tuple(fixed_points(system, p))
    start = settled(system, system.start[None], p, SETTLE_STEPS)[0]
    normal = _near(system, points, start, p) if np.isfinite(start).all() else None
    if normal is not None and normal.failed > 0:
        normal = None
    failed = next((q for q in sorted(points, key=lambda q: -q.failed) if q.kind == "stable" and q.failed > 0), None)
    failed = failed or _held(system, p, points)
    return Operating(points, normal, failed, _between(system, points, normal, failed))


def _near(system: System, points: tuple[FixedPoint, ...], x: Array, p: Array) -> FixedPoint | None:
    """The fixed point that the start leads to; of a rest point that Newton did not list (it sits on a kink), its own description."""
    for q in points:
        if np.max(np.abs(q.x - x) / system.scale) < 1e-3:
            return q
    still = np.max(np.abs(system.step(x[None], p)[0] - x) / system.scale) < 1e-7
    return describe(system, x, p) if still else None


def _held(system: System, p: Array, points: tuple[FixedPoint, ...]) -> FixedPoint | None:
    """A failed state that the corners of the box lead to and that hardly moves, though Newton listed none as stable: one that is left so
    slowly that its multiplier is 1 to the last digit."""
    low, high = system.search
    n = min(2 ** len(low), _MOST_CORNERS)
    corners = np.where((np.arange(n)[:, None] >> np.arange(len(low))) & 1, high, low)
    x = settled(system, corners, p, SETTLE_STEPS)
    x = x[np.isfinite(x).all(axis=1)]
    down = x[system.failed(x, np.broadcast_to(p, (len(x), len(p)))) > 0] if len(x) else x
    return next((q for row in down if (q := _near(system, points, row, p)) is not None and q.failed > 0), None)


def _between(
    system: System, points: tuple[FixedPoint, ...], normal: FixedPoint | None, failed: FixedPoint | None
) -> FixedPoint | None:
    if normal is None or failed is None:
        return None

    def far(q: FixedPoint) -> float:
        return float(sum(np.max(np.abs(q.x - end.x) / system.scale) for end in (normal, failed)))

    others = [q for q in points if q is not normal and q is not failed and q.kind != "stable"]
    return min(others, key=far, default=None)
