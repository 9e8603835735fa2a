"""Feedback in words: the cycles of a mechanism, each told once as the way round it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from fuelbed.numerics.graphs import components

__all__ = ["feedback", "loop_words"]

_TOLD = 3  # shortest loops first; more are counted
_LONG = 12  # nodes of a way that are named
_LARGE = 100  # nodes of one component, from which a way through each is not looked for
_STEPS = 1_000_000  # edges followed in all


def _way(start: int, end: int, after: Mapping[int, Sequence[int]], steps: list[int]) -> list[int]:
    """A shortest path; ties by the order of the edges. Empty where there is none, or where `steps` (one count) runs out."""
    came = {start: start}
    todo = deque([start])
    while todo and steps[0] > 0:
        v = todo.popleft()
        if v == end:
            path = [v]
            while path[-1] != start:
                path.append(came[path[-1]])
            return path[::-1]
        for w in after.get(v, ()):
            steps[0] -= 1
            if w not in came:
                came[w] = v
                todo.append(w)
    return []


def feedback(data: Mapping[str, Any]) -> list[list[str]]:
    """For every node on a cycle the shortest way round through it, each way once, turned so that the node given first comes first.

    `data` is that of a `graph` picture. Not every cycle of a dense graph is told, but every node that lies on one is in some; in a
    drawing of thousands of lines a node that a told way passes is not asked again, and the search ends after `_STEPS` edges.
    """
    names = [str(n["id"]) for n in data["nodes"]]
    place = {n: i for i, n in enumerate(names)}
    edges: dict[str, list[str]] = {n: [] for n in names}
    for a, b in data["edges"]:
        if a in place and b in place:
            edges[a].append(b)
    found: dict[tuple[int, ...], None] = {}
    steps = [_STEPS]
    for part in components(edges):
        inside = {place[n] for n in part}
        after = {v: [place[b] for b in edges[names[v]] if place[b] in inside] for v in inside}
        passed: set[int] = set()
        for v in sorted(inside):
            if len(inside) > _LARGE and v in passed:
                continue
            ways = [way for w in after[v] if (way := _way(w, v, after, steps))]
            if ways:
                way = min(ways, key=len)
                passed.update(way)
                first = way.index(min(way))
                found.setdefault((*way[first:], *way[:first]))
    return [[names[i] for i in way] for way in sorted(found, key=lambda w: (len(w), w))]


def loop_words(data: Mapping[str, Any], arrow: str = "→") -> list[str]:
    """One sentence a loop, identifiers in backticks: a → b → a can keep itself going once started."""
    loops = feedback(data)
    out = [f" {arrow} ".join(_steps([*way, way[0]])) + " can keep itself going once started." for way in loops[:_TOLD]]
    if len(loops) > _TOLD:
        out.append(f"{len(loops) - _TOLD} more such loops are in the drawing.")
    return out


def _steps(way: list[str]) -> list[str]:
    """The nodes in backticks; of a long way its beginning and its end."""
    named = [f"`{n}`" for n in way]
    return named if len(way) <= _LONG else [*named[: _LONG - 3], f"... {len(way) - _LONG + 1} more ...", *named[-2:]]
