"""This incident: what caused it in every world that the facts leave open, and how overdetermined it was.

Actual causality (modified Halpern-Pearl) world by world. Where the failure is monotone the causes are read off its decision diagram
(`overturning.py`), exactly and for any number of factors; with NOT they are searched, within a budget, among up to 20 factors.
Shares are posterior probabilities (`worlds.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.case import Case
from fuelbed.core.errors import BudgetError
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips, walk
from fuelbed.numerics.boolean.bdd import Family
from fuelbed.numerics.boolean.causality import actual_causes
from fuelbed.numerics.boolean.overturning import Overturning
from fuelbed.numerics.graphs import components
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.worlds import Worlds, posterior_worlds
from fuelbed.numerics.wilson import Z95, wilson

__all__ = ["Incident", "Part", "examine_incident"]

_CANDIDATES = 20
_SEARCHED = 6  # events that may be open where causes are searched: every world is a search
_TRIES = 400_000  # of the search, over all worlds and both ways of cutting the lines
_COUNTED = 6_000_000  # cut-set nodes times worlds

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """A factor's part in causing the incident: (value, low, high) of the share of worlds and of its mean responsibility.

    share     the posterior probability that it is part of a minimal cause; None where only numbers that nobody gave decide it.
    always    it is part of one in every world that the facts leave open (that was drawn).
    """

    share: tuple[float, float, float] | None
    responsibility: tuple[float, float, float]
    always: bool


@dataclass(slots=True)
class Incident:
    """What the facts and the structure say of this incident.

    parts      by factor, those that are part of a minimal cause in some world.
    active     how many cut sets were complete (least and most over the worlds); None where it was not counted.
    least      the fewest factors whose absence would have prevented it, likewise; None where it was not determined.
    worlds     distinct worlds, `exact` all of them, else seen among `drawn`; none: facts and structure exclude the incident.
    method     how the shares were got.
    complete   False where a search for causes was cut short: then causes may be missing.
    at_least   responsibilities are lower bounds: they were not determined within the budget.
    grouped    common causes link what is open.
    flips      factors whose verdict changes when lines may not be held (the choice of lines matters).
    """

    parts: dict[str, Part] = field(default_factory=dict)
    active: tuple[int, int] | None = None
    least: tuple[int, int] | None = None
    worlds: int = 0
    exact: bool = True
    drawn: int = 0
    method: str = ""
    unknown: tuple[str, ...] = ()
    complete: bool = True
    at_least: bool = False
    grouped: bool = False
    flips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """Causes of one world: responsibility by event, the size of the smallest cause, what flips."""

    responsibility: Mapping[int, float]
    least: int
    complete: bool = True
    at_least: bool = False  # the responsibilities are lower bounds
    flips: frozenset[str] = frozenset()


def examine_incident(model: Compiled, rng: np.random.Generator) -> Incident:
    """Actual causes over the worlds that the facts leave open; one world where they leave nothing open."""
    s = model.structure
    top = s.without_added(s.lines[model.case.failure])
    monotone = s.is_monotone(top)
    worlds = posterior_worlds(model, rng) if monotone else posterior_worlds(model, rng, 1 << _SEARCHED)
    out = Incident(worlds=len(worlds), exact=worlds.exact, drawn=worlds.drawn, method=_method(worlds))
    out.unknown = tuple(dict.fromkeys(s.events[v][1] for v in worlds.open))
    out.grouped = any(n in g.of for g in model.case.common_causes for n in out.unknown)
    if not len(worlds):
        return out
    found = _read(model, top, worlds) if monotone else _searched(model, worlds)
    out.complete = all(f.complete for f in found)
    out.at_least = any(f.at_least for f in found)
    out.flips = tuple(sorted({x for f in found for x in f.flips}))
    if out.complete:
        out.least = (min(f.least for f in found), max(f.least for f in found))
    out.active = _active(model, top, worlds)
    responsibility = np.zeros((len(worlds), len(model.case.factors)))
    names = list(model.case.factors)
    for i, f in enumerate(found):
        for v, r in f.responsibility.items():
            j = names.index(s.events[v][1])
            responsibility[i, j] = max(responsibility[i, j], r)
    certain = {n for _, n in s.in_every(top)} if monotone else set()
    for j, name in enumerate(names):
        if name in certain:  # without it the failure is never true, in whatever world
            out.parts[name] = Part((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), always=True)
        elif responsibility[:, j].any():
            out.parts[name] = _part(worlds, responsibility[:, j])
    return out


def _method(w: Worlds) -> str:
    if not w.exact:
        return f"{w.drawn} worlds drawn from what the incident leaves open, every number at its middle; 95 % interval (Wilson)"
    how = f"exact over {len(w)} world{'s' if len(w) != 1 else ''}"
    points = int((~w.stand_ins).sum())
    if points == 1:
        return how
    return (
        f"{how}, at all corners of the numbers"
        if w.corners
        else f"{how}, range over {points} points of the numbers, at least this wide"
    )


def _part(w: Worlds, responsibility: Array) -> Part:
    """Shares and means over worlds, with their interval: over points of the numbers, or of the drawing."""
    holds = (responsibility > 0).astype(float)
    share, mean = holds @ w.weight, responsibility @ w.weight
    always = bool(holds.all())
    if not w.exact:
        low, high = wilson(float(share[0]) * w.drawn, w.drawn)
        spread = Z95 * math.sqrt(max(0.0, float((responsibility**2) @ w.weight[:, 0]) - mean[0] ** 2) / w.drawn)
        of = (float(mean[0]), max(0.0, float(mean[0]) - spread), min(1.0, float(mean[0]) + spread))
        return Part(None if w.guessed else (float(share[0]), low, high), of, always)
    guess = w.stand_ins.copy()
    guess[0] = True
    rests_on_a_guess = float(np.ptp(share[guess])) > 1e-9
    r = (float(responsibility.min()), float(responsibility.max())) if rests_on_a_guess else (float(mean.min()), float(mean.max()))
    of = (math.nan if rests_on_a_guess else float(mean[0]), *r)
    return Part(None if rests_on_a_guess else _capped(share), of, always)


def _capped(share: Array) -> tuple[float, float, float]:
    """Sums of weights that should add up to 1 may be a rounding off."""
    value, low, high = (min(1.0, round(float(x), 12)) for x in (share[0], share.min(), share.max()))
    return value, low, high


# ---- causes of one world ---------------------------------------------------------------------------------------------------------


def _read(model: Compiled, top: int, worlds: Worlds) -> list[_Found]:
    """Causes where the failure is monotone: off the diagram of what was true."""
    b = model.structure.bdd
    over = Overturning(b)
    memo: dict[int, _Found] = {}
    out = []
    for row in worlds.truth:
        f = b.restrict(top, dict.fromkeys(np.flatnonzero(~row).tolist(), False))
        got = memo.get(f)
        if got is None:
            try:
                got = _Found({v: 1.0 / k for v, k in over.smallest_with(f).items()}, over.least(f))
            except BudgetError:
                read = b.support(f)
                got = _Found(dict.fromkeys(read, 1.0 / len(read)), over.least(f), at_least=True)
            memo[f] = got
        out.append(got)
    return out


def _searched(model: Compiled, worlds: Worlds) -> list[_Found]:
    """Causes where the failure holds a NOT: by search, lines held and not held."""
    s = model.structure
    names = [n if k != "tips" else f"{n} tips" for k, n in s.events]
    mine = [v for v, (_, n) in enumerate(s.events) if n not in model.added]
    equations = _equations(s.case)
    target = model.case.failure
    candidates = [names[v] for v in mine[:_CANDIDATES]]
    lines = [n for n in equations if n != target][:8]
    budget = max(2_000, min(20_000, _TRIES // (2 * len(worlds))))
    place = {names[v]: v for v in mine}
    out = []
    for row in worlds.truth:
        actual = {names[v]: bool(row[v]) for v in mine}
        free = actual_causes(actual, equations, target, candidates, lines, budget)
        bare = actual_causes(actual, equations, target, candidates, [], budget)
        a, c = ({x for found in y.causes for x in found.variables} for y in (free, bare))
        complete = free.complete and bare.complete and len(mine) <= _CANDIDATES
        least = min((len(x.variables) for x in free.causes), default=0)
        flips = frozenset(s.events[place[x]][1] for x in a ^ c)
        out.append(_Found({place[x]: float(free.responsibility(x)) for x in a}, least, complete, flips=flips))
    return out


def _equations(case: Case) -> dict[str, Callable[[Mapping[str, bool]], bool]]:
    """The lines as equations, each after what it reads; a cycle is read at its least fixpoint by repeating the lines."""
    edges = {n: [e.name for e in walk(x.expr) if isinstance(e, Ref) and e.name in case.lines] for n, x in case.lines.items()}
    order = [n for part in components(edges) for n in part]
    return {n: (lambda w, e=case.lines[n].expr: _true(e, w)) for n in order}  # type: ignore[misc]  # e is bound per line


def _true(e: Expr, w: Mapping[str, bool]) -> bool:
    if isinstance(e, Ref | Fails):
        return bool(w.get(e.name, False))
    if isinstance(e, Tips):
        return bool(w.get(e.name, False)) and bool(w.get(f"{e.name} tips", False))
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


def _active(model: Compiled, top: int, worlds: Worlds) -> tuple[int, int] | None:
    """How many cut sets were complete, least and most over the worlds: counted on the family of all of them, none listed."""
    z = model.structure.family
    count: dict[int, Array] = {Family.NONE: np.zeros(len(worlds)), Family.UNIT: np.ones(len(worlds))}
    order = z.reachable(model.structure.cuts(top))
    if len(order) * len(worlds) > _COUNTED:
        return None
    for u in order:
        if u > Family.UNIT:
            count[u] = count[z.low[u]] + np.where(worlds.truth[:, z.var[u]], count[z.high[u]], 0.0)
    found = count[order[-1]]
    return (int(found.min()), int(found.max())) if found.max() < 2**53 else None
