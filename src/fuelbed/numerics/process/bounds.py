"""Intervals of computed quantities, paired: the same values of every uncertain number on both sides of a comparison.

Hazard and loss are, in each number alone, linear-fractional (or exponential in a duration), so over a box they, their paired
difference and their ratio are extreme at a corner. A number that speaks both of the incident and of the future (how often a control
fails) is quadratic over linear: where its gradient changes sign its two parts are varied apart, which encloses the true range. The horizon probability is not: the difference of two exponentials can be
largest inside. Its own interval is taken at the ends where its gradient keeps one sign; its difference and ratio are outer
enclosures. The sign of the exact gradient is tested over corners and inner points; numbers with one sign are set to their ends, the
rest are tried at all corners (up to `_CORNERS` of them). Distributions are sampled by Latin hypercube, and the 5th percentile of
the lower and the 95th of the upper end are reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import Overrides, batch, middles
from fuelbed.numerics.sampling import box_points, latin_hypercube, quantile

__all__ = ["Bound", "Comparison", "bounds"]

Array = NDArray[np.float64]
Quantity3 = Literal["after", "difference", "ratio"]
_CORNERS = 10
_REGISTERS = 2_000_000  # of one run of the tape, to keep it in memory
_WORK = 8e7  # tape operations spent on corners, over all rows
_TESTED = 64
_SAMPLES = 400
_TINY = 1e-11


@dataclass(frozen=True, slots=True)
class Bound:
    """A value at the middle of every number, its interval, and how the interval was got."""

    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One output under one set of interventions: after, after - before, after / before (where both are 0 it says nothing and is left out; 1 if so everywhere)."""

    after: Bound
    difference: Bound
    ratio: Bound


@dataclass(slots=True)
class _Task:
    row: int
    output: str
    what: Quantity3
    low_end: list[float]  # share 0 or 1 per interval knob
    mixed: list[int]
    seen: tuple[float, float]


def bounds(
    model: Compiled, rows: Sequence[Overrides], outputs: Sequence[str], rng: np.random.Generator
) -> list[dict[str, Comparison]]:
    """For every row of interventions and every output, the paired comparison with no intervention."""
    solver = _Bounds(model, [{}, *rows], tuple(outputs), rng)
    return solver.solve()[1:]


class _Bounds:
    def __init__(self, model: Compiled, rows: list[Overrides], outputs: tuple[str, ...], rng: np.random.Generator) -> None:
        self.model, self.rows, self.outputs = model, rows, outputs
        uncertain = [k for k in model.knobs.values() if k.uncertain]
        self.boxed = [k.label for k in uncertain if k.quantity.kind == "interval"]
        self.drawn = [k.label for k in uncertain if k.quantity.kind != "interval"]
        self.mid = middles(model)
        self.rng = rng
        both = [j for j, k in enumerate(self.boxed) if len({n.startswith("pre:") for n in model.knobs[k].inputs}) == 2]
        work = 4 * model.tape.size * len(rows)
        self.corners = max(2, min(_CORNERS, int(np.log2(max(1.0, _WORK / work)))))
        self.twin = {j: len(self.boxed) + i for i, j in enumerate(both)}
        u = latin_hypercube(len(self.drawn), _SAMPLES, rng) if self.drawn else np.empty((0, 1))
        self.draws = {k: self._quantile(k, u[i]) for i, k in enumerate(self.drawn)}

    def _quantile(self, label: str, u: Array) -> Array:
        return quantile(self.model.knobs[label].quantity, u, RATE_CAP)

    def _ends(self, label: str) -> tuple[float, float]:
        q = self.model.knobs[label].quantity
        return min(q.low, RATE_CAP), min(q.high, RATE_CAP)

    def _at(self, shares: Array) -> dict[str, Array | float]:
        """Knob values at shares (boxed knobs and perhaps their twins, n); 0 and 1 are the exact ends."""
        out: dict[str, Array | float] = dict(self.mid)
        for i, k in enumerate(self.boxed):
            out[k] = self._value(k, shares[i])
            if i in self.twin and self.twin[i] < len(shares):
                out["pre:" + k] = self._value(k, shares[self.twin[i]])
        return out

    def _value(self, label: str, share: Array) -> Array:
        low, high = self._ends(label)
        inner = self._quantile(label, np.clip(share, 0.0, 1.0))
        return np.where(share <= 0.0, low, np.where(share >= 1.0, high, inner))

    def _run(self, rows: Sequence[Overrides], knobs: Mapping[str, Array | float]) -> Array:
        return self.model.tape.run(batch(self.model, knobs, rows))

    def solve(self) -> list[dict[str, Comparison]]:
        middle = self._run(self.rows, self.mid)
        at_mid = {o: middle[self.model.tape.outputs[o]] for o in self.outputs}
        if not self.boxed and not self.drawn:
            return [{o: _point(at_mid[o][r], at_mid[o][0]) for o in self.outputs} for r in range(len(self.rows))]
        tasks = self._tasks()
        found = self._extremes(tasks)
        method = self._method(tasks)
        out: list[dict[str, Comparison]] = [{} for _ in self.rows]
        for r in range(len(self.rows)):
            for o in self.outputs:
                parts = {}
                for what in ("after", "difference", "ratio"):
                    ends = found.get((r, o, what))
                    low, high = ends or _enclosure(what, found[(r, o, "after")], found[(0, o, "after")])
                    value = np.nan_to_num(_of(what, at_mid[o][r], at_mid[o][0]), nan=1.0, posinf=np.inf)
                    parts[what] = Bound(float(value), min(low, float(value)), max(high, float(value)), method[(r, o, what)])
                out[r][o] = Comparison(**parts)
        return out

    def _tasks(self) -> list[_Task]:
        """Test the signs of the gradients and note what is left to try at corners."""
        n = _TESTED if self.boxed else 1
        knobs: dict[str, Array | float] = dict(self.mid)
        if self.boxed:
            knobs = self._at(box_points(len(self.boxed), n, self.rng))
        for k in self.drawn:
            knobs[k] = self._quantile(k, np.clip(self.rng.random(n), 0.05, 0.95))
        step = max(1, _REGISTERS // (self.model.tape.size * n))
        values: dict[str, list[Array]] = {o: [] for o in self.outputs}
        grads: dict[str, list[Array]] = {o: [] for o in self.outputs}
        for a in range(0, len(self.rows), step):
            part = self.rows[a : a + step]
            reg = self._run(part, knobs)
            for o in self.outputs:
                values[o].append(reg[self.model.tape.outputs[o]].reshape(len(part), n))
                grads[o].append(self._knob_gradient(reg, o, part, n))
        tasks = []
        for o in self.outputs:
            value, grad = np.concatenate(values[o]), np.concatenate(grads[o])
            wanted: tuple[Quantity3, ...] = ("after",) if o == "probability" else ("after", "difference", "ratio")
            for r in range(len(self.rows)):
                tasks += [self._task(r, o, w, value, grad) for w in wanted]
        return tasks

    def _knob_gradient(self, reg: Array, output: str, rows: Sequence[Overrides], n: int) -> Array:
        """d output / d boxed knob, shape (rows, knobs, n), through defaults and overrides."""
        g = self.model.tape.gradient(reg, output).reshape(self.model.tape.n_inputs, len(rows), n)
        place = {name: i for i, name in enumerate(self.model.tape.inputs)}
        out = np.zeros((len(rows), len(self.boxed), n))
        for j, k in enumerate(self.boxed):
            for name in self.model.knobs[k].inputs:
                if name in place:
                    out[:, j] += g[place[name]]
        at = {k: j for j, k in enumerate(self.boxed)}
        for r, changes in enumerate(rows):
            for name, value in changes.items():
                if name not in place:
                    continue
                default = self.model.defaults[name]
                if isinstance(default, str) and default in at:
                    out[r, at[default]] -= g[place[name], r]
                if isinstance(value, str) and value in at:
                    out[r, at[value]] += g[place[name], r]
        return out

    def _task(self, r: int, o: str, what: Quantity3, value: Array, grad: Array) -> _Task:
        after, before = value[r], value[0]
        slope = grad[r]
        if what == "difference":
            slope = grad[r] - grad[0]
        elif what == "ratio":
            slope = grad[r] * before - grad[0] * after
        scale = np.abs(grad[r]) + np.abs(grad[0]) if what != "ratio" else np.abs(grad[r] * before) + np.abs(grad[0] * after)
        up = (slope >= -_TINY * scale).all(axis=1)
        down = (slope <= _TINY * scale).all(axis=1)
        mixed = [j for j in range(len(self.boxed)) if not up[j] and not down[j]]
        mixed += [self.twin[j] for j in mixed if j in self.twin]
        values = _of(what, after, before)
        return _Task(r, o, what, [0.0 if u else 1.0 for u in up], mixed, _hull(values))

    def _extremes(self, tasks: list[_Task]) -> dict[tuple[int, str, str], tuple[float, float]]:
        """Evaluate the ends and corners of one row's tasks together, beside the baseline at the same points."""
        out: dict[tuple[int, str, str], tuple[float, float]] = {}
        for r in range(len(self.rows)):
            mine = [t for t in tasks if t.row == r]
            shares = [self._points(t) for t in mine]
            unique, where = np.unique(np.concatenate(shares, axis=1), axis=1, return_inverse=True)
            where = np.asarray(where).reshape(-1)
            values = self._at_all(unique, [self.rows[0], self.rows[r]])
            start = 0
            for t, points in zip(mine, shares, strict=True):
                at = where[start : start + points.shape[1]]
                start += points.shape[1]
                v = _of(t.what, values[t.output][1][:, at], values[t.output][0][:, at])
                if self.drawn:
                    v = np.where(np.isnan(v), 1.0, v)
                    ends = (float(np.quantile(v, 0.05, axis=0).min()), float(np.quantile(v, 0.95, axis=0).max()))
                else:
                    ends = _hull(np.append(v.ravel(), t.seen))
                out[(t.row, t.output, t.what)] = ends
        return out

    def _points(self, t: _Task) -> Array:
        """Both ends of the one-signed knobs, with all corners (or many, past the limit) of the mixed ones."""
        ends = np.array([t.low_end, [1.0 - x for x in t.low_end]]).T.reshape(len(self.boxed), 2)
        ends = np.concatenate([ends, ends[list(self.twin)]], axis=0)  # a twin moves with its number unless it is mixed
        if not t.mixed:
            return ends
        m = len(t.mixed)
        if m <= self.corners:
            corners = ((np.arange(2**m)[None, :] >> np.arange(m)[:, None]) & 1).astype(float)
        else:
            corners = (self.rng.random((m, 2**self.corners)) > 0.5).astype(float)
        out = np.repeat(ends, corners.shape[1], axis=1)
        out[t.mixed] = np.tile(corners, (1, 2))
        return out

    def _at_all(self, shares: Array, rows: list[Overrides]) -> dict[str, list[Array]]:
        """values[output][row] of shape (draws, points)."""
        n_draws = _SAMPLES if self.drawn else 1
        n = shares.shape[1]
        out: dict[str, list[Array]] = {o: [] for o in self.outputs}
        knobs = {k: np.tile(v, n_draws) if isinstance(v, np.ndarray) else v for k, v in self._at(shares).items()}
        for k in self.drawn:
            knobs[k] = np.repeat(self.draws[k], n)
        for row in rows:
            reg = self._run([row], knobs)
            for o in self.outputs:
                value = reg[self.model.tape.outputs[o]]
                value = np.broadcast_to(value if value.size > 1 else value[0], (n_draws * n,))
                out[o].append(value.reshape(n_draws, n))
        return out

    def _method(self, tasks: list[_Task]) -> dict[tuple[int, str, str], str]:
        out: dict[tuple[int, str, str], str] = {}
        for t in tasks:
            m = len(t.mixed)
            if not m:
                how = f"at the ends: one-signed in every number at {_TESTED} tested points"
            elif t.output == "probability":
                how = f"ends of the tried corners and {_TESTED} tested points"
            elif m <= self.corners:
                how = f"all {2**m} corners of {m} number{'s' if m > 1 else ''}, the rest one-signed at {_TESTED} tested points"
            else:
                how = f"at least this wide: {2**self.corners} sampled corners of {m} numbers"
            if self.drawn:
                how = f"5th to 95th percentile of {_SAMPLES} samples; intervals {how}"
            out[(t.row, t.output, t.what)] = how
            if t.output == "probability":
                out[(t.row, t.output, "difference")] = out[(t.row, t.output, "ratio")] = "outer enclosure, not paired"
        return out


def _enclosure(what: str, after: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    """Bounds of a difference or ratio from the two intervals alone."""
    if what == "difference":
        return after[0] - before[1], after[1] - before[0]
    low = after[0] / before[1] if before[1] > 0 else 1.0
    high = after[1] / before[0] if before[0] > 0 else (float("inf") if after[1] > 0 else 1.0)
    return low, high


def _of(what: Quantity3, after: Array, before: Array) -> Array:
    after, before = np.asarray(after, dtype=float), np.asarray(before, dtype=float)
    if what == "after":
        return after
    if what == "difference":
        return after - before
    safe = np.where(before > 0, before, 1.0)
    return np.where(before > 0, after / safe, np.where(after > 0, np.inf, np.nan))


def _hull(v: Array) -> tuple[float, float]:
    """Least and greatest, leaving out where a ratio of nothing to nothing says nothing; no change where that is everywhere."""
    known = v[~np.isnan(v)]
    return (float(known.min()), float(known.max())) if known.size else (1.0, 1.0)


def _point(after: float, before: float) -> Comparison:
    parts = {}
    for what in ("after", "difference", "ratio"):
        v = float(np.nan_to_num(_of(what, after, before), nan=1.0, posinf=np.inf))  # type: ignore[arg-type]  # 0-d arrays of one number
        parts[what] = Bound(v, v, v, "exact: every number is a point")
    return Comparison(**parts)
