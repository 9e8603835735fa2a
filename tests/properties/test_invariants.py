"""Properties of the answer to §8: a zone shifts nothing, what holds and what does not never both break, an action that is done adds no fault."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.temporal import Not, parse_temporal
from fuelbed.engines.invariants.contradictions import longest_gap
from fuelbed.engines.invariants.controls import on_demand
from fuelbed.engines.invariants.moments import told
from fuelbed.numerics.temporal import evaluate, violations
from fuelbed.text.read import read
from tests.unit.engines.invariants.cases import answer, case_of, in_folder

DAY = dt.date(2025, 9, 29)
FORMULAS = (
    "x <= 1",
    "always[0..3 s] x <= 1",
    "x > 0 -> eventually[1..4 s] x <= 0",
    "x <= 1 until[0..3 s] x > 1",
    "once[0..2 s] x > 0 and historically[0..1 s] x < 2",
    "rises(x > 0) -> eventually[0..2 s] x < 0",
)
VALUES = st.lists(st.one_of(st.floats(-3, 3), st.just(float("nan"))), min_size=2, max_size=30)


@settings(max_examples=60, deadline=None)
@given(VALUES, st.sampled_from(FORMULAS))
def test_a_formula_and_its_negation_are_never_both_violated(values: list[float], text: str) -> None:
    formula = parse_temporal(text)
    times = np.arange(float(len(values)))
    one = evaluate(formula, times, {"x": np.array(values)})
    other = evaluate(Not(formula), times, {"x": np.array(values)})
    assert not np.any((one.verdict < 0) & (other.verdict < 0))
    assert np.array_equal(one.decided, other.decided)


@settings(max_examples=40, deadline=None)
@given(VALUES, st.sampled_from(FORMULAS), st.floats(-1e6, 1e6))
def test_violations_move_with_the_clock(values: list[float], text: str, shift: float) -> None:
    formula, x = parse_temporal(text), np.array(values)
    times = np.arange(float(len(values)))
    shift = float(round(shift))
    a, b = (violations(evaluate(formula, t, {"x": x})) for t in (times, times + shift))
    assert [replace(v, start=v.start + shift, end=v.end + shift, at=v.at + shift) for v in a] == b


CLOCKS = st.lists(st.integers(0, 1000), min_size=3, max_size=8, unique=True).map(sorted)


@settings(max_examples=30, deadline=None)
@given(CLOCKS, st.integers(-11, 13))
def test_a_zone_shifts_all_times_alike(minutes: list[int], hours: int) -> None:
    lines = "".join(f"- {m // 60:02d}:{m % 60:02d} entry {chr(97 + i)}\n" for i, m in enumerate(minutes))
    here, there = (
        told(read(f"# Outage 2025-09-29\n\n## Timeline (UTC{z})\n\n{lines}", "p.md"), DAY) for z in ("", f"{hours:+d}")
    )
    assert [a.t - b.t for a, b in zip(here.placed, there.placed, strict=True)] == [3600.0 * hours] * len(minutes)
    one, two = longest_gap(here), longest_gap(there)
    assert (one is None) == (two is None)
    assert one is None or two is None or (one.length, one.share) == (two.length, two.share)


@pytest.mark.parametrize("zone", ["UTC", "+02:00", "-07:00"])
def test_text_and_metrics_in_one_zone_give_one_answer(tmp_path: Path, zone: str) -> None:
    """The same incident told in another zone: the same claim, and the same picture but for its start."""
    more = (
        "narrative: p.md\nevidence:\n  metrics:\n"
        f"    db: {{file: m.csv, columns: {{queue: queue}}, zone: '{zone}', trigger: {{start: '2025-09-29 10:05:00'}}}}\n"
        "invariants:\n  few: {holds: queue <= 100}\n"
    )
    csv = "time,queue\n" + "".join(f"2025-09-29 10:0{m}:00,{60 + 15 * m}\n" for m in range(9))
    word = "UTC" if zone == "UTC" else f"UTC{zone[:3]}"
    text = f"# Outage 2025-09-29\n\n## Timeline ({word})\n\n- 10:01 start of the incident\n- 10:04 an alert fired\n- 10:09 service restored\n"
    a = answer(in_folder(tmp_path, more, {"m.csv": csv, "p.md": text}))
    assert a.claim == "The invariant `few` broke 2 min before the trigger: it was latent."
    assert [f.code for f in a.findings] == ["FB230"]


@settings(max_examples=40, deadline=None)
@given(*(st.floats(0, 1) for _ in range(4)))
def test_failure_on_demand_rises_with_both_numbers(b: float, f: float, more_b: float, more_f: float) -> None:
    def chance(broken: float, fails: float) -> float:
        text = f"  k: {{kind: control, state: failed, broken: {broken:.6f}, fails: {fails:.6f}}}\n"
        e = on_demand(case_of("", text, "structure:\n  out: push and fails(k)\n").factors["k"])
        assert e.value is not None
        assert 0 <= e.low <= e.value <= e.high <= 1
        return e.value

    low, high = chance(min(b, more_b), min(f, more_f)), chance(max(b, more_b), max(f, more_f))
    assert low <= high + 1e-12
    assert max(min(b, more_b), min(f, more_f)) - 1e-6 <= low
