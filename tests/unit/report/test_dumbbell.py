"""Two shares of a row on one axis, in every format."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fuelbed.core.blocks import Answer, Picture
from fuelbed.core.reporting import Section
from fuelbed.report import render_html, render_markdown, render_text
from fuelbed.report._dumbbell import dumbbell
from tests.unit.report import sample

ROWS = [
    {
        "id": "deploy",
        "label": "deploy",
        "note": "convenient",
        "tone": "bad",
        "first": [0.6, 0.4, 0.75],
        "second": [0.1, 0.05, 0.2],
    },
    {"id": "retries", "label": "retries", "first": [0.0, 0.0, 0.1], "second": [0.3, 0.2, 0.4]},
]
DATA = {"names": ["story", "risk"], "rows": ROWS}
PICTURE = Picture("dumbbell", "Story and risk", DATA, "More is told of the deploy.")


def test_places_are_on_one_axis() -> None:
    v = dumbbell(DATA)
    assert v.top == "100 %"
    assert (v.rows[0].first.at, v.rows[0].first.low, v.rows[0].first.high) == pytest.approx((60, 40, 75))
    assert v.rows[1].second.interval == "30 % (20..40 %)"
    assert dumbbell({"names": ["a", "b"], "rows": ROWS[1:]}).top == "50 %"
    assert dumbbell({"names": ["a", "b"], "rows": []}).rows == ()


def test_rows_without_a_number_are_left_out_and_many_are_counted() -> None:
    v = dumbbell({"names": ["a", "b"], "rows": [{**ROWS[0], "first": [float("nan"), 0, 1]}, *ROWS * 40]})
    assert (len(v.rows), v.more) == (60, 20)


def test_every_format_shows_both_shares() -> None:
    report = replace(sample.report(), sections=(Section("attribution", "§4", "Told?", Answer("Told.", (PICTURE,))),), verdict=())
    for text in (render_text(report, full=True), render_markdown(report), render_html(report)):
        assert "60" in text
        assert "retries" in text
        assert "risk" in text
    assert "●" in render_text(report, full=True)
    assert '<figure class="dumbbell">' in render_html(report)
    assert max(map(len, render_text(report, full=True).splitlines())) <= 80
