"""Exact bounds of a linear form over numbers that lie in intervals: `sum c_j x_j`, lowest and highest at the ends.

A number that enters twice counts once, with the sum of its coefficients: what is subtracted from itself is gone, so the difference of two
forms is *paired*. What is known besides (`Known`: forms that are at least 0) cuts corners off the box; the ends are then linear programs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Known", "Linear", "Number"]


@dataclass(frozen=True, slots=True)
class Number:
    """One uncertain number: `label` is its identity, `middle` its representative value in low..high."""

    label: str
    low: float
    high: float
    middle: float


@dataclass(frozen=True, slots=True)
class Linear:
    """`constant + sum coefficient * number`; immutable."""

    constant: float = 0.0
    parts: Mapping[str, tuple[float, Number]] = field(default_factory=dict)

    @classmethod
    def of(cls, terms: Iterable[tuple[float, Number]], constant: float = 0.0) -> Linear:
        parts: dict[str, tuple[float, Number]] = {}
        for c, x in terms:
            parts[x.label] = (parts[x.label][0] + c if x.label in parts else c, x)
        return cls(constant, {k: v for k, v in parts.items() if v[0] != 0.0})

    def __sub__(self, other: Linear) -> Linear:
        mine, theirs = list(self.parts.values()), [(-c, x) for c, x in other.parts.values()]
        return Linear.of([*mine, *theirs], self.constant - other.constant)

    def __neg__(self) -> Linear:
        return Linear() - self

    @property
    def middle(self) -> float:
        return self.constant + math.fsum(c * x.middle for c, x in self.parts.values())

    @property
    def low(self) -> float:
        return self.constant + math.fsum(c * (x.low if c > 0 else x.high) for c, x in self.parts.values())

    @property
    def high(self) -> float:
        return self.constant + math.fsum(c * (x.high if c > 0 else x.low) for c, x in self.parts.values())


_SPREAD = 1e-3  # what the sum of all moves weighs beside the greatest one: it only breaks ties


@dataclass(frozen=True, slots=True)
class Known:
    """Forms that are known to be at least 0. Without any, ends and middles are those of the box."""

    forms: tuple[Linear, ...] = ()

    def ends(self, x: Linear) -> tuple[float, float] | None:
        """Lowest and highest; None where the forms contradict each other (or the intervals)."""
        if not self.forms:
            return x.low, x.high
        low, high = (self._best(x, sign) for sign in (1.0, -1.0))
        return None if low is None or high is None else (low, high)

    def middles(self, forms: Sequence[Linear]) -> list[float]:
        """The forms at one point: the middle of every number, moved as little as what is known asks for (least greatest move, in shares
        of its interval). The middle itself where nothing is known, or it cannot be."""
        point = self._point(forms) if self.forms else None
        if point is None:
            return [x.middle for x in forms]
        return [x.constant + math.fsum(c * point.get(k, n.middle) for k, (c, n) in x.parts.items()) for x in forms]

    def _numbers(self, forms: Sequence[Linear]) -> dict[str, Number]:
        return {k: n for x in (*forms, *self.forms) for k, (_, n) in x.parts.items() if n.high > n.low}

    def _rows(self, labels: Sequence[str]) -> tuple[list[list[float]], list[float]]:
        """The forms as `A x <= b` over the numbers that can move."""
        rows, right = [], []
        for f in self.forms:
            rows.append([-f.parts[k][0] if k in f.parts else 0.0 for k in labels])
            right.append(f.constant + math.fsum(c * n.low for c, n in f.parts.values() if n.high <= n.low))
        return rows, right

    def _best(self, x: Linear, sign: float) -> float | None:
        from scipy.optimize import linprog

        numbers = self._numbers([x])
        rows, right = self._rows(list(numbers))
        cost = [sign * x.parts[k][0] if k in x.parts else 0.0 for k in numbers]
        still = x.constant + math.fsum(c * n.low for c, n in x.parts.values() if n.high <= n.low)
        if not numbers:
            return still if all(b >= 0 for b in right) else None
        found = linprog(cost, rows, right, bounds=[(n.low, n.high) for n in numbers.values()], method="highs")
        return still + sign * float(found.fun) if found.status == 0 and found.fun is not None else None

    def _point(self, forms: Sequence[Linear]) -> dict[str, float] | None:
        from scipy.optimize import linprog

        numbers = self._numbers(forms)
        rows, right = self._rows(list(numbers))
        k = len(numbers)
        # variables: each number, the size of each move (in shares of its interval), the greatest of these
        a, b = [[*row, *([0.0] * (k + 1))] for row in rows], list(right)
        for i, n in enumerate(numbers.values()):
            width = n.high - n.low
            for sign in (1.0, -1.0):
                a.append([sign if j == i else -width if j == k + i else 0.0 for j in range(2 * k + 1)])
                b.append(sign * n.middle)
            a.append([1.0 if j == k + i else -1.0 if j == 2 * k else 0.0 for j in range(2 * k + 1)])
            b.append(0.0)
        box = [*((n.low, n.high) for n in numbers.values()), *([(0.0, None)] * (k + 1))]
        found = linprog([*([0.0] * k), *([_SPREAD] * k), 1.0], a, b, bounds=box, method="highs")
        return None if found.status != 0 or found.x is None else dict(zip(numbers, map(float, found.x[:k]), strict=True))
