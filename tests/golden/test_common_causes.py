"""Common causes against SCRAM 0.16.2 and SCRAM's own test suite (golden.md, Structure), and against plain enumeration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from math import comb, fsum, prod

import numpy as np
import pytest

from fuelbed.core.errors import FuelbedError
from fuelbed.numerics.boolean.bdd import Bdd
from fuelbed.numerics.boolean.common_causes import CommonCauseError, alpha, beta, mgl, phi, subsets
from tests.oracle.common_causes import expand
from tests.oracle.importance import of_events

Q = 0.1


def mgl_of_alpha(factors: Sequence[float]) -> tuple[float, ...]:
    """The Greek letters that equal alpha factors under non-staggered testing: rho_{j+1} = sum_{k>j} k alpha_k / sum_{k>=j} k alpha_k.

    A letter after a vanished tail is 0. (NUREG/CR-5485, table of conversions.)
    """
    tails = [fsum(k * a for k, a in enumerate(factors, start=1) if k >= j) for j in range(1, len(factors) + 1)]
    return tuple(after / before if before > 0.0 else 0.0 for before, after in pairwise(tails))


def trains(b: Bdd, n: int) -> int:
    """Train i fails when its valve 2i or its pump 2i+1 does; the system fails with all trains."""
    return b.all_(b.or_(b.variable(2 * i), b.variable(2 * i + 1)) for i in range(n))


def expanded(n: int, levels: tuple[float, ...]):
    b = Bdd(2 * n)
    groups = [(tuple(range(kind, 2 * n, 2)), levels) for kind in (0, 1)]
    return expand(b, [trains(b, n)], [Q] * (2 * n), groups)


def orders(e) -> dict[int, int]:
    z, root = e.bdd.minimal_solutions(e.roots[0])
    return z.count_by_order(root)


def test_two_trains_without_common_cause() -> None:
    """SCRAM 0.16.2 on its TwoTrain example: MIF, CIF, DIF, RAW, RRW."""
    b = Bdd(4)
    p, rows = of_events(b, trains(b, 2), [Q] * 4)
    assert p == pytest.approx(0.0361, abs=1e-12)
    for x in rows:
        assert x.birnbaum == pytest.approx(0.171, abs=1e-12)
        assert x.criticality == pytest.approx(0.473684, abs=5e-7)
        assert x.diagnostic == pytest.approx(0.526316, abs=5e-7)
        assert x.raw == pytest.approx(5.26316, abs=5e-6)
        assert x.rrw == pytest.approx(1.9, abs=1e-12)


def test_two_trains_beta() -> None:
    """SCRAM 0.16.2: beta 0.2 for valves and for pumps."""
    e = expanded(2, beta(Q, 2, 0.2))
    assert orders(e) == {1: 2, 2: 4}
    p, rows = of_events(e.bdd, e.roots[0], e.p)
    assert p == pytest.approx(0.0622587, abs=5e-8)
    for v in range(4):
        own = rows[e.index(v)]
        assert own.probability == pytest.approx(0.08)
        assert own.birnbaum == pytest.approx(0.135716, abs=5e-7)
        assert own.raw == pytest.approx(3.00548, abs=5e-6)
    for group in ((0, 2), (1, 3)):
        shared = rows[e.index(*group)]
        assert shared.probability == pytest.approx(0.02)
        assert shared.birnbaum == pytest.approx(0.956879, abs=5e-7)
        assert shared.raw == pytest.approx(16.062, abs=5e-4)
        assert shared.rrw == pytest.approx(1.44381, abs=5e-6)


THREE = [
    ("beta", beta(Q, 3, 0.2), 0.0430804, {1: 2, 3: 8}),
    ("MGL", mgl(Q, 3, [0.2, 0.1]), 0.0162948, {1: 2, 2: 24, 3: 8}),
    ("alpha", alpha(Q, 3, [0.7, 0.2, 0.1]), 0.0529814, {1: 2, 2: 24, 3: 8}),
    ("alpha, staggered", alpha(Q, 3, [0.7, 0.2, 0.1], staggered=True), 0.030918, {1: 2, 2: 24, 3: 8}),
    ("phi", phi(Q, 3, [0.7, 0.2, 0.1]), 0.0410393, {1: 2, 2: 24, 3: 8}),
    ("phi, shared", tuple(x / comb(2, k) for k, x in enumerate(phi(Q, 3, [0.7, 0.2, 0.1]))), 0.030918, {1: 2, 2: 24, 3: 8}),
]


@pytest.mark.parametrize(("levels", "want", "counts"), [r[1:] for r in THREE], ids=[r[0] for r in THREE])
def test_three_trains(levels, want, counts) -> None:
    """SCRAM's test suite, tolerance 1e-5 (staggered alpha: derived)."""
    e = expanded(3, levels)
    assert e.bdd.probability(e.roots[0], e.p) == pytest.approx(want, abs=1e-5)
    assert orders(e) == counts


@pytest.mark.parametrize("levels", [r[1] for r in THREE], ids=[r[0] for r in THREE])
def test_against_enumeration(levels) -> None:
    """All states of all subset events of both groups, without any decision diagram."""
    events = [(kind, s, q) for kind in (0, 1) for s, q in subsets(levels).items()]
    want = 0.0
    for state in product((False, True), repeat=len(events)):
        down = {(kind, i) for (kind, s, _), on in zip(events, state, strict=True) if on for i in s}
        if all((0, i) in down or (1, i) in down for i in range(3)):
            want += prod(q if on else 1.0 - q for (_, _, q), on in zip(events, state, strict=True))
    e = expanded(3, levels)
    assert e.bdd.probability(e.roots[0], e.p) == pytest.approx(want, abs=1e-12)


@pytest.mark.parametrize("m", [2, 3, 4, 6])
def test_levels_add_up_to_the_member(m: int) -> None:
    """sum_k C(m-1, k-1) Q_k = Q for every model but phi."""
    rng = np.random.default_rng(m)
    shares = [float(x) for x in rng.dirichlet(np.ones(m))]
    letters = [float(x) for x in rng.uniform(size=m - 1)]
    for levels in (beta(Q, m, 0.3), mgl(Q, m, letters), alpha(Q, m, shares), alpha(Q, m, shares, staggered=True)):
        assert len(levels) == m
        assert sum(comb(m - 1, k) * q for k, q in enumerate(levels)) == pytest.approx(Q, rel=1e-12)
    assert mgl(Q, m, mgl_of_alpha(shares)) == pytest.approx(alpha(Q, m, shares), rel=1e-12)
    assert mgl(Q, m, [0.3, *[1.0] * (m - 2)]) == pytest.approx(beta(Q, m, 0.3))


def test_letters_of_alpha() -> None:
    """Derived (golden.md, Coupling)."""
    assert mgl_of_alpha([0.95, 0.03, 0.015, 0.005]) == pytest.approx((0.116279, 0.52, 0.307692), abs=1e-6)
    assert mgl_of_alpha([1.0, 0.0, 0.0]) == (0.0, 0.0)


def test_other_events_and_negations_survive_the_rewriting() -> None:
    """Members far apart, an event of no group between, a NOT over a member, two roots: against enumeration."""
    b = Bdd(4)
    x = [b.variable(i) for i in range(4)]
    roots = [b.or_(b.and_(x[0], b.not_(x[3])), b.and_(x[1], x[2])), b.at_least(2, x)]
    e = expand(b, roots, [0.9, 0.3, 0.9, 0.9], [((3, 0, 2), mgl(0.4, 3, [0.5, 0.25]))])
    assert sorted(e.events) == [(0,), (0, 2), (0, 2, 3), (0, 3), (1,), (2,), (2, 3), (3,)]
    want = [0.0, 0.0]
    for state in product((0, 1), repeat=len(e.events)):
        weight = prod(q if on else 1 - q for q, on in zip(e.p, state, strict=True))
        y = [any(on and v in s for s, on in zip(e.events, state, strict=True)) for v in range(4)]
        want[0] += weight * ((y[0] and not y[3]) or (y[1] and y[2]))
        want[1] += weight * (sum(y) >= 2)
    assert [e.bdd.probability(f, e.p) for f in e.roots] == pytest.approx(want, abs=1e-12)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: beta(1.2, 2, 0.1), "total probability is 1.2"),
        (lambda: beta(0.1, 1, 0.1), "two or more"),
        (lambda: beta(0.1, 2, float("nan")), "beta: the factor nan"),
        (lambda: beta(0.1, 2, -0.1), "beta: the factor -0.1"),
        (lambda: mgl(0.1, 2, [0.1, 0.1]), "MGL: 2 factors given, 1 to 1"),
        (lambda: mgl(0.1, 3, []), "MGL: 0 factors"),
        (lambda: alpha(0.1, 3, [0.7, 0.2]), "add up to 0.9"),
        (lambda: alpha(0.1, 2, [0.7, 0.2, 0.1]), "alpha: 3 factors"),
        (lambda: phi(0.1, 3, [0.9, 0.2, 0.1]), "add up to 1.2"),
    ],
)
def test_faults(make, says: str) -> None:
    with pytest.raises(CommonCauseError, match=says) as raised:
        make()
    assert isinstance(raised.value, FuelbedError)
