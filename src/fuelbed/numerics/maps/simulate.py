"""Trajectories of a batch, under a push or not, and the one question asked of them: does the row stay down?

A row is down when it was failed (`failed > 0`) in more than half of the last tenth of the settle time, so that an oscillation is judged
by its time average. A row whose state became inf or nan left the domain of the model: it counts as down, and is counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.dynamics import Push
from fuelbed.numerics.kernels import kernels_of, runs_fast
from fuelbed.numerics.maps import scalar
from fuelbed.numerics.maps.program import Program
from fuelbed.numerics.maps.system import System, finite, middle

__all__ = ["pushed", "settled", "shifted", "stays_down", "under"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]
_STILL = 1e-11  # of the box in one step: a row that moves less has settled
_WORTH = 100_000  # operations from which on the compiled loop is the quicker way: NumPy pays for each of every step
_AT_REST = 1e-4  # of the box
_LOOK = 16  # steps between two looks at who has settled


def shifted(how: str, old: Array, value: Array | float, sizes: Array) -> Array:
    """(n,): numbers under a push of these sizes: `times`, `plus` or `set` a value, see `pushed`."""
    return np.asarray(old + sizes * {"times": old * (value - 1.0), "plus": value, "set": value - old}[how])


def pushed(system: System, push: Push, sizes: Array, p: Array, x: Array) -> tuple[Array, Array]:
    """Parameters while the push lasts (n, P) and states at its start (n, S).

    Size 1 is the push as declared, 0 none: `times m` is `times 1 + s (m - 1)`, `plus v` is `plus s v`, `set v` is `today + s (v - today)`.
    A moved state is kept in its box.
    """
    s = np.asarray(sizes, dtype=float)
    n = len(s)
    during = np.array(np.broadcast_to(p, (n, len(system.parameters))), dtype=float)
    moved = np.array(np.broadcast_to(x, (n, len(system.states))), dtype=float)
    for part in push.parts:
        table, i = (
            (moved, system.states.index(part.target)) if part.target in system.states else (during, system.parameter(part.target))
        )
        table[:, i] = shifted(part.how, table[:, i].copy(), middle(part.value), s)
        if table is moved:
            table[:, i] = np.clip(table[:, i], system.low[i], system.high[i])
    return during, moved


def under(system: System, x: Array, p: Array, during: Array, steps: Array) -> Array:
    """(n, S): the states after `steps` (n,) steps under the parameters `during`; of a last broken step the parameters lie between.

    A long push under which a row has come to rest is not followed to its end.
    """
    p, during = (np.broadcast_to(a, (len(x), len(system.parameters))) for a in (p, during))
    steps = np.broadcast_to(np.asarray(steps, dtype=float), len(x))
    if steps.sum() * len(system.program.ops) >= _WORTH and runs_fast():
        return _walked(system, x, p, during, steps)
    out = np.array(x, dtype=float)
    rows, x, at_rest = np.arange(len(x)), out.copy(), []
    t, last = 0, int(np.ceil(steps.max(initial=0.0)))
    while t < last and len(rows):
        w = np.clip(steps[rows] - t, 0.0, 1.0)[:, None]
        at = during[rows] if w.min() == 1.0 else p[rows] + w * (during[rows] - p[rows])
        new = np.where(w > 0, system.step(x, at), x)
        if t % _LOOK == 0:
            rest = _still(system, new, x) & (np.floor(steps[rows]) > t)  # until there nothing about the push changes
            if rest.any():
                out[rows[rest]] = new[rest]
                at_rest.append(rows[rest])
                rows, new = rows[~rest], new[~rest]
        t, x = t + 1, new
    out[rows] = x
    return _last_parts(system, out, p, during, steps, np.concatenate(at_rest) if at_rest else rows[:0])


def _last_parts(system: System, x: Array, p: Array, during: Array, steps: Array, rows: NDArray[np.intp]) -> Array:
    """The broken last step of the rows that came to rest before it."""
    w = (steps - np.floor(steps))[rows, None]
    rows, w = rows[w[:, 0] > 0], w[w[:, 0] > 0]
    if len(rows):
        x[rows] = system.step(x[rows], p[rows] + w * (during[rows] - p[rows]))
    return x


def _walked(system: System, x: Array, p: Array, during: Array, steps: Array) -> Array:
    """The same, compiled."""
    kernels, _ = kernels_of(scalar)
    law, registers = _wide(system.program)
    out = np.array(x, dtype=float, order="C")
    tables = (np.ascontiguousarray(a, dtype=float) for a in (p, during, steps))
    kernels.walk(law, registers, out, *tables, system.scale, _STILL, _LOOK)
    return out


def settled(system: System, x: Array, p: Array, steps: int) -> Array:
    """(n, S): the states `steps` later, or when a row moves no more."""
    x = np.atleast_2d(x)
    n = max(len(x), len(p) if p.ndim == 2 else 1)
    x = np.broadcast_to(x, (n, x.shape[1]))
    return under(system, x, p, p, np.full(n, float(steps)))


def _still(system: System, new: Array, x: Array) -> Bool:
    """(n,): rows that move no more, or are lost."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.all(~(np.abs(new - x) > _STILL * system.scale), axis=1), dtype=bool)


def stays_down(system: System, x: Array, p: Array, steps: int, rests: Array | None = None) -> tuple[Bool, int]:
    """(n,) down or not after `steps` more steps at the parameters p, and how many rows left the domain of the model.

    rests: states at which the system rests (k, S), or one of them per row as (n, 1, S). A row that came within 1e-4 of the box of one
    of them, and nearer still 16 steps later, is decided by whether that one is failed. One that does not rest is left out of account.
    """
    n = len(x)
    p = np.broadcast_to(p, (n, len(system.parameters)))
    near = _Near(system, p, rests)
    if n * steps * len(system.program.ops) >= _WORTH and runs_fast():
        return _followed(system, x, p, steps, near)
    down = np.zeros(n, dtype=bool)
    rows, left = np.arange(n), 0
    tail = max(steps // 10, 1)
    failed = np.zeros(n)
    for t in range(steps):
        new = system.step(x, p)
        if t >= steps - tail:
            failed += system.failed(new, p) > 0
        elif t % _LOOK == 0:
            gone = ~finite(new)
            still = _still(system, new, x)
            at_rest, answer = near.look(rows, new)
            out = still | at_rest
            if out.any():
                down[rows[out]] = np.where(at_rest[out], answer[out], (system.failed(new[out], p[out]) > 0) | gone[out])
                left += int((gone & out).sum())
                keep = ~out
                rows, new, p, failed = rows[keep], new[keep], p[keep], failed[keep]
                if not len(rows):
                    return down, left
        x = new
    gone = ~finite(x)
    down[rows] = (2 * failed > tail) | gone
    return down, left + int(gone.sum())


def _followed(system: System, x: Array, p: Array, steps: int, near: _Near) -> tuple[Bool, int]:
    """The same answers, compiled."""
    kernels, _ = kernels_of(scalar)
    law, registers = _wide(system.program)
    (f_codes, f_args, f_first, f_outs), f_registers = _wide(system.failed_program)
    failing = (f_codes, f_args, f_first, f_outs[0])
    rows, table, places = (np.ascontiguousarray(a, dtype=float) for a in (x, p, near.places))
    bars = (_STILL, _AT_REST, _LOOK)
    fate = kernels.follow(
        law, registers, failing, f_registers, rows, table, steps, system.scale, places, near.resting, near.failed, bars
    )
    return np.asarray(fate > 0), int((fate == 2).sum())


def _wide(program: Program) -> tuple[tuple[Any, ...], Array]:
    """A program as the kernels read it, and its registers, a column for each row that they hold at a time."""
    codes, args, registers, first = scalar.registers_of(program)
    law = (codes, args, first, np.array(program.outputs))
    return law, np.ascontiguousarray(np.repeat(registers[:, None], scalar.SLOTS, axis=1))


class _Near:
    """Which rows have come to one of the places of rest."""

    def __init__(self, system: System, p: Array, rests: Array | None) -> None:
        n, size = p.shape[0], len(system.states)
        places = np.zeros((n, 0, size)) if rests is None else np.broadcast_to(rests, (n, *np.shape(rests)[-2:]))
        self.scale, self.places = system.scale, places
        self.failed = np.zeros(places.shape[:2], dtype=bool)
        self.before = np.full(places.shape[:2], np.inf)
        self.resting = np.zeros(places.shape[:2], dtype=bool)
        for k in range(places.shape[1]):
            image = system.step(places[:, k], p)
            self.failed[:, k] = system.failed(places[:, k], p) > 0
            self.resting[:, k] = np.max(np.abs(image - places[:, k]) / system.scale, axis=1) < 1e-9

    def look(self, rows: NDArray[np.intp], x: Array) -> tuple[Bool, Bool]:
        """(m,) has come to rest, and (m,) whether that place is failed; for the rows still followed."""
        if not self.places.shape[1]:
            return np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
        with np.errstate(invalid="ignore"):
            far = np.max(np.abs(x[:, None] - self.places[rows]) / self.scale, axis=2)
        nearer = (self.before[rows] < _AT_REST) & (far < self.before[rows]) & self.resting[rows]
        self.before[rows] = far
        at = np.argmax(nearer, axis=1)
        return np.asarray(nearer.any(axis=1), dtype=bool), self.failed[rows, at]
