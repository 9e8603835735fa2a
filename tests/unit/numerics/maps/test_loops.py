"""Loops: the theorem of gains on random systems, cycles against networkx, the loop that keeps a storm going, margins."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest

from fuelbed.numerics.maps.cycles import held, simple_cycles
from fuelbed.numerics.maps.fixed import fixed_points
from fuelbed.numerics.maps.loops import find_loops
from fuelbed.numerics.maps.simulate import stays_down
from fuelbed.numerics.maps.system import compile_model
from tests.unit.numerics.maps.models import E, may, model, storm


@pytest.mark.parametrize("seed", range(20))
def test_cycles_agree_with_networkx(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    names = [f"n{i}" for i in range(n)]
    edges = {a: [b for b in names if a != b and rng.random() < 0.4] for a in names}
    found, complete = simple_cycles(edges)
    want = nx.simple_cycles(nx.DiGraph([(a, b) for a, bs in edges.items() for b in bs]))

    def turned(c) -> tuple[str, ...]:
        i = c.index(min(c))
        return (*c[i:], *c[:i])

    assert complete
    assert len(found) == len(set(found))
    assert {turned(list(c)) for c in found} == {turned(c) for c in want}


def test_too_many_cycles_are_cut_off_and_said_so() -> None:
    names = [f"n{i}" for i in range(12)]
    found, complete = simple_cycles({a: [b for b in names if b != a] for a in names}, 500)
    assert len(found) == 500
    assert not complete


@pytest.mark.parametrize("seed", range(30))
def test_a_positive_loop_alone_is_unstable_exactly_where_its_gain_exceeds_1(seed: int) -> None:
    """One state through a quantity, with a restoring loop through another; two states, both signs; three states."""
    rng = np.random.default_rng(seed)
    x, y, z = E("x"), E("y"), E("z")
    d = rng.uniform(0, 1, 3)
    pull = float(rng.uniform(0, d[0]))
    up = float(rng.uniform(0, 2))
    one = model(
        {"x": (0, -1, 1)}, {}, {"x": d[0] * x + E("feed") - E("drain")}, let={"feed": up * x, "drain": pull * x}, failed=x
    )
    a, b, c = (float(v) for v in rng.choice([-1, 1], 3) * rng.uniform(0.1, 1.2, 3))
    two = model(
        {"x": (0, -1, 1), "y": (0, -1, 1)}, {}, {"x": d[0] * x + a * y, "y": d[1] * y + E("m")}, let={"m": b * x}, failed=x
    )
    three = model(
        dict.fromkeys("xyz", (0, -1, 1)), {}, {"x": d[0] * x + a * z, "y": d[1] * y + b * x, "z": d[2] * z + c * y}, failed=x
    )
    for m in (one, two, three):
        s = compile_model(m)
        loops = [q for q in find_loops(s, s.today, s.start).loops if q.positive]
        radius = np.max(np.abs(np.linalg.eigvals(s.jacobian(s.start, s.today)[0])))
        if not loops:
            continue
        (loop,) = loops
        if abs(loop.normal - 1) > 1e-6:
            assert (loop.normal > 1) == (radius > 1)


def test_gain_of_one_state_by_hand() -> None:
    x = E("x")
    s = compile_model(
        model({"x": (0, -1, 1)}, {}, {"x": 0.7 * x + E("feed") - E("drain")}, let={"feed": 0.3 * x, "drain": 0.2 * x}, failed=x)
    )
    feed, drain = find_loops(s, s.today, s.start).loops
    assert feed.nodes == ("x", "feed")
    assert math.isclose(feed.normal, 0.3 / (0.3 + 0.2))
    assert not drain.positive
    assert math.isclose(drain.normal, -0.2 / (0.3 + 0.2))


def test_the_retries_keep_the_storm_going() -> None:
    s = compile_model(storm())
    normal, edge, failed = (f.x for f in sorted(fixed_points(s, s.today), key=lambda f: f.x[0]))
    found = find_loops(s, s.today, normal, failed, edge, settle=300.0)
    best = found.loops[0]
    assert best.nodes == ("queue", "stale", "again", "retrying", "arriving")
    assert best.sustaining
    assert best.needed
    assert best.normal < 1
    assert best.edge is not None
    assert best.edge > 1
    assert best.failed is not None
    assert best.failed < 1
    assert found.complete
    assert all(loop.nodes == best.nodes for loop in found.sustaining)


def test_a_loop_without_named_quantities_is_found_too() -> None:
    s = compile_model(may(0.22))
    _, failed, edge, normal = (f.x for f in fixed_points(s, s.today))
    (loop,) = find_loops(s, s.today, normal, failed, edge, settle=400.0).sustaining
    assert loop.nodes == ("x",)
    assert loop.needed is None


def test_events_give_loops_through_their_flows() -> None:
    """A failed machine loads the others: failing -> fewer up -> failing faster."""
    up = E("up")
    m = model(
        {"up": (10, 0, 10)}, {"load": 6.0, "repairs": 0.5}, failed=3 - up, step=0.1,
        let={"strain": E("load") / E.of("max", up, 1)},
        events={"fail": (0.05 * up * E("strain") ** 3, {"up": -1}), "repair": (E("repairs") * (10 - up), {"up": 1})},
    )  # fmt: skip
    s = compile_model(m)
    points = fixed_points(s, s.today)
    normal = max(points, key=lambda f: f.x[0])
    loops = {q.nodes: q for q in find_loops(s, s.today, normal.x).loops}
    assert loops["up", "strain", "fail"].positive
    assert not loops["up", "fail"].positive
    assert not loops["up", "repair"].positive


def test_a_held_link_is_a_number_in_one_formula_only_and_only_when_switched() -> None:
    m = storm()
    cut, got = held(
        m, [("stale", "again", 0.0), ("served", "stale", 0.0), ("queue", "queue", 0.0), ("retrying", "arriving", 7.0)]
    )
    assert got == [True, False, False, True]
    s, whole = compile_model(cut), compile_model(m)
    x = np.array([[400.0, 90.0]] * 3)
    p = np.concatenate([np.tile(whole.today, (3, 1)), [[0, 0], [1, 0], [0, 1]]], axis=1)
    plain, stale, arriving = s.let(x, p)
    assert plain.tolist() == whole.let(x[:1], whole.today)[0].tolist()
    assert stale.tolist() == [*plain[:2], 0.0, plain[3]]
    assert arriving.tolist() == [*plain[:3], 67.0]
    down, _ = stays_down(s, np.tile([1000.0, 75.0], (2, 1)), p[1:], 3000)
    assert down.tolist() == [False, False]
