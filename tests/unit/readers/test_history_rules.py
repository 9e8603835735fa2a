"""Failures by rule over metrics, against looking at one row after another."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.errors import InputError
from fuelbed.core.evidence import MetricsColumn, MetricsTable
from fuelbed.core.scanner import TextFault
from fuelbed.core.temporal import And, Compare, Not, Or
from fuelbed.readers.case import parse_case, read_case
from fuelbed.readers.fields import Reading
from fuelbed.readers.history_rules import Rule, failures_by_rule, parse_rule

HEAD = (
    "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n"
    "  metrics:\n    api: {file: m.csv, columns: {load: asked, goodput: ok}}\n  history:\n"
)
RULES = """    auto:
      from: api
      rules:
        api: goodput < 0.9 * load for 2 min
        pg-main: hits < 1 or latency > 500 ms
"""
ROWS = [(100, 100, 5, 0.1), (100, 50, "", 0.1), (100, 50, 0, 0.1), (100, 95, 0, 0.1), (100, 10, 5, 0.1), (100, 95, 5, 0.9)]


def write(folder: Path, text: str = RULES) -> Path:
    lines = [f"2025-02-01T10:0{i}:00Z,{','.join(map(str, row))}" for i, row in enumerate(ROWS)]
    (folder / "m.csv").write_text("time,asked,ok,hits,latency\n" + "\n".join(lines) + "\n")
    (folder / "case.yaml").write_text(HEAD + text)
    return folder


def test_rules_over_metrics(tmp_path: Path) -> None:
    c = read_case(write(tmp_path))
    found = c.history["auto"]
    assert (found.components, found.declared, found.window) == (("api", "pg-main"), True, (0, 360))
    assert [(found.components[k], s, e) for k, s, e in zip(found.which, found.starts, found.ends, strict=True)] == [
        ("api", 60, 180), ("pg-main", 120, 240), ("pg-main", 300, 360),
    ]  # fmt: skip  # the one row at minute 4 is too short; an empty cell begins and ends nothing
    assert [(f.code, f.span.line) for f in c.findings if f.span] == [("FB163", 16)]
    assert "1 of 6 rows" in c.findings[0].message


def test_a_column_that_only_a_rule_names_is_read(tmp_path: Path) -> None:
    assert "hits" in read_case(write(tmp_path)).metrics["api"].columns


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("from: api", "from: apy", ("FB161", 13, 13)),
        ("hits < 1", "hitz < 1", ("FB161", 16, 18)),
        ("hits < 1", "1 < 2", None),
        ("hits < 1 or latency > 500 ms", "1 < 2", ("FB161", 16, 18)),
        ("hits < 1", "hits <", ("FB020", 16, 25)),
        ("hits < 1", "always hits < 1", ("FB161", 16, 18)),
        ("hits < 1", "exp(hits) < 1", ("FB161", 16, 18)),
        ("for 2 min", "for two minutes", ("FB040", 15, 39)),
        ("for 2 min", "for 2", ("FB042", 15, 39)),
        ("for 2 min", "for 1..2 min", ("FB161", 15, 39)),
        ("      rules:\n        api: goodput < 0.9 * load for 2 min\n        pg-main: hits < 1 or latency > 500 ms\n", "", ("FB017", 13, 7)),
        ("from: api", "from: api\n      watched: [x]", ("FB014", 14, 7)),
        ("pg-main: hits < 1 or latency > 500 ms", "pg-main: [hits]", ("FB013", 16, 18)),
    ],
)  # fmt: skip
def test_faults(tmp_path: Path, old: str, new: str, place: tuple[str, int, int] | None) -> None:
    assert old in RULES
    write(tmp_path, RULES.replace(old, new))
    if place is None:
        read_case(tmp_path)
        return
    with pytest.raises(InputError) as e:
        read_case(tmp_path)
    assert [(f.code, f.span.line, f.span.column) for f in e.value.findings if f.span] == [place]


def test_shapes_are_checked_without_a_folder() -> None:
    assert parse_case(HEAD + RULES).history == {}
    with pytest.raises(InputError, match="FB161"):
        parse_case(HEAD + RULES.replace("from: api", "from: apy"))


def test_the_word_for_may_end_a_rule_only() -> None:
    assert parse_rule("x > 1 for 2 min")[1] == 120
    assert parse_rule("x > 1")[1] == 0
    with pytest.raises(TextFault):
        parse_rule("x for 2 min > 1")


# ---- against one row after another ---------------------------------------------------------------------------------------------


def kleene(f: object, row: dict[str, float]) -> bool | None:
    """Truth in one row, None where nobody knows."""
    if isinstance(f, Not):
        inner = kleene(f.of, row)
        return None if inner is None else not inner
    if isinstance(f, And | Or):
        parts, decided = [kleene(p, row) for p in f.args], isinstance(f, Or)
        return decided if decided in parts else None if None in parts else not decided
    assert isinstance(f, Compare)
    name, bound = f.left.name, f.right.value  # type: ignore[union-attr]  # the rules below have no other terms
    return None if math.isnan(row[name]) else {"lt": row[name] < bound, "gt": row[name] > bound}[f.op]


def one_by_one(
    times: list[float], rows: list[dict[str, float]], f: object, lasts: float, step: float
) -> list[tuple[float, float]]:
    out: list[list[float]] = []
    going = False
    for i, (t, row) in enumerate(zip(times, rows, strict=True)):
        if i and t - times[i - 1] > 3 * step:
            going = False
        truth = kleene(f, row)
        if truth is None:
            continue
        near = i + 1 < len(times) and times[i + 1] - t <= 3 * step
        end = times[i + 1] if near else t + step
        if truth and going:
            out[-1][1] = end
        elif truth:
            out.append([t, end])
        going = truth
    return [(a, b) for a, b in out if b - a >= lasts]


CELLS = st.sampled_from([0.0, 0.0, 2.0, 2.0, math.nan])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([1, 1, 1, 2, 7]), CELLS, CELLS), min_size=1, max_size=25),
    st.sampled_from(["x > 1", "x > 1 and y > 1", "x > 1 or y < 1", "not x > 1", "not (x > 1 and not y < 1)"]),
    st.integers(0, 4),
)
def test_it_is_what_looking_at_each_row_gives(rows: list[tuple[int, float, float]], text: str, lasts: int) -> None:
    times: list[float] = []
    for gap, _, _ in rows:
        times.append(times[-1] + gap if times else 0.0)
    columns = {n: MetricsColumn(n, n, "", array("d", [r[k] for r in rows])) for k, n in ((1, "x"), (2, "y"))}
    table = MetricsTable("m", "m.csv", array("d", times), columns)
    when = parse_rule(text)[0]
    r = Reading("f")
    found = failures_by_rule(r, table, [Rule("c", when, float(lasts), None)])  # type: ignore[arg-type]  # no place is told
    cells = [{"x": x, "y": y} for _, x, y in rows]
    assert list(zip(found.starts, found.ends, strict=True)) == one_by_one(times, cells, when, lasts, table.step)
