"""What one action item does to the cut sets, with no number: how many it breaks, how many it surely makes rarer, and by what.

Cut sets are counted on their diagram, so the counts are exact where a list of them would be cut off. A cut set is broken where it is
no longer enough with the item's closed conditions, prevented triggers and perfect controls held false; rarer where it is no longer
enough with everything held false that the item surely makes less likely. A change that may go either way counts for nothing, and of
two changes of one item that contradict each other the later one counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from fuelbed.core.actions import Change
from fuelbed.core.case import Factor
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.boolean.bdd import FALSE, Bdd, Family
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.parameters import given_numbers
from fuelbed.numerics.process.structure import Event

__all__ = ["Reach", "cut_set_count", "held_by", "reach"]


@dataclass(frozen=True, slots=True)
class Reach:
    """Of `cut_sets` minimal cut sets, `breaks` can no longer be completed and `rarer` are surely completed less often.

    closes   the closed conditions without any one of which the failure is impossible by itself; where none is, all closed
             conditions if together they make it impossible; else nothing.
    unloops  the triggers that surely land beyond the stability boundary no more, where every cut set with the trigger needs that.
    touches  kinds of what it moves among what the failure and its outcomes read: trigger, condition, control, model, outcome, group;
             signal for what it shows.
    """

    cut_sets: int
    breaks: int
    rarer: int
    closes: tuple[str, ...]
    touches: frozenset[str]
    unloops: tuple[str, ...] = ()


def cut_set_count(model: Compiled) -> int:
    """How many minimal cut sets the failure has today."""
    return _size(model.structure.family, _today(model))


def held_by(model: Compiled) -> dict[Event, int]:
    """By event, how many of today's cut sets hold it; in the order of the file's structure."""
    s, root = model.structure, _today(model)
    z = s.family
    order: list[int] = []
    todo, seen = [(root, False)], {Family.NONE, Family.UNIT}
    while todo:  # children before parents
        u, done = todo.pop()
        if done:
            order.append(u)
        elif u not in seen:
            seen.add(u)
            todo += [(u, True), (z.low[u], False), (z.high[u], False)]
    below = {Family.NONE: 0, Family.UNIT: 1}
    for u in order:
        below[u] = below[z.low[u]] + below[z.high[u]]
    above = dict.fromkeys(order, 0) | {Family.NONE: 0, Family.UNIT: 0, root: 1}
    counts: dict[int, int] = {}
    for u in reversed(order):
        counts[z.var[u]] = counts.get(z.var[u], 0) + above[u] * below[z.high[u]]
        above[z.low[u]] += above[u]
        above[z.high[u]] += above[u]
    return {e: counts[v] for v, e in enumerate(s.events) if v in counts}


@lru_cache(maxsize=8)
def _today(model: Compiled) -> int:
    """Today's cut sets."""
    s = model.structure
    f = s.lines[model.case.failure]
    return s.cuts(s.without_added(f) if model.added else f)


def _size(z: Family, root: int) -> int:
    return sum(z.count_by_order(root).values())


def reach(model: Compiled, changes: tuple[Change, ...], name: str = "") -> Reach:
    """What the changes of one item do to today's cut sets; `name` is the item's, by which dynamics says what it does to tipping."""
    s, root = model.structure, _today(model)
    z, b = s.family, s.bdd
    moves = _Moves(model)
    for c in changes:
        if not model.case.is_apart(c.target):
            moves.add(c)
    moves.tip(name)
    gone = moves.gone()
    breaks = _size(z, _broken(model, root, gone, moves.perfect_added)[1])
    left, weaker = _broken(model, root, gone | moves.less(), moves.perfect_added | moves.added)
    rarer = _size(z, weaker) - breaks
    for t in moves.less_on:
        others = b.any_(s.event(e) for e in s.events if e[0] == "trigger" and e[1] != t)
        met, left = _parted(z, b, left, b.and_(s.event(("trigger", t)), others), {})
        rarer += _size(z, met)
    closes, unloops = _closes(model, root, gone), _unloops(model, root, gone)
    return Reach(_size(z, root), breaks, rarer, closes, moves.touches(changes), unloops)


def _broken(model: Compiled, root: int, gone: Iterable[Event], added: set[str]) -> tuple[int, int]:
    """Today's cut sets that are still enough, and those that are not, with some events held false and some added controls there."""
    s = model.structure
    values = {s.index[e]: False for e in gone if e in s.index}
    if not values and not added:
        return root, Family.NONE
    values |= {s.index[("control", n)]: n not in added for n in model.added if ("control", n) in s.index}
    values |= {s.index[("installed", n)]: n in added for n in model.added if ("installed", n) in s.index}
    return _parted(s.family, s.bdd, root, s.lines[model.case.failure], values)


def _parted(z: Family, b: Bdd, root: int, f: int, fixed: Mapping[int, bool]) -> tuple[int, int]:
    """The sets of a family that satisfy `f`, with some variables fixed and nothing else true, and those that do not."""
    memo: dict[tuple[int, int], tuple[int, int]] = {}

    def go(a: int, f: int) -> tuple[int, int]:
        if a == Family.NONE:
            return Family.NONE, Family.NONE
        v = z.var[a]
        while b.var[f] < v:
            f = b.high[f] if fixed.get(b.var[f]) else b.low[f]
        if f <= 1:
            return (Family.NONE, a) if f == FALSE else (a, Family.NONE)
        got = memo.get((a, f))
        if got is None:
            f0, f1 = (b.low[f], b.high[f]) if b.var[f] == v else (f, f)
            if v in fixed:
                f0 = f1 = f1 if fixed[v] else f0
            (lo, not_lo), (hi, not_hi) = go(z.low[a], f0), go(z.high[a], f1)
            got = memo[(a, f)] = (z.node(v, lo, hi), z.node(v, not_lo, not_hi))
        return got

    return go(root, f)


def _closes(model: Compiled, root: int, gone: Iterable[Event]) -> tuple[str, ...]:
    """The conditions without which no cut set is left (so that the failure is impossible); nothing where there is none anyway."""
    s = model.structure
    shut = [e for e in gone if e[0] == "condition" and e in s.index]

    def left(events: list[Event]) -> int:
        out = root
        for e in events:
            out = s.family.without_member(out, s.index[e])
        return out

    shut.sort(key=s.index.__getitem__)
    if root == Family.NONE or not shut or left(shut) != Family.NONE:
        return ()
    alone = [e[1] for e in shut if left([e]) == Family.NONE]
    return tuple(alone or [e[1] for e in shut])


def _unloops(model: Compiled, root: int, gone: Iterable[Event]) -> tuple[str, ...]:
    """The triggers whose tipping is gone and in every cut set of theirs."""
    s, z = model.structure, model.structure.family
    out = []
    for kind, name in gone:
        mine = z.with_member(root, s.index[("trigger", name)]) if kind == "tips" else Family.NONE
        if mine != Family.NONE and z.without_member(mine, s.index[("tips", name)]) == Family.NONE:
            out.append(name)
    return tuple(sorted(out, key=lambda n: s.index[("trigger", n)]))


@dataclass(slots=True)
class _Moves:
    """What happens to the two parts of each event: its standing state and its draw at a demand. -2 gone, -1 surely less, 1 other."""

    model: Compiled
    state: dict[Event, int] = field(default_factory=dict)
    draw: dict[Event, int] = field(default_factory=dict)
    less_on: dict[str, None] = field(default_factory=dict)  # triggers that others meet less often
    added: set[str] = field(default_factory=set)
    perfect_added: set[str] = field(default_factory=set)

    def gone(self) -> set[Event]:
        """A control is gone where it is neither broken nor failing; anything else where either part is."""
        both = {e for e in self.state if self.state[e] == -2 == self.draw.get(e)}
        either = {e for part in (self.state, self.draw) for e, x in part.items() if x == -2 and e[0] != "control"}
        return both | either

    def less(self) -> set[Event]:
        every = {*self.state, *self.draw}
        return {e for e in every if min(p := (self.state.get(e, 0), self.draw.get(e, 0))) < 0 and max(p) <= 0}

    def tip(self, name: str) -> None:
        """What the item does to the chances of tipping."""
        for trigger, shift in self.model.tips.alone(name).items():
            today, less = self.model.tips.number(trigger), shift.lowers and shift.least < 1
            if today.high > 0 and not (shift.known and shift.least == shift.most == 1):
                self.draw[("tips", trigger)] = -2 if shift.gone else -1 if less else 1

    def add(self, c: Change) -> None:
        f = self.model.case.factors.get(c.target)
        if c.verb == "observe":
            for k in self.model.case.of_kind("control"):
                if k.needs == c.target and k.state not in ("missing", "bypassed"):
                    self.draw[("control", k.name)] = self._sight(c)
        elif c.verb == "add":
            self.added.add(c.target)
            if c.value is not None and c.value.high == 0:
                self.perfect_added.add(c.target)
        elif f is not None:
            self._factor(c, f)

    def _sight(self, c: Change) -> int:
        """-1 where observing surely makes a control that needs it fail less often: it saw nothing before, or missed surely more."""
        there = self.model.case.signals.get(c.target)
        if there is None or not there.installed:
            return -1
        return 1 if c.value is None else -1 if _step(c.value, there.misses) < 0 else _step(c.value, there.misses)

    def _factor(self, c: Change, f: Factor) -> None:
        e = (f.kind, f.name)
        if c.verb in ("remove", "prevent"):
            self.state[e] = -2
        elif c.verb == "perfect":
            self.state[e] = self.draw[e] = -2
        elif c.verb == "disable":
            self.state[e] = 1
        elif c.verb == "revert":
            if f.today is not None and f.today.high > 0:
                self.less_on[f.name] = None
        elif c.verb == "set":
            self._set(c, f, e)

    def _set(self, c: Change, f: Factor, e: Event) -> None:
        assert c.value is not None
        old = given_numbers(self.model.case).get(f"{f.name}.{c.parameter}")
        if c.parameter == "lasts":
            self.less_on.pop(f.name, None)
            if old is not None and c.value.high <= old.low and c.value.low < old.high:
                self.less_on[f.name] = None
        elif c.parameter == "fails":
            was = Quantity.point(1.0) if f.state in ("missing", "bypassed") else old
            self.state[e], self.draw[e] = -2, _step(c.value, was)
            if self.draw[e] > 0 and self._less_in_all(c.value, f):
                self.draw[e] = -1
        elif c.parameter == "broken":
            self.state[e] = _step(c.value, Quantity.point(1.0) if f.state in ("missing", "bypassed") else f.today or old)
        elif c.parameter in ("present", "rate"):
            self.state[e] = _step(c.value, f.today if c.parameter == "present" and f.today is not None else old)
        elif c.parameter == "duty":
            self.draw[e] = _step(c.value, old)

    def _less_in_all(self, new: Quantity, f: Factor) -> bool:
        """Whether a control fails less often, broken or not: where nothing says that it held, it is at least as likely broken as given."""
        broken = f.today or f.broken
        if broken is None or f.fails is None or (f.today is None and f.occurred is False):
            return False
        s = self.model.structure
        b, p = broken.low, f.fails.low
        return s.is_monotone(s.lines[self.model.case.failure]) and new.high <= b + (1 - b) * p

    def touches(self, changes: Iterable[Change]) -> frozenset[str]:
        s, case = self.model.structure, self.model.case
        read = {s.events[v] for v in s.bdd.support(*(s.lines[n] for n in (case.failure, *(o.name for o in case.outcomes))))}
        out = set()
        for c in changes:
            if c.verb == "observe":
                out.add("signal")
            elif c.target in case.dynamics:
                out |= {"model"} if any(("tips", t) in read for t in case.dynamics[c.target].pushes) else set()
            elif c.verb == "add":
                out |= {"control"} if ("control", c.target) in read else set()
            elif c.target in case.factors:
                kind = case.factors[c.target].kind
                out |= {kind} if (kind, c.target) in read else set()
            else:
                out.add("outcome" if any(o.name == c.target for o in case.outcomes) else "group")
        return frozenset(out)


def _step(new: Quantity, old: Quantity | None) -> int:
    """-2 never, -1 surely not more (and perhaps less) than the old one, 0 the same, 1 anything else."""
    if new.high == 0:
        return -2
    top = Quantity.point(1.0) if old is None else old
    if new.high > top.low:
        return 1
    return -1 if new.low < top.high else 0
