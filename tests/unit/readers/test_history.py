"""Logs of failures: files, what they cover, every fault at its place. Over 400 lines: one format, and a row for each of its faults."""

from __future__ import annotations

import datetime as dt
import math
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Severity
from fuelbed.core.history import FailureLog
from fuelbed.readers import history_sheet
from fuelbed.readers.case import parse_case, read_case

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  history:\n"
LOG = (
    "component,start,end,name\n"
    "database,2025-03-01T10:00:00Z,2025-03-01T11:00:00Z,INC-1\n"
    "cache,2025-02-01T10:00:00Z,2025-02-01T10:30:00Z,INC-0\n"
    "database,2025-03-01T10:20:00Z,,INC-2\n"
)
WHOLE = "    log: {file: log.csv, observed: {start: 2025-01-01, end: 2026-01-01}}\n"


def case(folder: Path, entry: str, data: str | bytes = LOG, file: str = "log.csv") -> Case:
    (folder / "case.yaml").write_text(HEAD + entry)
    (folder / file).write_bytes(data.encode() if isinstance(data, str) else data)
    return read_case(folder)


def log(folder: Path, entry: str, data: str | bytes = LOG, file: str = "log.csv") -> FailureLog:
    (found,) = case(folder, entry, data, file).history.values()
    return found


def faults(folder: Path, entry: str, data: str | bytes = LOG, file: str = "log.csv") -> list[tuple[str, str, int, int]]:
    with pytest.raises(InputError) as e:
        case(folder, entry, data, file)
    return [
        (f.code, Path(f.span.file).name, f.span.line, f.span.column)
        for f in e.value.findings
        if f.span and f.severity is Severity.ERROR
    ]


def notes(c: Case) -> list[tuple[str, int, str]]:
    return [(f.code, f.span.line if f.span else 0, f.message) for f in c.findings]


def test_a_log_is_sorted_and_says_what_it_covers(tmp_path: Path) -> None:
    c = case(tmp_path, WHOLE)
    found = c.history["log"]
    assert found.components == ("database", "cache")
    assert (list(found.which), found.names) == ([1, 0, 0], ("INC-0", "INC-1", "INC-2"))
    day = dt.datetime(2025, 1, 1, tzinfo=dt.UTC).timestamp()
    assert (found.start, found.window, found.declared, found.zoned) == (day, (0.0, 365 * 86_400.0), True, True)
    assert list(found.starts) == [31 * 86_400 + 36_000, 59 * 86_400 + 36_000, 59 * 86_400 + 37_200]
    assert list(found.ends)[:2] == [31 * 86_400 + 37_800, 59 * 86_400 + 39_600]
    assert math.isnan(found.ends[2])
    assert list(found.of("cache")) == [(31 * 86_400 + 36_000.0, 31 * 86_400 + 37_800.0)]
    assert [(code, line) for code, line, _ in notes(c)] == [("FB163", 10)]  # one without an end


def test_without_a_declared_time_it_runs_from_the_first_start_to_the_last_end(tmp_path: Path) -> None:
    c = case(tmp_path, "    log.csv\n")
    found = c.history["log"]
    assert (found.declared, found.window) == (False, (0.0, 28 * 86_400.0 + 3_600))
    assert "2025-02-01 10:00 to 2025-03-01 11:00" in notes(c)[0][2]


@pytest.mark.parametrize(
    "entry",
    [
        "    log.csv\n", "    - log.csv\n", "    log: log.csv\n", "    file: log.csv\n",
        "    log: {file: log.csv, format: csv, clock: iso, zone: UTC, what: w, source: the tracker}\n",
        "    - {file: log.csv, columns: {component: component, start: start, end: end, name: name}}\n",
    ],
)  # fmt: skip
def test_ways_to_name_a_file(tmp_path: Path, entry: str) -> None:
    assert len(log(tmp_path, entry)) == 3


@pytest.mark.parametrize(
    ("header", "entry"),
    [
        ("service,opened,closed,id", "log.csv"), ("Host,Started At,Ended At,Incident ID", "log.csv"), ("node;begin;until;title", "log.csv"),
        ("what,down,up,key", "{file: log.csv, columns: {component: what, start: down, end: up}}"),
    ],
)  # fmt: skip
def test_usual_and_named_headers(tmp_path: Path, header: str, entry: str) -> None:
    data = LOG.replace("component,start,end,name", header)
    found = log(tmp_path, f"    log: {entry}\n", data.replace(",", ";") if ";" in header else data)
    assert (found.components, found.names[0]) == (("database", "cache"), "INC-0")
    assert found.ends[0] == 1_800


def test_a_clock_of_its_own_counts_as_written(tmp_path: Path) -> None:
    found = log(
        tmp_path,
        "    log: {file: log.csv, observed: {start: 0, end: 100}}\n",
        "component,start,end\na,50,60\nb,10,20\n",
    )
    assert (found.start, list(found.starts), found.window) == (None, [10, 50], (0, 100))


def test_times_without_a_zone(tmp_path: Path) -> None:
    data = "component,start\na,2025-03-01 10:00\n"
    assert not log(tmp_path, "    log.csv\n", data).zoned
    found = log(tmp_path, "    log: {file: log.csv, zone: '+02:00'}\n", data)
    assert (found.zoned, found.start) == (True, dt.datetime(2025, 3, 1, 8, tzinfo=dt.UTC).timestamp())


def test_a_zone_by_name_knows_summer_time(tmp_path: Path) -> None:
    """New York: five hours behind until 9 March 2025, then four. Of 01:30 on 2 November, which comes twice, the first is meant."""
    data = "component,start\na,2025-03-08 12:00\na,2025-03-10 12:00\na,2025-11-02 01:30\n"
    found = log(tmp_path, "    log: {file: log.csv, zone: America/New_York}\n", data)
    assert found.zoned
    at = [dt.datetime.fromtimestamp((found.start or 0.0) + t, dt.UTC) for t in found.starts]
    assert [t.isoformat()[:16] for t in at] == ["2025-03-08T17:00", "2025-03-10T16:00", "2025-11-02T05:30"]


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/berlin", "Did you mean `Europe/Berlin`?"),
        ("America/Argentina", "a name such as"),
        ("IST", "a name such as"),
        ("../x/y", "Write `zone"),
    ],
)
def test_a_zone_that_is_none_says_what_to_write(tmp_path: Path, zone: str, words: str) -> None:
    with pytest.raises(InputError) as e:
        case(tmp_path, f"    log: {{file: log.csv, zone: {zone}}}\n")
    (found,) = [f for f in e.value.findings if f.code == "FB055"]
    assert words in found.cure


def test_a_machine_without_tables_of_zones_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zoneinfo

    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    before = zoneinfo.TZPATH
    monkeypatch.setitem(sys.modules, "tzdata", None)  # the package that stands in for the system's tables
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    try:
        with pytest.raises(InputError) as e:
            case(tmp_path, "    log: {file: log.csv, zone: Europe/Berlin}\n")
    finally:
        zoneinfo.reset_tzpath(to=before)
    (found,) = [f for f in e.value.findings if f.code == "FB055"]
    assert "no table of time zones" in found.message
    assert "tzdata" in found.cure


def test_a_date_may_stand_beside_milliseconds(tmp_path: Path) -> None:
    data = "component,start\na,1740823200000\n"
    found = log(tmp_path, "    log: {file: log.csv, observed: {start: 2025-03-01, end: 2025-03-02}}\n", data)
    assert (found.window, list(found.starts)) == ((0, 86_400), [36_000])


def test_who_was_watched_and_never_failed(tmp_path: Path) -> None:
    found = log(tmp_path, "    log: {file: log.csv, watched: [queue, cache, queue]}\n")
    assert found.components == ("database", "cache", "queue")
    assert list(found.of("queue")) == []


def test_no_failure_is_an_answer_too(tmp_path: Path) -> None:
    entry = "    log: {file: log.csv, observed: {start: 2025-01-01, end: 2026-01-01}, watched: [queue]}\n"
    c = case(tmp_path, entry, "component,start,end\n")
    found = c.history["log"]
    assert (len(found), found.components, found.window, notes(c)) == (0, ("queue",), (0, 365 * 86_400), [])
    c = case(tmp_path, "    log.csv\n", "component,start,end\n")
    assert (c.history["log"].window, notes(c)[0][0]) == ((0, 0), "FB163")


def test_what_lies_outside_of_the_observed_time_is_left_out_and_counted(tmp_path: Path) -> None:
    data = "component,start,end\na,10,20\na,30,45\nb,44,\nc,50,51\nb,70,\na,5,95\nc,30,40\n"
    c = case(tmp_path, "    log:\n      file: log.csv\n      observed: {start: 40, end: 70}\n", data)
    found = c.history["log"]
    # what began before and still lasted is kept; what ends at the first moment is not, nor what starts at the last
    assert [(found.components[k], s) for k, s in zip(found.which, found.starts, strict=True)] == [
        ("a", 5),
        ("a", 30),
        ("b", 44),
        ("c", 50),
    ]
    assert [(code, line) for code, line, _ in notes(c)] == [("FB163", 11), ("FB163", 12)]  # one without an end, three outside
    assert "3 of 7 failures" in notes(c)[1][2]


def test_overlapping_failures_stay_and_copies_are_told(tmp_path: Path) -> None:
    data = "component,start,end\na,10,30\na,20,25\na,10,30\nb,10,30\na,10,\na,10,\n"
    c = case(tmp_path, "    log: {file: log.csv, observed: {start: 0, end: 99}}\n", data)
    assert len(c.history["log"]) == 6
    (found,) = [m for code, _, m in notes(c) if code == "FB165"]
    assert found == "2 rows of `log` are copies, such as `a` at 10 s."


def test_components_that_the_case_does_not_list(tmp_path: Path) -> None:
    listed = "system: {components: [database, caches]}\n"
    c = case(tmp_path, WHOLE + listed)
    assert [(f.code, f.cure) for f in c.findings if f.code == "FB164"] == [("FB164", "Did you mean `caches`?")]
    assert not [f for f in case(tmp_path, WHOLE).findings if f.code == "FB164"]
    many = "component,start\n" + "".join(f"c{i},{i}\n" for i in range(50))
    assert (
        len(
            [
                f
                for f in case(tmp_path, WHOLE.replace("2025-01-01", "0").replace("2026-01-01", "99") + listed, many).findings
                if f.code == "FB164"
            ]
        )
        == 21
    )


def test_every_fault_of_the_rows_at_once(tmp_path: Path) -> None:
    data = (
        "component,start,end\n"
        "a,2025-03-01T10:00:00Z,2025-03-01T09:00:00Z\n"
        ",2025-03-01T10:00:00Z,\n"
        "a,,2025-03-01T09:00:00Z\n"
        "a,yesterday,\n"
        "a,2025-02-30T10:00:00Z,2025-03-01T09:00:00Z\n"
        "b,2025-03-01T10:00:00Z,soon\n"
        f"{'x' * 201},2025-03-01T10:00:00Z,\n"
    )
    assert sorted(faults(tmp_path, "    log.csv\n", data)) == [
        ("FB055", "log.csv", 4, 3), ("FB055", "log.csv", 5, 3), ("FB055", "log.csv", 6, 3), ("FB055", "log.csv", 7, 24),
        ("FB160", "log.csv", 2, 24), ("FB160", "log.csv", 3, 1), ("FB160", "log.csv", 8, 1),
    ]  # fmt: skip  # by code


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ("    log: {file: log.csv, columns: {component: servce}}\n", ("FB053", 10, 47)),
        ("    log: {file: log.csv, columns: {komponent: servce}}\n", ("FB014", 10, 36)),
        ("    log: {file: log.csv, observed: {start: 2025-01-01}}\n", ("FB017", 10, 36)),
        ("    log: {file: log.csv, observed: {start: 2025-01-01, end: soon}}\n", ("FB055", 10, 61)),
        ("    log: {file: log.csv, observed: {start: 2025-01-01, end: 77}}\n", ("FB055", 10, 61)),
        ("    log: {file: log.csv, observed: {start: 2026-01-01, end: 2025-01-01}}\n", ("FB160", 10, 61)),
        ("    log: {file: log.csv, clock: sundial}\n", ("FB015", 10, 33)),
        ("    log: {file: log.csv, zone: Mars}\n", ("FB055", 10, 32)),
        ("    log: {file: log.csv, format: xlsx}\n", ("FB015", 10, 34)),
        ("    log: {file: log.csv, watched: database}\n", ("FB013", 10, 35)),
        ("    log: {file: log.csv, rules: {a: x > 1}}\n", ("FB014", 10, 26)),
        ("    log: {file: log.csv, from: log}\n", ("FB013", 10, 32)),
        ("    log: {name: x}\n", ("FB017", 10, 10)),
        ("    file: {file: log.csv}\n", ("FB018", 10, 5)),
        ("    - log.csv\n    - {name: log, file: log.csv}\n", ("FB018", 11, 25)),
        ("    log: other.csv\n", ("FB051", 10, 10)),
        ("    log: ../log.csv\n", ("FB050", 10, 10)),
    ],
)
def test_faults_of_the_entry(tmp_path: Path, entry: str, place: tuple[str, int, int]) -> None:
    assert [(code, line, column) for code, _, line, column in faults(tmp_path, entry)] == [place]


def test_a_file_of_no_known_ending(tmp_path: Path) -> None:
    assert faults(tmp_path, "    log: log.xlsx\n", LOG, "log.xlsx") == [("FB056", "case.yaml", 10, 10)]
    assert len(log(tmp_path, "    log: {file: log.txt, format: csv}\n", LOG, "log.txt")) == 3


def test_a_header_without_the_columns_is_two_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, "    log.csv\n", "a,b\n1,2\n") == [("FB053", "case.yaml", 10, 5)] * 2


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_sheet, "MAX_FAILURES", 2)
    assert faults(tmp_path, "    log.csv\n") == [("FB056", "log.csv", 2, 1)]
    monkeypatch.undo()
    monkeypatch.setattr(history_sheet, "MAX_COMPONENTS", 1)
    assert faults(tmp_path, "    log.csv\n")[0][0] == "FB056"


def test_the_digest_is_kept_and_nothing_is_read_without_a_folder(tmp_path: Path) -> None:
    assert len(case(tmp_path, WHOLE).inputs["log.csv"]) == 64
    assert parse_case(HEAD + WHOLE).history == {}


@pytest.mark.parametrize("kind", ["string", "large_string", "dictionary"])
def test_parquet(tmp_path: Path, kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    of = {"string": pa.string(), "large_string": pa.large_string(), "dictionary": pa.dictionary(pa.int32(), pa.string())}[kind]
    t = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    table = {
        "component": pa.array(["b", "a", "b"]).cast(of),
        "start": [t + dt.timedelta(hours=i) for i in range(3)],
        "end": [t + dt.timedelta(hours=1), None, t + dt.timedelta(hours=9)],
        "tags": [[1], [2], [3]],
    }
    parquet.write_table(pa.table(table), tmp_path / "log.parquet")
    (tmp_path / "case.yaml").write_text(HEAD + "    log.parquet\n")
    found = read_case(tmp_path).history["log"]
    assert (found.components, list(found.which), list(found.starts)) == (("b", "a"), [0, 1, 0], [0, 3_600, 7_200])
    assert (found.ends[0], found.ends[2], math.isnan(found.ends[1])) == (3_600, 32_400, True)
    table["component"] = pa.array(["b", None, "b"]).cast(of)
    parquet.write_table(pa.table(table), tmp_path / "log.parquet")
    with pytest.raises(InputError, match=r"log\.parquet:2:1: error FB160: this failure names no component \(row 2\)"):
        read_case(tmp_path)


def test_long_texts_of_parquet_do_not_unfold(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 70_000, pa.int32()), pa.array(["x" * 1_000_000]))
    parquet.write_table(pa.table({"component": texts, "start": range(70_000)}), tmp_path / "log.parquet", compression="zstd")
    (tmp_path / "case.yaml").write_text(HEAD + "    log.parquet\n")
    with pytest.raises(InputError, match="FB056"):
        read_case(tmp_path)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50), st.none() | st.integers(0, 9), st.sampled_from(["", "n"])), max_size=30),
    st.none() | st.tuples(st.integers(0, 30), st.integers(1, 40)),
)  # fmt: skip
def test_it_is_what_reading_row_by_row_gives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, int | None, str]], window: tuple[int, int] | None
) -> None:
    folder = tmp_path_factory.mktemp("log")
    data = "component,start,end,name\n" + "".join(f"{c},{s},{'' if d is None else s + d},{n}\n" for c, s, d, n in rows)
    observed = f", observed: {{start: {window[0]}, end: {sum(window)}}}" if window else ""
    found = log(folder, f"    log: {{file: log.csv, clock: seconds{observed}}}\n", data)
    kept = sorted((r for r in rows if window is None or _meets(r, window[0], sum(window))), key=lambda r: r[1])
    names = [found.components[k] for k in found.which]
    ends = [None if math.isnan(e) else e - s for s, e in zip(found.starts, found.ends, strict=True)]
    assert list(zip(names, found.starts, ends, found.names, strict=True)) == kept
    assert found.components == tuple(dict.fromkeys(c for c, *_ in rows))
    if window is None and rows:
        assert found.window == (min(s for _, s, _, _ in rows), max(s + (d or 0) for _, s, d, _ in rows))


def _meets(row: tuple[str, int, int | None, str], begin: int, end: int) -> bool:
    _, start, lasts, _ = row
    return begin <= start < end or (start < begin and lasts is not None and start + lasts > begin)


CELLS = st.sampled_from(
    ["", "a", "nan", "NaN", "-", "N/A", "1e308", "1e999", "-5", "0", "7", "1.5e9", "1e12", "9" * 400, "2025-01-01", "2025-01-01 10:00", "2025-01-01T10:00:00Z",
     "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2025-13-01", "\u202e", "\u0661", '"', '"a""b"', "yes", "near miss", "x" * 300, " 7 ", "=1+1", "\ufeff"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["history", "incidents"]), st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=6))
def test_whatever_stands_there_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, role: str, rows: list[tuple[str, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    header = "component,start,end,name" if role == "history" else "failed,date,x,name"
    (folder / "any.csv").write_text("\n".join([header, *map(",".join, rows)]), encoding="utf-8")
    (folder / "case.yaml").write_text(HEAD.replace("history:", f"{role}:") + "    any.csv\n")
    try:
        c = read_case(folder)
    except InputError as e:
        told = e.findings
    else:
        told = list(c.findings)
        _is_sound(c)
    assert all(f.span is not None and f.cure and f.line().isprintable() for f in told)


def _is_sound(c: Case) -> None:
    for found in c.history.values():
        n = len(found)
        assert (len(found.which), len(found.ends), len(found.names)) == (n, n, n)
        assert all(map(math.isfinite, [*found.starts, *found.window]))
        assert list(found.starts) == sorted(found.starts)
        assert not any(b < a for a, b in zip(found.starts, found.ends, strict=True))
    for table in c.incidents.values():
        n = len(table)
        assert (len(table.dates), len(set(table.labels)), len(table.values)) == (n, n, n * len(table.factors))
        assert all(0 <= v <= 1 or math.isnan(v) for v in table.values)


@pytest.mark.parametrize("zone", ["", ", zone: '-05:30'", ", zone: America/New_York"])
@pytest.mark.parametrize("kind", ["s", "us", "ns", "int64", "float64", "date32"])
def test_parquet_is_what_csv_is(tmp_path: Path, kind: str, zone: str) -> None:
    """Columns of times with and without holes, converted at once, against the same as texts."""
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    days = [dt.datetime(2025, 3, 1), dt.datetime(2025, 3, 4), dt.datetime(2025, 3, 2)]
    numbers = [t.replace(tzinfo=dt.UTC).timestamp() for t in days]
    is_number, of = kind in ("int64", "float64"), {"int64": pa.int64(), "float64": pa.float64(), "date32": pa.date32()}
    starts, ends = (numbers, [numbers[1], None, None]) if is_number else (days, [days[1], None, None])
    made = {k: pa.array(v).cast(of.get(kind) or pa.timestamp(kind)) for k, v in (("start", starts), ("end", ends))}
    parquet.write_table(pa.table({"component": ["a", "b", "a"], **made}), tmp_path / "log.parquet")
    text = "component,start,end\n" + "".join(
        f"{c},{s if is_number else f'{s:%Y-%m-%d %H:%M:%S}'},{'' if e is None else e}\n"
        for c, s, e in zip("aba", starts, ends, strict=True)
    )
    found = [log(tmp_path, f"    log: {{file: log.{form}{zone}}}\n", text) for form in ("parquet", "csv")]
    assert len({(t.start, t.zoned, tuple(t.starts), t.names, tuple(map(str, t.ends))) for t in found}) == 1
