"""The next best sensor: what each would tell of the mechanism, alone and beside the others, and which few tell most.

Greedy choice takes, one after the other, the sensor that tells most beside those already taken (per cost where costs are given). What it
reaches is set against the best set of the same size, by trying them all where they are few, and against a bound:

    I(M; S) <= H(M)   and   I(M; S) <= I(world; S) <= sum_s I(world; s),

the last where the sensors are independent given the world, which those of one group are not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.observation.information import WIDE, condensed, information
from fuelbed.numerics.observation.readings import groups
from fuelbed.numerics.observation.scene import Scene

__all__ = ["NOTHING", "Chosen", "best_set", "gain", "greedy", "same_as", "upper_bound"]

Array = NDArray[np.float64]
Ids = NDArray[np.intp]
NOTHING = 0.01  # bits; a sensor that tells less adds nothing
_TRIED = 300  # sets, for the best of a size to be looked for


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sensor in the order in which greedy choice takes it: what it adds beside those before it, and what they tell together, in bits."""

    sensor: int
    adds: float
    together: float


def gain(scene: Scene, labels: Ids, free: Sequence[int], seen: Mapping[int, bool], beside: Sequence[int] = ()) -> Array:
    """I(label; readings of `free` | seen, readings of `beside`) in bits, (points,)."""
    every = [*beside, *(i for i in free if i not in beside)]
    _, after = information(scene, labels, every, seen)
    before = information(scene, labels, beside, seen)[1] if beside else information(scene, labels, (), seen)[0]
    return np.asarray(np.maximum(before - after, 0.0))


def greedy(
    scene: Scene, labels: Ids, candidates: Sequence[int], seen: Mapping[int, bool], cost: Mapping[int, float], most: int = 5
) -> list[Chosen]:
    """Sensors until none adds more than `NOTHING`, at the middle of every number; per cost where each candidate has one."""
    at, labels = condensed(scene, labels, [*candidates, *seen])
    priced = all(cost.get(i, 0) > 0 for i in candidates)
    taken: list[int] = []
    out: list[Chosen] = []
    total = 0.0
    while len(out) < min(most, WIDE - 1):
        adds = {i: float(gain(at, labels, (i,), seen, taken)[0]) for i in candidates if i not in taken}
        worth = {i: x / (cost[i] if priced else 1.0) for i, x in adds.items() if x > NOTHING}
        if not worth:
            break
        best = max(worth, key=lambda i: (round(worth[i], 12), -candidates.index(i)))
        taken.append(best)
        total += adds[best]
        out.append(Chosen(best, adds[best], total))
    return out


def best_set(
    scene: Scene, labels: Ids, candidates: Sequence[int], seen: Mapping[int, bool], size: int, tried: int = _TRIED
) -> tuple[tuple[int, ...], float] | None:
    """The set of that size which tells most, by trying all of them at the middle of every number; None where they are too many."""
    if math.comb(len(candidates), size) > tried or size > WIDE:
        return None
    at, labels = condensed(scene, labels, [*candidates, *seen])
    before = float(information(at, labels, (), seen)[0][0])
    found = [(s, before - float(information(at, labels, s, seen)[1][0])) for s in combinations(candidates, size)]
    return max(found, key=lambda x: round(x[1], 12))


def upper_bound(scene: Scene, labels: Ids, candidates: Sequence[int], seen: Mapping[int, bool], size: int) -> float:
    """No set of that size tells more, in bits; at the middle of every number."""
    at, own = condensed(scene, labels, [*candidates, *seen])
    most = float(information(at, own, (), seen)[0][0])
    if any(len(g) > 1 for g in groups(at.sensors, [*candidates, *seen])):
        return most
    world = np.arange(len(at), dtype=np.intp)
    alone = sorted((float(gain(at, world, (i,), seen)[0]) for i in candidates), reverse=True)
    return min(most, sum(alone[:size]))


def same_as(scene: Scene, labels: Ids, sensor: int, others: Sequence[int], seen: Mapping[int, bool]) -> int | None:
    """The other sensor beside which this one adds nothing though it tells something alone; None where there is none."""
    at, labels = condensed(scene, labels, [sensor, *others, *seen])
    if float(gain(at, labels, (sensor,), seen)[0]) <= NOTHING:
        return None
    beside = {i: float(gain(at, labels, (sensor,), seen, (i,))[0]) for i in others if i != sensor}
    best = min(beside, key=lambda i: (round(beside[i], 12), i), default=None)
    return best if best is not None and beside[best] < NOTHING else None
