"""One branch of fixed points as a curve: residual, tangent, corrector and the functions whose zeros are bifurcations.

Coordinates are scaled: y = (x / scale of each state, parameter / its scale). On the curve G(y) = f^k(x; p) - x = 0. The tests:

    fold      the tangent's parameter component: the curve turns back, two points meet and vanish
    exchange  det of (DG; tangent): another curve crosses here (transcritical, pitchfork) and the two exchange stability
    flip      det(A + I), a multiplier passes -1: a cycle of twice the length appears
    spiral    product over pairs of multipliers of (mu_i mu_j - 1): a pair passes the unit circle (Neimark-Sacker)
    failed    the model's own `failed`: the state goes down without any bifurcation

(Y. Kuznetsov, Elements of Applied Bifurcation Theory, 4th ed., chapters 4, 5 and 10.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.system import System

__all__ = ["TESTS", "Curve", "Kind", "Point"]

Array = NDArray[np.float64]
Kind = Literal["fold", "exchange", "flip", "spiral", "failed"]
TESTS: tuple[Kind, ...] = ("fold", "exchange", "flip", "spiral", "failed")
_NEWTON = 10
_TOLERANCE, _ENOUGH = 1e-11, 1e-14


@dataclass(frozen=True, eq=False)
class Point:
    """A point of the curve: y (S+1,), tangent (S+1,), multipliers, the tests in the order of `TESTS`."""

    y: Array
    tangent: Array
    multipliers: NDArray[np.complex128]
    tests: Array

    @property
    def radius(self) -> float:
        return float(np.max(np.abs(self.multipliers)))


class Curve:
    """The fixed points (of f^period) of one system over one parameter, the others at `p` (P,)."""

    def __init__(self, system: System, p: Array, parameter: str, unit: float, period: int = 1) -> None:
        self.system, self.p, self.period = system, np.array(p, dtype=float), period
        self.column = system.parameter(parameter)
        self.unit = unit
        self.scale = system.scale
        self._last: tuple[Array, tuple[Array, Array, Array]] | None = None

    def at(self, y: Array) -> tuple[Array, Array]:
        """States (n, S) and parameters (n, P) of scaled points y (n, S+1)."""
        y = np.atleast_2d(y)
        p = np.tile(self.p, (len(y), 1))
        p[:, self.column] = y[:, -1] * self.unit
        return y[:, :-1] * self.scale, p

    def scaled(self, x: Array, value: float) -> Array:
        return np.append(np.asarray(x, dtype=float) / self.scale, value / self.unit)

    def linear(self, y: Array) -> tuple[Array, Array, Array]:
        """Scaled residual (S,), its derivative (S, S+1), and the Jacobian A of f^period (S, S). The last answer is kept."""
        if self._last is not None and np.array_equal(self._last[0], y):
            return self._last[1]
        self._last = (y.copy(), self._linear(y))
        return self._last[1]

    def _linear(self, y: Array) -> tuple[Array, Array, Array]:
        x, p = self.at(y)
        f, a, b = self.system.linear(x, p[0], (self.column,))
        for _ in range(self.period - 1):
            f, a2, b2 = self.system.linear(f, p[0], (self.column,))
            a, b = a2 @ a, a2 @ b + b2
        residual = (f[0] - x[0]) / self.scale
        dx = (a[0] - np.eye(len(residual))) * self.scale[None, :] / self.scale[:, None]
        return residual, np.concatenate([dx, b[0] * self.unit / self.scale[:, None]], axis=1), a[0]

    def correct(self, guess: Array, border: Array) -> Array | None:
        """The point of the curve in the plane through `guess` across `border`; None where Newton does not get there."""
        y, before = guess, np.inf
        for _ in range(_NEWTON):
            g, dg, _ = self.linear(y)
            size = float(np.max(np.abs(g)))
            if not np.isfinite(dg).all() or not np.isfinite(size):
                return None
            if size < _ENOUGH or (size < _TOLERANCE and size >= before / 4):
                break
            before = size
            rhs = np.append(-g, -float(border @ (y - guess)))
            try:
                dy = np.linalg.solve(np.concatenate([dg, border[None]]), rhs)
            except np.linalg.LinAlgError:
                return None
            if np.max(np.abs(dy)) > 1.0:
                return None
            y = y + dy
            if np.max(np.abs(dy)) < 1e-14:
                break
        return y if float(np.max(np.abs(self.linear(y)[0]))) < _TOLERANCE else None

    def point(self, y: Array, along: Array | None) -> Point:
        """Tangent (pointing on from `along`), multipliers and tests at a point of the curve."""
        _, dg, a = self.linear(y)
        _, _, vh = np.linalg.svd(dg)
        t = vh[-1]
        if along is not None and t @ along < 0:
            t = -t
        mu = np.linalg.eigvals(a).astype(complex)
        x, p = self.at(y)
        failed = float(self.system.failed(x, p[0])[0])
        crossing = float(np.linalg.det(np.concatenate([dg, t[None]])))
        return Point(y, t, mu[np.argsort(-np.abs(mu))], np.array([t[-1], crossing, *self.passing(mu), failed]))

    @staticmethod
    def passing(mu: NDArray[np.complex128]) -> tuple[float, float]:
        """The tests of flip and spiral at multipliers (S,): det(A + I) is the product of mu_i + 1."""
        i, j = np.triu_indices(len(mu), 1)
        return float(np.prod(mu + 1.0).real), float(np.prod(mu[i] * mu[j] - 1.0).real) if len(i) else 1.0

    def crossing(self, y: Array) -> Array | None:
        """The point near y at which another curve crosses: G + u w = 0, DG' w = 0, |w| = 1 in (y, u, w), which is regular there

        (G. Moore, Numer. Funct. Anal. Optim. 2, 1980). None where Newton does not get there, or u is not 0: no crossing.
        """
        size = len(y)

        def system(z: Array) -> Array:
            g, dg, _ = self.linear(z[:size])
            w = z[size + 1 :]
            return np.concatenate([g + z[size] * w, dg.T @ w, [w @ w - 1.0]])

        u, _, _ = np.linalg.svd(self.linear(y)[1])
        z = np.concatenate([y, [0.0], u[:, -1]])
        for _ in range(15):
            h = 1e-6 * np.eye(len(z))
            slope = np.array([system(z + d) - system(z - d) for d in h]).T / 2e-6
            if not np.isfinite(slope).all():
                return None
            dz = np.linalg.lstsq(slope, -system(z), rcond=None)[0]
            z = z + dz
            if np.max(np.abs(dz)) < 1e-12:
                break
        near = np.max(np.abs(z[:size] - y)) < 0.05 and abs(z[size]) < 1e-9
        return z[:size] if near and np.max(np.abs(system(z))) < 1e-9 else None
