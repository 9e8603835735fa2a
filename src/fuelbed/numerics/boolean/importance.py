"""Importance of basic events for the probability of a structure.

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

Limits. p = 0: criticality, diagnostic and Fussell-Vesely 0, RRW 1. p = 1: RAW 1, diagnostic 1. P0 = 0 < P: RRW infinite. P = 0: the
three shares are NaN, as they are conditional on f, RAW is infinite and RRW 0, or NaN where P1 or P0 is 0 too (nothing to nothing).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from fuelbed.core.records import Record
from fuelbed.numerics.boolean.bdd import TRUE, Bdd, Family

__all__ = ["Importance", "cofactors", "fussell_vesely", "measures"]


class Importance(Record):
    """The measures of one item; `fussell_vesely` is None where it was not asked for."""

    __slots__ = ("birnbaum", "criticality", "diagnostic", "fussell_vesely", "probability", "raw", "rrw")

    def __init__(
        self,
        probability: float,
        birnbaum: float,
        criticality: float,
        diagnostic: float,
        raw: float,
        rrw: float,
        fussell_vesely: float | None = None,
    ) -> None:
        self.probability = probability
        self.birnbaum = birnbaum
        self.criticality = criticality
        self.diagnostic = diagnostic
        self.raw = raw
        self.rrw = rrw
        self.fussell_vesely = fussell_vesely

    def with_fussell_vesely(self, share: float) -> Importance:
        return Importance(self.probability, self.birnbaum, self.criticality, self.diagnostic, self.raw, self.rrw, share)


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


def measures(p: float, p1: float, p0: float, birnbaum: float, total: float) -> Importance:
    """The measures of an event from its probability, P(f) with it true and false, their difference (which the caller may know better
    than by subtracting) and P(f)."""
    critical, both = _ratio(p * birnbaum, total), min(_ratio(p * p1, total), 1.0)
    return Importance(p, birnbaum, critical, both, _ratio(p1, total), _ratio(total, p0))


def fussell_vesely(b: Bdd, f: int, z: Family, root: int, p: Sequence[float]) -> list[float]:
    """By variable, P(some minimal solution that holds it is complete, and f) / P(f); the minimal solutions are `root` of the family `z`."""
    total = b.probability(f, p)
    out = []
    for v in range(b.n):
        holding = b.and_(b.and_(b.variable(v), b.covers(z, z.with_member(root, v))), f)
        out.append(_ratio(b.probability(holding, p), total))
    return out


def _ratio(a: float, b: float) -> float:
    """a / b; nothing to nothing is NaN, something to nothing infinite."""
    if b != 0.0:
        return a / b
    return math.nan if a == 0.0 else math.inf
