"""Invariants on metrics, on events and on simulated pushes: first violation, size, duration, latency, what is not decided."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from fuelbed.core.blocks import Ask, Table
from fuelbed.core.case import Case
from fuelbed.engines.invariants.checks import MOST, Checked, Pushed, Unchecked, check, margin_of, worst_of
from fuelbed.numerics.maps.simulate import settled
from fuelbed.numerics.maps.system import compile_model
from tests.unit.engines.invariants.cases import answer, case_of, in_folder

QUEUE = [10, 20, 90, 120, 140, 110, 80, 130, 60, 50]  # a value a minute; the trigger begins in minute 5
CSV = "time,queue\n" + "".join(f"2025-09-29T10:{m:02d}:00Z,{q}\n" for m, q in enumerate(QUEUE))
METRICS = "evidence:\n  metrics:\n    db: {file: m.csv, columns: {queue: queue}TRIGGER}\n"
AT_FIVE = ", trigger: {start: 2025-09-29T10:05:00Z, end: 2025-09-29T10:07:00Z}"


def checked(tmp_path: Path, holds: str, trigger: str = AT_FIVE, csv: str = CSV, more: str = "") -> tuple[Case, Checked]:
    text = METRICS.replace("TRIGGER", trigger) + f"invariants:\n  few: {{holds: '{holds}'{more}}}\n"
    case = in_folder(tmp_path, text, {"m.csv": csv})
    (one,) = check(case, 1)
    assert isinstance(one, Checked)
    return case, one


def test_the_first_violation_its_size_and_duration_by_hand(tmp_path: Path) -> None:
    _, c = checked(tmp_path, "queue <= 100")
    assert [(v.start, v.end, v.worst, v.samples) for v in c.broken] == [(180, 360, -40, 3), (420, 480, -30, 1)]
    assert c.early is c.broken[0]
    assert c.trigger is not None
    assert c.trigger[0] - c.broken[0].start == 120
    assert worst_of(c) is c.broken[0]
    assert c.bound == 100
    assert c.undecided == 0


def test_a_latent_violation_is_told_with_its_length(tmp_path: Path) -> None:
    case, _ = checked(tmp_path, "queue <= 100")
    a = answer(case)
    assert a.claim.startswith("The invariant `few` broke 2 min before the trigger: it was latent.")
    table = next(b for b in a.blocks if isinstance(b, Table) and b.id == "invariants")
    assert [c.text for c in table.rows[0]] == [
        "few",
        "latent",
        "10:03",
        "2 min before",
        "40 (40 % of the bound)",
        "4 min in 2 stretches",
    ]
    (finding,) = [f for f in a.findings if f.code == "FB230"]
    assert finding.message == "`few` broke on `db` at 10:03 UTC, 2 min before the trigger, at worst by 40 (40 % of the bound)."
    assert finding.span is not None
    assert finding.span.line > 10


def test_a_breach_that_healed_before_the_trigger_is_not_called_latent_without_a_word(tmp_path: Path) -> None:
    csv = CSV.replace("10:04:00Z,140", "10:04:00Z,40")
    case, _ = checked(tmp_path, "queue <= 100", csv=csv)
    assert "broke 2 min before the trigger, and held again after 1 min." in answer(case).claim


def test_after_the_trigger(tmp_path: Path) -> None:
    case, c = checked(tmp_path, "queue <= 100", AT_FIVE.replace("10:05", "10:01"))
    assert c.early is None
    assert answer(case).claim.startswith(
        "The invariant `few` broke 2 min after the trigger began, at worst by 40 (40 % of the bound)."
    )


def test_without_a_trigger_its_time_is_asked_for(tmp_path: Path) -> None:
    case, c = checked(tmp_path, "queue <= 100", "")
    assert c.early is None
    asked = [b.missing.question for b in answer(case).blocks if isinstance(b, Ask)]
    assert "When did the trigger begin? Add `trigger: {start: ...}` to the metrics `db`." in asked


def test_what_holds_throughout_has_its_least_margin(tmp_path: Path) -> None:
    case, c = checked(tmp_path, "queue <= 200")
    assert c.broken == ()
    assert margin_of(c) == (60, 240)
    assert answer(case).claim.startswith("The invariant `few` held throughout, at least by 60 (30 % of the bound).")


def test_a_window_longer_than_the_record_is_not_decided(tmp_path: Path) -> None:
    case, c = checked(tmp_path, "eventually[20..30 min] queue <= 0")
    assert c.undecided == 1
    a = answer(case)
    assert a.claim.startswith("`few` could be decided at no time of the record.")
    assert any("longer or fuller record than `db`" in b.missing.question for b in a.blocks if isinstance(b, Ask))


def test_a_leading_always_is_asked_at_every_sample(tmp_path: Path) -> None:
    _, c = checked(tmp_path, "always (queue <= 100)")
    assert c.broken[0].start == 180


def test_gaps_leave_windows_open(tmp_path: Path) -> None:
    csv = "\n".join(x for x in CSV.splitlines() if "10:05" not in x and "10:06" not in x) + "\n"
    _, c = checked(tmp_path, "always[0..2 min] queue <= 1000", csv=csv)
    assert 0 < c.undecided < 1
    assert c.broken == ()


def test_events_on_the_clock_of_the_metrics(tmp_path: Path) -> None:
    """A deploy at 10:03:30 belongs to the sample at 10:04."""
    more = METRICS.replace("TRIGGER", AT_FIVE) + (
        "  events:\n    rows: [{at: '2025-09-29T10:03:30Z', name: deploy}]\n"
        "invariants:\n  calm: {holds: not event(deploy) or queue <= 100}\n"
    )
    case = in_folder(tmp_path, more, {"m.csv": CSV})
    (c,) = check(case, 1)
    assert isinstance(c, Checked)
    assert [(v.start, v.worst) for v in c.broken] == [(240, -40)]


def test_events_that_count_from_another_start_are_asked_for(tmp_path: Path) -> None:
    more = METRICS.replace("TRIGGER", "") + (
        "  events: {rows: [{at: '30', name: deploy}], clock: seconds}\ninvariants:\n  calm: {holds: not event(deploy) or queue <= 100}\n"
    )
    case = in_folder(tmp_path, more, {"m.csv": CSV})
    (c,) = check(case, 1)
    assert isinstance(c, Unchecked)
    assert "absolute time did the events `deploy`" in c.question


def test_events_alone(tmp_path: Path) -> None:
    """Two stretches that overlap from 10:05 to 10:10."""
    more = (
        "evidence:\n  events:\n    rows:\n"
        "      - {at: '2025-09-29T10:00:00Z', end: '2025-09-29T10:10:00Z', name: east}\n"
        "      - {at: '2025-09-29T10:05:00Z', end: '2025-09-29T10:20:00Z', name: west}\n"
        "invariants:\n  one_writer: {holds: not (event(east) and event(west))}\n"
    )
    case = in_folder(tmp_path, more, {})
    (c,) = check(case, 1)
    assert isinstance(c, Checked)
    assert [(v.start, v.end) for v in c.broken] == [(300, 1200)]
    assert worst_of(c) is None  # nothing measures an event
    assert "broke at 10:05 UTC" in answer(case).claim


def test_of_very_many_invariants_the_first_are_checked() -> None:
    more = "".join(f"  i{n}: {{holds: level <= {n}, on: tank}}\n" for n in range(600))
    text = TANK.replace("FLOW", "1")
    found = list(check(case_of(text[: text.index("invariants:")] + "invariants:\n" + more), 1))
    assert sum(isinstance(x, Pushed) for x in found) == MOST
    asked = {x.question for x in found if isinstance(x, Unchecked)}
    assert asked == {"Which 500 of the 600 invariants matter? Only the first 500 are checked."}


def test_without_any_trace() -> None:
    case = case_of("invariants:\n  few: {holds: queue <= 3}\n")
    (c,) = check(case, 1)
    assert isinstance(c, Unchecked)
    assert "record of `queue`" in c.question
    assert answer(case).claim == "The invariant `few` has no trace to be checked on."
    two = case_of("invariants:\n  few: {holds: queue <= 3}\n  more: {holds: queue >= 1}\n")
    assert answer(two).claim == "2 invariants are stated, and none has a trace to be checked on."


TANK = """dynamics:
  tank:
    parameters: {flow: FLOW, drain: 0.1}
    states: {level: {start: 0, range: 0..100}}
    next: {level: level + flow - drain * level}
    step: 1 s
    failed: level > 50
    pushes: {push: {flow: times 4, lasts: 10 s}}
invariants:
  low: {holds: level <= 15, on: tank}
"""


def test_a_simulated_push_by_hand() -> None:
    """level' = level + flow - level / 10 rests at 10; four times the flow for 10 steps: 40 - 30 * 0.9^n after n."""
    (p,) = check(case_of(TANK.replace("FLOW", "1")), 1)
    assert isinstance(p, Pushed)
    by_hand = [40 - 30 * 0.9**n for n in range(11)]
    level = p.simulated.columns["level"][0]
    start = int(np.argmin(np.abs(p.simulated.times)))
    assert p.simulated.times[start] == 0
    np.testing.assert_allclose(level[start : start + 11], by_hand, rtol=1e-6)
    first = next(n for n, v in enumerate(by_hand) if v > 15)
    assert p.breaks.all()
    assert not p.before.any()
    assert p.first.tolist() == [first] * len(p.first)
    assert math.isclose(p.worst[0], 15 - by_hand[10], rel_tol=1e-6)
    np.testing.assert_allclose(p.simulated.columns["flow"][0][start - 1 : start + 12], [1] + [4] * 10 + [1, 1])


def test_draws_give_an_interval() -> None:
    (p,) = check(case_of(TANK.replace("FLOW", "0.3..1.3")), 1)
    assert isinstance(p, Pushed)
    assert 0 < p.breaks.sum() < len(p.breaks)
    a = answer(case_of(TANK.replace("FLOW", "0.3..1.3")))
    table = next(b for b in a.blocks if isinstance(b, Table) and b.id == "pushes")
    first = table.rows[0][3].estimate
    assert first is not None
    assert first.low <= first.high
    assert f"at {int(p.breaks.sum())} of 9" == table.rows[0][2].text


def test_the_trace_begins_where_the_model_rests() -> None:
    case = case_of(TANK.replace("FLOW", "1"))
    (p,) = check(case, 1)
    assert isinstance(p, Pushed)
    system = compile_model(case.dynamics["tank"])
    rest = settled(system, system.start[None], system.today, 4000)
    assert p.simulated.columns["level"][0][0] == pytest.approx(rest[0, 0])


def test_a_model_without_numbers_or_pushes_is_asked() -> None:
    (u,) = check(case_of(TANK.replace("flow: FLOW", "flow: {what: what flows in}")), 1)
    assert isinstance(u, Unchecked)
    assert "`flow` of `tank`" in u.question
    (u,) = check(case_of(TANK.replace("FLOW", "1").replace("    pushes: {push: {flow: times 4, lasts: 10 s}}\n", "")), 1)
    assert isinstance(u, Unchecked)
    assert "What does a trigger do to `tank`" in u.question


def test_broken_with_no_push_at_all() -> None:
    a = answer(case_of(TANK.replace("FLOW", "2")))
    assert a.claim.startswith("By the model, `low` is broken with no push at all.")


# ---- what is known only in part -----------------------------------------------------------------------------------------------------


HOLE = "time,queue\n2025-09-29T10:00:00Z,10\n2025-09-29T10:05:00Z,\n2025-09-29T10:07:00Z,20\n2025-09-29T10:20:00Z,20\n"
HELD = ", between: hold, every: 1 min"


def verdicts(case: Case, table: str = "invariants") -> list[str]:
    shown = next(b for b in answer(case).blocks if isinstance(b, Table) and b.id == table)
    place = [c.id for c in shown.columns].index("verdict")
    return [row[place].text for row in shown.rows]


def test_an_empty_cell_ends_the_hold_and_what_held_is_held_where_known(tmp_path: Path) -> None:
    case, c = checked(tmp_path, "queue <= 100", csv=HOLE, more=HELD)
    assert [int(t) for t, v in zip(c.trace.times, c.trace.verdict, strict=True) if v == 0] == [300, 360]
    assert (c.from_trigger, c.in_part) == (120, True)
    assert verdicts(case) == ["held where known"]
    told = "The invariant `few` held where known, at least by 80 (80 % of the bound); `few` is not decided for 2 min from the trigger on."
    assert told in answer(case).claim


def test_what_a_window_cuts_off_at_the_end_is_no_hole(tmp_path: Path) -> None:
    case, c = checked(tmp_path, "queue > 85 -> eventually[0..2 min] queue < 200")
    assert (c.from_trigger, c.in_part) == (0, False)
    case, c = checked(tmp_path, "always[0..2 min] queue <= 200")
    assert 0 < c.undecided < 1
    assert (c.from_trigger, c.in_part) == (0, False)
    assert verdicts(case) == ["held"]


def test_rows_of_several_series_have_empty_cells_that_say_nothing(tmp_path: Path) -> None:
    def series(name: str, first: int) -> str:
        values = ", ".join(f'[{1759140000 + first + 60 * k}, "1"]' for k in range(3))
        return f'{{"metric": {{"__name__": "{name}"}}, "values": [{values}]}}'

    export = f'{{"status": "success", "data": {{"resultType": "matrix", "result": [{series("a", 0)}, {series("b", 30)}]}}}}'
    text = "evidence:\n  metrics:\n    db: {file: m.json, columns: {a: a, b: b}}\ninvariants:\n  few: {holds: a <= 1, between: hold}\n"
    (c,) = check(in_folder(tmp_path, text, {"m.json": export}), 1)
    assert isinstance(c, Checked)
    assert len(c.trace) == 6
    assert c.undecided == 0


def test_a_violation_at_the_bound_has_no_size(tmp_path: Path) -> None:
    case, c = checked(tmp_path, "queue >= 10 -> queue < 10", csv="time,queue\n2025-09-29T10:05:00Z,10\n2025-09-29T10:07:00Z,10\n")
    assert [v.worst for v in c.broken] == [0]
    a = answer(case)
    assert "at worst" not in a.claim
    assert all("at worst" not in f.message for f in a.findings)
    assert "at the bound" in [cell.text for b in a.blocks if isinstance(b, Table) and b.id == "invariants" for cell in b.rows[0]]


def test_a_trace_is_followed_as_far_as_the_formula_looks() -> None:
    """A leading `always` is asked at every sample, so the window of what it holds counts: 3000 steps here."""
    text = TANK.replace("FLOW", "0.5").replace(
        "low: {holds: level <= 15,", "low: {holds: 'always(eventually[0..50 min] level <= 15)',"
    )
    (p,) = check(case_of(text), 1)
    assert isinstance(p, Pushed)
    assert p.simulated.times[-1] >= p.simulated.lasts + 3000
    assert not p.undecided.any()
    assert verdicts(case_of(text), "pushes") == ["no"]


def test_a_push_that_nothing_decides_is_not_called_held() -> None:
    text = TANK.replace("FLOW", "0.5").replace("low: {holds: level <= 15,", "low: {holds: 'eventually[0..9000 h] level <= 15',")
    (p,) = check(case_of(text.replace("level <= 15", "level <= -1")), 1)
    assert isinstance(p, Pushed)
    assert p.undecided.all()
    case = case_of(text.replace("level <= 15", "level <= -1"))
    assert verdicts(case, "pushes") == ["not decided"]
    assert "`low` is not decided under its push" in answer(case).claim
