"""How deep the defence is: the fewest independent groups of controls that fall on some way to the goal.

Controls that share a dependency fall together, so they are one group (merged until no two groups share one). Nominal depth counts
controls as they are drawn; effective depth counts groups. A group that stops every way by itself is in every set; the others are tried
one, two and so on at a time, 64 sets a machine word. Past `most` it is only said to be greater.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from fuelbed.numerics.attack.graph import AndOr
from fuelbed.numerics.attack.words import Words, packed, reached, unpacked

__all__ = ["Depth", "depth", "merged"]

_AT_ONCE = 64 * 64


@dataclass(frozen=True, slots=True)
class Depth:
    """groups  the fewest; None where it is more than `beyond` (or no way leads to the goal, then `beyond` is the number of groups).
    falls   one such set of groups, as numbers.
    """

    groups: int | None
    beyond: int
    falls: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """`2`, `more than 3`."""
        return f"more than {self.beyond}" if self.groups is None else str(self.groups)


def merged(depends: Sequence[Iterable[str]]) -> list[list[int]]:
    """Controls that share a dependency, directly or through others, in one group each; groups in the order of their first control."""
    parent = list(range(len(depends)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, names in enumerate(depends):
        for name in names:
            j = first.setdefault(name, i)
            a, b = root(i), root(j)
            parent[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for i in range(len(depends)):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())


def depth(graph: AndOr, goal: int, groups: Sequence[Sequence[int]], most: int = 3) -> Depth:
    """groups: by group the *source* nodes that say "this control fell"; with none fallen none of them is reached."""
    beyond = Depth(None, min(most, len(groups)))
    near, number = graph.near(goal)
    if not near.n:
        return beyond
    # a group with no node on a way is in no smallest set
    on = {k: mine for k, g in enumerate(groups) if (mine := [int(number[i]) for i in g if number[i] >= 0])}
    places, nodes = list(on), list(on.values())
    alone = unpacked(reached(near, int(number[goal]), packed(near.n, nodes)), len(nodes))
    must = tuple(np.flatnonzero(~alone).tolist())  # what stops every way by itself is in every set
    others = [k for k in range(len(nodes)) if k not in set(must)]
    for size in range(len(must), min(most, len(nodes)) + 1):
        sets = (tuple(sorted(must + s)) for s in combinations(others, size - len(must)))
        while some := list(islice(sets, _AT_ONCE)):
            got = unpacked(reached(near, int(number[goal]), _standing(near.n, nodes, some)), len(some))
            if got.any():
                return Depth(size, size, tuple(places[k] for k in some[int(got.argmax())]))
    return beyond


def _standing(n: int, groups: Sequence[Sequence[int]], fallen: Sequence[tuple[int, ...]]) -> Words:
    """(n, words): a bit for each set of fallen groups, set at the nodes of all the groups that still stand."""
    words = (len(fallen) + 63) // 64
    stands = np.ones((len(groups), 64 * words), dtype=bool)
    for s in zip(*fallen, strict=True):
        stands[list(s), np.arange(len(fallen))] = False
    out = np.zeros((n, words), dtype=np.uint64)
    rows = np.packbits(stands, axis=1, bitorder="little").view(np.uint64)
    for g, nodes in enumerate(groups):
        out[list(nodes)] = rows[g]
    return out
