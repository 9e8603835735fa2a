"""The process of docs/theory/structure.md as a plain simulation, event by event: the definition that every closed form must agree with.

Written against the design, not against the solver: the structure function is evaluated on one state at a time, and its minimal
solutions are found by enumeration. Every number of the case must be a point. Readings where the design leaves a choice:
the past before the horizon is stationary; a trigger stays on for exactly `lasts` after each arrival; one in force now is on for
`lasts` from the start; the incident is one failing arrival of the process that agrees with the `in_incident` facts (a momentary
trigger known to be on was the one that arrived); with NOT, an arrival fails when the structure is true and a minimal solution that
holds the arriving trigger is among the true events; a common cause takes `beta x min p` out of each member's own probability. A
control that needs a declared signal does not act while what the signal sees is not so, or the signal is blind; apart from that it is
missed with its `misses` anew at each demand (for good, while it is not installed), and a false alarm arms nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from fuelbed.core.actions import Change
from fuelbed.core.case import Case, CommonCause, Factor
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips, walk
from fuelbed.core.quantities import Quantity

Event = tuple[str, str]


def value(e: Expr, true: set[Event], lines: dict[str, bool], kinds: dict[str, str]) -> bool:
    """One expression on one state."""
    if isinstance(e, Ref):
        return lines[e.name] if e.name in lines else (kinds[e.name], e.name) in true
    if isinstance(e, Fails):
        return ("control", e.name) in true or lines.get(f"unseen {e.name}", False)
    if isinstance(e, Tips):
        return {("trigger", e.name), ("tips", e.name)} <= true
    if isinstance(e, Const):
        return e.value
    if isinstance(e, Not):
        return not value(e.arg, true, lines, kinds)
    if isinstance(e, And):
        return all(value(x, true, lines, kinds) for x in e.args)
    if isinstance(e, Or):
        return any(value(x, true, lines, kinds) for x in e.args)
    if isinstance(e, AtLeast):
        return sum(value(x, true, lines, kinds) for x in e.args) >= e.k
    assert isinstance(e, Threshold)
    return sum(w for w, x in e.terms if value(x, true, lines, kinds)) >= e.tau - 1e-12


def all_lines(case: Case, true: set[Event]) -> dict[str, bool]:
    """Every line on one state: from "nothing true", over and over until nothing changes (cycles are monotone)."""
    kinds = {n: f.kind for n, f in case.factors.items()}
    lines = dict.fromkeys(case.lines, False)
    while True:
        new = {n: value(x.expr, true, lines, kinds) for n, x in case.lines.items()}
        for f in case.factors.values():
            if f.needs in case.signals:
                signal = case.signals[f.needs]
                blind = signal.blind_when is not None and value(signal.blind_when, true, lines, kinds)
                new[f"unseen {f.name}"] = blind or not value(signal.sees, true, lines, kinds)
        if new == lines:
            return lines
        lines = new


@dataclass
class Simulated:
    """Means with their standard errors."""

    hazard: tuple[float, float]
    probability: tuple[float, float]
    loss: tuple[float, float]
    standing: tuple[float, float]
    propensity: tuple[float, float]


class Tables:
    """Truth tables and minimal solutions of one case, over bits of its factors."""

    def __init__(self, case: Case) -> None:
        self.case = case
        read = {e.name for line in case.lines.values() for e in walk(line.expr) if isinstance(e, Tips)}
        self.events: list[Event] = [(f.kind, f.name) for f in case.factors.values()]
        self.events += [("tips", f.name) for f in case.factors.values() if f.name in read]
        self.bit = {e: 1 << i for i, e in enumerate(self.events)}
        worse = [[o.name for o in case.outcomes[k:]] for k in range(len(case.outcomes))]
        self.table: list[list[bool]] = [[] for _ in range(1 + len(worse))]
        for bits in product((0, 1), repeat=len(self.events)):
            true = {e for e, b in zip(self.events, bits, strict=True) if b}
            v = all_lines(case, true)
            self.table[0].append(v[case.failure])
            for k, names in enumerate(worse):
                self.table[k + 1].append(any(v[n] for n in names))
        self.minimal = [self._minimal(t) for t in self.table]

    def index(self, true: int) -> int:
        """Row of the truth table: the first event is the slowest."""
        n = len(self.events)
        return sum(1 << (n - 1 - i) for i in range(n) if true >> i & 1)

    def _minimal(self, table: list[bool]) -> list[int]:
        n = len(self.events)
        solutions = sorted((m for m in range(1 << n) if table[self.index(m)]), key=lambda m: m.bit_count())
        out: list[int] = []
        for m in solutions:
            if not any(s & m == s for s in out):
                out.append(m)
        return out

    def completes(self, k: int, true: int, trigger: int) -> bool:
        """Whether an arrival of `trigger` (already among `true`) completes table k."""
        return self.table[k][self.index(true)] and any(s & trigger and s & true == s for s in self.minimal[k])

    def stands(self, true: int) -> bool:
        """Whether a minimal solution without any trigger is complete, no trigger being on."""
        pushes = [b for (kind, _), b in self.bit.items() if kind == "trigger"]
        return self.table[0][self.index(true)] and any(s & true == s and not any(s & b for b in pushes) for s in self.minimal[0])


@dataclass
class Numbers:
    """The numbers of one phase: the incident, or the future after the interventions."""

    rate: dict[str, float]
    lasts: dict[str, float]
    now: dict[str, float]
    fails: dict[str, float]
    duty: dict[str, float]
    missed: dict[str, float]
    needs: dict[str, str]
    tips: dict[str, float]
    groups: list[tuple[CommonCause, list[str], list[str]]]  # cause, members that it can fail, members that count in min p


def numbers_of(case: Case) -> Numbers:
    fs = case.factors.values()
    controls = [f for f in fs if f.kind == "control"]
    groups = []
    for g in case.common_causes:
        there = [m for m in g.of if case.factors[m].state not in ("missing", "bypassed")]
        groups.append((g, list(there), list(there)))
    return Numbers(
        {f.name: f.rate.low for f in fs if f.kind == "trigger"},
        {f.name: f.lasts.low for f in fs if f.kind == "trigger"},
        {f.name: f.today.low if f.today is not None else 0.0 for f in fs if f.kind == "trigger"},
        {f.name: f.fails.low for f in controls},
        {f.name: f.duty.low for f in fs if f.kind == "condition" and f.duty is not None},
        {f.needs: _missed(case, f.needs) for f in controls if f.needs},
        {f.name: f.needs for f in controls if f.needs},
        {},
        groups,
    )


def _missed(case: Case, needs: str) -> float:
    """A declared signal that is there misses as it says; a line, a factor and a candidate are seen by nobody before an action."""
    signal = case.signals.get(needs)
    return signal.misses.low if signal is not None and signal.installed else 1.0


class Process:
    """One case with its interventions, ready to be run; `future` is the case that the time after the incident follows.

    tips   by trigger, the chance that an arrival lands beyond the stability boundary, at the incident and (`tips_after`) from then on.
    """

    def __init__(
        self,
        case: Case,
        changes: Sequence[Change] = (),
        future: Case | None = None,
        tips: Mapping[str, float] | None = None,
        tips_after: Mapping[str, float] | None = None,
    ) -> None:
        self.case = case
        self.changes = list(changes)
        self.before = Tables(case)
        self.future = _with_added(future or case, self.changes)
        self.after = Tables(self.future) if self.future is not case else self.before
        self.past = numbers_of(case)
        self.ahead = numbers_of(self.future)
        self.past.tips.update(tips or {})
        self.ahead.tips.update({**(tips or {}), **(tips_after or {})})
        self.forced: dict[str, float] = {
            f.name: f.today.low for f in case.factors.values() if f.kind != "trigger" and f.today is not None
        }
        for c in self.changes:
            if c.target not in case.dynamics:
                self._apply(c)

    def _apply(self, c: Change) -> None:
        n, x = self.ahead, c.target
        if c.verb in ("remove", "perfect", "add"):
            self.forced[x] = 0.0
        if c.verb == "disable":
            self.forced[x] = 1.0
        elif c.verb == "prevent":
            n.rate[x] = 0.0
        elif c.verb == "revert":
            n.now[x] = 0.0
        elif c.verb == "observe":
            n.missed[x] = c.value.low
        elif c.verb == "perfect":
            n.fails[x] = 0.0
            n.needs.pop(x, None)
            for _, reached, _counts in n.groups:
                if x in reached:
                    reached.remove(x)
        elif c.verb == "add":
            for g, reached, counts in n.groups:
                if c.shares and (c.shares == g.name or c.shares in g.of):
                    reached.append(x)
                    counts.append(x)
        elif c.verb == "set" and c.parameter == "fails":
            n.fails[x] = c.value.low
            self.forced[x] = 0.0
            for g, reached, counts in n.groups:
                if x in g.of:
                    if g.acts_on == "broken" and x in reached:
                        reached.remove(x)
                    if g.acts_on == "fails" and x not in reached:
                        reached.append(x)
                    if g.acts_on == "fails" and x not in counts:
                        counts.append(x)
        elif c.verb == "set" and c.parameter in ("rate", "lasts"):
            getattr(n, c.parameter)[x] = c.value.low
        elif c.verb == "set":
            self.forced[x] = c.value.low

    # ---- drawing -------------------------------------------------------------------------------------------------------------

    def common(self, n: Numbers, acts_on: str, case: Case) -> list[tuple[float, list[str], CommonCause]]:
        """Groups of one kind with their probability: beta x min p of those that count; none with fewer than two of them."""
        out = []
        for g, reached, counts in n.groups:
            if g.acts_on == acts_on:
                p = [n.fails[m] if acts_on == "fails" else case.factors[m].broken.low for m in counts]
                out.append((g.beta.low * min(p) if len(p) > 1 else 0.0, reached, g))
        return out

    def demand(self, tables: Tables, n: Numbers, x: dict[str, bool], rng: np.random.Generator) -> int:
        """Conditions and controls at one demand, as bits."""
        case = tables.case
        own = dict(n.fails)
        hit: set[str] = set()
        for q, reached, _ in self.common(n, "fails", case):
            for m in reached:
                own[m] -= q
            if rng.random() < q:
                hit.update(reached)
        blind = {s for s, p in n.missed.items() if rng.random() < p}
        out = 0
        for f in case.factors.values():
            if f.kind == "condition":
                on = x[f.name] and (f.name not in n.duty or rng.random() < n.duty[f.name])
            elif f.kind == "control":
                on = x[f.name] or rng.random() < own[f.name] or f.name in hit or n.needs.get(f.name, "") in blind
            else:
                continue
            if on:
                out |= tables.bit[(f.kind, f.name)]
        for t, p in n.tips.items():
            if ("tips", t) in tables.bit and rng.random() < p:
                out |= tables.bit[("tips", t)]
        return out

    def prior(self, rng: np.random.Generator) -> tuple[dict[str, bool], dict[str, bool]]:
        """Persistent states, common causes of broken controls included; and which of those causes struck."""
        own = {f.name: f.broken.low for f in self.case.of_kind("control")}
        struck: dict[str, bool] = {}
        for q, reached, g in self.common(self.past, "broken", self.case):
            for m in reached:
                own[m] -= q
            struck[g.name] = bool(rng.random() < q)
        x = {f.name: bool(rng.random() < f.present.low) for f in self.case.of_kind("condition")}
        x |= {n: bool(rng.random() < p) for n, p in own.items()}
        return x, struck

    def broken(self, x: dict[str, bool], struck: dict[str, bool], n: Numbers) -> dict[str, bool]:
        """The state with what the common causes did to the members they reach."""
        out = dict(x)
        for g, reached, _ in n.groups:
            for m in reached:
                out[m] = out.get(m, False) or struck.get(g.name, False)
        return out

    def belief(self, rng: np.random.Generator) -> tuple[dict[str, bool], dict[str, bool]]:
        """The persistent state after the incident, by rejection."""
        return self.incident(rng)[:2]

    def incident(self, rng: np.random.Generator) -> tuple[dict[str, bool], dict[str, bool], int]:
        """One incident that agrees with the facts: the persistent state, the common causes that struck, the true events as bits."""
        n = self.past
        known = [f.name for f in self.case.of_kind("trigger") if f.occurred]
        momentary = [t for t in known if n.lasts[t] == 0]
        weight = {}
        for f in self.case.of_kind("trigger"):
            if f.occurred is False or (momentary and f.name not in momentary):
                continue
            weight[f.name] = 1.0 if momentary else n.rate[f.name]
            if f.occurred and not momentary:
                weight[f.name] = n.rate[f.name] / (1 - np.exp(-n.rate[f.name] * n.lasts[f.name]))
        names, p = list(weight), np.array(list(weight.values()))
        for _ in range(200_000):
            x, struck = self.prior(rng)
            for f in self.case.of_kind("condition"):
                if f.occurred is not None and (f.duty is None or f.occurred):
                    x[f.name] = f.occurred  # a fact about a persistent condition; its prior is only a constant
            t = names[int(rng.choice(len(names), p=p / p.sum()))]
            true = self.demand(self.before, n, self.broken(x, struck, n), rng)
            for f in self.case.of_kind("trigger"):
                on = f.occurred if f.occurred is not None else rng.random() < 1 - np.exp(-n.rate[f.name] * n.lasts[f.name])
                if on or f.name == t:
                    true |= self.before.bit[("trigger", f.name)]
            if self._agrees(true) and self.before.completes(0, true, self.before.bit[("trigger", t)]):
                return x, struck, true
        raise AssertionError("the incident never happens")

    def _agrees(self, true: int) -> bool:
        return all(
            f.occurred is None
            or f.kind == "trigger"
            or (f.kind == "condition" and f.occurred and f.duty is not None)
            or bool(true & self.before.bit[(f.kind, f.name)]) == f.occurred
            for f in self.case.factors.values()
        )

    def run(self, runs: int, rng: np.random.Generator) -> Simulated:
        rows = np.array([self.once(rng) for _ in range(runs)], dtype=float)
        mean, error = rows.mean(axis=0), rows.std(axis=0) / np.sqrt(runs)
        pair = [(float(m), float(e)) for m, e in zip(mean, error, strict=True)]
        return Simulated(*pair)

    def once(self, rng: np.random.Generator) -> tuple[float, float, float, float, float]:
        """One horizon: failing arrivals a year, failed at all, loss a year, failed already at the start, the next trigger fails it."""
        n, tables = self.ahead, self.after
        own, struck = self.belief(rng)
        for name, p in self.forced.items():
            own[name] = bool(rng.random() < p)
        x = self.broken(own, struck, n)
        horizon = self.case.horizon
        arrivals: list[tuple[float, str]] = []
        off = {t: n.lasts[t] if rng.random() < n.now[t] else -1.0 for t in n.rate}
        for t, r in n.rate.items():
            past = n.lasts[t]
            arrivals += [(at, t) for at in rng.uniform(-past, horizon, rng.poisson(r * (horizon + past)))]
        standing = tables.stands(self.demand(tables, n, x, rng))
        next_fails = self._next_fails(x, off, rng)
        failing, loss = 0, 0.0
        for at, t in sorted(arrivals):
            off[t] = max(off[t], at + n.lasts[t])
            if at < 0:
                continue
            true = self.demand(tables, n, x, rng)
            for m in n.rate:
                if m == t or off[m] > at:
                    true |= tables.bit[("trigger", m)]
            b = tables.bit[("trigger", t)]
            failing += tables.completes(0, true, b)
            worst = [k for k in range(len(self.case.outcomes)) if tables.completes(k + 1, true, b)]
            loss += self.case.outcomes[worst[-1]].loss.low if worst else 0.0
        return failing / horizon, float(standing or failing > 0), loss / horizon, float(standing), float(next_fails)

    def _next_fails(self, x: dict[str, bool], off: dict[str, float], rng: np.random.Generator) -> bool:
        """Whether one trigger, drawn by the rates of today at any time of the horizon, fails it; a prevented one is harmless."""
        n, tables = self.ahead, self.after
        names = [t for t in self.past.rate if self.reaches(t)]
        rates = np.array([self.past.rate[t] for t in names])
        if not rates.sum() > 0:
            return False
        t, at = names[int(rng.choice(len(names), p=rates / rates.sum()))], rng.uniform(0, self.case.horizon)
        if n.rate[t] == 0:
            return False
        true = self.demand(tables, n, x, rng)
        for m in n.rate:
            if m == t or off[m] > at or rng.poisson(n.rate[m] * n.lasts[m]) > 0:
                true |= tables.bit[("trigger", m)]
        return tables.completes(0, true, tables.bit[("trigger", t)])

    def reaches(self, trigger: str) -> bool:
        """Whether some line names the trigger: others are in no sum."""
        return any(e.name == trigger for line in self.case.lines.values() for e in walk(line.expr) if isinstance(e, Ref | Tips))


def _with_added(case: Case, changes: Sequence[Change]) -> Case:
    """The case with the controls that the changes add, each guarding its line."""
    for c in changes:
        if c.verb == "add":
            new = Factor(c.target, "control", state="effective", fails=c.value, broken=Quantity.point(0.0))
            line = case.lines[c.line]
            guarded = dataclasses.replace(line, expr=And((line.expr, Fails(c.target))))
            case = dataclasses.replace(case, factors={**case.factors, c.target: new}, lines={**case.lines, c.line: guarded})
    return case
