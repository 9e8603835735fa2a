"""Many settings of one map under one push, followed step by step: the plain question that the engine's asking is held against."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.dynamics import Push
from fuelbed.numerics.maps.simulate import pushed, stays_down, under
from fuelbed.numerics.maps.system import System, middle

__all__ = ["Trial"]

Array = NDArray[np.float64]


@dataclass(eq=False)
class Trial:
    """Many settings of one system under one push; `down` answers "after this push, does row i stay down?".

    p (n, P) and start (n, S): parameters and the state before the push, a row each. lasts (n,) and settle: seconds.
    left counts the rows, over all calls, that left the domain of the model.
    """

    system: System
    push: Push
    p: Array
    start: Array
    settle: float
    lasts: Array | None = None
    left: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.p = np.atleast_2d(self.p)
        n = len(self.p)
        self.start = np.array(np.broadcast_to(self.start, (n, len(self.system.states))), dtype=float)
        self.lasts = np.array(np.broadcast_to(middle(self.push.lasts) if self.lasts is None else self.lasts, n), dtype=float)

    def down(self, rows: NDArray[np.intp], sizes: Array) -> NDArray[np.bool_]:
        assert self.lasts is not None
        p = self.p[rows]
        during, x = pushed(self.system, self.push, np.asarray(sizes, dtype=float), p, self.start[rows])
        x = under(self.system, x, p, during, self.lasts[rows] / self.system.step_seconds)
        steps = max(round(self.settle / self.system.step_seconds), 10)
        down, left = stays_down(self.system, x, p, steps, self.start[rows][:, None])
        self.left += left
        return down
