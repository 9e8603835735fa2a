"""What Prometheus JSON, OpenMetrics text and OTLP JSON share: units, selectors, places of values, several files."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from fuelbed.core.errors import InputError
from fuelbed.core.scanner import TextFault
from fuelbed.readers.case import read_case
from fuelbed.readers.json_text import JsonText
from fuelbed.readers.selectors import Selector, parse_selector
from fuelbed.readers.series import Series
from fuelbed.readers.series_table import unit_in_export
from fuelbed.readers.sheets import SheetFault
from tests.unit.readers.exported import HEAD, UP, case, column, faults, matrix, point, request, table, told, total


def test_units_are_the_formats_own(tmp_path: Path) -> None:
    gauge = {"name": "g", "unit": "By", "gauge": {"dataPoints": [point(10, asInt=5)]}}
    with pytest.raises(InputError) as e:
        case(tmp_path, "latency: g, queue: g", json.dumps(request(gauge)), "m.json")
    assert [(f.code, f.span.column) for f in e.value.findings if f.span] == [("FB055", 43)]
    assert "counted in `By`" in e.value.findings[0].message
    assert told(
        column(table(tmp_path, "latency: g", json.dumps(request(gauge)), "m.json", ", units: {latency: ms}"), "latency").values
    ) == ["0.005"]
    counter = json.dumps(request(total("c", 2, point(10, asInt=5))))
    assert [f[0] for f in faults(tmp_path, "latency: c", counter, "m.json")] == ["FB058", "FB055"]


@pytest.mark.parametrize(
    ("text", "factor", "unit"),
    [("ms", 1e-3, "seconds"), ("us", 1e-6, "seconds"), ("seconds", 1, "seconds"), ("min", 60, "seconds"), ("{request}/s", 1, "per second"),
     ("1/min", 1 / 60, "per second"), ("/h", 1 / 3600, "per second"), ("Hz", 1, "per second")],
)  # fmt: skip  # one case a line
def test_units_that_are_known(text: str, factor: float, unit: str) -> None:
    found = unit_in_export(text)
    assert found is not None
    assert (found.factor, found.name) == (pytest.approx(factor), unit)
    assert unit_in_export("By") is None


def test_the_trigger_and_keys_of_tables(tmp_path: Path) -> None:
    t = table(
        tmp_path, """load: 'up{job="node"}'""", UP, more=", trigger: {start: 2015-07-01T20:10:40.781Z, end: 1435781455.781}"
    )
    assert t.trigger == pytest.approx((10, 25))
    found = faults(tmp_path, """load: 'up{job="node"}'""", UP, more=", time: t, clock: iso, trigger: {start: 15}")
    assert [f[0] for f in found] == ["FB014", "FB014"]
    assert faults(tmp_path, """load: 'up{job="node"}'""", UP, more=", trigger: {start: 15}") == [("FB055", 10, 41)]


def test_the_format_can_be_declared(tmp_path: Path) -> None:
    assert told(column(table(tmp_path, """load: 'up{job="node"}'""", UP, "q.dat", ", format: prometheus")).values) == [
        "0",
        "0",
        "1",
    ]
    assert told(column(table(tmp_path, "load: load", "load 1 5\n# EOF\n", "q.json", ", format: openmetrics")).values) == ["1"]
    assert told(column(table(tmp_path, "load: load", "time,load\n0,1\n", "q.json", ", format: csv")).values) == ["1"]
    assert faults(tmp_path, "load: load", "{}", "q.dat") == [("FB056", 10, 16)]


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("up", Selector("up")),
        (" http.server:duration ", Selector("http.server:duration")),
        ('up{a="b",c != "d",}', Selector("up", (("a", True, "b"), ("c", False, "d")))),
        ("{}", Selector("")),
        ('{"a name", x="1"}', Selector("a name", (("x", True, "1"),))),
        (r'up{a="\"\\\n"}', Selector("up", (("a", True, '"\\\n'),))),
        ('sum( up{a="b"} )', Selector("up", (("a", True, "b"),), "sum")),
        ("summary", Selector("summary")),
    ],
)
def test_selectors(text: str, selector: Selector) -> None:
    assert parse_selector(text) == selector


@pytest.mark.parametrize("value", ["/", 'say "no"', "C:\\dir\\", "two\nlines", "\\n", "}, {", ""])
def test_what_a_series_is_called_selects_it(value: str) -> None:
    series = Series("load", {"path": value, "b": "1"})
    assert parse_selector(series.title).fits(series)


@pytest.mark.parametrize(
    ("text", "at"),
    [("", 0), ("up{", 2), ("up{a}", 4), ('up{a="b"', 7), ('up{a="b" c="d"}', 9), ("up{a=b}", 5), ('up{a=~"b"}', 4), ("up down", 3), ("sum(up", 5), ("rate(up[5m])", 4), ("x" * 3000, 0)],
)  # fmt: skip  # one list
def test_faults_of_selectors(text: str, at: int) -> None:
    with pytest.raises(TextFault) as e:
        parse_selector(text)
    assert e.value.start == at


def test_places_of_values() -> None:
    j = JsonText.of(b'{"a": [1, {"b,]}": "x\\"y"}, []],\n "c": {}}', "f")
    found = j.places([("a", 1, "b,]}"), ("a", 2), ("c",), (), ("a", 7), ("c", "d", "e"), ("a", 0)])
    assert [(s.line, s.column) for s in found.values()] == [(1, 20), (1, 29), (2, 7), (1, 1), (1, 7), (2, 7), (1, 8)]


def test_json_that_python_lets_pass_is_a_fault() -> None:
    for text, at in (
        ('{"a": 1, "b": {"c": 1, "c": 2}}', 24),
        ('["NaN", NaN]', 9),
        ("[1, 2, 1e400]", 8),
        ('{"a": "a", "\\u0061": 1}', 12),
    ):
        with pytest.raises(SheetFault) as e:
            JsonText.of(text.encode(), "f")
        assert (e.value.line, e.value.column) == (1, at), text
    assert not math.isinf(JsonText.of(b"[1e308]", "f").value[0])


def test_several_files_are_one_table(tmp_path: Path) -> None:
    (tmp_path / "sent.json").write_text(matrix(({"job": "a"}, [(0, "1"), (10, "2")])))
    (tmp_path / "m.om").write_text("done 5 10\n# EOF\n")
    data = matrix(({"job": "a"}, [(0, "3"), (10, "4")]))
    entry = "file: [load.json, sent.json, m.om], columns: {load: '{file=\"load\"}', attempts: '{file=\"sent\"}', goodput: done}"
    (tmp_path / "load.json").write_text(data)
    (tmp_path / "case.yaml").write_text(HEAD + f"    - {{name: db, {entry}}}\n")
    c = read_case(tmp_path)
    t = c.metrics["db"]
    assert [told(t.columns[role].values) for role in ("load", "attempts", "goodput")] == [["3", "4"], ["1", "2"], ["nan", "5"]]
    assert {"load.json", "sent.json", "m.om"} <= set(c.inputs)
    assert all(len(c.inputs[f]) == 64 for f in ("load.json", "sent.json", "m.om"))
    (tmp_path / "sent.json").write_text("[")
    with pytest.raises(InputError) as e:
        read_case(tmp_path)
    assert [(Path(f.span.file).name, f.code) for f in e.value.findings if f.span] == [("sent.json", "FB052")]
    (tmp_path / "case.yaml").write_text(HEAD + "    - {file: [a.csv, b.csv]}\n")
    (tmp_path / "a.csv").write_text("time,load\n0,1\n")
    (tmp_path / "b.csv").write_text("time,load\n0,1\n")
    with pytest.raises(InputError) as e:
        read_case(tmp_path)
    assert [(f.code, f.span.column) for f in e.value.findings if f.span] == [("FB056", 22)]


def test_a_request_like_the_one_of_the_protocols_examples(tmp_path: Path) -> None:
    """One point of each kind, times as numbers, a scope with attributes of its own, deltas that begin and end at one moment."""
    at = {"startTimeUnixNano": 1544712660300000000, "timeUnixNano": 1544712660300000000}

    def of(kind: str) -> list[dict[str, Any]]:
        return [{"key": f"my.{kind}.attr", "value": {"stringValue": "some value"}}]

    data = request(
        total("my.counter", 1, {**at, "asDouble": 5, "attributes": of("counter")}),
        {"name": "my.gauge", "unit": "1", "gauge": {"dataPoints": [{"timeUnixNano": at["timeUnixNano"], "asDouble": 10, "attributes": of("gauge")}]}},
        {"name": "my.histogram", "unit": "1", "histogram": {"aggregationTemporality": 1, "dataPoints": [
            {**at, "count": 4, "sum": 6, "bucketCounts": [1, 3], "explicitBounds": [1], "min": 1, "max": 2, "attributes": of("histogram")}]}},
    )  # fmt: skip  # one metric a line
    data["resourceMetrics"][0]["scopeMetrics"][0]["scope"]["attributes"] = of("scope")
    t = table(
        tmp_path,
        """load: my.counter, queue: 'my.gauge{my.gauge.attr="some value"}', x: my.histogram""",
        json.dumps(data),
        "m.json",
    )
    assert t.start == 1544712660.3
    assert [told(t.columns[c].values) for c in ("load", "queue", "x")] == [["nan"], ["10"], ["1.5"]]
