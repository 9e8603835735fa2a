"""Limits in plain sight: margins against sampled numbers, what actions do to them, and the words."""

from __future__ import annotations

import random
from pathlib import Path
from textwrap import dedent

import pytest

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Answer, Estimates, Table
from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.engines.threshold.sums import sum_margins, views
from fuelbed.readers.case import read_case

CASE = """
fuelbed: 1
title: Threads over their limit
failure: map_not_built
factors:
  capacity_added: {kind: trigger, rate: 4..12 per year, in_incident: yes}
  peers: {kind: condition, present: yes}
  near_limit: {kind: condition, present: yes}
structure:
  map_not_built: capacity_added and peers and near_limit
threshold:
  sums:
    threads:
      unit: threads
      limit: 9900..10100
      over: yes
      terms: {peers: 9000..9900, others: 100..300, capacity_added: 200..600}
actions:
  raise: {does: [set threads.limit to 20000, remove near_limit]}
  bigger: {does: [set threads.peers to 4500..5000]}
  stop: {does: [prevent capacity_added]}
  alarm: {does: [observe near_limit]}
"""


def _case(tmp_path: Path, text: str = CASE) -> Case:
    (tmp_path / "case.yaml").write_text(dedent(text).lstrip(), encoding="utf-8")
    return read_case(tmp_path)


def _sampled(rng: random.Random) -> tuple[dict[str, float], bool]:
    """One world of the numbers, and whether it agrees with the incident: over with the addition, not over without."""
    x = {
        "limit": rng.uniform(9900, 10100),
        "peers": rng.uniform(9000, 9900),
        "others": rng.uniform(100, 300),
        "added": rng.uniform(200, 600),
    }
    quiet = x["limit"] - x["peers"] - x["others"]
    return x, quiet >= 0 >= quiet - x["added"]


def test_margins_hold_every_world_that_agrees_with_the_incident(tmp_path: Path) -> None:
    (view,) = views(_case(tmp_path))
    margins, shifts = sum_margins(view)
    rng, seen = random.Random(5), 0
    reach = {"": [9e9, -9e9], "raise": [9e9, -9e9], "bigger": [9e9, -9e9], "stop": [9e9, -9e9]}
    for _ in range(40_000):
        x, agrees = _sampled(rng)
        if not agrees:
            continue
        seen += 1
        before = x["limit"] - x["peers"] - x["others"] - x["added"]
        after = {
            "": before,
            "raise": 20_000 - x["peers"] - x["others"] - x["added"],
            "bigger": x["limit"] - rng.uniform(4500, 5000) - x["others"] - x["added"],
            "stop": before + x["added"],
        }
        for name, value in after.items():
            assert margins[name].low - 1e-6 <= value <= margins[name].high + 1e-6, name
            reach[name] = [min(reach[name][0], value), max(reach[name][1], value)]
            if name:
                assert shifts[name].low - 1e-6 <= value - before <= shifts[name].high + 1e-6
    assert seen > 3_000
    for name, (low, high) in reach.items():  # and no wider than worlds reach
        assert low - margins[name].low < 120, name
        assert margins[name].high - high < 120, name
    assert "alarm" not in margins


def test_the_answer_says_what_would_have_held(tmp_path: Path) -> None:
    case = _case(tmp_path)
    section = next(s for s in analyze(case).sections if s.engine == "threshold")
    assert isinstance(section.answer, Answer)
    assert section.answer.claim.startswith("In the incident `threads` was")
    table = next(b for b in section.answer.blocks if isinstance(b, Table))
    at = [c.id for c in table.columns].index("enough")
    told = {row[0].text: row[at].text for row in table.rows}
    assert told == {"peers": "would have held", "capacity_added": "would have held", "others": "left open"}


def test_what_adds_up_adds_up_to_what_is_said_of_the_room(tmp_path: Path) -> None:
    """Amounts as given need not; by what is known of the incident they do."""
    section = next(s for s in analyze(_case(tmp_path)).sections if s.engine == "threshold")
    assert isinstance(section.answer, Answer)
    table = next(b for b in section.answer.blocks if isinstance(b, Table))
    rooms = next(b for b in section.answer.blocks if isinstance(b, Estimates))
    takes, given = (
        [row[[c.id for c in table.columns].index(k)].estimate for row in table.rows] for k in ("amount", "given")
    )  # the same order
    room = next(x.estimate.value for x in rooms.items if x.id == "incident")
    limit = sum(e.value for e in takes if e is not None and e.value is not None) + (room or 0.0)
    assert 9900 <= limit <= 10100
    assert sum(e.value for e in given if e is not None and e.value is not None) < 9_990, "as given they fall short"
    stands = {row[0].text: e.value for row, e in zip(table.rows, takes, strict=True) if e is not None}
    now = next(x.estimate.value for x in rooms.items if x.id == "now")
    assert stands["peers"] + stands["others"] + now == pytest.approx(limit)  # type: ignore[operator]  # all have values


def test_a_factor_whose_amount_an_item_sets_is_touched(tmp_path: Path) -> None:
    case = _case(tmp_path, CASE.replace(", remove near_limit]", "]"))
    section = next(s for s in analyze(case).sections if s.engine == "actions")
    assert isinstance(section.answer, Answer)
    table = next(b for b in section.answer.blocks if isinstance(b, Table) and b.id == "untouched")
    assert [row[0].text for row in table.rows] == ["near_limit"], "`bigger` sets the amount of peers, `raise` only the limit"


def test_the_source_of_a_limit_is_told_by_its_title(tmp_path: Path) -> None:
    text = CASE.replace("      unit: threads", "      source: message\n      unit: threads")
    text = text.replace(
        "factors:",
        "sources: [{id: message, address: https://a.example/x, what: The summary of the event. Half of it read}]\nfactors:",
        1,
    )
    section = next(s for s in analyze(_case(tmp_path, text)).sections if s.engine == "threshold")
    assert isinstance(section.answer, Answer)
    table = next(b for b in section.answer.blocks if isinstance(b, Table))
    assert table.note.endswith("Source: The summary of the event.")


def test_a_sum_that_only_came_near(tmp_path: Path) -> None:
    (view,) = views(_case(tmp_path, CASE.replace("over: yes", "over: no")))
    margins, _ = sum_margins(view)
    assert margins[""].low == pytest.approx(0.0, abs=1e-6)
    assert margins[""].high == pytest.approx(10_100 - 9_000 - 100 - 200)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("limit: 9900..10100\n      over", "over", "FB017"),
        ("limit: 9900..10100", "limit: many", "FB041"),
        ("others: 100..300", "others: -100", "FB047"),
        ("others: 100..300", "limit: 100", "FB018"),
        ("over: yes", "over: perhaps", "FB015"),
        ("unit: threads", "units: threads", "FB014"),
        ("set threads.peers to", "set threads.pears to", "FB062"),
        ("  sums:", "  line: nowhere\n  sums:", "FB022"),
        ("  sums:", "  incidents: [past]\n  sums:", "FB175"),
        ("  sums:", "  days: daily\n  sums:", "FB175"),
        ("    threads:\n      unit", "    peers:\n      unit", "FB018"),
    ],
)
def test_faults_have_their_place(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in CASE
    with pytest.raises(InputError) as e:
        _case(tmp_path, CASE.replace(old, new, 1))
    found = {f.code: f for f in e.value.findings}
    assert code in found, [f"{f.code} {f.message}" for f in e.value.findings]
    assert found[code].span is not None
    assert found[code].cure
