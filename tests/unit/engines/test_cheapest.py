"""The cheapest set against plain enumeration, in both ways of searching; corners against all corners."""

from __future__ import annotations

import dataclasses
from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import NDArray

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Case
from fuelbed.core.options import Options
from fuelbed.core.quantities import Quantity
from fuelbed.engines.actions.cheapest import Search
from fuelbed.engines.actions.scene import Scene, set_up
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import evaluate, middles
from fuelbed.numerics.process.worst import _climb, worst_corner
from tests.cases import P, both, case, condition, control, either, fails, ref, trigger

SEEDS = range(12)


def random_portfolio(seed: int) -> Case:
    """Three triggers with intervals, two conditions, two controls, six items with costs, two of them on one number."""
    rng = np.random.default_rng(seed)

    def span(low: float, high: float) -> tuple[float, float]:
        a, b = sorted(rng.uniform(low, high, 2))
        return float(a), float(b)

    triggers = [trigger(f"t{i}", span(0.5, 6)) for i in range(3)]
    factors = [*triggers, condition("c0"), condition("c1", span(0.2, 0.9)), control("k0", "effective", span(0.3, 0.9))]
    factors.append(control("k1", "failed", 0.3, span(0.3, 0.9)))
    lines = {
        "F": either(
            both(ref("t0"), ref("c0"), fails("k0")),
            both(ref("t1"), either(ref("c1"), fails("k1"))),
            both(ref("t2"), ref("c0"), ref("c1")),
        )
    }
    does = {
        "shut": Change("remove", "c1"),
        "stop": Change("prevent", "t1"),
        "better": Change("set", "k0", "fails", Quantity.interval(0.05, 0.3), text="better"),
        "some": Change("set", "k0", "fails", Quantity.interval(0.1, 0.5), text="some"),
        "mend": Change("perfect", "k1"),
        "less": Change("set", "c0", "present", P(float(rng.uniform(0.1, 0.6)))),
    }
    costs = {n: P(float(rng.integers(1, 6)), "plain") for n in does}
    return case(factors, lines, actions={n: Action(n, n, (c,), costs[n]) for n, c in does.items()})


def plainly(scene: Scene, limit: float) -> tuple[float | None, float | None]:
    """The least cost of a set that reaches the limit at the middle, and over the whole range by its own paired bounds."""
    items = scene.moving
    cost = {n: c.middle for n in items if (c := scene.case.actions[n].cost) is not None}
    sets = sorted((s for k in range(len(items) + 1) for s in combinations(items, k)), key=lambda s: sum(cost[n] for n in s))
    rows = [scene.joint.of(s) for s in sets]
    v = evaluate(scene.model, middles(scene.model), rows, ("hazard",))["hazard"][:, 0]
    wide = bounds(scene.model, rows, ("hazard",), np.random.default_rng(5))
    at_middle = [sum(cost[n] for n in s) for s, x in zip(sets, v, strict=True) if x <= v[0] * (1 + limit) * (1 + 1e-9)]
    over_all = [sum(cost[n] for n in s) for s, x in zip(sets, wide, strict=True) if x["hazard"].ratio.high <= 1 + limit + 1e-9]
    return at_middle[0] if at_middle else None, over_all[0] if over_all else None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", [-0.5, -0.8])
def test_exact_search_is_plain_enumeration(seed: int, limit: float) -> None:
    scene = set_up(random_portfolio(seed), Options())
    search = Search(scene, "hazard", limit)
    assert search.exact
    middle, whole = search.middle(), search.whole()
    want = plainly(scene, limit)
    assert (middle.cost if middle.items is not None else None) == pytest.approx(want[0])
    assert (whole.cost if whole.items is not None else None) == pytest.approx(want[1])
    assert whole.settled


@pytest.mark.parametrize("seed", SEEDS)
def test_greedy_search_finds_a_set_that_holds_and_says_that_it_is_not_proven(seed: int) -> None:
    scene = set_up(random_portfolio(seed), Options())
    search = Search(scene, "hazard", -0.8)
    search.exact, search.most = False, 1
    want = plainly(scene, -0.8)
    for found, least in zip((search.middle(), search.whole()), want, strict=True):
        assert not found.settled
        if least is None:
            assert found.items is None
        else:
            assert found.items is not None
            assert least <= found.cost <= 1.5 * least
    if (whole := search.whole()).bound is not None:
        assert whole.bound.high <= 0.2 + 1e-9


def stepwise(search: Search, n: int) -> NDArray[np.bool_] | None:
    """The greedy set, every evaluation by itself."""
    now = np.zeros(len(search.items), dtype=bool)
    left = float(search.excess(now[None, :], search.at(0, n)).max())
    while left > 1e-9 and not now.all():
        tried = [now | (np.arange(len(now)) == i) for i in np.flatnonzero(~now)]
        after = np.array([float(search.excess(t[None, :], search.at(0, n)).max()) for t in tried])
        gain = (left - np.maximum(after, 0.0)) / np.maximum(search.cost[~now], 1e-9)
        best = int(gain.argmax()) if gain.max() > 0 else int(after.argmin())
        now, left = tried[best], float(after[best])
    return now if left <= 1e-9 else None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", [-0.5, -0.8])
def test_greedy_sets_from_what_is_kept_are_those_built_step_by_step(seed: int, limit: float) -> None:
    search = Search(set_up(random_portfolio(seed), Options()), "hazard", limit)
    for n in (1, 2, 5, search.points):  # points are only ever added
        found, want = search.greedy(n), stepwise(search, n)
        assert bool(found) == (want is not None)
        if want is not None:
            assert found[0].tolist() == want.tolist()
            assert all(search.reaches(search.excess(x[None, :], search.at(0, n))).all() for x in found)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sets_that_reach_are_the_same_whatever_is_looked_at_first(seed: int) -> None:
    search = Search(set_up(random_portfolio(seed), Options()), "hazard", -0.5)
    whole = search.reaches(search.excess(search.sets, search.screen)).all(axis=1)
    assert search.reaching(search.sets, search.points).tolist() == search.sets[whole].tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_climbs_at_once_lead_where_each_leads_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m = 7
    first, second = rng.normal(size=m), rng.normal(size=(m, m))

    def scores(corners: NDArray[np.intp]) -> NDArray[np.float64]:
        x = 2.0 * corners - 1
        return np.asarray(first @ x + np.einsum("ik,ij,jk->k", x, second, x))

    starts = [rng.integers(0, 2, m).astype(np.intp) for _ in range(5)]
    for (value, corner), start in zip(_climb(starts, scores, 40), starts, strict=True):
        ((alone, end),) = _climb([start], scores, 40)
        assert value == pytest.approx(alone)
        assert corner.tolist() == end.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_worst_corner_is_the_worst_of_all(seed: int) -> None:
    c = random_portfolio(seed)
    m = compile_case(c)
    knobs = [k for k in m.knobs.values() if k.uncertain]
    corners = np.array(list(product(*((k.quantity.low, k.quantity.high) for k in knobs)))).T
    at = {**middles(m), **{k.label: corners[i] for i, k in enumerate(knobs)}}
    most = evaluate(m, at, [{}], ("hazard",))["hazard"].max()
    found = worst_corner(m, [{}], "hazard", lambda v: v[0])
    assert evaluate(m, found, [{}], ("hazard",))["hazard"][0, 0] == pytest.approx(most)


def test_a_set_that_wide_bounds_do_not_show_is_no_proof_against_it() -> None:
    """Where no corner is found at which it misses, but its bounds are too wide, the answer says only that it is not shown."""
    scene = set_up(random_portfolio(0), Options())
    search = Search(scene, "hazard", -0.5)
    assert search.whole() == dataclasses.replace(search.whole(), doubt=False)
    search.holds = lambda b: False  # type: ignore[method-assign]  # bounds that show nothing
    found = search.whole()
    assert (found.items, found.doubt) == (None, True)
