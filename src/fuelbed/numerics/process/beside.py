"""Interventions beside the baseline at the same points, for many sets of points in few runs of the tape.

Sets of points overlap (the same ends of the numbers serve many interventions), so the baseline is evaluated once at each distinct
point, and an intervention once at each distinct point of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.process.box import Box
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.interventions import Overrides, batch, setting

__all__ = ["Asked", "beside", "distinct"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Asked = tuple[int, Array]  # a row of interventions (0: the baseline) and points as shares, (axes of the box, n)
Values = Mapping[str, Array]  # by output, (draws, n)


def distinct(model: Compiled, rows: Sequence[Overrides]) -> tuple[list[Overrides], list[int]]:
    """The interventions that differ in something that the tape reads, and where each of `rows` is among them."""
    place, default = set(model.tape.inputs), model.defaults
    found: dict[frozenset[tuple[str, object]], int] = {}
    out: list[Overrides] = []
    where = []
    for row in rows:
        key = frozenset((n, v) for n, v in row.items() if n in place and default[n] != v)
        if key not in found:
            found[key] = len(out)
            out.append(row)
        where.append(found[key])
    return out, where


def beside(
    model: Compiled, box: Box, rows: Sequence[Overrides], run: Callable[[Array], Values], asked: Sequence[Asked], most: int
) -> list[tuple[Values, Values]]:
    """(values of the baseline, values of the row) at each set of points; `run` is the tape, given at most about `most` numbers."""
    rows, same = distinct(model, rows)
    out: list[tuple[Values, Values]] = []
    group: list[Asked] = []
    columns = 0
    for given, points in asked:
        row = same[given]
        group.append((row, points))
        columns += points.shape[1] * (2 if row else 1) * box.n_draws
        if columns * model.tape.n_inputs > most:
            out += _together(model, box, rows, run, group)
            group, columns = [], 0
    return out + _together(model, box, rows, run, group)


def _together(
    model: Compiled, box: Box, rows: Sequence[Overrides], run: Callable[[Array], Values], group: Sequence[Asked]
) -> list[tuple[Values, Values]]:
    if not group:
        return []
    points, where = _distinct([p for _, p in group])
    knobs, n = box.with_draws(points), points.shape[1]
    base = batch(model, knobs, [{}]).reshape(model.tape.n_inputs, box.n_draws, n)
    own: dict[int, list[Index]] = {0: [np.arange(n)]}
    for (row, _), at in zip(group, where, strict=True):
        own.setdefault(row, []).append(at)
    place = {name: i for i, name in enumerate(model.tape.inputs)}
    blocks, local, start = [], dict[int, tuple[int, Index]](), 0
    for row, sets in own.items():
        at = np.unique(np.concatenate(sets))
        block = base[:, :, at]
        for name, change in rows[row].items():
            if name in place:
                value = setting(change, knobs)
                block[place[name]] = (
                    value.reshape(box.n_draws, n)[:, at] if isinstance(value, np.ndarray) and value.ndim else value
                )
        blocks.append(block)
        local[row] = start, at
        start += len(at)
    inputs = np.concatenate(blocks, axis=2).reshape(model.tape.n_inputs, -1)
    whole = {o: v.reshape(box.n_draws, -1) for o, v in run(inputs).items()}
    out: list[tuple[Values, Values]] = []
    for (row, _), at in zip(group, where, strict=True):
        first, mine = local[row]
        after = first + np.searchsorted(mine, at)
        out.append(({o: v[:, at] for o, v in whole.items()}, {o: v[:, after] for o, v in whole.items()}))
    return out


def _distinct(sets: Sequence[Array]) -> tuple[Array, list[Index]]:
    """The distinct points of several sets, and where the points of each set are among them."""
    seen: dict[bytes, int] = {}
    every = np.ascontiguousarray(np.concatenate(sets, axis=1).T)
    size = every.shape[1] * every.itemsize
    raw = every.tobytes()
    at = [seen.setdefault(raw[i : i + size], len(seen)) for i in range(0, len(raw), size)] if size else [0] * len(every)
    first = np.unique(np.array(at, dtype=np.intp), return_index=True)[1]
    where = np.split(np.array(at, dtype=np.intp), np.cumsum([s.shape[1] for s in sets])[:-1])
    return every[first].T, where
