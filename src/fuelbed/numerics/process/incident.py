"""This incident: worlds that agree with the facts, what caused it in each, and how overdetermined it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from fuelbed.core.case import Case
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd
from fuelbed.numerics.boolean.causality import Cause, Causes, actual_causes, minimal_hitting_sets
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import middles

__all__ = ["Incident", "examine_incident"]

_WORLDS = 256
_CANDIDATES = 20


@dataclass(slots=True)
class Incident:
    """What the facts and the structure say of this incident.

    share           factor -> share of the worlds in which it is part of a minimal cause; responsibility likewise (mean).
    active          mean number of cut sets that were complete; `least` the fewest factors whose absence would have prevented it
                    (smallest over worlds, largest over worlds).
    flips           factors whose verdict changes when lines may not be held (the choice of lines matters).
    """

    share: dict[str, float] = field(default_factory=dict)
    responsibility: dict[str, float] = field(default_factory=dict)
    active: tuple[int, int] = (0, 0)
    least: tuple[int, int] = (0, 0)
    worlds: int = 0
    unknown: tuple[str, ...] = ()
    complete: bool = True
    flips: tuple[str, ...] = ()


def examine_incident(model: Compiled, rng: np.random.Generator) -> Incident:
    """Actual causes over the worlds that the facts leave open; one world where they leave nothing open."""
    worlds = _worlds(model, rng)
    out = Incident(worlds=len(worlds))
    if not worlds:
        return out
    facts = {n: f.occurred for n, f in model.case.factors.items()}
    out.unknown = tuple(n for _, n in model.structure.events if n in facts and facts[n] is None and n not in model.added)
    top = model.structure.lines[model.case.failure]
    monotone = model.structure.is_monotone(top)
    cuts = [frozenset(n for _, n in s) for s in model.structure.cut_sets(top, 2000)]
    active_counts, least_counts = [], []
    flips: set[str] = set()
    memo: dict[frozenset[str], tuple[Causes, frozenset[str]]] = {}
    for true in worlds:
        got = memo.get(true)
        if got is None:
            got = memo[true] = _causes(model, true, cuts, monotone)
        causes, flipped = got
        flips |= flipped
        out.complete &= causes.complete
        for name in {x for c in causes.causes for x in c.variables}:
            out.share[name] = out.share.get(name, 0.0) + 1.0 / len(worlds)
            out.responsibility[name] = out.responsibility.get(name, 0.0) + float(causes.responsibility(name)) / len(worlds)
        active_counts.append(sum(c <= true for c in cuts))
        least_counts.append(min((len(c.variables) for c in causes.causes), default=0))
    out.active = (min(active_counts), max(active_counts))
    out.least = (min(least_counts), max(least_counts))
    out.flips = tuple(sorted(flips))
    return out


def _causes(model: Compiled, true: frozenset[str], cuts: list[frozenset[str]], monotone: bool) -> tuple[Causes, frozenset[str]]:
    if monotone:
        hits = minimal_hitting_sets([c for c in cuts if c <= true])
        return Causes(tuple(Cause(h, frozenset()) for h in hits), complete=True), frozenset()
    names = [n for _, n in model.structure.events if n not in model.added]
    actual = {n: n in true for n in names}
    equations = _equations(model.case)
    target = model.case.failure
    candidates = names[:_CANDIDATES]
    lines = [n for n in equations if n != target][:8]
    free = actual_causes(actual, equations, target, candidates, lines, budget=20_000)
    bare = actual_causes(actual, equations, target, candidates, [], budget=20_000)
    a = {x for c in free.causes for x in c.variables}
    b = {x for c in bare.causes for x in c.variables}
    complete = free.complete and bare.complete and len(names) <= _CANDIDATES
    return Causes(free.causes, complete), frozenset(a ^ b)


def _equations(case: Case) -> dict[str, Callable[[Mapping[str, bool]], bool]]:
    """The lines as equations, each after what it reads; a cycle is read at its least fixpoint by repeating the lines."""
    from fuelbed.core.expressions import walk
    from fuelbed.numerics.graphs import components

    edges = {n: [e.name for e in walk(x.expr) if isinstance(e, Ref) and e.name in case.lines] for n, x in case.lines.items()}
    order = [n for part in components(edges) for n in part]
    return {n: (lambda w, e=case.lines[n].expr: _true(e, w)) for n in order}  # type: ignore[misc]  # e is bound per line


def _true(e: Expr, w: Mapping[str, bool]) -> bool:
    if isinstance(e, Ref | Fails | Tips):
        return bool(w.get(e.name, False))
    if isinstance(e, Const):
        return e.value
    if isinstance(e, Not):
        return not _true(e.arg, w)
    if isinstance(e, And):
        return all(_true(x, w) for x in e.args)
    if isinstance(e, Or):
        return any(_true(x, w) for x in e.args)
    if isinstance(e, AtLeast):
        return sum(_true(x, w) for x in e.args) >= e.k
    assert isinstance(e, Threshold)
    return sum(a for a, x in e.terms if _true(x, w)) >= e.tau - 1e-12


def event_probabilities(model: Compiled) -> list[float]:
    """Prior probability of every event at the incident, with every number at its middle; common causes not counted."""
    mid = middles(model)

    def num(name: str, default: float) -> float:
        knob = model.knobs.get(name)
        return mid[name] if knob is not None else default

    out = []
    for kind, name in model.structure.events:
        f = model.case.factors.get(name)
        if kind == "trigger":
            lasts = num(f"{name}.lasts", 0.0)
            out.append(1.0 - float(np.exp(-min(num(f"{name}.rate", 1.0) * lasts, 700.0))))
        elif kind == "condition" and f is not None:
            p = f.present.middle if f.present is not None else 0.5
            out.append(p * (f.duty.middle if f.duty is not None else 1.0))
        elif kind == "control" and f is not None:
            b = f.broken.middle if f.broken is not None else 0.5
            q = f.fails.middle if f.fails is not None else 0.5
            out.append(b + (1 - b) * q)
        else:
            out.append(0.5 if kind == "tips" else float(kind != "installed"))
    return out


def _worlds(model: Compiled, rng: np.random.Generator) -> list[frozenset[str]]:
    """Worlds (sets of true events) drawn from the belief given the facts and the failure; one where nothing is open."""
    s, b = model.structure, model.structure.bdd
    p = event_probabilities(model)
    facts: dict[int, bool] = {}
    for v, (kind, name) in enumerate(s.events):
        factor = model.case.factors.get(name)
        if name in model.added:
            facts[v] = kind != "installed"
        elif factor is not None and kind != "tips" and factor.occurred is not None:
            facts[v] = factor.occurred
    functions: list[tuple[float, str, int]] = []
    known = [t for t in model.per_trigger if model.case.factors[t].occurred]
    for t in known or model.per_trigger:
        if model.case.factors[t].occurred is False:
            continue
        f = b.restrict(model.arrivals[t], facts)
        rate = model.case.factors[t].rate
        weight = b.probability(f, p) * (1.0 if known else min(rate.middle if rate is not None else 1.0, RATE_CAP))
        if f != FALSE and weight > 0:
            functions.append((weight, t, f))
    if not functions and model.standing != FALSE:
        f = b.restrict(model.standing, facts)
        functions = [(1.0, "", f)] if f != FALSE else []
    if not functions:
        return []
    open_ = [v for v in range(len(s.events)) if v not in facts]
    n = 1 if not open_ and len(functions) == 1 else _WORLDS
    weights = np.array([w for w, _, _ in functions])
    picks = rng.choice(len(functions), size=n, p=weights / weights.sum())
    return [_world(model, *functions[int(i)][1:], facts, p, rng) for i in picks]


def _world(
    model: Compiled, trigger: str, f: int, facts: Mapping[int, bool], p: list[float], rng: np.random.Generator
) -> frozenset[str]:
    """One world in which an arrival of `trigger` completed `f`, drawn with the chance it has."""
    values = _draw(model.structure.bdd, f, p, rng)
    true = set()
    for v, (kind, name) in enumerate(model.structure.events):
        fixed = facts.get(v)
        on = fixed if fixed is not None else values.get(v, bool(rng.random() < p[v]))
        if (on or (kind == "trigger" and name == trigger)) and name not in model.added:
            true.add(name)
    return frozenset(true)


def _draw(b: Bdd, f: int, p: list[float], rng: np.random.Generator) -> dict[int, bool]:
    """A satisfying assignment of `f`, drawn with the probability it has given `f`."""
    value = {FALSE: 0.0, TRUE: 1.0}
    for u in b.reachable(f):
        if u > TRUE:
            q = p[b.var[u]]
            value[u] = q * value[b.high[u]] + (1.0 - q) * value[b.low[u]]
    out: dict[int, bool] = {}
    u = f
    while u > TRUE:
        v = b.var[u]
        up = p[v] * value[b.high[u]]
        on = bool(rng.random() * value[u] < up)
        out[v] = on
        u = b.high[u] if on else b.low[u]
    return out
