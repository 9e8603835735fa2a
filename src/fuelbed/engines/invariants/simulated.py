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
from fuelbed.numerics.maps.simulate import pushed, settled, under
from fuelbed.numerics.maps.system import System, compile_model, middle
from fuelbed.numerics.sampling import latin_hypercube, quantile

__all__ = ["ROWS", "Simulated", "simulate"]

Array = NDArray[np.float64]
ROWS = 9  # the middle and eight draws
_SETTLE = 4000  # steps to the state that the push meets
_BEFORE, _DURING, _AFTER = 0.1, 4000, 2000  # of what follows; steps at most
_AHEAD = 20_000  # steps at most that are followed because a formula looks so far ahead
_KEPT = 1500  # samples of a trace
_STILL = 1e-9  # of the box between two samples
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
    found = []
    for name, push in m.pushes.items():
        lasts = shares.of(f"{m.name}.{name}.lasts", push.lasts)
        moved = {part.target: shares.of(f"{m.name}.{name}.{part.target}", part.value) for part in push.parts}
        found.append((*_rows_pushed(m, system, name, moved, table, rest), lasts))
    during, start, lasts = (np.concatenate(x) for x in zip(*found, strict=True))
    n = len(found)
    rows = _Rows(np.tile(table, (n, 1)), during, np.tile(rest, (n, 1)), start, lasts)
    times, columns, pushed_for = _followed(system, rows, ahead)
    for i, name in enumerate(m.pushes):
        mine = slice(i * ROWS, (i + 1) * ROWS)
        whole = float(lasts[mine][0])
        cut = whole if whole > pushed_for * (1 + 1e-9) else None
        yield Simulated(name, times, {c: v[mine] for c, v in columns.items()}, min(whole, pushed_for), cut)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Of all pushes together: parameters without and under it (n, P), states at rest and at its start (n, S), seconds (n,)."""

    table: Array
    during: Array
    rest: Array
    start: Array
    lasts: Array


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


def _followed(system: System, r: _Rows, ahead: float) -> tuple[Array, dict[str, Array], float]:
    """Times, columns (n, T), and for how many seconds of a push it was followed.

    All rows of all pushes go side by side, for a step costs hardly more for many rows. Every `stride` steps are kept.
    """
    step = system.step_seconds
    lasts = np.where(np.isfinite(r.lasts), r.lasts, _DURING * step)
    steps = int(min(np.ceil(lasts.max() / step), _DURING))
    after = int(max(min(max(_TIMES * steps, 200), _AFTER), min(np.ceil(min(ahead, 1e12) / step) + 10, _AHEAD)))
    stride = max(1, -(-(steps + after) // _KEPT))
    held = np.minimum(lasts / step, steps)
    x, kept_x, kept_p = r.start, [r.start], [_in_force(r, held, 0)]
    for t in range(0, steps + after, stride):
        pushing = np.clip(held - t, 0.0, stride)
        new = under(system, x, r.table, r.during, pushing)
        new = under(system, new, r.table, r.table, stride - np.ceil(pushing))
        kept_x.append(new)
        kept_p.append(_in_force(r, held, t + stride))
        if t >= steps and (t - steps) * step > min(ahead, after * step) and _still(system, new, x):
            break
        x = new
    before = max(2, round(_BEFORE * len(kept_x)))
    xs = np.array([r.rest] * before + kept_x)
    ps = np.array([r.table] * before + kept_p)
    times: Array = (np.arange(len(xs), dtype=float) - before) * (stride * step)
    return times, _columns(system, xs, ps), steps * step


def _in_force(r: _Rows, held: Array, t: int) -> Array:
    """The parameters after t steps; of a last broken step they lie between."""
    return np.asarray(r.table + np.clip(held - t, 0.0, 1.0)[:, None] * (r.during - r.table))


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
