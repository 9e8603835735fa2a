"""Triggers that stay on for long: the horizon probability by conditional simulation.

While a trigger that others must meet stays on, failing arrivals come in clusters, so `1 - exp(-H kappa)` overstates the chance of
at least one. Here the on and off times of the triggers that others meet are simulated (Poisson arrivals, each on for exactly its
duration, the past stationary, one in force now on from the start); all else stays exact. Given such a path, with T_S the time that
the set S of them is on and N_bS how often b arrives while S is on,

`P(no failure | path, x) = (1 - Q(x)) prod_S exp(-T_S h(x, S)) prod_bS (1 - q_b(x, S))^N_bS`,

h(x, S) being the rate at which all other triggers fail it. The mean over classes of x is exact and over paths is an estimate with
its standard error (conditional Monte Carlo, S. Asmussen and P. Glynn, "Stochastic Simulation", 2007, V.4). The same random numbers
serve every intervention and every value of the numbers, so comparisons are paired. No limit on how many may be on: a
chain with exponential on times would have one, and is not the process (docs/decisions/0001-departures.md).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.case import Case
from fuelbed.core.errors import BudgetError
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.expectation import classes, on_tape
from fuelbed.numerics.process.interventions import Overrides, batch, middles
from fuelbed.numerics.ratio import Ratio

__all__ = ["PATHS", "Transient", "transient"]

Array = NDArray[np.float64]
PATHS = 2000
_SHARE = 1 / 20  # of the horizon: a duration from here on is long (docs/theory/structure.md)
_EXPECTED = 0.1  # failures while it is on: from here on they cluster
_PATTERNS = 6  # triggers that are told apart; more, and the probability is only bounded
_EVENTS = 4_000_000  # arrivals of one run, over all paths
_KEPT = 16  # simulated paths kept: most interventions leave the paths as they are


@dataclass(frozen=True, slots=True)
class Simulated:
    """P(at least one failure within the horizon) and its standard error; or a plain enclosure."""

    value: float
    error: float


@dataclass(frozen=True, eq=False)
class Transient:
    """The path simulation of one case. `long` are the triggers that call for it, `path` all whose on times are simulated."""

    model: Compiled  # the case's model with the tape of classes instead
    long: tuple[str, ...]
    path: tuple[str, ...]
    n_classes: int
    seed: int = 11
    _kept: dict[tuple[float, ...], tuple[Array, list[Array]]] = field(default_factory=dict)

    def probability(self, knobs: Mapping[str, float], row: Overrides, paths: int = PATHS) -> Simulated:
        """P(H) under one row of interventions at one value of every number. Raises `BudgetError` past the budget of arrivals."""
        alive = self._alive(knobs, row, paths)
        return Simulated(float(1.0 - alive.mean()), float(alive.std(ddof=1) / np.sqrt(len(alive))))

    def ratio(self, knobs: Mapping[str, float], row: Overrides, before: Overrides, paths: int = PATHS) -> Ratio | None:
        """P(H) under `row` over that under `before`, path by path, with 1.96 standard errors (delta method); None at 0 over 0."""
        now, was = 1.0 - self._alive(knobs, row, paths), 1.0 - self._alive(knobs, before, paths)
        if was.mean() <= 0:
            return None
        value = float(now.mean() / was.mean())
        error = 1.96 * float((now - value * was).std(ddof=1) / np.sqrt(len(now)) / was.mean())
        low, high = max(0.0, value - error), value + error
        if (now <= was + 1e-12).all():
            high = min(high, 1.0)
        if (now >= was - 1e-12).all():
            low = max(low, 1.0)
        return Ratio(value, min(low, value), max(high, value))

    def _alive(self, knobs: Mapping[str, float], row: Overrides, paths: int) -> Array:
        """The chance to see no failure on each path."""
        reg = self.model.tape.run(batch(self.model, knobs, [row]))[:, 0]
        at = self.model.tape.outputs

        def get(name: str) -> float:
            return float(reg[at[name]])

        total = get("total")
        if total <= 0:
            return np.ones(paths)
        key = (paths, *(get(f"{what}:{b}") for b in self.path for what in ("rate", "lasts", "now")))
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = self._features(get, paths)
        times, counts = self._kept[key]
        mass, standing, hazard, hit = (reg[x] for x in self._places)
        log = -times @ hazard.T
        for i, n in enumerate(counts):
            log += n @ np.log(np.maximum(1.0 - hit[i], 1e-300)).T
        return np.asarray(np.exp(log) @ (mass * (1.0 - standing) / total), dtype=float)

    @cached_property
    def _places(self) -> tuple[NDArray[np.intp], ...]:
        """Registers of mass and standing (classes), of hazards (classes, patterns), of hits (path, classes, patterns)."""
        at, cs, ks = self.model.tape.outputs, range(self.n_classes), range(2 ** len(self.path))
        rows = (
            [at[f"{c}:mass"] for c in cs],
            [at[f"{c}:standing"] for c in cs],
            [[at[f"{c}:{k}:h"] for k in ks] for c in cs],
            [[[at[f"{c}:{k}:{b}"] for k in ks] for c in cs] for b in self.path],
        )
        return tuple(np.array(r, dtype=np.intp) for r in rows)

    def _features(self, get: Callable[[str], float], paths: int) -> tuple[Array, list[Array]]:
        """Time spent in each pattern, (paths, patterns), and for each trigger its arrivals by pattern of the others."""
        horizon, m = self.model.case.horizon, len(self.path)
        rate = [get(f"rate:{b}") for b in self.path]
        lasts = [get(f"lasts:{b}") for b in self.path]
        if sum(r * (horizon + d) for r, d in zip(rate, lasts, strict=True)) * paths > _EVENTS:
            raise BudgetError(f"more than {_EVENTS} arrivals to simulate")
        starts = [
            _arrivals(r, d, get(f"now:{b}"), horizon, paths, np.random.default_rng([self.seed, i]))
            for i, (b, r, d) in enumerate(zip(self.path, rate, lasts, strict=True))
        ]
        on = [_Switch(s, d, horizon) for s, d in zip(starts, lasts, strict=True)]
        edges = np.concatenate(
            [np.zeros((1, paths)), np.full((1, paths), horizon), *starts, *(s + d for s, d in zip(starts, lasts, strict=True))]
        )
        edges = np.sort(np.clip(edges, 0.0, horizon), axis=0)
        length, middle = np.diff(edges, axis=0), (edges[:-1] + edges[1:]) / 2
        times = _by_pattern(_pattern(on, middle), length, 2**m)
        counts = []
        for i, s in enumerate(starts):
            others = [w if j != i else None for j, w in enumerate(on)]
            counts.append(_by_pattern(_pattern(others, s), ((s > 0) & (s <= horizon)).astype(float), 2**m))
        return times, counts


def _arrivals(rate: float, lasts: float, now: float, horizon: float, paths: int, rng: np.random.Generator) -> Array:
    """Arrival times from `-lasts` to the horizon, ascending, (most, paths); the first row is the start of one in force now.

    What is in force now is on for `lasts` from 0 on and is no arrival: it sits a hair before the start. Unused places are at 1e18.
    """
    at_start = np.where(rng.random(paths) < now, -1e-12, 1e18)
    mean = rate * (horizon + lasts)
    most = int(np.ceil(mean + 6.0 * np.sqrt(mean) + 8.0)) if mean > 0 else 0
    gaps = rng.standard_exponential((most, paths))
    t = np.cumsum(gaps, axis=0) / max(rate, 1e-300) - lasts
    return np.sort(np.concatenate([at_start[None, :], np.where(t <= horizon, t, 1e18)]), axis=0)


class _Switch:
    """Whether one trigger is on at any time of any path: some start in (time - lasts, time]."""

    def __init__(self, starts: Array, lasts: float, horizon: float) -> None:
        n = starts.shape[1]
        self.gap = 8.0 * (horizon + lasts)  # paths lie one after the other on one line, so that one search serves all
        self.lasts = lasts
        self.offset = self.gap * np.arange(n)
        flat = np.minimum(starts, self.gap / 2) + self.offset
        self.flat = np.sort(flat.T.ravel())

    def on(self, times: Array) -> NDArray[np.bool_]:
        """For times of shape (k, paths)."""
        at = np.minimum(times, self.gap / 4) + self.offset
        upto = np.searchsorted(self.flat, at.ravel(), side="right")
        gone = np.searchsorted(self.flat, (at - self.lasts).ravel(), side="right")
        return np.asarray(upto > gone).reshape(times.shape)


def _pattern(on: list[_Switch] | list[_Switch | None], times: Array) -> NDArray[np.intp]:
    """The set that is on, as a number whose first trigger is the slowest digit; None reads as off."""
    out = np.zeros(times.shape, dtype=np.intp)
    for w in on:
        out = 2 * out + (w.on(times) if w is not None else 0)
    return out


def _by_pattern(pattern: NDArray[np.intp], amount: Array, n: int) -> Array:
    paths = pattern.shape[1]
    where = pattern + n * np.arange(paths)
    total: Array = np.bincount(where.ravel(), weights=amount.ravel(), minlength=n * paths).astype(np.float64)
    return total.reshape(paths, n)


# ---- compiling -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def transient(model: Compiled) -> Transient | None:
    """The path simulation, or None where no trigger is on for long enough to matter. Raises `BudgetError` past the budgets."""
    case = model.case
    met = _met(model)
    suspects = tuple(b for b in met if _may_be_long(case, met[b], b))
    if not suspects:
        return None
    path = tuple(b for b in met if (q := case.factors[b].lasts) is not None and q.high > 0)
    if len(path) > _PATTERNS:
        raise BudgetError(f"more than {_PATTERNS} lasting triggers that must meet")
    found = _compile(model, path)
    long = tuple(b for b in suspects if _is_long(found, b))
    return dataclasses.replace(found, long=long) if long else None


def _met(model: Compiled) -> dict[str, list[str]]:
    """Triggers that others must meet: which arrivals read whether they are on."""
    s = model.structure
    out: dict[str, list[str]] = {}
    for t, f in model.arrivals.items():
        for v in s.bdd.support(f):
            kind, name = s.events[v]
            if kind == "trigger" and name != t:
                out.setdefault(name, []).append(t)
    return {f.name: out[f.name] for f in model.case.of_kind("trigger") if f.name in out}


def _may_be_long(case: Case, readers: list[str], b: str) -> bool:
    """A cheap test that errs on the safe side: every arrival that meets it is counted as a failure."""
    lasts = case.factors[b].lasts
    if lasts is None or lasts.high <= 0:
        return False
    rates = [case.factors[t].rate for t in readers]
    most = sum(RATE_CAP if r is None else r.high for r in rates)
    return lasts.high >= _SHARE * case.horizon or lasts.high * most > _EXPECTED


def _is_long(found: Transient, b: str) -> bool:
    """The criterion of docs/theory/structure.md, at the middle of the numbers: long against the horizon, or failures while on (more of them than
    while off) likely, in the worst state."""
    model = found.model
    lasts = model.case.factors[b].lasts
    if lasts is not None and lasts.high >= _SHARE * model.case.horizon:
        return True
    reg = model.tape.run(batch(model, middles(model), [{}]))[:, 0]
    at = model.tape.outputs
    rate = {p: float(reg[at[f"rate:{p}"]]) for p in found.path}
    hits = [
        [
            float(reg[at[f"{c}:{k}:h"]]) + sum(rate[p] * float(reg[at[f"{c}:{k}:{p}"]]) for p in found.path if p != b)
            for k in range(2 ** len(found.path))
        ]
        for c in range(found.n_classes)
    ]
    bit = 2 ** (len(found.path) - 1 - found.path.index(b))
    worst = max((row[k] - row[k - bit] for row in hits for k in range(len(row)) if k & bit), default=0.0)
    return worst * float(reg[at[f"lasts:{b}"]]) > _EXPECTED


def _compile(model: Compiled, path: tuple[str, ...]) -> Transient:
    """The tape of classes: their mass, their standing failure, and for every pattern the hazards while it lasts."""
    d = Diagrams(model.case, tipping=model.tips.tipping)
    t, b, i = d.inputs.tape, d.bdd, d.inputs
    demands = d.demands()
    incidence = d.incidence() if model.posterior else None
    off = {d.place[f"{n}.{part}"]: False for n in d.vars.windows for part in ("now", "window")}
    patterns = list(product((False, True), repeat=len(path)))
    after = [d.standing()]
    for s in patterns:
        fixed = {**off, **{d.place[f"{n}.on"]: v for n, v in zip(path, s, strict=True)}}
        after += [b.restrict(x.fails, fixed) for x in demands]
    before = []
    if incidence is not None:
        facts = b.all_(incidence.facts)
        before = [b.and_(f, facts) for _, f in incidence.arrivals]
    out: dict[str, int] = {}
    found = classes(d.space, after, before)
    for c, (ys, xs, mass) in enumerate(found):
        weight = mass
        if incidence is not None:
            terms = [t.mul(w, on_tape(d.space, f, "pre:")) for (w, _), f in zip(incidence.arrivals, xs, strict=True)]
            weight = t.mul(mass, t.sum(terms))
        out[f"{c}:mass"] = weight
        out[f"{c}:standing"] = on_tape(d.space, ys[0], "")
        for k in range(len(patterns)):
            row = dict(zip((x.trigger for x in demands), ys[1 + k * len(demands) :], strict=False))
            q = {n: on_tape(d.space, f, "") for n, f in row.items()}
            out[f"{c}:{k}:h"] = t.sum([t.mul(i.number(f"{n}.rate"), q[n]) for n in q if n not in path])
            out.update({f"{c}:{k}:{n}": q.get(n, t.const(0.0)) for n in path})
    out["total"] = t.sum([out[f"{c}:mass"] for c in range(len(found))])
    for n in path:
        out[f"rate:{n}"] = i.number(f"{n}.rate")
        out[f"lasts:{n}"] = i.number(f"{n}.lasts")
        out[f"now:{n}"] = i.forced(f"{n}.now") if n in d.vars.windows else t.const(0.0)
    tape = t.build(out)
    inner = dataclasses.replace(model, tape=tape, defaults=i.defaults, knobs={**model.knobs, **i.knobs})
    return Transient(inner, (), path, len(found))
