"""The expectation over the uncertain persistent state, exactly, as operations on the tape.

A state x is drawn before the incident (its likelihood L(x) reads it) and may be overridden after it (the rates of failing arrivals
read that). A *class* of states is a tuple of cofactors of all functions: equal futures are one class. `classes` walks the diagrams
from the top, carrying the probability mass of each class down one variable at a time.

Parts of the state that no function reads together are *modules*. Given the facts, which factor over modules, kappa = sum_m
kappa_m(x_m), survival S = prod_m S_m(x_m) and L = sum_m L_m(x_m); then all expectations follow from one-module ones (the product
form is exact), all of them conditional on the facts: with `A_m = E[L_m]`, `B_m = E[S_m]`,
`E[L] = sum A_m`, `E[L kappa] = sum_m (E[L_m kappa_m] + E[kappa_m] (E[L] - A_m))`,
`E[L S] = sum_m E[L_m S_m] prod_{j != m} B_j`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fuelbed.core.errors import BudgetError
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd
from fuelbed.numerics.boolean.table import Table
from fuelbed.numerics.process.inputs import Inputs

__all__ = ["Demand", "Incidence", "Space", "classes", "expectation", "on_tape"]

_CLASSES = 20_000  # of one module; past it the sum is too long for a tape
FLAT = 3  # states of a module up to which its sum is written out on the tape by classes; beyond, it is one table
STATES = 14  # of one table; beyond, by classes again, which may be few where the states are many


@dataclass(frozen=True, slots=True)
class Demand:
    """One trigger's failing arrivals over fine variables: the failure, and each outcome level `k or worse`."""

    trigger: str
    fails: int
    levels: tuple[int, ...]

    @property
    def functions(self) -> tuple[int, ...]:
        return (self.fails, *self.levels)


@dataclass(frozen=True, slots=True)
class Incidence:
    """What the incident says of the state: `facts` that held, and `(weight, function)` pairs of which one came about.

    L(x) is the weighted sum of P(function and all facts | x). No pairs: the incident teaches nothing.
    """

    facts: tuple[int, ...] = ()
    arrivals: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Module:
    """What belongs together because one function reads it together."""

    reads: set[int]  # state variables; for what concerns the incident all variables, as (-1 - variable)
    demands: list[Demand] = field(default_factory=list)
    standing: int = FALSE
    facts: list[int] = field(default_factory=list)
    arrivals: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Space:
    """Fine variables in order (states first), their diagrams and their inputs."""

    bdd: Bdd
    names: Sequence[str]
    n_states: int
    inputs: Inputs
    as_drawn: bool = False  # no intervention reaches the state: it stays as the incident left the belief
    _value: dict[str, dict[int, int]] = field(default_factory=dict)
    _parts: dict[tuple[object, ...], _Part] = field(default_factory=dict)
    _weights: dict[int, tuple[int, int, list[list[int]]]] = field(default_factory=dict)


def classes(space: Space, after: Sequence[int], before: Sequence[int]) -> list[tuple[tuple[int, ...], tuple[int, ...], int]]:
    """Classes of states as (cofactors after, cofactors before, mass); `BudgetError` past the budget."""
    t, var, n = space.inputs.tape, space.bdd.var, space.n_states
    k = len(after)
    start = (*after, *before)
    waiting: dict[int, dict[tuple[int, ...], list[int]]] = {min(min(map(var.__getitem__, start)), n): {start: [t.const(1.0)]}}
    made = 0
    for v in range(n):
        for fs, terms in waiting.pop(v, {}).items():
            mass = t.sum(terms)
            made += 1
            if made > _CLASSES:
                raise BudgetError(f"more than {_CLASSES} combinations of uncertain persistent factors")
            for child, w in _branches(space, fs, v, k):
                at = min(min(map(var.__getitem__, child)), n)
                waiting.setdefault(at, {}).setdefault(child, []).append(t.mul(mass, w))
    return [(fs[:k], fs[k:], t.sum(terms)) for fs, terms in waiting.get(n, {}).items()]


def _branches(space: Space, fs: tuple[int, ...], v: int, k: int) -> list[tuple[tuple[int, ...], int]]:
    """Where one state variable leads: it is seen before (x) by the likelihood and after (y) by the rest."""
    b, t = space.bdd, space.inputs.tape
    lo = tuple([b.low[f] if b.var[f] == v else f for f in fs])
    hi = tuple([b.high[f] if b.var[f] == v else f for f in fs])
    belief, after, w = _weights(space, v)
    if lo[k:] == hi[k:]:
        return [(lo, t.complement(after)), (hi, after)]
    if lo[:k] == hi[:k]:
        return [(lo, t.complement(belief)), (hi, belief)]
    return [(lo, w[0][0]), (lo[:k] + hi[k:], w[1][0]), (hi[:k] + lo[k:], w[0][1]), (hi, w[1][1])]


def _chances(space: Space, v: int) -> tuple[int, int, int]:
    """Belief before the incident; 1 where the state stays as drawn; else its probability after."""
    i, name = space.inputs, space.names[v]
    if space.as_drawn:
        return i.belief(name), i.tape.const(1.0), i.tape.const(0.0)
    return i.belief(name), i.kept(name), i.forced(name)


def _weights(space: Space, v: int) -> tuple[int, int, list[list[int]]]:
    """Belief before, probability after, and w[before][after] of one state variable: kept as drawn, or forced."""
    got = space._weights.get(v)
    if got is not None:
        return got
    t = space.inputs.tape
    p, keep, force = _chances(space, v)
    drop = t.complement(keep)
    set1, set0 = t.mul(drop, force), t.mul(drop, t.complement(force))
    not_p = t.complement(p)
    w = [[t.mul(not_p, t.add(keep, set0)), t.mul(not_p, set1)], [t.mul(p, set0), t.mul(p, t.add(keep, set1))]]
    got = space._weights[v] = (p, t.choose(keep, p, force), w)
    return got


def on_tape(space: Space, f: int, phase: str) -> int:
    """P(f) over switches and demand draws: one `choose` per node."""
    t, b, prob, names = space.inputs.tape, space.bdd, space.inputs.prob, space.names
    memo = space._value.setdefault(phase, {FALSE: t.const(0.0), TRUE: t.const(1.0)})
    got = memo.get(f)
    if got is not None:
        return got
    var, low, high, choose = b.var, b.low, b.high, t.choose

    def go(u: int, again: Any) -> int:
        got = memo.get(u)
        if got is None:
            p = prob(names[var[u]], phase)
            lo, hi = again(low[u], again), again(high[u], again)
            got = memo[u] = choose(p, hi, lo)
        return int(got)

    return go(f, go)


# ---- modules ---------------------------------------------------------------------------------------------------------------


def _modules(space: Space, demands: Sequence[Demand], standing: int, incidence: Incidence) -> list[_Module]:
    """Groups of functions that read some state variable together, or of the incident any variable at all."""
    out: list[_Module] = []

    def home(fs: Sequence[int], before: bool) -> _Module:
        read = space.bdd.support(*fs)
        mine = {v for v in read if v < space.n_states} | ({-1 - v for v in read} if before else set())
        joined = _Module(mine)
        for m in [m for m in out if m.reads & mine or not (m.reads or mine)]:
            out.remove(m)
            joined.reads |= m.reads
            joined.demands += m.demands
            joined.facts += m.facts
            joined.arrivals += m.arrivals
            joined.standing = m.standing if m.standing != FALSE else joined.standing
        out.append(joined)
        return joined

    for d in demands:
        home(d.functions, before=False).demands.append(d)
    for f in incidence.facts if incidence.arrivals else ():
        home((f,), before=True).facts.append(f)
    for w, f in incidence.arrivals:
        # alternatives: they need not be told apart from each other, only from facts that read the same draws
        home((f, *_touched(space, f, incidence.facts)), before=True).arrivals.append((w, f))
    if standing != FALSE:
        home((standing,), before=False).standing = standing
    return out


def _touched(space: Space, f: int, facts: Sequence[int]) -> list[int]:
    read = space.bdd.support(f)
    return [g for g in facts if read & space.bdd.support(g)]


@dataclass(slots=True)
class _Part:
    """One module's expectations given its facts, as tape references; those in `likely` are weighted by its part of L."""

    like: int
    plain: dict[str, int]
    likely: dict[str, int]


_LINEAR = ("hazard", "loss", "standing")


def _part(space: Space, m: _Module, losses: Sequence[int], horizon: float, survive: bool) -> _Part:
    """Of one module; remembered, as what an intervention leaves alone comes again (a line held, another uncertain state)."""
    key = (tuple(m.demands), m.standing, tuple(m.facts), tuple(m.arrivals), tuple(losses), horizon)
    got = space._parts.get((*key, True)) or space._parts.get((*key, survive))
    if got is None:
        got = space._parts[(*key, survive)] = _new_part(space, m, losses, horizon, survive)
    return got


def _new_part(space: Space, m: _Module, losses: Sequence[int], horizon: float, survive: bool) -> _Part:
    if FLAT < sum(v >= 0 for v in m.reads) <= STATES:
        return _part_by_table(space, m, losses, horizon)
    t, b = space.inputs.tape, space.bdd
    after: list[int] = [m.standing]
    for d in m.demands:
        after += d.functions
    facts = b.all_(m.facts)
    before = [facts, *(b.and_(f, facts) for _, f in m.arrivals)]
    plain: dict[str, list[int]] = {k: [] for k in ("facts", *_LINEAR, "survive")}
    likely: dict[str, list[int]] = {k: [] for k in ("like", *plain)}
    found = classes(space, after, before)
    weights = _coefficients(space, m.demands, losses)
    for ys, xs, mass in found:
        out = _rates(space, weights, ys)
        if survive:
            alive = t.exp(t.mul(t.const(-horizon), out["hazard"]))
            out["survive"] = t.mul(t.complement(out["standing"]), alive)
        given = t.mul(mass, on_tape(space, xs[0], "pre:"))
        like = t.sum([t.mul(w, on_tape(space, f, "pre:")) for (w, _), f in zip(m.arrivals, xs[1:], strict=True)])
        weight = t.mul(mass, like)
        plain["facts"].append(given)
        likely["like"].append(weight)
        for key, ref in out.items():
            plain[key].append(t.mul(given, ref))
            likely[key].append(t.mul(weight, ref))
    total = t.sum(plain.pop("facts"))
    share = {k: t.div(t.sum(v), total) for k, v in likely.items()}
    return _Part(share.pop("like"), {k: t.div(t.sum(v), total) for k, v in plain.items()}, share)


def _coefficients(space: Space, demands: Sequence[Demand], losses: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Of every demand its rate, and what each of its levels costs more than the one before."""
    t, i = space.inputs.tape, space.inputs
    steps = [x if k == 0 else t.sub(x, losses[k - 1]) for k, x in enumerate(losses)]
    rates = [t.mul(i.number(f"{d.trigger}.rate"), i.fixed(f"{d.trigger}.counts", 1.0)) for d in demands]
    return [(rate, steps[: len(d.levels)]) for rate, d in zip(rates, demands, strict=True)]


def _rates(space: Space, weights: Sequence[tuple[int, list[int]]], ys: tuple[int, ...]) -> dict[str, int]:
    """Failures a year, loss a year and standing failure of one class."""
    t = space.inputs.tape
    hazard, loss, at = [], [], 1
    for rate, steps in weights:
        hazard.append(t.mul(rate, on_tape(space, ys[at], "")))
        loss += [t.mul(step, t.mul(rate, on_tape(space, ys[at + 1 + k], ""))) for k, step in enumerate(steps)]
        at += 1 + len(steps)
    return {"hazard": t.sum(hazard), "loss": t.sum(loss), "standing": on_tape(space, ys[0], "")}


def _part_by_table(space: Space, m: _Module, losses: Sequence[int], horizon: float) -> _Part:
    """The same by one table of all states of the module."""
    t, i, b = space.inputs.tape, space.inputs, space.bdd
    states = sorted(v for v in m.reads if v >= 0)
    facts = b.all_(m.facts)
    upper = _Upper(space, {v: k for k, v in enumerate(states)})
    rates, steps, hazard, loss = [], [], [], []
    for d in m.demands:
        rate = t.mul(i.number(f"{d.trigger}.rate"), i.fixed(f"{d.trigger}.counts", 1.0))
        rates.append(rate)
        hazard.append(upper.root(d.fails, ""))
        for k, f in enumerate(d.levels):
            steps.append(t.mul(rate, losses[k] if k == 0 else t.sub(losses[k], losses[k - 1])))
            loss.append(upper.root(f, ""))
    known = upper.root(facts, "pre:")
    arrivals = [upper.root(b.and_(f, facts), "pre:") for _, f in m.arrivals]
    standing = upper.root(m.standing, "")
    chances = [x for v in states for x in _chances(space, v)]
    table = Table(
        len(states), len(upper.leaves), tuple(upper.nodes), known, tuple(arrivals), tuple(hazard), tuple(loss), standing, horizon
    )
    out = t.table(table, [*chances, *upper.leaves, *(w for w, _ in m.arrivals), *rates, *steps])
    total = out["plain:one"]
    scaled = {k: t.div(v, total) for k, v in out.items()}
    keys = (*_LINEAR, "survive")
    return _Part(scaled["likely:one"], {k: scaled[f"plain:{k}"] for k in keys}, {k: scaled[f"likely:{k}"] for k in keys})


class _Upper:
    """The part of some diagrams over the states of a module; below it every demand node is one leaf, by its phase."""

    def __init__(self, space: Space, place: Mapping[int, int]) -> None:
        self.space, self.place = space, place
        self.nodes: list[tuple[int, int, int]] = []
        self.leaves: list[int] = []
        self._ref: dict[tuple[str, int], int] = {}

    def root(self, f: int, phase: str) -> int:
        b, key = self.space.bdd, (phase, f)
        got = self._ref.get(key)
        if got is None:
            place = self.place.get(b.var[f])
            if place is None:
                got = -1 - len(self.leaves)
                self.leaves.append(on_tape(self.space, f, phase))
            else:
                low, high = self.root(b.low[f], phase), self.root(b.high[f], phase)
                got = len(self.nodes)
                self.nodes.append((place, low, high))
            self._ref[key] = got
        return got


def expectation(
    space: Space, demands: Sequence[Demand], standing: int, incidence: Incidence, losses: Sequence[int], horizon: float,
    survive: bool = True,
) -> Mapping[str, int]:  # fmt: skip  # the signature reads better on two lines
    """Posterior means of hazard, loss, standing failure and (unless `survive` is False) the horizon probability."""
    t = space.inputs.tape
    parts = [_part(space, m, losses, horizon, survive) for m in _modules(space, demands, standing, incidence)]
    learned = bool(incidence.arrivals)
    total = t.sum([p.like for p in parts]) if learned else t.const(1.0)
    out = {}
    for key in _LINEAR:
        terms = [p.plain[key] for p in parts]
        if learned:
            others = [t.sum([q.like for q in parts if q is not p]) for p in parts]
            terms = [t.add(p.likely[key], t.mul(p.plain[key], rest)) for p, rest in zip(parts, others, strict=True)]
        out[key] = t.div(t.sum(terms), total)
    if survive:
        plain = [p.plain["survive"] for p in parts]
        alive = t.product(plain)
        if learned:
            alive = t.sum([t.mul(p.likely["survive"], t.product(plain[:i] + plain[i + 1 :])) for i, p in enumerate(parts)])
        # where the numbers exclude the incident (0 over 0) all quantities are 0, this one too
        out["probability"] = t.div(t.sub(total, alive), total) if learned else t.complement(alive)
    return out
