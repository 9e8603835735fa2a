"""Importance against its definition: enumeration of all states of random structures with NOT and k-of-n, and the limits."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from fuelbed.numerics.boolean.bdd import Bdd
from fuelbed.numerics.boolean.importance import cofactors
from tests.oracle.importance import of_events, with_fussell_vesely


class Random:
    """A random structure over n events with two named gates, g inside h, both used twice; `g` and `h` can be forced."""

    def __init__(self, seed: int, n: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.n = n
        self.negate = 0.2 if seed % 3 else 0.0
        self.g = self.formula(2, [])
        self.h = ("or", [self.formula(1, ["g"]), ("name", "g")])
        self.top = ("and" if seed % 2 else "or", [self.formula(2, ["g", "h"]), ("name", "h"), self.formula(1, [])])

    def formula(self, depth: int, names: list[str]):
        if depth == 0 or self.rng.random() < 0.1:
            pick = int(self.rng.integers(self.n + len(names)))
            e = ("event", pick) if pick < self.n else ("name", names[pick - self.n])
            return ("not", [e]) if self.rng.random() < self.negate else e
        args = [self.formula(depth - 1, names) for _ in range(self.rng.integers(2, 4))]
        op = ("and", "or", "atleast")[self.rng.integers(3)]
        return (op, args, int(self.rng.integers(1, len(args) + 1)))

    def truth(self, f, state, forced) -> bool:
        if f[0] == "event":
            return bool(state[f[1]])
        if f[0] == "name":
            return forced[f[1]] if f[1] in forced else self.truth(getattr(self, f[1]), state, forced)
        args = [self.truth(x, state, forced) for x in f[1]]
        if f[0] == "not":
            return not args[0]
        return {"and": all(args), "or": any(args)}[f[0]] if f[0] != "atleast" else sum(args) >= f[2]

    def build(self, b: Bdd, f, forced) -> int:
        if f[0] == "event":
            return b.variable(f[1])
        if f[0] == "name":
            return forced[f[1]] if f[1] in forced else self.build(b, getattr(self, f[1]), forced)
        args = [self.build(b, x, forced) for x in f[1]]
        if f[0] == "not":
            return b.not_(args[0])
        return {"and": b.all_, "or": b.any_}[f[0]](args) if f[0] != "atleast" else b.at_least(f[2], args)


def minimal(solutions) -> list[frozenset]:
    out: list[frozenset] = []
    for x in sorted(solutions, key=len):
        if not any(m <= x for m in out):
            out.append(x)
    return out


def weigh(p, state) -> float:
    return math.prod(q if on else 1.0 - q for q, on in zip(p, state, strict=True))


def same(got: float, want: float) -> bool:
    return got == pytest.approx(want, rel=1e-12, abs=1e-12, nan_ok=True)


def ratio(a: float, b: float) -> float:
    return a / b if b else (math.inf if a else math.nan)


@pytest.mark.parametrize("seed", range(60))
def test_events_against_enumeration(seed: int) -> None:
    n = 4 + seed % 5
    r = Random(seed, n)
    p = list(r.rng.uniform(0.05, 0.95, n))
    for v in range(n):
        if r.rng.random() < 0.15:
            p[v] = float(r.rng.integers(2))
    states = list(product((0, 1), repeat=n))
    true = {s for s in states if r.truth(r.top, s, {})}
    cuts = minimal(frozenset(v for v in range(n) if s[v]) for s in true)
    total = math.fsum(weigh(p, s) for s in true)
    b = Bdd(n)
    f = r.build(b, r.top, {})
    got, rows = of_events(b, f, p)
    rows = with_fussell_vesely(b, f, p, rows)
    assert got == pytest.approx(total, abs=1e-12)
    for v, row in enumerate(rows):
        forced = [[*p[:v], x, *p[v + 1 :]] for x in (0.0, 1.0)]
        p0, p1 = (math.fsum(weigh(q, s) for s in true) for q in forced)
        both = math.fsum(weigh(p, s) for s in true if s[v])
        complete = [s for s in true if any(v in c and all(s[i] for i in c) for c in cuts)]
        assert row.birnbaum == pytest.approx(p1 - p0, abs=1e-12)
        assert same(row.criticality, ratio(p[v] * (p1 - p0), total))
        assert same(row.diagnostic, ratio(both, total))
        assert same(row.raw, ratio(p1, total))
        assert same(row.rrw, ratio(total, p0))
        assert same(row.fussell_vesely, ratio(math.fsum(weigh(p, s) for s in complete), total))


@pytest.mark.parametrize("seed", range(20))
def test_birnbaum_is_the_gradient(seed: int) -> None:
    """Central differences (exact up to rounding: P is affine in each p)."""
    n = 5 + seed % 5
    r = Random(1000 + seed, n)
    p = list(r.rng.uniform(0.1, 0.9, n))
    b = Bdd(n)
    f = r.build(b, r.top, {})
    _, rows = of_events(b, f, p)
    h = 1e-3
    for v, row in enumerate(rows):
        up, down = (b.probability(f, [*p[:v], p[v] + x, *p[v + 1 :]]) for x in (h, -h))
        assert row.birnbaum == pytest.approx((up - down) / (2 * h), abs=1e-11)


def test_small_cofactors_keep_their_precision() -> None:
    """x or (a and b) with 1e-30 left when x goes; x and y: nothing at all is left, and RRW is infinite, not 1e16."""
    b = Bdd(4)
    x, a, c, d = (b.variable(i) for i in range(4))
    p, rows = of_events(b, b.or_(x, b.and_(a, c)), [0.3, 1e-15, 1e-15, 0.5])
    assert rows[0].rrw == pytest.approx(p / 1e-30, rel=1e-12)
    assert (rows[3].birnbaum, rows[3].raw, rows[3].rrw) == (0.0, 1.0, 1.0)
    _, rows = of_events(b, b.and_(x, b.or_(a, d)), [0.3, 0.1, 0.2, 0.7])
    assert rows[0].rrw == math.inf
    assert rows[0].diagnostic == 1.0


def test_limits() -> None:
    b = Bdd(3)
    x, y, z = (b.variable(i) for i in range(3))
    f = b.and_(x, y)
    _, (never, *_) = of_events(b, b.or_(f, z), [0.0, 0.5, 0.5])
    assert (never.criticality, never.diagnostic, never.rrw) == (0.0, 0.0, 1.0)
    assert never.birnbaum == 0.25
    _, (always, other, _) = of_events(b, f, [1.0, 0.5, 0.5])
    assert (always.raw, always.diagnostic, always.criticality, always.rrw) == (1.0, 1.0, 1.0, math.inf)
    assert other.birnbaum == 1.0
    _, rows = of_events(b, f, [0.0, 0.5, 0.5])  # P = 0
    rows = with_fussell_vesely(b, f, [0.0, 0.5, 0.5], rows)
    assert all(math.isnan(v) for r in rows for v in (r.criticality, r.diagnostic, r.fussell_vesely, r.rrw))
    assert rows[0].raw == math.inf
    assert math.isnan(rows[1].raw)
    _, rows = of_events(b, b.not_(x), [1.0, 0.5, 0.5])
    assert (rows[0].birnbaum, rows[0].rrw) == (-1.0, 0.0)
    for constant, p in ((0, 0.0), (1, 1.0)):
        assert cofactors(b, constant, [0.5] * 3) == (p, [p] * 3, [p] * 3)
