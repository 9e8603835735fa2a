"""The stability boundary of a retry service: the least push after which it stays down, for many settings at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.retry.fluid import STEPS, stays_down
from fuelbed.numerics.retry.model import PARAMETERS, Array, Number, Push, Retry, rows_of

__all__ = ["Boundary", "boundary", "least_down"]

Down = Callable[[NDArray[np.intp], Array], NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class Boundary:
    """critical: the least push (size, or seconds) after which a row stays down, to `tolerance` from above; inf where none up to `most`
    does, 0 where it is down with no push at all. monotone: no greater push of the coarse scan came back."""

    critical: Array
    monotone: NDArray[np.bool_]
    tolerance: float


def boundary(settings: Retry, push: Push, lasts: Number = 10.0, size: Number = 1.0, most: float = 4.0, tolerance: float = 1e-3,
             over: Literal["size", "lasts"] = "size", settle: Number | None = None, fast: bool | None = None,
             steps: int = STEPS) -> Boundary:  # fmt: skip
    """Critical size of the push (at duration `lasts`), or critical duration in seconds (at `size`), one per row.

    Rows are those of the settings' arrays (a sweep over load is `Retry(load=np.linspace(..), ...)`). A coarse scan looks whether the
    answer is monotone; the first change found is then narrowed for all rows at once.
    """
    n = np.broadcast(
        *[np.atleast_1d(np.asarray(getattr(settings, x))) for x in PARAMETERS], np.asarray(lasts), np.asarray(size)
    ).size
    table = rows_of(settings, n)
    options = {k: getattr(settings, k) for k in settings.__dataclass_fields__ if k not in PARAMETERS}
    durations, sizes = np.broadcast_to(lasts, n), np.broadcast_to(size, n)
    wait = None if settle is None else np.broadcast_to(settle, n)
    parts = {k: (how, np.broadcast_to(np.asarray(v, dtype=float), (n,))) for k, (how, v) in push.parts.items()}

    def down(rows: NDArray[np.intp], x: Array) -> NDArray[np.bool_]:
        here = Retry(**dict(zip(PARAMETERS, table[:, rows], strict=True)), **options)
        what = Push({k: (how, v[rows]) for k, (how, v) in parts.items()})
        s, d = (x, durations[rows]) if over == "size" else (sizes[rows], x)
        return stays_down(here, what, s, d, None if wait is None else wait[rows], fast, steps)

    return least_down(down, n, most, tolerance)


def least_down(down: Down, n: int, most: float, tolerance: float, coarse: int = 16, cuts: int = 8) -> Boundary:
    """Coarse scan of 0..most, then the first step from up to down cut into `cuts` parts again and again, all rows in one call each."""
    rows = np.arange(n)
    grid = np.linspace(0.0, most, coarse + 1)
    seen = down(np.repeat(rows, coarse + 1), np.tile(grid, n)).reshape(n, coarse + 1)
    first = np.argmax(seen, axis=1)
    any_down = seen.any(axis=1)
    monotone = np.all(seen[:, 1:] >= seen[:, :-1], axis=1)
    critical = np.where(any_down, grid[first], np.inf)
    open_rows = rows[any_down & (first > 0)]
    high = critical[open_rows]
    low = grid[first[open_rows] - 1]
    inner = np.arange(1, cuts) / cuts
    width = most / coarse
    while open_rows.size and width > tolerance:
        points = low[:, None] + (high - low)[:, None] * inner
        hit = down(np.repeat(open_rows, cuts - 1), points.ravel()).reshape(points.shape)
        edges = np.concatenate([low[:, None], points, high[:, None]], axis=1)
        at = np.where(hit.any(axis=1), np.argmax(hit, axis=1), cuts - 1)
        pick = np.arange(open_rows.size)
        low, high = edges[pick, at], edges[pick, at + 1]
        width /= cuts
    critical[open_rows] = high
    return Boundary(critical, monotone, tolerance)
