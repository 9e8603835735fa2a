"""Feedback loops: which cycles of influence there are, how strong each is, and which of them keeps the system down.

**Gain.** A loop passes through states (each remembers, and by itself returns to rest) and named quantities (which follow at once). Its
gain at a point is

    gain = product of the partial derivatives along the loop / product of the restoring r_i over the states i on it
    r_i  = 1 - d_ii + |what negative loops through state i alone add|,   d_ii = d next_i / d x_i with every named quantity held

so it is what a small lasting push at one node has become, once round, when every state on the way has come to rest. With one positive
loop and 0 <= d_ii - |...| < 1 the characteristic polynomial is prod(z - 1 + r_i) - prod(partials), whose greatest root is real and at
or above 1 exactly where gain >= 1: **a positive loop alone makes the point unstable if and only if its gain exceeds 1**. (For a set of
loops, det(I - A) / prod(1 - d_ii) is Mason's sum over disjoint cycles; S. Mason, Proc. IRE 44, 1956.) A state that multiplies itself
directly (d_ii > 1) is a loop of its own with gain d_ii. r_i = 0 (nothing restores the state) makes the gain infinite. A negative loop
through one state alone is divided by the r_i that it is part of: it reads "the share of the restoring that it provides".

**Where.** `normal` and `failed`: at those two fixed points. At a failed state that holds, gains are below 1 again (otherwise it would
not hold: queues are full, everybody retries already), and the mean slope from the normal to the failed state is 1 by construction
(both are at rest). So a loop shows its strength in between: `edge` is its gain at the edge state (the saddle through which the system
tips; by the theorem above a loop alone has gain > 1 there), `between` the greatest gain on the way normal - edge - failed.

**Sustaining** is a positive loop with gain < 1 in the normal state and either gain > 1 at the edge or in between, or `needed`.
`needed` is a removal test, not a slope: from the failed state, with any one link of the loop held at its normal value, the system
comes back, whichever link it is. True / False, or None where it was not asked or no link can be held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.maps.cycles import held, influence, simple_cycles
from fuelbed.numerics.maps.simulate import stays_down
from fuelbed.numerics.maps.system import System, compile_model

__all__ = ["Influences", "Loop", "find_loops"]

Array = NDArray[np.float64]
_BETWEEN = 33  # points on each leg of the way
_SLIGHT = 1e-12
_TESTED = 12  # strongest positive loops that get the removal test


@dataclass(frozen=True, slots=True)
class Loop:
    """One cycle of influence: `nodes` in order, each acting on the next and the last on the first.

    positive: the product of its signs, where it is strongest. Gains as the module says; None where there is no such state.
    where: the share of the way from normal (0) over the edge to failed (1) at which `between` was found.
    """

    nodes: tuple[str, ...]
    positive: bool
    normal: float
    edge: float | None
    failed: float | None
    between: float | None
    where: float | None
    sustaining: bool
    needed: bool | None


@dataclass(frozen=True, eq=False)
class Influences:
    """The influence graph: nodes, d target / d source in the normal state (N, N), loops (sustaining first, then by strength), and
    whether the list of loops is complete."""

    nodes: tuple[str, ...]
    partials: Array
    loops: tuple[Loop, ...]
    complete: bool

    @property
    def sustaining(self) -> tuple[Loop, ...]:
        return tuple(loop for loop in self.loops if loop.sustaining)


def find_loops(
    system: System,
    p: Array,
    normal: Array,
    failed: Array | None = None,
    edge: Array | None = None,
    *,
    settle: float | None = None,
    most: int = 10_000,
) -> Influences:
    """All loops at one row of parameters (P,): gains at the states given, on the way between them, and the removal test.

    settle: seconds that the removal test waits; None leaves it out. Raises nothing: loops past `most` are left out and `complete` is False.
    """
    nodes = (*system.states, *system.named)
    points, share = _way(normal, failed, edge)
    partials, _ = influence(system, points, p)
    partials = np.where(np.isfinite(partials), partials, 0.0)
    linked = np.asarray(np.any(np.abs(partials) > _SLIGHT, axis=0), dtype=bool)
    edges = {b: [a for i, a in enumerate(nodes) if i != j and linked[i, j]] for j, b in enumerate(nodes)}
    cycles, complete = simple_cycles(edges, most)
    index = {name: i for i, name in enumerate(nodes)}
    rounds = [[index[name] for name in c] for c in cycles]
    products = [np.prod([partials[:, b, a] for a, b in _links(c)], axis=0) for c in rounds]
    size = len(system.states)
    restoring = _restoring(partials, rounds, products, size)
    gains = [_divided(v, restoring[:, [i for i in c if i < size]]) for c, v in zip(rounds, products, strict=True)]
    for i in range(size):  # a state that multiplies itself
        if (partials[:, i, i] > 1).any():
            rounds.append([i])
            gains.append(partials[:, i, i])
    loops = [_loop(tuple(nodes[i] for i in c), g, share, failed, edge) for c, g in zip(rounds, gains, strict=True)]
    loops.sort(key=_strength)
    if settle is not None and failed is not None:
        loops = _removed(system, p, normal, failed, settle, loops)
    loops.sort(key=lambda loop: (not loop.sustaining, loop.needed is not True, *_strength(loop)))
    return Influences(nodes, partials[0], tuple(loops), complete)


def _way(normal: Array, failed: Array | None, edge: Array | None) -> tuple[Array, Array]:
    """Points (n, S): normal, edge, failed (normal again where there is none), then the legs between; and the share of the way of each."""
    ends = [np.asarray(e, dtype=float) for e in (normal, edge, failed) if e is not None]
    points = [ends[0], ends[0] if edge is None else ends[1], ends[-1]]
    share = [0.0, 0.5, 1.0]
    for k in range(len(ends) - 1):
        for s in np.linspace(0.0, 1.0, _BETWEEN):
            points.append(ends[k] + s * (ends[k + 1] - ends[k]))
            share.append((k + s) / (len(ends) - 1))
    return np.array(points), np.array(share)


def _links(cycle: Sequence[int]) -> list[tuple[int, int]]:
    return [(a, cycle[(k + 1) % len(cycle)]) for k, a in enumerate(cycle)]


def _restoring(partials: Array, rounds: list[list[int]], products: list[Array], size: int) -> Array:
    """(n, S): r_i of the module's words; a state that multiplies itself (d_ii > 1) restores nothing by itself."""
    r = np.stack([np.maximum(1.0 - partials[:, i, i], 0.0) for i in range(size)], axis=1)
    for c, v in zip(rounds, products, strict=True):
        own = [i for i in c if i < size]
        if len(own) == 1:
            r[:, own[0]] += np.maximum(-v, 0.0)
    return r


def _divided(product: Array, restoring: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.where(product == 0.0, 0.0, product / np.prod(restoring, axis=1))


def _loop(nodes: tuple[str, ...], gain: Array, share: Array, failed: Array | None, edge: Array | None) -> Loop:
    inner = gain[3:]
    top = int(np.argmax(inner)) if len(inner) else 0
    positive = bool(gain[int(np.argmax(np.abs(gain)))] > 0)
    between = float(inner[top]) if len(inner) else None
    at_edge = None if edge is None else float(gain[1])
    peak = max(v for v in (between, at_edge, 0.0) if v is not None)
    return Loop(
        nodes,
        positive,
        float(gain[0]),
        at_edge,
        None if failed is None else float(gain[2]),
        between,
        float(share[3 + top]) if len(inner) else None,
        bool(positive and gain[0] < 1.0 < peak),
        None,
    )


def _strength(loop: Loop) -> tuple[float, int, tuple[str, ...]]:
    return (
        -max(abs(v) for v in (loop.normal, loop.edge, loop.failed, loop.between) if v is not None),
        len(loop.nodes),
        loop.nodes,
    )


def _removed(system: System, p: Array, normal: Array, failed: Array, settle: float, loops: list[Loop]) -> list[Loop]:
    """The loops with their removal test: one row per link, all of them followed at once."""
    _, values = influence(system, normal, p)
    value = dict(zip((*system.states, *system.named), values[0].tolist(), strict=True))
    tested = [loop for loop in loops if loop.positive][:_TESTED]
    links = list(dict.fromkeys(link for loop in tested for link in _pairs(loop)))
    model, got = held(system.model, [(a, b, value[a]) for a, b in links])
    switched = [link for link, has in zip(links, got, strict=True) if has]
    back: dict[tuple[str, str], bool] = {}
    if switched:
        rows = np.concatenate([np.tile(p, (len(switched), 1)), np.eye(len(switched))], axis=1)
        start = np.tile(np.asarray(failed, dtype=float), (len(switched), 1))
        down, _ = stays_down(compile_model(model), start, rows, max(round(settle / system.step_seconds), 10))
        back = dict(zip(switched, (~down).tolist(), strict=True))
    out = []
    for loop in loops:
        answers = [back[link] for link in _pairs(loop) if link in back] if loop in tested else []
        needed = all(answers) if answers else None
        out.append(replace(loop, needed=needed, sustaining=loop.sustaining or (needed is True and loop.normal < 1.0)))
    return out


def _pairs(loop: Loop) -> list[tuple[str, str]]:
    return list(zip(loop.nodes, (*loop.nodes[1:], loop.nodes[0]), strict=True))
