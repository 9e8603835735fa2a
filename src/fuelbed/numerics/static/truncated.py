"""Minimal cut sets up to an order, where all of them are too many: gate by gate from below, larger sets dropped on the way.

Monotone gates only: then a minimal cut set of at most K events of a gate is made of cut sets of at most K events of its arguments,
so nothing that is dropped could come back (the truncation of MOCUS and of ZBDD solvers).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from fuelbed.core.networks import Gate, Network
from fuelbed.numerics.boolean.antichains import Antichains
from fuelbed.numerics.boolean.bdd import Family
from fuelbed.numerics.boolean.orders import orders

__all__ = ["truncated"]


def truncated(network: Network, limit: int, budget: int = 2_000_000) -> tuple[Family, int, list[str]]:
    """The family of minimal cut sets of at most `limit` events, its root, and the names of its variables. BudgetError past `budget`
    nodes; ValueError where a gate negates."""
    if network.negates():
        raise ValueError("only monotone gates")
    order = next(orders(network))
    z = Family(budget)
    work = _Joins(z, limit)
    place = {e: i for i, e in enumerate(order)}
    found: dict[str, int] = (
        {e: z.node(i, Family.NONE, Family.UNIT) for e, i in place.items()} if limit > 0 else dict.fromkeys(order, Family.NONE)
    )
    for name in network.upward():
        found[name] = _gate(work, network.gates[name], [found[a] for a in network.gates[name].args])
    return z, found[network.top], order


def _gate(work: _Joins, gate: Gate, args: Sequence[int]) -> int:
    if gate.op == "pass":
        return args[0]
    if gate.op == "atleast":
        return work.at_least(gate.k, args)
    return work.any_(args) if gate.op == "or" else work.all_(args)


class _Joins(Antichains):
    """Antichains of sets of at most `limit` events; steps are bounded by the family's own budget."""

    def __init__(self, z: Family, limit: int) -> None:
        super().__init__(z, sys.maxsize)
        self.limit = limit
        self._within: dict[tuple[int, int, int], int] = {}
        self._cut: dict[tuple[int, int], int] = {}

    def both(self, a: int, b: int) -> int:
        return self.within(a, b, self.limit)

    def within(self, a: int, b: int, most: int) -> int:
        """The minimal ones of all unions, of at most `most` events."""
        z = self.family
        if a == Family.NONE or b == Family.NONE or most < 0:
            return Family.NONE
        if a == Family.UNIT:
            return self.at_most(b, most)
        if b == Family.UNIT:
            return self.at_most(a, most)
        key = (a, b, most) if a < b else (b, a, most)
        got = self._within.get(key)
        if got is None:
            v, w = z.var[a], z.var[b]
            if v == w:
                low = self.within(z.low[a], z.low[b], most)
                h = self.within(z.high[a], z.high[b], most - 1)
                h = self.either(h, self.within(z.high[a], z.low[b], most - 1))
                high = self.either(h, self.within(z.low[a], z.high[b], most - 1))
            elif v < w:
                low, high = self.within(z.low[a], b, most), self.within(z.high[a], b, most - 1)
            else:
                v, low, high = w, self.within(a, z.low[b], most), self.within(a, z.high[b], most - 1)
            got = self._within[key] = z.node(v, low, z.without(high, low))
        return got

    def at_most(self, a: int, most: int) -> int:
        """The sets of `a` of at most `most` events."""
        z = self.family
        if a == Family.NONE or most < 0:
            return Family.NONE
        if a == Family.UNIT:
            return a
        got = self._cut.get((a, most))
        if got is None:
            got = self._cut[a, most] = z.node(z.var[a], self.at_most(z.low[a], most), self.at_most(z.high[a], most - 1))
        return got
