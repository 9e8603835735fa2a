"""Simplification, modules and the portfolio of orders against enumeration of random networks, and on shapes made for them."""

from __future__ import annotations

from itertools import product
from math import fsum, prod

import numpy as np
import pytest

from fuelbed.core.errors import BudgetError
from fuelbed.core.networks import Gate, Network
from fuelbed.numerics.boolean.orders import BUDGETS, group_siblings, modules, orders, simplify
from fuelbed.numerics.static.parts import Parts, solved


class Answers:
    """What the module-wise solver says of a network."""

    def __init__(self, parts: Parts, p: dict[str, float]) -> None:
        self.parts = parts
        self.probability = parts.probability(p)[0]
        self.by_order = parts.count_by_order()


def solve(network: Network, p: dict[str, float], budgets: tuple[int, ...] = BUDGETS) -> Answers:
    return Answers(solved(network, budgets), p)


def truth(network: Network, name: str, state) -> bool:
    gate = network.gates.get(name)
    if gate is None:
        return bool(state[name])
    args = [truth(network, a, state) for a in gate.args]
    if gate.op in ("not", "pass"):
        return args[0] != (gate.op == "not")
    return {"and": all(args), "or": any(args), "xor": sum(args) == 1, "atleast": sum(args) >= gate.k}[gate.op]


def random_network(seed: int) -> tuple[Network, list[str]]:
    """A sea of gates over few events: repeated, private and pass-through arguments, constants, gates of one kind in a row."""
    rng = np.random.default_rng(seed)
    events = [f"e{i}" for i in range(3 + seed % 8)]
    ops = ["and", "or", "and", "or", "atleast", "pass"] + (["not", "xor"] if seed % 2 else [])
    gates: dict[str, Gate] = {}
    pool = list(events)
    for i in range(int(rng.integers(2, 12))):
        op = str(rng.choice(ops))
        n = {"not": 1, "pass": 1, "xor": 2}.get(op, int(rng.integers(0 if rng.random() < 0.05 else 1, 5)))
        recent = pool[-4:] if rng.random() < 0.6 else pool
        args = tuple(str(a) for a in rng.choice(recent, n))
        gates[f"g{i}"] = Gate(op, args, int(rng.integers(0, n + 2)) if op == "atleast" else 0)
        pool.append(f"g{i}")
    top = f"g{len(gates) - 1}"
    extra = int(rng.integers(0, 3))
    if extra:
        gates["top"] = Gate("or", (*(str(e) for e in rng.choice(events, extra)), top))
        top = "top"
    return Network(gates, top), events


@pytest.mark.parametrize("seed", range(200))
def test_against_enumeration(seed: int) -> None:
    network, events = random_network(seed)
    p = {e: float(x) for e, x in zip(events, np.random.default_rng(seed).uniform(0.05, 0.95, len(events)), strict=True)}
    small = group_siblings(simplify(network))
    true = []
    for bits in product((0, 1), repeat=len(events)):
        state = dict(zip(events, bits, strict=True))
        on = truth(network, network.top, state)
        assert truth(small, small.top, state) == on
        if on:
            true.append(state)
    want: list[frozenset] = []
    for x in sorted((frozenset(e for e in events if s[e]) for s in true), key=len):
        if not any(m <= x for m in want):
            want.append(x)
    got = solve(network, p)
    assert got.probability == pytest.approx(fsum(prod(p[e] if s[e] else 1 - p[e] for e in events) for s in true), abs=1e-12)
    assert got.by_order == {k: n for k in range(len(events) + 1) if (n := sum(len(x) == k for x in want))}


def events_below(network: Network, name: str) -> set[str]:
    gate = network.gates.get(name)
    return {name} if gate is None else {e for a in gate.args for e in events_below(network, a)}


@pytest.mark.parametrize("seed", range(0, 200, 2))
def test_modules_by_definition(seed: int) -> None:
    """Without NOT: the modules are the gates of which no event, and no gate below, is read from outside of them."""
    network = simplify(random_network(seed)[0])
    below = {g: {g} for g in network.upward()}
    for g in network.upward():
        for a in network.gates[g].args:
            below[g] |= below.get(a, {a})
    read = network.parents()
    want = {g for g in network.upward() if all(set(read.get(x, ())) <= below[g] for x in below[g] - {g})}
    assert set(modules(network)) == want


def test_single_events_are_lifted() -> None:
    """a alone is a cut set through the vote and through both sides of the and; what is left is b and c."""
    network = Network(
        {
            "top": Gate("and", ("left", "right")),
            "left": Gate("or", ("a", "b")),
            "right": Gate("or", ("vote", "c")),
            "vote": Gate("atleast", ("a", "a'", "d"), 2),
            "a'": Gate("pass", ("a",)),
        },
        "top",
    )
    small = simplify(network)
    assert set(small.gates[small.top].args) > {"a"}
    assert solve(network, dict.fromkeys("abcd", 0.1)).by_order == {1: 1, 2: 1}
    assert len(small.upward()) == 2


def test_siblings_become_one_event() -> None:
    """Ten events that two gates read together count as one: 3 levels instead of 12."""
    ten = tuple(f"x{i}" for i in range(10))
    network = Network({"top": Gate("and", ("l", "r")), "l": Gate("or", (*ten, "a")), "r": Gate("or", (*ten, "b"))}, "top")
    got = solve(network, dict.fromkeys([*ten, "a", "b"], 0.01))
    assert got.by_order == {1: 10, 2: 1}
    parted = Network({"top": Gate("and", ("l", "r", "z")), **{k: v for k, v in network.gates.items() if k != "top"}}, "top")
    got = solve(parted, dict.fromkeys([*ten, "a", "b", "z"], 0.01))
    assert got.by_order == {2: 10, 3: 1}
    assert max(len(x.order) for x in got.parts.parts) == 10


@pytest.mark.parametrize(
    ("gate", "p", "by_order"), [(Gate("and", ()), 1.0, {0: 1}), (Gate("or", ()), 0.0, {}), (Gate("pass", ("a",)), 0.3, {1: 1})]
)
def test_trivial_tops(gate: Gate, p: float, by_order: dict[int, int]) -> None:
    got = solve(Network({"top": gate}, "top"), {"a": 0.3})
    assert (got.probability, got.by_order) == (p, by_order)


def test_orders() -> None:
    network = Network(
        {"top": Gate("and", ("a", "big", "small")), "big": Gate("or", ("b", "c", "d")), "small": Gate("or", ("e", "a"))}, "top"
    )
    assert [" ".join(o) for o in orders(network)] == ["b c d e a", "a b c d e", "a e b c d"]


def test_no_order_fits() -> None:
    """A vote of many shared events needs quadratically many nodes in any order."""
    events = [f"e{i}" for i in range(40)]
    network = Network({"top": Gate("atleast", tuple(events), 20)}, "top")
    with pytest.raises(BudgetError, match="no variable order fits 200"):
        solve(network, dict.fromkeys(events, 0.1), budgets=(50, 200))
    assert solve(network, dict.fromkeys(events, 0.5), budgets=(50, 2000)).by_order == {20: 137846528820}
