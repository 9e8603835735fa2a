"""Dominance before numbers: which action does at least as much as which, whatever the numbers.

Action A dominates B when every failing arrival that survives A survives B: for each trigger, outcome level and the standing
failures, the function under A implies the function under B. A change of a number that surely lowers a probability is a
restriction by a fresh variable ("thinning"), shared by actions that set the same value and nested where the values are ordered;
a change that may go either way is left unordered. A restriction on the same random draws is a coupling, so the implication
gives the order of hazard, horizon probability and loss for every value of the numbers that are left open.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from fuelbed.core.actions import Change
from fuelbed.core.case import Case, Factor
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.parameters import given_numbers
from fuelbed.numerics.process.structure import Event
from fuelbed.numerics.process.tips import Shift

__all__ = ["Order", "dominance"]


@dataclass(frozen=True, slots=True)
class Order:
    """`better[a]` are the options that `a` does at least as much as, equal ones (in both directions) included."""

    better: Mapping[str, frozenset[str]]

    def equal(self, a: str, b: str) -> bool:
        return b in self.better[a] and a in self.better[b]

    def strictly(self, a: str, b: str) -> bool:
        return b in self.better[a] and a not in self.better[b]


def dominance(model: Compiled, options: Mapping[str, tuple[Change, ...]]) -> Order:
    """The partial order over options, each a tuple of changes; `""` stands for doing nothing and is always there."""
    work = _Functions(model, {"": (), **options})
    rows = {name: work.functions(name, changes) for name, changes in work.options.items()}
    better = {
        a: frozenset(b for b, g in rows.items() if b != a and all(work.bdd.implies(x, y) for x, y in zip(f, g, strict=True)))
        for a, f in rows.items()
    }
    return Order(better)


class _Functions:
    """Failing-arrival functions under each option, over events, thinning variables and fresh ones."""

    def __init__(self, model: Compiled, options: dict[str, tuple[Change, ...]]) -> None:
        self.model, self.options = model, options
        self.case: Case = model.case
        s = model.structure
        self.values: dict[str, dict[str, Quantity]] = {}
        for name, changes in options.items():
            for c in changes:
                if c.value is not None:
                    self.values.setdefault(self._key(c), {})[self._one(c, name)] = c.value
        tips = 2 * sum(e[0] == "tips" for e in s.events)
        n = len(s.events) + 3 * sum(len(v) for v in self.values.values()) + (4 + tips) * len(options) + 8
        self.bdd = Bdd(n + 64, budget=500_000)
        self._next, self._option = len(s.events), ""
        self._fresh: dict[str, int] = {}
        self.base_numbers = given_numbers(self.case)
        top = s.lines[self.case.failure]
        levels, worse = [top], FALSE
        for o in reversed(self.case.outcomes):
            worse = s.bdd.or_(worse, s.lines[o.name])
            levels.append(worse)
        self.rows = [(t, k, s.failing_arrival(f, t)) for t in model.per_trigger for k, f in enumerate(levels)]
        self.standing = s.standing(top)
        self._today = {v: self._base(e) for v, e in enumerate(s.events)}
        self._support: dict[int, Set[int]] = {}
        self._as_today: dict[int, int] = {}

    @staticmethod
    def _key(c: Change) -> str:
        return f"{c.target}.{c.parameter or ('missed' if c.verb == 'observe' else 'fails')}"

    @staticmethod
    def _one(c: Change, option: str) -> str:
        """Which number it is: two items that set 0.1..0.3 each mean a number of their own, unless it is named or a point."""
        q = c.value
        return c.text if q is None else q.name or (f"{q.low}" if q.is_point else f"{option} {q.low}..{q.high}")

    def _of(self, c: Change) -> str:
        return f"{self._key(c)} {self._one(c, self._option)}"

    def fresh(self, name: str) -> int:
        if name not in self._fresh:
            self._fresh[name] = self.bdd.variable(self._next)
            self._next += 1
        return self._fresh[name]

    def functions(self, name: str, changes: tuple[Change, ...]) -> list[int]:
        events, self._option = dict(self._today), name
        rates: dict[str, int] = {}
        extra: dict[str, int] = {}
        level_cut: dict[int, int] = {}
        for c in changes:
            if not self.case.is_apart(c.target):
                self._apply(c, events, rates, extra, level_cut)
        action = self.case.actions.get(name)
        for trigger, shift in self.model.tips.alone(name).items() if action is not None and action.does == changes else ():
            self._tip(trigger, shift, changes, events)
        out = []
        b = self.bdd
        moved = {v for v, g in events.items() if g != self._today[v]}
        composed = {f: self._composed(f, events, moved) for f in (*(f for _, _, f in self.rows), self.standing)}
        for t, k, f in self.rows:
            g = composed[f]
            g = b.and_(g, rates.get(t, TRUE))
            g = b.or_(g, extra.get(t, FALSE)) if rates.get(t) != FALSE else FALSE
            out.append(b.and_(g, level_cut.get(k, TRUE)))
        out.append(composed[self.standing])
        return out

    def _tip(self, trigger: str, shift: Shift, changes: tuple[Change, ...], events: dict[int, int]) -> None:
        """The chance of tipping after an item: fewer of today's tips where its paired ratio is surely at most 1 (nested where one
        ratio is surely below another), more where it is surely at least 1; else which way, only numbers can say."""
        at, b = self.model.structure.index[("tips", trigger)], self.bdd
        today = self._today[at]
        if shift.known and shift.least == shift.most == 1:
            return
        if shift.gone:
            events[at] = FALSE
        elif shift.lowers:
            events[at] = today
            for names, s in self.model.tips.sets(trigger).items():
                if len(names) == 1 and (s == shift or (s.lowers and shift.most <= s.least)):
                    events[at] = b.and_(events[at], self.fresh(f"tips {trigger} {s}"))
        else:
            mine = sorted(
                f"{c.target}.{c.parameter} {c.word or c.value}"
                for c in changes
                if self.case.is_apart(c.target) or c.target == trigger
            )
            anything = self.fresh(f"tips {trigger} with {'; '.join(mine)}")
            events[at] = b.or_(today, anything) if shift.lifts else anything

    def _composed(self, f: int, events: Mapping[int, int], moved: set[int]) -> int:
        """A function over events as one over what is left open; most options move few events, and most functions read none of them."""
        at = self.model.structure.bdd
        if f not in self._support:
            self._support[f] = at.support(f)
            self._as_today[f] = at.compose(f, self._today.__getitem__, self.bdd)
        return at.compose(f, events.__getitem__, self.bdd) if moved & self._support[f] else self._as_today[f]

    def _base(self, e: Event) -> int:
        kind, name = e
        v = self.bdd.variable(self.model.structure.index[e])
        if name in self.model.added:
            return FALSE if kind == "installed" else TRUE
        f = self.case.factors[name]
        if kind == "tips":
            chance = self.model.tips.number(name)
            return TRUE if chance.low >= 1 else FALSE if chance.high <= 0 else v
        if kind == "condition" and f.duty is None:
            return self._certain(f, v)
        if kind == "control" and (f.state in ("missing", "bypassed") or self._blind(f)):
            return TRUE
        return v

    def _blind(self, f: Factor) -> bool:
        return bool(f.needs) and self.model.defaults.get(f"{f.needs}.missed") == 1.0

    def _sees_more(self, c: Change, f: Factor) -> bool:
        """Whether observing surely misses no more than the signal that is there already."""
        there = self.case.signals.get(c.target)
        return self._blind(f) or there is None or (c.value is not None and c.value.high <= there.misses.low)

    def _certain(self, f: Factor, v: int) -> int:
        """A condition that is certainly there (or not) is no variable."""
        if f"{f.name}.present" in self.model.states:
            return v
        return TRUE if self.model.defaults.get(f"{f.name}.present.force") == 1.0 else FALSE

    def _apply(
        self, c: Change, events: dict[int, int], rates: dict[str, int], extra: dict[str, int], level_cut: dict[int, int]
    ) -> None:
        index = self.model.structure.index
        kind = self.case.factors[c.target].kind if c.target in self.case.factors else "control"
        at = index.get((kind, c.target))
        if c.verb == "prevent":
            rates[c.target] = FALSE
            if at is not None:
                events[at] = FALSE
        elif c.verb in ("remove", "perfect", "disable"):
            if at is not None:
                events[at] = TRUE if c.verb == "disable" else FALSE
        elif c.verb == "revert":
            today = self.case.factors[c.target].today
            if at is not None and today is not None:
                events[at] = self.bdd.and_(events[at], self.fresh(f"reverted {c.target}"))
        elif c.verb == "add" and at is not None:
            events[at] = self.bdd.and_(self.bdd.variable(at), self._thin(c))
            events[index[("installed", c.target)]] = TRUE
        elif c.verb == "observe":
            for f in self.case.of_kind("control"):
                i = index.get(("control", f.name))
                if f.needs == c.target and i is not None and f.state not in ("missing", "bypassed"):
                    less = self.bdd.and_(self.bdd.variable(i), self._thin(c))
                    events[i] = less if self._sees_more(c, f) else self.fresh(f"instead {self._of(c)}")
        elif c.verb == "set":
            self._set(c, at, events, rates, extra, level_cut)

    def _set(
        self,
        c: Change,
        at: int | None,
        events: dict[int, int],
        rates: dict[str, int],
        extra: dict[str, int],
        level_cut: dict[int, int],
    ) -> None:
        b = self.bdd
        down = self._surely_down(c)
        if c.parameter == "rate":
            rates[c.target] = self._thin(c) if down else b.and_(rates.get(c.target, TRUE), self._thin(c))
            if not down:
                extra[c.target] = self.fresh(f"more {self._of(c)}")
        elif c.parameter == "loss":
            k = next(i for i, o in enumerate(self.case.outcomes) if o.name == c.target)
            level_cut[len(self.case.outcomes) - k] = self._thin(c) if down else self.fresh(f"loss {self._of(c)}")
        elif c.parameter == "beta":
            # what fails together and what fails alone move against each other, and which of the two counts, only numbers say
            for t in self.model.per_trigger:
                rates[t] = b.and_(rates.get(t, TRUE), self._thin(c))
                extra[t] = b.or_(extra.get(t, FALSE), self.fresh(f"unordered {self._of(c)}"))
        elif at is None:
            for t in self.model.per_trigger:
                extra[t] = self.fresh(f"unordered {self._of(c)}")
        elif down:
            start = b.variable(at) if c.parameter == "fails" else events[at]
            events[at] = b.and_(start, self._thin(c))
        else:
            events[at] = self.fresh(f"instead {self._of(c)}")

    def _surely_down(self, c: Change) -> bool:
        """Whether the new value is surely at most the old one (for an uncertain old value: at most its lower end)."""
        assert c.value is not None
        f = self.case.factors.get(c.target)
        if c.parameter == "fails" and f is not None and f.state in ("missing", "bypassed"):
            return True
        old = self.base_numbers.get(f"{c.target}.{c.parameter}")
        if old is None:
            return c.parameter in ("present", "broken")
        if not old.given and c.parameter == "fails":
            return False
        return c.value.high <= old.low

    def _thin(self, c: Change) -> int:
        """The restriction that a value stands for: nested for ordered values, its own variable otherwise."""
        key = self._key(c)
        if c.value is None:
            return self.fresh(f"thin {key}")
        if c.value.high == 0:
            return FALSE
        mine = self._one(c, self._option)
        out = self.fresh(f"thin {key} {mine}")
        for other, v in self.values[key].items():
            if other != mine and c.value.high <= v.low:
                out = self.bdd.and_(out, self.fresh(f"thin {key} {other}"))
        return out
