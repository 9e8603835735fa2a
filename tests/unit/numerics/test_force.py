"""FORCE: always an order of all vertices, never of a wider span than the one given, and the obvious one where there is one."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.cases import entangled
from fuelbed.numerics.boolean.force import force
from fuelbed.numerics.process.structure import Structure
from fuelbed.readers.case import parse_case


def span(groups: list[list[int]], order: list[int]) -> int:
    place = {v: i for i, v in enumerate(order)}
    return sum(max(place[v] for v in g) - min(place[v] for v in g) for g in groups)


@st.composite
def hypergraphs(draw: st.DrawFn) -> tuple[int, list[list[int]], list[int]]:
    n = draw(st.integers(2, 12))
    groups = draw(st.lists(st.lists(st.integers(0, n - 1), min_size=2, max_size=5, unique=True) if n > 4 else
                           st.lists(st.integers(0, n - 1), min_size=2, max_size=n, unique=True), max_size=8))  # fmt: skip  # one draw
    return n, groups, draw(st.permutations(range(n)))


@settings(max_examples=200, deadline=None)
@given(hypergraphs())
def test_an_order_of_all_and_never_a_wider_one(graph: tuple[int, list[list[int]], list[int]]) -> None:
    n, groups, order = graph
    got = force(n, groups, order)
    assert sorted(got) == list(range(n))
    assert span(groups, got) <= span(groups, order)
    assert got == force(n, groups, order)


def test_a_scrambled_chain_of_groups_is_put_in_order() -> None:
    rng = random.Random(7)
    groups = [[3 * i, 3 * i + 1, 3 * i + 2, 3 * i + 3] for i in range(10)]
    scrambled = rng.sample(range(31), 31)
    got = force(31, groups, scrambled, rounds=60)
    assert span(groups, got) < 0.4 * span(groups, scrambled)


def test_a_gain_too_small_keeps_the_order_given() -> None:
    assert force(4, [[0, 1], [2, 3]], [0, 1, 2, 3]) == [0, 1, 2, 3]


def test_the_diagram_of_lines_that_share_much_gets_smaller_and_stays_the_same_function() -> None:
    case = parse_case(entangled(1, 1))
    moved = Structure(case)
    top = moved.lines["down"]
    assert len(moved.bdd.reachable(top)) < 1_500  # 6,124 in the order of the file
    rng = random.Random(3)
    for _ in range(200):
        truth = {e: rng.random() < 0.6 for e in moved.events}
        assert follow(moved, top, truth) == direct(case, truth)


def follow(s: Structure, f: int, truth: dict[tuple[str, str], bool]) -> bool:
    while f > 1:
        f = s.bdd.high[f] if truth[s.events[s.bdd.var[f]]] else s.bdd.low[f]
    return f == 1


def direct(case: object, truth: dict[tuple[str, str], bool]) -> bool:
    """The lines evaluated as they are written, none of which reads a later one but the last."""
    from fuelbed.core.case import Case
    from fuelbed.core.expressions import And, AtLeast, Expr, Fails, Or, Ref

    assert isinstance(case, Case)
    lines = case.lines

    def value(e: Expr) -> bool:
        if isinstance(e, Ref):
            return value(lines[e.name].expr) if e.name in lines else truth[case.factors[e.name].kind, e.name]
        if isinstance(e, Fails):
            return truth["control", e.name]
        if isinstance(e, And):
            return all(map(value, e.args))
        if isinstance(e, Or):
            return any(map(value, e.args))
        assert isinstance(e, AtLeast)
        return sum(map(value, e.args)) >= e.k

    return value(lines[case.failure].expr)
