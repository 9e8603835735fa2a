"""Checks of the whole structure: `not` is stratified, and no line waits for two momentary triggers at once."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.case import Factor, Line
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips, walk
from fuelbed.readers.fields import Reading

__all__ = ["check_momentary", "check_stratified", "components"]

_CAP = 200  # more single triggers than this count as free: the check turns lenient, and stays fast
_ANY = ""  # "can be made true without any momentary trigger" among the triggers of `_reach`
Reach = frozenset[str]


def _edges(expr: Expr) -> list[tuple[str, bool]]:
    """(line or factor named, under a negation?) for every reference; double negation counts as none."""
    out: list[tuple[str, bool]] = []
    todo: list[tuple[Expr, bool]] = [(expr, False)]
    while todo:
        e, negative = todo.pop()
        if isinstance(e, Ref):
            out.append((e.name, negative))
        elif isinstance(e, Not):
            todo.append((e.arg, not negative))
        elif isinstance(e, And | Or | AtLeast):
            todo.extend((x, negative) for x in e.args)
        elif isinstance(e, Threshold):
            todo.extend((x, negative != (w < 0)) for w, x in e.terms)
    return out


def components(graph: Mapping[str, list[str]]) -> list[list[str]]:
    """Strongly connected components by Tarjan's algorithm, iterative: a chain of 10,000 lines is no deep recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on: set[str] = set()
    path: list[str] = []
    out: list[list[str]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        path.append(root)
        on.add(root)
        while work:
            node, rest = work[-1]
            child = next(rest, None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = path.index(node) if len(path) < 64 else len(path) - 1 - path[::-1].index(node)
                    out.append(path[at:])
                    on.difference_update(path[at:])
                    del path[at:]
            elif child not in index:
                index[child] = low[child] = len(index)
                path.append(child)
                on.add(child)
                work.append((child, iter(graph[child])))
            elif child in on:
                low[node] = min(low[node], index[child])
    return out


def check_stratified(r: Reading, lines: Mapping[str, Line]) -> None:
    """A cycle through `not` (or a negative weight) has no least fixpoint, so no meaning."""
    edges = {n: [(t, neg) for t, neg in _edges(x.expr) if t in lines] for n, x in lines.items()}
    for group in components({n: [t for t, _ in e] for n, e in edges.items()}):
        inside = set(group)
        bad = [n for n in lines if n in inside and any(neg and t in inside for t, neg in edges[n])]
        if bad:
            names = ", ".join(f"`{n}`" for n in lines if n in inside)
            line = lines[bad[0]]
            cure = "Break the cycle: say it without `not`, or by a condition."
            r.error("FB025", line.span, f"the lines {names[:200]} depend on themselves through `not`.", cure)


def _reach(expr: Expr, known: Mapping[str, Reach], momentary: frozenset[str]) -> Reach:
    """Which single momentary triggers are enough on the triggers' side; `_ANY` in it when none is needed.

    Anything that is no momentary trigger counts as available, and so does a negation. Empty: two at once are needed, or the
    expression is false for good.
    """
    if isinstance(expr, Ref | Tips):
        if expr.name in momentary:
            return frozenset((expr.name,))
        return known.get(expr.name, frozenset((_ANY,)))
    if isinstance(expr, Fails | Not):
        return frozenset((_ANY,))
    if isinstance(expr, Const):
        return frozenset((_ANY,)) if expr.value else frozenset()
    if isinstance(expr, And):
        return _enough([(1.0, _reach(x, known, momentary)) for x in expr.args], len(expr.args))
    if isinstance(expr, Or):
        return _enough([(1.0, _reach(x, known, momentary)) for x in expr.args], 1)
    if isinstance(expr, AtLeast):
        return _enough([(1.0, _reach(x, known, momentary)) for x in expr.args], expr.k)
    return _enough([(w, _reach(x, known, momentary)) for w, x in expr.terms if w > 0], expr.tau)


def _enough(parts: list[tuple[float, Reach]], need: float) -> Reach:
    free = sum(w for w, p in parts if _ANY in p)
    if free >= need - 1e-12:
        return frozenset((_ANY,))
    gain: dict[str, float] = {}
    for w, p in parts:
        if _ANY not in p:
            for t in p:
                gain[t] = gain.get(t, 0.0) + w
    enough = frozenset(t for t, w in gain.items() if free + w >= need - 1e-12)
    return enough if len(enough) <= _CAP else frozenset((_ANY,))


def _fixpoint(lines: Mapping[str, Line], momentary: frozenset[str]) -> dict[str, Reach]:
    """Least fixpoint by a work list; sets only grow (`_ANY` absorbs), so it ends."""
    known: dict[str, Reach] = dict.fromkeys(lines, frozenset())
    users: dict[str, list[str]] = {n: [] for n in lines}
    for n, line in lines.items():
        for t in {t for t, _ in _edges(line.expr)}:
            if t in users:
                users[t].append(n)
    order = [
        n for group in components({n: [t for t, _ in _edges(x.expr) if t in lines] for n, x in lines.items()}) for n in group
    ]
    todo = dict.fromkeys(order)
    while todo:
        n = next(iter(todo))
        del todo[n]
        new = _reach(lines[n].expr, known, momentary)
        if new != known[n]:
            known[n] = new
            todo.update(dict.fromkeys(users[n]))
    return known


def check_momentary(r: Reading, lines: Mapping[str, Line], factors: Mapping[str, Factor]) -> None:
    """Two events of no duration never meet: a line that needs both could never be true, and the case means something else."""
    momentary = frozenset(
        f.name
        for f in factors.values()
        if f.kind == "trigger" and f.lasts is not None and f.lasts.high == 0.0 and not f.lasts.name
    )
    if len(momentary) < 2:
        return
    possible = _fixpoint(lines, frozenset())
    reached = _fixpoint(lines, momentary)
    bad = {n for n in lines if possible[n] and not reached[n]}
    below = {n: [t for t, _ in _edges(line.expr) if t in lines] for n, line in lines.items()}
    for group in components(below):  # the lines below come first, and who rests on a line at fault says nothing
        here = [n for n in group if n in bad]
        if not here or any(t in bad and t not in group for n in here for t in below[n]):
            continue
        names = _momentary_below(lines, here[-1], momentary)
        shown = ", ".join(f"`{t}`" for t in names)
        message = f"`{here[-1]}` needs two momentary triggers at once ({shown})."
        r.error("FB027", lines[here[-1]].span, message, "Give one `lasts`, so that the other can meet it.")


def _momentary_below(lines: Mapping[str, Line], name: str, momentary: frozenset[str]) -> list[str]:
    """Momentary triggers that a line rests on, in the order met."""
    seen: dict[str, None] = {}
    done: set[str] = set()
    todo = [name]
    while todo and len(seen) < 4:
        n = todo.pop()
        if n in done:
            continue
        done.add(n)
        for e in walk(lines[n].expr):
            if isinstance(e, Ref | Tips) and e.name in momentary:
                seen.setdefault(e.name)
            elif isinstance(e, Ref) and e.name in lines:
                todo.append(e.name)
    return list(seen)
