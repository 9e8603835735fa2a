"""Metrics files: what is read, every fault with its place, and hostile files."""

from __future__ import annotations

import math
import sys
import time
from array import array
from pathlib import Path

import pytest

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.evidence import MetricsTable
from fuelbed.core.findings import Finding, Severity
from fuelbed.readers.case import parse_case, read_case
from fuelbed.readers.clock import Clock, which_clock

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  metrics:\n"
ENTRY = HEAD + "    db: {file: db.csv, time: t, columns: {load: req, goodput: ok}}\n"
DB = "t,req,ok,note\n2026-01-31T10:00:00Z,10,9,x\n2026-01-31T10:00:10Z,11,,=cmd|' /C calc'!A0\n2026-01-31T10:00:30Z,12,11,y\n"


def case(tmp_path: Path, text: str = ENTRY, data: str | bytes = DB, file: str = "db.csv") -> Case:
    (tmp_path / "case.yaml").write_text(text)
    (tmp_path / file).write_bytes(data.encode() if isinstance(data, str) else data)
    return read_case(tmp_path)


def table(tmp_path: Path, text: str = ENTRY, data: str | bytes = DB, file: str = "db.csv") -> MetricsTable:
    (found,) = case(tmp_path, text, data, file).metrics.values()
    return found


def faults(tmp_path: Path, text: str = ENTRY, data: str | bytes = DB, file: str = "db.csv") -> list[Finding]:
    with pytest.raises(InputError) as e:
        case(tmp_path, text, data, file)
    return list(e.value.findings)


def places(found: list[Finding]) -> list[tuple[str, int, int]]:
    return [(f.code, f.span.line, f.span.column) for f in found if f.span]


def test_a_table_keeps_gaps_and_uneven_steps(tmp_path: Path) -> None:
    t = table(tmp_path)
    assert t.times == array("d", [0, 10, 30])
    assert t.start == 1769853600
    assert t.gaps(1.2) == ()
    assert t.columns["load"].values == array("d", [10, 11, 12])
    assert math.isnan(t.columns["goodput"].values[1])
    assert t.columns["goodput"].missing == 1
    assert t.columns["load"].unit == "per second"
    assert set(t.columns) == {"load", "goodput"}


def test_gaps() -> None:
    t = MetricsTable("x", "x.csv", array("d", [0, 1, 2, 9, 10]))
    assert t.step == 1
    assert t.gaps() == ((2, 9),)


@pytest.mark.parametrize(
    ("cells", "times", "start"),
    [
        (("0", "1.5", "3"), [0, 1.5, 3], None),
        (("1769853600", "1769853601"), [0, 1], 1769853600),
        (("1769853600000", "1769853601500"), [0, 1.5], 1769853600),
        (("2026-01-31 10:00:00", "2026-01-31T10:00:01.5"), [0, 1.5], 1769853600),
        (("2026-01-31T12:00:00+02:00", "2026-01-31 10:00:01 UTC"), [0, 1], 1769853600),
    ],
)
def test_clocks(tmp_path: Path, cells: tuple[str, ...], times: list[float], start: float | None) -> None:
    t = table(tmp_path, data="t,req,ok\n" + "".join(f"{c},1,1\n" for c in cells))
    assert list(t.times) == times
    assert t.start == start


def test_a_zone_for_times_that_name_none(tmp_path: Path) -> None:
    data = "t,req,ok\n2026-01-31 12:00,1,1\n2026-01-31 12:01,1,1\n"
    assert not table(tmp_path, data=data).zoned
    t = table(tmp_path, ENTRY.replace("time: t", "time: t, zone: '+02:00'"), data)
    assert t.zoned
    assert t.start == 1769853600
    assert places(faults(tmp_path, ENTRY.replace("time: t", "time: t, zone: Mars"), data)) == [("FB055", 10, 39)]


def test_units_and_trigger(tmp_path: Path) -> None:
    entry = """    db:
      file: db.csv
      columns: {load: req, latency: lat, goodput: ok, pods: n}
      units: {load: per minute, latency: ms, goodput: per row}
      trigger: {start: 10, end: 20}
"""
    t = table(tmp_path, HEAD + entry, "time;req;lat;ok;n\n0;60;250;20;3\n10;120;500;40;3\n20;60;250;20;4\n")
    assert list(t.columns["load"].values) == [1, 2, 1]
    assert list(t.columns["latency"].values) == [0.25, 0.5, 0.25]
    assert list(t.columns["goodput"].values) == [2, 4, 2]
    assert list(t.columns["pods"].values) == [3, 3, 4]
    assert t.trigger == (10, 20)


def test_entries_as_a_list_as_one_and_as_a_name_alone(tmp_path: Path) -> None:
    data = "time,load\n0,1\n1,2\n"
    for entry in ("    db.csv\n", "    - db.csv\n", "    file: db.csv\n", "    - {file: db.csv, name: db}\n", "    db: db.csv\n"):
        c = case(tmp_path, HEAD + entry, data)
        assert list(c.metrics) == ["db"], entry
        assert list(c.metrics["db"].columns) == ["load"]


def test_a_file_without_roles_is_a_note(tmp_path: Path) -> None:
    c = case(tmp_path, HEAD + "    db.csv\n")
    assert c.metrics == {}
    assert [f.code for f in c.findings] == ["FB057"]


def test_every_fault_at_once_with_its_place(tmp_path: Path) -> None:
    data = 't,req,ok\n2026-01-31T10:00:00Z,1e999,-1\n2026-01-31T10:00:00Z,"1,5",inf\nyesterday,1_000,0x10\n'
    found = faults(tmp_path, data=data)
    assert places(found) == [
        ("FB054", 2, 22), ("FB054", 2, 28), ("FB055", 3, 1), ("FB054", 3, 22), ("FB054", 3, 28), ("FB055", 4, 1), ("FB054", 4, 11),
        ("FB054", 4, 17),
    ]  # fmt: skip  # one list
    assert all(f.cure for f in found)
    assert all(f.span is not None and f.span.file == str(tmp_path / "db.csv") for f in found)


def test_faults_of_one_file_are_limited(tmp_path: Path) -> None:
    found = faults(tmp_path, data="t,req,ok\n" + "".join(f"{i},x,x\n" for i in range(10_000)))
    assert len(found) == 101
    assert [f.code for f in found].count("FB052") == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ("FB052", 1, 1)),
        (b"\n\n  \n", ("FB052", 1, 1)),
        (b"t,req,ok\n", ("FB052", 1, 1)),
        (b"t,req,ok\n1,\0,2\n", ("FB052", 2, 3)),
        (b"t,req,ok\n1,\xff,2\n", ("FB052", 2, 3)),
        (b"t,req,ok\n1,1,1\n" + b"9" * 300_000, ("FB056", 3, 200_000)),
        (b"1" * 100_000_000, ("FB056", 1, 200_000)),
        (b"t,req,ok\n" + b"\n" * 5_000_000, ("FB052", 1, 1)),
        (b"t,req,ok,ok\n1,1,1,1\n", ("FB053", 1, 10)),
        (b"t,req,okay\n1,1,1\n", ("FB053", 10, 63)),
        (b"t,req,ok\nsoon,1,1\nlater,1,1\n", ("FB055", 2, 1)),
        (b"t,req,ok\n" + b"9" * 5_000 + b",1,1\n", ("FB055", 2, 1)),
        (("," * 3_000).encode() + b"\n1\n", ("FB056", 1, 1)),
    ],
)  # fmt: skip  # one case a line
def test_hostile_files(tmp_path: Path, data: bytes, expected: tuple[str, int, int]) -> None:
    before = time.perf_counter()
    assert places(faults(tmp_path, data=data)) == [expected]
    assert time.perf_counter() - before < 5


def test_a_file_outside_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(DB)
    root = tmp_path / "case"
    root.mkdir()
    (root / "link.csv").symlink_to(tmp_path / "secret.csv")
    for name in ("../secret.csv", str(tmp_path / "secret.csv"), "link.csv"):
        (root / "case.yaml").write_text(ENTRY.replace("db.csv", name))
        with pytest.raises(InputError) as e:
            read_case(root)
        assert [f.code for f in e.value.findings] == ["FB050"]


def test_faults_of_an_entry(tmp_path: Path) -> None:
    entry = """    db:
      file: db.csv
      time: t
      clok: iso
      columns: {load: req}
      units: {load: ms, goodput: per minute}
      trigger: {start: 10:00, until: 3}
"""
    found = places(faults(tmp_path, HEAD + entry))
    assert found == [("FB014", 13, 7), ("FB055", 15, 21), ("FB014", 15, 25), ("FB055", 16, 24), ("FB014", 16, 31)]


def test_a_trigger_outside_of_the_file(tmp_path: Path) -> None:
    bad = ENTRY.replace("time: t", "time: t, trigger: {start: 2026-01-30T10:00Z}")
    assert [f.code for f in faults(tmp_path, bad)] == ["FB055"]


def test_without_a_folder_only_the_shape_is_read() -> None:
    assert parse_case(ENTRY).metrics == {}


def test_numbers_below_1e8_count_from_the_start() -> None:
    assert [which_clock(x) for x in ("0", "1769853600", "1769853600000", "1e20", "x", "")] == [
        "seconds", "epoch_seconds", "epoch_milliseconds", "", "", "",
    ]  # fmt: skip
    assert Clock("iso").read("2026-02-30") is None


def test_parquet_without_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (found,) = faults(tmp_path, ENTRY.replace("db.csv", "db.parquet"), b"PAR1", "db.parquet")
    assert found.code == "FB056"
    assert "fuelbed[parquet]" in found.cure


class TestParquet:
    """With pyarrow."""

    @staticmethod
    def data(**columns: object) -> bytes:
        pa = pytest.importorskip("pyarrow")
        pq = pytest.importorskip("pyarrow.parquet")
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(columns), sink)
        return bytes(sink.getvalue())

    def test_read(self, tmp_path: Path) -> None:
        pa = pytest.importorskip("pyarrow")
        t = pa.array([0, 10_000, 30_000], pa.timestamp("ms", tz="UTC"))
        data = self.data(t=t, req=[1, 2, 3], ok=[1.0, None, float("nan")])
        found = table(tmp_path, ENTRY.replace("db.csv", "db.parquet"), data, "db.parquet")
        assert list(found.times) == [0, 10, 30]
        assert found.start == 0
        assert found.columns["goodput"].missing == 2

    def test_faults_name_row_and_column(self, tmp_path: Path) -> None:
        data = self.data(t=[0, 5, 5], req=[1.0, float("inf"), 1.0], ok=[1, 1, -1])
        found = faults(tmp_path, ENTRY.replace("db.csv", "db.parquet"), data, "db.parquet")
        assert places(found) == [("FB054", 2, 2), ("FB055", 3, 1), ("FB054", 3, 3)]
        assert "(row 2)" in found[0].message

    def test_texts_are_not_read(self, tmp_path: Path) -> None:
        data = self.data(t=[0, 1], req=["x" * 1000, "y"], ok=[1, 1])
        found = faults(tmp_path, ENTRY.replace("db.csv", "db.parquet"), data, "db.parquet")
        assert places(found) == [("FB053", 1, 2)]

    def test_damage(self, tmp_path: Path) -> None:
        good = self.data(t=list(range(1000)), req=[1.0] * 1000, ok=[1.0] * 1000)
        for data in (b"", b"PAR1", good[:200], b"PAR1" + b"\xff" * 500 + b"PAR1", good[:50] + b"\xff" * 60 + good[110:]):
            found = faults(tmp_path, ENTRY.replace("db.csv", "db.parquet"), data, "db.parquet")
            assert {f.code for f in found} <= {"FB052", "FB054", "FB055"}


# ---- columns that invariants ask for -------------------------------------------------------------------------------------------------


OWN = "time,west,status,notes\n0,1,0,x\n10,0,1,y\n"
ASKS = "invariants:\n  one: {holds: west + status <= 1}\n"


def test_a_header_that_an_invariant_names_is_read_under_its_own_name(tmp_path: Path) -> None:
    c = case(tmp_path, HEAD + "    db.csv\n" + ASKS, OWN)
    assert list(c.metrics["db"].columns) == ["west", "status"]
    assert c.findings == ()
    named = HEAD + "    db: {file: db.csv, columns: {load: status}, units: {west: ms}}\n"
    named += "invariants:\n  one: {holds: west <= 1, on: db}\n"
    c = case(tmp_path, named, OWN)
    assert list(c.metrics["db"].columns) == ["load", "west"]
    assert c.metrics["db"].columns["west"].unit == "seconds"
    assert list(c.metrics["db"].columns["west"].values) == [0.001, 0]


def test_series_of_an_export_that_an_invariant_names(tmp_path: Path) -> None:
    text = "# TYPE west gauge\nwest 1 0\nwest 2 10\n# EOF\n"
    (tmp_path / "m.om").write_text(text)
    (tmp_path / "case.yaml").write_text(HEAD + "    m.om\ninvariants:\n  one: {holds: west <= 1}\n")
    assert list(read_case(tmp_path).metrics["m"].columns) == ["west"]


def test_a_name_that_no_header_has_is_a_fault(tmp_path: Path) -> None:
    (f,) = faults(tmp_path, HEAD + "    db.csv\ninvariants:\n  one: {holds: wets <= 1}\n", OWN)
    assert (f.code, f.cure) == ("FB053", "Did you mean `west`?")
    (f,) = faults(tmp_path, HEAD + "    db.csv\ninvariants:\n  one: {holds: west <= 1 or wets > 2}\n", OWN)
    assert (f.code, f.cure) == ("FB022", "Did you mean `west`?")
    (f,) = faults(tmp_path, HEAD + "    db.csv\ninvariants:\n  one: {holds: time <= 1}\n", OWN)
    assert f.code == "FB053"


def test_another_entry_or_a_broken_formula_asks_nothing(tmp_path: Path) -> None:
    found = faults(tmp_path, HEAD + "    db.csv\ninvariants:\n  one: {holds: west <= }\n", OWN)
    assert any(f.severity is Severity.ERROR for f in found)
    assert "FB057" in [f.code for f in found]


def test_an_entry_cannot_be_called_file(tmp_path: Path) -> None:
    for more in ("", "    other: {file: db.csv}\n"):
        (f,) = faults(tmp_path, HEAD + "    file: {file: db.csv, columns: {load: req}, time: t}\n" + more)
        assert f.code == "FB018"
        assert "an entry cannot be called `file`" in f.message
        assert "metrics: {record: {file: ...}}" in f.cure
