"""Times as people write them, and timelines in five layouts."""

from __future__ import annotations

import datetime as dt

import pytest

from fuelbed.core.document import Document
from fuelbed.text.read import read
from fuelbed.text.stamps import stamp, stated_zone


@pytest.mark.parametrize(
    ("text", "day", "clock", "last", "zone", "rest"),
    [
        ("13:05 - deploy", None, "13:05:00", None, "", "deploy"),
        ("13:05 UTC: deploy", None, "13:05:00", None, "UTC", "deploy"),
        ("2021-06-22 08:21 UTC: deploy", (2021, 6, 22), "08:21:00", None, "UTC", "deploy"),
        ("2021-06-22T08:21:03Z deploy", (2021, 6, 22), "08:21:03", None, "UTC", "deploy"),
        ("~13:30-13:45 deploy", None, "13:30:00", "13:45:00", "", "deploy"),
        ("Between 13:00 and 14:00 UTC deploy", None, "13:00:00", "14:00:00", "UTC", "deploy"),
        ("2:14 pm deploy", None, "14:14:00", None, "", "deploy"),
        ("14:00 PM PST Saturday Oct 30th : deploy", (0, 10, 30), "14:00:00", None, "PST", "deploy"),
        ("19. April, 11:00 deploy", (0, 4, 19), "11:00:00", None, "", "deploy"),
        ("February 15, 2024: 7:56am UTC", (2024, 2, 15), "07:56:00", None, "UTC", ""),
        ("2023‑07‑27 08:21 UTC: deploy", (2023, 7, 27), "08:21:00", None, "UTC", "deploy"),
        ("27.7.2023 deploy", (2023, 7, 27), None, None, "", "deploy"),
        ("07-27-2023 deploy", (2023, 7, 27), None, None, "", "deploy"),
        ("12:48 (6:48 PDT): deploy", None, "12:48:00", None, "", "deploy"),
        ("1305 UTC: deploy", None, "13:05:00", None, "UTC", "deploy"),
        ("[12:03] deploy", None, "12:03:00", None, "", "deploy"),
    ],
)  # fmt: skip  # one table
def test_stamps(text: str, day: object, clock: str | None, last: str | None, zone: str, rest: str) -> None:
    s = stamp(text)
    assert s is not None
    assert (s.day, s.clock and str(s.clock), s.last and str(s.last), s.zone, text[s.stop :]) == (day, clock, last, zone, rest)


@pytest.mark.parametrize(
    "text",
    [
        "2 nodes failed",
        "May be it failed",
        "On the node",
        "500 errors",
        "1:1 meeting",
        "1st wave",
        "25:99 x",
        "31 February x",
        "v1.2.3",
        "",
    ],
)
def test_no_stamps(text: str) -> None:
    s = stamp(text)
    assert s is None or not s.said


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("All times in CET.", "CET"),
        ("All times listed are in Pacific Time", "Pacific Time"),
        ("Times are UTC+2", "UTC+2"),
        ("The time was short", ""),
    ],
)
def test_zones(text: str, zone: str) -> None:
    assert stated_zone(text) == zone


def told(d: Document) -> list[tuple[str, str]]:
    return [(str(m.time), m.text) for m in d.moments]


WANTED = [("2021-06-22 08:21:00", "It began"), ("2021-06-22 08:29:00", "Alerts"), ("2021-06-23 00:10:00", "All good")]


@pytest.mark.parametrize(
    "text",
    [
        "| Time | Event |\n|---|---|\n| 2021-06-22 08:21 | It began |\n| 2021-06-22 08:29 | Alerts |\n| 2021-06-23 00:10 | All good |\n",
        "| Date | Time | What |\n|---|---|---|\n| 2021-06-22 | 08:21 | It began |\n| | 08:29 | Alerts |\n| 2021-06-23 | 00:10 | All good |\n",
        "2021-06-22\n\n- **08:21** - It began\n- 08:29: Alerts\n\n2021-06-23\n\n- 12:10 AM All good\n",
        "### 2021-06-22 08:21\n\nIt began\n\n### 08:29\n\nAlerts\n\n### 2021-06-23 00:10\n\nAll good\n",
        "### June 22, 2021\n\n#### 08:21\n\nIt began\n\n#### 08:29\n\nAlerts\n\n### June 23\n\n#### 00:10\n\nAll good\n",
        "2021-06-22 08:21 UTC: It began\n\n2021-06-22 08:29 UTC: Alerts\n\n2021-06-23 00:10 UTC: All good\n",
        "2021-06-22 08:21 It began\n08:29 Alerts\n2021-06-23 00:10 All good\n",
        "June 22, 2021: 8:21am UTC\nIt began\n\nJune 22, 2021: 8:29am UTC\nAlerts\n\nJune 23, 2021: 12:10am UTC\nAll good\n",
    ],
)  # fmt: skip  # one list
def test_layouts(text: str) -> None:
    assert told(read("# T\n\n## Timeline\n\n" + text)) == WANTED


def test_midnight_passes_without_a_date() -> None:
    d = read("# 2021-06-22 Outage\n\n## Timeline\n\n- 23:50 bad\n- 00:10 worse\n")
    assert [str(m.time) for m in d.moments] == ["2021-06-22 23:50:00", "2021-06-23 00:10:00"]


def test_zone_of_the_whole_and_words_for_times() -> None:
    d = read("# T\n\n## Timeline\n\nAll times in CET.\n\n- 10:00 bad\n- Shortly after, worse\n- 10:30 UTC good\n")
    assert d.zone == "CET"
    assert [(str(m.time), m.zone, m.fuzzy) for m in d.moments] == [
        ("10:00:00", "CET", False),
        ("None", "CET", True),
        ("10:30:00", "UTC", False),
    ]
    assert read("# T\n\n## Timeline (PST)\n\n- 10:00 bad\n").zone == "PST"
    assert read("# T\n\n| Date and Time in CET | x |\n|---|---|\n| 2021-01-01 10:00 | bad |\n").zone == "CET"


def test_times_in_a_row_are_a_timeline_without_a_heading() -> None:
    assert len(read("# T\n\nWords.\n\n- 10:00 bad\n- 10:05 worse\n- 10:30 good\n").moments) == 3
    assert read("# T\n\nAt 10:00 it failed. We fixed it.\n").moments == ()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("# Down 7/4/2014\n\nIt broke.\n\n```\n2014-04-08 17:01 ERROR\n```\n", dt.date(2014, 4, 7)),
        ("# Down 7/4/2014\n\nIt broke on 2014-07-04.\n", dt.date(2014, 7, 4)),
        ("# Down 7/4/2014\n\nIt broke, as on 2013-01-01.\n", dt.date(2014, 7, 4)),
        ("# Down 17/4/2014\n\nIt broke.\n", dt.date(2014, 4, 17)),
        ("# Down 06-11-2023\n\n- 11:10 6th Nov 2023 - upgraded\n", dt.date(2023, 11, 6)),
        ("# Down 06-11-2023\n\nOn June 11th, 2023 it broke.\n", dt.date(2023, 6, 11)),
        ("# Down\n\n**Reported on** Feb-12-2022\n", dt.date(2022, 2, 12)),
    ],
)
def test_day_and_month_are_told_apart_by_other_dates(text: str, day: dt.date) -> None:
    assert read(text).date == day


@pytest.mark.parametrize(
    ("front", "title", "text", "day"),
    [
        ("date: 2020-09-18", "Service degradation", "On September 15th, 2020, customers saw errors.", "2020-09-15"),
        ("date: 2020-09-18", "Report from September 15, 2020", "Customers saw errors.", "2020-09-15"),
        ("date: 2020-09-18", "Service degradation", "The pool was added on 3 May 2019. Customers saw errors.", "2020-09-18"),
        ("date: 2020-09-18", "Service degradation", "We will be done by October 3, 2020.", "2020-09-18"),
        (
            "date: 2020-10-02\nincident_start: 2020-10-01 09:45 UTC",
            "Loss",
            "On September 30, 2020, the disk was new.",
            "2020-10-01",
        ),
    ],
)
def test_a_text_is_written_after_its_incident(front: str, title: str, text: str, day: str) -> None:
    assert str(read(f"---\n{front}\n---\n\n# {title}\n\n{text}\n").date) == day
