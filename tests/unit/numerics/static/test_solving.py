"""What is read off the parts of a fault tree, against enumeration of random networks: importance, the most probable cut sets, the
whole list, bounds past a budget, cut sets up to an order."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from fuelbed.core.errors import BudgetError
from fuelbed.core.faulttrees import FaultTree, Group, number
from fuelbed.core.networks import Gate, Network
from fuelbed.numerics.boolean.orders import simplify
from fuelbed.numerics.static.bounds import bounds
from fuelbed.numerics.static.parts import solved
from fuelbed.numerics.static.solve import solve
from fuelbed.numerics.static.truncated import truncated
from tests.unit.numerics.test_orders import random_network, truth


def chances(events: list[str], seed: int) -> dict[str, float]:
    return {e: float(x) for e, x in zip(events, np.random.default_rng(seed).uniform(0.02, 0.9, len(events)), strict=True)}


def enumerated(network: Network, events: list[str], p: dict[str, float]) -> float:
    total = []
    for bits in product((0, 1), repeat=len(events)):
        state = dict(zip(events, bits, strict=True))
        if truth(network, network.top, state):
            total.append(math.prod(p[e] if state[e] else 1 - p[e] for e in events))
    return math.fsum(total)


def minimal(network: Network, events: list[str]) -> list[frozenset[str]]:
    true = [
        frozenset(e for e, on in zip(events, bits, strict=True) if on)
        for bits in product((0, 1), repeat=len(events))
        if truth(network, network.top, dict(zip(events, bits, strict=True)))
    ]
    out: list[frozenset[str]] = []
    for x in sorted(true, key=len):
        if not any(m <= x for m in out):
            out.append(x)
    return out


@pytest.mark.parametrize("seed", range(60))
def test_importance_is_that_of_the_events_forced(seed: int) -> None:
    network, events = random_network(seed)
    p = chances(events, seed)
    _, got = solved(network).importance(p)
    whole = enumerated(network, events, p)
    for e in events:
        on, off = (enumerated(network, events, {**p, e: x}) for x in (1.0, 0.0))
        if e not in got:
            assert on == pytest.approx(off, abs=1e-12)  # the top does not depend on it
            continue
        assert got[e].birnbaum == pytest.approx(on - off, abs=1e-11)
        if whole > 0:
            assert got[e].criticality == pytest.approx((whole - off) / whole, abs=1e-10)
            assert got[e].raw == pytest.approx(on / whole, rel=1e-10)
            assert got[e].diagnostic == pytest.approx(p[e] * on / whole, rel=1e-10)


@pytest.mark.parametrize("seed", range(120))
def test_fussell_vesely_is_the_share_of_the_cut_sets_that_hold_it(seed: int) -> None:
    """Module by module, against the states of the whole network in which a cut set with the event is complete, and the top is true."""
    network, events = random_network(seed)
    p = chances(events, seed)
    sets = minimal(network, events)
    got = solved(network).fussell_vesely(p)
    whole = enumerated(network, events, p)
    for e in events if whole > 0 else []:
        share = []
        for bits in product((0, 1), repeat=len(events)):
            on = {x for x, b in zip(events, bits, strict=True) if b}
            if any(e in s and s <= on for s in sets) and truth(network, network.top, {x: x in on for x in events}):
                share.append(math.prod(p[x] if x in on else 1 - p[x] for x in events))
        assert got.get(e, 0.0) == pytest.approx(math.fsum(share) / whole, abs=1e-11)


def test_cut_sets_that_hold_an_event_of_a_chain_longer_than_the_stack() -> None:
    """One cut set of 5,000 events: no recursion."""
    events = [f"e{k}" for k in range(5000)]
    (part,) = solved(Network({"top": Gate("and", tuple(events))}, "top")).parts
    z = part.family
    assert z is not None
    part.bdd.budget = z.budget = 1_000_000
    holding = part.bdd.covers(z, z.with_member(part.cuts, 2500))
    assert part.bdd.probability(holding, [0.999] * 5000) == pytest.approx(0.999**4999)
    assert z.without_member(part.cuts, 2500) == z.NONE


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("most", [1, 3, 100])
def test_the_most_probable_cut_sets_in_falling_order(seed: int, most: int) -> None:
    network, events = random_network(seed)
    p = chances(events, seed)
    parts = solved(network)
    want = sorted((math.prod(p[e] for e in s) for s in minimal(network, events)), reverse=True)
    got = parts.best(p, most)
    assert [c.probability for c in got] == pytest.approx(want[:most], rel=1e-12)
    for c in got:
        assert frozenset(c.events) in minimal(network, events)
    assert len({c.events for c in got}) == len(got)
    listed = [frozenset(c.events) for c in parts.sets(p)]
    assert len(listed) == len(want)
    assert set(listed) == set(minimal(network, events))


@pytest.mark.parametrize("seed", range(80))
@pytest.mark.parametrize("budget", [3, 12, 10_000])
def test_bounds_hold_the_probability_at_any_budget(seed: int, budget: int) -> None:
    network, events = random_network(seed)
    p = chances(events, seed)
    low, high = bounds(simplify(network), p, budget, expansions=6)
    whole = enumerated(network, events, p)
    assert low - 1e-12 <= whole <= high + 1e-12  # the enumeration rounds too
    if budget == 10_000:
        assert high - low < 1e-9  # everything fits


@pytest.mark.parametrize("seed", range(0, 120, 2))
@pytest.mark.parametrize("limit", [0, 1, 2, 4])
def test_cut_sets_up_to_an_order_are_those_of_the_whole(seed: int, limit: int) -> None:
    network, events = random_network(seed)
    small = simplify(network)
    z, root, order = truncated(small, limit)
    got = {frozenset(order[v] for v in s) for s in z.sets(root)}
    assert got == {s for s in minimal(network, events) if len(s) <= limit}


def test_no_truncation_below_a_negation() -> None:
    with pytest.raises(ValueError, match="monotone"):
        truncated(Network({"top": Gate("not", ("a",))}, "top"), 2)


def tree(network: Network, p: dict[str, float], groups: tuple[Group, ...] = ()) -> FaultTree:
    return FaultTree("t", network, {e: number(x) for e, x in p.items()}, groups=groups)


def vote(n: int, k: int) -> Network:
    return Network({"top": Gate("atleast", tuple(f"e{i}" for i in range(n)), k)}, "top")


def test_past_the_budget_nothing_is_called_complete_or_exact() -> None:
    p = {f"e{i}": 0.01 + 0.002 * i for i in range(40)}
    exact = solve(tree(vote(40, 20), p))
    short = solve(tree(vote(40, 20), p), budget=200)
    assert exact.probability is not None
    assert short.probability is not None
    value, low, high = short.probability
    assert value is None
    assert low <= (exact.probability[0] or 0.0) <= high
    assert short.cut_sets is None or not short.cut_sets.complete
    assert any("only enclosed" in n for n in short.notes)
    assert not short.importance


def test_cut_sets_that_do_not_fit_are_counted_up_to_an_order() -> None:
    """The diagram of pairs in a row is small, that of its cut sets in the same order too; the budget is made to hold only the first."""
    gates = {"top": Gate("or", tuple(f"g{i}" for i in range(12)))}
    gates |= {f"g{i}": Gate("and", (f"x{i}", f"x{i + 1}", f"x{(7 * i) % 13}")) for i in range(12)}
    network = Network(gates, "top")
    p = {f"x{i}": 0.1 for i in range(13)}
    want = solve(tree(network, p))
    assert want.cut_sets is not None
    assert want.cut_sets.complete
    limited = solve(tree(network, p), limit=2)
    assert limited.cut_sets is not None
    assert limited.cut_sets.limit == 2
    assert limited.cut_sets.by_order == {k: n for k, n in want.cut_sets.by_order.items() if k <= 2}
    assert all(len(c.events) <= 2 for c in limited.sets())
    assert len(list(limited.sets())) == limited.cut_sets.count


def test_an_event_without_probability_leaves_the_cut_sets() -> None:
    got = solve(FaultTree("t", vote(3, 2), {"e0": number(0.1), "e1": None, "e2": number(0.1)}))
    assert got.probability is None
    assert got.unknown == ("e1",)
    assert got.cut_sets is not None
    assert (got.cut_sets.count, got.cut_sets.top) == (3, ())


def test_a_beta_group_in_the_gates() -> None:
    """Two trains of a valve and a pump, 0.1 each, beta 0.2: 1 - (1 - 0.02)^2 (1 - (1 - 0.92^2)^2)."""
    gates = {"top": Gate("and", ("t1", "t2")), "t1": Gate("or", ("v1", "p1")), "t2": Gate("or", ("v2", "p2"))}
    groups = tuple(Group(n, "beta", m, number(0.1), (number(0.2),)) for n, m in (("v", ("v1", "v2")), ("p", ("p1", "p2"))))
    got = solve(FaultTree("t", Network(gates, "top"), dict.fromkeys(("v1", "v2", "p1", "p2")), groups=groups))
    assert got.probability is not None
    assert got.probability[0] == pytest.approx(1 - 0.98**2 * (1 - (1 - 0.92**2) ** 2), rel=1e-12)
    assert got.cut_sets is not None
    assert got.cut_sets.by_order == {1: 2, 2: 4}
    assert got.importance["[v1 v2]"].birnbaum == pytest.approx(0.956879, abs=1e-6)
    assert got.importance["[v1]"].raw == pytest.approx(3.00548, abs=1e-5)


def test_a_budget_that_is_too_small_for_any_order_is_an_error_of_the_parts() -> None:
    with pytest.raises(BudgetError):
        solved(vote(30, 15), (50,))
