"""The structure function of a case as decision diagrams over its basic events.

Basic events are triggers (`t` on), conditions (present at this demand) and `fails(control)`. Lines may form monotone cycles: each
strongly connected part is iterated from "nothing true" to its least fixpoint. Controls that actions add are events of the
extended structure (true, that is "not there", until switched on).
"""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.case import Case
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips, walk
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd, Family
from fuelbed.numerics.graphs import components

__all__ = ["Event", "Structure"]

Event = tuple[str, str]  # ("trigger" | "condition" | "control" | "tips", name)


class Structure:
    """Lines, cut sets and failing-arrival functions over the events of one case.

    added     controls that actions add: name -> the line they guard (`line and fails(name)`).
    """

    def __init__(self, case: Case, added: Mapping[str, str] | None = None, budget: int = 500_000) -> None:
        self.case = case
        self.added = dict(added or {})
        self.events = self._order()
        self.index = {e: i for i, e in enumerate(self.events)}
        self.bdd = Bdd(len(self.events), budget)
        self.family = Family(budget)
        self.lines: dict[str, int] = {}
        self._cuts: dict[int, int] = {}
        self._monotone: dict[int, bool] = {}
        self._solve_lines()

    def _order(self) -> list[Event]:
        """Events in the order in which a depth-first walk from the failure meets them; a good first variable order."""
        case, seen, out, done = self.case, set[Event](), list[Event](), set[str]()
        guards: dict[str, list[str]] = {}
        for name, line in self.added.items():
            guards.setdefault(line, []).append(name)

        def meet(e: Event) -> None:
            if e not in seen:
                seen.add(e)
                out.append(e)

        todo = [case.failure, *(o.name for o in case.outcomes), *case.lines]
        todo.reverse()
        while todo:
            line = todo.pop()
            if line in done or line not in case.lines:
                continue
            done.add(line)
            below = []
            for e in walk(case.lines[line].expr):
                if isinstance(e, Ref) and e.name in case.lines:
                    below.append(e.name)
                elif isinstance(e, Ref):
                    meet((case.factors[e.name].kind, e.name))
                elif isinstance(e, Fails):
                    meet(("control", e.name))
                elif isinstance(e, Tips):
                    meet(("trigger", e.name))
                    meet(("tips", e.name))
            for name in guards.get(line, ()):
                meet(("control", name))
            todo.extend(reversed(below))
        return out

    def _solve_lines(self) -> None:
        lines = self.case.lines
        edges = {n: [e.name for e in walk(x.expr) if isinstance(e, Ref) and e.name in lines] for n, x in lines.items()}
        for part in components(edges):
            for name in part:
                self.lines[name] = FALSE
            while True:
                changed = False
                for name in sorted(part, key=list(lines).index):
                    new = self._line(name)
                    if new != self.lines[name]:
                        self.lines[name] = new
                        changed = True
                if not changed or (len(part) == 1 and part[0] not in edges[part[0]]):
                    break

    def _line(self, name: str) -> int:
        f = self.expr(self.case.lines[name].expr)
        for control, line in self.added.items():
            if line == name:
                f = self.bdd.and_(f, self.event(("control", control)))
        return f

    def event(self, e: Event) -> int:
        return self.bdd.variable(self.index[e])

    def expr(self, e: Expr) -> int:
        """The function of an expression; depth is bounded by the grammar."""
        b = self.bdd
        if isinstance(e, Ref):
            if e.name in self.case.lines:
                return self.lines[e.name]
            return self.event((self.case.factors[e.name].kind, e.name))
        if isinstance(e, Fails):
            return self.event(("control", e.name))
        if isinstance(e, Tips):
            return b.and_(self.event(("trigger", e.name)), self.event(("tips", e.name)))
        if isinstance(e, Const):
            return TRUE if e.value else FALSE
        if isinstance(e, Not):
            return b.not_(self.expr(e.arg))
        if isinstance(e, And):
            return b.all_(self.expr(x) for x in e.args)
        if isinstance(e, Or):
            return b.any_(self.expr(x) for x in e.args)
        if isinstance(e, AtLeast):
            return b.at_least(e.k, [self.expr(x) for x in e.args])
        assert isinstance(e, Threshold)
        return b.threshold(e.tau, [w for w, _ in e.terms], [self.expr(x) for _, x in e.terms])

    def cuts(self, f: int) -> int:
        """The minimal cut sets of `f`, as a root in `self.family`."""
        got = self._cuts.get(f)
        if got is None:
            got = self._cuts[f] = self.bdd.minimal_solutions(f, self.family)[1]
        return got

    def cut_sets(self, f: int, limit: int | None = None) -> list[tuple[Event, ...]]:
        """The minimal cut sets of `f` as events, by size and then by place in the file; added controls left out."""
        rows = {
            tuple(self.events[v] for v in s if self.events[v][1] not in self.added) for s in self.family.sets(self.cuts(f), limit)
        }
        return sorted(rows, key=lambda s: (len(s), [self.index[e] for e in s]))

    def failing_arrival(self, f: int, trigger: str) -> int:
        """The states in which an arrival of `trigger` completes `f`: some cut set that holds it is complete (and `f` true)."""
        v = self.index.get(("trigger", trigger))
        if v is None:
            return FALSE
        g = self.bdd.covers(self.family, self.family.with_member(self.cuts(f), v))
        return g if self.is_monotone(f) else self.bdd.and_(g, self.bdd.restrict(f, {v: True}))

    def standing(self, f: int) -> int:
        """The states in which a cut set without any trigger is complete: failed already."""
        root = self.cuts(f)
        off = {}
        for v, (kind, _) in enumerate(self.events):
            if kind == "trigger":
                root = self.family.without_member(root, v)
                off[v] = False
        g = self.bdd.covers(self.family, root)
        return g if self.is_monotone(f) else self.bdd.and_(g, self.bdd.restrict(f, off))

    def is_monotone(self, f: int) -> bool:
        got = self._monotone.get(f)
        if got is None:
            has_not = any(
                isinstance(e, Not) or (isinstance(e, Threshold) and any(w < 0 for w, _ in e.terms))
                for line in self.case.lines.values()
                for e in walk(line.expr)
            )
            got = self._monotone[f] = not has_not or self.bdd.is_monotone(f)
        return got
