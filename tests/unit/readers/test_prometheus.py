"""Prometheus JSON: the documented examples, what columns are made of them, every fault at its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fuelbed.core.errors import InputError
from tests.unit.readers.exported import UP, case, column, faults, matrix, table, told


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
