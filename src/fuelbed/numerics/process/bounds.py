"""Intervals of computed quantities, paired: the same values of every uncertain number on both sides of a comparison.

Hazard and loss are, in each number alone, linear-fractional (or exponential in a duration), so over a box they, their paired
difference and their ratio are extreme at a corner. A number that speaks both of the incident and of the future (how often a control
fails) is quadratic over linear: where its gradient changes sign its two parts are varied apart, which encloses the true range. The
horizon probability is not: the difference of two exponentials can be largest inside. Its own interval is taken at the ends where its
gradient keeps one sign; its difference and ratio are outer enclosures. The sign of the exact gradient is tested over corners and
inner points; numbers with one sign are set to their ends, the rest are tried at all corners (up to `_CORNERS` of them).
Distributions are sampled by Latin hypercube, and the 5th percentile of the lower and the 95th of the upper end are reported.

Where a trigger stays on for long the horizon probability is simulated (`outside.py`), at the same ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.process.beside import beside, distinct
from fuelbed.numerics.process.box import Box
from fuelbed.numerics.process.comparison import Bound, Comparison, What, at_points, enclosure, hull, of, scaled
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import Overrides, Pick, batch, setting
from fuelbed.numerics.process.outside import Paths, between
from fuelbed.numerics.sampling import box_points, quantile

__all__ = ["Bound", "Comparison", "bounds", "sampled"]

Array = NDArray[np.float64]
_CORNERS = 16  # docs/theory/structure.md
_REGISTERS = 2_000_000  # of one run of the tape, to keep it in memory
_WORK = 0.6e8  # tape operations spent on corners, over all rows
_TEST_WORK = 0.6e8  # spent on the signs of gradients
_TESTED = 32  # points at which signs are tested; fewer, but at least the next, where the sum is long
_TESTED_LEAST = 4
_SAMPLES = 400  # of the distributions; fewer, but at least the next, where one evaluation is long
_SAMPLES_LEAST = 80
_TINY = 1e-11
_ALL: tuple[What, ...] = ("after", "difference", "ratio")
_HAIR = 1e-12
_INSIDE = (0.1, 0.3, 0.5, 0.7, 0.9)


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
    before: Overrides | None = None,
    chance: bool = False,
    wanted: tuple[What, ...] = _ALL,
) -> list[dict[str, Comparison]]:
    """For every row of interventions and every output, the paired comparison with `before` (with no intervention, if None).

    `paired=False` where only `after` is wanted: differences and ratios are then outer enclosures. `effort`
    scales the work spent on corners. `chance`: the ratio of the horizon probability is paired too (its difference never is).
    `wanted`: what of a comparison is looked for; the rest is enclosed, or open where `after` is not wanted.
    """
    share = _loss_per_failure(model) if "hazard" in outputs and "loss" in outputs else None
    asked = tuple(o for o in outputs if o != "loss" or share is None)
    found = _Bounds(model, [before or {}, *rows], asked, rng, paired, effort, chance, wanted).solve()[1:]
    if share is not None:
        for row in found:
            row["loss"] = scaled(row["hazard"], share)
    return found


def _loss_per_failure(model: Compiled) -> float | None:
    """Where every failure costs the same certain loss, hazard and loss are one computation."""
    first = model.case.outcomes[0]
    certain = len(model.case.outcomes) == 1 and first.name == model.case.failure and first.loss.is_point
    moved = any(c.parameter == "loss" for a in model.case.actions.values() for c in a.does)
    return first.loss.low if certain and not moved else None


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
        chance: bool = False,
        wanted: tuple[What, ...] = _ALL,
    ) -> None:
        self.paired = paired
        self.wanted = wanted if paired else ("after",)
        self.chance = chance and paired and not model.bounded
        self.model, self.rows, self.outputs, self.rng = model, rows, outputs, rng
        self.asked = outputs
        if model.bounded and "probability" in outputs:
            self.outputs = (*outputs, "probability_low")
        self.tape = model.tape.only(self.outputs)
        once = model.tape.work * len(rows) * len(self.outputs)
        self.box = Box(model, max(_SAMPLES_LEAST, min(_SAMPLES, int(_TEST_WORK / once))), rng)
        self.zero = np.concatenate([self.box.low, self.box.low[list(self.box.twin)]]) == 0.0
        work = model.tape.work * self.box.n_draws * len(rows) * len(self.outputs) * (2 if paired else 1)  # of one point
        self.tested = max(_TESTED_LEAST, min(_TESTED, int(_TEST_WORK / work)))
        self.corners = max(2, min(_CORNERS, int(np.log2(max(1.0, effort * _WORK / (6 * work))))))

    def _run(self, rows: Sequence[Overrides], inputs: Array) -> dict[str, Array]:
        """Outputs as (row, point), in parts that fit into memory; `inputs` is (tape inputs, rows x points)."""
        n, size = inputs.shape[1], self.tape.size
        step = max(1, _REGISTERS // size)
        space = np.empty((size, min(n, step)))
        at = [self.tape.outputs[o] for o in self.outputs]
        parts = [self.tape.run(inputs[:, a : a + step], space)[at] for a in range(0, n, step)]
        whole = np.concatenate(parts, axis=1).reshape(len(at), len(rows), -1)
        return dict(zip(self.outputs, whole, strict=True))

    def solve(self) -> list[dict[str, Comparison]]:
        at_mid = self._run(self.rows, batch(self.model, self.box.middle, self.rows))
        if self.box.is_point:
            found = [{o: at_points(at_mid[o][r, 0], at_mid[o][0, 0]) for o in self.outputs} for r in range(len(self.rows))]
            tasks: list[_Task] = []
        else:
            tasks = self._tasks()
            found = self._compare(tasks, at_mid)
        if "probability" in self.asked:
            if self.model.bounded:
                between(found)
            else:
                ends: dict[tuple[int, str], list[float]] = {
                    (t.row, t.what): t.low_end for t in tasks if t.output == "probability"
                }
                Paths(self.model, self.rows, self.box, ends, self.chance).replace(found)
        return found

    def _compare(self, tasks: list[_Task], at_mid: dict[str, Array]) -> list[dict[str, Comparison]]:
        found = self._extremes(tasks)
        method = self._method(tasks)
        out: list[dict[str, Comparison]] = [{} for _ in self.rows]
        for r in range(len(self.rows)):
            for o in self.outputs:
                parts = {}
                for what in _ALL:
                    low, high = found.get((r, o, what)) or self._enclosed(found, r, o, what)
                    value = float(np.nan_to_num(of(what, at_mid[o][r], at_mid[o][0])[0], nan=1.0, posinf=np.inf))
                    parts[what] = Bound(value, min(low, value), max(high, value), method[(r, o, what)])
                out[r][o] = Comparison(**parts)
        return out

    @staticmethod
    def _enclosed(found: dict[tuple[int, str, str], tuple[float, float]], r: int, o: str, what: What) -> tuple[float, float]:
        after, before = found.get((r, o, "after")), found.get((0, o, "after"))
        return (-np.inf, np.inf) if after is None or before is None else enclosure(what, after, before)

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
        step = max(1, _REGISTERS // (self.tape.size * n))
        values: dict[str, list[Array]] = {o: [] for o in self.outputs}
        grads: dict[str, list[Array]] = {o: [] for o in self.outputs}
        rows, where = distinct(self.model, self.rows)
        for a in range(0, len(rows), step):
            part = rows[a : a + step]
            reg = self.tape.run(batch(self.model, knobs, part))
            for o, g in zip(self.outputs, self.tape.gradients(reg, self.outputs), strict=True):
                values[o].append(reg[self.tape.outputs[o]].reshape(len(part), n))
                grads[o].append(self._knob_gradient(g, part, n, knobs))
        tasks = []
        for o in self.outputs:
            value, grad = np.concatenate(values[o])[where], np.concatenate(grads[o])[where]
            by_what = [self._tested(o, w, value, grad) for w in self._wanted(o)]
            for of_row in zip(*by_what, strict=True):
                tasks += [t for t in of_row if t.row or t.what == "after"]
        return tasks

    def _wanted(self, output: str) -> tuple[What, ...]:
        if output.startswith("probability"):
            return tuple(w for w in self.wanted if w == "after" or (w == "ratio" and self.chance))
        return self.wanted

    def _knob_gradient(self, g: Array, rows: Sequence[Overrides], n: int, knobs: Mapping[str, Array | float]) -> Array:
        """d output / d boxed knob, shape (rows, knobs, n), through defaults and overrides, from d output / d inputs."""
        g = g.reshape(self.tape.n_inputs, len(rows), n)
        place = {name: i for i, name in enumerate(self.tape.inputs)}
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
                for label, share in _moved_by(value, knobs):
                    if label in at:
                        out[r, at[label]] += share * g[place[name], r]
        return out

    def _tested(self, o: str, what: What, value: Array, grad: Array) -> list[_Task]:
        """For every row, the numbers in which `what` of an output is one-signed at all tested points, and the mixed ones."""
        after, before = value[:, None], value[:1, None]
        slope, scale = grad, np.abs(grad) + np.abs(grad[:1])
        if what == "difference":
            slope = grad - grad[:1]
        elif what == "ratio":
            mine, base = grad * before, grad[:1] * after
            slope, scale = mine - base, np.abs(mine) + np.abs(base)
        up: NDArray[np.bool_] = np.all(slope >= -_TINY * scale, axis=2)
        down: NDArray[np.bool_] = np.all(slope <= _TINY * scale, axis=2)
        # what a number does not move is not taken to an end, where others may lose their meaning (a condition that is never there)
        low_ends = np.where(up & down, 0.5, np.where(up, 0.0, 1.0)).tolist()
        both, seen = ~(up | down), of(what, value, value[:1])
        out = []
        for r, low_end in enumerate(low_ends):
            mixed: list[int] = np.flatnonzero(both[r]).tolist()
            mixed += [self.box.twin[j] for j in mixed if j in self.box.twin]
            out.append(_Task(r, o, what, low_end, mixed, hull(seen[r])))
        return out

    # ---- ends and corners --------------------------------------------------------------------------------------------------

    def _extremes(self, tasks: list[_Task]) -> dict[tuple[int, str, str], tuple[float, float]]:
        """Evaluate the ends and corners of all tasks, each row beside the baseline at the same points."""
        by_row: dict[int, list[_Task]] = {}
        for t in tasks:
            by_row.setdefault(t.row, []).append(t)
        ordered = [t for mine in by_row.values() for t in mine]
        run: Callable[[Array], dict[str, Array]] = lambda x: {o: v[0] for o, v in self._run([{}], x).items()}  # noqa: E731  # a word for it
        asked = [(t.row, self._points(t)) for t in ordered]
        found = beside(self.model, self.box, self.rows, run, asked, _REGISTERS)
        pairs = zip(ordered, found, strict=True)
        return {
            (t.row, t.output, t.what): self._ends(t, of(t.what, after[t.output], before[t.output]))
            for t, (before, after) in pairs
        }

    def _ends(self, t: _Task, v: Array) -> tuple[float, float]:
        if not self.box.drawn:
            return hull(np.append(v.ravel(), t.seen))
        v = np.where(np.isnan(v), 1.0, v)
        return float(np.quantile(v, 0.05, axis=0).min()), float(np.quantile(v, 0.95, axis=0).max())

    def _points(self, t: _Task) -> Array:
        """Both ends of the one-signed knobs, with all corners (or many, past the limit) of the mixed ones.

        Where a number may be 0 a ratio may be nothing over nothing there, so the same points a hair off 0 are tried too: its limit.
        """
        out = self._ends_and_corners(t)
        if t.what == "ratio" and self.zero.any():
            off = out.copy()
            off[self.zero] = np.maximum(off[self.zero], _HAIR)
            return np.concatenate([out, off], axis=1)
        return out

    def _ends_and_corners(self, t: _Task) -> Array:
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
        if t.output.startswith("probability") and t.what == "ratio":  # may be extreme inside: lines along each mixed number too
            lines = np.repeat(ends, m * len(_INSIDE), axis=1)
            for i, j in enumerate(t.mixed):
                for base in range(2):
                    at = (base * m + i) * len(_INSIDE)
                    lines[j, at : at + len(_INSIDE)] = _INSIDE
            out = np.concatenate([out, lines], axis=1)
        return out

    def _method(self, tasks: list[_Task]) -> dict[tuple[int, str, str], str]:
        out: dict[tuple[int, str, str], str] = defaultdict(lambda: "outer enclosure, not paired")
        out.update({(t.row, t.output, t.what): self._how(t) for t in tasks})
        return out

    def _how(self, t: _Task) -> str:
        m, own = len(t.mixed), sum(j < len(self.box.boxed) for j in t.mixed)
        if not m:
            how = f"at the ends: one-signed in every number at {self.tested} tested points"
        elif t.output.startswith("probability"):
            inside = ", lines between them" if t.what == "ratio" else ""
            how = f"ends of the tried corners{inside} and {self.tested} tested points"
        elif m <= self.corners:
            how = (
                f"all {2**m} corners of {own} number{'s' if own > 1 else ''}, the rest one-signed at {self.tested} tested points"
            )
        else:
            how = f"at least this wide: {2**self.corners} sampled corners of {own} numbers"
        if own < m:
            how += (
                "; outer: numbers of the incident and of the future are varied apart"
                if m <= self.corners
                else ", some varied apart"
            )
        return f"5th to 95th percentile of {self.box.n_draws} samples; intervals {how}" if self.box.drawn else how


def _moved_by(value: float | str | Pick, knobs: Mapping[str, Array | float]) -> list[tuple[str, Array | float]]:
    """The knobs that an override follows, with 1 where it does and 0 where another value counts."""
    if isinstance(value, str):
        return [(value, 1.0)]
    if not isinstance(value, Pick):
        return []
    now = np.asarray(setting(value, knobs))
    return [(v, (np.asarray(knobs[v]) == now).astype(float)) for v in value.values if isinstance(v, str)]
