"""Checks of the whole structure: `not` is stratified, no line waits for two momentary triggers at once, no control for itself."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.case import Factor, Line
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips, walk
from fuelbed.core.findings import Span
from fuelbed.core.signals import Signal
from fuelbed.readers.fields import Reading

__all__ = ["check_momentary", "check_needs", "check_stratified", "components"]

_CAP = 200  # more single triggers than this count as free: the check turns lenient, and stays fast
_ROUNDS = 50  # circles of `needs` in one knot of lines that are told apart
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
    place = {n: i for i, n in enumerate(lines)}
    for group in components({n: [t for t, _ in e] for n, e in edges.items()}):
        inside = set(group)
        bad = [n for n in group if any(neg and t in inside for t, neg in edges[n])]
        if bad:
            group.sort(key=place.__getitem__)
            bad.sort(key=place.__getitem__)
            names = ", ".join(f"`{n}`" for n in group)
            line = lines[bad[0]]
            cure = "Break the cycle: say it without `not`, or by a condition."
            r.error("FB025", line.span, f"the lines {names[:200]} depend on themselves through `not`.", cure)


def check_needs(
    r: Reading,
    lines: Mapping[str, Line],
    factors: Mapping[str, Factor],
    places: Mapping[str, Span | None],
    signals: Mapping[str, Signal],
) -> None:
    """A control that must see a line which is true only after that control failed is asked before it can be armed.

    A signal is seen through what it reads: the names of `sees` and `blind_when`.
    """
    known = {*lines, *factors}
    graph = {n: [e.name for e in walk(x.expr) if isinstance(e, Ref | Fails) and e.name in known] for n, x in lines.items()}
    needed = {c.needs for c in factors.values() if c.needs and c.needs not in known}
    for n in (n for n in signals if n in needed):
        read = [*walk(signals[n].sees), *(walk(blind) if (blind := signals[n].blind_when) is not None else ())]
        graph[n] = [e.name for e in read if isinstance(e, Ref | Fails | Tips) and e.name in known]
    known.update(graph)
    needs = {c.name: c.needs for c in factors.values() if c.needs and c.needs in known and c.needs != c.name}
    place = {n: i for i, n in enumerate(needs)}
    graph.update({n: [needs[n]] if n in needs else [] for n in factors if n not in lines})
    for _ in range(_ROUNDS):
        knots = [(group, set(group)) for group in components(graph) if len(group) > 1]
        found = [[n for n in group if n in place and graph[n] and needs[n] in inside] for group, inside in knots]
        for group in filter(None, found):
            control = min(group, key=place.__getitem__)
            graph[control] = []  # the others are looked at without it: each circle is one fault
            message = f"`{control}` needs `{needs[control]}`, which depends on `{control}` failing."
            cure = "Name what is seen before the control is asked, such as an earlier line."
            r.error("FB039", places.get(control), message, cure)
        if not any(found):
            return


def _reach(expr: Expr, known: Mapping[str, Reach], momentary: frozenset[str], negative: bool = False) -> Reach:
    """Which single momentary triggers are enough on the triggers' side; `_ANY` in it when none is needed.

    Anything that is no momentary trigger counts as available, and so does the absence of one. `negative`: the expression's
    negation is asked for; `not` is carried down to the names, so that `not (not a or not b)` is read as `a and b`. Empty: two at
    once are needed, or the expression is false for good. Depth is that of the grammar, at most 50.
    """
    if isinstance(expr, Not):
        return _reach(expr.arg, known, momentary, not negative)
    if isinstance(expr, Const):
        return frozenset((_ANY,)) if expr.value != negative else frozenset()
    if isinstance(expr, And | Or | AtLeast):
        n = len(expr.args)
        k = n if isinstance(expr, And) else 1 if isinstance(expr, Or) else expr.k
        return _enough([(1.0, _reach(x, known, momentary, negative)) for x in expr.args], n - k + 1 if negative else k)
    if isinstance(expr, Threshold):
        sign = -1.0 if negative else 1.0  # below tau: the terms of the other sign must be off
        parts = [(abs(w), _reach(x, known, momentary, w * sign < 0)) for w, x in expr.terms if w]
        least = expr.tau - sum(w for w, _ in expr.terms if w < 0)
        most = sum(w for w, _ in expr.terms if w > 0) - expr.tau
        return _enough(parts, most + 1e-9 if negative else least)
    if isinstance(expr, Fails) or negative:
        return frozenset((_ANY,))
    if expr.name in momentary:
        return frozenset((expr.name,))
    return known.get(expr.name, frozenset((_ANY,)))


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


def _fixpoint(lines: Mapping[str, Line], momentary: frozenset[str]) -> dict[str, Reach] | None:
    """Least fixpoint by a work list; sets only grow (`_ANY` absorbs), so it ends. None past a budget that only hostile rings reach."""
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
    budget = 20 * len(lines) + 10_000
    while todo:
        budget -= 1
        if budget < 0:
            return None
        n = next(iter(todo))
        del todo[n]
        new = _reach(lines[n].expr, known, momentary)
        if new != known[n]:
            known[n] = new
            todo.update(dict.fromkeys(users[n]))
    return known


def check_momentary(r: Reading, lines: Mapping[str, Line], factors: Mapping[str, Factor]) -> None:
    """Two events of no duration never meet: a line that needs both could never be true, and the case means something else.

    A line or factor at fault counts as available, so that one fault never makes a second one here.
    """
    momentary = frozenset(f.name for f in factors.values() if f.kind == "trigger" and f.lasts and f.lasts.high == 0.0)
    if len(momentary) < 2:
        return
    possible = _fixpoint(lines, frozenset())
    reached = _fixpoint(lines, momentary)
    if possible is None or reached is None:
        return
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
