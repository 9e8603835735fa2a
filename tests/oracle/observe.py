"""What the signals say, the slow and obvious way: every draw of one arrival written out, every reading integrated over the common draws.

Written against docs/theory/structure.md and docs/formats/signals.md, not against the solver. All numbers are points; no trigger is in force now.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise, product

from fuelbed.core.case import Case
from fuelbed.core.expressions import Expr
from fuelbed.core.signals import Signal
from tests.oracle.simulate import Event, Tables, all_lines, numbers_of, value

World = frozenset[Event]


def worlds(case: Case) -> dict[World, float]:
    """P(the true events | the failure came about), no fact of the incident taken into account."""
    tables, n = Tables(case), numbers_of(case)
    lasting = {t: 1 - math.exp(-n.rate[t] * n.lasts[t]) for t in n.rate}
    coins: list[tuple[str, float]] = [(f"on {t}", p) for t, p in lasting.items()]
    coins += [(f"present {f.name}", f.present.low) for f in case.of_kind("condition")]
    coins += [(f"duty {c}", p) for c, p in n.duty.items()]
    broken = {f.name: f.broken.low for f in case.of_kind("control")}
    fails = dict(n.fails)
    for g, _, counts in n.groups:
        own = broken if g.acts_on == "broken" else fails
        q = g.beta.low * min(own[m] for m in counts) if len(counts) > 1 else 0.0
        coins.append((f"common {g.name}", q))
    for g, reached, _ in n.groups:
        own = broken if g.acts_on == "broken" else fails
        q = dict(coins)[f"common {g.name}"]
        for m in reached:
            own[m] -= q
    coins += [(f"broken {c}", p) for c, p in broken.items()] + [(f"fails {c}", p) for c, p in fails.items()]
    coins += [(f"missed {s}", p) for s, p in n.missed.items()]
    coins = [(name, p) for name, p in coins]
    out: dict[World, float] = {}
    open_ = [(name, p) for name, p in coins if 0 < p < 1]
    sure = {name for name, p in coins if p >= 1}
    for bits in product((False, True), repeat=len(open_)):
        drawn = sure | {name for (name, _), b in zip(open_, bits, strict=True) if b}
        weight = math.prod(p if b else 1 - p for (_, p), b in zip(open_, bits, strict=True))
        true = {("condition", f.name) for f in case.of_kind("condition")
                if f"present {f.name}" in drawn and (f.name not in n.duty or f"duty {f.name}" in drawn)}  # fmt: skip  # one set
        for f in case.of_kind("control"):
            struck = any(f"common {g.name}" in drawn and f.name in reached for g, reached, _ in n.groups)
            if struck or f"broken {f.name}" in drawn or f"fails {f.name}" in drawn or f"missed {n.needs.get(f.name)}" in drawn:
                true.add(("control", f.name))
        for t, rate in n.rate.items():
            on = {("trigger", x) for x in n.rate if x == t or f"on {x}" in drawn}
            here = sum(tables.bit[e] for e in true | on)
            # the arriving trigger's own coin changes nothing: both of its sides are counted, and add up
            if tables.completes(0, here, tables.bit[("trigger", t)]):
                world = frozenset(true | on)
                out[world] = out.get(world, 0.0) + rate * weight
    total = sum(out.values())
    return {w: x / total for w, x in out.items() if x > 0}


def holds(case: Case, expr: Expr, world: World) -> bool:
    return value(expr, set(world), all_lines(case, set(world)), {n: f.kind for n, f in case.factors.items()})


def shown(case: Case, signals: Mapping[str, Signal], seen: Mapping[str, bool], world: World) -> float:
    """P(these readings | world): for each group the measure of the U at which every one of its signals reads so."""
    out = 1.0
    by_group: dict[str, list[str]] = {}
    for name in seen:
        by_group.setdefault(signals[name].shares or f" {name}", []).append(name)
    for members in by_group.values():
        cuts = sorted({0.0, 1.0, *(x for m in members for x in (signals[m].misses.low, signals[m].false_alarms.low))})
        measure = 0.0
        for a, b in pairwise(cuts):
            u = (a + b) / 2
            measure += (b - a) * all(_reads(case, signals[m], world, u) == seen[m] for m in members)
        out *= measure
    return out


def _reads(case: Case, s: Signal, world: World, u: float) -> bool:
    if s.blind_when is not None and holds(case, s.blind_when, world):
        return False
    so = holds(case, s.sees, world)
    return so != (u < (s.misses.low if so else s.false_alarms.low))


def posterior(case: Case, seen: Mapping[str, bool]) -> dict[World, float]:
    prior = worlds(case)
    out = {w: p * shown(case, case.signals, seen, w) for w, p in prior.items()}
    total = sum(out.values())
    return {w: x / total for w, x in out.items()}


def mechanism(case: Case, world: World) -> frozenset[frozenset[Event]]:
    """The minimal cut sets that are complete in a world."""
    tables = Tables(case)
    here = sum(tables.bit[e] for e in world)
    return frozenset(frozenset(e for e, b in tables.bit.items() if s & b) for s in tables.minimal[0] if s & here == s)


def bits(weights: Mapping[object, float]) -> float:
    total = sum(weights.values())
    return -sum(x / total * math.log2(x / total) for x in weights.values() if x > 0)
