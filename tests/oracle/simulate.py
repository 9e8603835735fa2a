"""The process of DESIGN 3 as a plain simulation, event by event: the definition that every closed form must agree with.

Written against the design, not against the solver: the structure function is evaluated on one state at a time, and its minimal
solutions are found by enumeration. Every number of the case must be a point. Readings where the design leaves a choice:
the past before the horizon is stationary; a trigger stays on for exactly `lasts` after each arrival; the incident is one failing
arrival of the process that agrees with the `in_incident` facts (a momentary trigger known to be on was the one that arrived);
with NOT, an arrival fails when the structure is true and a minimal solution that holds the arriving trigger is among the true events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from fuelbed.core.actions import Change
from fuelbed.core.case import Case
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold

Event = tuple[str, str]


def value(e: Expr, true: set[Event], lines: dict[str, bool], kinds: dict[str, str]) -> bool:
    """One expression on one state."""
    if isinstance(e, Ref):
        return lines[e.name] if e.name in lines else (kinds[e.name], e.name) in true
    if isinstance(e, Fails):
        return ("control", e.name) in true
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


class Process:
    """One case with its interventions, ready to be run."""

    def __init__(self, case: Case, changes: Sequence[Change] = ()) -> None:
        self.case = case
        self.changes = list(changes)
        self.events: list[Event] = [(f.kind, f.name) for f in case.factors.values()]
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

    def _index(self, true: int) -> int:
        """Row of the truth table: the first event is the slowest."""
        n = len(self.events)
        return sum(1 << (n - 1 - i) for i in range(n) if true >> i & 1)

    def _minimal(self, table: list[bool]) -> list[int]:
        n = len(self.events)
        solutions = sorted((m for m in range(1 << n) if table[self._index(m)]), key=lambda m: m.bit_count())
        out: list[int] = []
        for m in solutions:
            if not any(s & m == s for s in out):
                out.append(m)
        return out

    def completes(self, k: int, true: int, trigger: int) -> bool:
        """Whether an arrival of `trigger` (already among `true`) completes table k."""
        return self.table[k][self._index(true)] and any(s & trigger and s & true == s for s in self.minimal[k])

    # ---- drawing -------------------------------------------------------------------------------------------------------------

    def demand(self, x: dict[str, bool], fails: dict[str, float], duty: dict[str, float], rng: np.random.Generator) -> int:
        """Conditions and controls at one demand, as bits."""
        out = 0
        for f in self.case.factors.values():
            if f.kind == "condition":
                on = x[f.name] and (f.name not in duty or rng.random() < duty[f.name])
            elif f.kind == "control":
                on = x[f.name] or rng.random() < fails[f.name]
            else:
                continue
            if on:
                out |= self.bit[(f.kind, f.name)]
        return out

    def prior(self, rng: np.random.Generator) -> dict[str, bool]:
        x = {}
        for f in self.case.factors.values():
            q = f.present if f.kind == "condition" else f.broken
            if f.kind != "trigger":
                x[f.name] = bool(rng.random() < q.low)
        return x

    def numbers(self) -> tuple[dict[str, float], dict[str, float], dict[str, float], dict[str, float]]:
        fs = self.case.factors.values()
        rate = {f.name: f.rate.low for f in fs if f.kind == "trigger"}
        lasts = {f.name: f.lasts.low for f in fs if f.kind == "trigger"}
        fails = {f.name: f.fails.low for f in fs if f.kind == "control"}
        duty = {f.name: f.duty.low for f in fs if f.kind == "condition" and f.duty is not None}
        return rate, lasts, fails, duty

    def belief(self, rng: np.random.Generator) -> dict[str, bool]:
        """The persistent state after the incident, by rejection."""
        rate, lasts, fails, duty = self.numbers()
        known = [f.name for f in self.case.of_kind("trigger") if f.occurred]
        momentary = [n for n in known if lasts[n] == 0]
        weight = {}
        for f in self.case.of_kind("trigger"):
            if f.occurred is False or (momentary and f.name not in momentary):
                continue
            weight[f.name] = 1.0 if momentary else rate[f.name]
            if f.occurred and not momentary:
                weight[f.name] = rate[f.name] / (1 - np.exp(-rate[f.name] * lasts[f.name]))
        names, p = list(weight), np.array(list(weight.values()))
        for _ in range(200_000):
            x = self.prior(rng)
            for f in self.case.of_kind("condition"):
                if f.occurred is not None and f.duty is None:
                    x[f.name] = f.occurred  # a fact about a persistent condition; its prior is only a constant
                elif f.occurred and f.duty is not None:
                    x[f.name] = True
            t = names[int(rng.choice(len(names), p=p / p.sum()))]
            true = self.demand(x, fails, duty, rng)
            for f in self.case.of_kind("trigger"):
                on = f.occurred if f.occurred is not None else rng.random() < 1 - np.exp(-rate[f.name] * lasts[f.name])
                if on or f.name == t:
                    true |= self.bit[("trigger", f.name)]
            if any(
                f.occurred is not None and f.kind != "trigger" and bool(true & self.bit[(f.kind, f.name)]) != f.occurred
                for f in self.case.factors.values()
                if not (f.kind == "condition" and f.occurred and f.duty is not None)
            ):
                continue
            if self.completes(0, true, self.bit[("trigger", t)]):
                return x
        raise AssertionError("the incident never happens")

    def run(self, runs: int, rng: np.random.Generator) -> Simulated:
        rows = np.array([self.once(rng) for _ in range(runs)], dtype=float)
        mean, error = rows.mean(axis=0), rows.std(axis=0) / np.sqrt(runs)
        pair = [(float(m), float(e)) for m, e in zip(mean, error, strict=True)]
        return Simulated(*pair)

    def once(self, rng: np.random.Generator) -> tuple[float, float, float, float]:
        """One horizon: failing arrivals a year, failed at all, loss a year, failed already at the start."""
        rate, lasts, fails, duty = self.numbers()
        x = self.belief(rng)
        for f in self.case.factors.values():
            if f.kind != "trigger" and f.today is not None:
                x[f.name] = bool(rng.random() < f.today.low)
        for c in self.changes:
            if c.verb == "remove":
                x[c.target] = False
            elif c.verb == "disable":
                x[c.target] = True
            elif c.verb == "prevent":
                rate[c.target] = 0.0
            elif c.verb == "perfect":
                x[c.target], fails[c.target] = False, 0.0
            elif c.verb == "set" and c.parameter == "fails":
                x[c.target], fails[c.target] = False, c.value.low
            elif c.verb == "set" and c.parameter == "rate":
                rate[c.target] = c.value.low
        horizon = self.case.horizon
        arrivals = []
        off = dict.fromkeys(rate, -1.0)
        for n, r in rate.items():
            past = lasts[n]
            count = rng.poisson(r * (horizon + past))
            arrivals += [(t, n) for t in rng.uniform(-past, horizon, count)]
        true = self.demand(x, fails, duty, rng)
        standing = (
            any(s & true == s and not any(s & self.bit[("trigger", n)] for n in rate) for s in self.minimal[0])
            and self.table[0][self._index(true)]
        )
        failing, loss = 0, 0.0
        for t, n in sorted(arrivals):
            off[n] = t + lasts[n]
            if t < 0:
                continue
            true = self.demand(x, fails, duty, rng)
            for m in rate:
                if m == n or off[m] > t:
                    true |= self.bit[("trigger", m)]
            b = self.bit[("trigger", n)]
            failing += self.completes(0, true, b)
            worst = [k for k in range(len(self.case.outcomes)) if self.completes(k + 1, true, b)]
            loss += self.case.outcomes[worst[-1]].loss.low if worst else 0.0
        return failing / horizon, float(standing or failing > 0), loss / horizon, float(standing)
