"""A case as decision diagrams over its fine variables: failing arrivals, standing failure, and the likelihood of the incident."""

from __future__ import annotations

import dataclasses

from fuelbed.core.case import Case, Line
from fuelbed.core.expressions import Const
from fuelbed.core.facts import Tipping
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd
from fuelbed.numerics.process.expectation import Demand, Incidence, Space
from fuelbed.numerics.process.inputs import Inputs
from fuelbed.numerics.process.structure import Event, Structure
from fuelbed.numerics.process.tips import Tips
from fuelbed.numerics.process.variables import Variables

__all__ = ["Diagrams"]


class Diagrams:
    """Everything that is drawn, in one variable order: uncertain state first, then switches and per-demand draws.

    `structure` is what the incident is read by (made anew unless it is given); `future` what comes after it (the same, until a
    line is held). `budget` bounds the nodes of each; past it `BudgetError` is raised.
    """

    def __init__(
        self, case: Case, structure: Structure | None = None, tipping: Tipping | None = None, budget: int = 500_000
    ) -> None:
        self.case = case
        self.added, guards, self.shares, moved = _added_controls(case)
        self.structure = self.future = structure or Structure(case, guards, budget)
        self.vars = Variables(case, self.added, self.shares, moved).build()
        names = self.vars.order(self.structure.events)
        self.triggers = [f for f in case.of_kind("trigger") if ("trigger", f.name) in self.structure.index]
        self.tips = Tips(case, tipping, [n for kind, n in self.structure.events if kind == "tips"])
        self.inputs = Inputs(case, self.vars, tuple(self.added), self.tips)
        self._assume_shares(names)
        self.place = {n: i for i, n in enumerate(names)}
        n_states = sum(n in self.vars.fine and self.vars.fine[n].kind == "state" for n in names)
        self.space = Space(Bdd(len(names), budget), names, n_states, self.inputs)
        self.bdd = self.space.bdd
        self._events: dict[Event, int] = {}
        self._composed: dict[int, int] = {FALSE: FALSE, TRUE: TRUE}

    # ---- events as functions of fine variables -----------------------------------------------------------------------------

    def event(self, e: Event) -> int:
        got = self._events.get(e)
        if got is None:
            got = self._events[e] = self._event(e)
        return got

    def _fine(self, name: str) -> int:
        return self.bdd.variable(self.place[name])

    def _event(self, e: Event) -> int:
        kind, name = e
        b = self.bdd
        if kind == "tips":
            return self._fine(f"{name}.tips")
        if kind == "installed":
            return b.not_(self._fine(f"{name}.broken"))
        if kind == "trigger":
            on = self._fine(f"{name}.on")
            return b.or_(on, b.and_(self._fine(f"{name}.now"), self._window(name))) if name in self.vars.windows else on
        if kind == "condition":
            f = self._fine(f"{name}.present")
            return b.and_(f, self._fine(f"{name}.duty")) if f"{name}.duty" in self.place else f
        parts = [self._fine(f"{name}.broken"), self._fine(f"{name}.fails")]
        parts += [
            b.and_(self._fine(g.event), self._fine(f"{g.cause.name}.reaches.{name}")) for g in self.vars.group_of.get(name, ())
        ]
        factor = self.case.factors.get(name)
        if factor is not None and factor.needs:
            parts.append(b.and_(self._fine(f"{factor.needs}.missed"), self._fine(f"{name}.armed")))
        parts += [self._fine(f"{added}.share") for added, partners in self.inputs.partners.items() if name in partners]
        return b.any_(parts)

    def _window(self, trigger: str) -> int:
        """The arrival falls within `lasts` after the start: into one of the slots that the trigger's window covers."""
        order, b = self.vars.windows, self.bdd
        if len(order) == 1:
            return self._fine(f"{trigger}.window")
        out, later = FALSE, TRUE
        for at, n in enumerate(order):
            slot = self._fine(f"{n}.window")
            out = b.or_(out, b.and_(b.and_(later, slot), self._fine(f"{trigger}.covers{at}")))
            later = b.and_(later, b.not_(slot))
        return out

    def _assume_shares(self, names: list[str]) -> None:
        """One more demand variable for each added control without `shares`, where another control is there to share with."""
        there = [f.name for f in self.case.of_kind("control") if f.state not in ("missing", "bypassed")]
        partners = tuple(n for n in there if ("control", n) in self.structure.index)
        for name in self.added:
            if name not in self.shares and partners:
                self.inputs.partners[name] = (name, *partners)
                names.append(f"{name}.share")

    def over_fine(self, structure: Structure, f: int) -> int:
        """A function over the events of `structure`, as one over fine variables; structures share their diagrams."""
        memo, b, into = self._composed, structure.bdd, self.bdd
        if f in memo:
            return memo[f]
        choose = into.ite if b.negated else into.rising
        for u in b.reachable(f):
            if u not in memo:
                memo[u] = choose(self.event(structure.events[b.var[u]]), memo[b.high[u]], memo[b.low[u]])
        return memo[f]

    def hold(self, line: str, value: bool) -> None:
        """From now on `line` is held true or false; the incident is still read by the lines as they are."""
        lines = {**self.case.lines, line: Line(line, Const(value), str(value).lower())}
        after = dataclasses.replace(self.case, lines=lines)
        self.future = Structure(after, self.structure.added, like=self.structure)

    # ---- the future ----------------------------------------------------------------------------------------------------------

    def demands(self) -> list[Demand]:
        """Failing arrivals of every trigger: of the failure, and of `outcome k or worse` for every outcome."""
        s = self.future
        levels = s.levels()
        top = s.lines[self.case.failure]
        return [
            Demand(
                t.name,
                self.over_fine(s, s.failing_arrival(top, t.name)),
                tuple(self.over_fine(s, s.failing_arrival(f, t.name)) for f in levels),
            )
            for t in self.triggers
        ]

    def standing(self) -> int:
        s = self.future
        return self.over_fine(s, s.standing(s.lines[self.case.failure]))

    # ---- the incident --------------------------------------------------------------------------------------------------------

    def incidence(self) -> Incidence:
        """What the incident says of the state; no arrivals where facts and structure exclude it."""
        s, b = self.structure, self.bdd
        top = s.lines[self.case.failure]
        facts = [self.pin(f) for f in self.facts()]
        every = b.all_(facts)
        if self.triggers:
            came = [(w, self.pin(self.over_fine(s, s.failing_arrival(top, n)))) for n, w in self.came().items()]
        else:
            came = [(self.inputs.tape.const(1.0), self.pin(self.over_fine(s, s.standing(top))))]
        return Incidence(tuple(f for f in facts if f != TRUE), tuple((w, f) for w, f in came if b.and_(f, every) != FALSE))

    def facts(self) -> list[int]:
        """What the `in_incident` facts say of conditions and controls, as functions of fine variables."""
        out = []
        for f in self.case.factors.values():  # those in no line too: a common cause may link them to others
            if f.kind != "trigger" and f.occurred is not None:
                e = self.event((f.kind, f.name))
                out.append(e if f.occurred else self.bdd.not_(e))
        return out

    def came(self) -> dict[str, int]:
        """By trigger, how readily its arrival is the one that failed it; one known to be on weighs more the shorter it lasts."""
        t = self.inputs.tape
        known = [f for f in self.triggers if f.occurred]
        momentary = [f for f in known if f.lasts is None or f.lasts.high == 0]
        if momentary:
            return {f.name: t.const(1.0) for f in momentary}
        out = {}
        for f in self.triggers:
            rate = self.inputs.number(f"{f.name}.rate", "pre:")
            if f.occurred:
                lasts = self.inputs.number(f"{f.name}.lasts", "pre:")
                rate = t.div(rate, t.complement(t.exp(t.sub(t.const(0.0), t.mul(rate, lasts)))))
            if f.occurred is not False:
                out[f.name] = rate
        return out

    def pin(self, f: int) -> int:
        """Fix what is certain at the incident: switches at their prior, triggers by their facts, no window and no shares."""
        fixed = {}
        for name, v in self.place.items():
            fine = self.vars.fine.get(name)
            if fine is None or name.endswith((".window", ".now")):
                fixed[v] = False
            elif fine.kind == "switch":
                prior = fine.prior
                fixed[v] = bool(prior.low if isinstance(prior, Quantity) else prior)
        for g in self.triggers:
            if g.occurred is not None:
                fixed[self.place[f"{g.name}.on"]] = g.occurred
        return self.bdd.restrict(f, fixed)


def _added_controls(case: Case) -> tuple[dict[str, Quantity | None], dict[str, str], dict[str, str], set[str]]:
    """Controls that actions add: their failure probability, the line each guards, whom it shares with; and what actions set."""
    added: dict[str, Quantity | None] = {}
    guards: dict[str, str] = {}
    shares: dict[str, str] = {}
    moved: set[str] = set()
    for a in case.actions.values():
        for c in a.does:
            if c.verb == "add":
                added.setdefault(c.target, c.value)
                guards[c.target] = c.line
                if c.shares:
                    shares[c.target] = _group_named(case, c.shares)
            sure = c.value is not None and c.value.is_point and c.value.low in (0.0, 1.0)
            if c.verb == "set" and c.parameter in ("present", "broken") and not sure:
                moved.add(f"{c.target}.{c.parameter}")
    return added, guards, shares, moved


def _group_named(case: Case, name: str) -> str:
    for g in case.common_causes:
        if g.name == name or name in g.of:
            return g.name
    return name
