"""Pictures of evidence in every format: what is drawn where, every label in words, hostile words, and limits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import jsonschema
import pytest
from evidence_sample import PAYLOAD, PICTURES, dirty, holding, picture  # type: ignore[import-not-found]  # beside this file, see conftest.py
from markdown_it import MarkdownIt

from fuelbed.core.reporting import Report
from fuelbed.report import render_html, render_json, render_markdown, render_text, report_json_schema
from fuelbed.report._columns import clean, columns
from fuelbed.report._posterior import posterior
from fuelbed.report._signatures import signatures

RENDERERS = [render_html, render_markdown, render_json, lambda r: render_text(r, full=True)]
KINDS = list(PICTURES)
each_kind = pytest.mark.parametrize("kind", KINDS)


class _Page(HTMLParser):
    """Tags with their attributes, and the words of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def figure(kind: str, html: str) -> str:
    found = re.search(rf'<figure class="(?:timeline )?{kind}">.*?</figure>', html, re.S)
    assert found
    return found[0]


def _labels(x: Any, key: str = "") -> list[str]:
    """Every label of a picture's data."""
    if isinstance(x, dict):
        return [s for k, v in x.items() for s in _labels(v, k)]
    if isinstance(x, list):
        return [s for v in x for s in _labels(v, key)]
    return [x] if isinstance(x, str) and key in ("label", "formula", "note") and x else []


def _flat(text: str) -> str:
    return re.sub(r"[\s`\\*]|&#96;|_", "", text)


def _bare(text: str) -> list[str]:
    return re.findall(r"\w+", text.replace("_", " "))


@each_kind
def test_every_label_is_told_in_every_format(kind: str) -> None:
    report = holding(picture(kind))
    page = _Page(figure(kind, render_html(report))).words
    wanted = _labels(PICTURES[kind]())
    assert len(wanted) >= 3
    for text in (page, render_markdown(report), render_json(report)):
        flat = _flat(text.replace("&gt;", ">").replace("&lt;", "<"))
        assert [label for label in wanted if _flat(label) not in flat] == []
    words = set(_bare(render_text(report, full=True)))  # a name may wrap beside its drawing
    assert [label for label in wanted if not words.issuperset(_bare(clean(label)))] == []


@each_kind
def test_json_passes_the_data_on(kind: str) -> None:
    data = json.loads(render_json(holding(picture(kind))))
    jsonschema.Draft202012Validator(report_json_schema()).validate(data)
    section = next(s for s in data["sections"] if s["engine"] == "observability")
    assert section["answer"]["blocks"][0]["data"] == PICTURES[kind]()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_terminal_keeps_to_its_width(width: int) -> None:
    for report in (holding(), holding(*(picture(k, dirty(PICTURES[k]())) for k in KINDS))):
        text = render_text(report, width=width, full=True)
        assert max(map(columns, text.splitlines())) <= width
        assert render_text(report, width=width, full=True, ascii_only=True).isascii()


def test_the_terminal_without_letters_beyond_ascii_has_no_unknown_sign() -> None:
    text = render_text(holding(), full=True, ascii_only=True)
    start = text.index("What the signals say")
    part = text[start : text.index("To repeat it")]
    plain = render_text(holding(), full=True)
    assert part.count("?") == plain[plain.index("What the signals say") : plain.index("To repeat it")].count("?")


def test_the_summary_stays_a_screen_and_has_no_picture() -> None:
    text = render_text(holding())
    assert len(text.splitlines()) <= 45
    assert "○ before" not in text
    assert "Two invariants broke." in text


@each_kind
@pytest.mark.parametrize("render", RENDERERS)
def test_hostile_words_stay_words(render: Callable[[Report], str], kind: str) -> None:
    report = holding(picture(kind, dirty(PICTURES[kind]())))
    text = render(report)
    assert text == render(report)
    if render is render_html:
        part = figure(kind, text)
        tags = {t for t, _ in _Page(part).tags}
        assert not tags & {"img", "script", "style", "a"}
        assert not [a for _, attrs in _Page(part).tags for a in attrs if a.startswith("on") or a in ("style", "href", "src")]
        assert PAYLOAD.replace("`", "")[:20] in _Page(part).words
        assert "{{7*7}}" in text
        assert not re.search(r'="[^"]*\b(nan|inf|None)\b', part)
    elif render is render_markdown:
        tags = {t for t, _ in _Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(text)).tags}
        assert not tags & {"img", "script", "style", "a"}


@each_kind
@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("bad", ["\x00\x1b[31m\u202e\ud800", "漢字" * 40, "x" * 400, "", " ", "a|b\nc"])
def test_odd_words_break_no_format(render: Callable[[Report], str], kind: str, bad: str) -> None:
    def put(x: Any, key: str = "") -> Any:
        if isinstance(x, str):
            return bad if key in ("label", "formula", "note", "source", "unit") else x
        if isinstance(x, dict):
            return {k: put(v, k) for k, v in x.items()}
        return [put(v, key) for v in x] if isinstance(x, list) else x

    text = render(holding(picture(kind, put(PICTURES[kind]()))))
    text.encode()
    assert len(text) < 500_000


def _many(kind: str) -> dict[str, Any]:
    """A hundred times as many of everything."""
    data: dict[str, Any] = PICTURES[kind]()
    for key in ("rows", "states", "threats", "consequences", "strips", "lanes", "accounts"):
        if key in data:
            data[key] = [{**x, "id": f"{x.get('id', '')}_{i}", "group": i} for i in range(100) for x in data[key]]
    if kind == "signatures":
        data["signals"] = [{**s, "id": f"{s['id']}_{i}"} for i in range(100) for s in data["signals"]]
        data["states"] = [{**s, "shows": s["shows"] * 100} for s in data["states"]]
    if kind == "bowtie":
        data["controls"] = {f"{k}_{i}": c for i in range(100) for k, c in data["controls"].items()}
        for x in (*data["threats"], *data["consequences"]):
            x["barriers"] = list(data["controls"])
    if kind == "series":
        data["seen"] = [{**s, "id": f"{s['id']}_{i}"} for i in range(100) for s in data["seen"]]
        data["points"] = data["points"] * 100
    if kind == "timeline":
        data["lanes"][0]["marks"] = [
            {"t": 10.0 * i, "end": None, "label": f"entry {i}", "tone": "plain", "source": ""} for i in range(5000)
        ]
    return data


@each_kind
def test_a_hundred_times_as_much_is_cut_and_says_so(kind: str) -> None:
    report = holding(picture(kind, _many(kind)))
    html = render_html(report)
    part = figure(kind, html)
    assert len(part) < 250_000
    assert len(html) < 500_000
    assert re.search(r"\d+ more|not drawn: |The first 100 of", part, re.I)
    for text in (render_markdown(report), render_text(report, full=True)):
        assert re.search(r"\d+ (\w+ )?more|Not drawn|Not in the", " ".join(text.split()))
        assert len(text) < 120_000


def test_the_pages_own_pictures_are_small() -> None:
    assert len(render_html(holding()).encode()) < 300_000


# ---- beliefs ---------------------------------------------------------------------------------------------------------------------


def test_beliefs_stand_where_their_numbers_are() -> None:
    data = PICTURES["posterior"]()
    part = figure("posterior", render_html(holding(picture("posterior"))))
    dots = [float(x) for x in re.findall(r'<circle class="after dot" cx="([\d.]+)%"', part)]
    want = [100 * r["posterior"][0] for r in sorted(data["rows"], key=lambda r: ("hypothesis", "factor", "cut_set").index(r["kind"]))
            if r["posterior"][0] is not None]  # fmt: skip  # one list
    assert dots == pytest.approx(want, abs=0.005)
    ranges = re.findall(r'<line class="after range" x1="([\d.]+)%" x2="([\d.]+)%"', part)
    assert [float(a) for a, _ in ranges][:4] == pytest.approx([0.1, 2.0, 0.0, 55.0])


def test_hypotheses_come_first_and_what_is_not_known_has_no_mark() -> None:
    p = posterior(PICTURES["posterior"]())
    assert [g[0] for g in p.groups] == ["hypothesis", "factor", "cut_set"]
    other = next(r for r in p.groups[0][2] if r.id == "unknown_one")
    assert (other.prior_text, other.after_text, other.after.known) == ("not known", "not known", False)
    assert next(r for r in p.groups[0][2] if r.id == "streaming").way == "up"


def test_an_interval_of_all_that_may_be_is_told() -> None:
    row = {"id": "a", "label": "a", "kind": "factor", "tone": "plain", "prior": [0.3, 0.0, 1.0], "posterior": [0.3, 0.0, 1.0]}
    (belief,) = posterior({"rows": [row]}).groups[0][2]
    assert (belief.prior_text, belief.after_text, belief.interval, belief.way) == ("0.3", "0.3", "0..1", "as before")


@pytest.mark.parametrize(("greatest", "top"), [(0.9, 1.0), (0.4, 0.5), (0.031, 0.05), (0.0008, 0.001), (1.0, 1.0)])
def test_the_axis_of_beliefs_ends_where_they_do(greatest: float, top: float) -> None:
    row = {
        "id": "a",
        "label": "a",
        "kind": "factor",
        "tone": "plain",
        "prior": [greatest / 2, 0.0, greatest],
        "posterior": [None, None, None],
    }
    p = posterior({"rows": [row]})
    assert p.top == top
    assert p.groups[0][2][0].prior.high == pytest.approx(100 * greatest / top)


# ---- signatures ------------------------------------------------------------------------------------------------------------------


def test_a_cell_is_against_what_was_seen_only_where_it_is() -> None:
    v = signatures(PICTURES["signatures"]())
    states = {s.id: s for g in v.groups for s in g}
    ids = [s.id for s in v.signals]
    wrong = {name: [ids[i] for i, x in enumerate(s.signs) if x.against] for name, s in states.items()}
    assert wrong == {"streaming": [], "freelist": [], "both": [], "hardware": ["cpu_high"], "traffic": ["cpu_high", "disk_slow"],
                     "nothing": ["errors_high", "latency_high", "disk_slow"]}  # fmt: skip  # one table
    assert [s.fits for s in states.values()] == [True] * 3 + [False] * 3


def test_states_of_one_signature_stand_together_and_candidates_last() -> None:
    data = PICTURES["signatures"]()
    data["states"] = data["states"][::-1][2:] + data["states"][::-1][:2]
    data["signals"] = data["signals"][::-1]
    for s in data["states"]:
        s["shows"] = s["shows"][::-1]
    v = signatures(data)
    assert [[s.id for s in g] for g in v.groups] == [["hardware"], ["both", "freelist", "streaming"], ["nothing"], ["traffic"]]
    assert [s.installed for s in v.signals] == [True] * 5 + [False] * 2
    streaming = next(s for g in v.groups for s in g if s.id == "streaming")
    assert [x.p for x in streaming.signs] == [0.8, 0.6, 0.1, 0.95, 0.97, 0.95, 0.02]


def test_the_map_brackets_states_that_look_the_same() -> None:
    part = figure("signatures", render_html(holding(picture("signatures"))))
    assert part.count('<tbody class="alike">') == 1
    assert part.count('<tbody class="alone">') == 3
    assert "3 look the same" in part
    assert "states with 3 % of the probability" in _Page(part).words.replace("\u00a0", " ")
    signs = re.findall(r'<svg viewBox="0 0 14 14" class="sign[^>]*>(.*?)</svg>', part.split("<tbody", 1)[1], re.S)
    levels = [float(m[1]) if (m := re.search(r'd="M0 14V([\d.]+)H', x)) else 14.0 for x in signs]
    want = [14 - 14 * p for s in PICTURES["signatures"]()["states"] for p in s["shows"]]
    assert levels[: len(want)] == pytest.approx(want, abs=0.06)
