"""Attack graphs against enumeration of small ones and networkx on larger ones: fixpoint, cheapest cut, depth, choke points."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
import pytest

from fuelbed.numerics.attack import AndOr, cheapest_cut, choke_points, depth
from fuelbed.numerics.attack.depth import merged

nx = pytest.importorskip("networkx", reason="networkx is the peer of these tests")


def random_graph(seed: int, n: int = 9) -> tuple[AndOr, list[list[int]], list[bool]]:
    """Cycles, AND nodes, sources; the goal is the last node."""
    rng = np.random.default_rng(seed)
    inputs: list[list[int]] = []
    for i in range(n):
        k = 0 if i < 3 else int(rng.integers(1, 4))
        inputs.append([int(x) for x in rng.choice([j for j in range(n) if j != i], min(k, n - 1), replace=False)])
    ands = [bool(rng.random() < 0.4) and len(x) > 0 for x in inputs]
    return AndOr.of(inputs, [i for i, a in enumerate(ands) if a]), inputs, ands


def plain(inputs: list[list[int]], ands: list[bool], shut: set[int]) -> set[int]:
    """The definition: apply the rules until nothing changes."""
    got: set[int] = set()
    while True:
        more = {i for i, x in enumerate(inputs) if i not in shut and (not x or (all if ands[i] else any)(j in got for j in x))}
        if more | got == got:
            return got
        got |= more


@pytest.mark.parametrize("seed", range(80))
def test_reached_is_the_least_fixpoint(seed: int) -> None:
    graph, inputs, ands = random_graph(seed)
    rng = np.random.default_rng(seed)
    for _ in range(6):
        shut = rng.random(graph.n) < 0.25
        got = set(np.flatnonzero(graph.reached(shut)).tolist())
        assert got == plain(inputs, ands, set(np.flatnonzero(shut).tolist()))


def test_a_cycle_does_not_lift_itself() -> None:
    graph = AndOr.of([[1], [0], [0]], [])
    assert not graph.reached().any()


@pytest.mark.parametrize("seed", range(120))
def test_the_cheapest_cut_against_all_subsets(seed: int) -> None:
    graph, inputs, ands = random_graph(seed)
    rng = np.random.default_rng(1000 + seed)
    goal = graph.n - 1
    closings = [sorted({int(x) for x in rng.choice(goal, int(rng.integers(1, 3)))}) for _ in range(7)]
    costs = [float(c) for c in rng.uniform(1, 10, 7)]
    best = math.inf
    for bits in product((False, True), repeat=7):
        shut = {i for k, on in enumerate(bits) if on for i in closings[k]}
        if goal not in plain(inputs, ands, shut):
            best = min(best, math.fsum(c for c, on in zip(costs, bits, strict=True) if on))
    got = cheapest_cut(graph, goal, closings, costs)
    assert got.cost == pytest.approx(best, rel=1e-9)
    if math.isinf(best):
        assert got.closings is None
    else:
        assert got.closings is not None
        assert got.proved
        assert goal not in plain(inputs, ands, {i for k in got.closings for i in closings[k]})


@pytest.mark.parametrize("seed", range(500))
def test_flow_equals_networkx(seed: int) -> None:
    """Graphs of OR nodes, a closing for most nodes: the minimum cut of the split graph, by the peer."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(6, 30))
    inputs: list[list[int]] = [[] for _ in range(n)]
    for i in range(2, n):
        inputs[i] = [int(x) for x in rng.choice([j for j in range(n) if j != i], int(rng.integers(1, 4)), replace=False)]
    graph, goal = AndOr.of(inputs, []), n - 1
    nodes = [i for i in range(n) if i != goal and rng.random() < 0.9]
    costs = [float(c) for c in rng.integers(1, 20, len(nodes))]
    got = cheapest_cut(graph, goal, [[i] for i in nodes], costs)
    peer = nx.DiGraph()
    for i in range(n):
        if i in nodes:
            peer.add_edge(("in", i), ("out", i), capacity=costs[nodes.index(i)])
        else:
            peer.add_edge(("in", i), ("out", i))
        for j in inputs[i]:
            peer.add_edge(("out", j), ("in", i))
        if not inputs[i]:
            peer.add_edge("start", ("in", i))
    try:
        want = nx.minimum_cut_value(peer, "start", ("out", goal))
    except nx.NetworkXUnbounded:
        want = math.inf
    assert got.method == "flow" or math.isinf(want)
    assert got.cost == pytest.approx(want, rel=1e-9)
    if got.closings is not None:
        assert got.proved
        shut = np.zeros(n, dtype=bool)
        shut[[nodes[k] for k in got.closings]] = True
        assert not graph.reached(shut)[goal]


@pytest.mark.parametrize("seed", range(60))
def test_depth_against_all_sets(seed: int) -> None:
    graph, inputs, ands = random_graph(seed, 11)
    goal = graph.n - 1
    groups = [[0], [1], [2]]
    want = None
    for size in range(4):
        if any(goal in plain(inputs, ands, {0, 1, 2} - set(s)) for s in combinations(range(3), size)):
            want = size
            break
    got = depth(graph, goal, groups)
    assert got.groups == want
    if want is not None:
        assert goal in plain(inputs, ands, {0, 1, 2} - set(got.falls))


def test_controls_that_share_a_dependency_are_one_group() -> None:
    assert merged([["dns"], ["ldap"], ["dns", "vault"], [], ["vault"]]) == [[0, 2, 4], [1], [3]]
    assert merged([]) == []


@pytest.mark.parametrize("seed", range(60))
def test_choke_points_against_each_node_closed(seed: int) -> None:
    graph, inputs, ands = random_graph(seed, 12)
    goal = graph.n - 1
    want = [i for i in range(goal) if goal in plain(inputs, ands, set()) and goal not in plain(inputs, ands, {i})]
    assert choke_points(graph, goal) == want


@pytest.mark.parametrize("seed", range(20))
def test_choke_points_of_or_graphs_are_dominators(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 25
    inputs: list[list[int]] = [[]] + [
        [int(x) for x in rng.choice(i, min(i, int(rng.integers(1, 3))), replace=False)] for i in range(1, n)
    ]
    graph = AndOr.of(inputs, [])
    peer = nx.DiGraph([(j, i) for i, x in enumerate(inputs) for j in x])
    dominators, at = set(), n - 1
    immediate = nx.immediate_dominators(peer, 0)
    while at != 0:
        at = immediate[at]
        dominators.add(at)
    assert set(choke_points(graph, n - 1)) == dominators


def test_costs_must_mean_something() -> None:
    graph = AndOr.of([[], [0]], [])
    for cost in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="cost above 0"):
            cheapest_cut(graph, 1, [[0]], [cost])
