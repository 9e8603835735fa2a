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
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.observation.readings import readings
from fuelbed.numerics.observation.scene import Scene

__all__ = ["WIDE", "condensed", "entropy", "given", "information", "joint", "kinds", "likelihood", "merged"]

Array = NDArray[np.float64]
Ids = NDArray[np.intp]
Codes = NDArray[np.int8]
Points = slice | Ids
_ALL = slice(None)
WIDE = 10  # sensors whose readings are all written out
_CELLS = 800_000  # of one table
_LEAST = 9  # points of it, however large it is


def entropy(p: Array, axis: int = 0) -> Array:
    """Of non-negative weights that need not add up to 1, in bits."""
    total = p.sum(axis=axis)
    inner = (p * np.log2(np.where(p > 0, p, 1.0))).sum(axis=axis)
    whole = np.where(total > 0, total, 1.0)
    return np.asarray(np.maximum(np.where(total > 0, np.log2(whole) - inner / whole, 0.0), 0.0))


def likelihood(scene: Scene, seen: Mapping[int, bool]) -> Array:
    """P(seen | world), shape (worlds, points)."""
    if not seen:
        return np.ones_like(scene.weight)
    mine = sorted(seen)
    first, which = kinds(np.zeros(len(scene), dtype=np.intp), scene.codes[:, mine])
    return np.asarray(readings(scene.sensors, scene.codes[first], scene.numbers, (), seen)[0][which])


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


def kinds(labels: Ids, codes: Codes) -> tuple[Ids, Ids]:
    """Rows that agree in label and codes are of one kind: (the first row of each kind, the kind of each row)."""
    key = labels.astype(np.int64)
    for column in codes.T:
        if int(key.max(initial=0)) > 1 << 40:
            key = np.unique(key, return_inverse=True)[1].reshape(-1).astype(np.int64)
        key = key * 3 + column
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return first, which.reshape(-1)


def condensed(scene: Scene, labels: Ids, wanted: Sequence[int]) -> tuple[Scene, Ids]:
    """The scene at the middle of every number, with worlds that agree in label and in what the wanted sensors read made one."""
    read = np.array(sorted(set(wanted)), dtype=np.intp)
    first, which = kinds(labels, scene.codes[:, read])
    codes = np.zeros((len(first), len(scene.sensors)), dtype=np.int8)
    codes[:, read] = scene.codes[np.ix_(first, read)]
    small = replace(
        scene,
        truth=scene.truth[first],
        weight=merged(which, scene.weight[:, :1], len(first)),
        numbers={k: v[:1] for k, v in scene.numbers.items()},
        mechanism=scene.mechanism[first],
        codes=codes,
        says={},
        found=scene.found[first],
        stand_ins=scene.stand_ins[:1],
        points=scene.points[:1],
    )
    return small, labels[first]


def joint(scene: Scene, labels: Ids, free: Sequence[int], seen: Mapping[int, bool], points: Points = _ALL) -> Array:
    """P(label, readings of the free sensors, seen | the failure), shape (points, 2 ** len(free), labels)."""
    read = np.array(sorted({*free, *seen}), dtype=np.intp)
    first, which = kinds(labels, scene.codes[:, read])
    weight = merged(which, scene.weight[:, points], len(first))
    shown, place = kinds(np.zeros(len(first), dtype=np.intp), scene.codes[np.ix_(first, read)])
    codes = np.zeros((len(shown), len(scene.sensors)), dtype=np.int8)
    codes[:, read] = scene.codes[np.ix_(first[shown], read)]
    table = readings(scene.sensors, codes, {k: v[points] for k, v in scene.numbers.items()}, free, seen)
    n = int(labels.max()) + 1 if len(labels) else 0
    by = np.zeros((weight.shape[1], len(shown), n))
    by[:, place, labels[first]] = weight.T
    return np.asarray(np.moveaxis(np.broadcast_to(table, (*table.shape[:2], weight.shape[1])), 2, 0) @ by)


def information(scene: Scene, labels: Ids, free: Sequence[int], seen: Mapping[int, bool]) -> tuple[Array, Array]:
    """(H(label | seen), expected H(label | seen, readings of the free sensors)), each (points,), in bits; 0 where `seen` cannot be.

    Where the table is large only some of the points are looked at, the middle among them; nan at the others.
    """
    n = scene.weight.shape[1]
    most = max(_LEAST, _CELLS // (2 ** len(free) * (int(labels.max(initial=0)) + 1)))
    at = np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.intp))
    p = joint(scene, labels, free, seen, at)  # (points, readings, labels)
    total = p.sum(axis=(1, 2))
    part = (p.sum(axis=2) * entropy(p, axis=2)).sum(axis=1)
    before, after = np.full(n, np.nan), np.full(n, np.nan)
    before[at] = entropy(p.sum(axis=1), axis=1)
    after[at] = np.where(total > 0, part / np.where(total > 0, total, 1.0), 0.0)
    return before, after
