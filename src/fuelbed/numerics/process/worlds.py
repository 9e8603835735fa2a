"""The worlds that the facts of this incident leave open, with their posterior: P(world | facts, the failure came about).

A world says of every event (trigger on, condition present, control not holding) whether it was so. Its weight is
`sum_t came_t P(events = world, facts | t arrives) 1[an arrival of t completes the failure in it]`, the likelihood of
the belief after the incident (docs/theory/structure.md) taken apart by world; common causes and shared signals count, as P is
taken over what is really drawn (`variables.py`).

Where up to `OPEN` events are open and the evaluation is short, every world is weighed (`exact`), over points of the uncertain numbers
too: their ends, all corners where they are few. Else `DRAWN` worlds are drawn, with every number at its middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.quantities import Quantity
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.interventions import batch, middles
from fuelbed.numerics.process.parameters import Knob
from fuelbed.numerics.process.variants import diagrams, with_tape
from fuelbed.numerics.process.weighing import Weighing, chance
from fuelbed.numerics.sampling import box_points, quantile

__all__ = ["DRAWN", "OPEN", "Worlds", "completing", "draw_worlds", "facts_of", "points", "posterior_worlds"]

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
OPEN = 12  # events that are open at most, for every world to be weighed
DRAWN = 256
_CORNERS = 6  # uncertain numbers whose corners are all tried
_POINTS = 64
_STEPS = 4_000_000  # worlds times diagram nodes


@dataclass(frozen=True, slots=True)
class Worlds:
    """Distinct worlds and their weights.

    truth       (worlds, events): which events of the structure were so.
    weight      (worlds, points): each column adds up to 1; the first is at the middle of every number.
    open        the events that the facts leave open and that the structure reads.
    exact       every world is here; else `drawn` of them were drawn.
    corners     the points are all corners of the uncertain numbers (the interval is then their hull, not a sample).
    stand_ins   (points,): which points differ from the middle only in numbers that nobody gave.
    guessed     drawn, and numbers that nobody gave have a part in it.
    """

    truth: Bools
    weight: Array
    open: tuple[int, ...] = ()
    exact: bool = True
    drawn: int = 0
    corners: bool = True
    stand_ins: Bools = field(default_factory=lambda: np.zeros(1, dtype=bool))
    guessed: bool = False

    def __len__(self) -> int:
        return len(self.truth)


def posterior_worlds(model: Compiled, rng: np.random.Generator, most: int = 1 << OPEN) -> Worlds:
    """All worlds (up to `most` assignments of what is open) or some drawn ones; none where facts and structure exclude the incident."""
    d = diagrams(model)
    facts = facts_of(model)
    came = completing(model, d, facts)
    read = model.structure.bdd.support(model.structure.without_added(model.structure.lines[model.case.failure]), *came.values())
    unknown = tuple(sorted(v for v in read if v not in facts))
    nodes = len(model.structure.bdd.reachable(*came.values()))
    if not came:
        return Worlds(np.zeros((0, len(model.structure.events)), dtype=bool), np.zeros((0, 1)))
    if 2 ** len(unknown) <= most and 2 ** len(unknown) * len(came) * nodes <= _STEPS:
        return _weighed(model, d, facts, came, unknown, rng)
    return draw_worlds(model, d, facts, came, unknown, rng)


def facts_of(model: Compiled) -> dict[int, bool]:
    """What is known of this incident, by event; a control that only an action would add was not there."""
    out = {}
    for v, (kind, name) in enumerate(model.structure.events):
        factor = model.case.factors.get(name)
        if name in model.added:
            out[v] = kind != "installed"
        elif factor is not None and kind != "tips" and factor.occurred is not None:
            out[v] = factor.occurred
    return out


def completing(model: Compiled, d: Diagrams, facts: Mapping[int, bool]) -> dict[str, int]:
    """By trigger that may have been the one that arrived, the worlds in which its arrival fails it; "" where no trigger is needed."""
    b = model.structure.bdd
    if d.triggers:
        found = {t: b.restrict(model.arrivals[t], dict(facts)) for t in d.came()}
    else:
        found = {"": b.restrict(model.standing, dict(facts))}
    return {t: f for t, f in found.items() if f != FALSE}


# ---- every world ---------------------------------------------------------------------------------------------------------------


def _weighed(
    model: Compiled, d: Diagrams, facts: Mapping[int, bool], came: Mapping[str, int], unknown: tuple[int, ...],
    rng: np.random.Generator,
) -> Worlds:  # fmt: skip  # the signature reads better on two lines
    every = Weighing(model, d, facts, came, unknown)
    knobs, corners, stand_ins = points(every.model.knobs, rng)
    weight, _ = every.weigh(knobs)
    some = weight.any(axis=1)
    total = weight.sum(axis=0)
    kept = total > 0  # at some ends the incident may be impossible
    whole = weight[np.ix_(some, kept)] / total[kept]
    return Worlds(every.truth[some], whole, unknown, True, 0, corners, stand_ins[kept])


def points(given: Mapping[str, Knob], rng: np.random.Generator) -> tuple[dict[str, Array | float], bool, Bools]:
    """Values of the numbers: the middle, then corners (all or some) and inner points, then corners of what nobody gave.

    Returns them by label, whether the points are all corners, and which of the points are of the last kind.
    """
    uncertain = [k for k in given.values() if k.uncertain]
    guesses = [i for i, k in enumerate(uncertain) if not k.quantity.given]
    free, corners = _shares(len(uncertain), rng)
    stand_in, _ = _shares(len(guesses), rng)
    n = 1 + free.shape[1] + stand_in.shape[1]
    knobs: dict[str, Array | float] = {n: min(k.quantity.middle, RATE_CAP) for n, k in given.items()}
    for i, k in enumerate(uncertain):
        values = np.full(n, knobs[k.label])
        values[1 : 1 + free.shape[1]] = _at(k.quantity, free[i])
        if i in guesses:
            values[1 + free.shape[1] :] = _at(k.quantity, stand_in[guesses.index(i)])
        knobs[k.label] = values
    moved = np.zeros(n, dtype=bool)
    moved[1 + free.shape[1] :] = True
    return knobs, corners, moved


def _shares(dimensions: int, rng: np.random.Generator) -> tuple[Array, bool]:
    if dimensions == 0:
        return np.empty((0, 0)), True
    if dimensions <= _CORNERS:
        return ((np.arange(2**dimensions)[None, :] >> np.arange(dimensions)[:, None]) & 1).astype(float), True
    return box_points(dimensions, _POINTS, rng), False


def _at(q: Quantity, shares: Array) -> Array:
    """An interval at shares of its width (0 and 1 its very ends), a distribution between its 5th and 95th percentile."""
    if q.kind != "interval":
        return quantile(q, np.clip(shares, 0.05, 0.95), RATE_CAP)
    inside = quantile(q, shares, RATE_CAP)
    return np.where(shares <= 0.0, q.low, np.where(shares >= 1.0, min(q.high, RATE_CAP), inside))


# ---- drawn worlds --------------------------------------------------------------------------------------------------------------


def draw_worlds(
    model: Compiled, d: Diagrams, facts: Mapping[int, bool], came: Mapping[str, int], unknown: tuple[int, ...],
    rng: np.random.Generator, n: int = DRAWN,
) -> Worlds:  # fmt: skip  # the signature reads better on two lines
    """`n` worlds drawn from the same posterior, along the diagrams of what is really drawn."""
    b, t, structure = d.bdd, d.inputs.tape, model.structure
    told = b.all_(d.pin(f) for f in d.facts())
    readily = d.came() if d.triggers else {"": t.const(1.0)}
    top = structure.lines[model.case.failure]
    functions = {n: structure.failing_arrival(top, n) if n else structure.standing(top) for n in came}
    fine = {n: b.and_(d.pin(d.over_fine(structure, f)), told) for n, f in functions.items()}
    events = {v: d.pin(d.event(structure.events[v])) for v in unknown}
    read = sorted(b.support(*fine.values(), *events.values()))
    tape = with_tape(model, d, {f"{v}": chance(d, v) for v in read} | {f"came:{n}": readily[n] for n in came})
    reg = tape.tape.run(batch(tape, middles(tape), [{}]))[:, 0]
    p = [0.0] * b.n
    for v in read:
        p[v] = float(reg[tape.tape.outputs[f"{v}"]])
    values = {f: b.values(p, f) for f in fine.values()}
    weights = np.array([reg[tape.tape.outputs[f"came:{n}"]] * values[f][f] for n, f in fine.items()])
    seen: dict[bytes, int] = {}
    picks: list[int] = []
    if weights.sum() > 0:
        picks = rng.choice(len(fine), size=n, p=weights / weights.sum()).tolist()
    for i in picks:
        f = list(fine.values())[i]
        drawn = _draw(b, f, p, values[f], rng)
        key = _world(model, facts, list(fine)[i], events, b, drawn, p, rng).tobytes()
        seen[key] = seen.get(key, 0) + 1
    truth = np.array([np.frombuffer(k, dtype=bool) for k in seen]).reshape(len(seen), len(structure.events))
    weight = np.array([[k / n] for k in seen.values()]).reshape(len(seen), 1)
    guessed = any(k.uncertain and not k.quantity.given for k in tape.knobs.values())
    return Worlds(truth, weight, unknown, not len(seen), n, False, np.zeros(1, dtype=bool), guessed)


def _world(
    model: Compiled, facts: Mapping[int, bool], trigger: str, events: Mapping[int, int], b: Bdd, drawn: dict[int, bool],
    p: Sequence[float], rng: np.random.Generator,
) -> Bools:  # fmt: skip  # the signature reads better on two lines
    """One world from what was drawn on the way; what the way did not need is drawn when an event asks for it."""
    out = np.zeros(len(model.structure.events), dtype=bool)
    out[[v for v, on in facts.items() if on]] = True
    for v, u in events.items():
        while u > TRUE:
            x = b.var[u]
            if x not in drawn:
                drawn[x] = bool(rng.random() < p[x])
            u = b.high[u] if drawn[x] else b.low[u]
        out[v] = u == TRUE
    if trigger:
        out[model.structure.index[("trigger", trigger)]] = True
    return out


def _draw(b: Bdd, f: int, p: Sequence[float], value: Mapping[int, float], rng: np.random.Generator) -> dict[int, bool]:
    """A satisfying assignment of `f`, drawn with the probability it has given `f`."""
    out: dict[int, bool] = {}
    u = f
    while u > TRUE:
        v = b.var[u]
        out[v] = bool(rng.random() * value[u] < p[v] * value[b.high[u]])
        u = b.high[u] if out[v] else b.low[u]
    return out
