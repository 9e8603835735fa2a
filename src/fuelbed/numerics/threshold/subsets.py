"""Minimal sufficient sets of a threshold: sets of factors whose weights reach tau, and no longer do so without any one of them.

Taken in the order of falling weights, a set is minimal where it reaches tau and does not without its lightest member. So, going down that order, a set
grows only while it is under tau, and each factor that takes it over closes one minimal set:

    listing  the smallest first: for each size, depth first, cut where the heaviest that are left cannot reach tau, or the lightest would pass it too early
    count    by dynamic programming over (factors used, size, weight) on a grid of integers; else by halves of the list (exact, up to `MOST_HALVED`)
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

__all__ = ["MOST_HALVED", "Overdetermined", "Sufficient", "minimal_sufficient", "overdetermined"]

Number = int | Fraction | float
MOST_HALVED = 32
_FINE = 20_000  # past this tau in steps of the grid, halves are the faster way
_MOST_CELLS = 4_000_000  # sums that the dynamic programme may hold; beyond, the count is not made


@dataclass(frozen=True, slots=True)
class Sufficient:
    """sets: indices in ascending order, smaller sets first, at most `cap` of them. count: of all of them, None where it was not counted
    (then there are at least as many as in `sets`). by_size: the same by size, from size 0."""

    sets: tuple[tuple[int, ...], ...]
    count: int | None
    by_size: tuple[int, ...] | None


def minimal_sufficient(weights: Sequence[Number], tau: Number, cap: int = 100) -> Sufficient:
    """Sets whose weights add up to tau or more. tau <= 0: the empty set is sufficient. Floats are taken as the binary fractions that they are.

    ValueError for a weight below 0 or without bound.
    """
    _check(weights)
    whole, at = _on_grid(weights, tau)
    by_size = _count(sorted((w for w in whole if w > 0), reverse=True), at)
    sets = tuple(islice(_smallest_first(whole, at), cap))
    return Sufficient(sets, None if by_size is None else sum(by_size), by_size)


def _on_grid(weights: Sequence[Number], tau: Number) -> tuple[list[int], int]:
    """Weights and tau in integers, weights >= 0. A float is the binary fraction that it is, so this is exact, and its integers can be long."""
    exact = [Fraction(w) for w in weights]
    step = math.lcm(*(w.denominator for w in exact))
    whole = [int(w * step) for w in exact]
    common = math.gcd(*whole) or 1
    return [w // common for w in whole], math.ceil(Fraction(tau) * step / common)


def _check(weights: Sequence[Number]) -> None:
    """ValueError for a weight below 0 or without bound."""
    if any(not w >= 0 or math.isinf(w) for w in weights):
        raise ValueError("a weight is a finite number of at least 0")


def _count(falling: Sequence[int], tau: int) -> tuple[int, ...] | None:
    """By size, how many minimal sets there are, exactly; None where they cannot be counted in reasonable time."""
    if tau <= 0:
        return (1,)
    fits = sum(falling) < 1 << 62
    if tau > _FINE and len(falling) <= (MOST_HALVED if fits else 24):
        return _count_by_halves(falling, tau, np.int64 if fits else object)
    return _count_by_sums(falling, tau)


def _count_by_halves(falling: Sequence[int], tau: int, kind: Any) -> tuple[int, ...]:
    """Factor i closes the sets of heavier ones that weigh from tau - w_i to less than tau: all sets of either half of those, by size and sorted."""
    out = [0] * (len(falling) + 1)
    middle = len(falling) // 2
    first: list[Any] = [np.zeros(1, dtype=kind)]
    second: list[Any] = [np.zeros(1, dtype=kind)]
    for i, w in enumerate(falling):
        for s, a in enumerate(first):
            for t, b in enumerate(second):
                out[s + t + 1] += int((np.searchsorted(b, tau - a) - np.searchsorted(b, tau - w - a)).sum())
        if i < middle:
            first = _with(first, w)
        else:
            second = _with(second, w)
    return tuple(out)


def _with(sums: list[Any], w: int) -> list[Any]:
    """Sorted sums by size, with one more factor that may be in or out."""
    grown = [sums[0], *(np.concatenate([a, b + w]) for a, b in zip(sums[1:], sums, strict=False)), sums[-1] + w]
    return [np.sort(x) for x in grown]


def _count_by_sums(falling: Sequence[int], tau: int) -> tuple[int, ...] | None:
    """Dynamic programming over (weight, size): under tau before factor i, over with it. None where the sums are too many to hold."""
    k = len(falling)
    out = [0] * (k + 1)
    left = [0] * (k + 1)
    for i in range(k - 1, -1, -1):
        left[i] = left[i + 1] + falling[i]
    under: dict[int, dict[int, int]] = {0: {0: 1}}  # weight -> size -> how many sets of the factors so far
    for i, w in enumerate(falling):
        new: dict[int, dict[int, int]] = {}
        for x, sizes in under.items():
            if x + left[i] < tau:
                continue  # nothing that is left takes it over
            for s, n in sizes.items():
                if x + w >= tau:
                    out[s + 1] += n
                else:
                    _add(new, x + w, s + 1, n)
                _add(new, x, s, n)
        under = new
        if len(under) > _MOST_CELLS // k:
            return None
    return tuple(out)


def _add(table: dict[int, dict[int, int]], x: int, size: int, n: int) -> None:
    sizes = table.setdefault(x, {})
    sizes[size] = sizes.get(size, 0) + n


def _smallest_first(whole: Sequence[int], tau: int) -> Iterator[tuple[int, ...]]:
    if tau <= 0:
        yield ()
        return
    order = sorted((i for i, w in enumerate(whole) if w > 0), key=lambda i: (-whole[i], i))
    falling = [whole[i] for i in order]
    ahead = [0]
    for w in falling:
        ahead.append(ahead[-1] + w)
    for size in range(1, len(order) + 1):
        for found in _of_size(falling, ahead, tau, size):
            yield tuple(sorted(order[j] for j in found))


def _of_size(falling: Sequence[int], ahead: Sequence[int], tau: int, size: int) -> Iterator[tuple[int, ...]]:
    """Positions of the sets of just `size`, heaviest first. `ahead[j]`: the sum of the j heaviest."""
    k = len(falling)
    rising = [-w for w in falling]
    todo: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
    while todo:
        at, weight, held = todo.pop()
        left = size - len(held)
        if left == 1:
            # every factor from here on that is heavy enough closes a set
            end = bisect_left(rising, -(tau - weight) + 1, lo=at)
            yield from ((*held, j) for j in range(at, end))
            continue
        todo.extend(
            (j + 1, weight + falling[j], (*held, j))
            for j in range(k - left, at - 1, -1)
            if weight + ahead[j + left] - ahead[j] >= tau and weight + falling[j] + ahead[k] - ahead[k - left + 2] < tau
        )


@dataclass(frozen=True, slots=True)
class Overdetermined:
    """Of one record. active: how many minimal sufficient sets were there in full (None: too many sums to count); fewest: the least number of factors
    whose absence would have kept it under tau (0: it was under); which: one such choice, the heaviest first."""

    active: int | None
    fewest: int
    which: tuple[int, ...]


def overdetermined(weights: Sequence[Number], tau: Number, c: Sequence[Number]) -> Overdetermined | None:
    """Weights times what was there (c_i in 0..1), against tau. None where tau <= 0: no absence would have prevented it."""
    amounts = [w * x for w, x in zip(weights, c, strict=True)]
    _check(amounts)
    whole, at = _on_grid(amounts, tau)
    if at <= 0:
        return None
    total, which = sum(whole), []
    for i in sorted(range(len(whole)), key=lambda i: (-whole[i], i)):
        if total < at:
            break
        total -= whole[i]
        which.append(i)
    by_size = _count(sorted((w for w in whole if w > 0), reverse=True), at)
    return Overdetermined(None if by_size is None else sum(by_size), len(which), tuple(which))
