"""The boundary picture in every format: what is drawn where, what is said of what is not drawn, and hostile words."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import jsonschema
import pytest
from boundary_sample import LOADS, PAYLOAD, boundary, dirty, holding, picture, size  # type: ignore[import-not-found]  # beside this file, see conftest.py

from fuelbed.core.reporting import Report
from fuelbed.report import render_html, render_json, render_markdown, render_text, report_json_schema
from fuelbed.report._boundary import at, chart, rows, ticks
from fuelbed.report._plot import HEIGHT, PAD, Word, plot

RENDERERS = [render_html, render_markdown, render_json, lambda r: render_text(r, full=True)]


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def _figure(html: str) -> str:
    found = re.search(r'<figure class="boundary">.*?</figure>', html, re.S)
    assert found
    return found[0]


def _vertices(path: str, data: dict[str, Any]) -> list[tuple[float, float]]:
    """A path back as (load, size)."""
    x, top = data["x"], data["y"]["high"]
    pairs = [tuple(map(float, p.split())) for p in re.split("[ML]", path.removesuffix("h0"))[1:]]
    return [(x["low"] + u / 1000 * (x["high"] - x["low"]), top * (1 - (v - PAD) / HEIGHT)) for u, v in pairs]


def _paths(html: str) -> dict[int, str]:
    found = re.findall(r'<path class="curve l\d" data-line="(\d+)" d="([^"]*)"/>', html)
    return {int(i): d for i, d in found}


def test_html_draws_today_s_line_where_the_numbers_are() -> None:
    data = boundary()
    got = _vertices(_paths(_figure(render_html(holding())))[0], data)
    seen = [(x, y) for x, y in data["curves"][0]["points"] if y is not None]
    lone = LOADS[[size(x) is None for x in LOADS].index(False) - 1]  # beside the first size: the line leaves towards it
    want = [(lone, data["most"]), *seen]
    assert [x for x, _ in got] == pytest.approx([x for x, _ in want], abs=0.05)
    assert [y for _, y in got] == pytest.approx([y for _, y in want], abs=data["y"]["high"] / HEIGHT)


def test_html_needs_no_script() -> None:
    figure = re.sub(r"<script.*?</script>", "", _figure(render_html(holding())), flags=re.S)
    assert 'role="img" aria-label="At a load near 58 it stays down from 1.3 times the push."' in figure
    assert set(_paths(figure)) == {0, 1, 4}
    for words in ("stays down</text>", "comes back</text>", "today 58</text>", ">retry_budget ↑</text>", ">own_writer ↑</text>",
                  "about 1.3 times the push at today’s load; none up to 4 times below a load of 34", ">same as today<",
                  ">none up to 4 times, at any load here<", "off by at most 0.034 times the push", "40 to 76 per second"):  # fmt: skip  # one list
        assert words in figure, words
    assert 'class="ribbon"' in figure
    assert "Moving <code>timeout</code> needs JavaScript." in figure


def test_the_region_and_the_marks_stand_where_they_belong() -> None:
    p = plot(boundary())
    places = {w.text: w for w in p.words}
    for text, above in (("stays down", True), ("comes back", False)):
        w = places[text]
        edge = size(16.0 + 84.0 * w.x / 100)
        height = HEIGHT + PAD - HEIGHT * (4.0 if edge is None else edge) / 4.0
        assert (w.y < height) is above
    assert p.one == pytest.approx(PAD + HEIGHT * 0.75)
    (dot, x, y, _), (diamond, u, v, _) = p.marks
    assert (dot, y, diamond, v) == ("origin", PAD + HEIGHT, "push", p.one)
    assert x == u == pytest.approx(50.0)
    assert p.spread == pytest.approx((100 * 24 / 84, 100 * 60 / 84))


def _boxes(words: tuple[Word, ...]) -> list[tuple[float, float, float, float]]:
    out = []
    for w in words:
        wide = 100 * 7.0 * len(w.text) / 290
        left = {"start": w.x, "end": w.x - wide, "middle": w.x - wide / 2}[w.side]
        out.append((left, w.y - 11, left + wide, w.y + 2))
    return out


@pytest.mark.parametrize("seed", range(12))
def test_no_two_words_of_a_drawing_meet_on_a_phone_and_none_leaves_it(seed: int) -> None:
    rng = random.Random(seed)
    data = boundary()
    shapes = [(rng.uniform(60, 140), rng.uniform(0.2, 3.0)) for _ in range(rng.randint(1, 7))]
    data["curves"] = [
        {"id": f"item_{i}" if i else "", "label": f"after `item_{i}`",
         "points": [[x, size(x, a, b * (rng.uniform(0.5, 1.5) if seed % 2 else 1.0))] for x in LOADS]}
        for i, (a, b) in enumerate(shapes)
    ]  # fmt: skip  # one record; every other drawing is jagged
    boxes = _boxes(plot(data).words)
    assert len(boxes) >= 2
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left > -2
        assert right < 102
        assert top > 0
        assert bottom < HEIGHT + PAD + 2
        assert not [b for b in boxes[:i] if left < b[2] and right > b[0] and top < b[3] and bottom > b[1]]


def test_long_names_are_numbered_and_stand_in_the_legend() -> None:
    data = boundary()
    data["curves"][1].update(id="a_name_that_is_much_too_long", label="after `a_name_that_is_much_too_long`")
    p = plot(data)
    assert {w.text for w in p.words if w.kind == "name"} == {"today ↑", "1 ↑", "3 ↑", "4 ↑"}
    assert (p.legend[1].sign, p.legend[1].label) == ("1", "after `a_name_that_is_much_too_long`")
    assert [e.lights for e in p.legend] == [0, 1, 0, 3, 4]


def test_hostile_words_stay_words() -> None:
    clean, spoilt = (render_html(holding(picture(d))) for d in (boundary(), dirty(boundary())))
    kinds = {"script", "img", "style", "svg", "button", "input", "path", "text", "li", "label"}
    counts = [{k: [t for t, _ in _Tags(html).tags].count(k) for k in kinds} for html in (clean, spoilt)]
    assert counts[0]["text"] - counts[1]["text"] in range(4)  # a name without room stands in the legend only
    assert {**counts[0], "text": 0} == {**counts[1], "text": 0}
    attributes = [a for _, a in _Tags(spoilt).tags]
    assert not [a for a in attributes if any(k.startswith("on") for k in a) or "style" in a]
    data = re.search(r'<script type="application/json">([^<]*)</script>\n</figure>', _figure(spoilt))
    assert data
    assert json.loads(data[1])["unit"].endswith(PAYLOAD)
    text = render_markdown(holding(picture(dirty(boundary()))))
    outside = re.sub(r"`[^`\n]*`", "", re.sub(r"```mermaid.*?```", "", text, flags=re.S))
    assert "<img" not in outside
    assert "<script" not in outside
    table = re.search(r"(\| [^\n]*per second[^\n]*\n\| ---.*?)\n\n", text, re.S)
    assert table
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table[1].split("\n")} == {len(boundary()["curves"]) + 2}


def _one_point() -> dict[str, Any]:
    data = boundary()
    data["x"].update(low=58.0, high=58.0)
    data["curves"] = [{"id": "", "label": "today", "points": [[58.0, 1.3]]}]
    return {**data, "spread": None, "slider": None}


def _nowhere() -> dict[str, Any]:
    data = boundary()
    data["curves"][0] = {"id": "", "label": "today", "points": [[x, None] for x in LOADS], "band": []}
    return data


def _bare() -> dict[str, Any]:
    return {**boundary(), "curves": [], "marks": [], "spread": None, "slider": None}


def _broken_numbers() -> dict[str, Any]:
    """What an engine should not give, but a report must survive."""
    data = boundary()
    data["curves"][0]["points"][3][1] = float("nan")
    data["curves"][0]["points"][5][1] = float("inf")
    data["spread"] = [float("-inf"), float("inf")]
    data["marks"][0]["x"] = float("nan")
    data["slider"]["values"] = [0.3]
    data["slider"]["curves"] = data["slider"]["curves"][:1]
    return {**data, "y": {**data["y"], "high": 0.0}}


@pytest.mark.parametrize("make", [boundary, _one_point, _nowhere, _bare, _broken_numbers])
@pytest.mark.parametrize("render", RENDERERS)
def test_every_format_survives_the_extremes(render: Callable[[Report], str], make: Callable[[], dict[str, Any]]) -> None:
    text = render(holding(picture(make())))
    assert text == render(holding(picture(make())))
    assert "How great a push keeps" in text
    assert len(text.encode()) < 500_000
    assert not re.search(r'="[^"]*\b(nan|inf|None)\b', text)


def test_one_point_is_a_dot_and_nothing_is_shaded() -> None:
    p = plot(_one_point())
    assert [d for _, _, d in p.curves] == ["M500 197h0"]
    assert (p.down, p.ribbon, p.knob) == ("", "", None)
    assert p.legend[0].said == "about 1.3 times the push at today’s load"


def test_a_curve_that_no_push_reaches_has_no_line() -> None:
    p = plot(_nowhere())
    assert [i for i, _, _ in p.curves] == [1, 2, 4]
    assert p.legend[0].said == "none up to 4 times, at any load here"
    assert p.legend[2].said == "about 1.3 times the push at today’s load; none up to 4 times below a load of 34"
    assert "stays down" not in [w.text for w in p.words]


def test_a_size_beside_none_on_both_sides_leaves_at_the_top_twice() -> None:
    data = {**boundary(), "curves": [{"id": "", "label": "today", "points": [[16, None], [58, 2.0], [100, None]]}]}
    assert [round(y, 1) for _, y in _vertices(plot(data).curves[0][2], data)] == [4.0, 2.0, 4.0]


def test_without_a_slider_there_is_nothing_to_move() -> None:
    figure = _figure(render_html(holding(picture({**boundary(), "slider": None}))))
    assert "<input" not in figure
    assert "<script" not in figure
    assert 'class="curve try"' not in figure


def test_a_whole_parameter_moves_in_whole_steps() -> None:
    data = boundary()
    values = [0.0, 1.0, 2.0, 4.0, 6.0]
    data["slider"].update(parameter="retries", unit="", today=3.0, values=values, curves=data["slider"]["curves"][:5])
    dial = chart(data).dial
    assert dial is not None
    assert (dial.steps, dial.place) == (6, 3)
    assert plot(boundary()).knob.steps == 120  # type: ignore[union-attr]  # the sample has one


def test_the_size_at_a_load_between_two() -> None:
    points = ((0.0, None), (10.0, 4.0), (20.0, 2.0), (30.0, 0.0))
    assert [at(points, x) for x in (2.0, 9.0, 10.0, 15.0, 25.0, 31.0, -1.0)] == [None, 4.0, 4.0, 3.0, 1.0, None, None]


@pytest.mark.parametrize(
    ("low", "high", "about"), [(0.0, 4.0, 4), (8.0, 102.0, 5), (0.0, 1.83, 4), (0.0003, 0.0011, 5), (-3.0, 2.0, 4)]
)
def test_ticks_are_round_and_inside(low: float, high: float, about: int) -> None:
    got = ticks(low, high, about)
    assert 2 <= len(got) <= about + 1
    assert all(low - 1e-9 <= t <= high + 1e-9 for t in got)
    assert all(len(f"{t:.10g}".strip("-0.").replace(".", "")) <= 3 for t in got)


def test_markdown_tells_six_loads_among_them_today_s() -> None:
    text = render_markdown(holding())
    lines = [line for line in text[text.index("Least size of") :].split("\n") if re.match(r"\| \*{0,2}\d", line)]
    assert len(lines) == 6
    assert "| **58** today | 1.3 (0.95..1.9) | 2.8 | 1.3 | none up to 4 | 2.1 |" in lines
    assert "- after `alert_only`: same as today." in text
    assert [r[2] for r in rows(chart(boundary()))].count(True) == 1


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_terminal_plots_the_line_where_the_numbers_are(width: int) -> None:
    lines = render_text(holding(), width=width, full=True).split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("How great a push"))
    stop = next(i for i in range(start, len(lines)) if "Least size that stays down" in lines[i])
    assert stop - start <= 14 + (width < 80)
    plotted = [line for line in lines[start:stop] if re.match(r" *[\d.]*[│└]", line)]
    assert len(plotted) == 9
    assert all(len(line) <= min(width, 78) for line in plotted)
    inside = [re.sub(r"^ *[\d.]*[│└]", "", line) for line in plotted]
    wide = max(map(len, inside))
    first = next(x for x in LOADS if size(x) is not None)
    for column in range(0, wide, 3):
        load = 16.0 + 84.0 * column / (wide - 1)
        y = size(load)
        if y is not None and load > first:
            row = round(8 * (1 - y / 4.0))
            assert (
                "*" in [inside[r][column] for r in range(max(0, row - 1), min(9, row + 2)) if column < len(inside[r])] or row == 6
            )


def test_the_terminal_without_letters_beyond_ascii() -> None:
    text = render_text(holding(), full=True, ascii_only=True)
    assert text.isascii()
    start = text.index("How great a push")
    assert "?" not in text[start : text.index("What keeps it down", start)]
    assert "1|" in text[start:]
    assert "# ingestion_surge as" in text[start:]


def test_json_passes_the_data_on() -> None:
    data = json.loads(render_json(holding()))
    jsonschema.Draft202012Validator(report_json_schema()).validate(data)
    section = next(s for s in data["sections"] if s["engine"] == "dynamics")
    assert section["answer"]["blocks"][0]["data"] == boundary()


def test_today_s_size_is_told_as_it_was_computed() -> None:
    data = boundary()
    for curve, now in zip(data["curves"], (1.043, 0.957, 1.043, None, 2.14), strict=True):
        curve["now"] = now
    p = plot(data)
    assert [e.said.split(" at ")[0].split(",")[0] for e in p.legend] == [
        "1.04 times the push", "0.96 times the push", "same as today", "none up to 4 times", "2.1 times the push"]  # fmt: skip  # one list
    assert p.knob is not None
    assert json.loads(p.knob.data)["was"] == "1.04 times the push"
    assert "about" not in render_text(holding(picture(data)), full=True)
