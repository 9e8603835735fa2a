"""The stability boundary of a retry service: the least push after which it stays down, for many settings at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.boundary import critical_sizes
from fuelbed.numerics.retry.fluid import STEPS, stays_down
from fuelbed.numerics.retry.model import PARAMETERS, Array, Number, Push, Retry, rows_of

__all__ = ["Boundary", "boundary"]


@dataclass(frozen=True, eq=False)
class Boundary:
    """critical: the least push (size, or seconds) after which a row stays down; inf where none up to `most` does, 0 where it is down
    with no push at all. monotone: the coarse scan saw the answer change at most once. width: how far the true value may lie below."""

    critical: Array
    monotone: NDArray[np.bool_]
    width: Array


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

    found = critical_sizes(down, n, most, tolerance / most)
    return Boundary(found.values, found.monotone, found.width)
