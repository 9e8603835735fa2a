"""Temporal formulas by their definition, in plain loops: the oracle of `numerics/temporal`.

A trace is a list of places: a sample, or a stretch of time in which samples may be missing. Each place has the least and the greatest
robustness; `until` tries every witness and looks at every sample before it. Nothing is shared with the fast version but the tree.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from fuelbed.core.evaluation import evaluate as value_of
from fuelbed.core.temporal import And, Compare, Edge, Event, Implies, Not, Or, Over, Temporal, Until, Window

Pair = tuple[float, float]
INF = math.inf
UNKNOWN: Pair = (-INF, INF)
Place = tuple[float, float, int]  # from, to, number of the sample or -1


class Oracle:
    """times increase; `gap`: longer holes are gaps; `closed`: nothing exists outside of the samples."""

    def __init__(
        self, times: Sequence[float], columns: Mapping[str, Sequence[float]], gap: float = INF, closed: bool = False,
        events: Mapping[str, Sequence[Pair]] | None = None,
    ) -> None:  # fmt: skip
        self.times, self.columns, self.closed, self.events = times, columns, closed, events or {}
        self.near = 1e-9 * (times[-1] - times[0] + 1)
        steps = sorted(b - a for a, b in itertools.pairwise(times))
        self.usual = (steps[(len(steps) - 1) // 2] + steps[len(steps) // 2]) / 2 if steps else 1.0
        self.places: list[Place] = [] if closed else [(-INF, times[0], -1)]
        for i, t in enumerate(times):
            if i and t - times[i - 1] > gap:
                self.places.append((times[i - 1], t, -1))
            self.places.append((t, t, i))
        if not closed:
            self.places.append((times[-1], INF, -1))

    def at(self, f: Temporal) -> list[Pair]:
        """Least and greatest robustness at each sample."""
        values = self.walk(f)
        return [v for v, p in zip(values, self.places, strict=True) if p[2] >= 0]

    def walk(self, f: Temporal) -> list[Pair]:
        match f:
            case Compare():
                out = [self.compare(f, p) for p in self.places]
            case Event(label):
                out = [self.event(label, i) for i in range(len(self.places))]
            case Not(of):
                out = [(-b, -a) for a, b in self.walk(of)]
            case And(args):
                out = [(min(a for a, _ in v), min(b for _, b in v)) for v in zip(*map(self.walk, args), strict=True)]
            case Or(args):
                out = [(max(a for a, _ in v), max(b for _, b in v)) for v in zip(*map(self.walk, args), strict=True)]
            case Implies(left, right):
                out = [(max(-x[1], y[0]), max(-x[0], y[1])) for x, y in zip(self.walk(left), self.walk(right), strict=True)]
            case Edge(kind, of):
                out = self.edge(kind, self.walk(of))
            case Over():
                v = self.walk(f.of)
                out = [self.over(f, v, i) for i in range(len(v))]
            case Until():
                x, y = self.walk(f.left), self.walk(f.right)
                out = [self.until(f, x, y, i) for i in range(len(x))]
        return [v if p[2] >= 0 else UNKNOWN for v, p in zip(out, self.places, strict=True)]

    def compare(self, f: Compare, place: Place) -> Pair:
        if place[2] < 0:
            return UNKNOWN
        values = {name: v[place[2]] for name, v in self.columns.items()}
        less, more = (f.left, f.right) if f.op in ("lt", "le") else (f.right, f.left)
        margin = value_of(more, values) - value_of(less, values)
        return UNKNOWN if math.isnan(margin) else (margin, margin)

    def event(self, label: str, i: int) -> Pair:
        t, _, n = self.places[i]
        if n < 0:
            return UNKNOWN
        unsure = False
        for begin, end in self.events.get(label, ()):
            if begin - self.near <= t <= end + self.near or abs(begin - t) <= self.near:
                return (INF, INF)
            if i == 0 or self.places[i - 1][2] >= 0:  # the sample before is known: moments since then are this one's
                before = self.times[n - 1] if i else t - self.usual
                if before + self.near < begin < t:
                    return (INF, INF)
            else:
                unsure |= self.places[i - 1][0] + self.near < begin < t
        return UNKNOWN if unsure else (-INF, -INF)

    def edge(self, kind: str, v: list[Pair]) -> list[Pair]:
        if kind == "falls":
            v = [(-b, -a) for a, b in v]
        before = [(-INF, -INF) if self.closed else UNKNOWN, *v[:-1]]
        return [(min(a, -q), min(b, -p)) for (a, b), (p, q) in zip(v, before, strict=True)]

    def window(self, w: Window, past: bool, i: int) -> list[int]:
        """Numbers of the places in the window, in the order in which they are met."""
        t = self.places[i][0]
        low, high = (t - w.high, t - w.low) if past else (t + w.low, t + w.high)
        found = []
        for j, (a, b, n) in enumerate(self.places):
            if not w.bounded and n < 0 and j in (0, len(self.places) - 1):
                continue  # without end means: to the end of the trace as it is
            if (n >= 0 and low - self.near <= a <= high + self.near) or (n < 0 and b > low + self.near and a < high - self.near):
                found.append(j)
        return found[::-1] if past else found

    def over(self, f: Over, v: list[Pair], i: int) -> Pair:
        if self.places[i][2] < 0:
            return UNKNOWN
        there = [v[j] for j in self.window(f.window, f.kind in ("historically", "once"), i)]
        greatest = f.kind in ("eventually", "once")
        if not there:
            return ((-INF, -INF) if greatest else (INF, INF)) if self.closed else UNKNOWN
        best = max if greatest else min
        return best(a for a, _ in there), best(b for _, b in there)

    def until(self, f: Until, x: list[Pair], y: list[Pair], i: int) -> Pair:
        if self.places[i][2] < 0:
            return UNKNOWN
        past = f.kind == "since"
        witnesses = self.window(f.window, past, i)
        step = -1 if past else 1

        def before(j: int, side: int) -> float:
            return min((x[k][side] for k in range(i, j, step)), default=INF)

        if witnesses:
            low, high = (max(min(y[j][side], before(j, side)) for j in witnesses) for side in (0, 1))
            return low, high
        if self.closed:
            return -INF, -INF
        t = self.places[i][0]
        edge = t - f.window.low if past else t + f.window.low
        ahead = [
            j
            for j in range(i, -1 if past else len(self.places), step)
            if (self.places[j][0] > edge + self.near if past else self.places[j][1] < edge - self.near)
        ]
        return -INF, before(ahead[-1] + step, 1) if ahead else INF
