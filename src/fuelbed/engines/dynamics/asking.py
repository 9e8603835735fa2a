"""One question of a variant, asked of many rows at once: after this push, does it stay down?

A `retry` kernel answers by its fluid with a delay (requests that wait keep their timeouts); every other model by its own map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.engines.dynamics.draws import Variant
from fuelbed.numerics.maps.boundary import critical_sizes
from fuelbed.numerics.maps.simulate import stays_down, under
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.retry import OPTIONS, PARAMETERS, Retry
from fuelbed.numerics.retry import Push as RetryPush

__all__ = ["MOST", "Asked", "critical", "has_kernel", "retry_of"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]
Down = Callable[[NDArray[np.intp], Array], Bool]
MOST = 4.0  # sizes of a push that are looked at: up to four times as far as declared
TOLERANCE = 0.01
_SETTLE_STEPS = 4000  # of a map, after the push: long enough to creep along a ghost, short enough to answer


def has_kernel(v: Variant, trigger: str = "") -> bool:
    """Whether the finer retry kernel can follow this model under this trigger (it moves parameters only)."""
    if v.model.kernel != "retry":
        return False
    return all(target in PARAMETERS for t, target in v.pushes if t == trigger or not trigger)


def retry_of(v: Variant, table: Array) -> Retry:
    """The settings of the kernel: a row of the table each."""
    columns = {n: table[:, i] for i, n in enumerate(v.model.parameters) if n in PARAMETERS}
    words = {n: o.word for n, o in v.model.options.items() if n in OPTIONS}
    return Retry(**columns, **words)  # type: ignore[arg-type]  # names are those of the archetype's file


@dataclass(frozen=True, eq=False)
class Asked:
    """A variant under one trigger, with the rows that the question is asked of.

    table (n, P), values target -> (n,), lasts (n,). `many` repeats rows with one parameter replaced.
    """

    variant: Variant
    trigger: str
    table: Array
    values: dict[str, Array]
    lasts: Array

    @classmethod
    def of(cls, v: Variant, trigger: str, rows: NDArray[np.intp] | None = None) -> Asked:
        """Every draw (or the chosen rows of it)."""
        pick = np.arange(len(v.table)) if rows is None else rows
        values = {target: a[pick] for (t, target), a in v.pushes.items() if t == trigger}
        return cls(v, trigger, v.table[pick], values, v.lasts[trigger][pick])

    def many(self, parameter: str, values: Array) -> Asked:
        """Every row once for each value of a parameter: row i with value j stands at i * len(values) + j."""
        k = len(values)
        table = np.repeat(self.table, k, axis=0)
        table[:, list(self.variant.model.parameters).index(parameter)] = np.tile(values, len(self.table))
        repeated = {n: np.repeat(a, k) for n, a in self.values.items()}
        return Asked(self.variant, self.trigger, table, repeated, np.repeat(self.lasts, k))

    def __len__(self) -> int:
        return len(self.table)

    def down(self, rows: NDArray[np.intp], sizes: Array, lasts: Array | None = None) -> Bool:
        """(len(rows),) whether each stays down after a push of that size (and duration: the declared one, if None)."""
        seconds = self.lasts[rows] if lasts is None else lasts
        if has_kernel(self.variant, self.trigger):
            return self._by_kernel(rows, sizes, seconds)
        return self._by_map(rows, sizes, seconds)

    def _by_kernel(self, rows: NDArray[np.intp], sizes: Array, seconds: Array) -> Bool:
        from fuelbed.numerics.retry.fluid import settle_time
        from fuelbed.numerics.retry.fluid import stays_down as down

        settings = retry_of(self.variant, self.table[rows])
        seconds = np.minimum(seconds, settle_time(settings))  # a push of days does what one does that lasts until all has settled
        push = self.variant.model.pushes[self.trigger]
        parts = {p.target: (p.how, self.values[p.target][rows]) for p in push.parts}
        return down(settings, RetryPush(parts), sizes, seconds)

    def _by_map(self, rows: NDArray[np.intp], sizes: Array, seconds: Array) -> Bool:
        system = compile_model(self.variant.model)
        p = self.table[rows]
        during, x = p.copy(), np.tile(system.start, (len(rows), 1))
        for part in self.variant.model.pushes[self.trigger].parts:
            state = part.target in system.states
            i = system.states.index(part.target) if state else system.parameter(part.target)
            t = x if state else during
            old, v = t[:, i].copy(), self.values[part.target][rows]
            by = {"times": old * (v - 1.0), "plus": v, "set": v - old}[part.how]
            t[:, i] = old + sizes * by
            if state:
                t[:, i] = np.clip(t[:, i], system.low[i], system.high[i])
        x = under(system, x, p, during, np.minimum(seconds / system.step_seconds, _SETTLE_STEPS))
        return stays_down(system, x, p, _SETTLE_STEPS)[0]


def critical(asked: Asked, most: float = MOST, tolerance: float = TOLERANCE) -> tuple[Array, Bool]:
    """(n,) least size of the push after which each row stays down (inf: none up to `most`; 0: without any push), and whether no greater
    push came back."""
    found = critical_sizes(asked.down, len(asked), most, tolerance / most)
    return found.values, found.monotone
