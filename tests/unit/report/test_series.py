"""A hidden state over time: the line is its numbers, gaps stay gaps, the axis begins at 0, and what is cut is said."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from evidence_sample import PICTURES, holding, picture  # type: ignore[import-not-found]  # beside this file, see conftest.py

from fuelbed.report import render_html, render_markdown, render_text
from fuelbed.report._series import Curve, series


def _data(**changes: Any) -> dict[str, Any]:
    return {**PICTURES["series"](), **changes}


def _points(path: str) -> list[list[tuple[float, float]]]:
    """Each stretch of a path as (across, down)."""
    return [
        [tuple(map(float, p.split())) for p in run.removesuffix("Z").removesuffix("h0").split("L")] for run in path.split("M")[1:]
    ]  # type: ignore[misc]  # pairs


def _values(c: Curve, path: str) -> list[float]:
    """Back to numbers, by the labels of the axis."""
    (y0, a), (y1, b) = c.labels[0], c.labels[-1]
    low, high = (float(x.replace("−", "-")) for x in (a, b))
    return [low + (y - y0) / (y1 - y0) * (high - low) for run in _points(path) for _, y in run]


def test_the_line_and_the_band_are_their_numbers() -> None:
    data = _data()
    c = series(data).main
    near = 0.6 * 511 / 154  # a tenth of a pixel, of a drawing 154 pixels high
    assert _values(c, c.line) == pytest.approx([v for _, v, _, _ in data["points"]], abs=near)
    edge = [h for *_, h in data["points"]] + [low for _, _, low, _ in data["points"][::-1]]
    assert _values(c, c.band) == pytest.approx(edge, abs=near)
    across = [x for run in _points(c.line) for x, _ in run]
    span = data["points"][-1][0]
    assert across == pytest.approx([1000 * t / span for t, *_ in data["points"]], abs=0.06)
    assert c.labels[0][1] == "0"


def test_what_was_not_measured_is_a_gap() -> None:
    latency, errors = series(_data()).seen
    assert len(_points(latency.line)) == 2
    assert len(_points(errors.line)) == 1
    assert [len(run) for run in _points(latency.line)] == [100, 88]


def test_the_greatest_is_told_with_its_interval_and_time() -> None:
    v = series(_data())
    assert v.main.said == "most 384 (307..511) at 22:34:30"
    assert v.cover == "90 %"
    assert v.trigger is not None
    assert v.trigger.words == "22:27:00 to 22:29:00"
    assert v.main.aside == pytest.approx([100 * t / 996 for t in (310.0, 316.0)], abs=0.01)


def test_a_band_without_bound_is_cut_and_says_so() -> None:
    data = _data(points=[[0, 1.0, 0.5, 2.0], [10, 2.0, 1.0, 900.0], [20, 1.0, 0.5, 2.0]], seen=[])
    v = series(data)
    assert v.main.cut == "The upper end is cut at 20; it goes to 900."
    assert v.main.cut in render_html(holding(picture("series", data)))


def test_values_below_zero_are_on_the_axis() -> None:
    c = series(_data(points=[[0, -5.0, -6.0, -4.0], [10, 5.0, 4.0, 6.0]])).main
    assert c.labels[0][1].startswith("−")
    assert _values(c, c.line) == pytest.approx([-5.0, 5.0], abs=0.1)


@pytest.mark.parametrize(
    "changes",
    [
        {"points": []},
        {"points": [[0, 1, 1, 1]]},
        {"points": [[0, math.nan, 1, 1], [1, 2, None, math.inf]]},
        {"points": [[0, 0, 0, 0], [1, 0, 0, 0]]},
        {"seen": []},
        {"seen": [{"id": "x", "label": "", "unit": "", "points": []}]},
        {"seen": [{"id": "x", "label": "x", "unit": "", "points": [[0, None]]}]},
        {"trigger": None, "start": None, "aside": []},
        {"trigger": [300.0, None], "cover": None},
    ],
)
def test_little_is_drawn_too(changes: dict[str, Any]) -> None:
    report = holding(picture("series", _data(**changes)))
    part = re.search(r'<figure class="timeline series">.*?</figure>', render_html(report), re.S)
    assert part
    assert not re.search(r'="[^"]*\b(nan|inf|None)\b', part[0])
    assert "How many requests waited" in render_markdown(report)
    assert "Requests that" in render_text(report, full=True)


def test_the_table_has_few_rows_and_the_greatest_is_among_them() -> None:
    rows = series(_data()).table.rows
    assert 10 <= len(rows) <= 15
    assert any(row[1].text == "384 (307..511)" for row in rows)
