"""OpenMetrics text: the documented example, dumps without types, every fault at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.readers.exported import column, faults, table, told

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
        ("load 1 5\n", ("FB052", 1, 9)),
        (OM.replace("# EOF\n", ""), ("FB052", 15, 49)),
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
