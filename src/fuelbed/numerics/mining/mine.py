"""Candidate invariants from the normal part of a record, in three parts of time: learned, checked, held back.

The rows are split in the order of time: the first 35 % to learn from, the next 35 % to see whether it lasts, the last 30 % held back. A
candidate that the second part breaks in more than a tenth of its blocks is dropped; the others are learned anew from both, and ranked by
how the second part treated them. The held-back part only measures: nothing is chosen or ranked by it, so its false-alarm rate is honest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.temporal import Temporal
from fuelbed.numerics.mining.measure import FalseAlarms, false_alarms
from fuelbed.numerics.mining.responses import responses
from fuelbed.numerics.mining.shapes import Kind, Shape, bounds, orders, relations
from fuelbed.numerics.temporal import evaluate

__all__ = ["LEAST_ROWS", "Candidate", "Mined", "Record", "mine", "offered"]

Array = NDArray[np.float64]
LEAST_ROWS = 320
"""Rows of normal operation at least: 8 blocks of 12 rows held back, and as many again to learn and to check."""
_LEARNED, _KEPT = 0.35, 0.70
_MOST_ROWS = 100_000  # the latest; older ones are not looked at
_BROKEN = 0.1  # share of the blocks of the second part


@dataclass(frozen=True, eq=False)
class Record:
    """Normal rows: times (n,) increasing seconds, columns (n,) by name with `nan` for empty cells, units as metrics have them."""

    times: Array
    columns: Mapping[str, Array]
    units: Mapping[str, str]

    def part(self, start: int, stop: int) -> Record:
        return Record(self.times[start:stop], {n: v[start:stop] for n, v in self.columns.items()}, self.units)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invariant to offer: `checked` are its alarms in the part that chose it, `alarms` those in the part held back."""

    kind: Kind
    name: str
    formula: Temporal
    what: str
    tight: float
    columns: tuple[str, ...]
    checked: FalseAlarms
    alarms: FalseAlarms


@dataclass(frozen=True, eq=False)
class Mined:
    """candidates: best first. rows: how many were learned from (both parts) and held back. dropped: what the second part broke."""

    candidates: tuple[Candidate, ...]
    learned: int
    held: int
    dropped: int
    seconds: float


def mine(record: Record) -> Mined:
    """All candidates of a record; none where it has fewer than `LEAST_ROWS` rows."""
    n = len(record.times)
    if n > _MOST_ROWS:
        record, n = record.part(n - _MOST_ROWS, n), _MOST_ROWS
    first, second = math.floor(_LEARNED * n), math.floor(_KEPT * n)
    if n < LEAST_ROWS:
        return Mined((), second, n - second, 0, 0.0)
    early, middle = record.part(0, first), record.part(first, second)
    both, held = record.part(0, second), record.part(second, n)
    lasting = {s.name: false_alarms(s.formula, middle.times, middle.columns) for s in _shapes(early)}
    kept = {name for name, a in lasting.items() if a.blocks and a.bad <= _BROKEN * a.blocks}
    out = []
    for s in _shapes(both):
        if s.name in kept and evaluate(s.formula, both.times, both.columns).decided.any():
            alarms = false_alarms(s.formula, held.times, held.columns)
            out.append(Candidate(s.kind, s.name, s.formula, s.what, s.tight, s.columns, lasting[s.name], alarms))
    out.sort(key=lambda c: (c.checked.bad, -round(c.tight, 3), c.name))
    return Mined(tuple(out), second, n - second, len(lasting) - len(kept), float(held.times[-1] - held.times[0]))


def offered(candidates: tuple[Candidate, ...], most: int) -> tuple[Candidate, ...]:
    """The first `most`, the kinds taking turns, so that two hundred bounds do not hide the one relation; each kind in its own order."""
    queues = [[c for c in candidates if c.kind == kind] for kind in ("relation", "order", "bound", "response")]
    turns = sorted(((i, k, c.name) for k, q in enumerate(queues) for i, c in enumerate(q)))
    names = {name for _, _, name in turns[:most]}
    by_turn = {c.name: c for c in candidates if c.name in names}
    return tuple(by_turn[name] for _, _, name in turns[:most])


def _shapes(r: Record) -> Iterator[Shape]:
    yield from bounds(r.columns, r.units)
    yield from orders(r.columns, r.units)
    yield from relations(r.columns, r.units)
    yield from responses(r.times, r.columns, r.units)
