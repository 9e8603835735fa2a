"""Tables of incidents and near misses: files, rows in the case, every fault at its place."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pytest

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Severity
from fuelbed.core.history import IncidentTable
from fuelbed.readers import incidents
from fuelbed.readers.case import parse_case, read_case

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  incidents:\n"
PAST = "day,outcome,title,peak_load,retries,owner\n2025-02-01,incident,Black Friday,0.9,1,anna\n2025-03-01,near miss,,0.4,no,ben\n,no,,,0,\n"
INLINE = """    past:
      - {date: 2025-03-01, failed: yes, name: big, peak_load: 0.9, retries: yes}
      - {date: 2025-04-01, failed: near miss, peak_load: 0.7}
      - {failed: no, retries: 0}
"""


def case(folder: Path, entry: str, data: str = PAST, file: str = "past.csv") -> Case:
    (folder / "case.yaml").write_text(HEAD + entry)
    (folder / file).write_text(data)
    return read_case(folder)


def table(folder: Path, entry: str, data: str = PAST) -> IncidentTable:
    (found,) = case(folder, entry, data).incidents.values()
    return found


def errors(e: InputError) -> list[tuple[str, str, int, int]]:
    return [
        (f.code, Path(f.span.file).name, f.span.line, f.span.column)
        for f in e.findings
        if f.span and f.severity is Severity.ERROR
    ]


def faults(folder: Path, entry: str, data: str = PAST) -> list[tuple[str, str, int, int]]:
    with pytest.raises(InputError) as e:
        case(folder, entry, data)
    return errors(e.value)


def day(*date: int) -> float:
    return dt.datetime(*date, tzinfo=dt.UTC).timestamp()  # type: ignore[misc]  # year, month, day


def same(found: list[float], wanted: list[float]) -> bool:
    return all(math.isclose(a, b) or (math.isnan(a) and math.isnan(b)) for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    "entry",
    ["    past.csv\n", "    past: past.csv\n", "    - past.csv\n", "    file: past.csv\n", "    past: {file: past.csv, factors: [peak_load, retries], what: w}\n"],
)  # fmt: skip
def test_a_file(tmp_path: Path, entry: str) -> None:
    t = table(tmp_path, entry)
    assert (t.name, t.file, t.factors) == ("past", "past.csv", ("peak_load", "retries"))
    assert (list(t.failed), t.labels) == ([1, 0, 0], ("Black Friday", "2025-03-01", "row 3"))
    assert same(list(t.values), [0.9, 1, 0.4, 0, math.nan, 0])
    assert same(list(t.dates), [day(2025, 2, 1), day(2025, 3, 1), math.nan])
    assert [(s.line, s.column) for s in t.spans] == [(2, 12), (3, 12), (4, 2)]
    assert t.row(1) == {"peak_load": 0.4, "retries": 0}


def test_rows_of_the_case() -> None:
    (t,) = parse_case(HEAD + INLINE).incidents.values()
    assert (t.name, t.file, t.factors, list(t.failed)) == ("past", "", ("peak_load", "retries"), [1, 0, 0])
    assert t.labels == ("big", "2025-04-01", "row 3")
    assert same(list(t.values), [0.9, 1, 0.7, math.nan, math.nan, 0])
    assert [(s.line, s.column) for s in t.spans] == [(11, 36), (12, 36), (13, 18)]
    rows = HEAD + "    past:\n      source: the tracker\n      rows: [{failed: no, x: 1}]\n"
    assert parse_case(rows).incidents["past"].source == "the tracker"


def test_no_near_miss_and_no_incident_are_no_faults(tmp_path: Path) -> None:
    for word in ("yes", "no"):
        t = table(tmp_path, "    past.csv\n", f"failed,x\n{word},1\n{word},0.5\n")
        assert set(t.failed) == {int(word == "yes")}
    assert len(table(tmp_path, "    past.csv\n", "failed,x\n")) == 0
    assert len(parse_case(HEAD + "    rows: []\n").incidents["incidents"]) == 0


@pytest.mark.parametrize(
    ("word", "failed"),
    [
        ("Yes", 1), ("true", 1), ("1", 1), ("INCIDENT", 1), ("no", 0), ("FALSE", 0), ("0", 0), ("near miss", 0), ("Near-Miss", 0), ("near_miss", 0),
    ],
)  # fmt: skip
def test_words_of_failed(tmp_path: Path, word: str, failed: int) -> None:
    assert list(table(tmp_path, "    past.csv\n", f"failed,x\n{word},1\n").failed) == [failed]


def test_raw_units_are_scaled_and_what_lies_outside_is_counted(tmp_path: Path) -> None:
    data = "failed,peak_load,hit_ratio\nyes,6000,0.5\nno,13000,1\nno,-5,0.9\nno,,0\n"
    c = case(
        tmp_path,
        "    past:\n      file: past.csv\n      scale:\n        peak_load: 0..12000 per second\n        hit_ratio: 1..0.5\n",
        data,
    )
    assert same(list(c.incidents["past"].values), [0.5, 1, 1, 0, 0, 0.2, math.nan, 1])
    assert [(f.code, f.span.line, f.message) for f in c.findings if f.span] == [
        ("FB163", 13, "2 values of `peak_load` in `past` lie outside of its scale."),
        ("FB163", 14, "1 value of `hit_ratio` in `past` lies outside of its scale."),
    ]


def test_labels_are_apart(tmp_path: Path) -> None:
    data = "date,failed,name,x\n2025-01-01,no,,0\n2025-01-01,no,,0\n,no,row 4,0\n,no,,0\n"
    assert table(tmp_path, "    past.csv\n", data).labels == ("2025-01-01", "2025-01-01 (row 2)", "row 4", "row 4 (row 4)")


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ("failed,x\nyes,1.5\n", [("FB162", "past.csv", 2, 5)]),
        ("failed,x\nyes,12 rps\nno,1\n", [("FB162", "past.csv", 2, 5)]),
        ("failed,x\nyes,1e999\nno,1\n", [("FB162", "past.csv", 2, 5)]),
        (
            "failed,x\nperhaps,1\n,0\nyes;no,0\n",
            [("FB162", "past.csv", 2, 1), ("FB162", "past.csv", 3, 1), ("FB162", "past.csv", 4, 1)],
        ),
        ("date,failed,x\n2025-02-30,yes,1\n3,no,1\n", [("FB055", "past.csv", 2, 1), ("FB055", "past.csv", 3, 1)]),
        ("day,x\n2025-02-01,1\n", [("FB053", "case.yaml", 10, 5)]),
        ("failed,outcome,x\nyes,no,1\n", [("FB053", "past.csv", 1, 8)]),
        ("", [("FB052", "past.csv", 1, 1)]),
    ],
)
def test_faults_of_rows(tmp_path: Path, data: str, places: list[tuple[str, str, int, int]]) -> None:
    assert faults(tmp_path, "    past.csv\n", data) == places


def test_which_of_two_columns_says_that_it_failed_may_be_said(tmp_path: Path) -> None:
    t = table(tmp_path, "    past: {file: past.csv, columns: {failed: outcome}}\n", "failed,outcome,x\n1,no,1\n")
    assert (t.factors, list(t.failed)) == (("failed", "x"), [0])


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ("    past: {file: past.csv, factors: [peak, retries]}\n", ("FB053", 10, 38)),
        ("    past: {file: past.csv, factors: [owner, retries]}\n", ("FB162", 2, 40)),
        ("    past: {file: past.csv, factors: peak_load}\n", ("FB013", 10, 37)),
        ("    past: {file: past.csv, scale: {peak: 0..1}}\n", ("FB014", 10, 36)),
        ("    past: {file: past.csv, scale: {peak_load: 12000}}\n", ("FB162", 10, 47)),
        ("    past: {file: past.csv, scale: {peak_load: 3..3}}\n", ("FB162", 10, 47)),
        ("    past: {file: past.csv, scale: {peak_load: 0..1e999}}\n", ("FB162", 10, 47)),
        ("    past: {file: past.csv, columns: {day: day}}\n", ("FB014", 10, 38)),
        ("    past: {file: past.csv, rows: [{failed: no}]}\n", ("FB013", 10, 34)),
        ("    past: {name: x}\n", ("FB017", 10, 11)),
        ("    past: past.xlsx\n", ("FB051", 10, 11)),
    ],
)
def test_faults_of_the_entry(tmp_path: Path, entry: str, place: tuple[str, int, int]) -> None:
    assert place in [(code, line, column) for code, _, line, column in faults(tmp_path, entry)]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("[{failed: perhaps, x: 1}]", ("FB162", 10, 21)),
        ("[{x: 1}, {failed: no}]", ("FB162", 10, 13)),
        ("[{failed: yes, x: 3}]", ("FB162", 10, 29)),
        ("[{failed: yes, x: [1]}]", ("FB013", 10, 29)),
        ("[yes]", ("FB013", 10, 12)),
        ("{failed: yes}", ("FB013", 10, 11)),
        ("[{failed: yes, outcome: no}]", ("FB053", 10, 35)),
        ("[{failed: yes, date: soon}]", ("FB055", 10, 32)),
    ],
)  # fmt: skip
def test_faults_of_rows_in_the_case(rows: str, place: tuple[str, int, int]) -> None:
    with pytest.raises(InputError) as e:
        parse_case(HEAD + f"    rows: {rows}\n")
    assert [(code, line, column) for code, _, line, column in errors(e.value)] == [place]


def test_a_file_of_no_known_ending_and_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "case.yaml").write_text(HEAD + "    past.xlsx\n")
    (tmp_path / "past.xlsx").write_text(PAST)
    with pytest.raises(InputError, match="FB056"):
        read_case(tmp_path)
    monkeypatch.setattr(incidents, "MAX_RECORDS", 2)
    assert faults(tmp_path, "    past.csv\n") == [("FB056", "past.csv", 2, 1)]


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {
        "date": [dt.date(2025, 2, 1), None, dt.date(2025, 4, 1)], "failed": [True, False, False], "name": ["a", None, "c"],
        "peak_load": [0.5, None, 1.0], "retries": pa.array([True, False, None]), "tags": [[1], [2], [3]],
    }  # fmt: skip
    parquet.write_table(pa.table(columns), tmp_path / "past.parquet")
    (tmp_path / "case.yaml").write_text(HEAD + "    past.parquet\n")
    t = read_case(tmp_path).incidents["past"]
    assert (t.factors, list(t.failed), t.labels) == (("peak_load", "retries"), [1, 0, 0], ("a", "row 2", "c"))
    assert same(list(t.values), [0.5, 1, math.nan, 0, 1, math.nan])
    assert t.dates[0] == day(2025, 2, 1)
