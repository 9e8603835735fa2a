"""Rival explanations: how likely each was, is, and is with hindsight; what spoke for and against it; what would have ruled it out.

The Bayes factor of a reading s for an explanation h is `P(s | h) / P(s | not h)`, both given the failure: above 1 it speaks for h. The
factors of several readings multiply to that of all of them only where their errors have nothing to do with each other, so the one of
all together is worked out by itself (I. J. Good, Probability and the weighing of evidence, 1950).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.observation.information import condensed, given, joint, likelihood
from fuelbed.numerics.observation.scene import Scene

__all__ = ["LEVEL", "Ruling", "bayes_factor", "chances", "ruling_out"]

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
LEVEL = 0.05  # below it an explanation counts as ruled out
_LIKELY = 0.5  # how often the readings would come out so, were it something else
_SETS = 400  # of readings tried
_MIDDLE = slice(0, 1)


def chances(scene: Scene, so: Bools, seen: Mapping[int, bool], found: bool = False) -> Array:
    """P(so | the failure, what was seen, and where `found` what was found out later), (points,); nan where it could not be seen so."""
    return np.asarray(so.astype(float) @ given(scene, seen, found))


def bayes_factor(scene: Scene, so: Bools, seen: Mapping[int, bool]) -> Array:
    """P(seen | so) / P(seen | not so), (points,): inf where it cannot be seen without, nan where one of the two has no world."""
    like = scene.weight * likelihood(scene, seen)
    with np.errstate(divide="ignore", invalid="ignore"):
        mine, other = (like[x].sum(axis=0) / scene.weight[x].sum(axis=0) for x in (so, ~so))
        return np.asarray(mine / other)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Readings that together take an explanation below `LEVEL`.

    shows   what each would have to show.
    left    its probability then; `chance` how often they would show it, were it something else.
    """

    shows: Mapping[int, bool]
    left: float
    chance: float


def ruling_out(scene: Scene, so: Bools, seen: Mapping[int, bool], free: Sequence[int], most: int = 3) -> list[Ruling]:
    """All single readings that do, the strongest first; else the strongest least set of up to `most`; at the middle of every number."""
    labels = so.astype(np.intp)
    if not so.any() or so.all():
        return []
    scene, labels = condensed(scene, labels, [*free, *seen])
    tried = 0
    for size in range(1, min(most, len(free)) + 1):
        good: list[Ruling] = []
        for chosen in combinations(free, size):
            tried += 1
            if tried > _SETS:
                break
            good += _rulings(scene, labels, seen, chosen)
        if good:
            good.sort(key=lambda r: (r.left, -r.chance, sorted(r.shows)))
            return _each_once(good) if size == 1 else good[:1]
    return []


def _rulings(scene: Scene, labels: NDArray[np.intp], seen: Mapping[int, bool], chosen: Sequence[int]) -> list[Ruling]:
    p = joint(scene, labels, chosen, seen, _MIDDLE)[0]  # (readings, not so / so)
    if p.shape[1] < 2 or p[:, 0].sum() <= 0:
        return []
    out = []
    for k, (other, mine) in enumerate(p):
        total = other + mine
        if total > 0 and mine / total < LEVEL and other / p[:, 0].sum() >= _LIKELY:
            shows = {i: bool(k >> bit & 1) for bit, i in enumerate(chosen)}
            out.append(Ruling(shows, float(mine / total), float(other / p[:, 0].sum())))
    return out


def _each_once(found: Sequence[Ruling]) -> list[Ruling]:
    """The better of the two readings of one sensor."""
    out: dict[int, Ruling] = {}
    for r in found:
        out.setdefault(next(iter(r.shows)), r)
    return list(out.values())
