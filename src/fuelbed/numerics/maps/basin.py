"""From where the system comes back by itself: the share of the box, the state on the edge, the smallest move that is too much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.fixed import FixedPoint, describe, newton
from fuelbed.numerics.maps.simulate import settled, stays_down
from fuelbed.numerics.maps.system import System
from fuelbed.numerics.wilson import wilson

__all__ = ["Edge", "Share", "basin_share", "edge_state"]

Array = NDArray[np.float64]
_APART = 1e-3  # of the box: when the pair across the edge is further apart it is drawn together again
_CLOSE = 1e-6
_POINTS = 31  # between the pair in one round of drawing together: a bracket shrinks 32-fold


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % Wilson interval, from `n` points drawn; `left` of them left the domain of the model (they count as down)."""

    value: float
    low: float
    high: float
    n: int
    left: int


def basin_share(system: System, p: Array, settle: float, rng: np.random.Generator, n: int = 1000) -> Share:
    """The share of the searched box from which the system comes back up (uniform draws)."""
    low, high = system.search
    x = low + (high - low) * rng.random((n, len(system.states)))
    down, left = stays_down(system, x, p, max(round(settle / system.step_seconds), 10))
    up = int(n - down.sum())
    return Share(up / n, *wilson(up, n), n, left)


@dataclass(frozen=True, eq=False)
class Edge:
    """The state on the edge between coming back and staying down, to which a push just at the boundary leads before it is decided.

    x        (S,) the state (of an orbit that does not settle, one of its states).
    point    the fixed point there, None where the edge state is not one (it wanders, `spread` says how far, in units of the box).
    """

    x: Array
    point: FixedPoint | None
    spread: float


def edge_state(system: System, p: Array, up: Array, down: Array, settle: float, rounds: int = 40) -> Edge | None:
    """Edge tracking: a pair of states, one that comes back and one that does not, is stepped on and drawn together again and again.

    up, down: two states (S,) with these two fates; None where they do not have them.
    (J. Skufca, J. Yorke, B. Eckhardt, Phys. Rev. Lett. 96, 2006.)
    """
    steps = max(round(settle / system.step_seconds), 10)
    a, b = np.asarray(up, dtype=float), np.asarray(down, dtype=float)
    fate, _ = stays_down(system, np.stack([a, b]), p, steps)
    if fate[0] or not fate[1]:
        return None
    rests = settled(system, np.stack([a, b]), p, steps)
    seen: list[Array] = []
    for _ in range(rounds):
        a, b = _together(system, p, a, b, steps, rests)
        middle = (a + b) / 2
        point = _point_near(system, p, middle)
        if point is not None:
            return Edge(point.x, point, 0.0)
        seen.append(middle)
        pair = np.stack([a, b])
        for _ in range(max(steps // 20, 20)):
            pair = system.step(pair, p)
            if np.max(np.abs(pair[1] - pair[0]) / system.scale) > _APART:
                break
        a, b = pair
    late = np.array(seen[len(seen) // 2 :])
    return Edge(seen[-1], None, float(np.max(np.ptp(late, axis=0) / system.scale)))


def _together(system: System, p: Array, a: Array, b: Array, steps: int, rests: Array) -> tuple[Array, Array]:
    """Two neighbours on the segment from a to b, `_CLOSE` apart, of which the first comes back and the second does not."""
    while np.max(np.abs(b - a) / system.scale) > _CLOSE:
        share = np.arange(0, _POINTS + 2)[:, None] / (_POINTS + 1)
        x = a + share * (b - a)
        down = stays_down(system, x[1:-1], p, steps, rests)[0]
        at = int(np.argmax(np.append(down, True)))
        a, b = x[at], x[at + 1]
    return a, b


def _point_near(system: System, p: Array, x: Array) -> FixedPoint | None:
    """The fixed point that Newton finds within a thousandth of the box, unless it is a stable one."""
    found, good = newton(system, x, p)
    if not good[0] or np.max(np.abs(found[0] - x) / system.scale) > 1e-3:
        return None
    point = describe(system, found[0], p)
    return None if point.kind == "stable" else point
