"""Tables in bounded memory: the fast ways against reading cell by cell, stretches of time, counters, limits, progress, digests."""

from __future__ import annotations

import hashlib
import math
import random
import subprocess
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.evidence import MetricsTable
from fuelbed.readers import gathering, lines, stream
from fuelbed.readers.case import read_case
from fuelbed.readers.cells import NUMBER, plain_numbers, plain_times
from fuelbed.readers.clock import Clock, which_clock
from fuelbed.readers.csv_file import CsvFile, split_line
from fuelbed.readers.entries import is_empty_cell
from fuelbed.readers.gathering import Rows
from fuelbed.readers.rates import Counter
from fuelbed.readers.stream import Stream

ROOT = Path(__file__).parents[3]
HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  metrics:\n"


def case(folder: Path, entry: str, data: str | bytes, file: str = "db.csv") -> Case:
    (folder / "case.yaml").write_text(HEAD + entry)
    (folder / file).write_bytes(data.encode() if isinstance(data, str) else data)
    return read_case(folder)


def table(folder: Path, entry: str, data: str | bytes, file: str = "db.csv") -> MetricsTable:
    (found,) = case(folder, entry, data, file).metrics.values()
    return found


# ---- the fast ways against the obvious ones -------------------------------------------------------------------------------------


def cell_by_cell(cells: Sequence[str]) -> list[float] | None:
    """What a table holds of cells of text, None where one is a fault."""
    out = []
    for c in cells:
        if is_empty_cell(c):
            out.append(math.nan)
        elif NUMBER.match(c.strip()):
            out.append(float(c))
        else:
            return None
    return out


same = pytest.approx
ODD = (
    "",
    " ",
    "nan",
    "NaN",
    "-",
    "1_0",
    "inf",
    "-inf",
    "1e999",
    "٣",
    "0x10",
    "1.5e-7",
    " 7 ",
    "+3",
    ".5",
    "5.",
    "1e5",
    "--1",
    "1 2",
    "null",
)
numbers = st.one_of(st.sampled_from(ODD), st.floats(allow_nan=False).map(repr), st.integers(-(10**20), 10**20).map(str))


@given(st.lists(numbers, min_size=1, max_size=8))
def test_plain_numbers_never_differ(cells: list[str]) -> None:
    fast = plain_numbers(cells)
    if fast is not None:
        slow = cell_by_cell(cells)
        assert slow is not None
        assert list(map(repr, fast)) == list(map(repr, slow))


TIMES = (
    "2026-01-31T10:00:00Z", "2026-01-31 10:00", "2026-01-31T10:00:00.125+02:00", "2026-01-31", "2026-02-30T10:00:00Z", "20260131T100000Z",
    "2026-W05-6", "2026-01-31T10:00:00.123456789Z", "2026-01-31 10:00:00 UTC", "2026-01-31T24:00:00Z", "1769853600", "1769853600.25",
    "1769853600123", "12", "1e3", "1e00003", "-5", "", "0001-01-01T00:00:00+23:59", "1e15", "999999999999999", "2026-01-31T10:00:00+0200",
)  # fmt: skip  # one list


@given(
    st.lists(st.sampled_from(TIMES), min_size=1, max_size=4),
    st.sampled_from(["", "UTC", "+02:00", "Europe/Berlin"]),
    st.booleans(),
)
def test_plain_times_never_differ(cells: list[str], zone: str, alike: bool) -> None:
    from fuelbed.readers.clock import parse_zone

    cells = cells[:1] * len(cells) if alike else cells
    kind = which_clock(cells[0])
    if not kind:
        return
    fast, slow = Clock(kind, parse_zone(zone)), Clock(kind, parse_zone(zone))
    got = plain_times(cells, fast)
    if got is not None:
        assert list(got) == [slow.read(c) for c in cells]
        assert fast.zoned == slow.zoned


pieces = st.text(alphabet='ab1",;\t \r\n"é', max_size=12)


@given(st.lists(pieces, max_size=12), st.sampled_from("\n\r"), st.integers(1, 40))
@settings(max_examples=300)
def test_blocks_never_differ_from_lines(tmp_path_factory: pytest.TempPathFactory, rows: list[str], end: str, size: int) -> None:
    """However the file is cut into blocks, the cells are those of each line by itself."""
    text = "x,y,z" + end + end.join(rows)
    path = tmp_path_factory.mktemp("x") / "x.csv"
    path.write_bytes(text.encode())
    found_lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    wanted = [(n, line) for n, line in enumerate(found_lines, 1) if line.strip()][1:]
    before, stream.BLOCK = stream.BLOCK, size
    try:
        with Stream(path, "x.csv", 10**6) as s:
            sheet = CsvFile(s, "x.csv")
            found = [(b.numbers_[i], *(b.cells(k)[i] for k in range(2))) for b in sheet.blocks([2, 0]) for i in range(len(b))]
            assert s.digest() == hashlib.sha256(text.encode()).hexdigest()
    finally:
        stream.BLOCK = before
    cells = [(n, [c for c, _ in split_line(line, sheet.delimiter)]) for n, line in wanted]
    assert found == [(n, *(c[i] if i < len(c) else None for i in (2, 0))) for n, c in cells]


def test_quotes_around_every_cell(tmp_path: Path) -> None:
    data = '"time","load","x"\n"0","1","a,b"\n"1","2","say ""so"""\n"2","","c"\n'
    assert list(map(str, table(tmp_path, "    db.csv\n", data).columns["load"].values)) == ["1.0", "2.0", "nan"]


def test_a_wide_table_is_split_as_far_as_needed(tmp_path: Path) -> None:
    head = ",".join(f"c{i}" for i in range(400))
    data = f"time,load,{head}\n" + "".join(f"{i},{2 * i}{',9' * 400}\n" for i in range(50))
    assert list(table(tmp_path, "    db.csv\n", data).columns["load"].values) == [2 * i for i in range(50)]


# ---- stretches of time -----------------------------------------------------------------------------------------------------------


def stretches(times: Sequence[float], values: Sequence[float], keep: str, width: float) -> list[tuple[float, float]]:
    """The obvious way."""
    groups: dict[int, list[float]] = {}
    for t, v in zip(times, values, strict=True):
        groups.setdefault(round((t - times[0]) * 1e6) // round(width * 1e6), []).append(v)
    out = []
    for n, found in groups.items():
        there = [v for v in found if not math.isnan(v)]
        how = {"mean": lambda x: math.fsum(x) / len(x), "max": max, "min": min, "last": lambda x: x[-1], "sum": math.fsum}[keep]
        out.append((times[0] + n * width, how(there) if there else math.nan))
    return out


@pytest.mark.parametrize("keep", gathering.KEEPS)
@pytest.mark.parametrize("every", [0.0, 0.3, 7.0])
def test_stretches_are_what_the_obvious_way_gives(keep: str, every: float, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(f"{keep}{every}")
    times = array("d")
    t = 1.7e9
    for _ in range(3_000):
        t += chance.choice([0.001, 0.1, 0.1, 0.1, 2.5, 40.0 if chance.random() < 0.01 else 0.2])
        times.append(round(t, 3))
    values = array("d", [chance.choice([math.nan, chance.uniform(-5, 5)]) for _ in times])
    monkeypatch.setattr(gathering, "MAX_KEPT", 2_500 if every else 400)
    found = []
    for at_once, cut in ((50, 37), (100_000, 999), (300, 3_000)):  # it must not depend on the blocks
        monkeypatch.setattr(gathering, "_AT_ONCE", at_once)
        rows = Rows([keep], every)
        for i in range(0, len(times), cut):
            rows.add(times[i : i + cut], [values[i : i + cut]])
        rows.finish()
        found.append(rows)
        assert (rows.count, rows.first, rows.last) == (3_000, times[0], times[-1])
    width = found[0].width
    assert {r.width for r in found} == {width}
    assert width == every or (len(found[0].times) <= 400 and not every)
    expected = stretches(times, values, keep, width)
    for rows in found:
        assert list(rows.times) == same([t for t, _ in expected], abs=1e-6)
        assert list(rows.columns[0]) == same([v for _, v in expected], rel=1e-12, abs=1e-12, nan_ok=True)


def test_the_width_is_the_least_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_KEPT", 100)
    monkeypatch.setattr(gathering, "_AT_ONCE", 10)
    rows = Rows(["sum"])
    for i in range(1_000):
        rows.add(array("d", [i]), [array("d", [1])])
    rows.finish()
    assert rows.width == 10  # 1,000 rows of a second: 5 s would leave 200
    assert list(rows.columns[0]) == [10] * 100


def test_rows_are_gathered_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_KEPT", 100)
    monkeypatch.setattr(gathering, "_AT_ONCE", 10)
    data = "time,load,latency\n" + "".join(f"{i},{i % 10},{i % 7}\n" for i in range(1_000))
    entry = "    db: {file: db.csv, keep: {latency: max}, units: {load: per row}, trigger: {start: 103, end: 107}}\n"
    c = case(tmp_path, entry, data)
    t = c.metrics["db"]
    assert (len(t), t.step, t.trigger) == (100, 10, (103, 107))
    assert set(t.columns["load"].values) == {4.5}
    assert set(t.columns["latency"].values) == {6}
    (note,) = c.findings
    assert (note.code, note.severity.value) == ("FB058", "note")
    assert "1,000 rows of `db.csv` became 100: mean of `load`, max of `latency` of each stretch of 10 s." in note.message


def test_every_and_keep(tmp_path: Path) -> None:
    data = "time,load\n0,1\n1,2\n2,\n3,3\n60,5\n150,7\n"
    t = table(tmp_path, "    db: {file: db.csv, every: 1 min, keep: sum, units: {load: per row}}\n", data)
    assert list(t.times) == [0, 60, 120]
    assert list(t.columns["load"].values) == same([6 / 60, 5 / 60, 7 / 60])


@pytest.mark.parametrize(
    ("entry", "code", "column"),
    [
        ("every: soon", "FB041", 31),
        ("every: 1..2 min", "FB055", 31),
        ("every: 5", "FB042", 31),
        ("keep: most", "FB015", 30),
        ("columns: {load: load}, keep: {lod: max}", "FB014", 54),
        ("format: xls", "FB015", 32),
    ],
)
def test_faults_of_an_entry(tmp_path: Path, entry: str, code: str, column: int) -> None:
    with pytest.raises(InputError) as e:
        case(tmp_path, f"    db: {{file: db.csv, {entry}}}\n", "time,load\n0,1\n1,2\n")
    assert [(f.code, f.span.line, f.span.column) for f in e.value.findings if f.span] == [(code, 10, column)]


def test_too_many_stretches_of_a_declared_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_KEPT", 5)
    data = "time,load\n" + "".join(f"{i},1\n" for i in range(10))
    far = "time,load\n" + "".join(f"1e{i}0,1\n" for i in range(10))
    for entry, text, column in (("every: 1 s", data, 31), ("keep: sum", far, 16)):
        with pytest.raises(InputError) as e:
            case(tmp_path, f"    db: {{file: db.csv, {entry}}}\n", text)
        assert [(f.code, f.span.column) for f in e.value.findings if f.span] == [("FB056", column)]


# ---- counters --------------------------------------------------------------------------------------------------------------------


def test_a_counter_becomes_a_rate(tmp_path: Path) -> None:
    data = "time,load\n0,100\n10,150\n20,\n30,250\n40,30\n50,30\n"
    c = case(tmp_path, "    db: {file: db.csv, units: {load: counter}}\n", data)
    assert list(map(str, c.metrics["db"].columns["load"].values)) == ["nan", "5.0", "nan", "5.0", "3.0", "0.0"]
    assert c.metrics["db"].columns["load"].unit == "per second"
    assert [f.code for f in c.findings] == ["FB058"]
    assert "1 reset" in c.findings[0].message


@given(st.lists(st.one_of(st.just(math.nan), st.floats(0, 1e6)), min_size=1, max_size=20), st.integers(1, 20))
def test_a_counter_does_not_see_how_it_is_cut(values: list[float], cut: int) -> None:
    times = [float(i) for i in range(len(values))]
    whole, parts = Counter(), Counter()
    out = array("d")
    for i in range(0, len(values), cut):
        out.extend(parts.rates(times[i : i + cut], values[i : i + cut]))
    assert list(map(repr, whole.rates(times, values))) == list(map(repr, out))
    assert whole == parts or math.isnan(whole.value)


# ---- files -------------------------------------------------------------------------------------------------------------------------


def test_the_digest_is_of_the_whole_file_and_it_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = ("time,load\n" + "".join(f"{i},1\n" for i in range(1_000))).encode()
    opened = []
    first = stream.open_regular
    monkeypatch.setattr(stream, "open_regular", lambda path, shown: opened.append(shown) or first(path, shown))
    for entry in ("    db.csv\n", "    {file: db.csv, columns: {x: load}}\n"):
        assert case(tmp_path, entry, data).inputs["db.csv"] == hashlib.sha256(data).hexdigest()
    assert opened == ["db.csv", "db.csv"]
    assert case(tmp_path, "    db.csv\n", b"when,what\n1,2\n").inputs["db.csv"] == hashlib.sha256(b"when,what\n1,2\n").hexdigest()


def test_progress_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BLOCK", 1_000)
    monkeypatch.setattr(stream, "_TOLD", 2_000)
    data = "time,load\n" + "".join(f"{i},1\n" for i in range(1_000))
    case(tmp_path, "    db.csv\n", data)
    told: list[tuple[str, int, int]] = []
    read_case(tmp_path, progress=lambda *x: told.append(x))
    size = len(data)
    assert told == [("db.csv", n, size) for n in (2000, 4000)] + [("db.csv", size, size)]


def test_a_file_past_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "db.csv").write_text("")
    with (tmp_path / "db.csv").open("wb") as f:
        f.truncate(2_000_000_001)  # a hole: it costs no disk
    (tmp_path / "case.yaml").write_text(HEAD + "    db.csv\n")
    with pytest.raises(InputError) as e:
        read_case(tmp_path)
    assert [f.code for f in e.value.findings] == ["FB056"]
    assert "2 GB" in e.value.findings[0].message


PROGRAM = """
import resource, sys
from pathlib import Path
import numpy
sys.path.insert(0, {src!r})
from fuelbed.readers.case import read_case
from fuelbed.readers import gathering
gathering.MAX_KEPT = 100_000
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 60_000_000, used + 60_000_000))
(t,) = read_case(Path({folder!r})).metrics.values()
print(len(t), t.columns["load"].values[0])
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="tells how much is used by /proc")
def test_memory_is_bounded(tmp_path: Path) -> None:
    """120 MB of CSV in 60 MB of address space beside what Python and numpy hold before."""
    (tmp_path / "case.yaml").write_text(HEAD + "    db.csv\n")
    with (tmp_path / "db.csv").open("w") as f:
        f.write("time,load,latency,note\n")
        note = "x" * 80
        for i in range(0, 1_200_000, 1_000):
            f.write("".join(f"{j},2,0.5,{note}\n" for j in range(i, i + 1_000)))
    assert (tmp_path / "db.csv").stat().st_size > 110_000_000
    program = PROGRAM.format(src=str(ROOT / "src"), folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["40000", "2.0"], done.stderr[-2000:]


class TestParquet:
    """With pyarrow: the fast columns against cell by cell."""

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    @pytest.mark.parametrize("zone", [None, "UTC", "Europe/Rome"])
    def test_times(self, tmp_path: Path, unit: str, zone: str | None) -> None:
        pa = pytest.importorskip("pyarrow")
        from fuelbed.readers.parquet_file import ParquetBlock, _without_nanoseconds

        per = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[unit]
        raw = [1_769_853_600 * per + (7 * i * per) // 3 for i in range(40)]
        column = pa.array(raw, pa.timestamp(unit, tz=zone))
        block = ParquetBlock("x", 0, [column], [0])
        import datetime as dt

        fast, slow = (Clock("iso", dt.timezone(dt.timedelta(hours=2))) for _ in range(2))
        got = block.times(0, fast)
        assert got is not None
        assert list(got) == [slow.read(c) for c in _without_nanoseconds(column).to_pylist()]
        assert fast.zoned == slow.zoned

    def test_many_rows_in_bounded_blocks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pa = pytest.importorskip("pyarrow")
        pq = pytest.importorskip("pyarrow.parquet")
        monkeypatch.setattr(gathering, "MAX_KEPT", 1_000)
        n = 100_000
        pq.write_table(
            pa.table({"time": list(range(n)), "load": [1.0] * n, "latency": [None, 2] * (n // 2)}), tmp_path / "db.parquet"
        )
        data = (tmp_path / "db.parquet").read_bytes()
        c = case(tmp_path, "    db.parquet\n", data, "db.parquet")
        t = c.metrics["db"]
        assert (len(t), t.step, set(t.columns["load"].values), set(t.columns["latency"].values)) == (334, 300, {1.0}, {2.0})
        assert c.inputs["db.parquet"] == hashlib.sha256(data).hexdigest()


def test_limits_are_told_with_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 50)
    data = "time,load\n" + "1,1\n" * 3 + f"2,{'1' * 60}\n"
    with pytest.raises(InputError) as e:
        case(tmp_path, "    db.csv\n", data)
    assert [(f.code, f.span.line) for f in e.value.findings if f.span] == [("FB056", 5)]
