"""From where the system comes back by itself: the share of the box, the state on the edge, the smallest move that is too much."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.boundary import critical_sizes
from fuelbed.numerics.maps.fixed import FixedPoint, describe, newton
from fuelbed.numerics.maps.simulate import settled, stays_down
from fuelbed.numerics.maps.system import System

__all__ = ["CriticalMove", "Edge", "Share", "basin_share", "critical_move", "edge_state", "wilson"]

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


def wilson(hits: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Interval of a share (E. Wilson, JASA 22, 1927)."""
    if n == 0:
        return 0.0, 1.0
    share = hits / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))


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


@dataclass(frozen=True, eq=False)
class CriticalMove:
    """The smallest move of the state after which it stays down: `size` (in units of the box, the longest state counts), where it leads.

    inf where no move within the box does. It is the least over the directions tried, so an upper bound of the true one.
    """

    size: float
    direction: Array
    x: Array
    tried: int
    monotone: bool


def critical_move(
    system: System, p: Array, x: Array, settle: float, rng: np.random.Generator, directions: int = 64, rounds: int = 3
) -> CriticalMove:
    """From a state that is up: bisection along every state's axis and `directions` random ways, then around the best, ever nearer."""
    size = len(system.states)
    x = np.asarray(x, dtype=float)
    ways = np.concatenate([np.eye(size), -np.eye(size), rng.normal(size=(directions if size > 1 else 0, size))])
    best, at, steady, tried = math.inf, np.zeros(size), True, 0
    width = 0.5
    for _ in range(rounds if size > 1 else 1):
        ways = ways / np.max(np.abs(ways), axis=1, keepdims=True)
        sizes, monotone = _along(system, p, x, ways, settle)
        tried += len(ways)
        i = int(np.argmin(sizes))
        if sizes[i] < best:
            best, at, steady = float(sizes[i]), ways[i], bool(monotone[i])
        if math.isinf(best):
            break
        ways = at + width * rng.normal(size=(max(directions // 2, 8), size))
        width /= 4
    moved = x + best * system.scale * at if math.isfinite(best) else np.full(size, np.nan)
    return CriticalMove(best, at, moved, tried, steady)


def _along(system: System, p: Array, x: Array, ways: Array, settle: float) -> tuple[Array, NDArray[np.bool_]]:
    """Critical size along each way (n, S), as far as the box reaches."""
    low, high = system.search
    with np.errstate(all="ignore"):
        room = np.where(
            ways > 0, (high - x) / (ways * system.scale), np.where(ways < 0, (low - x) / (ways * system.scale), np.inf)
        )
    reach = np.maximum(room.min(axis=1), 0.0)
    steps = max(round(settle / system.step_seconds), 10)

    def down(rows: NDArray[np.intp], sizes: Array) -> NDArray[np.bool_]:
        return stays_down(system, x + sizes[:, None] * ways[rows] * system.scale, p, steps, x[None])[0]

    found = critical_sizes(down, len(ways), reach, 1e-4)
    return found.values, found.monotone
