"""Mining: what is found, that it fits what it was learned from, and that its false alarms are counted right."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.core.temporal import parse_temporal, print_temporal
from fuelbed.numerics.mining import LEAST_ROWS, Record, false_alarms, mine, offered
from fuelbed.numerics.mining.levels import SAFETY, level, round_up
from fuelbed.numerics.mining.responses import responses
from fuelbed.numerics.mining.shapes import FEWEST, bounds, orders, relations, together
from fuelbed.numerics.temporal import evaluate
from fuelbed.numerics.wilson import wilson

N = 1000


def normal(seed: int = 0, n: int = N) -> Record:
    """Attempts are goodput and retries; latency has bursts that last a few rows; `errors` is always 0."""
    rng = np.random.default_rng(seed)
    good = 100 + 20 * np.sin(np.arange(n) / 30) + rng.normal(size=n)
    retries = rng.exponential(3.0, size=n)
    burst = np.convolve(rng.random(n) < 0.02, [1.0, 0.8, 0.5], "full")[:n]
    columns = {
        "goodput": good, "retries": retries, "attempts": good + retries, "latency": 0.1 + 0.01 * rng.random(n) + burst,
        "errors": np.zeros(n), "copy": 2.5 * good + rng.normal(size=n) * 0.1,
    }  # fmt: skip
    units = {
        "goodput": "per second",
        "retries": "per second",
        "attempts": "per second",
        "latency": "seconds",
        "copy": "per second",
    }
    return Record(np.arange(n) * 60.0, columns, units)


def texts(record: Record) -> dict[str, str]:
    return {c.name: print_temporal(c.formula) for c in mine(record).candidates}


def test_every_kind_is_found() -> None:
    found = texts(normal())
    assert found["attempts_is_goodput_and_retries"].startswith("abs(attempts - goodput - retries) <= ")
    assert found["copy_follows_goodput"].startswith("abs(copy - 2.")
    assert found["goodput_within_attempts"] == "goodput <= attempts"
    assert found["errors_at_most"] == "errors <= 0"
    assert found["latency_recovers"].startswith("rises(latency > ")
    assert parse_temporal(found["latency_at_most"]).right.value >= 1.1  # type: ignore[union-attr]  # a comparison
    assert "errors_at_least" not in found  # nothing is negative: a bound at 0 says nothing


def test_what_follows_from_others_is_left_out() -> None:
    rng = np.random.default_rng(1)
    base = rng.normal(size=400)
    columns = {"a": base, "b": base + rng.random(400), "c": base + 1 + rng.random(400)}
    found = {s.name for s in orders(columns, {})}
    assert found == {"a_within_b", "b_within_c"}
    scaled = {n: base + 0.01 * rng.normal(size=400) for n in "abcd"}
    assert len(list(relations(scaled, {}))) == 3  # a tree over four columns, of six pairs
    apart = {"a": base, "b": base + 100}
    assert list(orders(apart, {})) == []  # two bounds say it
    assert list(orders({"a": rng.normal(size=400), "b": rng.normal(size=400) + 3}, {})) == []  # they do not move together
    assert list(orders(columns, {"a": "seconds", "b": "per second", "c": ""})) == []  # no unit is compared with another


def test_candidates_hold_in_the_rows_they_were_learned_from() -> None:
    for seed in range(5):
        r = normal(seed)
        mined = mine(r)
        assert mined.candidates
        for c in mined.candidates:
            trace = evaluate(c.formula, r.times[: mined.learned], {n: v[: mined.learned] for n, v in r.columns.items()})
            assert not (trace.verdict < 0).any(), c.name
            assert parse_temporal(print_temporal(c.formula)) == c.formula
            assert 0 <= c.tight <= 1


def test_the_part_held_back_chooses_nothing() -> None:
    """Other values in the last 30 % change the alarms, and neither which candidates there are nor their order."""
    r = normal(3)
    spoiled = {n: v.copy() for n, v in r.columns.items()}
    spoiled["latency"][800:810] = 50.0
    before, after = mine(r), mine(Record(r.times, spoiled, r.units))
    assert [(c.name, c.formula) for c in before.candidates] == [(c.name, c.formula) for c in after.candidates]
    worse = {c.name: c.alarms for c in after.candidates}["latency_at_most"]
    assert (worse.episodes, worse.share) == (1, 10 / 300)
    assert worse.bad == 2  # rows 100 to 109 of the held-back part lie in two blocks of twelve
    assert worse.blocks == 25


def test_what_does_not_last_is_dropped() -> None:
    r = normal(4)
    moved = {n: v.copy() for n, v in r.columns.items()}
    moved["latency"][400:] += 10.0
    names = {c.name for c in mine(Record(r.times, moved, r.units)).candidates}
    assert "latency_at_most" not in names
    assert mine(Record(r.times, moved, r.units)).dropped > mine(r).dropped


@pytest.mark.parametrize("n", [0, 1, LEAST_ROWS - 1])
def test_too_short(n: int) -> None:
    assert mine(normal(n=max(n, 1)).part(0, n)).candidates == ()


def test_empty_columns_and_empty_cells() -> None:
    r = normal(5)
    columns = {**r.columns, "nothing": np.full(N, np.nan), "rare": np.where(np.arange(N) % 40 == 0, 1.0, np.nan)}
    columns["goodput"] = np.where(np.arange(N) % 7 == 0, np.nan, columns["goodput"])
    found = mine(Record(r.times, columns, r.units)).candidates
    assert {c.name for c in found} >= {"goodput_within_attempts", "goodput_at_most"}
    assert not any("nothing" in c.columns or "rare" in c.columns for c in found)


def test_false_alarms_by_hand() -> None:
    x = np.zeros(120)
    x[[5, 6, 40, 41, 42, 119]] = 9.0
    a = false_alarms(parse_temporal("x <= 1"), np.arange(120) * 3600.0, {"x": x})
    assert (a.episodes, a.decided, a.blocks, a.bad) == (3, 120, 10, 3)
    assert a.days == 5.0
    assert a.per_day == pytest.approx(0.6)
    assert a.share == pytest.approx(6 / 120)
    assert (a.low, a.high) == wilson(3, 10)
    low, high = a.per_day_interval
    assert low == pytest.approx(-math.log1p(-a.low) / 0.5)
    assert low < a.per_day < high
    wide = false_alarms(parse_temporal("once[0..40 h] x <= 1"), np.arange(120) * 3600.0, {"x": x})
    assert wide.blocks == 120 // 41  # a block is as long as the formula looks
    never = false_alarms(parse_temporal("always[0..200 h] x <= 10"), np.arange(120) * 3600.0, {"x": x})
    assert (never.decided, never.blocks) == (0, 0)
    assert math.isnan(never.share)


def test_a_level_is_passed_about_once_in_ten_records() -> None:
    """Exponential draws, for which the tail is right: the chance to pass the level, over 400 records."""
    rng = np.random.default_rng(6)
    n = 400
    chance = [math.exp(-level(rng.exponential(size=n))) for _ in range(400)]
    assert 0.3 < np.mean(chance) * SAFETY * n < 4.0  # the mean chance lies above its median: levels are estimates
    assert 0.3 < np.median(chance) * SAFETY * n < 1.5


@pytest.mark.parametrize(
    ("value", "shown"), [(1.2341, 1.24), (0.0, 0.0), (-1.2349, -1.23), (100.0, 100.0), (99999.0, 100000.0), (0.0012345, 0.00124)]
)
def test_numbers_are_rounded_up(value: float, shown: float) -> None:
    assert round_up(value) == pytest.approx(shown, rel=1e-12)
    assert round_up(value) >= value


def test_bounds_never_cut_into_what_was_seen() -> None:
    rng = np.random.default_rng(7)
    for _ in range(200):
        x = rng.normal(size=80) * 10.0 ** rng.integers(-6, 6) + rng.normal()
        for s in bounds({"x": x}, {}):
            assert not (evaluate(s.formula, np.arange(80), {"x": x}).verdict < 0).any()


def test_at_most_100_per_cent_says_nothing() -> None:
    x = 100 - np.random.default_rng(8).exponential(size=400)
    assert {s.name for s in bounds({"x": x}, {"x": "per cent"})} == {"x_at_least"}
    assert {s.name for s in bounds({"x": x}, {})} == {"x_at_least", "x_at_most"}
    assert {s.name for s in bounds({"x": x - 60}, {"x": "per cent"})} == {"x_at_least", "x_at_most"}


def test_responses_need_rises() -> None:
    quiet = {"x": np.where(np.arange(400) == 7, 9.0, np.random.default_rng(9).random(400))}
    assert all(int(s.what.split()[3]) >= 5 for s in responses(np.arange(400) * 1.0, quiet, {}))
    assert list(responses(np.zeros(0), {"x": np.zeros(0)}, {})) == []


def test_correlations_of_all_pairs_are_those_of_each() -> None:
    rng = np.random.default_rng(10)
    base = rng.normal(size=300)
    columns = {n: 1e6 + base * rng.normal() + rng.normal(size=300) * 10.0 ** rng.integers(-3, 3) for n in "abcdef"}
    for i, n in enumerate("abcd"):
        columns[n] = np.where(rng.random(300) < 0.1 * i, np.nan, columns[n])
    columns["rare"] = np.where(np.arange(300) < FEWEST - 1, base, np.nan)
    columns["flat"] = np.full(300, 7.0)
    names = list(columns)
    r = together(columns, names)
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            both = np.isfinite(columns[a]) & np.isfinite(columns[b])
            x, y = columns[a][both], columns[b][both]
            expected = float(np.corrcoef(x, y)[0, 1]) if both.sum() >= FEWEST and np.ptp(x) and np.ptp(y) else 0.0
            assert r[i, j] == pytest.approx(expected, abs=1e-6), (a, b)


def test_kinds_take_turns() -> None:
    found = mine(normal()).candidates
    first = offered(found, 4)
    assert [c.kind for c in first] == ["relation", "order", "bound", "response"]
    assert len(offered(found, 1000)) == len(found)
    assert len({c.name for c in offered(found, 1000)}) == len(found)
