"""The hidden worlds of one failure, and what each signal reads in them: `x = g(z)`.

z is a world: which triggers were on, which conditions present, which controls failed, at the arrival that brought the failure about. Its
prior is P(z | the failure came about), *without hindsight*: whatever `in_incident` says was found out later, by means that the signals
had no part in, and stays out of it. What every later question asks of a world is worked out here once:

mechanism  the set of minimal cut sets that were complete. It is the same as the set of events that are in one of them (a cut set is
           complete exactly when all of its events are in that set), which is how it is kept.
codes      for each sensor 1 where what it sees is so, 0 where it is not, 2 where it is blind.

Where the worlds are too many they are drawn, with every number of the prior at its middle.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.case import Case, Line
from fuelbed.core.errors import BudgetError
from fuelbed.core.expressions import Expr
from fuelbed.core.facts import Tipping
from fuelbed.core.quantities import Quantity
from fuelbed.core.signals import Signal
from fuelbed.numerics.boolean.bdd import FALSE, TRUE
from fuelbed.numerics.boolean.tape import Builder
from fuelbed.numerics.observation.drawn import draw_events
from fuelbed.numerics.process.compile import Compiled, extra_knobs
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.parameters import Knob
from fuelbed.numerics.process.structure import Structure
from fuelbed.numerics.process.weighing import Weighing, read_on
from fuelbed.numerics.process.worlds import completing, draw_worlds, points

__all__ = [
    "OPEN",
    "Model",
    "Scene",
    "certain",
    "engaged",
    "model_of",
    "numbers_of",
    "scene_of",
    "thinned",
    "weighed",
    "without_hindsight",
]

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ids = NDArray[np.intp]
OPEN = 16  # events that are open at most, for every world to be weighed
_STEPS = 8_000_000  # worlds times diagram nodes, and times points
_LEAST = 9  # points that the worlds are weighed at, however many they are
_DRAWN = 1024
_NODES = 1_000_000  # of the failure's diagram times events


def without_hindsight(case: Case) -> Case:
    """The case as it could be known before anything was found out about this incident."""
    factors = {n: dataclasses.replace(f, occurred=None) for n, f in case.factors.items()}
    return dataclasses.replace(case, factors=factors)


@dataclass(frozen=True, eq=False)
class Model:
    """A case with its questions as further lines, compiled only as far as worlds need it.

    sensors   whatever may be read: the declared signals and further ones.
    lines     the functions of `sees`, `blind_when` (FALSE where there is none) and of each hypothesis, by place or name.
    """

    case: Case
    compiled: Compiled
    diagrams: Diagrams
    sensors: tuple[Signal, ...]
    sees: tuple[int, ...]
    blind: tuple[int, ...]
    says: Mapping[str, int]

    @property
    def structure(self) -> Structure:
        return self.compiled.structure

    @property
    def asked(self) -> list[int]:
        return [*self.sees, *self.blind, *self.says.values()]


def model_of(case: Case, sensors: Sequence[Signal], tipping: Tipping | None = None) -> Model:
    """`case` without hindsight. Raises `BudgetError` past the node budgets."""
    asked: dict[str, Expr] = {f"sees {i}": s.sees for i, s in enumerate(sensors)}
    asked |= {f"blind {i}": s.blind_when for i, s in enumerate(sensors) if s.blind_when is not None}
    asked |= {f"says {n}": h.says for n, h in case.hypotheses.items()}  # a blank is in no name of a line
    plain = without_hindsight(case)
    lines = {**plain.lines, **{n: Line(n, e, "") for n, e in asked.items()}}
    plain = dataclasses.replace(plain, lines=lines)
    d = Diagrams(plain, tipping=tipping)
    extra_knobs(d)
    s, top = d.structure, d.structure.lines[case.failure]
    nodes = len(s.bdd.reachable(top))
    if nodes * len(s.events) > _NODES:
        raise BudgetError(f"{nodes} diagram nodes over {len(s.events)} events, too many for the hidden worlds")
    compiled = Compiled(
        plain, Builder().build({}), d.inputs.defaults, d.inputs.knobs, s, {f.name: s.failing_arrival(top, f.name) for f in d.triggers},
        s.standing(top), tuple(d.space.names[: d.space.n_states]), False, False, False, d.added, frozenset(d.inputs.partners),
        tuple(f.name for f in d.triggers), d.tips,
    )  # fmt: skip  # one line per few fields reads better here
    of = {n: s.without_added(s.lines[n]) for n in asked}
    sees = tuple(of[f"sees {i}"] for i in range(len(sensors)))
    blind = tuple(of.get(f"blind {i}", FALSE) for i in range(len(sensors)))
    return Model(case, compiled, d, tuple(sensors), sees, blind, {n: of[f"says {n}"] for n in case.hypotheses})


@dataclass(frozen=True, eq=False)
class Scene:
    """Worlds with their weights, and what is asked of them.

    weight     (worlds, points): P(world | the failure came about); each column adds up to 1, the first is at the middle of every number.
    numbers    (points,) by `misses N` and `alarms N`, N the place of the sensor.
    mechanism  (worlds,): a place in `engaged`, (mechanisms, events): which events are in a complete cut set.
    codes      (worlds, sensors): 0 off, 1 on, 2 blind.
    says       (worlds,) by hypothesis.
    found      (worlds,): which worlds agree with what was found out later.
    exact      every world is here; else `drawn` were drawn.
    corners    the points are all corners of the uncertain numbers, else a sample of the box.
    stand_ins  (points,): which points differ from the middle only in numbers that nobody gave.
    points     (points,): their places among all points that were tried; at those left out the failure is impossible. 0 is the middle.
    """

    model: Model
    truth: Bools
    weight: Array
    numbers: Mapping[str, Array]
    mechanism: Ids
    engaged: Bools
    codes: NDArray[np.int8]
    says: Mapping[str, Bools]
    found: Bools
    exact: bool = True
    drawn: int = 0
    corners: bool = True
    stand_ins: Bools = dataclasses.field(default_factory=lambda: np.zeros(1, dtype=bool))
    guessed: bool = False
    points: Ids = dataclasses.field(default_factory=lambda: np.zeros(1, dtype=np.intp))

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def sensors(self) -> tuple[Signal, ...]:
        return self.model.sensors


def numbers_of(sensors: Sequence[Signal]) -> dict[str, Quantity]:
    """The two uncertain numbers of every sensor, by the name under which a scene holds their values."""
    return {f"{word} {i}": q for i, s in enumerate(sensors) for word, q in (("misses", s.misses), ("alarms", s.false_alarms))}


def scene_of(model: Model, rng: np.random.Generator) -> Scene | None:
    """Every world of the incident, or drawn ones; None where the structure has no way to the failure."""
    d, compiled, b = model.diagrams, model.compiled, model.structure.bdd
    known = certain(model)
    came = completing(compiled, d, known)
    if not came:
        return None
    read = b.support(model.structure.without_added(model.structure.lines[model.case.failure]), *came.values(), *model.asked)
    unknown = tuple(sorted(v for v in read if v not in known))
    nodes = len(b.reachable(*came.values(), *model.asked))
    if len(unknown) <= OPEN and 2 ** len(unknown) * nodes <= _STEPS:
        every = Weighing(compiled, d, known, came, unknown, numbers=numbers_of(model.sensors))
        at, corners, stand_ins = points(every.model.knobs, rng)
        at, kept = thinned(at, stand_ins, len(every) * len(came))
        if len(kept):
            weight, numbers = every.weigh(at)
            return weighed(model, every.truth, weight, numbers, None, corners and len(kept) == len(stand_ins), stand_ins[kept])
    return _drawn(model, known, came, unknown, rng)


def thinned(at: Mapping[str, Array | float], stand_ins: Bools, worlds: int) -> tuple[dict[str, Array | float], Ids]:
    """The middle and as many further points as so many worlds allow, evenly over all; none where even a few are too many."""
    n = len(stand_ins)
    most = _STEPS // max(1, worlds)
    if most < min(n, _LEAST):
        return dict(at), np.empty(0, dtype=np.intp)
    kept = np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.intp))
    return {k: v[kept] if isinstance(v, np.ndarray) and v.ndim else v for k, v in at.items()}, kept


def weighed(
    model: Model, truth: Bools, weight: Array, numbers: Mapping[str, Array], top: int | None = None, corners: bool = True,
    stand_ins: Bools | None = None,
) -> Scene | None:  # fmt: skip  # the signature reads better on two lines
    """The scene of these worlds, their weights made to add up to 1; None where the failure is impossible at every point."""
    stand_ins = np.zeros(weight.shape[1], dtype=bool) if stand_ins is None else stand_ins
    total = weight.sum(axis=0)
    kept = total > 0  # at some ends the failure may be impossible
    some = weight.any(axis=1)
    if not kept.any():
        return None
    share = weight[np.ix_(some, kept)] / total[kept]
    out = _asked(
        model, truth[some], share, {k: v[kept] for k, v in numbers.items()}, top, corners=corners, stand_ins=stand_ins[kept]
    )
    return dataclasses.replace(out, points=np.flatnonzero(kept))


def _drawn(
    model: Model, known: Mapping[int, bool], came: Mapping[str, int], unknown: tuple[int, ...], rng: np.random.Generator
) -> Scene | None:
    drawn = draw_events(model.compiled, model.diagrams, known, came, unknown, rng, _DRAWN)
    if drawn is None:
        drawn = draw_worlds(model.compiled, model.diagrams, known, came, unknown, rng, _DRAWN)
    if not len(drawn):
        return None
    given = numbers_of(model.sensors)
    knobs = {q.name or name: Knob(q.name or name, q) for name, q in given.items()}
    at, _, stand_ins = points(knobs, rng)
    n = len(stand_ins)
    numbers = {name: np.broadcast_to(np.asarray(at[q.name or name], dtype=float), n) for name, q in given.items()}
    weight = np.repeat(drawn.weight, n, axis=1)
    out = _asked(model, drawn.truth, weight, numbers, None, False, _DRAWN, False, stand_ins, drawn.guessed)
    return dataclasses.replace(out, points=np.arange(n))


def _asked(
    model: Model,
    truth: Bools,
    weight: Array,
    numbers: Mapping[str, Array],
    top: int | None = None,
    exact: bool = True,
    drawn: int = 0,
    corners: bool = True,
    stand_ins: Bools | None = None,
    guessed: bool = False,
) -> Scene:
    """What is asked of each of these worlds; `top` is the failure's function where it is not today's."""
    s, n = model.structure, len(truth)
    columns = {v: truth[:, v] for v in range(truth.shape[1])}
    top = s.without_added(s.lines[model.case.failure]) if top is None else top
    held, mechanism = np.unique(engaged(s, top, truth), axis=0, return_inverse=True)
    codes = np.zeros((n, len(model.sensors)), dtype=np.int8)
    for i, (sees, blind) in enumerate(zip(model.sees, model.blind, strict=True)):
        codes[:, i] = read_on(s.bdd, sees, columns, n)
        codes[read_on(s.bdd, blind, columns, n), i] = 2
    says = {name: read_on(s.bdd, f, columns, n) for name, f in model.says.items()}
    stand_ins = np.zeros(weight.shape[1], dtype=bool) if stand_ins is None else stand_ins
    return Scene(
        model, truth, weight, numbers, mechanism.reshape(-1), held, codes, says, _found(model, truth), exact, drawn, corners, stand_ins,
        guessed,
    )  # fmt: skip  # in the order of the type


def engaged(s: Structure, top: int, truth: Bools) -> Bools:
    """(worlds, events): which events are in a minimal cut set of `top` that is complete."""
    columns = {v: truth[:, v] for v in range(truth.shape[1])}
    z, root = s.family, s.cuts(top)
    out = np.zeros_like(truth)
    for v in s.bdd.support(top):
        rest = s.bdd.covers(z, z.with_member(root, v))
        out[:, v] = truth[:, v] & read_on(s.bdd, rest, columns, len(truth))
    return out


def certain(model: Model) -> dict[int, bool]:
    """Events that are so, or not so, in every world: missing controls, conditions that are surely there, controls yet to be added.

    What an action would change later was as certain in the incident as without that action.
    """
    d, s = model.diagrams, model.structure
    sure = {
        d.place[n]: (x.prior.low if isinstance(x.prior, Quantity) else x.prior) == 1.0
        for n, x in d.vars.fine.items()
        if x.kind == "state" and n in d.place and x.certain
    }
    out = {}
    for v, (kind, name) in enumerate(s.events):
        if name in model.compiled.added:
            out[v] = kind != "installed"
            continue
        f = d.bdd.restrict(d.pin(d.event(s.events[v])), sure)
        if f in (FALSE, TRUE):
            out[v] = f == TRUE
    return out


def _found(model: Model, truth: Bools) -> Bools:
    """Worlds that agree with the `in_incident` facts of the case."""
    out = np.ones(len(truth), dtype=bool)
    for v, (kind, name) in enumerate(model.structure.events):
        f = model.case.factors.get(name)
        if f is not None and kind == f.kind and f.occurred is not None:
            out &= truth[:, v] == f.occurred
    return out
