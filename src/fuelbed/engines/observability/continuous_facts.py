"""What the metrics of one running model can tell: computed here, said in `continuous.py`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.arithmetic import Arith, Name
from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model, Push
from fuelbed.core.evidence import MetricsTable
from fuelbed.core.options import Options
from fuelbed.numerics.maps.fixed import FixedPoint, even_points, newton
from fuelbed.numerics.maps.operating import Operating, operating_points
from fuelbed.numerics.maps.system import System, compile_model, finite
from fuelbed.numerics.observation.identify import Identified, at_rest, identified, under_push
from fuelbed.numerics.observation.linear import Sight, sight, sight_at
from fuelbed.numerics.observation.particles import Filtered
from fuelbed.numerics.observation.reconstruct import Setting, noise_of, particles_of, reconstruct, too_coarse
from fuelbed.numerics.series.record import Record, record_of

__all__ = ["Alone", "Known", "Rebuilt", "columns_of", "known", "main_push", "whole"]

Array = NDArray[np.float64]
_ROWS = 240
_LEAST_ROWS = 10
_PUSH_STEPS = 400  # of the push, and as many after it
_PUSH_ROWS = 100
_SPREAD = 256  # points of the box


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """The hidden states along the record. why: what stood in the way, "" where nothing did.

    hidden  the states (their numbers) that no column shows by itself.  used, inputs: the columns that were compared, those that were put in.
    """

    record: Record
    found: Filtered | None
    hidden: tuple[int, ...]
    used: tuple[str, ...]
    inputs: tuple[str, ...]
    why: str = ""
    particles: int = 0


@dataclass(frozen=True, eq=False)
class Alone:
    """One column by itself, near the running state."""

    sight: Sight
    rest: Identified


@dataclass(frozen=True, eq=False)
class Known:
    """One model with the columns that are seen of it.

    sights   `running`, `edge`, `down` -> the place and what is seen near it.
    rest     what the columns at rest say about the parameters, None where it does not run; pushed: along the course after a push.
    alone    what each column says by itself, while it runs; empty with one column.
    """

    model: Model
    system: System
    columns: tuple[str, ...]
    table: MetricsTable | None
    sights: Mapping[str, tuple[FixedPoint, Sight]]
    rest: Identified | None
    push: Push | None
    pushed: Identified | None
    alone: Mapping[str, Alone]
    rebuilt: Rebuilt | None


def columns_of(m: Model, table: MetricsTable | None) -> dict[str, Arith]:
    """Column -> formula: what `shows` gives, and of a table also columns called as a state, a parameter or a named quantity, and the load."""
    if table is None:
        return dict(m.shows)
    out = {}
    for column in table.columns:
        if column in m.shows:
            out[column] = m.shows[column]
        elif column in m.states or column in m.parameters or column in m.let:
            out[column] = Name(column)
        elif column == "load" and m.load:
            out[column] = Name(m.load)
    return out


def whole(m: Model) -> bool:
    """Whether every number is there that its laws need."""
    ends = [x for s in m.states.values() for x in (s.low, s.high)]
    return not (m.missing or math.isnan(m.step) or any(map(math.isnan, ends)))


def main_push(case: Case, m: Model) -> Push | None:
    """The push of a trigger that was on in this incident, else the first; None where there is none."""
    mine = list(m.pushes.values())
    return next((p for p in mine if (f := case.factors.get(p.trigger)) is not None and f.occurred), mine[0] if mine else None)


def known(case: Case, m: Model, shows: Mapping[str, Arith], options: Options) -> Known:
    """Everything that these columns say of the model."""
    seen = replace(m, shows=dict(shows))
    system = compile_model(seen)
    where = operating_points(system, system.today)
    sights = _sights(system, where)
    push, table = main_push(case, m), case.metrics.get(m.metrics)
    rest, pushed, alone = _numbers(system, where, push)
    rebuilt = _rebuilt(case, system, table, push, options) if table is not None else None
    return Known(seen, system, tuple(shows), table, sights, rest, push, pushed, alone, rebuilt)


def _sights(system: System, where: Operating) -> dict[str, tuple[FixedPoint, Sight]]:
    points = {"running": where.normal, "edge": where.saddle, "down": where.failed}
    return {n: (q, sight_at(system, q.x, system.today)) for n, q in points.items() if q is not None and _has_slopes(system, q.x)}


def _has_slopes(system: System, x: Array) -> bool:
    """Whether the laws and what they show have finite slopes there, by states and by parameters."""
    every = range(len(system.parameters))
    laws, shown = system.linear(x[None], system.today, every), system.show_linear(x[None], system.today, every)
    return bool(finite(*laws, *shown)[0])


def _in_play(system: System) -> list[int]:
    """The parameters that have a logarithm and move anything anywhere in the box: not those of an option that is not chosen."""
    have = [i for i, v in enumerate(system.today) if math.isfinite(v) and v > 0]
    low, high = system.search
    x = low + (high - low) * even_points(_SPREAD, len(low))
    _, _, by = system.linear(x, system.today, have)
    _, _, shown = system.show_linear(x, system.today, have)
    moves = [np.abs(np.nan_to_num(t)).max(axis=(0, 1), initial=0.0) > 0 for t in (by, shown)]
    return [i for i, a, b in zip(have, *moves, strict=True) if a or b]


def _numbers(
    system: System, where: Operating, push: Push | None
) -> tuple[Identified | None, Identified | None, dict[str, Alone]]:
    """What is said about the parameters: by the means at rest, by the course after the push, and by each column alone at rest."""
    if where.normal is None or not _has_slopes(system, where.normal.x):
        return None, None, {}
    x, p = where.normal.x, system.today
    wanted = _in_play(system)
    names = [system.parameters[i] for i in wanted]

    def resting(some: Array) -> Array:
        q = p.copy()
        q[wanted] = some
        return at_rest(system, x if np.array_equal(q, p) else _followed(system, x, q), q, wanted)

    rest = identified(names, p[wanted], resting)
    alone = {}
    for c, column in enumerate(system.shown) if len(system.shown) > 1 else ():
        row = slice(c, c + 1)
        alone[column] = Alone(_alone(system, x, row), identified(names, p[wanted], _only(resting, row)))
    if push is None:
        return rest, None, alone
    lasts = push.lasts.low if push.lasts.is_point else push.lasts.middle
    steps = min(math.ceil(lasts / system.step_seconds), _PUSH_STEPS) + _PUSH_STEPS
    lasts = min(lasts, _PUSH_STEPS * system.step_seconds)
    course = under_push(system, x, p, wanted, push, lasts, steps, max(steps // _PUSH_ROWS, 1))
    if not np.isfinite(course).all():  # it leaves the domain of a formula on its way
        return rest, None, alone
    return rest, identified(names, p[wanted], lambda some: course), alone


def _only(slopes: Callable[[Array], Array], row: slice) -> Callable[[Array], Array]:
    return lambda p: slopes(p)[row]


def _alone(system: System, x: Array, row: slice) -> Sight:
    y, c, _ = system.show_linear(x[None], system.today)
    return sight(system.jacobian(x[None], system.today)[0], c[0][row], system.scale, y[0][row])


def _followed(system: System, x: Array, p: Array) -> Array:
    """Where the running state has gone when a parameter moves a little, by Newton; as it was where that finds nothing."""
    found, good = newton(system, x[None], p)
    return found[0] if good[0] else x


def _rebuilt(case: Case, system: System, table: MetricsTable, push: Push | None, options: Options) -> Rebuilt:
    r = record_of(table, _ROWS)
    shows = system.model.shows
    inputs = {c: e.name for c, e in shows.items() if isinstance(e, Name) and e.name in system.model.parameters}
    used = tuple(c for c in system.shown if c not in inputs and r.has(c))
    direct = {e.name for c, e in shows.items() if isinstance(e, Name) and c in used}
    hidden = tuple(i for i, s in enumerate(system.states) if s not in direct)

    def no(why: str) -> Rebuilt:
        return Rebuilt(r, None, hidden, used, tuple(inputs), why)

    if not used:
        return no("no column shows anything of its states")
    if not hidden:
        return no("each of its states has a column of its own")
    if len(r.times) < _LEAST_ROWS:
        return no(f"{len(r.times)} rows are too few")
    mine = push if push is not None and r.trigger is not None and _was_on(case, push) else None
    seen = {system.shown.index(c): (r.columns[c], noise_of(r.columns[c], r.before, log=c == "latency")) for c in used}
    given = {system.parameter(p): r.columns[c] for c, p in inputs.items() if r.has(c)}
    window = r.trigger if mine is not None and r.trigger is not None else (math.inf, math.inf)
    setting = Setting(system, r.times, seen, given, mine, window)
    why = too_coarse(setting)
    if why:
        return no(why)
    quiet = int(r.before.sum()) if r.trigger is not None else 0
    return Rebuilt(r, reconstruct(setting, options.seed, quiet=quiet), hidden, used, tuple(inputs), "", particles_of(setting))


def _was_on(case: Case, push: Push) -> bool:
    """A push is put in where its trigger was on in this incident, or where the case says nothing of it."""
    f = case.factors.get(push.trigger)
    return f is None or f.occurred is not False
