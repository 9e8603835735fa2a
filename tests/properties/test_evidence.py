"""Random tables, written in every format of evidence, are read back as they were; random damage is a fault with a place, or is read."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuelbed.core.errors import InputError
from fuelbed.core.evidence import MetricsTable
from fuelbed.readers.case import read_case

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  metrics:\n"
T0 = 1_700_000_000
Table = Mapping[str, Mapping[int, float]]  # name -> microseconds since T0 -> value
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

cells = st.one_of(st.just(math.nan), st.floats(0, 1e250, allow_nan=False), st.integers(0, 10**6).map(float))
times = st.lists(st.integers(0, 10**9), min_size=1, max_size=8, unique=True).map(sorted)
series = times.flatmap(
    lambda ts: st.lists(cells, min_size=len(ts), max_size=len(ts)).map(lambda vs: dict(zip(ts, vs, strict=True)))
)
tables = st.fixed_dictionaries({"load": series, "queue": series, "x": series})


def axis(table: Table) -> list[int]:
    return sorted({t for column in table.values() for t in column})


def seconds(t: int) -> str:
    return f"{T0 + t // 10**6}.{t % 10**6:06}"


def number(v: float) -> str:
    return "NaN" if math.isnan(v) else repr(v)


def as_csv(table: Table) -> str:
    rows = [",".join([seconds(t), *(number(c.get(t, math.nan)) for c in table.values())]) for t in axis(table)]
    return "\n".join([f"time,{','.join(table)}", *rows]) + "\n"


def as_quoted_csv(table: Table) -> str:
    return "".join(";".join(f'"{c}"' for c in line.split(",")) + "\r\n" for line in as_csv(table).splitlines())


def as_prometheus(table: Table) -> str:
    values = {name: [[float(seconds(t)), number(v)] for t, v in column.items()] for name, column in table.items()}
    result = [{"metric": {"__name__": name, "job": "a"}, "values": vs} for name, vs in values.items()]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def as_openmetrics(table: Table) -> str:
    lines = [f'{name}{{job="a"}} {number(v)} {seconds(t)}' for name, column in table.items() for t, v in column.items()]
    random.Random(1).shuffle(blocks := [[x for x in lines if x.startswith(name + "{")] for name in table])
    return "\n".join(["# TYPE load gauge", *(x for b in blocks for x in b), "# EOF"]) + "\n"


def as_otlp(table: Table) -> str:
    def point(t: int, v: float) -> dict[str, object]:
        at = {"timeUnixNano": str((T0 * 10**6 + t) * 1000)}
        return {**at, "flags": 1} if math.isnan(v) else {**at, "asDouble": v}

    metrics = [{"name": n, "gauge": {"dataPoints": [point(t, v) for t, v in c.items()]}} for n, c in table.items()]
    return json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]})


FORMATS: Mapping[str, tuple[str, Callable[[Table], str]]] = {
    "csv": ("m.csv", as_csv), "quoted csv": ("m.csv", as_quoted_csv), "prometheus": ("m.json", as_prometheus),
    "openmetrics": ("m.om", as_openmetrics), "otlp": ("m.json", as_otlp),
}  # fmt: skip  # one table


def read(folder: Path, file: str, data: bytes) -> MetricsTable:
    (folder / "case.yaml").write_text(HEAD + f"    db: {{file: {file}, columns: {{load: load, queue: queue, x: x}}}}\n")
    (folder / file).write_bytes(data)
    return read_case(folder).metrics["db"]


def same(a: Sequence[float], b: Sequence[float]) -> bool:
    return len(a) == len(b) and all(x == y or (math.isnan(x) and math.isnan(y)) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("form", FORMATS)
@given(table=tables)
@quick
def test_a_written_table_is_read_back(form: str, table: Table, tmp_path: Path) -> None:
    file, write = FORMATS[form]
    found = read(tmp_path, file, write(table).encode())
    on = axis(table)
    assert list(found.times) == pytest.approx([(t - on[0]) / 1e6 for t in on], abs=2e-6)
    assert found.start == pytest.approx(T0 + on[0] / 1e6, abs=1e-6)
    for name, column in table.items():
        assert same(found.columns[name].values, [column.get(t, math.nan) for t in on]), name


@given(table=tables)
@quick
def test_a_parquet_table_is_read_back(table: Table, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    on = axis(table)
    columns = {name: [column.get(t) for t in on] for name, column in table.items()}
    at = pa.array([T0 * 10**6 + t for t in on], pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table({"time": at, **columns}), tmp_path / "m.parquet")
    found = read(tmp_path, "m.parquet", (tmp_path / "m.parquet").read_bytes())
    for name, column in table.items():
        assert same(found.columns[name].values, [column.get(t, math.nan) for t in on]), name


@pytest.mark.parametrize("form", FORMATS)
@given(table=tables, seed=st.integers(0, 10**9))
@settings(quick, max_examples=60)
def test_damage_is_a_fault_or_is_read(form: str, table: Table, seed: int, tmp_path: Path) -> None:
    """Bytes are changed, cut out or doubled: no traceback, and every fault has a place inside the file or the case."""
    file, write = FORMATS[form]
    chance = random.Random(seed)
    data = bytearray(write(table).encode())
    for _ in range(chance.choice([1, 1, 1, 5])):
        at = chance.randrange(len(data))
        end = min(len(data), at + chance.choice([1, 1, 3, 50]))
        data[at:end] = chance.choice(
            [b"", b"\0", b"\xff", b'"', b"{", b"]", b",", b"-1", b"1e999", b"\n", bytes(data[at:end]) * 2]
        )
    lines = bytes(data).decode("utf-8", "replace").splitlines() or [""]
    try:
        read(tmp_path, file, bytes(data))
    except InputError as e:
        for f in e.findings:
            assert f.cure
            assert f.span is not None
            assert f.span.line >= 1
            assert f.span.column >= 1
            if f.span.file.endswith(file):
                assert f.span.line <= len(lines) + 1
