"""The page in a real browser: no violation, no error, no sideways scroll, and the sliders compute what the tape says."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))

import sample  # type: ignore[import-not-found]  # found by the path above

from fuelbed.core.blocks import Answer, Picture
from fuelbed.core.reporting import Report
from fuelbed.report import render_html  # after the path
from tests.browser.conftest import Page

_OPS: dict[str, Callable[[list[float]], float]] = {
    "+": lambda a: a[0] + a[1],
    "-": lambda a: a[0] - a[1],
    "*": lambda a: a[0] * a[1],
    "/": lambda a: a[0] / a[1] if a[1] else 0.0,
    "~": lambda a: 1 - a[0],
    "?": lambda a: a[0] * a[1] + (1 - a[0]) * a[2],
    "exp": lambda a: math.exp(a[0]),
    "min": min,
    "max": max,
}


def _run(tape: dict[str, Any], inputs: list[float]) -> list[float]:
    """A tape interpreter of its own, so that a fault in the shipped ones shows."""
    r = [*inputs, *tape["consts"]]
    for code, *args in tape["ops"]:
        r.append(_OPS[code]([r[i] for i in args]))
    return r


def _expected(inputs: list[float]) -> list[float]:
    r = _run(sample.WHATIF["tape"], inputs)
    return [r[o["register"]] for o in sample.WHATIF["outputs"]]


@pytest.mark.parametrize("make", [sample.report, sample.hostile, sample.renamed])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_violation_no_error_no_sideways_scroll(page: Page, width: int, make: Callable[[], Report]) -> None:
    page.open(render_html(make()), width)
    page.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.log() == []
    assert page.js("return document.documentElement.scrollWidth") <= width
    assert page.js("return document.images.length") == 0
    assert page.js("return window.fuelbed !== null")


def test_slider_and_switch_compute_what_the_tape_says(page: Page) -> None:
    page.open(render_html(sample.report()))
    today = [i["value"] for i in sample.WHATIF["tape"]["inputs"]]
    state = page.js("return window.fuelbed.state")
    assert state["now"] == pytest.approx(_expected(today), rel=1e-9)

    page.js(
        "const s = document.querySelector('input[type=range][data-at=\"0\"]'); s.value = 0.25;"
        "s.dispatchEvent(new Event('input', {bubbles: true}));"
        "document.querySelector('input[type=checkbox][data-at=\"0\"]').click();"
    )
    state = page.js("return window.fuelbed.state")
    moved = [6.0 * (24.0 / 6.0) ** 0.25, *today[1:4], 0.05, *today[5:]]
    assert state["inputs"] == pytest.approx(moved, rel=1e-9)
    assert state["now"] == pytest.approx(_expected(moved), rel=1e-9)
    assert state["today"] == pytest.approx(_expected(today), rel=1e-9)
    shown = page.js("return document.querySelector('[data-output=\"0\"] .delta').textContent")
    change = 100 * (state["now"][0] / state["today"][0] - 1)
    assert shown == f"{change:.0f} %".replace("-", "−")

    page.js("document.querySelector('.reset').click()")
    assert page.js("return window.fuelbed.state.now") == pytest.approx(_expected(today), rel=1e-12)


def test_every_operation_of_the_tape(page: Page) -> None:
    page.open(render_html(sample.report()))
    for inputs in ([12.0, 9.8, 0.9, 0.95, 1.0, 0.14, 1.0], [0.0] * 7, [3.0, 1.0, 0.0, 1.0, 0.5, 0.5, 2.0]):
        got = page.js("return Array.from(window.fuelbed.evaluate(arguments[0]))", inputs)
        assert got == pytest.approx(_run(sample.WHATIF["tape"], inputs), rel=1e-9, abs=1e-15)


def test_a_focused_node_and_a_cut_set_light_their_paths(page: Page) -> None:
    page.open(render_html(sample.report()))
    lit = "return [...document.querySelectorAll('[data-set]')].map(b => b.classList.contains('on'))"
    page.js("document.querySelector('[data-node=\"2\"]').focus()")
    assert page.js(lit) == [False, False, False, True]
    page.js("document.activeElement.blur(); document.querySelector('[data-set]').click()")
    assert page.js(lit) == [True, False, False, False]


def test_reads_without_script(page: Page) -> None:
    page.open(render_html(sample.report()), script=False)
    text = page.driver.find_element("tag name", "body").text
    assert "The timeout change was the spark" in text
    assert "today 2.6 a year" in text
    assert not page.driver.find_element("css selector", ".panel").is_displayed()


def _with_whatif(**changes: Any) -> Report:
    """The sample with its what-if changed."""
    base: Report = sample.report()
    first = base.sections[0]
    assert isinstance(first.answer, Answer)
    blocks = tuple(
        replace(b, data={**b.data, **changes}) if isinstance(b, Picture) and b.kind == "whatif" else b
        for b in first.answer.blocks
    )
    return replace(base, sections=(replace(first, answer=replace(first.answer, blocks=blocks)), *base.sections[1:]))


def test_an_output_that_the_page_cannot_recompute_says_so_once_something_moved(page: Page) -> None:
    fixed = {
        "id": "transient",
        "label": "within the first day",
        "kind": "probability",
        "fixed": True,
        "value": 0.31,
        "low": 0.1,
        "high": 0.5,
    }
    page.open(render_html(_with_whatif(outputs=[*sample.WHATIF["outputs"], fixed])))
    stale = "return [...document.querySelectorAll('.out')].map(e => e.innerText).filter(t => t.includes('0.31 (0.1..0.5)'))"
    assert ["recompute with fuelbed analyze" in t for t in page.js(stale)] == [False]
    page.flip(0)
    assert ["recompute with fuelbed analyze" in t for t in page.js(stale)] == [True]
    assert page.js("return window.fuelbed.state.now[3]") is None
    assert page.js("return document.querySelector('.reset').textContent") == "Back to today (1 change)"
    page.js("document.querySelector('.reset').click()")
    assert ["recompute with fuelbed analyze" in t for t in page.js(stale)] == [False]
    assert page.log() == []


def test_with_a_reason_there_is_nothing_to_move(page: Page) -> None:
    page.open(render_html(_with_whatif(reason="Past the node budget, so the numbers are bounds.")))
    assert page.js("return document.querySelectorAll('input').length") == 0
    assert "Past the node budget" in page.driver.find_element("id", "whatif").text
    assert page.js("return window.fuelbed") is None
    assert page.log() == []


def test_today_is_marked_on_every_slider_and_dragging_back_is_today(page: Page) -> None:
    page.open(render_html(sample.report()))
    places = page.js("return [...document.querySelectorAll('.ends svg svg')].map(e => parseFloat(e.getAttribute('x')) / 100)")
    values = page.js("return [...document.querySelectorAll('input[type=range]')].map(e => Number(e.value))")
    assert places == pytest.approx(values, abs=0.003)
    page.slide(4, 1.0)
    assert page.js("return window.fuelbed.state.sliders[4]") == 0.4
    page.slide(4, places[4])
    assert page.js("return window.fuelbed.state.sliders[4]") is None


def test_a_setting_may_follow_a_slider(page: Page) -> None:
    action = {"id": "a1", "label": "Breaker", "kind": "action", "set": [[2, 0.2, 4]]}
    page.open(render_html(_with_whatif(switches=[action])))
    page.flip(0)
    assert page.js("return window.fuelbed.state.inputs[2]") == 0.2
    page.slide(4, 1.0)
    assert page.js("return window.fuelbed.state.inputs[2]") == 0.4


def test_printing_opens_every_table_and_leaves_out_what_moves(page: Page) -> None:
    page.open(render_html(sample.report()))
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = (
        "return [...document.querySelectorAll('details')].map(e => getComputedStyle(e, '::details-content').contentVisibility)"
    )
    assert set(page.js(shown)) == {"visible"}  # without script too; the script opens them for older browsers
    page.js("window.dispatchEvent(new Event('beforeprint'))")
    assert page.js("return document.querySelectorAll('details:not([open])').length") == 0
    assert not page.driver.find_element("css selector", ".panel").is_displayed()
    page.js("window.dispatchEvent(new Event('afterprint'))")
    assert page.js("return document.querySelectorAll('details[open]').length") == 0


def test_forced_colors_keep_every_mark(page: Page) -> None:
    features = [{"name": "forced-colors", "value": "active"}]
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    page.open(render_html(sample.report()))
    assert page.js("return matchMedia('(forced-colors: active)').matches")
    assert page.js("return getComputedStyle(document.querySelector('.strip .dot')).fill") != "none"
    assert page.js("return getComputedStyle(document.querySelector('input[type=range]')).appearance") != "none"
