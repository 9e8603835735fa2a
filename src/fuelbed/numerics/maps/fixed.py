"""Fixed points and cycles of a map: Newton from many starts, with what happens near each of them.

Starts: an even (Kronecker) sequence over the searched box, the same points some steps later, and where the map goes from the declared
start. Kept are roots of f^k(x) = x inside the box whose step is below 1e-9 of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.simulate import settled
from fuelbed.numerics.maps.system import System, finite

__all__ = ["FixedPoint", "describe", "even_points", "fixed_points", "iterated", "newton", "settle_time"]

Array = NDArray[np.float64]
Kind = Literal["stable", "unstable", "saddle"]


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """A fixed point (or one point of a cycle of length `period`).

    multipliers  eigenvalues of the derivative of f^period, greatest modulus first; radius: the greatest modulus.
    kind         `stable`: a small deviation dies out; `unstable`: every one grows; `saddle`: some do.
    half_life    steps in which a small deviation halves, ln(1/2) / ln(radius) * period; inf where it does not. half_life_seconds the same.
    kinked       the point sits on the edge of min, max, clip, if or abs: the derivative is that of one side, and `kind` was found by
                 simulation of small deviations instead.
    failed       above 0 where the system is down here (of a cycle: the share of its points that are down, less one half).
    """

    x: Array
    multipliers: NDArray[np.complex128]
    radius: float
    kind: Kind
    half_life: float
    half_life_seconds: float
    kinked: bool
    failed: float
    period: int = 1


def even_points(n: int, dimensions: int) -> Array:
    """(n, d) points spread evenly over the unit cube: multiples of the powers of the root of g^(d+1) = g + 1, modulo 1 (M. Roberts 2018)."""
    g = 2.0
    for _ in range(64):
        g = (1.0 + g) ** (1.0 / (dimensions + 1))
    steps = g ** -np.arange(1.0, dimensions + 1)
    return np.asarray((0.5 + np.outer(np.arange(1, n + 1), steps)) % 1.0)


def iterated(system: System, x: Array, p: Array, period: int = 1) -> tuple[Array, Array]:
    """f^period (n, S) and its Jacobian (n, S, S)."""
    f, a, _ = system.linear(x, p)
    for _ in range(period - 1):
        f, b, _ = system.linear(f, p)
        a = b @ a
    return f, a


def _solve(m: Array, g: Array) -> Array:
    """m dx = g row by row; least squares for a row whose matrix is singular, nothing for one that left the domain."""
    good = finite(m, g)
    m = np.where(good[:, None, None], m, np.eye(m.shape[1]))
    g = np.where(good[:, None], g, 0.0)
    try:
        return np.asarray(np.linalg.solve(m, g[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        return np.asarray((np.linalg.pinv(m) @ g[:, :, None])[:, :, 0])


def newton(system: System, x: Array, p: Array, period: int = 1, rounds: int = 30) -> tuple[Array, NDArray[np.bool_]]:
    """Newton for f^period(x) = x from every row of x, kept in the searched box, each step halved until the error falls.

    Gives the last points and which of them are roots (step and error below 1e-9 of the box). Rows that stand still are left alone.
    """
    low, high = system.search
    scale, eye = system.scale, np.eye(len(system.states))
    x = np.clip(np.array(np.atleast_2d(x), dtype=float), low, high)
    error, moved = np.full(len(x), np.inf), np.full(len(x), np.inf)
    busy = np.arange(len(x))
    for _ in range(rounds):
        at = x[busy]
        f, a = iterated(system, at, p, period)
        before = _size(f - at, scale)
        dx = _solve(eye - a, f - at)
        new, error[busy] = _downhill(system, at, dx, p, period, before)
        moved[busy] = _size(new - at, scale)
        x[busy] = new
        busy = busy[(moved[busy] > 1e-15) & np.isfinite(error[busy])]
        if not len(busy):
            break
    return x, np.asarray((error < 1e-9) & system.inside(x) & (moved < 1e-6))


def _downhill(system: System, x: Array, dx: Array, p: Array, period: int, before: Array) -> tuple[Array, Array]:
    """x + dx, or as small a part of it as lessens the error (six halvings), within the box; and the error there."""
    low, high = system.search
    share = np.ones(len(x))
    for _ in range(6):
        new = np.clip(x + share[:, None] * dx, low, high)
        image = new
        for _ in range(period):
            image = system.step(image, p)
        error = _size(image - new, system.scale)
        worse = ~(error <= before) & (before > 1e-12)
        if not worse.any():
            break
        share = np.where(worse, share / 2, share)
    return new, error


def _size(v: Array, scale: Array) -> Array:
    with np.errstate(all="ignore"):
        size: Array = np.max(np.abs(v) / scale, axis=1)
    return np.where(np.isnan(size), np.inf, size)


def _distinct(x: Array, scale: Array) -> Array:
    """One row per group of rows within 1e-6 of the box, in the order of the first state."""
    kept: list[Array] = []
    for row in x[np.lexsort(np.round(x / scale, 7).T[::-1])] if len(x) else x:
        if all(np.max(np.abs(row - k) / scale) > 1e-6 for k in kept):
            kept.append(row)
    return np.array(kept).reshape(len(kept), x.shape[1])


def _starts(system: System, p: Array, starts: int) -> Array:
    low, high = system.search
    spread = low + (high - low) * even_points(starts, len(system.states))
    later = spread
    for _ in range(32):
        later = system.step(later, p)
    reached = settled(system, system.start[None], p, 2000)
    x = np.concatenate([system.start[None], reached, spread, later])
    return np.asarray(x[finite(x)])


def fixed_points(system: System, p: Array, starts: int = 64) -> list[FixedPoint]:
    """All fixed points that `starts` starts in the box lead to, at one row of parameters (P,)."""
    x, good = newton(system, _starts(system, p, starts), p)
    return [describe(system, row, p) for row in _distinct(x[good], system.scale)]


def settle_time(system: System, points: Sequence[FixedPoint], halvings: float = 30.0) -> float:
    """Seconds in which it is decided where the system goes: so many half-lives of the slowest point (doublings, where it is left),

    at least 200 steps and at most 200,000. A point within 1e-5 of losing stability would take longer than any declared time.
    """
    slow = 0.0
    for f in points:
        for radius in np.abs(f.multipliers[np.abs(np.abs(f.multipliers) - 1.0) > 1e-5]):
            if radius > 0:
                slow = max(slow, f.period * math.log(2.0) / abs(math.log(radius)))
    return min(max(halvings * slow, 200.0), 200_000.0) * system.step_seconds


def describe(system: System, x: Array, p: Array, period: int = 1) -> FixedPoint:
    """What happens near a fixed point (or a point of a cycle) that is already known."""
    orbit = [np.asarray(x, dtype=float)]
    for _ in range(period - 1):
        orbit.append(system.step(orbit[-1], p)[0])
    points = np.array(orbit)
    a = iterated(system, points[:1], p, period)[1][0]
    mu = np.linalg.eigvals(a).astype(complex) if np.isfinite(a).all() else np.full(len(a), np.nan, dtype=complex)
    mu = mu[np.argsort(-np.abs(mu))]
    radius = float(np.abs(mu[0]))
    kinked = bool(system.kinked(points, p).any())
    if kinked:
        kind: Kind = _by_simulation(system, points[0], p, period)
    else:
        kind = "stable" if radius < 1 else ("unstable" if abs(mu[-1]) > 1 else "saddle")
    steps = period * math.log(0.5) / math.log(radius) if 0 < radius < 1 else (0.0 if radius == 0 else math.inf)
    down = system.failed(points, p)
    failed = float(down[0]) if period == 1 else float(np.mean(down > 0) - 0.5)
    return FixedPoint(points[0], mu, radius, kind, steps, steps * system.step_seconds, kinked, failed, period)


def _by_simulation(system: System, x: Array, p: Array, period: int) -> Kind:
    """Stable where small deviations (1e-5 of the box, both ways in every state and its mixtures, within the box) all shrink."""
    size = len(x)
    ways = np.concatenate([np.eye(size), -np.eye(size), 2 * even_points(16, size) - 1])
    low, high = system.search
    near = np.clip(x + 1e-5 * system.scale * ways, low, high)
    start = _size(near - x, system.scale)
    y = near
    for _ in range(200 * period):
        y = system.step(y, p)
    end = _size(y - x, system.scale)
    grows = end > start * 1.0000001
    grows = grows[start > 0]
    return "unstable" if len(grows) and grows.all() else ("saddle" if grows.any() else "stable")
