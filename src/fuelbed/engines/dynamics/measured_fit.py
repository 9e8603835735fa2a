"""The numbers of a model as its metrics show them, beside those that the case declares, and the surge at which it would stay down.

A retry service is fitted by what its kind of record shows (`numerics/series/retry.py`); any other model by the one-step-ahead error of
its own map, where every state has a column of its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.dynamics import Model, Parameter, Part, Push
from fuelbed.core.estimates import Estimate
from fuelbed.core.quantities import Quantity
from fuelbed.engines.dynamics.asking import MOST, Asked, criticals
from fuelbed.engines.dynamics.draws import Draws, Variant, draw
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.series import RetryFit, fit, fit_retry, one_step, predict_surge
from fuelbed.numerics.series.blocks import LEVEL
from fuelbed.numerics.series.record import Record

__all__ = ["Compared", "Fitted", "fit_map", "fit_service", "verdict_of"]

Array = NDArray[np.float64]
_DRAWS = 48  # of the fitted numbers, each followed by the model: 5 % of them are two on either side
_WIDER = 1.0  # widths of the declared interval that a fit may leave it by, on each side: else it could only agree
_MOST_STEPS = 50  # of the map between two rows
_SURGE = "a surge"
_GRID = 0.05  # of the resends that `fit_retry` tries


@dataclass(frozen=True, slots=True)
class Compared:
    """One parameter: as declared (None where the case does not give it) and as the metrics say."""

    parameter: str
    declared: Quantity | None
    unit: str
    seen: Estimate
    word: str


@dataclass(frozen=True, eq=False)
class Fitted:
    """What the record says of one model.

    rows     the parameters, each beside the declared one.
    surge    how great a push it would stay down after; None with `why` where that could not be asked.
    pushed   what the surge is a surge of, in words; none: the share of draws at which none up to the greatest looked at does.
    why, ask what stood in the way, and the one question that would help ("" for none).
    """

    model: Model
    rows: tuple[Compared, ...] = ()
    surge: Estimate | None = None
    pushed: str = ""
    none: float = 0.0
    why: str = ""
    ask: str = ""


def verdict_of(declared: Quantity | None, seen: Estimate, slack: float = 0.0) -> str:
    """`inside`: where the declared number lies, the metrics put it too; `outside`: they share no value; else how far it goes.

    slack: how finely the number was looked for at all.
    """
    if declared is None or not declared.given:
        return "not declared"
    if seen.is_unknown:
        return "not seen"
    low, high = declared.low, declared.high
    if high < seen.low - slack or low > seen.high + slack:
        return "outside"
    if np.isinf(seen.high):
        return "not excluded" if low >= seen.low else "partly"
    if declared.is_point:
        return "inside"
    return "inside" if seen.low >= low and seen.high <= high else "partly"


def fit_service(m: Model, r: Record, rng: np.random.Generator) -> Fitted:
    """A retry service: capacity, resends and load from load, attempts and goodput."""
    c = r.columns
    try:
        found = fit_retry(r.times, c["load"], c["attempts"], c["goodput"], rng, c.get("latency"), c.get("queue"), r.trigger)
    except ValueError as e:
        return Fitted(m, why=f"{e}", ask="longer")
    rows = tuple(_beside(m, n, e) for n, e in (("capacity", found.capacity), ("retries", found.retries), ("load", found.load)))
    told = ("capacity", "load", "queue", *(() if found.retries.value is None else ("retries",)))  # the kernel has a default queue
    needed = [p for p in m.missing if p.name not in told]
    lasts = r.lasts if r.lasts is not None else _declared_length(m)
    if needed or lasts is None:
        why = f"`{needed[0].name}` of `{m.name}` is not given" if needed else "how long the trigger lasts is not given"
        return Fitted(m, rows, why=f"The surge at which it would stay down was not computed: {why}.")
    surge, none = predict_surge(found, lambda drawn: _critical_surges(m, found, drawn, lasts, rng))
    resends, rest = (
        (", resends", "") if found.retries.value is not None else ("", ", resends (the record does not show them) too")
    )
    whose = f"surge of {lasts:g} s; capacity{resends} and load from the metrics, the rest as declared{rest}"
    return Fitted(m, rows, replace(surge, method=f"{surge.method}; {whose}"), f"load for {lasts:g} s", none)


def _beside(m: Model, name: str, seen: Estimate) -> Compared:
    p = m.parameters[name]
    q = p.quantity if p.quantity.given else None
    return Compared(name, q, p.unit, seen, verdict_of(q, seen, _GRID if name == "retries" else 0.0))


def _declared_length(m: Model) -> float | None:
    """How long a declared push lasts, of the first that does."""
    return next((p.lasts.middle for p in m.pushes.values() if p.lasts.middle > 0), None)


def _critical_surges(m: Model, found: RetryFit, drawn: Mapping[str, Array], lasts: float, rng: np.random.Generator) -> Array:
    """(draws,) load during over load before, from which on it stays down; inf for none up to 1 + MOST."""
    pick = np.linspace(0, len(drawn["load"]) - 1, min(_DRAWS, len(drawn["load"]))).astype(int)
    n = len(pick)
    part = Part("load", "times", Quantity.point(2.0, "number"))
    known = {k: _known(p, float(np.median(drawn[k])) if k in drawn else 1.0) for k, p in m.parameters.items()}
    surged = replace(m, pushes={_SURGE: Push(_SURGE, (part,), Quantity.point(lasts, "time"))}, parameters=known)
    base = draw(surged, Draws(rng))
    table = base.table[np.arange(n) % len(base.table)]
    for name, values in drawn.items():
        if name != "retries" or found.retries.value is not None:
            table[:, list(m.parameters).index(name)] = values[pick]
    if "queue" in m.parameters and not m.parameters["queue"].quantity.given:
        table[:, list(m.parameters).index("queue")] = np.nan  # made of a capacity that nobody gave: the kernel makes it anew
    v = Variant("", surged, table, {(_SURGE, "load"): np.full(n, 2.0)}, {_SURGE: np.full(n, lasts)})
    return 1.0 + criticals([Asked.of(v, _SURGE)])[0].sizes


def _known(p: Parameter, value: float) -> Parameter:
    """A parameter that nobody gave gets the middle of the record, so that the model can be compiled; its column is replaced after."""
    return p if p.quantity.given else replace(p, quantity=Quantity.point(value, p.quantity.dimension))


def fit_map(m: Model, r: Record, rng: np.random.Generator) -> Fitted:
    """The parameters that the case gives as intervals, by the one-step-ahead error of the model's own map."""
    lacking = [s for s in m.states if not r.has(s)]
    if lacking:
        named = ", ".join(f"`{s}`" for s in lacking)
        return Fitted(m, why=f"`{r.table.name}` has no column for {named} of `{m.name}`.", ask="columns")
    unknown = [p.name for p in m.missing if not _column_of(m, r, p.name)]
    if unknown:
        return Fitted(m, why=f"`{unknown[0]}` of `{m.name}` is not given, so its map cannot be followed.")
    free = [n for n, p in m.parameters.items() if _is_free(m, r, n, p)]
    if not free:
        return Fitted(m, why=f"`{m.name}` declares no interval that its metrics could narrow.")
    x, p, steps = _steps_of(m, r)
    if not steps:
        return Fitted(m, why=f"Rows every {r.table.step:g} s do not fit the model's steps of {m.step:g} s.", ask="step")
    return _fitted_map(m, r, free, x, p, steps, rng)


def _is_free(m: Model, r: Record, name: str, p: Parameter) -> bool:
    return p.quantity.given and not p.quantity.is_point and not p.varies and not _column_of(m, r, name)


def _column_of(m: Model, r: Record, name: str) -> str:
    """The column that shows a parameter over time: one of its name, or `load` for the load."""
    if r.has(name):
        return name
    return "load" if name == m.load and r.has("load") else ""


def _steps_of(m: Model, r: Record) -> tuple[Array, Array, int]:
    """States (T, S) and parameters (T, P) on the model's own steps, and how many of those lie between two rows (0: it does not fit).

    Rows on either side of a gap are kept apart by one that is not measured, and so is what a push does that no column shows.
    """
    every = r.table.step
    ratio, thin = every / m.step if m.step > 0 else 0.0, 1
    if 0 < ratio < 0.99:
        thin = round(1 / ratio)
        ratio *= thin
    steps = round(ratio)
    if steps < 1 or steps > _MOST_STEPS or abs(ratio - steps) > 0.01 * steps:
        return np.empty((0, 0)), np.empty((0, 0)), 0
    system = compile_model(m)
    x = np.stack([r.columns[s] for s in m.states], axis=1).copy()
    p = np.tile(system.today, (len(x), 1))
    for i, name in enumerate(m.parameters):
        column = _column_of(m, r, name)
        if column:
            p[:, i] = r.columns[column]
    x[np.isnan(p).any(axis=1)] = np.nan
    x[_unseen(m, r)] = np.nan
    x, p, t = x[::thin], p[::thin], r.times[::thin]
    breaks = np.flatnonzero(np.abs(np.diff(t) - thin * every) > 0.1 * thin * every) + 1
    return np.insert(x, breaks, np.nan, axis=0), np.insert(p, breaks, system.today, axis=0), steps


def _unseen(m: Model, r: Record) -> NDArray[np.bool_]:
    """Rows at which a push does something that no column shows."""
    parts = [part for push in m.pushes.values() for part in push.parts]
    if r.trigger is None or not parts:
        return np.zeros(len(r.times), dtype=bool)
    out = np.zeros(len(r.times), dtype=bool)
    if any(part.target in m.parameters and not _column_of(m, r, part.target) for part in parts):
        out |= r.during
    if any(part.target in m.states for part in parts):
        out[int(np.searchsorted(r.times, r.trigger[0])) : int(np.searchsorted(r.times, r.trigger[0])) + 1] = True
    return out


def _fitted_map(m: Model, r: Record, free: list[str], x: Array, p: Array, steps: int, rng: np.random.Generator) -> Fitted:
    system = compile_model(m)

    def step(now: Array, known: Array) -> Array:
        for _ in range(steps):
            now = system.step(now, known)
        return now

    q = [m.parameters[n].quantity for n in free]
    bounds = [_bounds(m.parameters[n]) for n in free]
    columns = [list(m.parameters).index(n) for n in free]
    low, high = (np.array(b) for b in zip(*bounds, strict=True))
    units = ["s" if m.parameters[n].unit == "seconds" else m.parameters[n].unit for n in free]
    try:
        residual = one_step(step, x, p, columns)
        found = fit(residual, free, np.array([a.middle for a in q]), low, high, rng, units=units)
    except ValueError as e:
        return Fitted(m, why=f"{e}.", ask="longer")
    rows = tuple(_beside(m, n, found[n]) for n in free)
    if m.missing or not m.pushes:
        return Fitted(m, rows)
    return _push_of_map(m, rows, dict(zip(columns, found.draws.T, strict=True)), rng)


def _bounds(p: Parameter) -> tuple[float, float]:
    """Where a fit may look: the declared interval and as much again on each side; what is not negative, or a share, stays so."""
    low, high = p.quantity.low, p.quantity.high
    high = high if np.isfinite(high) else max(10.0 * abs(low), 1.0)
    room = _WIDER * (high - low)
    least = max(low - room, 0.0) if low >= 0 else low - room
    return least, min(high + room, 1.0) if p.unit == "" and low >= 0 and high <= 1 else high + room


def _push_of_map(m: Model, rows: tuple[Compared, ...], drawn: Mapping[int, Array], rng: np.random.Generator) -> Fitted:
    """The size of the model's first push that it would stay down after, at draws of the fitted numbers."""
    trigger = next(iter(m.pushes))
    base = draw(m, Draws(rng))
    size = len(next(iter(drawn.values())))
    pick = np.linspace(0, size - 1, min(_DRAWS, size)).astype(int)
    rows_of = np.arange(len(pick)) % len(base.table)
    table = base.table[rows_of]
    for column, values in drawn.items():
        table[:, column] = values[pick]
    v = Variant("", m, table, {k: a[rows_of] for k, a in base.pushes.items()}, {t: a[rows_of] for t, a in base.lasts.items()})
    sizes = criticals([Asked.of(v, trigger)])[0].sizes
    low, middle, high = np.quantile(sizes, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], method="nearest")
    said = (
        f"boundary of the map at {len(pick)} draws of the fitted numbers, {LEVEL:.0%} of them; none above {MOST:g} was looked at"
    )
    value = float(middle) if np.isfinite(middle) else None
    e = Estimate(value, float(low), float(high), "plain", "× the push", "computed", said)
    return Fitted(m, rows, e, f"`{trigger}`, in pushes as declared", float(np.isinf(sizes).mean()))
