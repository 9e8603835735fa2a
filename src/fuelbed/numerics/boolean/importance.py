"""Importance of basic events and gates for the probability of a structure.

With P = P(f), P1 = P(f with the item true), P0 = P(f with the item false), p = P(item), all dimensionless:

    Birnbaum         P1 - P0                        = dP/dp; in [-1, 1], negative where the item prevents f
    criticality      (P - P0) / P                   = p * Birnbaum / P for an event; the share of f that goes when the item is never true
    diagnostic       P(item | f)                    = p * P1 / P for an event (DIF in SCRAM)
    Fussell-Vesely   P(some minimal cut set that holds the item is complete, and f) / P
    RAW              P1 / P                         risk achievement worth
    RRW              P / P0                         risk reduction worth

Fussell-Vesely is the definition by cut sets (J. Fussell, IEEE Trans. Reliability 24(3), 1975), exact, not the rare-event sum; the
other reading, 1 - 1/RRW, is criticality. Cut sets are the minimal solutions read as sets of true events, so with NOT gates the
sentence "and f" is needed. (Z. Birnbaum 1969; definitions after A. Rauzy, "Binary decision diagrams for reliability studies",
Handbook of Performability Engineering, 2008.)

A *gate* counts as an intervention: it is replaced by a fresh variable z, and P1, P0 force z, wherever else the gate's events occur.
P is then not a mixture of P1 and P0, so p enters through P(gate and f), computed exactly.

Limits. p = 0: criticality, diagnostic and Fussell-Vesely 0, RRW 1. p = 1: RAW 1, diagnostic 1. P0 = 0 < P: RRW infinite. P = 0: the
three shares are NaN, as they are conditional on f, RAW is infinite and RRW 0, or NaN where P1 or P0 is 0 too (nothing to nothing).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fuelbed.core.errors import BudgetError
from fuelbed.core.networks import Network
from fuelbed.numerics.boolean.bdd import TRUE, Bdd
from fuelbed.numerics.boolean.orders import build, orders

__all__ = ["Importance", "cofactors", "measures", "of_events", "of_gate", "of_gates", "with_fussell_vesely"]


@dataclass(frozen=True, slots=True)
class Importance:
    """The measures of one item; `fussell_vesely` is None where it was not asked for."""

    probability: float
    birnbaum: float
    criticality: float
    diagnostic: float
    raw: float
    rrw: float
    fussell_vesely: float | None = None


def cofactors(b: Bdd, f: int, p: Sequence[float]) -> tuple[float, list[float], list[float]]:
    """P(f), and for every variable P(f | it is true) and P(f | it is false): one upward and one downward pass.

    The downward pass of Rauzy (Reliability Engineering and System Safety 40(3), 1993), with one change: nothing is ever subtracted.
    Paths that skip a variable are added to whole ranges of variables, in a segment tree. So a cofactor keeps its relative
    precision however small it is, and one that is 0 comes out as 0. O(nodes log variables).
    """
    n = b.n
    value = b.values(p, f)
    reach = dict.fromkeys(value, 0.0)
    reach[f] = 1.0
    if1, if0 = [0.0] * n, [0.0] * n
    skipped = _Ranges(n)
    skipped.add(0, min(b.var[f], n), value[f])
    for u in reversed(value):
        if u > TRUE and reach[u] > 0.0:
            v = b.var[u]
            for child, q, side in ((b.high[u], p[v], if1), (b.low[u], 1.0 - p[v], if0)):
                side[v] += reach[u] * value[child]
                reach[child] += reach[u] * q
                skipped.add(v + 1, min(b.var[child], n), reach[u] * q * value[child])
    rest = skipped.totals()
    return value[f], [x + s for x, s in zip(if1, rest, strict=True)], [x + s for x, s in zip(if0, rest, strict=True)]


class _Ranges:
    """Sums of amounts added to ranges of 0..n-1, by additions alone: a segment tree."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.held = [0.0] * (2 * n)

    def add(self, first: int, end: int, amount: float) -> None:
        """Add `amount` to first..end-1."""
        a, z = first + self.n, end + self.n
        while a < z:
            if a & 1:
                self.held[a] += amount
                a += 1
            if z & 1:
                z -= 1
                self.held[z] += amount
            a >>= 1
            z >>= 1

    def totals(self) -> list[float]:
        for i in range(2, 2 * self.n):
            self.held[i] += self.held[i >> 1]
        return self.held[self.n :]


def of_events(b: Bdd, f: int, p: Sequence[float]) -> tuple[float, list[Importance]]:
    """P(f) and the importance of every variable, without Fussell-Vesely (see `with_fussell_vesely`)."""
    total, if1, if0 = cofactors(b, f, p)
    return total, [measures(q, p1, p0, p1 - p0, total) for q, p1, p0 in zip(p, if1, if0, strict=True)]


def measures(p: float, p1: float, p0: float, birnbaum: float, total: float) -> Importance:
    """The measures of an event from its probability, P(f) with it true and false, their difference (which the caller may know better
    than by subtracting) and P(f)."""
    critical, both = _ratio(p * birnbaum, total), min(_ratio(p * p1, total), 1.0)
    return Importance(p, birnbaum, critical, both, _ratio(p1, total), _ratio(total, p0))


def with_fussell_vesely(b: Bdd, f: int, p: Sequence[float], rows: Sequence[Importance]) -> list[Importance]:
    """`rows` of `of_events` with Fussell-Vesely filled in: one pass over the cut sets for each event, so it can cost far more.

    BudgetError where the cut sets do not fit.
    """
    z, root = b.minimal_solutions(f)
    total = b.probability(f, p)
    out = []
    for v, row in enumerate(rows):
        holding = b.and_(b.and_(b.variable(v), b.covers(z, z.with_member(root, v))), f)
        out.append(replace(row, fussell_vesely=_ratio(b.probability(holding, p), total)))
    return out


def of_gate(b: Bdd, f_of_z: int, z: int, gate: int, p: Sequence[float], fussell_vesely: bool = False) -> Importance:
    """The importance of a gate.

    f_of_z  the structure built with the variable `z` in the gate's place. `z` is a fresh variable of the manager, on which
            `gate` does not depend; its entry in `p` is not read.
    gate    the gate itself. Under Fussell-Vesely the gate counts as one event of the cut sets.
    """
    on, off = b.restrict(f_of_z, {z: True}), b.restrict(f_of_z, {z: False})
    f = b.ite(gate, on, off)
    total, p1, p0 = (b.probability(x, p) for x in (f, on, off))
    # Parts instead of differences, so that nothing cancels: P1 - P0 and P - P0 = P(gate, on) - P(gate, off).
    gained, lost = b.and_(on, b.not_(off)), b.and_(off, b.not_(on))
    birnbaum = b.probability(gained, p) - b.probability(lost, p)
    removed = b.probability(b.and_(gate, gained), p) - b.probability(b.and_(gate, lost), p)
    both = b.probability(b.and_(gate, f), p)
    shares = _ratio(removed, total), _ratio(both, total)
    row = Importance(b.probability(gate, p), birnbaum, *shares, raw=_ratio(p1, total), rrw=_ratio(total, p0))
    if not fussell_vesely:
        return row
    family, root = b.minimal_solutions(f_of_z)
    holding = b.and_(b.and_(gate, b.covers(family, family.with_member(root, z))), f)
    return replace(row, fussell_vesely=_ratio(b.probability(holding, p), total))


def of_gates(
    network: Network, gates: Iterable[str], p: Mapping[str, float], fussell_vesely: bool = False, budget: int = 2_000_000
) -> dict[str, Importance]:
    """The importance of some gates of a network for its top, in one manager; `p` gives the events. BudgetError past `budget` nodes."""
    order = next(orders(network))
    chances = [*(p[e] for e in order), 0.5]
    b = Bdd(len(order) + 1, budget)
    whole = build(network, [*order], b)
    out = {}
    for gate in gates:
        forced = build(network.cut_at(gate), [*order, gate], b)
        if network.top not in whole or network.top not in forced:
            raise BudgetError(f"more than {budget} decision diagram nodes for the importance of {gate}")
        out[gate] = of_gate(b, forced[network.top], len(order), whole[gate], chances, fussell_vesely)
    return out


def _ratio(a: float, b: float) -> float:
    """a / b; nothing to nothing is NaN, something to nothing infinite."""
    if b != 0.0:
        return a / b
    return math.nan if a == 0.0 else math.inf
