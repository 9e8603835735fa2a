"""Intervals of computed quantities, paired: the same values of every uncertain number on both sides of a comparison.

Hazard and loss are, in each number alone, linear-fractional (or exponential in a duration), so over a box they, their paired
difference and their ratio are extreme at a corner. A number that speaks both of the incident and of the future (how often a control
fails) is quadratic over linear: where its gradient changes sign its two parts are varied apart, which encloses the true range. The
horizon probability is not: the difference of two exponentials can be largest inside. Its own interval is taken at the ends where its
gradient keeps one sign; its difference and ratio are outer enclosures. The sign of the exact gradient is tested over corners and
inner points; numbers with one sign are set to their ends, the rest are tried at all corners (up to `_CORNERS` of them).
Distributions are sampled by Latin hypercube, and the 5th percentile of the lower and the 95th of the upper end are reported.

Where a trigger stays on for long the horizon probability is simulated (`transient.py`), at the same ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.errors import BudgetError
from fuelbed.numerics.process.box import Box
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import Overrides, batch
from fuelbed.numerics.process.transient import PATHS, Transient, transient
from fuelbed.numerics.sampling import box_points, quantile

__all__ = ["Bound", "Comparison", "bounds", "sampled"]

Array = NDArray[np.float64]
What = Literal["after", "difference", "ratio"]
_CORNERS = 16  # DESIGN 3
_REGISTERS = 2_000_000  # of one run of the tape, to keep it in memory
_WORK = 1.5e8  # tape operations spent on corners, over all rows
_TEST_WORK = 1.5e8  # spent on the signs of gradients
_TESTED = 32  # points at which signs are tested; fewer, but at least the next, where the sum is long
_TESTED_LEAST = 4
_SAMPLES = 400  # of the distributions; fewer, but at least the next, where one evaluation is long
_SAMPLES_LEAST = 80
_TINY = 1e-11
_DRAWN_PATHS = 12  # draws of the distributions at which the paths are run


@dataclass(frozen=True, slots=True)
class Bound:
    """A value at the middle of every number (NaN where only the interval is known), its interval, and how it was got."""

    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One output under one set of interventions: after, after - before, after / before.

    Where before and after are both 0 a ratio says nothing and is left out; it is 1 where that is so everywhere.
    """

    after: Bound
    difference: Bound
    ratio: Bound


@dataclass(slots=True)
class _Task:
    row: int
    output: str
    what: What
    low_end: list[float]  # share 0 or 1 per interval knob
    mixed: list[int]
    seen: tuple[float, float]


def bounds(
    model: Compiled,
    rows: Sequence[Overrides],
    outputs: Sequence[str],
    rng: np.random.Generator,
    paired: bool = True,
    effort: float = 1.0,
) -> list[dict[str, Comparison]]:
    """For every row of interventions and every output, the paired comparison with no intervention.

    `paired=False` where only `after` is wanted: differences and ratios are then outer enclosures. `effort`
    scales the work spent on corners.
    """
    share = _loss_per_failure(model) if "hazard" in outputs and "loss" in outputs else None
    asked = tuple(o for o in outputs if o != "loss" or share is None)
    found = _Bounds(model, [{}, *rows], asked, rng, paired, effort).solve()[1:]
    if share is not None:
        for row in found:
            row["loss"] = _scaled(row["hazard"], share)
    return found


def _loss_per_failure(model: Compiled) -> float | None:
    """Where every failure costs the same certain loss, hazard and loss are one computation."""
    first = model.case.outcomes[0]
    certain = len(model.case.outcomes) == 1 and first.name == model.case.failure and first.loss.is_point
    moved = any(c.parameter == "loss" for a in model.case.actions.values() for c in a.does)
    return first.loss.low if certain and not moved else None


def _scaled(c: Comparison, by: float) -> Comparison:
    def times(b: Bound) -> Bound:
        return Bound(b.value * by, b.low * by, b.high * by, b.method)

    return Comparison(times(c.after), times(c.difference), c.ratio)


def sampled(model: Compiled, outputs: Sequence[str], rng: np.random.Generator, points: int = _TESTED) -> dict[str, Bound]:
    """Values at the middle and their range over points of the box (half of them corners): a cheap inner estimate of an interval."""
    box = Box(model, points, rng)
    n = points if box.boxed else max(1, len(next(iter(box.draws.values()), ())))
    knobs: dict[str, Array | float] = box.at(box_points(len(box.boxed), n, rng)) if box.boxed else dict(box.middle)
    for k, v in box.draws.items():
        knobs[k] = v[:n]
    at = model.tape.outputs
    middle, reg = (model.tape.run(batch(model, k, [{}])) for k in (box.middle, knobs))
    how = "exact: every number is a point" if box.is_point else f"range over {n} points of the numbers, at least this wide"
    out = {}
    for o in outputs:
        value, seen = float(middle[at[o], 0]), reg[at[o]]
        out[o] = Bound(value, min(value, float(seen.min())), max(value, float(seen.max())), how)
    return out


class _Bounds:
    def __init__(
        self,
        model: Compiled,
        rows: list[Overrides],
        outputs: tuple[str, ...],
        rng: np.random.Generator,
        paired: bool,
        effort: float,
    ) -> None:
        self.paired = paired
        self.model, self.rows, self.outputs, self.rng = model, rows, outputs, rng
        self.asked = outputs
        if model.bounded and "probability" in outputs:
            self.outputs = (*outputs, "probability_low")
        once = model.tape.work * len(rows) * len(self.outputs)
        self.box = Box(model, max(_SAMPLES_LEAST, min(_SAMPLES, int(_TEST_WORK / once))), rng)
        work = model.tape.work * self.box.n_draws * len(rows) * len(self.outputs) * (2 if paired else 1)  # of one point
        self.tested = max(_TESTED_LEAST, min(_TESTED, int(_TEST_WORK / work)))
        self.corners = max(2, min(_CORNERS, int(np.log2(max(1.0, effort * _WORK / (6 * work))))))

    def _run(self, rows: Sequence[Overrides], inputs: Array) -> dict[str, Array]:
        """Outputs as (row, point), in parts that fit into memory; `inputs` is (tape inputs, rows x points)."""
        n, size = inputs.shape[1], self.model.tape.size
        step = max(1, _REGISTERS // size)
        space = np.empty((size, min(n, step)))
        at = [self.model.tape.outputs[o] for o in self.outputs]
        parts = [self.model.tape.run(inputs[:, a : a + step], space)[at] for a in range(0, n, step)]
        whole = np.concatenate(parts, axis=1).reshape(len(at), len(rows), -1)
        return dict(zip(self.outputs, whole, strict=True))

    def solve(self) -> list[dict[str, Comparison]]:
        at_mid = self._run(self.rows, batch(self.model, self.box.middle, self.rows))
        if self.box.is_point:
            found = [{o: _point(at_mid[o][r, 0], at_mid[o][0, 0]) for o in self.outputs} for r in range(len(self.rows))]
            tasks: list[_Task] = []
        else:
            tasks = self._tasks()
            found = self._compare(tasks, at_mid)
        if "probability" in self.asked:
            if self.model.bounded:
                _between(found)
            else:
                _Paths(self.model, self.rows, self.box, tasks).replace(found)
        return found

    def _compare(self, tasks: list[_Task], at_mid: dict[str, Array]) -> list[dict[str, Comparison]]:
        found = self._extremes(tasks)
        method = self._method(tasks)
        out: list[dict[str, Comparison]] = [{} for _ in self.rows]
        for r in range(len(self.rows)):
            for o in self.outputs:
                parts = {}
                for what in ("after", "difference", "ratio"):
                    ends = found.get((r, o, what))
                    low, high = ends or _enclosure(what, found[(r, o, "after")], found[(0, o, "after")])
                    value = float(np.nan_to_num(_of(what, at_mid[o][r], at_mid[o][0])[0], nan=1.0, posinf=np.inf))
                    parts[what] = Bound(value, min(low, value), max(high, value), method[(r, o, what)])
                out[r][o] = Comparison(**parts)
        return out

    # ---- signs of gradients ------------------------------------------------------------------------------------------------

    def _tasks(self) -> list[_Task]:
        """Test the signs of the gradients and note what is left to try at corners."""
        box = self.box
        n = self.tested if box.boxed else 1
        knobs: dict[str, Array | float] = dict(box.middle)
        if box.boxed:
            knobs = box.at(box_points(len(box.boxed), n, self.rng))
        for k in box.drawn:
            knobs[k] = quantile(self.model.knobs[k].quantity, np.clip(self.rng.random(n), 0.05, 0.95), RATE_CAP)
        step = max(1, _REGISTERS // (self.model.tape.size * n))
        values: dict[str, list[Array]] = {o: [] for o in self.outputs}
        grads: dict[str, list[Array]] = {o: [] for o in self.outputs}
        for a in range(0, len(self.rows), step):
            part = self.rows[a : a + step]
            reg = self.model.tape.run(batch(self.model, knobs, part))
            for o in self.outputs:
                values[o].append(reg[self.model.tape.outputs[o]].reshape(len(part), n))
                grads[o].append(self._knob_gradient(reg, o, part, n))
        tasks = []
        for o in self.outputs:
            value, grad = np.concatenate(values[o]), np.concatenate(grads[o])
            alone = o.startswith("probability") or not self.paired
            wanted: tuple[What, ...] = ("after",) if alone else ("after", "difference", "ratio")
            for r in range(len(self.rows)):
                tasks += [self._task(r, o, w, value, grad) for w in wanted]
        return tasks

    def _knob_gradient(self, reg: Array, output: str, rows: Sequence[Overrides], n: int) -> Array:
        """d output / d boxed knob, shape (rows, knobs, n), through defaults and overrides."""
        g = self.model.tape.gradient(reg, output).reshape(self.model.tape.n_inputs, len(rows), n)
        place = {name: i for i, name in enumerate(self.model.tape.inputs)}
        boxed = self.box.boxed
        out = np.zeros((len(rows), len(boxed), n))
        for j, k in enumerate(boxed):
            for name in self.model.knobs[k].inputs:
                if name in place:
                    out[:, j] += g[place[name]]
        at = {k: j for j, k in enumerate(boxed)}
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

    def _task(self, r: int, o: str, what: What, value: Array, grad: Array) -> _Task:
        after, before = value[r], value[0]
        slope = grad[r]
        if what == "difference":
            slope = grad[r] - grad[0]
        elif what == "ratio":
            slope = grad[r] * before - grad[0] * after
        scale = np.abs(grad[r]) + np.abs(grad[0]) if what != "ratio" else np.abs(grad[r] * before) + np.abs(grad[0] * after)
        up = (slope >= -_TINY * scale).all(axis=1)
        down = (slope <= _TINY * scale).all(axis=1)
        mixed = np.flatnonzero(~up & ~down).tolist()
        mixed += [self.box.twin[j] for j in mixed if j in self.box.twin]
        return _Task(r, o, what, np.where(up, 0.0, 1.0).tolist(), mixed, _hull(_of(what, after, before)))

    # ---- ends and corners --------------------------------------------------------------------------------------------------

    def _extremes(self, tasks: list[_Task]) -> dict[tuple[int, str, str], tuple[float, float]]:
        """Evaluate the ends and corners of all tasks, each row beside the baseline at the same points."""
        by_row: dict[int, list[_Task]] = {}
        for t in tasks:
            by_row.setdefault(t.row, []).append(t)
        out: dict[tuple[int, str, str], tuple[float, float]] = {}
        group: list[tuple[list[_Task], list[NDArray[np.intp]], Array, int]] = []
        columns = 0
        for mine in by_row.values():
            shares, where = _distinct([self._points(t) for t in mine])
            pair: list[Overrides] = [{}, self.rows[mine[0].row]] if mine[0].row else [{}]
            inputs = batch(self.model, self.box.with_draws(shares), pair)
            group.append((mine, where, inputs, len(pair)))
            columns += inputs.shape[1]
            if columns * self.model.tape.n_inputs > _REGISTERS:
                self._run_group(group, out)
                group, columns = [], 0
        self._run_group(group, out)
        return out

    def _run_group(
        self,
        group: list[tuple[list[_Task], list[NDArray[np.intp]], Array, int]],
        out: dict[tuple[int, str, str], tuple[float, float]],
    ) -> None:
        """Several rows in one run: many small runs would spend their time on calls."""
        if not group:
            return
        cuts = np.cumsum([0, *(x.shape[1] for _, _, x, _ in group)]).tolist()
        whole = self._run([{}], np.concatenate([x for _, _, x, _ in group], axis=1))
        for (mine, where, _, n_rows), (a, b) in zip(group, pairwise(cuts), strict=True):
            for t, at in zip(mine, where, strict=True):
                both = whole[t.output][0, a:b].reshape(n_rows, self.box.n_draws, -1)[:, :, at]
                out[(t.row, t.output, t.what)] = self._ends(t, _of(t.what, both[-1], both[0]))

    def _ends(self, t: _Task, v: Array) -> tuple[float, float]:
        if not self.box.drawn:
            return _hull(np.append(v.ravel(), t.seen))
        v = np.where(np.isnan(v), 1.0, v)
        return float(np.quantile(v, 0.05, axis=0).min()), float(np.quantile(v, 0.95, axis=0).max())

    def _points(self, t: _Task) -> Array:
        """Both ends of the one-signed knobs, with all corners (or many, past the limit) of the mixed ones."""
        ends = np.array([t.low_end, [1.0 - x for x in t.low_end]]).T.reshape(len(self.box.boxed), 2)
        ends = np.concatenate([ends, ends[list(self.box.twin)]], axis=0)  # a twin moves with its number unless it is mixed
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

    def _method(self, tasks: list[_Task]) -> dict[tuple[int, str, str], str]:
        out: dict[tuple[int, str, str], str] = {}
        for t in tasks:
            m = len(t.mixed)
            if not m:
                how = f"at the ends: one-signed in every number at {self.tested} tested points"
            elif t.output.startswith("probability"):
                how = f"ends of the tried corners and {self.tested} tested points"
            elif m <= self.corners:
                how = (
                    f"all {2**m} corners of {m} number{'s' if m > 1 else ''}, the rest one-signed at {self.tested} tested points"
                )
            else:
                how = f"at least this wide: {2**self.corners} sampled corners of {m} numbers"
            if self.box.drawn:
                how = f"5th to 95th percentile of {self.box.n_draws} samples; intervals {how}"
            out[(t.row, t.output, t.what)] = how
            if t.output.startswith("probability") or not self.paired:
                out[(t.row, t.output, "difference")] = out[(t.row, t.output, "ratio")] = "outer enclosure, not paired"
        return out


def _distinct(shares: list[Array]) -> tuple[Array, list[NDArray[np.intp]]]:
    """The distinct points of several sets, and where the points of each set are among them."""
    seen: dict[bytes, int] = {}
    points: list[Array] = []
    where = []
    for s in shares:
        at = []
        for column in np.ascontiguousarray(s.T):
            key = column.tobytes()
            if key not in seen:
                seen[key] = len(points)
                points.append(column)
            at.append(seen[key])
        where.append(np.array(at, dtype=np.intp))
    return np.array(points).T, where


def _between(found: list[dict[str, Comparison]]) -> None:
    """Past the budget of states: the horizon probability lies between its two bounds, and has no middle."""
    how = "between bounds: too many uncertain states for an exact sum"
    for row in found:
        low, high = row.pop("probability_low").after, row["probability"].after
        after = Bound(float("nan"), low.low, high.high, how)
        row["probability"] = _unpaired(after, found[0]["probability"].after if row is not found[0] else after, how)


@dataclass(slots=True)
class _Paths:
    """The horizon probability where a trigger stays on for long."""

    model: Compiled
    rows: list[Overrides]
    box: Box
    tasks: list[_Task]

    def replace(self, found: list[dict[str, Comparison]]) -> None:
        try:
            paths = transient(self.model)
            if paths is None:
                return
            after = [self._after(paths, r) for r in range(len(self.rows))]
            how = "outer enclosure of simulated values"
        except BudgetError as e:
            how = f"at most the expected number of failures: {e}"
            after = [self._enclose(row, how) for row in found]
        for row, bound in zip(found, after, strict=True):
            row["probability"] = _unpaired(bound, after[0], how)

    def _enclose(self, row: dict[str, Comparison], how: str) -> Bound:
        standing = row["standing"].after if "standing" in row else Bound(0.0, 0.0, 1.0, "")
        most = min(1.0, standing.high + self.model.case.horizon * row["hazard"].after.high) if "hazard" in row else 1.0
        return Bound(float("nan"), standing.low, most, how)

    def _after(self, paths: Transient, r: int) -> Bound:
        mid = paths.probability(self.box.middle, self.rows[r])
        ends = [mid]
        low_end = next((t.low_end for t in self.tasks if t.row == r and t.output == "probability"), [])
        shares = np.array([low_end, [1.0 - x for x in low_end]]).T.reshape(len(low_end), 2)
        for column in range(2 if low_end or self.box.drawn else 0):
            at = self.box.at(shares[:, [column]])
            knobs = {k: float(v[0]) if isinstance(v, np.ndarray) else v for k, v in at.items()}
            for i in range(_DRAWN_PATHS if self.box.drawn else 1):
                drawn = {k: float(v[i]) for k, v in self.box.draws.items()}
                ends.append(paths.probability({**knobs, **drawn}, self.rows[r]))
        low = max(0.0, min(e.value - 1.96 * e.error for e in ends))
        high = min(1.0, max(e.value + 1.96 * e.error for e in ends))
        where = " at the ends of the numbers" if len(ends) > 1 else ""
        where += f" and {_DRAWN_PATHS} draws of the distributions" if self.box.drawn else ""
        return Bound(mid.value, low, high, f"{PATHS} simulated paths{where}, with 1.96 standard errors: long triggers")


def _unpaired(after: Bound, before: Bound, how: str) -> Comparison:
    """A comparison whose difference and ratio follow from the two intervals alone."""
    a, b = (after.low, after.high), (before.low, before.high)
    value = after.value / before.value if before.value > 0 else float("nan")
    return Comparison(
        after,
        Bound(after.value - before.value, *_enclosure("difference", a, b), how),
        Bound(value, *_enclosure("ratio", a, b), how),
    )


def _enclosure(what: str, after: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    """Bounds of a difference or ratio from the two intervals alone."""
    if what == "difference":
        return after[0] - before[1], after[1] - before[0]
    low = after[0] / before[1] if before[1] > 0 else 1.0
    high = after[1] / before[0] if before[0] > 0 else (float("inf") if after[1] > 0 else 1.0)
    return low, high


def _of(what: What, after: Array, before: Array) -> Array:
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
