"""Prometheus JSON, OpenMetrics text and OTLP JSON: the documented examples, what columns are made of them, every fault at its place."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.evidence import MetricsColumn, MetricsTable
from fuelbed.core.scanner import TextFault
from fuelbed.readers.case import read_case
from fuelbed.readers.json_text import JsonText
from fuelbed.readers.selectors import Selector, parse_selector
from fuelbed.readers.series_table import unit_in_export
from fuelbed.readers.sheets import SheetFault

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  metrics:\n"
UP = """{
   "status" : "success",
   "data" : {
      "resultType" : "matrix",
      "result" : [
         {
            "metric" : {
               "__name__" : "up",
               "job" : "prometheus",
               "instance" : "localhost:9090"
            },
            "values" : [
               [ 1435781430.781, "1" ],
               [ 1435781445.781, "1" ],
               [ 1435781460.781, "1" ]
            ]
         },
         {
            "metric" : {
               "__name__" : "up",
               "job" : "node",
               "instance" : "localhost:9091"
            },
            "values" : [
               [ 1435781430.781, "0" ],
               [ 1435781445.781, "0" ],
               [ 1435781460.781, "1" ]
            ]
         }
      ]
   }
}
"""


def case(folder: Path, columns: str, data: str | bytes, file: str, more: str = "") -> Case:
    given = f", columns: {{{columns}}}" if columns else ""
    (folder / "case.yaml").write_text(HEAD + f"    db: {{file: {file}{more}{given}}}\n")
    (folder / file).write_bytes(data.encode() if isinstance(data, str) else data)
    return read_case(folder)


def table(folder: Path, columns: str, data: str | bytes, file: str = "q.json", more: str = "") -> MetricsTable:
    (found,) = case(folder, columns, data, file, more).metrics.values()
    return found


def faults(folder: Path, columns: str, data: str | bytes, file: str = "q.json", more: str = "") -> list[tuple[str, int, int]]:
    with pytest.raises(InputError) as e:
        case(folder, columns, data, file, more)
    assert all(f.cure and f.span for f in e.value.findings)
    return [(f.code, f.span.line, f.span.column) for f in e.value.findings if f.span]


def column(t: MetricsTable, role: str = "load") -> MetricsColumn:
    return t.columns[role]


def told(values: Any) -> list[str]:
    return [f"{v:g}" for v in values]


def matrix(*series: tuple[dict[str, str], list[tuple[float, str]]]) -> str:
    result = [{"metric": m, "values": [[t, v] for t, v in values]} for m, values in series]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


# ---- Prometheus --------------------------------------------------------------------------------------------------------------------


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    t = table(tmp_path, """a: 'up{job="node"}', b: 'up{job!="node"}'""", UP)
    assert t.start == 1435781430.781
    assert list(t.times) == pytest.approx([0, 15, 30])
    assert (told(column(t, "a").values), told(column(t, "b").values)) == (["0", "0", "1"], ["1", "1", "1"])
    assert column(t, "a").name == 'up{instance="localhost:9091", job="node"}'
    assert t.zoned


def test_what_promtool_prints_is_read_too(tmp_path: Path) -> None:
    data = json.loads(UP)["data"]
    for form in (data, data["result"]):
        assert told(column(table(tmp_path, """load: 'up{job="node"}'""", json.dumps(form))).values) == ["0", "0", "1"]


def test_a_vector_and_a_scalar_are_one_sample(tmp_path: Path) -> None:
    vector = {"resultType": "vector", "result": [{"metric": {"__name__": "up"}, "value": [5, "2"]}]}
    assert told(column(table(tmp_path, "load: up", json.dumps({"status": "success", "data": vector}))).values) == ["2"]
    scalar = {"status": "success", "data": {"resultType": "scalar", "result": [5, "2"]}}
    assert told(column(table(tmp_path, "load: '{}'", json.dumps(scalar))).values) == ["2"]


def test_times_of_several_series_are_joined(tmp_path: Path) -> None:
    data = matrix(({"__name__": "a"}, [(0, "1"), (10, "2")]), ({"__name__": "b"}, [(5, "7"), (10, "8")]))
    t = table(tmp_path, "load: a, queue: b", data)
    assert list(t.times) == [0, 5, 10]
    assert told(column(t).values) == ["1", "nan", "2"]
    assert told(column(t, "queue").values) == ["nan", "7", "8"]


@pytest.mark.parametrize(
    ("join", "values"),
    [("sum", ["3", "nan", "6"]), ("mean", ["1.5", "nan", "3"]), ("max", ["2", "nan", "4"]), ("min", ["1", "nan", "2"])],
)
def test_series_are_joined_where_each_has_a_sample(tmp_path: Path, join: str, values: list[str]) -> None:
    data = matrix(
        ({"__name__": "a", "i": "1"}, [(0, "1"), (5, "9"), (10, "2")]), ({"__name__": "a", "i": "2"}, [(0, "2"), (10, "4")])
    )
    assert told(column(table(tmp_path, f"load: {join}(a)", data)).values) == values


def test_texts_that_are_no_plain_numbers(tmp_path: Path) -> None:
    data = matrix(({"__name__": "load"}, [(0, "NaN"), (1, "+Inf"), (2, "-Inf"), (3, "1e3"), (4, "1.5e-3")]))
    c = case(tmp_path, "", data, "q.json")
    assert told(c.metrics["db"].columns["load"].values) == ["nan", "nan", "nan", "1000", "0.0015"]
    assert ["2 samples of `load` are infinite" in f.message for f in c.findings] == [True]


def test_a_name_that_ends_with_total_is_a_counter(tmp_path: Path) -> None:
    data = matrix(({"__name__": "http_requests_total"}, [(0, "100"), (10, "150"), (20, "20")]))
    c = case(tmp_path, "load: http_requests_total", data, "q.json")
    assert told(c.metrics["db"].columns["load"].values) == ["nan", "5", "2"]
    assert [(f.code, "1 reset" in f.message) for f in c.findings] == [("FB058", True)]
    declared = ", units: {load: per minute}"
    assert told(column(table(tmp_path, "load: http_requests_total", data, more=declared)).values)[0] == f"{100 / 60:g}"


def test_native_histograms_are_said_to_be_left_out(tmp_path: Path) -> None:
    histogram = {"metric": {"__name__": "h"}, "histograms": [[0, {"count": "60", "sum": "61"}]]}
    data = {"resultType": "matrix", "result": [histogram, {"metric": {"__name__": "load"}, "values": [[0, "1"]]}]}
    c = case(tmp_path, "", json.dumps(data), "q.json")
    assert ["native histograms" in f.message for f in c.findings] == [True]


def test_which_series_is_asked(tmp_path: Path) -> None:
    c = case(tmp_path, "", UP, "q.json")
    assert c.metrics == {}
    assert [f.code for f in c.findings] == ["FB057"]
    assert "up{" in c.findings[0].cure
    with pytest.raises(InputError) as e:
        case(tmp_path, "load: up, queue: uq, latency: 'up{job=\"x\"}', goodput: 'up{job=~\"x\"}'", UP, "q.json")
    found = [(f.code, f.span.column, f.message, f.cure) for f in e.value.findings if f.span]
    assert [(code, column) for code, column, _, _ in found] == [("FB053", 40), ("FB053", 51), ("FB053", 64), ("FB053", 95)]
    assert "they differ in `instance`, `job`" in found[0][2]
    assert "sum(up)" in found[0][3]
    assert "There are: up." in found[1][3]
    assert "up{instance=" in found[2][3]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", ("FB052", 1, 1)),
        (" \n ", ("FB052", 1, 1)),
        ("\ufeff" + UP.replace('"1" ]', "1 ]", 1), ("FB054", 13, 34)),
        (UP[:-5], ("FB052", 31, 3)),
        (UP[: UP.index("9090") + 2], ("FB052", 10, 29)),
        ('{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}', ("FB052", 1, 11)),
        ('{"a": 1}', ("FB052", 1, 1)),
        ("[1, 2]", ("FB052", 1, 1)),
        ("[" * 100_000, ("FB052", 1, 61)),
        ('{"a":' * 100_000, ("FB052", 1, 301)),
        ('{"data": NaN}', ("FB052", 1, 10)),
        ('{"data":\n -Infinity}', ("FB052", 2, 2)),
        ('{"data": 1' + "0" * 5_000 + "}", ("FB052", 1, 10)),
        ('{"data": 1e999}', ("FB052", 1, 10)),
        ('{"data": {},\n"data": {}}', ("FB052", 2, 1)),
        ('{"data": {"resultType": "tensor"}}', ("FB052", 1, 25)),
        ('{"data": {"resultType": "matrix"}}', ("FB052", 1, 10)),
        ('{"data": {"resultType": "matrix", "result": 5}}', ("FB052", 1, 45)),
        ('{"data": 5}', ("FB052", 1, 10)),
        (b'{"data": "\xff"}', ("FB052", 1, 11)),
        (UP.replace("1435781445.781", "1435781430.781", 1), ("FB055", 14, 18)),
        (UP.replace("1435781445.781", "1435781445781", 1), ("FB055", 14, 18)),
        (UP.replace("1435781445.781", "true", 1), ("FB055", 14, 18)),
        (UP.replace("1435781445.781", '"1435781445.781"', 1), ("FB055", 14, 18)),
        (UP.replace('[ 1435781445.781, "1" ]', "7", 1), ("FB052", 14, 16)),
        (UP.replace('"1" ]', '"1_0" ]', 1), ("FB054", 13, 34)),
        (UP.replace('"1" ]', '"-5" ]', 1), ("FB054", 13, 34)),
        (UP.replace('"prometheus"', "5", 1), ("FB052", 9, 24)),
        (UP + "x", ("FB052", 33, 1)),
    ],
)  # fmt: skip  # one case a line
def test_faults_of_prometheus(tmp_path: Path, data: str | bytes, expected: tuple[str, int, int]) -> None:
    assert faults(tmp_path, """load: 'up{job="prometheus"}', queue: 'up{job="node"}'""", data)[0] == expected


def test_the_error_of_the_server_is_shown(tmp_path: Path) -> None:
    with pytest.raises(InputError) as e:
        case(tmp_path, "load: up", '{"status":"error","errorType":"bad_data","error":"parse error"}', "q.json")
    assert [f.message for f in e.value.findings] == ["the server answered with an error: bad_data parse error."]


def test_all_faults_at_once(tmp_path: Path) -> None:
    data = UP.replace('"0"', '"x"').replace("1435781460.781", "0")
    found = faults(tmp_path, """load: 'up{job="node"}'""", data)
    assert found == [("FB055", 15, 18), ("FB054", 25, 34), ("FB054", 26, 34), ("FB055", 27, 18)]


# ---- OpenMetrics -------------------------------------------------------------------------------------------------------------------

OM = """# HELP http_requests The total number of HTTP requests.
# TYPE http_requests counter
http_requests_total{code="200",service="user"} 123 1609954636
http_requests_total{code="200",service="user"} 183 1609954666 # {trace_id="KOO5S4vxi0o"} 0.67 1609954665
http_requests_total{code="500",service="user"} 456 1609954636.5
# TYPE latency_seconds summary
# UNIT latency_seconds seconds
latency_seconds_sum 10 1609954636
latency_seconds_count 100 1609954636
latency_seconds_created 1 1609954636
latency_seconds_sum 13 1609954666
latency_seconds_count 110 1609954666
# TYPE odd_ms gauge
# UNIT odd_ms ms
odd_ms{path="C:\\\\DIR\\n\\"x\\"}, {y"} 50 1609954636
# EOF
"""


def test_openmetrics(tmp_path: Path) -> None:
    odd = r"""b: '{path="C:\\DIR\n\"x\"}, {y"}'"""
    t = table(
        tmp_path,
        f"""load: 'http_requests{{code="200"}}', latency: latency_seconds, n: latency_seconds_count, {odd}""",
        OM,
        "m.om",
    )
    assert list(t.times) == [0, 30]
    assert told(column(t).values) == ["nan", "2"]
    assert told(column(t, "latency").values) == ["nan", "0.3"]
    assert (column(t, "latency").unit, column(t, "b").unit, column(t, "n").unit) == ("seconds", "seconds", "per second")
    assert told(column(t, "b").values) == ["0.05", "nan"]
    assert told(column(t, "n").values) == ["nan", f"{1 / 3:g}"]


def test_a_dump_without_types(tmp_path: Path) -> None:
    data = """s_count{i="a"} 100 10
s_count{i="a"} 110 15.5
s_sum{i="a"} 50 10
s_sum{i="a"} 53 15.5
up{i="a", j="b"} 1 10
# EOF
"""
    t = table(tmp_path, "latency: s, load: s_count, up: 'up{j=\"b\"}'", data, "dump.prom")
    assert told(column(t, "latency").values) == ["nan", "0.3"]
    assert told(column(t).values) == ["nan", f"{10 / 5.5:g}"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", ("FB052", 1, 1)),
        ("load 1 5\n", ("FB052", 2, 1)),
        (OM.replace("# EOF\n", ""), ("FB052", 16, 1)),
        (OM[:150], ("FB052", 4, 4)),
        (OM + "more 1 2\n", ("FB052", 17, 1)),
        ("load 5\n# EOF\n", ("FB055", 2, 1)),
        ("load x 5\n# EOF\n", ("FB054", 1, 6)),
        ("load 1_0 5\n# EOF\n", ("FB054", 1, 6)),
        ("load  1 5\n# EOF\n", ("FB054", 1, 6)),
        ("load 1 soon\n# EOF\n", ("FB055", 1, 8)),
        ("load 1 1609954636000\n# EOF\n", ("FB055", 1, 8)),
        ("load 1 NaN\n# EOF\n", ("FB055", 1, 8)),
        ("load 1 5\nload 2 5\n# EOF\n", ("FB055", 2, 8)),
        ("load 1 5 6\n# EOF\n", ("FB055", 1, 8)),
        ("load{a=1} 1 5\n# EOF\n", ("FB052", 1, 6)),
        ('load{a="1" b="2"} 1 5\n# EOF\n', ("FB052", 1, 11)),
        ('load{a="1",a="2"} 1 5\n# EOF\n', ("FB052", 1, 12)),
        ('load{a="1} 1 5\n# EOF\n', ("FB052", 1, 5)),
        ("9load 1 5\n# EOF\n", ("FB052", 1, 6)),
        ("lo-ad 1 5\n# EOF\n", ("FB052", 1, 3)),
        ("load\n# EOF\n", ("FB052", 1, 5)),
        ("# TYPE load gaga\nload 1 5\n# EOF\n", ("FB052", 1, 13)),
        ("# UNIT load ms\nload 1 5\n# EOF\n", ("FB055", 1, 13)),
        ("# a comment\nload 1 5\n# EOF\n", ("FB052", 1, 1)),
        (b"load 1 5\n\xff\n# EOF\n", ("FB052", 2, 1)),
        (b"load 1 5\n\0\n# EOF\n", ("FB052", 2, 1)),
        ("load -1 5\n# EOF\n", ("FB054", 1, 6)),
    ],
)  # fmt: skip  # one case a line
def test_faults_of_openmetrics(tmp_path: Path, data: str | bytes, expected: tuple[str, int, int]) -> None:
    assert faults(tmp_path, "load: load", data, "m.txt")[0] == expected


# ---- OTLP --------------------------------------------------------------------------------------------------------------------------


def request(*metrics: dict[str, Any], resource: str = "my.service") -> dict[str, Any]:
    attributes = [{"key": "service.name", "value": {"stringValue": resource}}]
    return {
        "resourceMetrics": [
            {
                "resource": {"attributes": attributes},
                "scopeMetrics": [{"scope": {"name": "my.library"}, "metrics": list(metrics)}],
            }
        ]
    }


def point(t: float, start: float | None = None, **more: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"timeUnixNano": str(int((100 + t) * 10**9)), **more}  # a start of 0 means that it is not known
    if start is not None:
        out["startTimeUnixNano"] = str(int((100 + start) * 10**9))
    return out


def total(name: str, temporality: object, *points: dict[str, Any], monotonic: bool = True) -> dict[str, Any]:
    return {
        "name": name,
        "unit": "1",
        "sum": {"aggregationTemporality": temporality, "isMonotonic": monotonic, "dataPoints": list(points)},
    }


def test_otlp(tmp_path: Path) -> None:
    attributes = [
        {"key": "http.route", "value": {"stringValue": "/x"}},
        {"key": "n", "value": {"intValue": "5"}},
        {"key": "b", "value": {"boolValue": True}},
    ]
    data = request(
        total("c", 2, point(10, 0, asInt="100"), point(20, 0, asInt="150"), point(30, 25, asInt="20")),
        total(
            "d", "AGGREGATION_TEMPORALITY_DELTA", point(10, 0, asDouble=50), point(20, asDouble=30), point(30, 25, asDouble=10)
        ),
        total("level", 2, point(10, asDouble=7), monotonic=False),
        {
            "name": "g",
            "unit": "ms",
            "gauge": {
                "dataPoints": [
                    point(10, asDouble=250, attributes=attributes),
                    point(20, flags=1, attributes=attributes),
                    point(30, asDouble="NaN", attributes=attributes),
                ]
            },
        },
        {
            "name": "h",
            "unit": "ms",
            "histogram": {
                "aggregationTemporality": 1,
                "dataPoints": [point(10, 0, count="4", sum=1000), point(20, 10, count=0, sum=0)],
            },
        },
        {
            "name": "hc",
            "unit": "s",
            "histogram": {
                "aggregationTemporality": 2,
                "dataPoints": [point(10, 0, count="4", sum=2), point(20, 0, count="6", sum=3)],
            },
        },
    )
    columns = """load: c, goodput: 'd{service.name="my.service"}', queue: level, latency: 'g{http.route="/x", n="5", b="true"}', m: h, k: hc, attempts: h.count"""
    c = case(tmp_path, columns, json.dumps(data), "m.json")
    t = c.metrics["db"]
    assert (list(t.times), t.start) == ([0, 10, 20], 110)
    assert told(column(t).values) == ["nan", "5", "2"]
    assert told(column(t, "goodput").values) == ["5", "3", "2"]
    assert told(column(t, "queue").values) == ["7", "nan", "nan"]
    assert told(column(t, "latency").values) == ["0.25", "nan", "nan"]
    assert (told(column(t, "m").values), column(t, "m").unit) == (["0.25", "nan", "nan"], "seconds")
    assert told(column(t, "k").values) == ["nan", "0.5", "nan"]
    assert told(column(t, "attempts").values) == ["0.4", "0", "nan"]


def test_otlp_a_request_on_each_line(tmp_path: Path) -> None:
    lines = [json.dumps(request(total("c", 2, point(t, 0, asInt=str(10 * t))))) for t in (20, 10, 30)]
    for file in ("m.jsonl", "m.json"):
        assert told(column(table(tmp_path, "load: c", "\n" + "\n".join(lines) + "\n", file)).values) == ["nan", "10", "10"]


def test_otlp_what_is_not_read_is_said(tmp_path: Path) -> None:
    odd = {"name": "e", "exponentialHistogram": {"dataPoints": []}}
    falls = total("f", 1, point(10, asInt=5), monotonic=False)
    data = request(odd, falls, {"name": "load", "gauge": {"dataPoints": [point(10, asInt=5)]}})
    c = case(tmp_path, "", json.dumps(data), "m.json")
    assert [f.code for f in c.findings] == ["FB058", "FB058"]
    assert told(c.metrics["db"].columns["load"].values) == ["5"]


GAUGE = '{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "load", "gauge": {"dataPoints": [\n%s]}}]}]}]}'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (GAUGE % '{"timeUnixNano": "5000"}', ("FB054", 2, 1)),
        (GAUGE % '{"timeUnixNano": "5000", "asInt": "x"}', ("FB054", 2, 35)),
        (GAUGE % '{"timeUnixNano": "5000", "asDouble": true}', ("FB054", 2, 38)),
        (GAUGE % '{"timeUnixNano": "-5", "asInt": 1}', ("FB055", 2, 18)),
        (GAUGE % '{"timeUnixNano": "1e9", "asInt": 1}', ("FB055", 2, 18)),
        (GAUGE % '{"asInt": 1}', ("FB055", 2, 1)),
        (GAUGE % '{"timeUnixNano": "5000", "asInt": -1}', ("FB054", 2, 1)),
        (GAUGE % '{"timeUnixNano": 5000, "asInt": 1}, {"timeUnixNano": "5000", "asInt": 1}', ("FB055", 2, 37)),
        (GAUGE % '{"timeUnixNano": "5000", "asInt": 1, "attributes": [{"key": 1}]}', ("FB052", 2, 53)),
        (GAUGE % "7", ("FB052", 2, 1)),
        ('{"resourceMetrics": {}}', ("FB052", 1, 21)),
        ('{"resourceMetrics": [1]}', ("FB052", 1, 22)),
        ('{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{}]}]}]}', ("FB052", 1, 53)),
        ('{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "load", "sum": {}}]}]}]}', ("FB052", 1, 77)),
        ('{"resourceMetrics": []}\n{"resourceMetrics": 5}\n', ("FB052", 2, 21)),
        ('{"resourceMetrics": []}\n{"resourceMetrics": [}\n', ("FB052", 2, 22)),
    ],
)  # fmt: skip  # one case a line
def test_faults_of_otlp(tmp_path: Path, data: str, expected: tuple[str, int, int]) -> None:
    assert faults(tmp_path, "load: load", data, "m.json")[0] == expected


# ---- what the formats share --------------------------------------------------------------------------------------------------------


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
    for text, column in (
        ('{"a": 1, "b": {"c": 1, "c": 2}}', 24),
        ('["NaN", NaN]', 9),
        ("[1, 2, 1e400]", 8),
        ('{"a": "a", "\\u0061": 1}', 12),
    ):
        with pytest.raises(SheetFault) as e:
            JsonText.of(text.encode(), "f")
        assert (e.value.line, e.value.column) == (1, column), text
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
