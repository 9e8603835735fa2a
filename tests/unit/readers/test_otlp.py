"""OTLP JSON: what columns are made of sums, gauges and histograms, every fault at its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.readers.exported import case, column, faults, point, request, table, told, total


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
