"""Which states the metrics determine: observability of the linearized map x' = A x, y = C x near a point at which the model rests.

A direction of the state is unseen where no column ever shows it: C A^k v = 0 for every k (R. Kalman, 1960; T. Kailath, "Linear systems",
1980). The textbook test, the rank of C, CA, CA^2 ..., loses its digits where a step is short (its blocks are then almost equal), so the unseen
space is found by narrowing instead (C. Paige, IEEE Trans. Autom. Control 26, 1981; P. Van Dooren, same volume): of the directions that C does not
show, those that stay among themselves under A. A - I over its own size spans the same spaces as A and is no matter of the step.

How well a direction is seen is said by the Gramian W = sum over k of A'^k C' C A^k: v' W v is the sum of squares that the deviation v leaves in
the columns. All of it is local: it holds for small deviations, and of a point on a kink for one side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.shown import named
from fuelbed.numerics.maps.system import System
from fuelbed.numerics.observation.combinations import groups_of, sparse_rows, weighted

__all__ = ["Sight", "finite_gramian", "gramian", "sight", "sight_at", "unseen_space", "unseen_words"]

Array = NDArray[np.float64]
_NOTHING = 1e-9  # of the greatest entry: what a column is moved by less than this is not moved


@dataclass(frozen=True, eq=False)
class Sight:
    """rank: of how many independent directions of the states something is seen. hidden (S - rank, S): the others, sparse, in units of the states.

    gramian    (S, S) in scaled units (a state in its box, a column in its level); over all time, or where deviations grow, over `steps`.
    condition  the greatest over the least singular value of what is seen per deviation, inf where a direction is unseen.
    weakest    (S,) the direction that is seen least, in units of the states, its greatest share 1 box.
    steps      of a finite Gramian, inf for the whole.
    """

    rank: int
    hidden: Array
    gramian: Array
    condition: float
    weakest: Array
    steps: float


def unseen_space(a: Array, c: Array, nothing: float = _NOTHING) -> Array:
    """(k, S): an orthonormal basis of the directions that are never seen. a (S, S), c (C, S), in units in which 1 is a great deviation."""
    a, c = np.asarray(a, dtype=float), np.atleast_2d(np.asarray(c, dtype=float))
    moves = a - np.eye(len(a))
    size = float(np.linalg.norm(moves, 2)) if moves.size else 0.0
    moves = moves / size if size > 0 else moves
    basis = _kernel(c, np.eye(len(a)), nothing)
    while basis.shape[1]:
        image = moves @ basis
        kept = _kernel(image - basis @ (basis.T @ image), basis, nothing)
        if kept.shape[1] == basis.shape[1]:
            break
        basis = kept
    return np.asarray(basis.T)


def _kernel(m: Array, basis: Array, nothing: float) -> Array:
    """The part of `basis` (S, k, orthonormal) that m (., k) sends to nothing."""
    if not m.size:
        return basis
    _, s, v = np.linalg.svd(m)
    rank = int((s > nothing * max(1.0, float(s.max(initial=0.0)))).sum())
    return np.asarray(basis @ v[rank:].T)


def gramian(a: Array, c: Array) -> Array:
    """(S, S): W = A' W A + C' C, over all time; a must be stable (`ValueError` where it is not)."""
    if np.abs(np.linalg.eigvals(a)).max(initial=0.0) >= 1.0:
        raise ValueError("deviations do not die out, so there is no Gramian over all time")
    from scipy.linalg import solve_discrete_lyapunov

    w = np.asarray(solve_discrete_lyapunov(np.asarray(a, dtype=float).T, c.T @ c), dtype=float)
    return np.asarray((w + w.T) / 2, dtype=float)


def finite_gramian(a: Array, c: Array, steps: int) -> Array:
    """(S, S): the sum over `steps` steps, by doubling: W over 2n steps is W over n, and that seen again n steps later."""
    w: Array = c.T @ c
    power, total, later = np.asarray(a, dtype=float), np.zeros((len(a), len(a))), np.eye(len(a))
    while steps:
        if steps & 1:
            total = np.asarray(total + later.T @ w @ later, dtype=float)
            later = np.asarray(power @ later)
        w, power, steps = np.asarray(w + power.T @ w @ power, dtype=float), power @ power, steps >> 1
    return np.asarray(total, dtype=float)


def sight(a: Array, c: Array, scale: Array | None = None, levels: Array | None = None) -> Sight:
    """What the columns y = C x show of the states. scale (S,): a great deviation of each state; levels (C,): the usual size of each column."""
    a, c = np.asarray(a, dtype=float), np.atleast_2d(np.asarray(c, dtype=float))
    n = len(a)
    scale = np.ones(n) if scale is None else np.asarray(scale, dtype=float)
    scaled = a * scale / scale[:, None]
    rows = c * scale
    size = np.linalg.norm(rows, axis=1) + (np.abs(levels) if levels is not None else 0.0)
    rows = rows / np.where(size > 0, size, 1.0)[:, None]
    space = unseen_space(scaled, rows)
    hidden = sparse_rows(space * scale) if len(space) else np.zeros((0, n))
    radius = float(np.abs(np.linalg.eigvals(scaled)).max(initial=0.0))
    steps = math.inf
    if radius < 1.0:
        w = gramian(scaled, rows)
    else:  # until a deviation has grown by about e; for ever where it neither grows nor dies
        steps = float(min(max(math.ceil(1.0 / math.log(radius)), n), 10_000)) if radius > 1.0 + 1e-9 else 1000.0
        w = finite_gramian(scaled, rows, int(steps))
    values, vectors = np.linalg.eigh(w)
    least = max(float(values[0]), 0.0)
    condition = math.inf if len(space) or least == 0.0 else math.sqrt(float(values[-1]) / least)
    weakest = vectors[:, 0] / np.abs(vectors[:, 0]).max() * scale
    return Sight(n - len(space), hidden, w, condition, weakest, steps)


def sight_at(system: System, x: Array, p: Array) -> Sight:
    """The columns that the model shows, at a point x (S,) at which it rests."""
    a = system.jacobian(x[None], p)[0]
    y, c, _ = system.show_linear(x[None], p)
    return sight(a, c[0], system.scale, y[0])


def unseen_words(states: Sequence[str], found: Sight) -> list[str]:
    """What is not seen, one sentence a group of states: "of `queue` and `orbit` only `queue` + `orbit` is seen"; none where all is."""
    out = []
    alone = [states[g.members[0]] for g in groups_of(found.hidden) if len(g.members) == 1]
    if alone:
        out.append(f"{named(alone)} {'is' if len(alone) == 1 else 'are'} not seen at all")
    for g in groups_of(found.hidden):
        names = [states[i] for i in g.members]
        if len(names) == 1:
            continue
        if len(g.seen) == 1:
            w = g.seen[0]
            equal = np.allclose(w / w[0], 1.0, rtol=1e-3)
            said = f"the sum {weighted(names, np.ones(len(w)).tolist())}" if equal else weighted(names, w.tolist())
            out.append(f"of {named(names)} only {said} is seen")
        else:
            moves = "; ".join(weighted(names, row.tolist()) for row in g.hidden)
            out.append(f"{named(names)} can move together with nothing to be seen, along {moves}")
    return out
