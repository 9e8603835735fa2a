"""The operations of the tape over a batch, and their derivatives: one call for all operations of a layer."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["Scatter", "pulled", "scalar", "vector"]

Array = NDArray[np.float64]


class Scatter:
    """Adds rows to registers that may occur several times: sorted once, then summed by runs (far faster than `np.add.at`)."""

    def __init__(self, at: NDArray[np.intp]) -> None:
        self.order = np.argsort(at, kind="stable")
        self.unique, self.starts = np.unique(at[self.order], return_index=True)
        self.at = at if len(self.unique) == len(at) else None

    def add(self, bar: Array, rows: Array) -> None:
        if self.at is not None:
            bar[self.at] += rows
        else:
            bar[self.unique] += np.add.reduceat(rows.take(self.order, axis=0), self.starts, axis=0)


def scalar(code: str, v: list[float]) -> float:
    out = np.empty(1)
    vector(code, [np.array([x]) for x in v], out)
    return float(out[0])


def vector(code: str, v: list[Array], out: Array) -> None:
    """The results into `out`; the arguments may be written over."""
    if code == "+":
        np.add(v[0], v[1], out=out)
    elif code == "*":
        np.multiply(v[0], v[1], out=out)
    elif code == "?":
        np.multiply(v[0], v[1], out=out)
        other = np.subtract(1.0, v[0], out=v[0])
        out += np.multiply(other, v[2], out=other)
    elif code == "~":
        np.subtract(1.0, v[0], out=out)
    elif code == "-":
        np.subtract(v[0], v[1], out=out)
    elif code == "exp":
        np.exp(v[0], out=out)
    elif code == "/":
        zero = v[1] == 0.0
        np.divide(v[0], np.where(zero, 1.0, v[1]), out=out)
        out[zero] = 0.0
    else:
        (np.minimum if code == "min" else np.maximum)(v[0], v[1], out=out)


def pulled(code: str, g: Array, v: list[Array], out: Array) -> Array:
    """The derivative `g` of an operation's result, passed on to its arguments: all first ones, all second ones, all third ones."""
    if code == "~":
        return -g
    if code == "exp":
        return g * out
    rows = np.empty((len(v), *g.shape))
    if code == "+":
        rows[:] = g
    elif code == "-":
        rows[0] = g
        np.negative(g, out=rows[1])
    elif code == "*":
        np.multiply(g, v[1], out=rows[0])
        np.multiply(g, v[0], out=rows[1])
    elif code == "?":
        np.multiply(g, v[1] - v[2], out=rows[0])
        np.multiply(g, v[0], out=rows[1])
        np.multiply(g, 1.0 - v[0], out=rows[2])
    elif code == "/":
        np.divide(g, np.where(v[1] == 0.0, math.inf, v[1]), out=rows[0])
        np.multiply(-out, rows[0], out=rows[1])
    else:
        first = v[0] <= v[1] if code == "min" else v[0] >= v[1]
        rows[0] = np.where(first, g, 0.0)
        rows[1] = np.where(first, 0.0, g)
    return rows.reshape(-1, *g.shape[1:])
