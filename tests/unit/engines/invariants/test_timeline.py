"""The one axis: zones, dates, gaps, contradictions, and the picture with its lanes and strips."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from fuelbed.core.blocks import Picture, Quote, Sentence
from fuelbed.core.case import Case
from fuelbed.engines.invariants.contradictions import flaws, gap_flaw, longest_gap
from fuelbed.engines.invariants.moments import told
from fuelbed.engines.invariants.words import clock, spell
from fuelbed.engines.invariants.zones import out_of_season, seconds_east
from fuelbed.text.read import read
from tests.unit.engines.invariants.cases import answer, case_of, in_folder
from tests.unit.engines.invariants.test_checks import TANK

DAY = dt.date(2025, 9, 29)
SUMMER, WINTER = dt.date(2025, 7, 1), dt.date(2025, 1, 15)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("UTC", DAY, 0), ("GMT", DAY, 0), ("CET", DAY, 1), ("CEST", DAY, 2), ("PST", DAY, -8), ("PDT", DAY, -7), ("UTC+2", DAY, 2),
        ("UTC-3:30", DAY, -3.5), ("+05:30", DAY, 5.5), ("-0700", DAY, -7), ("GMT -7", DAY, -7), ("Pacific", SUMMER, -7), ("PT", WINTER, -8),
        ("Eastern Time", SUMMER, -4), ("ET", WINTER, -5), ("pdt", DAY, -7), ("IST", DAY, None), ("local time", DAY, None),
        ("New York", SUMMER, -4), ("New York", WINTER, -5), ("London", SUMMER, 1), ("Berlin", WINTER, 1), ("Athens", SUMMER, 3), ("Tokyo", None, 9), ("Berlin", None, None),
        ("server time", DAY, None), ("UTC+20", DAY, None), ("", DAY, None), ("PT", None, None), ("Coordinated Universal Time", DAY, 0),
    ],
)  # fmt: skip  # one table
def test_zones(zone: str, day: dt.date | None, hours: float | None) -> None:
    assert seconds_east(zone, day) == (None if hours is None else hours * 3600)


@pytest.mark.parametrize(
    ("zone", "day", "meant"),
    [
        ("PST", SUMMER, "PDT"), ("PDT", WINTER, "PST"), ("PST", WINTER, ""), ("PDT", SUMMER, ""), ("CET", SUMMER, "CEST"), ("CEST", WINTER, "CET"),
        ("CET", WINTER, ""), ("MST", SUMMER, ""), ("UTC", SUMMER, ""),
        ("PST", dt.date(2025, 3, 8), ""), ("PST", dt.date(2025, 3, 9), "PDT"), ("PDT", dt.date(2025, 11, 1), ""), ("PDT", dt.date(2025, 11, 2), "PST"),
        ("CET", dt.date(2025, 3, 29), ""), ("CET", dt.date(2025, 3, 30), "CEST"), ("CEST", dt.date(2025, 10, 26), "CET"),
    ],
)  # fmt: skip  # one table
def test_seasons(zone: str, day: dt.date, meant: str) -> None:
    """The changes of 2025: 9 March and 2 November in the United States, 30 March and 26 October in Europe."""
    assert out_of_season(zone, day) == meant


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (0.2, "0.2 s"), (5, "5 s"), (45, "45 s"), (60, "1 min"), (90, "1 min 30 s"), (700, "12 min"), (3600, "1 h"),
     (10020, "2 h 47 min"), (86400, "1 day"), (273600, "3 days 4 h"), (float("inf"), "an endless time")],
)  # fmt: skip  # one table
def test_lengths_of_time(seconds: float, words: str) -> None:
    assert spell(seconds) == words


def test_the_calendar_ends() -> None:
    assert clock(1e18) == "beyond the calendar"


def timeline(*lines: str, head: str = "# Outage 2025-09-29", zone: str = "All times in UTC.") -> str:
    return "\n".join([head, "", "## Timeline", "", zone, "", *(f"- {x}" for x in lines), ""])


def doc(text: str, day: dt.date | None = DAY):  # type: ignore[no-untyped-def]  # a Told
    return told(read(text, "p.md"), day)


def said(case: Case, text: str) -> list[str]:
    t = told(read(text, "p.md"), case.date)
    return [f.message for f in flaws(case, t, None, "")]


CASE = case_of("")


def test_a_stated_zone_is_used_and_an_unstated_one_is_utc() -> None:
    utc, cest, none = (
        doc(timeline("10:00 the deploy", "10:05 errors", "10:30 service restored", zone=z))
        for z in ("All times in UTC.", "All times in CEST.", "")
    )
    assert [a.t - b.t for a, b in zip(utc.placed, cest.placed, strict=True)] == [7200] * 3
    assert [a.t for a in none.placed] == [a.t for a in utc.placed]
    assert (utc.zones, cest.zones, none.zones) == (("UTC",), ("CEST",), ("",))
    assert clock(cest.placed[0].t, DAY) == "08:00"


def test_clock_times_without_a_date_stand_on_the_cases_day_and_pass_midnight() -> None:
    t = doc(timeline("23:50 errors", "00:10 an alert fired", "00:40 service restored", head="# Outage"))
    assert [clock(p.t) for p in t.placed] == ["2025-09-29 23:50", "2025-09-30 00:10", "2025-09-30 00:40"]
    assert (t.dated, t.lent) == (True, True)
    found = said(CASE, timeline("10:00 a", "10:10 b", "10:20 c", head="# Outage"))
    assert found == ["The timeline gives clock times and no date, so they are placed on the case's date, 2025-09-29."]


def test_neither_text_nor_case_has_a_date() -> None:
    t = doc(timeline("10:00 a", "10:10 b", "10:20 c", head="# Outage"), None)
    assert not t.dated
    assert [b.t - a.t for a, b in zip(t.placed, t.placed[1:], strict=False)] == [600, 600]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ("10:00 an alert fired", "10:20 incident began", "10:30 done"),
            "By the text it was detected at 10:00, 20 min before it began.",
        ),
        (
            ("10:10 service restored", "10:20 incident began", "10:30 done"),
            "By the text it was over at 10:10, 10 min before it began.",
        ),
        (
            ("10:00 a", "10:40 b", "10:30 c", "10:50 d"),
            "The timeline steps back by 10 min, from 2025-09-29 10:40 to 2025-09-29 10:30 UTC.",
        ),
        (("10:00 a", "10:30-10:10 work on it", "10:50 d"), "An entry of the timeline lasts 23 h 40 min: work on it."),
    ],
)
def test_contradictions(lines: tuple[str, ...], words: str) -> None:
    assert words in said(CASE, timeline(*lines))


def test_no_contradiction_in_a_sound_timeline() -> None:
    assert said(CASE, timeline("10:00 incident began", "10:05 an alert fired", "10:30 service restored")) == []


def test_a_timeline_told_backwards_is_no_contradiction() -> None:
    assert said(CASE, timeline("10:50 service restored", "10:20 b", "10:00 a")) == []


def test_mixed_and_unknown_zones() -> None:
    (mixed,) = said(CASE, timeline("10:00 UTC a", "11:00 CEST b", "10:20 UTC c", zone=""))[-1:]
    assert mixed.startswith("The timeline mixes zones: UTC and CEST.")
    found = said(CASE, timeline("10:00 a", "10:10 b", "10:20 c", zone="All times in IST."))
    assert "The zone `IST` means nothing certain, so its times are read as UTC." in [m.replace("IST", "IST") for m in found]
    assert any("PDT was in force" in m for m in said(CASE, timeline("10:00 a", "10:10 b", "10:20 c", zone="All times in PST.")))


def test_another_day_than_the_cases() -> None:
    found = said(CASE, timeline("10:00 a", "10:10 b", "10:20 c", head="# Outage 2025-03-01"))
    assert found == ["The case is dated 2025-09-29, and its timeline is of 2025-03-01."]


def test_the_longest_gap_ends_with_the_recovery() -> None:
    t = doc(timeline("10:00 a", "10:10 b", "11:40 c", "11:50 service restored", "20:00 review"))
    gap = longest_gap(t)
    assert gap is not None
    assert (gap.length, gap.before.text, gap.after.text) == (5400, "b", "c")
    flaw = gap_flaw(gap)
    assert flaw is not None
    assert flaw.message.startswith(
        "For 1 h 30 min the timeline tells nothing, from 2025-09-29 10:10 to 2025-09-29 11:40 UTC: 82 %"
    )
    assert gap_flaw(longest_gap(doc(timeline("10:00 a", "10:10 b", "10:20 c")))) is None
    parts = longest_gap(
        doc(timeline("10:00 a", "10:10 b", "11:40 service restored in Europe", "13:10 service restored", "20:00 review"))
    )
    assert parts is not None
    assert round(parts.share, 2) == 0.47, "the whole ends where all of it is over"


CSV = "time,queue\n" + "".join(
    f"2025-09-29T10:{m:02d}:00Z,{q}\n" for m, q in enumerate([10, 20, 90, 120, 140, 110, 80, 130, 60, 50])
)
MORE = """narrative: p.md
evidence:
  metrics:
    db: {file: m.csv, columns: {queue: queue}, trigger: {start: 2025-09-29T10:05:00Z}}
  events:
    rows: [{at: '2025-09-29T10:04:30Z', name: deploy}]
invariants:
  few: {holds: queue <= 100}
signals:
  lag: {sees: push}
seen:
  lag: {state: yes, at: 2025-09-29 10:06}
hypotheses:
  attack: {says: push, at: 2025-09-29 10:07, what: An attack}
"""
GUARD = "  rollback: {kind: control, state: failed}\n"
STRUCTURE = "structure:\n  out: push and weak and fails(rollback)\n"
STORY = timeline("10:06 incident began", "10:07 an alert fired", "10:08 the roll-back fails", "10:30 service restored")


def whole(tmp_path: Path, story: str = STORY) -> Case:
    return in_folder(tmp_path, MORE, {"m.csv": CSV, "p.md": story}, GUARD, STRUCTURE)


def test_the_picture_holds_everything_on_one_axis(tmp_path: Path) -> None:
    (p,) = [b for b in answer(whole(tmp_path)).blocks if isinstance(b, Picture) and b.kind == "timeline"]
    start = dt.datetime(2025, 9, 29, 10, tzinfo=dt.UTC).timestamp()
    assert (p.data["start"], p.data["zone"], p.data["span"]) == (start, "UTC", [0.0, 1800.0])
    assert p.data["trigger"] == [300.0, None]
    lanes = {x["kind"]: [(m["t"], m["label"]) for m in x["marks"]] for x in p.data["lanes"]}
    assert lanes == {
        "text": [(360, "incident began"), (420, "an alert fired"), (480, "the roll-back fails"), (1800, "service restored")],
        "events": [(270, "deploy")],
        "signals": [(360, "lag on")],
        "hypotheses": [(420, "An attack")],
        "controls": [(480, "rollback (failed)")],
    }
    (s,) = p.data["strips"]
    assert (s["violations"], s["undecided"], s["worst"], s["formula"]) == (
        [[180, 360], [420, 480]],
        [],
        [240, -40],
        "queue <= 100",
    )
    assert s["points"][0] == [0, 90, 90]


def test_text_against_evidence(tmp_path: Path) -> None:
    """The queue passed its bound at 10:03, and the text lets it begin at 10:06."""
    a = answer(whole(tmp_path))
    (f,) = [f for f in a.findings if f.code == "FB234"]
    assert f.message == "The text lets it begin at 10:06, and `few` was broken 3 min before that."
    assert f.span is not None
    assert f.span.line == 7
    assert any(isinstance(b, Quote) and "10:06 incident began" in b.text for b in a.blocks)
    assert any(isinstance(b, Sentence) and b.text == f.message for b in a.blocks)


def test_what_counts_from_its_own_start_has_a_picture_of_its_own(tmp_path: Path) -> None:
    csv = "time,queue\n" + "".join(f"{60 * m},{q}\n" for m, q in enumerate([10, 120, 30]))
    more = MORE.replace("2025-09-29T10:05:00Z", "30")
    case = in_folder(tmp_path, more, {"m.csv": csv, "p.md": STORY}, GUARD, STRUCTURE)
    one, two = [b for b in answer(case).blocks if isinstance(b, Picture) and b.kind == "timeline"]
    assert one.data["start"] is not None
    assert one.data["strips"] == []
    assert (two.data["start"], two.data["lanes"], len(two.data["strips"])) == (None, [], 1)


def test_a_strip_of_many_samples_is_bounded(tmp_path: Path) -> None:
    csv = "time,queue\n" + "".join(f"{m},{m % 150}\n" for m in range(5000))
    more = "evidence:\n  metrics:\n    db: {file: m.csv, columns: {queue: queue}}\ninvariants:\n  few: {holds: queue <= 100}\n"
    case = in_folder(tmp_path, more, {"m.csv": csv})
    (p,) = [b for b in answer(case).blocks if isinstance(b, Picture)]
    points = p.data["strips"][0]["points"]
    assert len(points) == 400
    assert min(x[1] for x in points) == -49
    assert max(x[2] for x in points) == 100


def test_every_case_with_a_timeline_in_its_text_has_the_picture(tmp_path: Path) -> None:
    case = in_folder(tmp_path, "narrative: p.md\n", {"p.md": STORY})
    (p,) = [b for b in answer(case).blocks if isinstance(b, Picture)]
    assert [x["kind"] for x in p.data["lanes"]] == ["text"]


def test_a_case_of_nothing_asks() -> None:
    a = answer(case_of(""))
    assert a.claim == "The case names no invariant and no control, and its text gives no times."
    assert len(a.blocks) == 3


def test_only_pushes_that_break_something_are_drawn() -> None:
    pictures = [b for b in answer(case_of(TANK.replace("FLOW", "1"))).blocks if isinstance(b, Picture)]
    (p,) = pictures
    assert p.data["start"] is None
    assert p.data["trigger"][1] - p.data["trigger"][0] == pytest.approx(10)
    assert "the push begins" in p.alt
    calm = TANK.replace("FLOW", "1").replace("level <= 15", "level <= 99")
    assert [b for b in answer(case_of(calm)).blocks if isinstance(b, Picture)] == []


def test_an_event_that_the_text_tells_at_the_same_minute_is_told_once(tmp_path: Path) -> None:
    rows = "rows: [{at: '2025-09-29T10:07:00Z', name: alert, what: Alerts fired}, {at: '2025-09-29T10:07:00Z', name: deploy}, "
    rows += "{at: '2025-09-29T10:08:00Z', name: rolled, what: the roll-back fails, end: '2025-09-29T10:09:00Z'}]"
    more = MORE.replace("rows: [{at: '2025-09-29T10:04:30Z', name: deploy}]", rows)
    case = in_folder(tmp_path, more, {"m.csv": CSV, "p.md": STORY}, GUARD, STRUCTURE)
    (p,) = [b for b in answer(case).blocks if isinstance(b, Picture) and b.kind == "timeline"]
    lanes = {x["kind"]: [(m["t"], m["label"], m["source"]) for m in x["marks"]] for x in p.data["lanes"]}
    assert [(t, label) for t, label, _ in lanes["events"]] == [(420, "deploy"), (480, "the roll-back fails")]
    assert [source.endswith(", events") for _, label, source in lanes["text"]] == [False, True, False, False]
