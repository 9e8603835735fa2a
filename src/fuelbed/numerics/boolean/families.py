"""Questions about a family of sets that need no list of them: how many hold each member, the smallest ones first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from fuelbed.numerics.boolean.bdd import Family

__all__ = ["holding", "inside", "smallest_first"]


def holding(z: Family, root: int) -> dict[int, int]:
    """By member, how many sets hold it, exactly (Python integers): one upward and one downward pass."""
    order = z.reachable(root)
    below = {Family.NONE: 0, Family.UNIT: 1}
    for u in order:
        if u > Family.UNIT:
            below[u] = below[z.low[u]] + below[z.high[u]]
    above = dict.fromkeys(order, 0)
    above[root] = 1
    out: dict[int, int] = {}
    for u in reversed(order):
        if u > Family.UNIT:
            v = z.var[u]
            out[v] = out.get(v, 0) + above[u] * below[z.high[u]]
            above[z.low[u]] += above[u]
            above[z.high[u]] += above[u]
    return out


def inside(z: Family, root: int, allowed: set[int], order: Sequence[int] | None = None) -> int:
    """How many sets hold nothing but members of `allowed`; `order` is `z.reachable(root)` where it is asked for many times."""
    var, low, high = z.var, z.low, z.high
    count = {Family.NONE: 0, Family.UNIT: 1}
    for u in z.reachable(root) if order is None else order:
        if u > Family.UNIT:
            count[u] = count[low[u]] + count[high[u]] if var[u] in allowed else count[low[u]]
    return count[root]


def smallest_first(z: Family, root: int, limit: int | None = None) -> list[tuple[int, ...]]:
    """The sets by size, each size in the order of the members, at most `limit`: what is left out is never smaller than what is here."""
    sizes: dict[int, int] = {Family.NONE: 0, Family.UNIT: 1}  # bit k: some set below has k members
    for u in z.reachable(root):
        if u > Family.UNIT:
            sizes[u] = sizes[z.low[u]] | sizes[z.high[u]] << 1

    def of_size(size: int) -> Iterator[tuple[int, ...]]:
        todo: list[tuple[int, tuple[int, ...]]] = [(root, ())]
        while todo:
            u, held = todo.pop()
            left = size - len(held)
            if left < 0 or not sizes[u] >> left & 1:
                continue
            if u == Family.UNIT:
                yield held
            else:
                todo += [(z.low[u], held), (z.high[u], (*held, z.var[u]))]

    every = (s for size in range(sizes[root].bit_length()) for s in of_size(size))
    return list(islice(every, limit))
