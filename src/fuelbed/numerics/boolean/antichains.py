"""Minimal cut sets put together from those of the parts: of `a or b`, of `a and b`, of k of n, without a decision diagram of the whole.

For functions without NOT only. A failure that many small lines reach has few minimal cut sets and may yet have a large diagram; from
the diagram (`Bdd.minimal_solutions`) they cost as much as it is large. Families are antichains, kept so at every step; a family in one
order of variables has one form, so both ways lead to the same node.
"""

from __future__ import annotations

from collections.abc import Sequence

from fuelbed.core.errors import BudgetError
from fuelbed.numerics.boolean.bdd import Family

__all__ = ["Antichains"]

NONE, UNIT = Family.NONE, Family.UNIT


class Antichains:
    """Operations on the antichains of one family manager; `budget` bounds the steps, `BudgetError` past it."""

    def __init__(self, family: Family, budget: int) -> None:
        self.family, self.budget = family, budget
        self._either: dict[tuple[int, int], int] = {}
        self._both: dict[tuple[int, int], int] = {}

    def any_(self, families: Sequence[int]) -> int:
        out = NONE
        for a in families:
            out = self.either(out, a)
        return out

    def all_(self, families: Sequence[int]) -> int:
        out = UNIT
        for a in families:
            out = self.both(out, a)
        return out

    def at_least(self, k: int, families: Sequence[int]) -> int:
        """Sets that hold one of each of some `k` families; as `Bdd.at_least`, by partial counts."""
        row = [UNIT if need <= 0 else NONE for need in range(k + 1)]
        for a in reversed(families):
            row = [UNIT, *(self.either(row[need], self.both(a, row[need - 1])) for need in range(1, k + 1))]
        return row[k] if k > 0 else UNIT

    def either(self, a: int, b: int) -> int:
        """The minimal sets of both families together."""
        if a == b or b == NONE:
            return a
        if a == NONE:
            return b
        if UNIT in (a, b):
            return UNIT
        key = (a, b) if a < b else (b, a)
        got = self._either.get(key)
        if got is None:
            z = self.family
            v, w = z.var[a], z.var[b]
            if v == w:
                low, high = self.either(z.low[a], z.low[b]), self.either(z.high[a], z.high[b])
            elif v < w:
                low, high = self.either(z.low[a], b), z.high[a]
            else:
                low, high = self.either(a, z.low[b]), z.high[b]
            got = self._either[key] = z.node(min(v, w), low, z.without(high, low))
            self._count()
        return got

    def both(self, a: int, b: int) -> int:
        """The minimal ones of all unions of a set of `a` with a set of `b`."""
        if NONE in (a, b):
            return NONE
        if a in (b, UNIT):
            return b
        if b == UNIT:
            return a
        key = (a, b) if a < b else (b, a)
        got = self._both.get(key)
        if got is None:
            z = self.family
            v, w = z.var[a], z.var[b]
            if v == w:
                low = self.both(z.low[a], z.low[b])
                high = self.either(self.both(z.high[a], self.either(z.high[b], z.low[b])), self.both(z.low[a], z.high[b]))
            elif v < w:
                low, high = self.both(z.low[a], b), self.both(z.high[a], b)
            else:
                low, high = self.both(a, z.low[b]), self.both(a, z.high[b])
            got = self._both[key] = z.node(min(v, w), low, z.without(high, low))
            self._count()
        return got

    def _count(self) -> None:
        if len(self._either) + len(self._both) > self.budget:
            raise BudgetError(f"more than {self.budget} steps between cut sets")
