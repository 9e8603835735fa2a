"""Bits: how uncertain the mechanism is, and how much some readings would tell of it.

With M the mechanism (or any other label of a world) and S what some sensors show, all given the failure and what was seen:

    H(M) = - sum_m P(m) log2 P(m),   I(M; S) = H(M) - sum_s P(s) H(M | s)

(C. Shannon, A mathematical theory of communication, 1948). I is never negative, and symmetric; a reading of a reading tells no more than
the reading itself. Sensors are independent given the *world* (apart from groups), so I(world; S) is submodular in the set S and greedy
choice reaches at least 1 - 1/e of the best set of its size (A. Krause and C. Guestrin, Near-optimal nonmyopic value of information in
graphical models, UAI 2005). I(M; S) need not be: two sensors may tell only together what neither does alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.observation.readings import readings
from fuelbed.numerics.observation.scene import Scene

__all__ = ["WIDE", "entropy", "given", "information", "joint", "likelihood", "merged"]

Array = NDArray[np.float64]
Ids = NDArray[np.intp]
WIDE = 10  # sensors whose readings are all written out
_CELLS = 4_000_000  # of one table


def entropy(p: Array, axis: int = 0) -> Array:
    """Of non-negative weights that need not add up to 1, in bits."""
    total = p.sum(axis=axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = np.where(p > 0, p * np.log2(np.where(p > 0, p, 1.0)), 0.0).sum(axis=axis)
        out = np.where(total > 0, np.log2(np.where(total > 0, total, 1.0)) - inner / np.where(total > 0, total, 1.0), 0.0)
    return np.maximum(out, 0.0)


def likelihood(scene: Scene, seen: Mapping[int, bool], points: slice | None = None) -> Array:
    """P(seen | world), shape (worlds, points)."""
    if not seen:
        return np.ones((len(scene), scene.weight[:, points or slice(None)].shape[1]))
    mine = sorted(seen)
    kinds, which = np.unique(scene.codes[:, mine], axis=0, return_inverse=True)
    codes = np.zeros((len(kinds), len(scene.sensors)), dtype=np.int8)
    codes[:, mine] = kinds
    numbers = {k: v[points or slice(None)] for k, v in scene.numbers.items()}
    return np.asarray(readings(scene.sensors, codes, numbers, (), seen)[0][which.reshape(-1)])


def given(scene: Scene, seen: Mapping[int, bool], found: bool = False) -> Array:
    """P(world | the failure, what was seen, and where `found` what was found out later), shape (worlds, points).

    Points at which it could not have been seen are nan.
    """
    weight = scene.weight * likelihood(scene, seen)
    if found:
        weight = weight * scene.found[:, None]
    total = weight.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(total > 0, weight / total, np.nan))


def merged(labels: Ids, weight: Array, n: int) -> Array:
    """Weights by label, (n, points)."""
    out = np.zeros((n, weight.shape[1]))
    np.add.at(out, labels, weight)
    return out


def joint(scene: Scene, labels: Ids, free: Sequence[int], seen: Mapping[int, bool], points: slice = slice(None)) -> Array:
    """P(label, readings of the free sensors, seen | the failure), shape (points, 2 ** len(free), labels)."""
    read = sorted({*free, *seen})
    key = np.column_stack([labels, scene.codes[:, read]]).astype(np.intp)
    kinds, which = np.unique(key, axis=0, return_inverse=True)
    weight = merged(which.reshape(-1), scene.weight[:, points], len(kinds))
    patterns, place = np.unique(kinds[:, 1:], axis=0, return_inverse=True)
    place = place.reshape(-1)
    codes = np.zeros((len(patterns), len(scene.sensors)), dtype=np.int8)
    codes[:, read] = patterns
    numbers = {k: v[points] for k, v in scene.numbers.items()}
    table = readings(scene.sensors, codes, numbers, free, seen)
    n = int(labels.max()) + 1 if len(labels) else 0
    by = np.zeros((weight.shape[1], len(patterns), n))
    by[:, place, kinds[:, 0]] = weight.T
    return np.asarray(np.moveaxis(np.broadcast_to(table, (*table.shape[:2], weight.shape[1])), 2, 0) @ by)


def information(scene: Scene, labels: Ids, free: Sequence[int], seen: Mapping[int, bool]) -> tuple[Array, Array]:
    """(H(label | seen), expected H(label | seen, readings of the free sensors)), each (points,), in bits; 0 where `seen` cannot be."""
    n = scene.weight.shape[1]
    step = max(1, _CELLS // (2 ** len(free) * max(1, int(labels.max(initial=0)) + 1)))
    before, after = np.zeros(n), np.zeros(n)
    for a in range(0, n, step):
        p = joint(scene, labels, free, seen, slice(a, a + step))  # (points, readings, labels)
        total = p.sum(axis=(1, 2))
        before[a : a + step] = entropy(p.sum(axis=1), axis=1)
        part = p.sum(axis=2) * entropy(p, axis=2)
        after[a : a + step] = np.where(total > 0, part.sum(axis=1) / np.where(total > 0, total, 1.0), 0.0)
    return before, after
