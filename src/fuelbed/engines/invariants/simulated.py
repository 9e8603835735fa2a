"""Simulated traces: a model at rest, one of its declared pushes, and what comes after, at the middle of its numbers and at a few draws.

The model's own map is followed (a retry service by its flow, not by its single requests). A trace begins a little before the push, which
begins at 0; columns are states, parameters (as the push has them), named quantities and what the model shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.dynamics import Model
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.maps.simulate import pushed, settled
from fuelbed.numerics.maps.system import System, compile_model, middle
from fuelbed.numerics.sampling import latin_hypercube, quantile

__all__ = ["ROWS", "Simulated", "simulate"]

Array = NDArray[np.float64]
ROWS = 9  # the middle and eight draws
_SETTLE = 4000  # steps to the state that the push meets
_BEFORE, _DURING, _AFTER = 0.1, 1500, 1500  # of what follows; steps at most
_STILL = 1e-9  # of the box in one step
_LOOK = 25  # steps between two looks at who has settled
_TIMES = 4.0  # as long after a push as it lasted, at least


@dataclass(frozen=True, eq=False)
class Simulated:
    """One push of one model, followed at several rows of parameters.

    times    (T,) seconds, the push begins at 0 and ends at `lasts`, the middle one.
    columns  (R, T) by name; row 0 is the middle.
    cut      how long the declared push lasts where it was followed only in part, else None.
    """

    push: str
    times: Array
    columns: Mapping[str, Array]
    lasts: float
    cut: float | None = None

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values())))


def simulate(m: Model, seed: int, ahead: float) -> Iterator[Simulated]:
    """Every declared push. ahead: seconds that a formula looks ahead, so that the push itself is decided where that can be afforded."""
    system = compile_model(m)
    rng = np.random.default_rng(seed)
    shares = _Shares(rng)
    table = np.stack([_column(p.quantity, p.varies, f"{m.name}.{n}", shares) for n, p in m.parameters.items()], axis=1)
    rest = settled(system, np.tile(system.start, (ROWS, 1)), table, _SETTLE)
    for name, push in m.pushes.items():
        lasts = shares.of(f"{m.name}.{name}.lasts", push.lasts)
        moved = {part.target: shares.of(f"{m.name}.{name}.{part.target}", part.value) for part in push.parts}
        during, start = _rows_pushed(m, system, name, moved, table, rest)
        yield _followed(system, name, table, during, rest, start, lasts, ahead)


def _column(q: Quantity, varies: bool, key: str, shares: _Shares) -> Array:
    return np.full(ROWS, middle(q)) if varies else shares.of(key, q)


class _Shares:
    """Values of uncertain numbers: the middle first, then a Latin hypercube; one that names an entry of `numbers` is one number."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._drawn: dict[str, Array] = {}

    def of(self, key: str, q: Quantity) -> Array:
        if q.is_point:
            return np.full(ROWS, middle(q))
        share = self._drawn.get(q.name or key)
        if share is None:
            share = self._drawn[q.name or key] = latin_hypercube(1, ROWS - 1, self._rng)[0]
        return np.concatenate([[middle(q)], quantile(q, share, np.inf)])


def _rows_pushed(
    m: Model, system: System, name: str, moved: Mapping[str, Array], table: Array, rest: Array
) -> tuple[Array, Array]:
    """Parameters while the push lasts and states at its start, each row with its own draw of the push."""
    during, start = table.copy(), rest.copy()
    for row in range(ROWS):
        values = {t: Quantity.point(float(v[row]), "number") for t, v in moved.items()}
        parts = tuple(replace(part, value=values[part.target]) for part in m.pushes[name].parts)
        d, x = pushed(system, replace(m.pushes[name], parts=parts), np.ones(1), table[row], rest[row][None])
        during[row], start[row] = d[0], x[0]
    flows = [i for i, p in enumerate(m.parameters.values()) if p.unit in ("per second", "seconds") or m.archetype]
    during[:, flows] = np.maximum(during[:, flows], 0.0)
    return during, start


def _followed(
    system: System, name: str, table: Array, during: Array, rest: Array, start: Array, lasts: Array, ahead: float
) -> Simulated:
    step = system.step_seconds
    lasts = np.where(np.isfinite(lasts), lasts, _DURING * step)
    whole = float(lasts[0])
    steps = int(min(np.ceil(lasts.max() / step), _DURING))
    after = int(min(max(_TIMES * steps, 200, np.ceil(min(ahead, 1e12) / step) + 10), _AFTER))
    before = max(2, round(_BEFORE * (steps + after)))
    held = np.minimum(lasts / step, steps)
    kept_x, kept_p = [rest] * before, [table] * before
    x = start
    for t in range(steps + after):
        share = np.clip(held - t, 0.0, 1.0)[:, None]
        p = table + share * (during - table) if (held > t).any() else table
        kept_x.append(x)
        kept_p.append(p)
        new = system.step(x, p)
        if t >= steps and t % _LOOK == 0 and (t - steps) * step > min(ahead, after * step) and _still(system, new, x):
            break
        x = new
    times: Array = (np.arange(len(kept_x), dtype=float) - before) * step
    cut = whole if whole > steps * step * (1 + 1e-9) else None
    return Simulated(name, times, _columns(system, np.array(kept_x), np.array(kept_p)), min(whole, steps * step), cut)


def _still(system: System, new: Array, x: Array) -> bool:
    with np.errstate(invalid="ignore"):
        return bool(np.all(~(np.abs(new - x) > _STILL * system.scale)))


def _columns(system: System, x: Array, p: Array) -> dict[str, Array]:
    """(R, T) each: what the model shows comes last, and so stands for a state of the same name."""
    steps, rows, _ = x.shape
    flat_x, flat_p = x.reshape(steps * rows, -1), p.reshape(steps * rows, -1)
    out = {n: p[:, :, i].T for i, n in enumerate(system.parameters)}
    out.update({n: x[:, :, i].T for i, n in enumerate(system.states)})
    named = system.let(flat_x, flat_p)
    for i, n in enumerate(system.named):
        out.setdefault(n, named[:, i].reshape(steps, rows).T)
    shows = getattr(system, "shows", None)
    if shows is not None and system.model.shows:
        shown = shows(flat_x, flat_p)
        out.update({n: shown[:, i].reshape(steps, rows).T for i, n in enumerate(system.model.shows)})
    return out
