"""Feedback in words: the cycles of a mechanism, each told once as the way round it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["feedback", "loop_words"]

_TOLD = 3  # shortest loops first; more are counted


def _way(start: int, end: int, after: Mapping[int, Sequence[int]]) -> list[int]:
    """A shortest path; ties by the order of the edges. Empty where there is none."""
    came = {start: start}
    todo = deque([start])
    while todo:
        v = todo.popleft()
        if v == end:
            path = [v]
            while path[-1] != start:
                path.append(came[path[-1]])
            return path[::-1]
        for w in after.get(v, ()):
            if w not in came:
                came[w] = v
                todo.append(w)
    return []


def feedback(data: Mapping[str, Any]) -> list[list[str]]:
    """For every node on a cycle the shortest way round through it, each way once, turned so that the node given first comes first.

    `data` is that of a `graph` picture. Not every cycle of a dense graph is told, but every node that lies on one is in some.
    """
    names = [str(n["id"]) for n in data["nodes"]]
    place = {n: i for i, n in enumerate(names)}
    after: dict[int, list[int]] = {}
    for a, b in data["edges"]:
        if a in place and b in place:
            after.setdefault(place[a], []).append(place[b])
    found: dict[tuple[int, ...], None] = {}
    for v in range(len(names)):
        ways = [way for w in after.get(v, ()) if (way := _way(w, v, after))]
        if ways:
            way = min(ways, key=len)
            first = way.index(min(way))
            found.setdefault((*way[first:], *way[:first]))
    return [[names[i] for i in way] for way in sorted(found, key=lambda w: (len(w), w))]


def loop_words(data: Mapping[str, Any], arrow: str = "→") -> list[str]:
    """One sentence a loop, identifiers in backticks: a → b → a can keep itself going once started."""
    loops = feedback(data)
    out = [f" {arrow} ".join(f"`{n}`" for n in [*way, way[0]]) + " can keep itself going once started." for way in loops[:_TOLD]]
    if len(loops) > _TOLD:
        out.append(f"{len(loops) - _TOLD} more such loops are in the drawing.")
    return out
