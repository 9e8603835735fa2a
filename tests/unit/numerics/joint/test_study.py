"""Joint failure against independence: tails against enumeration, covers against a fine grid, mechanisms against declared truth."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.numerics.joint.bins import Onsets, onsets
from fuelbed.numerics.joint.cover import covered, half_width, phases, quantiles, resolution, since
from fuelbed.numerics.joint.exact import adjusted, at_least, longer, poisson_at_least, poisson_interval, sign_p
from fuelbed.numerics.joint.groups import beta_of, communities, joint_events
from fuelbed.numerics.joint.study import Context, Study, study

DAY = 86_400.0
CYCLES = {"the hour": 3_600.0, "the day": DAY}


@given(st.lists(st.floats(0, 1), max_size=7), st.integers(-1, 8))
def test_the_tail_is_that_of_enumeration(chances: list[float], k: int) -> None:
    total = 0.0
    for world in itertools.product((0, 1), repeat=len(chances)):
        if sum(world) >= k:
            total += math.prod(p if on else 1 - p for p, on in zip(chances, world, strict=True))
    assert at_least(k, chances) == pytest.approx(total, abs=1e-12)


def test_intervals_and_tails_of_poisson_counts() -> None:
    """Garwood's table: 0 gives 0 to 2.996, 10 gives 5.425 to 16.96 (90 %)."""
    assert poisson_interval(0) == pytest.approx((0.0, 2.9957), abs=1e-4)
    assert poisson_interval(10) == pytest.approx((5.4254, 16.9622), abs=1e-4)
    assert poisson_at_least(3, 1.5) == pytest.approx(1 - math.exp(-1.5) * (1 + 1.5 + 1.125))
    assert poisson_at_least(0, 2) == 1.0


def test_false_discoveries_count_every_test() -> None:
    q = adjusted([0.01, 0.02, 0.03, 0.5], 10)
    assert q.tolist() == pytest.approx([0.1, 0.1, 0.1, 1.0])
    assert sign_p(8, 0) == pytest.approx(2 / 256)
    assert sign_p(0, 0) == 1.0


def test_how_much_longer_is_what_simulation_says() -> None:
    times = longer(4, 1.0, 0.001)
    assert times is not None
    rng = np.random.default_rng(3)
    need = next(n for n in itertools.count(1) if poisson_at_least(n, times) <= 0.001)
    assert np.mean(rng.poisson(4 * times, 20_000) >= need) == pytest.approx(0.8, abs=0.03)
    assert longer(1, 2.0, 0.05) is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 599), max_size=12), st.integers(1, 60), st.integers(1, 4))
def test_covers_are_those_of_a_fine_grid(times: list[int], reach: int, parts: int) -> None:
    window = (0.0, 600.0)
    o = Onsets(1, window, np.array([0, len(set(times))]), np.array(sorted(set(times)), np.float64))
    strata = phases("x", window, 20.0, 200.0, parts)
    seconds = np.arange(0, 600, 0.25) + 0.125
    near = np.array([any(abs(s - t) <= reach for t in times) for s in seconds])
    expected = [near[strata.at(seconds) == k].mean() for k in range(parts)]
    assert covered(o, strata, float(reach))[0] == pytest.approx(expected, abs=0.02)


def test_strata_of_load_and_deploys() -> None:
    load = quantiles("load", (0.0, 100.0), 10.0, [0, 30, 60, 90], [5.0, 1.0, float("nan"), 9.0], 2)
    assert load.slots.tolist() == [1, 1, 1, 0, 0, 0, -1, -1, -1, 1]
    after = since("deploys", (0.0, 100.0), 10.0, [20.0], 25.0)
    assert after.slots.tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 0, 0]


def test_a_log_kept_to_the_minute_is_seen() -> None:
    assert resolution([60, 180, 600]) == 60.0
    assert resolution([61, 181, 601]) == 60.0
    assert resolution([0.5, 1.7, 9.1]) == 0.0
    assert half_width(61.0, 60.0) == 90.0
    assert half_width(61.0, 0.0) == 61.0


def test_alpha_factors_to_beta() -> None:
    """golden: alpha (.95, .03, .015, .005), m = 4, not staggered: beta .116279."""
    assert float(beta_of(np.array([0.95, 0.03, 0.015, 0.005]))) == pytest.approx(0.116279, abs=5e-7)


def test_joint_events_hold_what_began_within_a_window_of_the_first() -> None:
    o = onsets([0, 1, 2, 0, 1, 0], [0, 5, 9, 100, 104, 300], [1, 6, 10, 101, 105, 301], 3, (0.0, 400.0))
    assert joint_events(o, [0, 1, 2], 10.0).tolist() == [1, 1, 1]
    assert joint_events(o, [0, 1, 2], 6.0).tolist() == [2, 2, 0]


def test_two_cliques_are_two_groups() -> None:
    edges = {e: 1.0 for c in ((0, 1, 2), (3, 4, 5)) for e in itertools.combinations(c, 2)}
    assert communities({**edges, (2, 3): 0.2}) == [(0, 1, 2), (3, 4, 5)]
    assert communities({}) == []


@pytest.mark.parametrize("seed", range(20))
def test_communities_come_near_the_best_modularity(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = {e: float(rng.integers(1, 5)) for e in itertools.combinations(range(6), 2) if rng.random() < 0.5}
    if not edges:
        return
    total = sum(edges.values())

    def modularity(label: tuple[int, ...]) -> float:
        inside = sum(w for (i, j), w in edges.items() if label[i] == label[j]) / total
        degrees = [sum(w for e, w in edges.items() for x in e if label[x] == c) for c in set(label)]
        return inside - sum((d / (2 * total)) ** 2 for d in degrees)

    best = max(
        modularity(p)
        for p in itertools.product(range(6), repeat=6)
        if p[0] == 0 and all(x <= max(p[:i], default=0) + 1 for i, x in enumerate(p))
    )
    found = communities(edges)
    label = {i: c for c, members in enumerate(found) for i in members}
    mine = modularity(tuple(label.get(i, 100 + i) for i in range(6)))
    assert mine >= best - 0.12
    assert mine >= 0.0 or best <= 0.0


# ---- mechanisms ------------------------------------------------------------------------------------------------------------------


def _studied(rng: np.random.Generator, times: dict[str, np.ndarray], days: int, context: Context | None = None) -> Study:
    names = sorted(times)
    which = np.concatenate([np.full(len(times[n]), i) for i, n in enumerate(names)])
    starts = np.concatenate([times[n] for n in names])
    keep = (starts >= 0) & (starts < days * DAY)
    return study(
        names, which[keep], starts[keep], starts[keep] + rng.uniform(60, 900, keep.sum()), (0.0, days * DAY), 300.0, context
    )


def _lone(rng: np.random.Generator, days: int, a_day: float) -> np.ndarray:
    return rng.uniform(0, days * DAY, rng.poisson(a_day * days))


def test_hidden_shared_and_cascade() -> None:
    rng, days = np.random.default_rng(5), 120
    common, shared, first = (_lone(rng, days, 0.3) for _ in range(3))
    times = {
        "a": np.r_[common + rng.uniform(0, 60, len(common)), _lone(rng, days, 0.3)],
        "b": np.r_[common + rng.uniform(0, 60, len(common)), _lone(rng, days, 0.3)],
        "c": np.r_[shared + rng.uniform(0, 60, len(shared)), _lone(rng, days, 0.3)],
        "d": np.r_[shared + rng.uniform(0, 60, len(shared)), _lone(rng, days, 0.3)],
        "db": np.r_[first, _lone(rng, days, 0.1)],
        "web": np.r_[first + rng.uniform(30, 200, len(first)), _lone(rng, days, 0.3)],
        "lone": _lone(rng, days, 0.6),
    }
    above = {"c": frozenset({"disk"}), "d": frozenset({"disk"}), "web": frozenset({"db"})}
    s = _studied(rng, times, days, Context(cycles=CYCLES, ancestors=above))
    found = {(p.a, p.b): p for p in s.surprising}
    assert {k: p.mechanism for k, p in found.items()} == {
        ("a", "b"): "hidden dependency", ("c", "d"): "shared dependency", ("db", "web"): "cascade",
    }  # fmt: skip  # one table
    assert s.tests == 21
    cascade = found["db", "web"].lag
    assert cascade is not None
    assert cascade.low > 0
    assert "`db`, which fails first" in found["db", "web"].why
    pair = found["a", "b"]
    assert pair.lift.low <= pair.lift.value <= pair.lift.high
    assert pair.together == pytest.approx(len(common), abs=6)
    assert {g.members for g in s.groups} == {("a", "b"), ("c", "d"), ("db", "web")}
    beta = next(g for g in s.groups if g.members == ("a", "b")).beta
    assert beta.low <= 0.62 <= beta.high or abs(beta.value - 0.62) < 0.15


def test_contention_and_the_clock() -> None:
    rng, days = np.random.default_rng(8), 90
    minutes = np.arange(days * 1440)
    load = 1 + 0.95 * np.sin(2 * np.pi * minutes / 1440) * (1 + 0.8 * (minutes // 1440 % 3 == 0))
    chance = np.maximum(load, 0) ** 4
    chance *= 2.0 * days / chance.sum()
    busy = [np.flatnonzero(rng.random(len(chance)) < chance) * 60.0 + rng.uniform(0, 60) for _ in range(2)]
    nightly = [d * DAY + 7_200 + rng.uniform(0, 120) for d in range(days)]
    times = {
        "p": busy[0], "q": busy[1],
        "job": np.r_[rng.choice(nightly, 30, replace=False), _lone(rng, days, 0.2)],
        "backup": np.r_[rng.choice(nightly, 30, replace=False), _lone(rng, days, 0.2)],
    }  # fmt: skip  # one table
    strata = quantiles("load", (0.0, days * DAY), 300.0, minutes * 60.0, load, 10)
    s = _studied(rng, times, days, Context(load=strata, cycles=CYCLES))
    found = {(p.a, p.b): p.mechanism for p in s.surprising}
    assert found["p", "q"] == "contention"
    assert found["backup", "job"] == "synchronized trigger"


def test_after_deploys() -> None:
    rng, days = np.random.default_rng(2), 60
    deploys = np.sort(_lone(rng, days, 1.0))
    hit = [rng.choice(deploys, 25, replace=False) + rng.uniform(0, 200, 25) for _ in range(2)]
    times = {"a": np.r_[hit[0], _lone(rng, days, 0.2)], "b": np.r_[hit[1], _lone(rng, days, 0.2)]}
    s = _studied(rng, times, days, Context(cycles=CYCLES, deploys={"deploys": deploys.tolist()}))
    assert [p.mechanism for p in s.surprising] == ["synchronized trigger"]
    assert "deploys" in s.surprising[0].why


def test_the_load_cycle_trap() -> None:
    """Two independent components under one daily load cycle (golden: mean raw lift about 2.2): the plain test is fooled, the adjusted one not."""
    runs, raw, strict, lifts = 60, 0, 0, []
    for seed in range(runs):
        rng = np.random.default_rng(100 + seed)
        minutes = np.arange(30 * 1440)
        load = np.maximum(1 + 0.9 * np.sin(2 * np.pi * minutes / 1440), 0)
        chance = 0.0037 * load**2 / (load**2).mean()
        times = [np.flatnonzero(rng.random(len(minutes)) < chance) * 60.0 for _ in range(2)]
        strata = quantiles(
            "load", (0.0, 30 * DAY), 60.0, minutes * 60.0, load * np.exp(0.5 * rng.standard_normal(len(minutes))), 20
        )
        starts = np.concatenate(times)
        which = np.concatenate([np.zeros(len(times[0]), int), np.ones(len(times[1]), int)])
        s = study(["a", "b"], which, starts, starts + 60, (0.0, 30 * DAY), 60.0, Context(load=strata))
        if s.pairs:
            raw += s.pairs[0].p_raw <= 0.05
            strict += s.pairs[0].p <= 0.05
            lifts.append(s.pairs[0].raw.value)
    assert raw / runs > 0.08
    assert strict / runs <= 0.1  # 6 % over many more runs: bench
    assert np.mean(lifts) > 1.8


def test_bursts_are_scaled() -> None:
    """Days on which everything flaps: both components independently, in bursts of the same days by chance, look coupled to a Poisson count."""
    rng, days = np.random.default_rng(11), 200

    def flapping() -> np.ndarray:
        bad = rng.choice(days, 12, replace=False)
        return np.concatenate([d * DAY + rng.uniform(0, DAY, 60) for d in bad])

    spreads = []
    for _ in range(12):
        s = _studied(rng, {"a": flapping(), "b": flapping()}, days)
        spreads += [p.spread for p in s.pairs if p.spread is not None]
        assert not [p for p in s.pairs if p.q <= 1e-6]
    assert max(spreads) > 3


def test_little_or_nothing() -> None:
    rng = np.random.default_rng(0)
    nothing = study(["a", "b"], np.zeros(0, int), np.zeros(0), np.zeros(0), (0.0, DAY), 300.0)
    assert (nothing.tests, nothing.pairs, nothing.groups) == (0, (), ())
    one = _studied(rng, {"a": np.array([5.0]), "b": np.array([9.0])}, 40)
    assert one.tests == 1
    assert all(p.mechanism in ("", "undecided", "hidden dependency") for p in one.pairs)
    assert study(["a"], [0], [1.0], [2.0], (0.0, DAY), 60.0).tests == 0
