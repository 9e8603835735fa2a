"""Every format: order, escaping, determinism, and what each promises of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import jsonschema
import pytest
import sample  # type: ignore[import-not-found]  # beside this file, see conftest.py

from fuelbed.core.blocks import Answer, Cell, Column, Picture, Table
from fuelbed.core.facts import NotFound
from fuelbed.core.reporting import Report, Section
from fuelbed.report import render_html, render_json, render_markdown, render_text, report_json_schema


class _Tags(HTMLParser):
    """Every element and attribute the page holds, and text outside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def _parse(html: str) -> _Tags:
    tags = _Tags()
    tags.feed(html)
    return tags


def _unknown() -> Report:
    """The sample with a removal picture without numbers and a what-if without a tape."""
    removal = {**sample.REMOVAL, "baseline": {"value": None, "low": 0, "high": sample.INF},
               "rows": [{**r, "value": None, "low": None, "high": None, "change": None} for r in sample.REMOVAL["rows"]]}  # fmt: skip
    blocks = (
        Picture("removal", "Left", removal, "Words."),
        Picture("whatif", "Try it", {"tape": None, "reason": "Past the node budget."}, "Words."),
        Picture("spiral", "New", {}, "A kind no renderer knows, in words."),
    )
    base: Report = sample.report()
    return replace(base, sections=(Section("structure", "§1", "Which?", Answer("Nothing is known.", blocks)),))


@pytest.mark.parametrize("render", [render_html, render_markdown, render_text, render_json])
def test_no_format_prints_a_control_character(render: Callable[[Report], str]) -> None:
    payload = "".join(map(chr, [*range(32), *range(127, 160), 0x200E, 0x2028, 0x202E, 0x2066]))
    text = render(sample.hostile(payload))
    assert not {c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t"}
    assert not {"\u202e", "\u2066"} & set(text)
    text.encode()


@pytest.mark.parametrize("render", [render_html, render_markdown, render_text, render_json])
def test_same_report_same_bytes(render: object) -> None:
    assert callable(render)
    assert render(sample.report()) == render(sample.report())


def test_html_is_one_closed_file() -> None:
    html = render_html(sample.report())
    tags = _parse(html)
    assert len(html.encode()) < 500_000
    assert not [t for t, a in tags.tags if t in ("img", "link", "iframe", "base", "form", "object") or "src" in a]
    assert not [a for _, a in tags.tags if "style" in a or any(k.startswith("on") for k in a)]
    assert all((a.get("href") or "#").startswith("#") for _, a in tags.tags)
    assert "http" not in re.sub(r"http-equiv", "", html)


def test_html_policy_admits_exactly_its_own_style_and_script() -> None:
    html = render_html(sample.report())
    policy = next(a["content"] for t, a in _parse(html).tags if t == "meta" and a.get("http-equiv"))
    style = re.search(r"<style>(.*?)</style>", html, re.S)
    script = re.search(r"<script>(.*?)</script>", html, re.S)
    assert style
    assert script
    assert policy
    for name, text in (("style-src", style[1]), ("script-src", script[1])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "base-uri 'none'; form-action 'none'" in policy


def test_html_order_and_folding() -> None:
    html = render_html(sample.report())
    marks = ["The timeout change was the spark", "What is left after each is removed", "Which of the action items", "The mechanism",
             "Try it", 'id="q1"', 'id="q9"', 'id="findings"', "sha256:3f"]  # fmt: skip
    places = [html.index(m) for m in marks]
    assert places == sorted(places)
    assert "<summary>Minimal cut sets" in html
    assert html.count("Asked for, not found") == 8
    assert "<code>unbounded_<wbr>retry</code>" in html
    named = render_html(replace(sample.report(), failure="the_flags_" + "were_not_there_" * 3))
    assert '<code class="long">the_<wbr>flags_<wbr>were_' in named
    assert "`" not in re.sub(r"<(script|style).*?</\1>", "", html, flags=re.S)


@pytest.mark.parametrize("make", [sample.report, sample.hostile, lambda: replace(sample.report(), sections=())])
def test_html_can_be_moved_through_by_headings_marks_and_landmarks(make: Callable[[], Report]) -> None:
    html = render_html(make())
    levels = [int(n) for n in re.findall(r"<h([1-6])[ >]", html)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels
    ids = set(re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= ids
    regions = re.findall(r'role="region" aria-label="([^"]*)"', html)
    assert len(regions) == len(set(regions))


def test_html_escapes_every_string() -> None:
    html = render_html(sample.hostile())
    tags, clean = _parse(html), _parse(render_html(sample.report()))
    strict = {"script", "img", "style", "svg", "a", "meta", "button", "input"}
    assert [t for t, _ in tags.tags if t in strict] == [t for t, _ in clean.tags if t in strict]
    assert not [a for _, a in tags.tags if any(k.startswith("on") for k in a)]
    assert "<img" not in html
    assert html.count("<script") == render_html(sample.report()).count("<script")
    data = re.search(r'<script type="application/json">(.*?)</script>', html, re.S)
    assert data
    assert "<" not in data[1]
    assert "\\u003c" in data[1]
    assert json.loads(data[1])["sliders"][0]["id"].endswith(sample.PAYLOAD)


def test_html_without_numbers_and_without_a_tape() -> None:
    html = render_html(_unknown())
    assert "3 of 4 cut sets left" in html
    assert "Past the node budget." in html
    assert "A kind no renderer knows, in words." in html
    assert 'type="range"' not in html


def test_graph_draws_the_feedback_edge_and_every_node() -> None:
    html = render_html(sample.report())
    assert html.count('class="link back"') == 1
    assert html.count("data-node=") == len(sample.GRAPH["nodes"])
    assert html.count("data-set=") == len(sample.GRAPH["cut_sets"])


def test_what_the_case_says_and_that_it_is_a_draft_stand_at_the_top() -> None:
    report = replace(sample.report(), notice="This is a draft & unconfirmed.")
    html = render_html(report)
    assert '<p class="notice" role="note">This is a draft &amp; unconfirmed.</p>' in html
    assert '<p class="headline">The timeout change was the spark' in html
    places = [
        html.index(m) for m in ('class="notice"', 'class="headline"', "In the case’s own words", "the loop through", 'id="left"')
    ]
    assert places == sorted(places)
    text = render_markdown(report)
    assert text.index("> **This is a draft") < text.index("**The timeout change") < text.index("The report names the timeout")
    data = json.loads(render_json(report))
    assert data["notice"].startswith("This is a draft")
    assert data["summary"] == list(report.summary)
    assert "notice" not in re.sub(r"<style>.*?</style>", "", render_html(sample.report()), flags=re.S)


def test_a_claim_that_the_verdict_holds_is_not_said_again() -> None:
    base: Report = sample.report()
    first = replace(base.sections[0], answer=Answer(f"{base.verdict[0]}\nAnd this is new."))
    report = replace(base, sections=(first, *base.sections[1:]))
    for text in (render_html(report), render_markdown(report)):
        assert text.count("The timeout change was the spark") == 1
        assert "And this is new." in text


def test_a_question_without_an_engine_says_so_and_promises_nothing() -> None:
    base: Report = sample.report()
    kept = "This version has no engine for it; the section `dynamics` is kept, and changes no result."
    sections = tuple(replace(s, answer=NotFound("", "", kept)) if s.engine == "dynamics" else s for s in base.sections)
    html, text = render_html(replace(base, sections=sections)), render_markdown(replace(base, sections=sections))
    assert html.count("no engine for it") == 1
    assert html.count("It would unlock") == render_html(base).count("It would unlock") - 1
    assert kept in text
    assert "without an engine in this version: §2" in render_text(replace(base, sections=sections))


def test_the_feedback_is_named_in_words() -> None:
    html = re.sub(r"<wbr>", "", render_html(sample.report()))
    assert "<b>Feedback:</b> <code>writer_saturated</code> → <code>retry_storm</code> → <code>writer_saturated</code>" in html
    assert "Feedback: `writer_saturated` → `retry_storm` → `writer_saturated`" in render_markdown(sample.report())


def test_a_page_that_would_be_too_long_shows_less_and_says_so() -> None:
    base: Report = sample.report()
    rows = tuple((Cell(f"factor_{i}"), Cell("w" * 3000)) for i in range(300))
    table = Table("t", "Many", (Column("a", "factor", "code"), Column("b", "words")), rows, detail=True)
    first = base.sections[0]
    assert isinstance(first.answer, Answer)
    long = replace(
        base, sections=(replace(first, answer=replace(first.answer, blocks=(*first.answer.blocks, table))), *base.sections[1:])
    )
    html = render_html(long)
    assert len(html.encode()) < 500_000
    assert "The first 40 of 300 rows; all of them are in the JSON report." in html
    assert 'type="range"' in html
    assert "factor_299" in render_json(long)


def test_a_tape_that_is_too_long_stays_at_home() -> None:
    tape = {**sample.WHATIF["tape"], "ops": [["+", 0, 1]] * 60_000}
    b = Picture("whatif", "Try it", {**sample.WHATIF, "tape": tape}, "Words.")
    html = render_html(replace(sample.report(), sections=(Section("structure", "§1", "Which?", Answer("Known.", (b,))),)))
    assert len(html) < 500_000
    assert 'type="range"' not in html
    assert "too long to travel in the page" in html


def test_markdown() -> None:
    text = render_markdown(sample.report())
    assert "```mermaid\nflowchart LR\n" in text
    assert "n0 --> n8" in text
    assert "<details><summary>Minimal cut sets</summary>" in text
    assert "- `a1` Circuit breakers" in text
    assert "| `a3` | Raise the timeout again | × trigger only | −0.4 % (−2..0 %) |" in text
    assert "(unbounded" not in text
    assert "`unbounded_retry`" in text


def test_markdown_escapes_every_string() -> None:
    text = render_markdown(sample.hostile())
    fences = re.sub(r"```mermaid.*?```", "", text, flags=re.S)
    outside = re.sub(r"`[^`\n]*`", "", fences)
    assert "<img" not in outside
    assert "<script" not in outside
    assert not re.search(r"(?<!\\)\[x(?<!\\)\]\(", outside)
    chart = re.search(r"```mermaid(.*?)```", text, re.S)
    assert chart
    assert "<img" not in chart[1]
    assert "`" not in chart[1]


def test_json_follows_its_schema() -> None:
    schema = report_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for report in (sample.report(), sample.hostile(), _unknown()):
        data = json.loads(render_json(report))
        jsonschema.Draft202012Validator(schema).validate(data)
    data = json.loads(render_json(sample.report()))
    assert next(iter(data)) == "fuelbed-report"
    assert data["fuelbed-report"] == 1
    estimates = next(b for b in data["sections"][0]["answer"]["blocks"] if b["type"] == "estimates")
    assert estimates["items"][3]["estimate"]["high"] == "inf"
    assert data["sections"][2]["status"] == "not found"
