"""What each action item does to the ambiguity: the worlds of the next failure, with the item done, and what the signals tell of them.

The next failure is one that comes about as things are today, with the state drawn from the belief before the incident: what was found out
later is in neither side of the comparison. An item moves it as it moves the hazard (`interventions.py`): by the same inputs of the same
tape, at the same values of every number. `observe` adds a sensor, or makes a declared one better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fuelbed.numerics.boolean.bdd import FALSE
from fuelbed.numerics.observation.scene import OPEN, Model, Scene, numbers_of, thinned, weighed
from fuelbed.numerics.process.interventions import Overrides, batch
from fuelbed.numerics.process.parameters import Knob
from fuelbed.numerics.process.structure import Event
from fuelbed.numerics.process.variants import with_tape
from fuelbed.numerics.process.weighing import Weighing, chance
from fuelbed.numerics.process.worlds import points

__all__ = ["Next", "next_failures"]


@dataclass(frozen=True, slots=True, eq=False)
class Next:
    """The next failure with an item done: its worlds, or None where no way to it is left or `known` is False (too many worlds)."""

    scene: Scene | None
    known: bool = True


def next_failures(model: Model, rows: Mapping[str, Overrides], rng: np.random.Generator) -> dict[str, Next]:
    """By name of a row of overrides, all at the same points of the numbers."""
    events = _events(model, rows)
    kinds: dict[frozenset[tuple[int, bool]], list[str]] = {}
    for name in rows:
        kinds.setdefault(frozenset(events[name].items()), []).append(name)
    made = {key: _weighing(model, dict(key)) for key in kinds}
    knobs: dict[str, Knob] = {}
    for every in made.values():
        knobs |= {n: k for n, k in every.model.knobs.items() if k.uncertain or n not in knobs} if every is not None else {}
    used = _used(model, rows)
    knobs |= {n: model.compiled.knobs[n] for n in used if n in model.compiled.knobs}
    at, corners, stand_ins = points(knobs, rng)
    most = max((len(every) * max(1, len(every.came)) for every in made.values() if every is not None), default=1)
    at, kept = thinned(at, stand_ins, most)
    corners, stand_ins = corners and len(kept) == len(stand_ins), stand_ins[kept]
    out: dict[str, Next] = {}
    for key, names in kinds.items():
        every = made[key]
        top = _top(model, dict(key))
        for name in names:
            if every is None or not len(kept):
                out[name] = Next(None, known=False)
                continue
            weight, numbers = every.weigh(at, rows[name])
            out[name] = Next(weighed(model, every.truth, weight, numbers, top, corners, stand_ins))
    return out


def _used(model: Model, rows: Mapping[str, Overrides]) -> list[str]:
    """Labels of numbers that the rows bring."""
    return sorted({v for row in rows.values() for v in row.values() if isinstance(v, str)})


def _events(model: Model, rows: Mapping[str, Overrides]) -> dict[str, dict[int, bool]]:
    """By row, the events that are surely so or surely not so with it done, whatever the numbers are."""
    d, s = model.diagrams, model.structure
    b, t = d.bdd, d.inputs.tape
    out: dict[str, int] = {}
    fine = {v: d.event(e) for v, e in enumerate(s.events)}
    memo = {0: t.const(0.0), 1: t.const(1.0)}
    for v, f in fine.items():
        for u in b.reachable(f):
            if u not in memo:
                memo[u] = t.choose(chance(d, b.var[u], before=False), memo[b.high[u]], memo[b.low[u]])
        out[f"{v}"] = memo[f]
    tape = with_tape(model.compiled, d, out)
    at, _, _ = points({**model.compiled.knobs, **tape.knobs}, np.random.default_rng(11))
    n = max((len(x) for x in at.values() if isinstance(x, np.ndarray)), default=1)
    reg = tape.tape.run(
        batch(tape, {k: np.broadcast_to(np.asarray(x, dtype=float), n) for k, x in at.items()}, list(rows.values()))
    )
    found: dict[str, dict[int, bool]] = {name: {} for name in rows}
    for v in fine:
        p = reg[tape.tape.outputs[f"{v}"]].reshape(len(rows), n)
        for r, name in enumerate(rows):
            if (p[r] == 0).all() or (p[r] == 1).all():
                found[name][v] = bool(p[r, 0] == 1)
    return found


def _weighing(model: Model, known: Mapping[int, bool]) -> Weighing | None:
    """None where there are too many worlds."""
    d, s, b = model.diagrams, model.structure, model.structure.bdd
    if d.triggers:
        came = {f.name: b.restrict(model.compiled.arrivals[f.name], _but(known, s.index, f.name)) for f in d.triggers}
    else:
        came = {"": b.restrict(model.compiled.standing, dict(known))}
    came = {t: f for t, f in came.items() if f != FALSE}
    read = b.support(s.lines[model.case.failure], *came.values(), *model.asked)
    own = {s.index[("trigger", t)] for t in came if t}
    known = {v: on for v, on in known.items() if v not in own}  # one that cannot meet another may still be the one that arrives
    unknown = tuple(sorted(v for v in read if v not in known))
    if len(unknown) > OPEN:
        return None
    return Weighing(model.compiled, d, known, came, unknown, before=False, numbers=numbers_of(model.sensors))


def _but(known: Mapping[int, bool], index: Mapping[Event, int], trigger: str) -> dict[int, bool]:
    return {v: on for v, on in known.items() if v != index[("trigger", trigger)]}


def _top(model: Model, known: Mapping[int, bool]) -> int:
    """The failure's function with the added controls that are there."""
    s = model.structure
    absent = {
        s.index[("control", n)]: True
        for n in model.compiled.added
        if ("control", n) in s.index and known.get(s.index[("control", n)])
    }
    return s.bdd.restrict(s.lines[model.case.failure], absent)
