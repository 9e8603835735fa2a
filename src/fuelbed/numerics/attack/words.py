"""Many closings at once, bit by bit: the least fixpoint for 64 of them in one machine word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.attack.graph import AndOr, Bools

__all__ = ["choke_points", "reached"]

Words = NDArray[np.uint64]


def reached(graph: AndOr, goal: int, shut: Words) -> Words:
    """(words,) whether `goal` is reached in each of 64 worlds a word; `shut` (n, words) has a bit where a node cannot be reached.

    Rounds over all edges that lead to the goal, until nothing changes: as many as the longest way that some world needs.
    """
    keep = graph.towards(goal) & graph.reached()
    if not keep[goal]:
        return np.zeros(shut.shape[1], dtype=np.uint64)
    number = np.cumsum(keep) - 1
    on = keep[graph.heads] & (keep[graph.tails] | graph.ands[graph.heads])
    # an AND node with an input that nothing reaches is not kept itself, so every input of a kept one is kept
    heads, tails = number[graph.heads[on & keep[graph.tails]]], number[graph.tails[on & keep[graph.tails]]]
    open_ = ~shut[keep]
    ands = graph.ands[keep]
    order = np.argsort(heads, kind="stable")
    heads, tails = heads[order], tails[order]
    now = np.where(graph.sources[keep][:, None], open_, np.uint64(0))
    parts = [(np.flatnonzero(kind[heads]), ufunc) for kind, ufunc in ((ands, np.bitwise_and), (~ands, np.bitwise_or))]
    plan = []
    for which, ufunc in parts:
        if len(which):
            h = heads[which]
            starts = np.flatnonzero(np.concatenate([[True], h[1:] != h[:-1]]))
            plan.append((tails[which], starts, h[starts], ufunc))
    while True:
        before = now.copy()
        for t, starts, h, ufunc in plan:
            now[h] = ufunc.reduceat(now[t], starts, axis=0) & open_[h]
        if np.array_equal(before, now):
            return np.asarray(now[number[goal]])


def packed(n: int, rows: Sequence[Sequence[int]]) -> Words:
    """(n, words): bit k of world k set at the nodes of `rows[k]`."""
    out = np.zeros((n, (len(rows) + 63) // 64), dtype=np.uint64)
    for k, nodes in enumerate(rows):
        if len(nodes):
            out[np.asarray(nodes), k // 64] |= np.uint64(1) << np.uint64(k % 64)
    return out


def unpacked(words: Words, count: int) -> Bools:
    """(count,) one bool a world."""
    bits = np.unpackbits(words.view(np.uint8), bitorder="little")
    return bits[:count].astype(bool)


def choke_points(graph: AndOr, goal: int, candidates: Sequence[int] | None = None) -> list[int]:
    """The nodes whose closing alone keeps the goal from being reached, the goal itself left out; on a graph of OR nodes these are the
    dominators of the goal."""
    live = graph.reached()
    if not live[goal]:
        return []
    near = live & graph.towards(goal)
    names = [i for i in (range(graph.n) if candidates is None else candidates) if near[i] and i != goal]
    out: list[int] = []
    step = 64 * 32
    for a in range(0, len(names), step):
        part = names[a : a + step]
        got = unpacked(reached(graph, goal, packed(graph.n, [[i] for i in part])), len(part))
        out += [i for i, on in zip(part, got, strict=True) if not on]
    return out
