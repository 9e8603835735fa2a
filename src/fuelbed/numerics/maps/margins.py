"""Margins of one linear loop, the classical way: how much more gain, how much more phase, how much more delay it bears.

Convention of control theory: negative feedback, the loop is at its limit where the response L(w) of the opened loop is -1.
(K. Astrom, R. Murray, Feedback Systems, 2nd ed., section 10.3.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LoopMargins", "loop_margins", "opened"]

Array = NDArray[np.float64]
Response = Callable[[Array], NDArray[np.complex128]]


@dataclass(frozen=True, slots=True)
class LoopMargins:
    """gain: factor at the frequency gain_at (per second) where L is negative and real. phase: radians at phase_at where |L| = 1;
    delay: seconds, phase / phase_at. inf where there is no such frequency."""

    gain: float
    gain_at: float
    phase: float
    phase_at: float
    delay: float


def opened(a: Array, target: int, source: int, step_seconds: float) -> Response:
    """The response of a map x' = A x opened at the link source -> target, as negative feedback: det(z I - A) = 0 where it is -1."""
    cut = np.array(a, dtype=float)
    cut[target, source] = 0.0

    def response(w: Array) -> NDArray[np.complex128]:
        z = np.exp(1j * np.asarray(w) * step_seconds)[:, None, None]
        through = np.linalg.solve(z * np.eye(len(a)) - cut, np.eye(len(a))[:, target][:, None])
        return np.asarray(-a[target, source] * through[:, source, 0])

    return response


def loop_margins(response: Response, low: float, high: float, points: int = 4000) -> LoopMargins:
    """The least margins between two frequencies (radians per second), found on a logarithmic grid and refined by bisection."""
    w = np.geomspace(low, high, points)
    found = response(w)
    gain = min(
        ((1 / abs(v), at) for at, v in _zeros(response, w, found.imag, lambda v: v.imag) if v.real < 0), default=(math.inf,) * 2
    )
    phases = [(np.angle(-v) % (2 * math.pi), at) for at, v in _zeros(response, w, np.abs(found) - 1, lambda v: np.abs(v) - 1)]
    phase = min(((min(a, 2 * math.pi - a), at) for a, at in phases), default=(math.inf,) * 2)
    delay = min((a / at for a, at in phases), default=math.inf)
    return LoopMargins(float(gain[0]), float(gain[1]), float(phase[0]), float(phase[1]), float(delay))


def _zeros(
    response: Response, w: Array, values: Array, of: Callable[[NDArray[np.complex128]], Array]
) -> list[tuple[float, complex]]:
    """(frequency, response) where `of(response)` changes its sign."""
    out = []
    for i in np.flatnonzero(values[:-1] * values[1:] < 0):
        a, b, up = w[i], w[i + 1], values[i + 1] > 0
        for _ in range(60):
            middle = (a + b) / 2
            if (of(response(np.array([middle])))[0] > 0) == up:
                b = middle
            else:
                a = middle
        out.append((float(b), complex(response(np.array([b]))[0])))
    return out
