"""Load of the fallen over the dependency graph: the threshold in closed form, and the fall of one after the other by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from fuelbed.numerics.maps.system import compile_model
from fuelbed.readers.archetypes import Graph
from tests.further import kept
from tests.unit.archetypes.plain import GRAPH, Plain, down_from, model

TIMES = {"falls_after": 10.0, "back_after": 60.0}


def star(n: int, room: float, calls: float = 90.0) -> tuple[Graph, dict[str, float]]:
    """One caller of n equal dependencies, each with capacity (1 + room) times its share."""
    graph: Graph = (("web", tuple(f"d{i}" for i in range(n))), *((f"d{i}", ()) for i in range(n)))
    given = {"calls_web": calls, "capacity_web": 1e6, **{f"capacity_d{i}": (1 + room) * calls / n for i in range(n)}}
    return graph, given


def fallen(graph: Graph, given: dict[str, float], first: str, move: bool = True) -> set[str]:
    """Who falls after `first`, by hand: whoever carries more than it can falls, until nobody does."""
    down = {first}
    while True:
        work = {c: 0.0 for c, _ in graph}
        for c, on in graph:
            to = [d for d in on if d not in down]
            for d in to if c not in down else ():
                work[d] += given.get(f"calls_{c}", 0.0) / (len(to) if move else len(on))
        more = {c for c, w in work.items() if c not in down and w > given[f"capacity_{c}"]}
        if not more:
            return down
        down |= more


@pytest.mark.parametrize("n", kept([2, 3, 5], [2]))
def test_the_first_pulls_all_with_it_where_the_room_is_less_than_its_share(n: int) -> None:
    """All fall where room < 1 / (n - 1) (coming back takes long, else it is a race)."""
    for factor, falls in ((0.6, True), (1.05, False)):
        graph, given = star(n, factor / (n - 1))
        assert fallen(graph, given, "d0") == ({f"d{i}" for i in range(n)} if falls else {"d0"})
        m = model("cascade", {"comes_back": "when_it_can"}, graph, **given, falls_after=10.0, back_after=6000.0)
        start = dict.fromkeys(m.states, 0.0)
        assert down_from(m, start, 600.0) == [False]
        assert down_from(m, {**start, "down_d0": 1.0}, 600.0) == [falls]


def test_who_can_fall_is_who_falls_by_hand() -> None:
    """On random graphs of two layers: following every jump of the law with rate above 0 leads to the same set, whatever the order."""
    rng = np.random.default_rng(8)
    seen = set()
    for _ in range(12):
        below = [f"d{i}" for i in range(4)]
        graph: Graph = (*((c, tuple(d for d in below if rng.random() < 0.7)) for c in ("u", "v")), *((d, ()) for d in below))
        given = {f"calls_{c}": float(rng.uniform(20, 100)) for c in ("u", "v")}
        given |= {f"capacity_{c}": 1e6 for c in ("u", "v")} | {f"capacity_{d}": float(rng.uniform(20, 80)) for d in below}
        plain = Plain(model("cascade", None, graph, **given, **TIMES))
        x = dict.fromkeys(plain.m.states, 0.0) | {"down_d0": 1.0}
        while falling := [n.removeprefix("fall_") for n, r in plain.rates(x).items() if n.startswith("fall_") and r > 0]:
            x[f"down_{falling[int(rng.integers(len(falling)))]}"] = 1.0
        want = fallen(graph, given, "d0")
        assert {n.removeprefix("down_") for n, v in x.items() if v} == want
        seen.add(len(want))
    assert len(seen) >= 3


@pytest.mark.parametrize(
    ("options", "stays"),
    [({}, True), pytest.param({"overload": "sheds"}, False, marks=pytest.mark.further), ({"calls": "end"}, False)],
)
def test_what_ends_a_cascade(options: dict[str, str], stays: bool) -> None:
    graph, given = star(3, 0.2)
    m = model("cascade", options, graph, **given, **TIMES)
    start = dict.fromkeys(m.states, 0.0)
    assert down_from(m, {**start, "down_d0": 1.0}, 900.0) == [stays]
    assert down_from(m, start, 900.0) == [False]


def test_room_to_spare_ends_it_and_demand_brings_it_back() -> None:
    graph, given = star(3, 0.7)
    m = model("cascade", None, graph, **given, **TIMES)
    one = {**dict.fromkeys(m.states, 0.0), "down_d0": 1.0}
    assert down_from(m, one, 900.0, demand=np.array([1.0, 1.4])) == [False, True]


def test_work_is_conserved_over_those_that_are_left() -> None:
    """What the callers that are up send is what their dependencies get, as long as one of these is left."""
    m = model("cascade", None, GRAPH, calls_web=90.0, load_a=7.0, **dict.fromkeys(("capacity_web", "capacity_a"), 40.0),
              capacity_b=40.0, capacity_c=40.0, **TIMES)  # fmt: skip
    plain = Plain(m)
    for web, a, b, c in product((0.0, 1.0), repeat=4):
        v = plain.values({"down_web": web, "down_a": a, "down_b": b, "down_c": c})
        got = sum(v[f"work_{k}"] for k, down in (("a", a), ("b", b), ("c", c)) if not down) - 7.0 * (1 - a)
        assert got == pytest.approx(90.0 * (1 - web) if a + b + c < 3 else 0.0)
    assert compile_model(m).whole.all()
