"""Minimal cut sets up to an order, where all of them are too many: gate by gate from below, larger sets dropped on the way.

Monotone gates only: then a minimal cut set of at most K events of a gate is made of cut sets of at most K events of its arguments,
so nothing that is dropped could come back (the truncation of MOCUS and of ZBDD solvers).
"""

from __future__ import annotations

from collections.abc import Sequence

from fuelbed.core.networks import Gate, Network
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
    if gate.op == "or":
        out = Family.NONE
        for a in args:
            out = work.either(out, a)
        return out
    if gate.op == "and":
        out = Family.UNIT
        for a in args:
            out = work.both(out, a, work.limit)
        return out
    row = [Family.UNIT, *[Family.NONE] * gate.k]  # cut sets of at least j of the arguments so far
    for a in args:
        for j in range(gate.k, 0, -1):
            row[j] = work.either(row[j], work.both(row[j - 1], a, work.limit))
    return row[gate.k]


class _Joins:
    """Minimal unions of families with sets of at most `limit` events."""

    def __init__(self, z: Family, limit: int) -> None:
        self.z, self.limit = z, limit
        self._either: dict[tuple[int, int], int] = {}
        self._both: dict[tuple[int, int, int], int] = {}
        self._cut: dict[tuple[int, int], int] = {}

    def either(self, a: int, b: int) -> int:
        """Sets of one or the other, without supersets."""
        z = self.z
        if a == b or b == Family.NONE or a == Family.UNIT:
            return a
        if a == Family.NONE or b == Family.UNIT:
            return b
        key = (a, b) if a < b else (b, a)
        got = self._either.get(key)
        if got is None:
            v, w = z.var[a], z.var[b]
            if v == w:
                low, high = self.either(z.low[a], z.low[b]), self.either(z.high[a], z.high[b])
            elif v < w:
                low, high = self.either(z.low[a], b), z.high[a]
            else:
                v, low, high = w, self.either(a, z.low[b]), z.high[b]
            got = self._either[key] = z.node(v, low, z.without(high, low))
        return got

    def both(self, a: int, b: int, most: int) -> int:
        """Unions of a set of each of at most `most` events, without supersets."""
        z = self.z
        if a == Family.NONE or b == Family.NONE or most < 0:
            return Family.NONE
        if a == Family.UNIT:
            return self.at_most(b, most)
        if b == Family.UNIT:
            return self.at_most(a, most)
        key = (a, b, most) if a < b else (b, a, most)
        got = self._both.get(key)
        if got is None:
            v, w = z.var[a], z.var[b]
            if v == w:
                low = self.both(z.low[a], z.low[b], most)
                h = self.both(z.high[a], z.high[b], most - 1)
                h = self.either(h, self.both(z.high[a], z.low[b], most - 1))
                high = self.either(h, self.both(z.low[a], z.high[b], most - 1))
            elif v < w:
                low, high = self.both(z.low[a], b, most), self.both(z.high[a], b, most - 1)
            else:
                v, low, high = w, self.both(a, z.low[b], most), self.both(a, z.high[b], most - 1)
            got = self._both[key] = z.node(v, low, z.without(high, low))
        return got

    def at_most(self, a: int, most: int) -> int:
        """The sets of `a` of at most `most` events."""
        z = self.z
        if a == Family.NONE or most < 0:
            return Family.NONE
        if a == Family.UNIT:
            return a
        got = self._cut.get((a, most))
        if got is None:
            got = self._cut[a, most] = z.node(z.var[a], self.at_most(z.low[a], most), self.at_most(z.high[a], most - 1))
        return got
