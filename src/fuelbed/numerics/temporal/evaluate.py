"""Robustness of a temporal formula over a trace, exact, with what is not decided.

Quantitative semantics (A. Donze and O. Maler, FORMATS 2010) on samples: `x <= c` is c - x, `and` the least, `or` the greatest, `not` the
negative, `always` the least over its window, `eventually` the greatest; `left until[a..b] right` at i is the greatest over the samples j
of the window of min(right[j], left[i..j-1]), so the witness sample itself is free of `left` (as in rtamt).

Until over a window needs no search in it (A. Donze, T. Ferrere, O. Maler, CAV 2013; here for the witness free of `left`). Let p be the
first sample at or after t[i] + a, and u = `left until right` over the whole rest. Then

    left until[a..b] right at i  =  min( max right over the window,  min left over i..p-1,  u[p] ).

For truth values: if `right` holds at some j of the window and u has a witness k >= p, then either k <= j and k lies in the window, or
j < k and `left` holds on i..k-1, so on i..j-1. The other direction is plain. Least and greatest are decided level by level, so what holds
for every threshold holds for robustness. All three are O(n log w) or O(n).

What is missing makes no third value: a predicate that is not known has the robustness -inf..inf, every operator is monotone, so two
evaluations, one of the least and one of the greatest, enclose every completion. Where nothing is missing both are one array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.arithmetic import Arith, Call, names_in
from fuelbed.core.errors import FuelbedError
from fuelbed.core.temporal import And, Compare, Edge, Event, Implies, Not, Or, Over, Temporal, Until, columns_in, windows_in
from fuelbed.numerics.maps.program import formula as program_of
from fuelbed.numerics.temporal.samples import Between, Numbers, Samples, samples_of
from fuelbed.numerics.temporal.trace import Trace
from fuelbed.numerics.temporal.windows import ranges, rest, slide, until_rest

__all__ = ["evaluate", "evaluate_samples"]

Array = NDArray[np.float64]
Spans = Sequence[tuple[float, float]]


def evaluate(
    formula: Temporal,
    times: Numbers,
    columns: Mapping[str, Numbers],
    *,
    between: Between = "rows",
    every: float | None = None,
    gap: float | None = None,
    events: Mapping[str, Spans] | None = None,
    closed: bool = False,
    merged: bool = False,
) -> Trace:
    """The formula at every sample.

    times: (n,) increasing seconds. columns: (n,) by name, `nan` where nothing was measured. between, every, gap, merged: `samples_of`.
    events: by label, (begin, end) in seconds, an end of `nan` for a moment; a label that is not there has no events.
    closed: nothing exists outside of the trace, so an `always` over nothing is true and an `eventually` over nothing false, and all is
    decided (what rtamt gives). Raises `FuelbedError` for a column that is not there.
    """
    needed = columns_in(formula)
    for name in needed:
        if name not in columns:
            raise FuelbedError(f"the formula reads `{name}`, and there is no such column.")
    samples = samples_of(
        times, {name: columns[name] for name in needed}, between, every, gap, closed, merged, windows_in(formula)
    )
    return evaluate_samples(formula, samples, events)


def evaluate_samples(formula: Temporal, samples: Samples, events: Mapping[str, Spans] | None = None) -> Trace:
    """The same over samples that are made already: for many formulas over one trace."""
    if not len(samples.times):
        nothing = np.zeros(0)
        return Trace(nothing, nothing, nothing, nothing.astype(np.int8), samples.breaks)
    walk = _Walk(samples, events or {})
    both = walk.of(formula)
    low, high = walk.shown(both)
    yes, no = low, high
    if (low == 0).any() or (high is not low and (high == 0).any()):
        truth = _Walk(samples, events or {}, boolean=True)
        yes, no = truth.shown(truth.of(formula))
    verdict = (yes > 0).view(np.int8) - (no < 0).view(np.int8)
    return Trace(samples.times, low, high, verdict, samples.breaks)


@dataclass(frozen=True, eq=False, slots=True)
class _Both:
    """Robustness at the worst and at the best completion; one array where nothing is missing."""

    low: Array
    high: Array

    @property
    def sure(self) -> bool:
        return self.low is self.high


class _Walk:
    """One evaluation over some samples; `boolean`: predicates count 1 or -1, so the sign of the result is the truth."""

    def __init__(self, samples: Samples, events: Mapping[str, Spans], boolean: bool = False) -> None:
        self.s = samples
        self.events = events
        self.boolean = boolean

    def shown(self, both: _Both) -> tuple[Array, Array]:
        if self.s.shown is None:
            return both.low, both.high
        return both.low[self.s.shown], both.high[self.s.shown]

    def of(self, f: Temporal) -> _Both:
        match f:
            case Compare():
                return self.compare(f)
            case Event(label):
                return self.known(self.s.event(self.events.get(label, ())))
            case Not(of):
                return _not(self.of(of))
            case And(args):
                return reduce(_and, (self.of(a) for a in args))
            case Or(args):
                return reduce(_or, (self.of(a) for a in args))
            case Implies(left, right):
                return _or(_not(self.of(left)), self.of(right))
            case Edge(kind, of):
                return self.edge(kind == "falls", self.of(of))
            case Over():
                return self.over(f, self.of(f.of))
            case Until():
                return self.until(f, self.of(f.left), self.of(f.right))

    def compare(self, f: Compare) -> _Both:
        less, more = (f.left, f.right) if f.op in ("lt", "le") else (f.right, f.left)
        margin = self.term(Call("sub", (more, less)))
        if not self.boolean:
            return self.known(margin)
        held = margin >= 0 if f.op in ("le", "ge") else margin > 0
        return self.known(np.where(np.isnan(margin), np.nan, np.where(held, 1.0, -1.0)))

    def term(self, expr: Arith) -> Array:
        """(positions,) the value of a term; `nan` where it has none (0/0)."""
        names = names_in(expr)
        columns = [self.s.columns[n] for n in names] or [np.zeros(self.s.positions)]
        out: Array = program_of(names or ("-",), expr).run(columns)[..., 0]
        return out

    def known(self, x: Array) -> _Both:
        """A predicate: not known where `nan`, and at the positions that stand for what is missing."""
        missing = np.isnan(x)
        if self.s.shown is not None:
            missing |= self._missing()
        if not missing.any():
            return _Both(x, x)
        return _Both(np.where(missing, -np.inf, x), np.where(missing, np.inf, x))

    def _missing(self) -> NDArray[np.bool_]:
        out = np.ones(self.s.positions, dtype=bool)
        out[self.s.shown] = False
        return out

    def settled(self, low: Array, high: Array) -> _Both:
        """At a position that stands for what is missing nothing is claimed, whatever lies in its window."""
        if self.s.shown is not None and len(self.s.starts) > len(self.s.times):
            missing = self._missing()
            low[missing], high[missing] = -np.inf, np.inf
        return _Both(low, high)

    def edge(self, falls: bool, x: _Both) -> _Both:
        """Here and not at the position before; the one before the first is not known (closed: not so before `rises`, so before `falls`)."""
        if falls:
            x = _not(x)
        before_high = np.concatenate([[-np.inf if self.s.closed else np.inf], x.high[:-1]])
        before_low = before_high if self.s.closed and x.sure else np.concatenate([[-np.inf], x.low[:-1]])
        low = np.minimum(x.low, -before_high)
        high = low if before_low is before_high else np.minimum(x.high, -before_low)
        return self.settled(low, high)

    def over(self, f: Over, x: _Both) -> _Both:
        past, greatest = f.kind in ("historically", "once"), f.kind in ("eventually", "once")
        none = -np.inf if greatest else np.inf
        if not self.s.even:
            left, right = self.s.reaches(f.window, past)
            low = ranges(x.low, left, right, greatest, none if self.s.closed else -np.inf)
            high = low if x.sure and self.s.closed else ranges(x.high, left, right, greatest, none if self.s.closed else np.inf)
            return self.settled(low, high)
        if past:
            return _turned(self.ahead(_turned(x), self.s.offsets(f.window), greatest))
        return self.ahead(x, self.s.offsets(f.window), greatest)

    def ahead(self, x: _Both, window: tuple[int, int | None], greatest: bool) -> _Both:
        """Even samples, forwards: as if nothing lay beyond the end, then what the end cuts off is opened."""
        none = -np.inf if greatest else np.inf
        low = _window(x.low, window, greatest, none)
        high = low if x.sure else _window(x.high, window, greatest, none)
        cut = self.cut(window)
        if self.s.closed or not cut:
            return _Both(low, high)
        if low is high:
            low = low.copy()
        if greatest:
            high[-cut:] = np.inf
        else:
            low[-cut:] = -np.inf
        return _Both(low, high)

    def cut(self, window: tuple[int, int | None]) -> int:
        """How many samples at the end have a window that reaches beyond it, or holds no sample."""
        low, high = window
        n = len(self.s.times)
        return min(low, n) if high is None else n if low > high else min(high, n)

    def until(self, f: Until, x: _Both, y: _Both) -> _Both:
        past = f.kind == "since"
        found = self.over(Over("once" if past else "eventually", f.window, f.right), y)
        ways = (True,) if self.s.closed and x.sure and y.sure else (True, False)
        low, *more = (self.reached(f, *((x.low, y.low) if worst else (x.high, y.high)), worst, past) for worst in ways)
        low = np.minimum(found.low, low)
        return self.settled(low, np.minimum(found.high, more[0]) if more else low)

    def reached(self, f: Until, x: Array, y: Array, worst: bool, past: bool) -> Array:
        """min(left over i..p-1, u[p]) at every position i: see the top of this file."""
        unknown = -np.inf if worst else np.inf
        end = -np.inf if self.s.closed or not f.window.bounded else unknown  # of u, beyond the last sample
        outside = -np.inf if self.s.closed else unknown  # where the window begins beyond it
        if past:
            x, y = x[::-1], y[::-1]
        if self.s.even:
            low, high = self.s.offsets(f.window)
            out = np.full(len(x), outside) if high is not None and low > high else _shifted(until_rest(x, y, end), low, outside)
            if low > 0:
                out = np.minimum(out, slide(x, 0, low - 1, False, np.inf if self.s.closed else unknown))
            return out[::-1] if past else out
        n = len(x)
        left, right = self.s.reaches(f.window, past)
        p = n - 1 - right[::-1] if past else left
        empty = (left > right)[::-1] if past else left > right
        # without end, the last position is no sample of the trace: it stands for what is missing
        known = n - (0 if self.s.closed or f.window.bounded else 1)
        u = np.concatenate([until_rest(x[:known], y[:known], end), np.full(n + 1 - known, outside)])
        out = np.minimum(np.where(empty, outside, u[p]), ranges(x, np.arange(n), p - 1, False, np.inf))
        return out[::-1] if past else out


def _window(x: Array, window: tuple[int, int | None], greatest: bool, none: float) -> Array:
    low, high = window
    if high is None:
        return rest(x, low, greatest, none)
    return slide(x, low, high, greatest, none) if low <= high else np.full(len(x), none)


def _shifted(x: Array, by: int, fill: float) -> Array:
    if by == 0:
        return x
    out = np.full(len(x), fill)
    out[: max(len(x) - by, 0)] = x[by:]
    return out


def _not(x: _Both) -> _Both:
    low = -x.high
    return _Both(low, low if x.sure else -x.low)


def _and(x: _Both, y: _Both) -> _Both:
    low = np.minimum(x.low, y.low)
    return _Both(low, low if x.sure and y.sure else np.minimum(x.high, y.high))


def _or(x: _Both, y: _Both) -> _Both:
    low = np.maximum(x.low, y.low)
    return _Both(low, low if x.sure and y.sure else np.maximum(x.high, y.high))


def _turned(x: _Both) -> _Both:
    low = x.low[::-1]
    return _Both(low, low if x.sure else x.high[::-1])
