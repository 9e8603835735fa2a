"""Pictures of evidence in a real browser: they fit a phone, no words meet, dark and paper read as well, and nothing needs the script."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))

from evidence_sample import PICTURES, dirty, holding, picture  # type: ignore[import-not-found]  # found by the path above

from fuelbed.analysis import analyze  # after the path
from fuelbed.readers.case import read_case
from fuelbed.report import render_html
from fuelbed.report._bowtie import bowtie_svg
from tests.browser.conftest import Page

KINDS = list(PICTURES)
CASES = Path(__file__).parents[2] / "src/fuelbed/cases"
widths = pytest.mark.parametrize("width", [360, 390, 800, 801, 1280])
OPEN = "document.querySelectorAll('article details').forEach(d => { d.open = true; })"
TEXTS = """
const shown = e => e.checkVisibility() && e.textContent.trim();
const boxes = sel => [...document.querySelectorAll(sel)].filter(shown).map(e => {
  const r = document.createRange(); r.selectNodeContents(e);
  return [...r.getClientRects()].filter(b => b.width > 1).map(b => [b.left, b.top + scrollY, b.right, b.bottom + scrollY, e.textContent]);
});
return boxes(arguments[0]);
"""
WORDS = (
    ".timeline text, .timeline .name, .timeline .said, .timeline .told li > span, .bowtie svg text, .posterior text, .posterior .who, .posterior .said, "
    ".signatures th.signal > span, .signatures tbody th, .signatures td.belief"
)


def _meeting(page: Page, where: str) -> list[tuple[str, str]]:
    """Pairs of words whose boxes overlap by more than what lies between two lines."""
    found = [(box, i) for i, boxes in enumerate(page.js(TEXTS, where)) for box in boxes]
    found.sort(key=lambda f: f[0][1])
    out = []
    for n, ((left, top, right, bottom, text), i) in enumerate(found):
        for (le, to, ri, bo, other), k in found[n + 1 :]:
            if to > bottom:
                break
            if i != k and left < ri - 1 and right > le + 1 and to < bottom - 3.5 and bo > top + 3.5:
                out.append((text, other))
    return out


@widths
def test_it_fits_its_width_and_no_words_meet(page: Page, width: int) -> None:
    page.open(render_html(holding()), width)
    page.js(OPEN)
    assert page.js("return document.documentElement.scrollWidth") <= width
    assert _meeting(page, WORDS) == []
    for left, _, right, _, text in [
        b for boxes in page.js(TEXTS, ".timeline text, .timeline .told span, .posterior text") for b in boxes
    ]:
        assert left >= 0, text
        assert right <= width + 0.5, text
    assert page.log() == []


@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_words_fit_too(page: Page, width: int) -> None:
    page.open(render_html(holding(*(picture(k, dirty(PICTURES[k]())) for k in KINDS))), width)
    page.js(OPEN)
    assert page.js("return document.documentElement.scrollWidth") <= width
    assert page.js("return document.images.length") == 0
    assert page.js("return document.querySelectorAll('article script').length") == 0
    assert page.log() == []


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_a_map_of_twelve_signals_and_long_names_fits_a_phone(page: Page, width: int) -> None:
    data = PICTURES["signatures"]()
    data["signals"] = [{**s, "id": f"{s['id']}_{i}"} for i in range(2) for s in data["signals"]][:12]
    data["states"] = [
        {**s, "label": "bloated_store_leads + next_leader_is_slow fails", "shows": (s["shows"] * 2)[:12]} for s in data["states"]
    ]
    page.open(render_html(holding(picture("signatures", data))), width)
    page.js(OPEN)
    assert page.js("return document.documentElement.scrollWidth") <= width
    assert page.js("const e = document.querySelector('.signatures .scroll'); return e.scrollWidth - e.clientWidth") <= 0
    assert _meeting(page, ".signatures th.signal > span, .signatures tbody th, .signatures td.belief") == []


@cache
def _shipped(name: str) -> str:
    return render_html(analyze(read_case(CASES / name)))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["cloudflare-2025-11-18", "github-2018-10-21"])
def test_the_pictures_of_a_shipped_case_fit_and_no_words_meet(page: Page, name: str, width: int) -> None:
    page.open(_shipped(name), width)
    page.js(OPEN)
    assert page.js("return document.documentElement.scrollWidth") <= width
    for kind in ("posterior", "signatures", "timeline", "bowtie"):
        assert page.js(f"return document.querySelectorAll('figure.{kind}').length") >= 1
    assert _meeting(page, WORDS) == []
    assert page.log() == []


@pytest.mark.parametrize("width", [390, 1280])
def test_one_kind_of_drawing_is_shown_at_a_time(page: Page, width: int) -> None:
    page.open(render_html(holding()), width)
    page.js(OPEN)
    seen = "return [...document.querySelectorAll('%s')].map(e => e.checkVisibility())"
    phone = width < 800
    assert set(page.js(seen % ".timeline .plot > svg.narrow, .timeline ul.told.narrow, .bowtie div.narrow")) == {phone}
    assert set(page.js(seen % ".timeline .plot > svg.wide, .bowtie .wide")) == {not phone}


def test_lanes_and_strips_stand_on_one_axis(page: Page) -> None:
    for width in (390, 1280):
        page.open(render_html(holding()), width)
        page.js(OPEN)
        edges = page.js(
            "return [...document.querySelectorAll('.timeline:not(.series) .plot > svg')].filter(e => e.checkVisibility())"
            ".map(e => e.getBoundingClientRect()).map(r => [Math.round(r.left * 2), Math.round(r.right * 2)])"
        )
        assert len(edges) >= 6
        assert len({tuple(e) for e in edges}) == 1


def _rgb(text: str) -> tuple[float, ...]:
    return tuple(float(x) for x in re.findall(r"[\d.]+", text)[:3])


def _contrast(a: str, b: str) -> float:
    """WCAG 2.1 contrast of two colours."""

    def light(c: str) -> float:
        parts = [x / 255 for x in _rgb(c)]
        r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_marks_stand_out_from_the_page(page: Page, scheme: str) -> None:
    page.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"media": "", "features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    page.open(render_html(holding()))
    page.js(OPEN)
    paper = page.js("return getComputedStyle(document.documentElement).backgroundColor")
    fills = page.js(
        "return [...document.querySelectorAll('.timeline text, .timeline tspan, .posterior text, .bowtie svg > text')]"
        ".map(e => getComputedStyle(e).fill)"
    )
    words = page.js(
        "return [...document.querySelectorAll('.timeline .said, .posterior .said, .ways .state, .map th')].map(e => getComputedStyle(e).color)"
    )
    assert min(_contrast(c, paper) for c in {*fills, *words}) >= 4.5
    marks = page.js(
        "return [...document.querySelectorAll('.timeline .mark.bad, .timeline .zero, .timeline .band, .timeline .broke line, .posterior .after.range,"
        " .sign .strike, .bowtie .bar, .bowtie .cross, .bowtie .way')].map(e => getComputedStyle(e).stroke)"
    )
    assert min(_contrast(c, paper) for c in set(marks) - {"none"}) >= 3


def test_it_reads_without_script(page: Page) -> None:
    page.open(render_html(holding()), script=False)
    text = " ".join(page.driver.find_element("tag name", "body").text.split())
    for words in (
        "broken 23:33 to 22 Oct 00:13 (40 min)",
        "0.05 → 0.84 (0.55..0.97)",
        "Streaming contends on one channel",
    ):
        assert words in text
    assert page.driver.find_element("css selector", ".timeline svg.wide").size["height"] > 0
    page.driver.find_element("xpath", "//summary[starts-with(., 'Barriers before')]").click()
    assert page.driver.find_element("css selector", ".bowtie svg").size["height"] > 150


def test_on_paper_the_wide_drawings_are_whole(page: Page) -> None:
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    page.open(render_html(holding()), 760)
    page.js("window.dispatchEvent(new Event('beforeprint'))")
    assert page.js("return document.documentElement.scrollWidth") <= 760
    assert _meeting(page, ".timeline text") == []
    for where in (".timeline .plot > svg.wide", ".bowtie .wide > svg"):
        assert page.driver.find_element("css selector", where).is_displayed()
    assert not page.driver.find_element("css selector", ".timeline .plot > svg.narrow").is_displayed()


def test_forced_colors_keep_every_mark(page: Page) -> None:
    page.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"media": "", "features": [{"name": "forced-colors", "value": "active"}]}
    )
    page.open(render_html(holding()))
    page.js(OPEN)
    paper = page.js("return getComputedStyle(document.body).backgroundColor")
    for where, what in (
        (".posterior .after.dot", "fill"),
        (".sign", "fill"),
        (".timeline .mark.bad", "stroke"),
        (".bowtie .failed .bar", "fill"),
    ):
        colour = page.js(f"return getComputedStyle(document.querySelector({where!r})).{what}")
        assert colour not in ("none", paper), where


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bow_tie_as_a_file_of_its_own(page: Page, tmp_path: Path, scheme: str) -> None:
    at = tmp_path / "bowtie.svg"
    at.write_text(bowtie_svg(PICTURES["bowtie"]()), encoding="utf-8")
    page.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"media": "", "features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    page.log()
    page.driver.get(at.as_uri())
    assert page.js("return document.documentElement.tagName") == "svg"
    paper = page.js("return getComputedStyle(document.querySelector('.paper')).fill")
    assert (_contrast(paper, "rgb(0,0,0)") > 10) is (scheme == "light")
    fills = page.js("return [...document.querySelectorAll('svg > text')].map(e => getComputedStyle(e).fill)")
    assert min(_contrast(c, paper) for c in set(fills)) >= 4.5
    boxes: list[list[Any]] = page.js(
        "return [...document.querySelectorAll('text')].map(e => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; })"
    )
    wide, high = page.js("const v = document.documentElement.viewBox.baseVal; return [v.width, v.height]")
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= wide
        assert bottom <= high
        assert not [b for b in boxes[:i] if left < b[2] - 0.5 and right > b[0] + 0.5 and top < b[3] - 2.5 and bottom > b[1] + 2.5]
    assert page.log() == []
