"""P(what some sensors show | the world): misses, false alarms, blindness, and errors that are drawn together.

A sensor that is not blind reads wrongly with probability e: `misses` where what it sees is so, `false_alarms` where it is not. Sensors of
one group read wrongly where one common U, uniform on 0..1, is below their own e. So of a group the readings y have the probability

    max(0, min(e_i : y_i wrong) - max(e_j : y_j right)),

with 1 for an empty minimum and 0 for an empty maximum; a group of one gives e or 1 - e. A blind sensor is off, whatever is so, and has no
part in the draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.signals import Signal

__all__ = ["groups", "readings"]

Array = NDArray[np.float64]
Codes = NDArray[np.int8]


def groups(sensors: Sequence[Signal], wanted: Sequence[int]) -> list[tuple[int, ...]]:
    """Which of the wanted sensors draw their errors together; those of no group are alone."""
    out: dict[object, list[int]] = {}
    for i in wanted:
        out.setdefault(sensors[i].shares or i, []).append(i)
    return [tuple(g) for g in out.values()]


def readings(
    sensors: Sequence[Signal], codes: Codes, numbers: Mapping[str, Array], free: Sequence[int], fixed: Mapping[int, bool]
) -> Array:
    """P(fixed readings, and each assignment of the free ones | code), shape (2 ** len(free), codes, points).

    Bit k of an assignment says whether `free[k]` is on. `codes` (codes, sensors); `numbers` as a scene holds them, (points,) each.
    """
    points = len(next(iter(numbers.values()))) if numbers else 1
    out = np.ones((1, len(codes), points))
    order: list[int] = []
    for group in groups(sensors, [*free, *(i for i in fixed if i not in free)]):
        mine = [i for i in group if i not in fixed]
        part = _group(group, mine, codes, numbers, fixed)
        out = (part[:, None] * out[None]).reshape(-1, *out.shape[1:])  # the group's own bits are the higher ones
        order += mine
    if list(order) == list(free):
        return out
    places = np.arange(2 ** len(free))
    bit = {i: k for k, i in enumerate(order)}
    return out[sum(((places >> k & 1) << bit[i] for k, i in enumerate(free)), np.zeros_like(places))]


def _group(
    group: Sequence[int], free: Sequence[int], codes: Codes, numbers: Mapping[str, Array], fixed: Mapping[int, bool]
) -> Array:
    """(2 ** free, codes, points) of one group."""
    wrong = {i: np.where((codes[:, i] == 1)[:, None], numbers[f"misses {i}"], numbers[f"alarms {i}"]) for i in group}
    shape = (len(codes), len(numbers[f"misses {group[0]}"]))
    out = []
    for bits in product((False, True), repeat=len(free)):
        shown = {**fixed, **dict(zip(reversed(free), bits, strict=True))}  # the last of `product` turns fastest: the lowest bit
        low, high, possible = np.zeros(shape), np.ones(shape), np.ones(len(codes), dtype=bool)
        for i in group:
            is_wrong = ((codes[:, i] == 1) != shown[i])[:, None]
            blind = (codes[:, i] == 2)[:, None]
            high = np.where(is_wrong & ~blind, np.minimum(high, wrong[i]), high)
            low = np.where(~is_wrong & ~blind, np.maximum(low, wrong[i]), low)
            if shown[i]:
                possible &= ~blind[:, 0]
        out.append(np.where(possible[:, None], np.maximum(high - low, 0.0), 0.0))
    return np.stack(out)
