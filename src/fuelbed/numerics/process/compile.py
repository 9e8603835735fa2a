"""DESIGN 3 compiled: a case becomes one tape for hazard, horizon probability, loss, propensity and standing failure.

Formulas (x = persistent state after the incident, t = trigger, H = horizon in years):
`q_t(x) = P(some cut set that holds t is complete | x, t arrives)`, `kappa(x) = sum_t rate_t q_t(x)`,
`P(H) = E_x[1 - (1 - Q(x)) exp(-H kappa(x))]`. The belief after the incident is `P(x) L(x) / E[L]`, where `L(x)` is the rate of
failing arrivals that agree with the `in_incident` facts; an intervention then overrides coordinates of x.

The uncertain part of x is summed exactly over a joint diagram: a state of the sum is the tuple of all functions' cofactors, so
equal futures are shared. Past the node budget `BudgetError` is raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.core.case import Case, Factor
from fuelbed.core.errors import BudgetError
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd
from fuelbed.numerics.boolean.tape import Builder, Tape
from fuelbed.numerics.process.parameters import Knob, given_numbers
from fuelbed.numerics.process.structure import Event, Structure
from fuelbed.numerics.process.variables import Group, Variables

__all__ = ["OUTPUTS", "RATE_CAP", "Compiled", "compile_case"]

OUTPUTS = ("hazard", "probability", "loss", "propensity", "standing")
RATE_CAP = 1e9  # stands for "no upper bound" while a rate without one is evaluated
_SHARE_BETA = 0.1  # DESIGN 2: an added control without `shares` is shown at this beta too
_STATE_BUDGET = 20_000


@dataclass(frozen=True, eq=False)
class Compiled:
    """A case on its tape.

    defaults   input name -> value, or the knob that feeds it.
    knobs      every number that may be turned, points included; `uncertain` are those with an interval.
    structure  lines and cut sets over basic events; `arrivals[t]` and `standing` are the failure's failing-arrival functions.
    states     the uncertain persistent variables; `posterior` says whether the incident changed the belief about them.
    impossible True where the facts and the structure exclude the incident (then the belief is the prior).
    """

    case: Case
    tape: Tape
    defaults: Mapping[str, float | str]
    knobs: Mapping[str, Knob]
    structure: Structure
    arrivals: Mapping[str, int]
    standing: int
    states: tuple[str, ...]
    posterior: bool
    impossible: bool
    added: Mapping[str, Quantity | None]
    partner_groups: Mapping[str, str]
    per_trigger: tuple[str, ...]


def _added_controls(case: Case) -> tuple[dict[str, Quantity | None], dict[str, str], dict[str, str], set[str]]:
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


@lru_cache(maxsize=8)
def compile_case(case: Case) -> Compiled:
    """Compile `case`; remembered per case object. Raises `BudgetError` past the node budgets."""
    return _Compiler(case).compile()


class _Compiler:
    """The steps of the compilation, sharing one diagram manager and one tape builder."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.added, guards, shares, moved = _added_controls(case)
        self.structure = Structure(case, guards)
        self.vars = Variables(case, self.added, shares, moved).build()
        self.names = self.vars.order(self.structure.events)
        self.place = {n: i for i, n in enumerate(self.names)}
        self.n_states = sum(self.vars.fine[n].kind == "state" for n in self.names)
        self.bdd = Bdd(len(self.names) + len(self.added), budget=500_000)
        self.tape = Builder()
        self.numbers = given_numbers(case)
        self.defaults: dict[str, float | str] = {}
        self.knobs: dict[str, Knob] = {}
        self._prob: dict[tuple[str, int], int] = {}
        self._value: dict[tuple[str, int], int] = {}
        self._events: dict[int, int] = {}
        self._shared_event: dict[str, int] = {}
        self.triggers = [f for f in case.of_kind("trigger") if ("trigger", f.name) in self.structure.index]

    # ---- inputs and knobs -------------------------------------------------------------------------------------------------

    def number(self, name: str, phase: str = "") -> int:
        """The input for a given number; in the `pre` phase (the incident) interventions do not reach it."""
        q = self.numbers[name]
        if phase and not self._settable(name):
            phase = ""
        ref = self.tape.input(phase + name)
        knob = self.knobs.setdefault(q.name or name, Knob(q.name or name, q))
        if phase + name not in knob.inputs:
            knob.inputs.append(phase + name)
            self.defaults[phase + name] = knob.label
        return ref

    def _settable(self, name: str) -> bool:
        return name.rsplit(".", 1)[1] in ("rate", "lasts", "fails", "broken", "duty", "beta")

    def fixed(self, name: str, value: float) -> int:
        """An input that only interventions move."""
        self.defaults.setdefault(name, value)
        return self.tape.input(name)

    # ---- probabilities of fine variables -----------------------------------------------------------------------------------

    def prob(self, name: str, phase: str) -> int:
        key = (phase, self.place[name])
        got = self._prob.get(key)
        if got is None:
            got = self._prob[key] = self._compute_prob(name, phase)
        return got

    def _compute_prob(self, name: str, phase: str) -> int:
        t = self.tape
        fine = self.vars.fine[name]
        if fine.kind == "switch":
            value = fine.forced if phase == "" else fine.prior
            number = value.low if isinstance(value, Quantity) else float(value or 0.0)
            return self.fixed(f"{name}.force", number) if phase == "" else t.const(number)
        owner, _, part = name.rpartition(".")
        if part == "on":
            return self._on(self.case.factors[owner], phase)
        if part == "tips":
            self.numbers[name] = Quantity.unknown()
            return self.number(name, phase)
        if part == "duty":
            return self.number(name, phase)
        if part == "missed":
            return self._missed(name, owner, phase)
        if part == "common":
            return self._common(next(g for g in self.vars.groups if g.event == name), phase)
        return self._fails(owner, phase)

    def _on(self, f: Factor, phase: str) -> int:
        """A trigger is on when another arrives: 1 - exp(-rate x lasts), and for a while at the start if it is in force now."""
        t = self.tape
        if phase and f.occurred is not None:
            return t.const(float(f.occurred))
        lasts = self.number(f"{f.name}.lasts", phase)
        on = t.complement(t.exp(t.sub(t.const(0.0), t.mul(self.number(f"{f.name}.rate", phase), lasts))))
        if phase or f.today is None:
            return on
        now = self.number(f"{f.name}.now")
        share = t.min(t.const(1.0), t.div(lasts, t.const(self.case.horizon)))
        return t.add(on, t.mul(t.mul(now, t.complement(on)), share))

    def _missed(self, name: str, signal: str, phase: str) -> int:
        given = self.vars.signals[signal]
        if given is None:
            return self.tape.const(1.0) if phase else self.fixed(name, 1.0)
        self.numbers[name] = given
        return self.number(name)

    def _fails(self, control: str, phase: str) -> int:
        """The independent per-demand part: p less the shares of its common-cause groups; `live` 0 makes it perfect."""
        t = self.tape
        p = self._member_p(control, "fails", phase)
        for g in self.vars.group_of.get(control, ()):
            if g.cause.acts_on == "fails":
                reach = self.prob(f"{g.cause.name}.reaches.{control}", phase)
                p = t.sub(p, t.mul(reach, self._common(g, phase)))
        for name in self._shared_event:
            p = t.sub(p, self._assumed_share(name)) if phase == "" and self._is_partner(name, control) else p
        return p if phase else t.mul(p, self.fixed(f"{control}.live", 1.0))

    def _member_p(self, control: str, which: str, phase: str) -> int:
        name = f"{control}.{which}"
        if control in self.added:
            return self.tape.const(1.0) if phase or which == "broken" else self.fixed(name, 1.0)
        return self.number(name, phase)

    def _common(self, g: Group, phase: str) -> int:
        """Q_cc = beta x min p over the members that are there; none with fewer than two of them."""
        t = self.tape
        key = ("Q" + phase + g.event, 0)
        got = self._value.get(key)
        if got is not None:
            return got
        beta = self.number(f"{g.cause.name}.beta", phase)
        least, none, one = t.const(1.0), t.const(1.0), t.const(0.0)
        for m in g.members:
            there = t.const(1.0) if m in g.static else (t.const(0.0) if phase else self.fixed(f"{g.cause.name}.counts.{m}", 0.0))
            least = t.min(least, t.choose(there, self._member_p(m, g.cause.acts_on, phase), t.const(1.0)))
            one = t.choose(there, none, one)
            none = t.mul(none, t.complement(there))
        two = t.complement(t.add(none, one))
        out = self._value[key] = t.mul(two, t.mul(beta, least))
        return out

    def _is_partner(self, added: str, control: str) -> bool:
        if control == added:
            return True
        f = self.case.factors.get(control)
        return f is not None and f.kind == "control" and f.state not in ("missing", "bypassed")

    def _assumed_share(self, added: str) -> int:
        """An added control that was assumed independent, shown also as sharing beta 0.1 with every control that is there."""
        t = self.tape
        key = ("share" + added, 0)
        got = self._value.get(key)
        if got is None:
            least = self._member_p(added, "fails", "")
            for f in self.case.of_kind("control"):
                if self._is_partner(added, f.name) and ("control", f.name) in self.structure.index:
                    least = t.min(least, self.number(f"{f.name}.fails"))
            got = self._value[key] = t.mul(self.fixed(f"{added}.beta", 0.0), least)
        return got

    # ---- events as functions of fine variables -----------------------------------------------------------------------------

    def event(self, v: int) -> int:
        got = self._events.get(v)
        if got is None:
            got = self._events[v] = self._event(self.structure.events[v])
        return got

    def _fine(self, name: str) -> int:
        return self.bdd.variable(self.place[name])

    def _event(self, e: Event) -> int:
        kind, name = e
        b = self.bdd
        if kind in ("trigger", "tips"):
            return self._fine(f"{name}.on" if kind == "trigger" else f"{name}.tips")
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
        for added, v in self._shared_event.items():
            if self._is_partner(added, name):
                parts.append(b.variable(v))
        return b.any_(parts)

    def _assume_shares(self) -> None:
        """One more demand variable for each added control without `shares`, where another control is there to share with."""
        others = [f for f in self.case.of_kind("control") if ("control", f.name) in self.structure.index]
        for name in self.added:
            if name not in self.vars.shares and any(self._is_partner(name, f.name) for f in others):
                fine = f"{name}.share"
                self.place[fine] = self._shared_event[name] = len(self.names)
                self.names.append(fine)

    # ---- the incident --------------------------------------------------------------------------------------------------------

    def evidence(self) -> int:
        """What the `in_incident` facts say of conditions and controls, as a function of fine variables."""
        out = TRUE
        for v, (kind, name) in enumerate(self.structure.events):
            f = self.case.factors.get(name)
            if f is not None and kind in ("condition", "control") and f.occurred is not None:
                out = self.bdd.and_(out, self.event(v) if f.occurred else self.bdd.not_(self.event(v)))
        return out

    def incident(self, arrivals: Mapping[str, int], standing: int) -> list[tuple[int, int]]:
        """`(weight, function)` pairs whose weighted sum is the likelihood L(x) of the incident."""
        t, ev = self.tape, self._pin(self.evidence())
        known = [f for f in self.triggers if f.occurred]
        momentary = [f for f in known if f.lasts is None or f.lasts.high == 0]
        out = []
        for f in self.triggers:
            if f.occurred is False or (momentary and f not in momentary):
                continue
            rate = t.const(1.0)
            if not momentary:
                rate = self.number(f"{f.name}.rate", "pre:")
            if f.occurred and not momentary:
                lasts = self.number(f"{f.name}.lasts", "pre:")
                rate = t.div(rate, t.complement(t.exp(t.sub(t.const(0.0), t.mul(rate, lasts)))))
            out.append((rate, self.bdd.and_(self._pin(arrivals[f.name]), ev)))
        if not self.triggers:
            out = [(t.const(1.0), self.bdd.and_(self._pin(standing), ev))]
        return [(w, g) for w, g in out if g != FALSE]

    def _pin(self, f: int) -> int:
        """Fix what is certain at the incident: switches at their prior, triggers by their facts."""
        fixed = {}
        for name, v in self.place.items():
            fine = self.vars.fine.get(name)
            if fine is None:
                fixed[v] = False  # an assumed share of an added control
            elif fine.kind == "switch":
                prior = fine.prior
                fixed[v] = bool(prior.low if isinstance(prior, Quantity) else prior)
        for g in self.triggers:
            if g.occurred is not None:
                fixed[self.place[f"{g.name}.on"]] = g.occurred
        return self.bdd.restrict(f, fixed)

    # ---- the sum over the uncertain state ------------------------------------------------------------------------------------

    def compile(self) -> Compiled:
        self._assume_shares()
        s, case = self.structure, self.case
        top = s.lines[case.failure]
        levels = self._levels(top)
        arrivals = {f.name: self._fine_arrival(top, f.name) for f in self.triggers}
        standing = s.bdd.compose(s.standing(top), self.event, self.bdd)
        likelihood = self.incident(arrivals, standing)
        impossible = not likelihood
        states = set(range(self.n_states))
        depends = self.bdd.support(*(g for _, g in likelihood)) & states if likelihood else set()
        if not depends:
            likelihood = []
        rows = [[self._fine_arrival(f, t.name) for f in levels] for t in self.triggers]
        functions = (standing, *arrivals.values(), *(g for row in rows for g in row), *(g for _, g in likelihood))
        total = _Sum(self, functions, [w for w, _ in likelihood], len(levels)).total()
        outputs = self._outputs(total)
        tape = self.tape.build(outputs)
        self._extra_knobs()
        return Compiled(
            case, tape, self.defaults, self.knobs, s, {f.name: s.failing_arrival(top, f.name) for f in self.triggers},
            s.standing(top), tuple(self.names[: self.n_states]), bool(depends), impossible, self.added,
            dict.fromkeys(self._shared_event, "beta"), tuple(f.name for f in self.triggers),
        )  # fmt: skip  # one line per few fields reads better here

    def _levels(self, top: int) -> list[int]:
        """`outcome k or worse` for every outcome, as functions over events."""
        out, worse = [], FALSE
        for o in reversed(self.case.outcomes):
            worse = self.structure.bdd.or_(worse, self.structure.lines[o.name])
            out.append(worse)
        return out[::-1]

    def _fine_arrival(self, f: int, trigger: str) -> int:
        return self.structure.bdd.compose(self.structure.failing_arrival(f, trigger), self.event, self.bdd)

    def _outputs(self, total: Mapping[str, int]) -> dict[str, int]:
        t = self.tape
        base = t.sum([self.number(f"{f.name}.rate", "pre:") for f in self.triggers])
        d = total["weight"]
        out = {
            "hazard": t.div(total["hazard"], d),
            "probability": t.div(total["probability"], d),
            "loss": t.div(total["loss"], d),
            "standing": t.div(total["standing"], d),
        }
        out["propensity"] = t.div(out["hazard"], base)
        for f in self.triggers:
            out[f"q:{f.name}"] = t.div(total[f"q:{f.name}"], d)
        return out

    def _extra_knobs(self) -> None:
        """Numbers that actions bring: their own knobs, unless they name an entry of `numbers:` that is there already."""
        for a in self.case.actions.values():
            for c in a.does:
                if c.value is not None:
                    label = c.value.name or f"{a.name}: {c.text or c.verb + ' ' + c.target}"
                    self.knobs.setdefault(label, Knob(label, c.value))

    def loss_input(self, k: int) -> int:
        return self.number(f"{self.case.outcomes[k].name}.loss")


class _Sum:
    """The expectation over the uncertain persistent state, as tape operations; equal futures are shared."""

    def __init__(self, c: _Compiler, functions: tuple[int, ...], weights: list[int], n_levels: int) -> None:
        self.c, self.functions, self.weights, self.n_levels = c, functions, weights, n_levels
        self.n_after = len(functions) - len(weights)
        self.memo: dict[tuple[int, ...], dict[str, int]] = {}
        self.node_values: dict[tuple[str, int], int] = {}
        self.branch: dict[int, list[list[int]]] = {}

    def total(self) -> dict[str, int]:
        return self.go(self.functions)

    def go(self, fs: tuple[int, ...]) -> dict[str, int]:
        got = self.memo.get(fs)
        if got is not None:
            return got
        b, n = self.c.bdd, self.c.n_states
        v = min(b.var[f] for f in fs)
        if len(self.memo) > _STATE_BUDGET:
            raise BudgetError(f"more than {_STATE_BUDGET} states in the sum over persistent factors")
        out = self.leaf(fs) if v >= n else self.split(fs, v)
        self.memo[fs] = out
        return out

    def split(self, fs: tuple[int, ...], v: int) -> dict[str, int]:
        """Branch on the state before (a, seen by the likelihood) and after the interventions (b, seen by the rest)."""
        b, t = self.c.bdd, self.c.tape
        w = self.weight(v)
        after: list[tuple[int, ...]] = []
        before: list[tuple[int, ...]] = []
        for side in (b.low, b.high):
            cof = tuple(side[f] if b.var[f] == v else f for f in fs)
            after.append(cof[: self.n_after])
            before.append(cof[self.n_after :])
        merged: dict[tuple[int, ...], int] = {}
        for x in (0, 1):
            for y in (0, 1):
                child = after[y] + before[x]
                merged[child] = t.add(merged[child], w[x][y]) if child in merged else w[x][y]
        out: dict[str, int] = {}
        if len(merged) == 2 and before[0] == before[1]:
            one = t.add(w[0][1], w[1][1])
            lo, hi = self.go(after[0] + before[0]), self.go(after[1] + before[0])
            return {k: t.choose(one, hi[k], lo[k]) for k in lo}
        for child, weight in merged.items():
            for k, ref in self.go(child).items():
                out[k] = t.add(out.get(k, t.const(0.0)), t.mul(weight, ref))
        return out

    def weight(self, v: int) -> list[list[int]]:
        """w[before][after] of one state variable: its belief, then kept or forced."""
        got = self.branch.get(v)
        if got is not None:
            return got
        c, t = self.c, self.c.tape
        name = c.names[v]
        fine = c.vars.fine[name]
        p = self.belief(name)
        keep = c.fixed(f"{name}.keep", 1.0 if fine.forced is None else 0.0)
        force = self.forced(name)
        not_p, drop = t.complement(p), t.complement(keep)
        set1 = t.mul(drop, force)
        set0 = t.mul(drop, t.complement(force))
        got = [
            [t.mul(not_p, t.add(keep, set0)), t.mul(not_p, set1)],
            [t.mul(p, set0), t.mul(p, t.add(keep, set1))],
        ]
        self.branch[v] = got
        return got

    def forced(self, name: str) -> int:
        c = self.c
        forced = c.vars.fine[name].forced
        if isinstance(forced, Quantity) and not forced.is_point:
            owner = name.rpartition(".")[0]
            knob = c.knobs.setdefault(forced.name or f"{owner}.today", Knob(forced.name or f"{owner}.today", forced))
            ref = c.tape.input(f"{name}.force")
            knob.inputs.append(f"{name}.force")
            c.defaults[f"{name}.force"] = knob.label
            return ref
        return c.fixed(f"{name}.force", forced.low if isinstance(forced, Quantity) else float(forced or 0.0))

    def belief(self, name: str) -> int:
        """The belief before the incident."""
        c, t = self.c, self.c.tape
        owner, _, part = name.rpartition(".")
        fine = c.vars.fine[name]
        if part == "common":
            return c._common(next(g for g in c.vars.groups if g.event == name), "pre:")
        if isinstance(fine.prior, float | int):
            return t.const(float(fine.prior))
        p = c.number(name, "pre:")
        if part == "broken":
            for g in c.vars.group_of.get(owner, ()):
                if g.cause.acts_on == "broken" and owner in g.static:
                    p = t.sub(p, c._common(g, "pre:"))
            return p
        f = c.case.factors[owner]
        if f.onset is not None and f.age is not None:
            grown = t.exp(t.sub(t.const(0.0), t.mul(c.number(f"{owner}.onset"), t.const(f.age))))
            p = t.complement(t.mul(t.complement(p) if f.present is not None and f.present.given else t.const(1.0), grown))
        return p

    def leaf(self, fs: tuple[int, ...]) -> dict[str, int]:
        """All uncertain state is fixed: the hazard is a number, and the exponential is exact."""
        c, t = self.c, self.c.tape
        n = len(c.triggers)
        rates = [c.number(f"{f.name}.rate") for f in c.triggers]
        value = {f: self.value(f, "") for f in set(fs[: self.n_after])}
        q = [value[f] for f in fs[1 : 1 + n]]
        hazard = t.sum([t.mul(r, x) for r, x in zip(rates, q, strict=True)])
        standing = value[fs[0]]
        survive = t.mul(t.complement(standing), t.exp(t.mul(t.const(-c.case.horizon), hazard)))
        loss = t.const(0.0)
        for k in range(self.n_levels):
            step = c.loss_input(k) if k == 0 else t.sub(c.loss_input(k), c.loss_input(k - 1))
            reach = [t.mul(rates[i], value[fs[1 + n + i * self.n_levels + k]]) for i in range(n)]
            loss = t.add(loss, t.mul(step, t.sum(reach)))
        out = {"hazard": hazard, "probability": t.complement(survive), "loss": loss, "standing": standing}
        out |= {f"q:{f.name}": x for f, x in zip(c.triggers, q, strict=True)}
        out["weight"] = t.const(1.0)
        if not self.weights:
            return out
        like = t.sum([t.mul(w, self.value(f, "pre:")) for w, f in zip(self.weights, fs[self.n_after :], strict=True)])
        return {k: t.mul(like, ref) for k, ref in out.items()}

    def value(self, f: int, phase: str) -> int:
        """P(f) over switches and demand draws: one `choose` per node."""
        c, t, b = self.c, self.c.tape, self.c.bdd
        memo = self.node_values
        memo[(phase, FALSE)] = t.const(0.0)
        memo[(phase, TRUE)] = t.const(1.0)
        if (phase, f) in memo:
            return memo[(phase, f)]
        for u in b.reachable(f):
            if (phase, u) not in memo:
                name = c.names[b.var[u]]
                p = c._assumed_share(name.rpartition(".")[0]) if name.endswith(".share") else c.prob(name, phase)
                memo[(phase, u)] = t.choose(p, memo[(phase, b.high[u])], memo[(phase, b.low[u])])
        return memo[(phase, f)]
