"""Following a fixed point as one parameter changes: where it turns back, loses stability, or goes down; how far that is from today.

Pseudo-arclength (H. Keller 1977): tangent predictor, Newton in the plane across it, a step that grows where the curve is straight and
halves where it bends. Bifurcations are refined along the arc until the test is 0 to the last digits. At a kink of the law the tangent
jumps; where the curve turns back there the turn is a fold too (`on_kink`), found by trying the tangents of the far side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.curve import TESTS, Curve, Kind, Point
from fuelbed.numerics.maps.system import System

__all__ = ["Bifurcation", "Branch", "Margin", "Margins", "continued", "nearest_bifurcation", "search_range"]

Array = NDArray[np.float64]
_SMALLEST, _GREATEST, _FIRST = 1e-10, 0.02, 1e-3
_BEND = 0.97  # cosine between two tangents below which the step is halved ...
_BEND_STEP = 1e-4  # ... unless it is this small already: then it is a corner


@dataclass(frozen=True, eq=False)
class Bifurcation:
    """Where something happens on a branch: the value of the parameter, the state there, the multipliers.

    on_kink: the law has an edge here, so the multipliers jump past the unit circle instead of passing it.
    """

    kind: Kind
    value: float
    x: Array
    multipliers: NDArray[np.complex128]
    on_kink: bool


@dataclass(frozen=True, eq=False)
class Branch:
    """A branch of fixed points in the order of its arc: parameter values (m,), states (m, S), greatest modulus of a multiplier (m,),
    `failed` (m,), the bifurcations on it, and why each end is an end (`range`, `box`, `steps`, `lost`)."""

    parameter: str
    values: Array
    states: Array
    radius: Array
    failed: Array
    bifurcations: tuple[Bifurcation, ...]
    ends: tuple[str, str]


@dataclass(frozen=True, eq=False)
class Margin:
    """The way from today's value of a parameter to what happens first: `distance` in its units, `percent` of today's value."""

    parameter: str
    today: float
    at: Bifurcation
    period: int = 1

    @property
    def distance(self) -> float:
        return abs(self.at.value - self.today)

    @property
    def percent(self) -> float:
        return 100.0 * self.distance / abs(self.today) if self.today else math.inf


@dataclass(frozen=True, eq=False)
class Margins:
    """What is met on the way down to `low` and up to `high`; None where nothing happens in that range."""

    down: Margin | None
    up: Margin | None
    low: float
    high: float


def search_range(system: System, parameter: str, p: Array) -> tuple[float, float]:
    """Where a bifurcation is looked for: from 0 to ten times today's value (both ways of 0), and all of its declared interval."""
    today = float(p[system.parameter(parameter)])
    given = system.model.parameters[parameter].quantity
    far = 10 * abs(today) if today else 1.0
    low, high = (0.0, far) if today >= 0 else (-far, 0.0)
    return min(low, given.low), max(high, given.high if math.isfinite(given.high) else high)


def continued(
    system: System,
    p: Array,
    x: Array,
    parameter: str,
    low: float,
    high: float,
    *,
    period: int = 1,
    most: int = 2000,
    first_only: bool = False,
) -> Branch:
    """The branch through the fixed point x (S,) at p (P,), both ways along its arc, within low..high and the searched box.

    first_only: stop on each side at the first bifurcation. Raises ValueError where x is no fixed point.
    """
    curve = Curve(system, p, parameter, (high - low) or 1.0, period)
    start = curve.scaled(x, float(p[curve.column]))
    if not float(np.max(np.abs(curve.linear(start)[0]))) < 1e-6:
        raise ValueError("the continuation must start on a fixed point")
    y = curve.correct(start, np.append(np.zeros(len(start) - 1), 1.0))
    y = start if y is None else y
    origin = curve.point(y, np.append(np.zeros(len(start) - 1), 1.0))
    sides = [_walk(curve, origin, way, (low, high), most, first_only) for way in (-1.0, 1.0)]
    points = [*reversed(sides[0][0]), origin, *sides[1][0]]
    ys = np.array([q.y for q in points])
    return Branch(
        parameter,
        ys[:, -1] * curve.unit,
        ys[:, :-1] * curve.scale,
        np.array([q.radius for q in points]),
        np.array([q.tests[TESTS.index("failed")] for q in points]),
        (*reversed(sides[0][1]), *sides[1][1]),
        (sides[0][2], sides[1][2]),
    )


def _walk(
    curve: Curve, origin: Point, way: float, span: tuple[float, float], most: int, first_only: bool
) -> tuple[list[Point], list[Bifurcation], str]:
    """One side of a branch: its points, its bifurcations, and why it ended."""
    here = curve.point(origin.y, way * origin.tangent)
    points: list[Point] = []
    found: list[Bifurcation] = []
    h = _FIRST
    while len(points) < most:
        new, h = _advance(curve, here, h)
        if new is None:
            turned = _corner(curve, here)
            if turned is None:
                return points, found, "lost"
            new, special = turned
            found += special
        else:
            found += _between(curve, here, new)
        found = [b for b in found if span[0] <= b.value <= span[1]]
        if first_only and found:
            return points, found, "range"
        value = new.y[-1] * curve.unit
        if not span[0] <= value <= span[1]:
            last = _at_value(curve, here, new, min(max(value, span[0]), span[1]))
            return [*points, *last], found, "range"
        if not curve.system.inside(new.y[:-1] * curve.scale, 1e-6):
            return points, [b for b in found if curve.system.inside(b.x, 1e-6)], "box"
        points.append(new)
        here = new
        if len(points) > 20 and np.max(np.abs(new.y - origin.y)) < h / 4:
            return points, found, "closed"
    return points, found, "steps"


def _advance(curve: Curve, here: Point, h: float) -> tuple[Point | None, float]:
    """The next point and the step to try after it; None where even the smallest step does not get there."""
    while h >= _SMALLEST:
        y = curve.correct(here.y + h * here.tangent, here.tangent)
        if y is not None and np.linalg.norm(y - here.y) < 2 * h:
            new = curve.point(y, here.tangent)
            bend = float(new.tangent @ here.tangent)
            if bend > _BEND or (h <= _BEND_STEP and bend > 0.1):
                return new, min(h * (1.6 if bend > 0.995 else 1.0), _GREATEST)
        h /= 2
    return None, _FIRST / 10


def _at_value(curve: Curve, here: Point, new: Point, value: float) -> list[Point]:
    """The last point of a branch, exactly at the end of the range of the parameter."""
    end = value / curve.unit
    share = (end - here.y[-1]) / (new.y[-1] - here.y[-1])
    guess = here.y + share * (new.y - here.y)
    guess[-1] = end
    y = curve.correct(guess, np.append(np.zeros(len(guess) - 1), 1.0))
    return [] if y is None else [curve.point(y, here.tangent)]


def _between(curve: Curve, a: Point, b: Point) -> list[Bifurcation]:
    """The bifurcations on the arc from a to b, in order."""
    step = float((b.y - a.y) @ a.tangent)
    hits = []
    for k, kind in enumerate(TESTS):
        if a.tests[k] * b.tests[k] < 0 or (b.tests[k] == 0 and a.tests[k] != 0):
            s = _refined(lambda s, k=k: _test(curve, a, s, k), step, float(a.tests[k]), float(b.tests[k]))  # type: ignore[misc]  # k is bound here
            y = _here(curve, a, s)
            crossing = curve.crossing(y) if kind == "exchange" else None
            at = curve.point(y if crossing is None else crossing, a.tangent)
            if kind != "spiral" or _turning(at):
                hits.append((s, _special(curve, kind, at)))
    return [b for _, b in sorted(hits, key=lambda hit: hit[0])]


def _here(curve: Curve, a: Point, s: float) -> Array:
    """The point of the curve at arc s after a; at a crossing, where Newton is singular, the middle of two points close by."""
    for near in (0.0, 1e-7, 1e-6, 1e-5):
        sides = [curve.correct(a.y + (s + way * near) * a.tangent, a.tangent) for way in (-1, 1)]
        if sides[0] is not None and sides[1] is not None:
            return np.asarray((sides[0] + sides[1]) / 2)
    return np.asarray(a.y + s * a.tangent)


def _turning(at: Point) -> bool:
    """The pair on the unit circle is complex (two real multipliers with product 1 are no bifurcation)."""
    mu = at.multipliers[np.argmin(np.abs(np.abs(at.multipliers) - 1.0))]
    return bool(abs(mu.imag) > 1e-7)


def _special(curve: Curve, kind: Kind, at: Point) -> Bifurcation:
    x, p = curve.at(at.y)
    return Bifurcation(kind, float(p[0, curve.column]), x[0], at.multipliers, bool(curve.system.kinked(x, p[0])[0]))


def _test(curve: Curve, a: Point, s: float, k: int) -> float:
    y = curve.correct(a.y + s * a.tangent, a.tangent)
    return math.nan if y is None else float(curve.point(y, a.tangent).tests[k])


def _refined(test: Callable[[float], float], step: float, at_0: float, at_1: float) -> float:
    """The zero (or the jump through zero) of `test` on 0..step by the Illinois rule, halving where that does not shorten the bracket."""
    low, high = 0.0, step
    for i in range(80):
        s = (low * at_1 - high * at_0) / (at_1 - at_0) if i % 3 != 2 else (low + high) / 2
        v = test(s)
        if math.isnan(v) or abs(high - low) < 1e-15:
            break
        if v == 0:
            return s
        if (v > 0) == (at_1 > 0):
            high, at_1, at_0 = s, v, at_0 / (2 if i % 3 == 1 else 1)
        else:
            low, at_0, at_1 = s, v, at_1 / (2 if i % 3 == 1 else 1)
    return (low * at_1 - high * at_0) / (at_1 - at_0)


def _corner(curve: Curve, here: Point) -> tuple[Point, list[Bifurcation]] | None:
    """On round a kink at which the curve has no continuation ahead: the tangents of the far side, both ways; None where both fail."""
    for reach in (1e-8, 1e-6, 1e-4):
        _, dg, _ = curve.linear(here.y + reach * here.tangent)
        if not np.isfinite(dg).all():
            return None
        far = np.linalg.svd(dg)[2][-1]
        for t in (far, -far):
            y = curve.correct(here.y + 10 * reach * t, t)
            if y is None:
                continue
            way = (y - here.y) / max(float(np.linalg.norm(y - here.y)), 1e-300)
            if float(way @ here.tangent) > -0.9999 and 0 < np.linalg.norm(y - here.y) < 100 * reach:
                new = curve.point(y, way)
                turned = here.tangent[-1] * new.tangent[-1] < 0
                x, p = curve.at(here.y)
                fold = Bifurcation("fold", float(p[0, curve.column]), x[0], here.multipliers, True)
                return new, [fold] if turned else []
    return None


def nearest_bifurcation(
    system: System, p: Array, x: Array, parameter: str, low: float | None = None, high: float | None = None, period: int = 1
) -> Margins:
    """From the (stable) fixed point x, what is met first as the parameter falls and as it rises, within low..high.

    Without a range that of `search_range` is taken. Where both ways along the branch lead to the same side the nearer one counts.
    """
    wide = search_range(system, parameter, p)
    low, high = wide[0] if low is None else low, wide[1] if high is None else high
    branch = continued(system, p, x, parameter, low, high, period=period, first_only=True)
    today = float(p[system.parameter(parameter)])
    margins = sorted((Margin(parameter, today, b, period) for b in branch.bifurcations), key=lambda m: m.distance)
    below = next((m for m in margins if m.at.value < today), None)
    above = next((m for m in margins if m.at.value >= today), None)
    return Margins(below, above, low, high)
