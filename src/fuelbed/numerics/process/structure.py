"""The structure function of a case as decision diagrams over its basic events.

Basic events are triggers (`t` on), conditions (present at this demand) and `fails(control)`. Lines may form monotone cycles: each
strongly connected part is iterated from "nothing true" to its least fixpoint. Controls that actions add are events of the
extended structure (true, that is "not there", until switched on). Where a cut set without its added controls would no longer be
minimal, what an arrival completes depends on which of them are there: the functions then also read `installed` events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from fuelbed.core.case import Case
from fuelbed.core.errors import BudgetError
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips, walk
from fuelbed.numerics.boolean.antichains import Antichains
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd, Family
from fuelbed.numerics.boolean.families import holding, inside, smallest_first
from fuelbed.numerics.boolean.force import moved
from fuelbed.numerics.graphs import components
from fuelbed.numerics.process.needs import seen_through

__all__ = ["Event", "Structure"]

Event = tuple[str, str]  # ("trigger" | "condition" | "control" | "tips" | "installed", name)
_STEPS = 20_000  # between the cut sets of parts, before the diagram of the whole is asked instead
_SMALL = 24  # events; so few need no better order than the file's own
_MUXED = 6  # added controls that are told apart one by one; beyond, only "none of them" from "some of them"


class Structure:
    """Lines, cut sets and failing-arrival functions over the events of one case.

    added     controls that actions add: name -> the line they guard (`line and fails(name)`).
    like      another structure whose events, order and diagrams are shared.
    """

    def __init__(
        self, case: Case, added: Mapping[str, str] | None = None, budget: int = 500_000, like: Structure | None = None
    ) -> None:
        self.case = seen_through(case)
        self.added = dict(added or {})
        self.events: list[Event] = like.events if like is not None else [*self._order(), *(("installed", n) for n in self.added)]
        self.index = {e: i for i, e in enumerate(self.events)}
        self.bdd: Bdd = Bdd(len(self.events), budget) if like is None else like.bdd
        self.family: Family = Family(budget) if like is None else like.family
        self.chains: Antichains = Antichains(self.family, _STEPS) if like is None else like.chains
        self.lines: dict[str, int] = {}
        self._joined: dict[int, tuple[str, ...]] = {}  # functions that are some of these lines being true
        self._asked: dict[int, list[int]] = {}  # the nodes of the family that was asked about last
        self._below: dict[str, int | None] = {}
        self._upward: list[str] = []  # lines, each after those it reads, but for cycles
        self._cuts: dict[int, int] = {}
        self._monotone: dict[int, bool] = {}
        self._plain: dict[int, bool] = {}
        self._arrivals: dict[tuple[int, int], int] = {}
        self._solve_lines()
        self._joined.update({f: (n,) for n, f in self.lines.items()})

    def _order(self) -> list[Event]:
        """Events in the order in which a depth-first walk from the failure meets them; where lines share many, moved together."""
        case, out = self.case, dict[Event, None]()
        guards: dict[str, list[str]] = {}
        for name, line in self.added.items():
            guards.setdefault(line, []).append(name)
        read: dict[str, tuple[list[Event], list[str]]] = {}
        todo = [case.failure, *(o.name for o in case.outcomes), *case.lines]
        todo.reverse()
        while todo:
            line = todo.pop()
            if line in read or line not in case.lines:
                continue
            met, below = read[line] = self._read(line)
            met += [("control", name) for name in guards.get(line, ())]
            out.update(dict.fromkeys(met))
            todo.extend(reversed(below))
        return list(out) if len(out) <= _SMALL else _together(list(out), read)

    def _read(self, line: str) -> tuple[list[Event], list[str]]:
        """What a line reads itself: events, and lines."""
        events: list[Event] = []
        below: list[str] = []
        for e in walk(self.case.lines[line].expr):
            if isinstance(e, Ref) and e.name in self.case.lines:
                below.append(e.name)
            elif isinstance(e, Ref):
                events.append((self.case.factors[e.name].kind, e.name))
            elif isinstance(e, Fails):
                events.append(("control", e.name))
            elif isinstance(e, Tips):
                events += [("trigger", e.name), ("tips", e.name)]
        return events, below

    def _solve_lines(self) -> None:
        lines = self.case.lines
        edges = {n: [e.name for e in walk(x.expr) if isinstance(e, Ref) and e.name in lines] for n, x in lines.items()}
        place = {n: i for i, n in enumerate(lines)}
        guards: dict[str, list[str]] = {}
        for control, line in self.added.items():
            guards.setdefault(line, []).append(control)
        for part in components(edges):
            self._upward += part
            self.lines.update(dict.fromkeys(part, FALSE))
            readers: dict[str, list[str]] = {n: [] for n in part}
            for n in part:
                for below in dict.fromkeys(edges[n]):
                    if below in readers:
                        readers[below].append(n)
            waiting = deque(sorted(part, key=place.__getitem__))
            queued = set(waiting)
            while waiting:  # a line is looked at again only when one that it reads has changed
                name = waiting.popleft()
                queued.discard(name)
                new = self.expr(lines[name].expr)
                for control in guards.get(name, ()):
                    new = self.bdd.and_(new, self.event(("control", control)))
                if new != self.lines[name]:
                    self.lines[name] = new
                    again = [r for r in readers[name] if r not in queued]
                    waiting.extend(again)
                    queued.update(again)

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
            return b.all_(self._deepest_first(e.args))
        if isinstance(e, Or):
            return b.any_(self._deepest_first(e.args))
        if isinstance(e, AtLeast):
            return b.at_least(e.k, [self.expr(x) for x in e.args])
        assert isinstance(e, Threshold)
        return b.threshold(e.tau, [w for w, _ in e.terms], [self.expr(x) for _, x in e.terms])

    def _deepest_first(self, args: Sequence[Expr]) -> list[int]:
        """What is joined on top of the deepest leaves its lower levels alone."""
        return sorted((self.expr(x) for x in args), key=lambda f: -self.bdd.var[f])

    def cuts(self, f: int) -> int:
        """The minimal cut sets of `f`, as a root in `self.family`."""
        got = self._cuts.get(f)
        if got is None:
            got = self._cuts_of_parts(f)
            if got is None:
                got = self.bdd.minimal_solutions(f, self.family)[1]
            self._cuts[f] = got
        return got

    def _cuts_of_parts(self, f: int) -> int | None:
        """The same from the cut sets of lines; None where `f` is not made of lines, there is a NOT or a cycle, or it takes long."""
        parts = [self._line_cuts(n) for n in self._joined.get(f, ())]
        known = [a for a in parts if a is not None]
        try:
            return self.chains.any_(known) if parts and len(known) == len(parts) else None
        except BudgetError:
            return None

    def _line_cuts(self, line: str) -> int | None:
        """Of a line, those below it first: without recursion from line to line. None on a cycle, and above one."""
        while line not in self._below:
            name = self._upward[len(self._below)]
            guards = [self.index[("control", n)] for n, guarded in self.added.items() if guarded == name]
            self._below[name] = None
            try:
                found = self._expr_cuts(self.case.lines[name].expr)
                single = [self.family.node(v, Family.NONE, Family.UNIT) for v in guards]
                self._below[name] = None if found is None else self.chains.all_([found, *single])
            except BudgetError:
                pass
        return self._below[line]

    def _expr_cuts(self, e: Expr) -> int | None:
        z, c = self.family, self.chains
        if isinstance(e, Ref) and e.name in self.case.lines:
            return self._below.get(e.name)  # nothing yet where it comes back to this line
        if isinstance(e, Ref | Fails | Tips):
            kinds = {Fails: ("control",), Tips: ("trigger", "tips")}.get(type(e)) or (self.case.factors[e.name].kind,)
            return c.all_([z.node(self.index[(kind, e.name)], Family.NONE, Family.UNIT) for kind in kinds])
        if isinstance(e, Const):
            return Family.UNIT if e.value else Family.NONE
        if not isinstance(e, And | Or | AtLeast):
            return None
        parts = [self._expr_cuts(x) for x in e.args]
        known = [a for a in parts if a is not None]
        if len(known) < len(parts):
            return None
        if isinstance(e, AtLeast):
            return c.at_least(e.k, known)
        return c.all_(known) if isinstance(e, And) else c.any_(known)

    def without_added(self, f: int) -> int:
        """`f` as the case has it today: no control that an action would add is there."""
        if not self.added:
            return f
        return self.bdd.restrict(f, {self.index[("control", n)]: True for n in self.added if ("control", n) in self.index})

    def cut_sets(self, f: int, limit: int | None = None) -> list[tuple[Event, ...]]:
        """The minimal cut sets of `f` today as events, by size and then by place in the file; with a `limit`, the smallest ones."""
        rows = smallest_first(self.family, self.cuts(self.without_added(f)), limit)
        return [tuple(self.events[v] for v in s) for s in rows]

    def orders(self, f: int) -> dict[int, int]:
        """How many minimal cut sets of each size `f` has today, exactly, however many they are."""
        return self.family.count_by_order(self.cuts(self.without_added(f)))

    def holding(self, f: int) -> dict[Event, int]:
        """In how many minimal cut sets of `f` today each event is, exactly."""
        return {self.events[v]: n for v, n in holding(self.family, self.cuts(self.without_added(f))).items()}

    def inside(self, f: int, allowed: Callable[[Event], bool]) -> int:
        """How many minimal cut sets of `f` today hold allowed events only, exactly."""
        mine = {v for v, e in enumerate(self.events) if allowed(e)}
        root = self.cuts(self.without_added(f))
        if root not in self._asked:
            self._asked = {root: self.family.reachable(root)}  # of the function asked for last: many questions are about one
        return inside(self.family, root, mine, self._asked[root])

    def in_every(self, f: int) -> list[Event]:
        """The events that every minimal cut set of `f` today holds: `f` is never true without them. Needs no list of cut sets."""
        g, b = self.without_added(f), self.bdd
        if g == FALSE:
            return []
        always = {FALSE: (1 << len(self.events)) - 1, TRUE: 0}  # bit v: event v is true in every solution
        for u in b.reachable(g):
            if u > TRUE:
                always[u] = always[b.low[u]] & (always[b.high[u]] | 1 << b.var[u])
        return [e for v, e in enumerate(self.events) if always[g] >> v & 1]

    def levels(self) -> list[int]:
        """`outcome k or worse` for every outcome, from the mildest to the worst."""
        out, worse, names = [], FALSE, tuple[str, ...]()
        for o in reversed(self.case.outcomes):
            worse = self.bdd.or_(worse, self.lines[o.name])
            names = (*names, o.name)
            self._joined.setdefault(worse, names)
            out.append(worse)
        return out[::-1]

    def failing_arrival(self, f: int, trigger: str) -> int:
        """The states in which an arrival of `trigger` completes `f`: some cut set that holds it is complete (and `f` true)."""
        v = self.index.get(("trigger", trigger))
        if v is None:
            return FALSE
        got = self._arrivals.get((f, v))
        if got is None:
            got = self._arrivals[(f, v)] = self._for_installed(f, lambda g: self._arrival(g, v))
        return got

    def _arrival(self, f: int, v: int) -> int:
        g = self.bdd.covers(self.family, self.family.with_member(self.cuts(f), v))
        return g if self.is_monotone(f) else self.bdd.and_(g, self.bdd.restrict(f, {v: True}))

    def standing(self, f: int) -> int:
        """The states in which a cut set without any trigger is complete: failed already."""
        return self._for_installed(f, self._standing)

    def _standing(self, f: int) -> int:
        root = self.cuts(f)
        off = {}
        for v, (kind, _) in enumerate(self.events):
            if kind == "trigger":
                root = self.family.without_member(root, v)
                off[v] = False
        g = self.bdd.covers(self.family, root)
        return g if self.is_monotone(f) else self.bdd.and_(g, self.bdd.restrict(f, off))

    def _for_installed(self, f: int, of: Callable[[int], int]) -> int:
        """`of(f)` for every set of added controls that may be there, in one function."""
        if not self.added:
            return of(f)
        support = self.bdd.support(f)
        names = [n for n in self.added if self.index.get(("control", n)) in support]
        if not names or self._stays_minimal(f):
            return of(f)
        if len(names) > _MUXED:
            some = self.bdd.any_(self.event(("installed", n)) for n in names)
            return self.bdd.ite(some, of(f), of(self.without_added(f)))

        def go(g: int, at: int) -> int:
            if at == len(names):
                return of(g)
            v = self.index[("control", names[at])]
            absent, there = go(self.bdd.restrict(g, {v: True}), at + 1), go(g, at + 1)
            if self.bdd.restrict(there, {v: True}) == absent:
                return there
            return self.bdd.ite(self.event(("installed", names[at])), there, absent)

        return go(f, 0)

    def _stays_minimal(self, f: int) -> bool:
        """Whether the cut sets stay an antichain when added controls are struck out: then `installed` makes no difference."""
        got = self._plain.get(f)
        if got is None:
            struck = self.cuts(f)
            for n in self.added:
                v = self.index.get(("control", n))
                if v is not None:
                    struck = _strike(self.family, struck, v)
            got = self._plain[f] = self.is_monotone(f) and struck == self.cuts(self.without_added(f))
        return got

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


def _together(events: list[Event], read: Mapping[str, tuple[list[Event], list[str]]]) -> list[Event]:
    """The events moved so that what one line reads stands together; lines are moved with them, from the middle of their own events."""
    place = {e: i for i, e in enumerate(events)}
    middles = [sum([place[e] for e in own]) / len(own) if own else len(events) / 2 for own, _ in read.values()]
    return moved(events, {n: [*own, *(x for x in below if x in read)] for n, (own, below) in read.items()}, middles)


def _strike(z: Family, root: int, v: int) -> int:
    """The sets of a family with `v` struck out of each."""
    joined: dict[tuple[int, int], int] = {}

    def union(a: int, b: int) -> int:
        if a == b or b == Family.NONE:
            return a
        if a == Family.NONE:
            return b
        key = (a, b) if a < b else (b, a)
        got = joined.get(key)
        if got is None:
            x, y = z.var[a], z.var[b]
            if x == y:
                got = z.node(x, union(z.low[a], z.low[b]), union(z.high[a], z.high[b]))
            elif x < y:
                got = z.node(x, union(z.low[a], b), z.high[a])
            else:
                got = z.node(y, union(a, z.low[b]), z.high[b])
            joined[key] = got
        return got

    return union(z.without_member(root, v), z.with_member(root, v))
