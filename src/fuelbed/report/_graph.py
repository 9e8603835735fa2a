"""The mechanism as a layered drawing, left to right: layout in Python, so that the page reads without JavaScript.

Layers are longest paths to the sinks once feedback edges (back edges of a depth-first search) are set aside; factors so sit
beside what uses them. Within a layer: barycentre ordering, then vertical relaxation. Long edges run through dummy points.
In a large drawing, factors that lead to one line only stand together in a block with one edge.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

__all__ = ["Drawing", "Edge", "Node", "draw"]

_WIDTH, _GAP_X, _TIGHT_X, _GAP_Y, _LINE, _PAD = 164, 44, 32, 14, 15, 9
_CHARS, _LINES = 22, 3
_MARGIN = 12
_RANK = {"trigger": 0, "condition": 1, "control": 2}
_LISTED = 12  # cut sets under the drawing
_LARGE, _BLOCK, _COLUMNS, _BLOCK_GAP = 24, 5, 3, 8  # nodes of a large drawing, fewest in a block, its columns, gaps inside


@dataclass(slots=True)
class Node:
    """A placed node: centre `x`, `y`, size `w`, `h`; `lines` the wrapped label, `sets` the cut sets that hold it."""

    index: int
    id: str
    label: str
    kind: str
    state: str
    lines: list[str]
    w: float
    h: float
    x: float = 0.0
    y: float = 0.0
    sets: tuple[int, ...] = ()
    what: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """`sources`: one node, or all nodes of a block."""

    sources: tuple[int, ...]
    target: int
    path: str
    tip: tuple[float, float]
    back: bool


@dataclass(frozen=True, slots=True)
class _Grid:
    """Centres of every node and dummy point, half the width of its column, and the extent."""

    x: Mapping[int, float]
    y: Mapping[int, float]
    half: Mapping[int, float]
    width: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """`total` counts all minimal cut sets, of which `shown` are listed under the drawing and `more` are not (empty: none)."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut_sets: tuple[tuple[int, ...], ...]
    blocks: tuple[tuple[float, float, float, float], ...] = ()
    total: str = ""
    more: str = ""
    shown: int = _LISTED


def _wrap(label: str) -> list[str]:
    """At most three lines, broken at spaces and after underscores, the rest as an ellipsis."""
    lines = [""]
    for word in re.findall(r"[^\s_]*(?:_|\s+|$)", label):
        if lines[-1] and len(lines[-1]) + len(word.rstrip()) > _CHARS:
            lines.append("")
        lines[-1] += word
    lines = [x.strip()[: _CHARS + 2] for x in lines if x.strip()] or ["?"]
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], lines[_LINES - 1][: _CHARS - 2] + " …"]


def _node(i: int, data: Mapping[str, Any], sets: Sequence[Sequence[str]]) -> Node:
    label = str(data.get("label") or data["id"])
    lines = _wrap(label)
    kind, state = str(data["kind"]), str(data.get("state", ""))
    h = len(lines) * _LINE + 2 * _PAD + (_LINE if state else 0)
    letter = 7.4 if kind in ("line", "failure") else 6.9
    w = min(_WIDTH, max(96, 26 + letter * max(map(len, lines))))
    mine = tuple(k for k, s in enumerate(sets) if data["id"] in s)
    return Node(i, str(data["id"]), label, kind, state, lines, w, h, sets=mine, what=str(data.get("what", "")))


def _back_edges(n: int, after: Mapping[int, Sequence[int]], sources: Sequence[int]) -> set[tuple[int, int]]:
    """Edges to a node on the search stack, searched from the sources in order (iterative)."""
    state, back = [0] * n, set()
    for root in [*sources, *range(n)]:
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(after[root]))]
        while stack:
            v, rest = stack[-1]
            w = next(rest, None)
            if w is None:
                state[v] = 2
                stack.pop()
            elif state[w] == 1:
                back.add((v, w))
            elif state[w] == 0:
                state[w] = 1
                stack.append((w, iter(after[w])))
    return back


def _layers(n: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Longest path to a sink, turned round so that sinks are last; acyclic edges only."""
    after, indegree = defaultdict(list), [0] * n
    for a, b in edges:
        after[a].append(b)
        indegree[b] += 1
    order = [v for v in range(n) if not indegree[v]]
    for v in order:
        for w in after[v]:
            indegree[w] -= 1
            if not indegree[w]:
                order.append(w)
    height = [0] * n
    for v in reversed(order):
        height[v] = max((height[w] + 1 for w in after[v]), default=0)
    top = max(height, default=0)
    return [top - h for h in height]


def _chains(edges: Sequence[tuple[int, int]], layer: list[int]) -> tuple[list[list[int]], list[int]]:
    """Each edge as a chain of points, one per layer; dummy points are numbered after the nodes."""
    level, chains = list(layer), []
    for a, b in edges:
        chain = [a]
        for at in range(layer[a] + 1, layer[b]):
            chain.append(len(level))
            level.append(at)
        chains.append([*chain, b])
    return chains, level


def _neighbours(chains: Sequence[Sequence[int]]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    before, after = defaultdict(list), defaultdict(list)
    for chain in chains:
        for a, b in pairwise(chain):
            after[a].append(b)
            before[b].append(a)
    return before, after


def _order(level: list[int], before: Mapping[int, list[int]], after: Mapping[int, list[int]]) -> list[list[int]]:
    """Barycentre ordering: sweeps right to left and back, ties by the order given."""
    rows: list[list[int]] = [[] for _ in range(max(level, default=-1) + 1)]
    for v, at in enumerate(level):
        rows[at].append(v)
    for sweep in range(8):
        forward = sweep % 2 == 1
        near = before if forward else after
        rank = {v: i / max(1, len(row) - 1) for row in rows for i, v in enumerate(row)}
        for row in rows if forward else reversed(rows):
            mean = {v: sum(rank[w] for w in near[v]) / len(near[v]) if near.get(v) else rank[v] for v in row}
            row.sort(key=lambda v, m=mean: (m[v], v))  # type: ignore[misc]  # the default binds this row's means
            rank.update({v: i / max(1, len(row) - 1) for i, v in enumerate(row)})
    return rows


def _settle(row: Sequence[int], want: Mapping[int, float], half: Mapping[int, float]) -> dict[int, float]:
    """Positions nearest to `want` in this order without overlap: pool adjacent violators, equal weights."""
    offset, at = [], 0.0
    for i, v in enumerate(row):
        at += (half[row[i - 1]] + half[v] + _GAP_Y) if i else 0.0
        offset.append(at)
    pools: list[tuple[float, int]] = []
    for v, o in zip(row, offset, strict=True):
        pools.append((want[v] - o, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, m), (b, n) = pools[-2:]
            pools[-2:] = [((a * m + b * n) / (m + n), m + n)]
    flat = [p for p, m in pools for _ in range(m)]
    return {v: p + o for v, p, o in zip(row, flat, offset, strict=True)}


def _heights(rows: list[list[int]], near: Mapping[int, list[int]], half: dict[int, float]) -> dict[int, float]:
    y: dict[int, float] = {}
    for row in rows:
        y.update(_settle(row, dict.fromkeys(row, 0.0), half))
    for sweep in range(24):
        for row in rows if sweep % 2 else reversed(rows):
            want = {v: sum(y[w] for w in near[v]) / len(near[v]) if near.get(v) else y[v] for v in row}
            y.update(_settle(row, want, half))
    return y


def _n(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


def _curve(points: Sequence[tuple[float, float]]) -> str:
    path = f"M{_n(points[0][0])} {_n(points[0][1])}"
    for (x0, y0), (x1, y1) in pairwise(points):
        mid = (x0 + x1) / 2
        path += f"C{_n(mid)} {_n(y0)} {_n(mid)} {_n(y1)} {_n(x1)} {_n(y1)}"
    return path


def _forward(chain: Sequence[int], nodes: Sequence[Node], at: _Grid) -> str:
    a, b = nodes[chain[0]], nodes[chain[-1]]
    points = [(a.x + a.w / 2, a.y)]
    for v in chain[1:-1]:
        points += [(at.x[v] - at.half[v], at.y[v]), (at.x[v] + at.half[v], at.y[v])]
    return _curve([*points, (b.x - b.w / 2 - 6, b.y)])


def _tip(b: Node, below: float) -> tuple[float, float]:
    """Where the arrowhead into `b` sits."""
    return b.x - b.w / 2 - 6, b.y + below


def _back(a: Node, b: Node, at: _Grid, floor: float, k: int) -> str:
    """A feedback edge: right out of `a`, down the gap, under everything, up the gap before `b` and into it from the left."""
    step = 12 + 5 * (k % 4)
    out, into, r = a.x + at.half[a.index] + step, b.x - at.half[b.index] - step, 9.0
    ay, by = a.y + a.h / 4, b.y + b.h / 4
    start, end = a.x + a.w / 2, b.x - b.w / 2 - 6
    return (
        f"M{_n(start)} {_n(ay)}H{_n(out - r)}q{r} 0 {r} {r}V{_n(floor - r)}q0 {r} -{r} {r}"
        f"H{_n(into + r)}q-{r} 0 -{r} -{r}V{_n(by + r)}q0 -{r} {r} -{r}H{_n(end)}"
    )


def _place(nodes: Sequence[Node], level: list[int], y: Mapping[int, float], margin: float) -> _Grid:
    """Set the nodes' centres: columns as wide as their widest node, closer together where there are many."""
    top = min((y[n.index] - n.h / 2 for n in nodes), default=0.0) - _MARGIN
    depth = max(level, default=0) + 1
    widths = [max((n.w for n in nodes if level[n.index] == i), default=96.0) for i in range(depth)]
    gap = _GAP_X if depth <= 5 else _TIGHT_X
    centre = [margin + sum(widths[:i]) + gap * i + w / 2 for i, w in enumerate(widths)]
    grid = _Grid(
        {v: centre[i] for v, i in enumerate(level)},
        {v: round(at - top, 1) for v, at in y.items()},
        {v: widths[i] / 2 for v, i in enumerate(level)},
        margin + sum(widths) + gap * (depth - 1) + margin,
        max((y[n.index] - top + n.h / 2 for n in nodes), default=0.0),
    )
    for n in nodes:
        n.x, n.y = grid.x[n.index], grid.y[n.index]
    return grid


def _blocks(nodes: Sequence[Node], edges: Sequence[tuple[int, int]]) -> list[tuple[int, list[int]]]:
    """(target, members) of each block of a large drawing: nodes without inputs whose one edge goes to the target."""
    if len(nodes) <= _LARGE:
        return []
    targets, degree = {b for _, b in edges}, defaultdict(list)
    for a, b in edges:
        degree[a].append(b)
    members: dict[int, list[int]] = {}
    for n in nodes:
        if n.index not in targets and len(degree[n.index]) == 1:
            members.setdefault(degree[n.index][0], []).append(n.index)
    return [(t, sorted(m, key=lambda v: (_RANK.get(nodes[v].kind, 3), v))) for t, m in members.items() if len(m) >= _BLOCK]


def _box(members: Sequence[Node]) -> Node:
    """A stand-in for a block, as large as its members side by side."""
    rows = -(-len(members) // _COLUMNS)
    w, h = max(n.w for n in members), max(n.h for n in members)
    across = min(_COLUMNS, len(members))
    size = (across * w + (across + 1) * _BLOCK_GAP, rows * h + (rows + 1) * _BLOCK_GAP)
    return Node(-1, "", "", "block", "", [], *size)


def _fill(box: Node, members: Sequence[Node]) -> None:
    """Set the members into their block, column by column, all of one size."""
    w, h = max(n.w for n in members), max(n.h for n in members)
    rows = -(-len(members) // _COLUMNS)
    for i, n in enumerate(members):
        n.w, n.h = w, h
        n.x = box.x - box.w / 2 + _BLOCK_GAP + w / 2 + (i // rows) * (w + _BLOCK_GAP)
        n.y = box.y - box.h / 2 + _BLOCK_GAP + h / 2 + (i % rows) * (h + _BLOCK_GAP)


def draw(data: Mapping[str, Any]) -> Drawing:
    """Place every node and edge; edges that name no node are left out."""
    given: list[list[str]] = [[str(x) for x in s] for s in data.get("cut_sets", [])]
    nodes = [_node(i, d, given) for i, d in enumerate(data["nodes"])]
    place = {n.id: n.index for n in nodes}
    edges = list(dict.fromkeys((place[a], place[b]) for a, b in data["edges"] if a in place and b in place))
    groups = _blocks(nodes, edges)
    inside = {v for _, members in groups for v in members}
    boxes = [(_box([nodes[v] for v in members]), target, members) for target, members in groups]
    shown = [n for n in nodes if n.index not in inside] + [b for b, _, _ in boxes]
    at = {id(n): i for i, n in enumerate(shown)}
    near = {n.index: at[id(n)] for n in nodes if n.index not in inside}
    links = [(near[a], near[b]) for a, b in edges if a in near]
    links += [(at[id(box)], near[target]) for box, target, _ in boxes]
    names = [(n.index,) for n in nodes if n.index not in inside] + [tuple(m) for _, _, m in boxes]
    size, lines = _layout(shown, links, names)
    for box, _, members in boxes:
        _fill(box, [nodes[v] for v in members])
    frames = tuple((b.x - b.w / 2, b.y - b.h / 2, b.w, b.h) for b, _, _ in boxes)
    sets = tuple(tuple(sorted((place[i] for i in s if i in place), key=lambda v: _RANK.get(nodes[v].kind, 3))) for s in given)
    in_all = max(len(sets), int(data.get("cut_sets_in_all", 0)))
    more = f"{in_all - _LISTED:,}" if in_all > _LISTED else ""
    return Drawing(*size, tuple(nodes), tuple(lines), sets, frames, f"{in_all:,}", more, _LISTED)


def _layout(
    nodes: Sequence[Node], edges: Sequence[tuple[int, int]], names: Sequence[tuple[int, ...]]
) -> tuple[tuple[float, float], list[Edge]]:
    """Centres of the nodes (set in place), the drawing's size, and the edges; `names` are what each node stands for."""
    for i, n in enumerate(nodes):
        n.index = i
    after: dict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        after[a].append(b)
    targets = {b for _, b in edges}
    back = _back_edges(len(nodes), after, [n.index for n in nodes if n.index not in targets])
    forward = [e for e in edges if e not in back]
    chains, level = _chains(forward, _layers(len(nodes), forward))
    before, behind = _neighbours(chains)
    rows = _order(level, before, behind)
    half = {v: (nodes[v].h / 2 if v < len(nodes) else 4.0) for v in range(len(level))}
    near = {v: [*before.get(v, []), *behind.get(v, [])] for v in range(len(level))}
    margin = _MARGIN + (30 if back else 0)
    grid = _place(nodes, level, _heights(rows, near, half), margin)
    lines = [Edge(names[c[0]], names[c[-1]][0], _forward(c, nodes, grid), _tip(nodes[c[-1]], 0.0), False) for c in chains]
    bottom = grid.bottom
    for k, (a, b) in enumerate(sorted(back)):
        bottom += 18 if k == 0 else 7
        path, tip = _back(nodes[a], nodes[b], grid, bottom, k), _tip(nodes[b], nodes[b].h / 4)
        lines.append(Edge(names[a], names[b][0], path, tip, True))
    for n, name in zip(nodes, names, strict=True):
        n.index = name[0]
    return (grid.width, bottom + _MARGIN), lines
