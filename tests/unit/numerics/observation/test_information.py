"""Identities of information over random worlds and sensors, greedy choice against brute force, and covers against all sets."""

from __future__ import annotations

import dataclasses
import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.expressions import Ref
from fuelbed.core.quantities import Quantity
from fuelbed.core.signals import Signal
from fuelbed.numerics.observation.information import condensed, entropy, information, joint, kinds
from fuelbed.numerics.observation.readings import readings
from fuelbed.numerics.observation.scene import Model, Scene
from fuelbed.numerics.observation.sensors import best_set, gain, greedy, same_as, upper_bound
from fuelbed.numerics.observation.separate import APART, cover

P = Quantity.point


def scene(seed: int, worlds: int = 20, sensors: int = 4, mechanisms: int = 5, points: int = 1, grouped: bool = False) -> Scene:
    """Worlds, labels and codes at random; nothing of it needs a case."""
    rng = np.random.default_rng(seed)
    made = tuple(
        Signal(f"s{i}", Ref("x"), "", P(0.0), P(0.0), shares="g" if grouped and i < 3 else "") for i in range(sensors)
    )  # fmt: skip  # the numbers are in the scene
    model = Model(None, None, None, made, (), (), {})  # type: ignore[arg-type]  # the parts that are asked for need no case
    weight = rng.dirichlet(np.ones(worlds), size=points).T
    numbers = {f"{w} {i}": rng.uniform(0, 0.5, size=points) for i in range(sensors) for w in ("misses", "alarms")}
    codes = rng.choice([0, 1, 2], p=[0.45, 0.45, 0.1], size=(worlds, sensors)).astype(np.int8)
    labels = rng.integers(0, mechanisms, size=worlds)
    truth = rng.random((worlds, 3)) < 0.5
    return Scene(model, truth, weight, numbers, labels, np.zeros((mechanisms, 3), dtype=bool), codes, {}, np.ones(worlds, dtype=bool),
                 stand_ins=np.zeros(points, dtype=bool), points=np.arange(points))  # fmt: skip  # one record


def information_of(s: Scene, labels: np.ndarray, free: tuple[int, ...], seen: dict[int, bool] | None = None) -> float:
    before, after = information(s, labels, free, seen or {})
    return float(before[0] - after[0])


def readings_as_labels(s: Scene, free: tuple[int, ...]) -> float:
    """I(label; readings) from the other side: H(readings) - H(readings | label)."""
    p = joint(s, s.mechanism, free, {})[0]
    return float(entropy(p.sum(axis=1)) - (p.sum(axis=0) * entropy(p, axis=0)).sum())


SEEDS = st.integers(0, 10_000)


@given(SEEDS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_information_is_symmetric_and_never_negative(seed: int, grouped: bool) -> None:
    s = scene(seed, grouped=grouped)
    for free in ((0,), (1, 3), (0, 1, 2, 3)):
        mine = information_of(s, s.mechanism, free)
        assert mine >= -1e-12
        assert mine == pytest.approx(readings_as_labels(s, free), abs=1e-10)
        assert mine <= float(information(s, s.mechanism, (), {})[0][0]) + 1e-12


@given(SEEDS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_chain_rule(seed: int, grouped: bool) -> None:
    """I(M; A, B) = I(M; A) + I(M; B | A)."""
    s = scene(seed, grouped=grouped)
    whole = information_of(s, s.mechanism, (0, 2))
    first = information_of(s, s.mechanism, (0,))
    second = float(gain(s, s.mechanism, (2,), {}, (0,))[0])
    assert whole == pytest.approx(first + second, abs=1e-10)
    assert whole >= first - 1e-12


@given(SEEDS, st.floats(0, 0.5), st.floats(0, 0.5))
@settings(max_examples=40, deadline=None)
def test_a_noisier_reading_of_the_same_tells_no_more(seed: int, misses: float, alarms: float) -> None:
    """Data processing: a sensor behind another sensor's reading. Its errors are those of both on the way."""
    s = scene(seed, sensors=2)
    numbers = dict(s.numbers)
    codes = s.codes.copy()
    codes[:, 1] = codes[:, 0]
    m, a = numbers["misses 0"], numbers["alarms 0"]
    numbers["misses 1"] = m * (1 - alarms) + (1 - m) * misses
    numbers["alarms 1"] = a * (1 - misses) + (1 - a) * alarms
    codes[codes == 2] = 0
    both = dataclasses.replace(s, codes=codes, numbers=numbers)
    assert information_of(both, s.mechanism, (1,)) <= information_of(both, s.mechanism, (0,)) + 1e-10


@given(SEEDS, st.booleans())
@settings(max_examples=30, deadline=None)
def test_readings_of_each_world_add_up_to_one(seed: int, grouped: bool) -> None:
    s = scene(seed, points=3, grouped=grouped)
    table = readings(s.sensors, s.codes, s.numbers, (2, 0, 3, 1), {})
    np.testing.assert_allclose(table.sum(axis=0), 1.0, atol=1e-12)
    for i in range(4):  # each sensor by itself errs as its own numbers say, grouped or not
        alone = readings(s.sensors, s.codes, s.numbers, (i,), {})[1]
        on = np.where(s.codes[:, i, None] == 1, 1 - s.numbers[f"misses {i}"], s.numbers[f"alarms {i}"])
        np.testing.assert_allclose(alone, np.where(s.codes[:, i, None] == 2, 0.0, on), atol=1e-12)


def test_assignments_are_in_the_order_asked_for() -> None:
    """Bit k of an assignment belongs to the k-th sensor asked for, whatever group it is in."""
    s = scene(3, grouped=True)
    whole = readings(s.sensors, s.codes, s.numbers, (3, 1, 0, 2), {})
    for k in range(16):
        seen = {i: bool(k >> bit & 1) for bit, i in enumerate((3, 1, 0, 2))}
        np.testing.assert_allclose(whole[k], readings(s.sensors, s.codes, s.numbers, (), seen)[0], atol=1e-14)


def test_two_equal_sensors_of_one_group_are_one() -> None:
    s = scene(5, sensors=3, grouped=True)
    codes = s.codes.copy()
    codes[:, 1] = codes[:, 0]
    numbers = {**s.numbers, "misses 1": s.numbers["misses 0"], "alarms 1": s.numbers["alarms 0"]}
    one = dataclasses.replace(s, codes=codes, numbers=numbers)
    assert float(gain(one, s.mechanism, (1,), {}, (0,))[0]) == pytest.approx(0.0, abs=1e-12)
    assert same_as(one, s.mechanism, 1, (0, 2), {}) == 0
    apart = tuple(dataclasses.replace(x, shares="") for x in s.sensors)
    alone = dataclasses.replace(one, model=dataclasses.replace(s.model, sensors=apart))
    assert float(gain(alone, s.mechanism, (1,), {}, (0,))[0]) > 0.01


def test_condensing_changes_nothing() -> None:
    s = scene(8, worlds=200, points=4)
    small, labels = condensed(s, s.mechanism, (0, 2))
    assert len(small) < 60
    assert information_of(small, labels, (0, 2)) == pytest.approx(information_of(s, s.mechanism, (0, 2)), abs=1e-12)


def test_kinds_are_those_that_agree() -> None:
    rng = np.random.default_rng(0)
    labels, codes = rng.integers(0, 3, 500), rng.integers(0, 3, (500, 40)).astype(np.int8)
    codes[250:] = codes[:250]
    labels[250:] = labels[:250]
    first, which = kinds(labels, codes)
    assert len(first) == len({(int(a), row.tobytes()) for a, row in zip(labels, codes, strict=True)})
    assert all((codes[first[w]] == c).all() and labels[first[w]] == a for w, c, a in zip(which, codes, labels, strict=True))


@pytest.mark.parametrize("seed", range(12))
def test_greedy_against_brute_force(seed: int) -> None:
    """Of worlds told apart, greedy choice reaches 1 - 1/e of the best set of its size, and no bound is passed."""
    s = scene(seed, worlds=24, sensors=10)
    world = np.arange(len(s))
    found = greedy(s, world, range(10), {}, {}, most=4)
    for k, chosen in enumerate(found, 1):
        best = max(information_of(s, world, c) for c in combinations(range(10), k))
        assert chosen.together >= (1 - 1 / math.e) * best - 1e-9
        assert chosen.together <= best + 1e-9
        assert upper_bound(s, world, range(10), {}, k) >= best - 1e-9
        got = best_set(s, world, range(10), {}, k)
        assert got is not None
        assert got[1] == pytest.approx(best, abs=1e-9)


def test_greedy_may_fail_where_two_tell_only_together() -> None:
    """I(mechanism; S) is not submodular: of an exclusive or neither part tells anything, so greedy choice stops and brute force does not."""
    s = scene(0, worlds=4, sensors=2, mechanisms=2)
    codes = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.int8)
    numbers = {k: np.zeros(1) for k in s.numbers}
    labels = np.array([0, 1, 1, 0])
    xor = dataclasses.replace(s, codes=codes, numbers=numbers, weight=np.full((4, 1), 0.25), mechanism=labels)
    assert greedy(xor, labels, (0, 1), {}, {}) == []
    assert best_set(xor, labels, (0, 1), {}, 2) == ((0, 1), pytest.approx(1.0))


def test_greedy_weighs_the_cost() -> None:
    s = scene(0, worlds=4, sensors=2, mechanisms=4)
    codes = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.int8)
    numbers = {"misses 0": np.zeros(1), "alarms 0": np.zeros(1), "misses 1": np.full(1, 0.05), "alarms 1": np.full(1, 0.05)}
    four = dataclasses.replace(s, codes=codes, numbers=numbers, weight=np.full((4, 1), 0.25), mechanism=np.arange(4))
    assert greedy(four, np.arange(4), (0, 1), {}, {})[0].sensor == 0
    assert greedy(four, np.arange(4), (0, 1), {}, {0: 5.0, 1: 1.0})[0].sensor == 1


# ---- covers ------------------------------------------------------------------------------------------------------------------------


def least(shows: np.ndarray, cost: np.ndarray) -> float:
    n, m = shows.shape
    pairs = [(a, b) for a, b in combinations(range(n), 2) if (abs(shows[a] - shows[b]) >= APART).any()]
    sets = (c for k in range(m + 1) for c in combinations(range(m), k))
    ok = (c for c in sets if all(any(abs(shows[a, j] - shows[b, j]) >= APART for j in c) for a, b in pairs))
    return min(sum(cost[list(c)]) for c in ok)


@pytest.mark.parametrize("seed", range(20))
def test_covers_against_all_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m = 6 if seed % 2 else 11  # by trying, and by branch and bound
    shows = rng.choice([0.02, 0.5, 0.97], p=[0.6, 0.1, 0.3], size=(7, m))
    cost = np.ones(m) if seed % 3 else rng.integers(1, 5, size=m).astype(float)
    c = cover(shows, cost)
    best = least(shows, cost)
    assert c.cost == pytest.approx(best)
    assert c.proven
    assert c.greedy >= best - 1e-9
    assert c.greedy <= (1 + math.log(21)) * best + 1e-9
    chosen = shows[:, list(c.chosen)]
    apart = sum((abs(chosen[a] - chosen[b]) >= APART).any() for a, b in combinations(range(7), 2))
    assert apart == 21 - c.hopeless


def test_a_cover_cut_short_shows_its_bound() -> None:
    """60 states and 40 sensors are not proven in one node: what is found stands beside a bound that is lower."""
    rng = np.random.default_rng(4)
    shows = (rng.random((60, 40)) < 0.3).astype(float)
    c = cover(shows, np.ones(40), nodes=1)
    assert 4 <= c.least < c.cost <= c.greedy  # a sensor parts three levels at most: 60 states take log3(60) of them
    assert not c.proven
    chosen = shows[:, list(c.chosen)]
    assert len({row.tobytes() for row in chosen}) == len({row.tobytes() for row in shows})


def test_pairs_that_are_apart_already_need_nothing() -> None:
    shows = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    done = ~np.eye(3, dtype=bool)
    assert cover(shows, np.ones(2), done).chosen == ()
    done[0, 1] = done[1, 0] = False
    assert cover(shows, np.ones(2), done).chosen == (0,)


def test_equal_states_are_hopeless() -> None:
    assert cover(np.array([[0.5, 0.2], [0.5, 0.2]]), np.ones(2)).hopeless == 1
