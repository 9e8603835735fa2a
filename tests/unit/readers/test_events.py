"""Events: files, rows in the case, every fault with its place."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.evidence import EventsTable
from fuelbed.readers.case import parse_case, read_case

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  events:\n"
TIMELINE = """    timeline:
      source: the public report
      rows:
        - {at: 2018-10-21 22:52, what: network partition, name: partition, end: 2018-10-21 22:53}
        - at: 2018-10-21 22:54
          what: alerts fire, and a team is paged
          source: page 2
        - {at: 2018-10-21T23:07:00+00:00, name: degraded}
"""
DEPLOYS = "time,name,end,what\n2026-01-31T10:05:00Z,deploy,,v2\n2026-01-31T10:00:00Z,freeze,2026-01-31T10:01:00Z,\n"


def table(text: str) -> EventsTable:
    (found,) = parse_case(HEAD + text).events.values()
    return found


def case(folder: Path, text: str, data: str, file: str = "deploys.csv") -> Case:
    (folder / "case.yaml").write_text(HEAD + text)
    (folder / file).write_text(data)
    return read_case(folder)


def places(text: str, root: Path | None = None) -> list[tuple[str, str, int, int]]:
    with pytest.raises(InputError) as e:
        parse_case(HEAD + text, root=root)
    return [(f.code, Path(f.span.file).name, f.span.line, f.span.column) for f in e.value.findings if f.span]


def test_a_published_timeline_stands_in_the_case() -> None:
    t = table(TIMELINE)
    assert (t.name, t.file, t.zoned) == ("timeline", "", False)
    assert t.start == 1540162320
    assert list(t.times) == [0, 120, 900]
    assert t.labels == ("partition", "alerts fire, and a team is paged", "degraded")
    assert t.details == ("network partition", "alerts fire, and a team is paged", "")
    assert t.sources == ("the public report", "page 2", "the public report")
    assert t.ends[0] == 60
    assert math.isnan(t.ends[1])
    assert [(s.line, s.column) for s in t.spans] == [(13, 16), (14, 15), (17, 16)]
    assert t.at("partition") == ((0, 60),)


def test_rows_alone_are_enough() -> None:
    t = table("    timeline:\n      - {at: 2018-10-21T22:52Z, what: down}\n")
    assert (t.name, t.labels, t.zoned) == ("timeline", ("down",), True)
    assert table("    - {name: x, zone: '+02:00', rows: [{at: 2018-10-21 22:52, what: down}]}\n").start == 1540155120
    assert table("    rows: [{at: 30, what: down}, {at: 40, what: up}]\n").start is None


def test_rows_out_of_order_are_sorted_and_said() -> None:
    c = parse_case(HEAD + "    rows: [{at: 2018-10-21 23:50, what: down}, {at: 2018-10-21 00:10, what: up}]\n")
    assert [(f.code, f.span.line, f.span.column) for f in c.findings if f.span] == [("FB059", 10, 53)]
    assert c.events["events"].labels == ("up", "down")


def test_a_file(tmp_path: Path) -> None:
    for entry in (
        "    deploys.csv\n",
        "    deploys: deploys.csv\n",
        "    - deploys.csv\n",
        "    file: deploys.csv\n",
        "    x: {file: deploys.csv, time: time, columns: {name: name, end: end, what: what}}\n",
    ):
        (t,) = case(tmp_path, entry, DEPLOYS).events.values()
        assert t.labels == ("freeze", "deploy"), entry
        assert list(t.times) == [0, 300]
        assert t.ends[0] == 60
        assert t.details == ("", "v2")
        assert [s.line for s in t.spans] == [3, 2]


def test_a_file_with_a_clock_of_its_own(tmp_path: Path) -> None:
    (t,) = case(tmp_path, "    deploys.csv\n", "at;event\n30;up\n10;down\n").events.values()
    assert (t.start, list(t.times), t.labels) == (None, [10, 30], ("down", "up"))


def test_faults_of_a_file(tmp_path: Path) -> None:
    data = "time,name,end,what\n2026-01-31T10:05:00Z,,,\nsoon,a,,\n2026-01-31T10:05:00Z,b,2026-01-31T10:04:00Z,\n"
    (tmp_path / "deploys.csv").write_text(data)
    assert places("    deploys.csv\n", tmp_path) == [
        ("FB054", "deploys.csv", 2, 22),
        ("FB055", "deploys.csv", 3, 1),
        ("FB055", "deploys.csv", 4, 24),
    ]
    for data, entry, expected in (
        ("", "    deploys.csv\n", ("FB052", "deploys.csv", 1, 1)),
        ("a,b\n1,2\n", "    deploys.csv\n", ("FB053", "case.yaml", 10, 5)),
        ("time,x\n1,2\n", "    {file: deploys.csv, columns: {name: y}}\n", ("FB053", "case.yaml", 10, 41)),
        ("time,name\n", "    deploys.csv\n", ("FB052", "deploys.csv", 1, 1)),
    ):
        (tmp_path / "deploys.csv").write_text(data)
        assert expected in places(entry, tmp_path), data
    assert places("    nowhere.csv\n", tmp_path) == [("FB051", "case.yaml", 10, 5)]
    (tmp_path / "x.json").write_text("{}")
    assert places("    x.json\n", tmp_path) == [("FB056", "case.yaml", 10, 5)]


def test_faults_of_rows() -> None:
    text = """    timeline:
      zone: Mars
      rows:
        - {what: no time}
        - {at: 22:52, what: no day}
        - {at: 2018-10-21 22:52}
        - {at: 2018-10-21 22:52, wat: x, what: y}
        - {at: 2018-10-21 22:52, end: 2018-10-21 22:50, what: backwards}
        - soon
"""
    found = [(code, line) for code, _, line, _ in places(text)]
    assert found == [
        ("FB055", 11), ("FB017", 13), ("FB055", 14), ("FB017", 15), ("FB014", 16), ("FB055", 17), ("FB013", 18),
    ]  # fmt: skip  # one list


def test_an_entry_needs_a_file_or_rows() -> None:
    assert [p[0] for p in places("    timeline: {zone: UTC}\n")] == ["FB017"]
    assert [p[0] for p in places("    a: {rows: [{at: 1, what: x}]}\n    A: {rows: [{at: 1, what: x}]}\n")] == ["FB016"]
    assert [p[0] for p in places("    - {name: a, rows: [{at: 1, what: x}]}\n    - {name: a, rows: [{at: 1, what: x}]}\n")] == [
        "FB018"
    ]
