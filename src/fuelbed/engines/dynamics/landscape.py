"""The states that the model itself can rest in: running, failed, and the edge between; how far each parameter is from a change of that.

This level is the map of the model (of an events model its mean field, of the retry service two numbers: those who wait and those who will
send again). It says what kind of states there are; where the boundary of a push lies is asked of the finer level (`asking.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.engines.dynamics.draws import Variant
from fuelbed.numerics.maps.basin import Share, basin_share, edge_state
from fuelbed.numerics.maps.boundary import Correction, critical_sizes, least_correction
from fuelbed.numerics.maps.continuation import Bifurcation, Margin, Margins, nearest_bifurcation
from fuelbed.numerics.maps.fixed import FixedPoint, settle_time
from fuelbed.numerics.maps.loops import Influences, find_loops
from fuelbed.numerics.maps.operating import SETTLE_STEPS, operating_points
from fuelbed.numerics.maps.simulate import settled, stays_down
from fuelbed.numerics.maps.system import System, compile_model

__all__ = [
    "LONGEST",
    "Ground",
    "Landscape",
    "Nearest",
    "basin",
    "correction",
    "edge_and_loops",
    "ground",
    "landscape",
    "margins_and_window",
]

Array = NDArray[np.float64]
_BASIN_POINTS = 200
_MOST_STEPS = 10_000
LONGEST = 5.0  # settle times that load is shed for at most
_LEVELS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 0.9)  # shares of today's load to shed down to


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest change of a parameter that ends the running state (or the failed one); None: none within the range searched."""

    parameter: str
    running: Margin | None
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Landscape:
    """points: all fixed points found at the middle of every number. normal, failed, edge: the three that matter, None where there is none.

    window: the loads between which both hold, None where the model has no load or one of them does not end within three times today's.
    `failed` is a state that holds by itself with `failed > 0`; the edge is where a push just too great leads before it is decided.
    """

    system: System
    p: Array
    points: tuple[FixedPoint, ...]
    normal: FixedPoint | None
    failed: FixedPoint | None
    edge: Array | None
    loops: Influences | None
    nearest: tuple[Nearest, ...]
    window: tuple[float, float] | None
    basin: Share
    correction: Correction | None
    settle: float


@dataclass(frozen=True, eq=False)
class Ground:
    """What the rest of the landscape stands on, at row 0, the middle of every number. load: the parameter's name, "" for none."""

    system: System
    p: Array
    load: str
    points: tuple[FixedPoint, ...]
    normal: FixedPoint | None
    failed: FixedPoint | None
    settle: float


def ground(v: Variant) -> Ground:
    system, p = compile_model(v.model), v.table[0]
    where = operating_points(system, p)
    settle = min(settle_time(system, where.points), _MOST_STEPS * system.step_seconds)
    return Ground(system, p, v.model.load, where.points, where.normal, where.failed, settle)


def edge_and_loops(g: Ground) -> tuple[Array | None, Influences | None]:
    """The state on the edge, and the loops at the three states."""
    if g.normal is None:
        return None, None
    edge = None
    if g.failed is not None:
        found = edge_state(g.system, g.p, g.normal.x, g.failed.x, g.settle)
        edge = found.x if found is not None else None
    failed = g.failed.x if g.failed else None
    return edge, find_loops(g.system, g.p, g.normal.x, failed, edge, settle=g.settle if g.failed else None)


def margins_and_window(g: Ground) -> tuple[tuple[Nearest, ...], tuple[float, float] | None]:
    nearest = _margins(g.load, g.system, g.p, g.normal)
    return nearest, _window(g.load, g.system, g.p, g.normal, g.failed, nearest)


def basin(g: Ground, rng: np.random.Generator) -> Share:
    return basin_share(g.system, g.p, g.settle, rng, _BASIN_POINTS)


def correction(g: Ground) -> Correction | None:
    return _correction(g.load, g.system, g.p, g.failed, g.settle)


def landscape(
    g: Ground,
    edged: tuple[Array | None, Influences | None],
    margins: tuple[tuple[Nearest, ...], tuple[float, float] | None],
    share: Share,
    back: Correction | None,
) -> Landscape:
    """Its parts, each asked for by itself, put together."""
    return Landscape(g.system, g.p, g.points, g.normal, g.failed, *edged, *margins, share, back, g.settle)


def _margins(load: str, system: System, p: Array, normal: FixedPoint | None) -> tuple[Nearest, ...]:
    """By parameter (of those that move the map at all), what ends the running state first."""
    if normal is None:
        return ()
    out = []
    moved = np.abs(system.by_parameter(normal.x[None], p)[0]).max(axis=0) > 0
    for i, name in enumerate(system.parameters):
        if name != load and not moved[i]:
            continue
        try:
            m: Margins = nearest_bifurcation(system, p, normal.x, name, *_range(system, p, name))
        except (ValueError, np.linalg.LinAlgError):
            continue
        found = [x for x in (m.down, m.up) if x is not None and _ends(system, p, normal.x, x)]
        out.append(Nearest(name, min(found, key=lambda x: x.distance, default=None), m.low, m.high))
    out = _searched(system, p, normal.x, out)
    return tuple(sorted(out, key=lambda n: n.running.percent if n.running else np.inf))


def _searched(system: System, p: Array, x: Array, found: list[Nearest]) -> list[Nearest]:
    """Where continuation found no end (its branch may stop at the box), by simulation: set so at once, does the running state go down?"""
    open_ones = [n for n in found if n.running is None]
    ends = [(n, end) for n in open_ones for end in (n.low, n.high)]
    if not ends:
        return found
    columns = np.array([system.parameter(n.parameter) for n, _ in ends])
    far = np.array([end for _, end in ends])

    def down(rows: NDArray[np.intp], shares: Array) -> NDArray[np.bool_]:
        q = np.tile(p, (len(rows), 1))
        at = columns[rows]
        q[np.arange(len(rows)), at] = p[at] + shares * (far[rows] - p[at])
        return stays_down(system, np.tile(x, (len(rows), 1)), q, SETTLE_STEPS)[0]

    share = critical_sizes(down, len(ends), 1.0, 2e-3).values
    lost: dict[str, Margin] = {}
    for (n, end), s in zip(ends, share, strict=True):
        today = float(p[system.parameter(n.parameter)])
        if np.isfinite(s) and s > 0 and end != today:
            at = Bifurcation("failed", today + float(s) * (end - today), x, np.zeros(0, dtype=complex), False)
            m = Margin(n.parameter, today, at)
            if n.parameter not in lost or m.distance < lost[n.parameter].distance:
                lost[n.parameter] = m
    return [replace(n, running=n.running or lost.get(n.parameter)) for n in found]


def _window(
    load: str, system: System, p: Array, normal: FixedPoint | None, failed: FixedPoint | None, nearest: tuple[Nearest, ...]
) -> tuple[float, float] | None:
    """The loads at which both states hold: from where the failed one ends (or 0) to where the running one does."""
    top = next((n.running for n in nearest if n.parameter == load), None)
    if normal is None or failed is None or top is None or top.at.value < top.today:
        return None
    try:
        ends = nearest_bifurcation(system, p, failed.x, load, *_range(system, p, load)).down
    except (ValueError, np.linalg.LinAlgError):
        return None
    if ends is None:
        return (0.0, top.at.value)
    q = system.with_values({load: ends.at.value - 0.02 * abs(ends.at.value - ends.today)}, p)
    down = stays_down(system, failed.x[None], q, 5 * SETTLE_STEPS)[0]
    return None if down[0] else (ends.at.value, top.at.value)


def _range(system: System, p: Array, name: str) -> tuple[float, float]:
    """From 0 to three times today's value (to 5, of a count that is small): what a team might change it to."""
    today = float(p[system.parameter(name)])
    return (0.0, max(3.0 * today, 1.0)) if today >= 0 else (3.0 * today, 0.0)


def _ends(system: System, p: Array, x: Array, m: Margin) -> bool:
    """Whether a little beyond the bifurcation the running state is really left, for another or for swings (tried by simulation)."""
    beyond = m.at.value + 0.02 * (m.at.value - m.today)
    q = system.with_values({m.parameter: beyond}, p)
    if stays_down(system, x[None], q, SETTLE_STEPS)[0][0]:
        return True
    y = settled(system, x[None], q, SETTLE_STEPS // 4)
    if not np.isfinite(y).all() or system.failed(y, q)[0] > 0:
        return True
    if system.failed(m.at.x[None], q)[0] > 0:  # something happens to the failed state, not to this one
        return False
    course = [y]
    for _ in range(50):
        course.append(system.step(course[-1], q))
    left = np.max(np.abs(np.array(course)[:, 0] - m.at.x) / system.scale, axis=1)
    return bool(left.max() > 0.05)


def _correction(load: str, system: System, p: Array, failed: FixedPoint | None, settle: float) -> Correction | None:
    """Shed load down to a share of today's: for how long, before it can be let back in whole?"""
    if failed is None or not load:
        return None
    today = float(p[system.parameter(load)])
    levels = today * np.array(_LEVELS)
    return least_correction(system, p, failed.x, load, levels, LONGEST * settle, settle, 0.02)
