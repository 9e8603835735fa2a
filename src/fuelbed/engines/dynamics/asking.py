"""One question of many rows at once: after this push, does it stay down?

A row is a model with its parameters, a push of some size already worked out (parameters while it lasts, states at its start), and how
long it lasts. Rows of several variants, triggers and purposes are put together and followed side by side: a fluid of ten thousand steps
costs hardly more for a thousand rows than for one.

A `retry` kernel answers by its fluid with a delay (requests that wait keep their timeouts); every other model by its own map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.dynamics import Model
from fuelbed.engines.dynamics.draws import SETTLE_STEPS, Variant, rest_of
from fuelbed.numerics.maps.boundary import critical_sizes
from fuelbed.numerics.maps.simulate import shifted, stays_down, under
from fuelbed.numerics.maps.system import System, compile_model
from fuelbed.numerics.retry import OPTIONS, PARAMETERS, Retry
from fuelbed.numerics.retry import Push as RetryPush

__all__ = ["MOST", "TOLERANCE", "Asked", "Critical", "Rows", "ask", "criticals", "has_kernel", "retry_of"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]
MOST = 4.0  # sizes of a push that are looked at: up to four times as far as declared
TOLERANCE = 0.02  # of a push
_PARTS = 8  # of the first scan: half a push each
_STEPS, _DRAWN_STEPS = 20, 12  # of the fluid, per timeout: for numbers that are told, and for curves that are drawn
_ENOUGH = 1.6  # times the capacity: resends beyond what offers so much change no boundary, and each costs the fluid a history
_WAIT = 0.5  # of the kernel's own settling time: over 300 random settings no boundary differed from that of the whole


def has_kernel(v: Variant, trigger: str = "") -> bool:
    """Whether the finer retry kernel can follow this model under this trigger (it moves parameters only)."""
    if v.model.kernel != "retry":
        return False
    return all(target in PARAMETERS for t, target in v.pushes if t == trigger or not trigger)


def retry_of(v: Model, table: Array) -> Retry:
    """The settings of the kernel: a row of the table each."""
    columns = {n: table[:, i] for i, n in enumerate(v.parameters) if n in PARAMETERS}
    words = {n: o.word for n, o in v.options.items() if n in OPTIONS}
    return Retry(**columns, **words)  # type: ignore[arg-type]  # names are those of the archetype's file


@dataclass(frozen=True, eq=False)
class Rows:
    """table, during (n, P): parameters without and under the push; x (n, S): states at its start; lasts (n,) seconds."""

    model: Model
    kernel: bool
    table: Array
    during: Array
    x: Array
    lasts: Array

    @property
    def key(self) -> tuple[object, ...]:
        """Rows with the same key can be followed side by side."""
        return (self.kernel, self.model.name, tuple(o.word for o in self.model.options.values()))


def ask(parts: Sequence[Rows], steps: int = _STEPS) -> list[Bool]:
    """Of every row of every part, whether it stays down; parts that can be are followed together."""
    out: list[Bool] = [np.zeros(0, dtype=bool)] * len(parts)
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, r in enumerate(parts):
        groups.setdefault(r.key, []).append(i)
    for members in groups.values():
        first = parts[members[0]]
        joined = [np.concatenate([getattr(parts[i], name) for i in members]) for name in ("table", "during", "x", "lasts")]
        together = Rows(first.model, first.kernel, *joined)
        if not len(together.lasts):
            continue
        down = _by_kernel(together, steps) if first.kernel else _by_map(together)
        ends = np.cumsum([len(parts[i].lasts) for i in members])
        for i, piece in zip(members, np.split(down, ends[:-1]), strict=True):
            out[i] = piece
    return out


def _by_kernel(r: Rows, steps: int) -> Bool:
    from fuelbed.numerics.retry.fluid import settle_time
    from fuelbed.numerics.retry.fluid import stays_down as down

    settings = _bounded(retry_of(r.model, r.table))
    settle = settle_time(settings)
    seconds = np.minimum(r.lasts, settle)  # a push of days does what one does that lasts until all has settled
    moved = {n: ("set", r.during[:, i]) for i, n in enumerate(r.model.parameters) if np.any(r.during[:, i] != r.table[:, i])}
    return down(settings, RetryPush(moved), 1.0, seconds, _WAIT * settle, steps=steps)


def _bounded(r: Retry) -> Retry:
    """No more resends than offer well over the capacity when all fails."""
    enough = np.ceil(_ENOUGH * np.asarray(r.capacity) / np.maximum(np.asarray(r.load), 1e-9))
    return replace(r, retries=np.minimum(r.retries, np.maximum(enough, 3.0)))


def _by_map(r: Rows) -> Bool:
    system = compile_model(r.model)
    x = under(system, r.x, r.table, r.during, np.minimum(r.lasts / system.step_seconds, SETTLE_STEPS))
    return stays_down(system, x, r.table, SETTLE_STEPS)[0]


@dataclass(frozen=True, eq=False)
class Asked:
    """A variant under one trigger, with the settings that the question is asked of.

    table (n, P), values target -> (n,), lasts (n,).
    """

    variant: Variant
    trigger: str
    table: Array
    values: dict[str, Array]
    lasts: Array

    @classmethod
    def of(cls, v: Variant, trigger: str, rows: NDArray[np.intp] | None = None) -> Asked:
        """Every draw (or the chosen rows of it)."""
        if rows is None:
            whole = {target: a for (t, target), a in v.pushes.items() if t == trigger}
            return cls(v, trigger, v.table, whole, v.lasts[trigger])
        pick = rows
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

    @cached_property
    def normal(self) -> Array:
        """(n, S): where the start leads without a push, at the parameters of each row: the state that a push meets."""
        if self.table is self.variant.table:  # the same for every trigger
            return self.variant.normal
        return rest_of(self.variant.model, self.table)

    def rows(self, pick: NDArray[np.intp], sizes: Array, longer: float | Array = 1.0) -> Rows:
        """The picked settings under pushes of these sizes (see `core.dynamics.Push`), lasting `longer` times as declared."""
        system: System = compile_model(self.variant.model)
        table = self.table[pick]
        kernel = has_kernel(self.variant, self.trigger)
        during, x = table.copy(), np.tile(system.start, (len(pick), 1)) if kernel else self.normal[pick]
        for part in self.variant.model.pushes[self.trigger].parts:
            state = part.target in system.states
            i = system.states.index(part.target) if state else system.parameter(part.target)
            t = x if state else during
            old = t[:, i].copy()
            t[:, i] = shifted(part.how, old, self.values[part.target][pick], sizes)
            if state:
                t[:, i] = np.clip(t[:, i], system.low[i], system.high[i])
            else:
                t[:, i] = _possible(self.variant.model, part.target, t[:, i], old)
        return Rows(self.variant.model, kernel, table, during, x, longer * self.lasts[pick])

    def down(self, pick: NDArray[np.intp], sizes: Array, longer: float = 1.0) -> Bool:
        """(len(pick),) whether each stays down."""
        return ask([self.rows(pick, np.asarray(sizes, dtype=float), longer)])[0]


def _possible(m: Model, target: str, value: Array, today: Array) -> Array:
    """A flow, a time or a count does not fall below 0 because a push of four times its size would have it so."""
    unit = m.parameters[target].unit
    if target == "timeout":
        return np.maximum(value, 1e-3 * np.abs(today))
    return np.maximum(value, 0.0) if unit in ("per second", "seconds") or m.archetype else value


@dataclass(frozen=True, eq=False)
class Critical:
    """sizes (n,): the least push after which a row stays down (inf: none up to `MOST`; 0: without any push). monotone: no greater came back."""

    sizes: Array
    monotone: bool


def criticals(asked: Sequence[Asked], tolerance: float = TOLERANCE, drawn: bool = False) -> list[Critical]:
    """The critical sizes of several questions, all rows in the same few calls. drawn: for a curve, by a coarser fluid."""
    ends = np.cumsum([len(a) for a in asked])
    starts = ends - [len(a) for a in asked]

    def down(rows: NDArray[np.intp], sizes: Array) -> Bool:
        where = np.searchsorted(ends, rows, side="right")
        picks = [np.flatnonzero(where == i) for i in range(len(asked))]
        parts = [a.rows(rows[p] - starts[i], sizes[p]) for i, (a, p) in enumerate(zip(asked, picks, strict=True))]
        answers = ask(parts, _DRAWN_STEPS if drawn else _STEPS)
        out = np.zeros(len(rows), dtype=bool)
        for p, answer in zip(picks, answers, strict=True):
            out[p] = answer
        return out

    found = critical_sizes(down, int(ends[-1]), MOST, tolerance / MOST, _PARTS)
    return [Critical(found.values[a:b], bool(found.monotone[a:b].all())) for a, b in zip(starts, ends, strict=True)]
