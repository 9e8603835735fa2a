"""The shipped cases in a real browser: the page computes what the engine computes, to the last digits, and stays closed."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fuelbed.analysis import analyze
from fuelbed.core.case import Case
from fuelbed.core.facts import Board, Tipping
from fuelbed.core.options import Options
from fuelbed.core.reporting import Report
from fuelbed.engines import dynamics
from fuelbed.numerics.attack.derived import with_declared
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.interventions import evaluate, middles, removal, setting
from fuelbed.numerics.process.joint import Joint
from fuelbed.readers.case import read_case
from fuelbed.report import render_html
from tests.browser.conftest import Page
from tests.shipped import SHIPPED, parameters

POSTHOG = next(p for p in SHIPPED if p.name.startswith("posthog"))
LONG = ("posthog-2025-09-29", "github-2018-10-21", "capital-one-2019")  # for the check that moves every control
each_case = pytest.mark.parametrize("path", parameters())


@cache
def _analyzed(path: Path) -> tuple[Case, Report, str]:
    case = read_case(path)
    report = analyze(case)
    return case, report, render_html(report)


@cache
def _tipping(case: Case) -> Tipping | None:
    """What the dynamics engine says of the chances of tipping, as the report's own numbers rest on it."""
    facts = dynamics.examine(case, Board().for_engine(()), Options()).facts
    return next((f for f in facts if isinstance(f, Tipping)), None)


def _engine(model: Compiled, data: dict[str, Any], state: dict[str, Any]) -> dict[str, float]:
    """What Python says for the sliders and switches as they stand in the page."""
    knobs: dict[str, Any] = dict(middles(model))
    for s, value in zip(data["sliders"], state["sliders"], strict=True):
        if value is not None:
            knobs[s["id"]] = value
    names = [n for n, a in model.case.actions.items() if a.does]
    joint = Joint(model, names, "loss" if len(model.case.outcomes) > 1 else "hazard")
    on = [s["id"] for s, flipped in zip(data["switches"], state["switches"], strict=True) if flipped]
    overrides = {**joint.of([n for n in on if n in names])}
    for name in (n.removeprefix("without:") for n in on if n not in names):
        for at, value in removal(model, model.case.factors[name]).items():
            values = [float(setting(v, knobs)) for v in (overrides.get(at, value), value)]
            overrides[at] = max(values) if at in joint.larger else min(values)
    return {k: float(v[0, 0]) for k, v in evaluate(model, knobs, [overrides]).items()}


def _agree(page: Page, model: Compiled) -> list[float]:
    """The numbers in the page's state, and those printed in full on its elements, are the engine's."""
    data, state = page.js("return window.fuelbed.data"), page.js("return window.fuelbed.state")
    want = _engine(model, data, state)
    shown = page.js("return [...document.querySelectorAll('[data-output]')].map(e => e.dataset.value)")
    for o, value, text in zip(data["outputs"], state["now"], shown, strict=True):
        if not o.get("fixed"):
            rounding = 1e-14 if o["kind"] == "probability" else 1e-300  # one less what survives
            assert value == pytest.approx(want[o["id"]], rel=1e-9, abs=rounding), o["id"]
            assert float(text) == value
    return list(state["now"])


@pytest.mark.parametrize(
    "path",
    [pytest.param(*p.values, marks=[*p.marks, *([pytest.mark.further] if p.id in LONG else [])], id=p.id) for p in parameters()],
)
def test_the_page_computes_what_the_engine_computes(page: Page, path: Path) -> None:
    case, _, html = _analyzed(path)
    model = compile_case(with_declared(case), _tipping(case))
    page.open(html)
    today = _agree(page, model)
    data = page.js("return window.fuelbed.data")
    actions = [i for i, s in enumerate(data["switches"]) if s["kind"] == "action"]
    factors = [i for i, s in enumerate(data["switches"]) if s["kind"] == "factor"]
    assert data["sliders"]
    assert actions
    assert factors
    seen = {tuple(today)}

    def after(*moves: tuple[str, int, float]) -> None:
        page.js("document.querySelector('.reset').click()")
        for what, at, position in moves:
            page.slide(at, position) if what == "slide" else page.flip(at)
        seen.add(tuple(_agree(page, model)))

    for i in range(len(data["sliders"])):
        for position in (0.0, 0.3, 1.0):
            after(("slide", i, position))
    for i in [*actions, *factors]:
        after(("flip", i, 0))
    dice = random.Random(1)
    for _ in range(25):
        slides = [("slide", i, dice.random()) for i in dice.sample(range(len(data["sliders"])), 3)]
        after(*slides, *[("flip", i, 0) for i in (dice.choice(actions), dice.choice(factors), dice.choice(actions))])
    assert len(seen) > 20  # the controls do something
    page.js("document.querySelector('.reset').click()")
    assert _agree(page, model) == today


@each_case
def test_the_page_is_closed_small_and_the_same_twice(page: Page, path: Path) -> None:
    _, report, html = _analyzed(path)
    assert len(html.encode()) < 500_000
    assert render_html(report) == html
    assert render_html(analyze(read_case(path))) == html
    page.open(html)
    page.slide(0, 0.5)
    page.flip(0)
    assert page.log() == []  # no error, and no violation of the policy
    assert {u.split("/")[-1] for u in page.requests()} == {"report.html"}
    assert page.js("return performance.getEntriesByType('resource').length") == 0
    assert page.js("return document.fonts.size") == 0


@each_case
@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_nothing_scrolls_sideways(page: Page, path: Path, width: int) -> None:
    page.open(_analyzed(path)[2], width)
    page.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.js("return document.documentElement.scrollWidth") <= width


@each_case
def test_it_reads_without_script(page: Page, path: Path) -> None:
    case, report, html = _analyzed(path)
    page.open(html, script=False)
    text = page.driver.find_element("tag name", "body").text
    for sentence in report.verdict:
        assert " ".join(sentence.replace("`", "").split()[:6]) in " ".join(text.split())
    for name in [*case.factors, *case.actions]:
        assert name in text
    assert "needs JavaScript" in text
    assert not [e for e in page.driver.find_elements("css selector", "input, button.reset") if e.is_displayed()]


@each_case
def test_the_keyboard_reaches_and_moves_every_control(page: Page, path: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page.open(_analyzed(path)[2])
    count = "return document.querySelectorAll('.whatif input:not(:disabled)').length"
    page.wait(f"{count} > 0")
    controls = page.js(count)
    press = ActionChains(page.driver)
    where = "const e = document.activeElement; return e.matches('.whatif input') ? [e.type, Number(e.dataset.at)] : null"
    reached: list[tuple[str, int]] = []
    page.js("document.querySelector('.whatif').setAttribute('tabindex', '-1'); document.querySelector('.whatif').focus()")
    for _ in range(controls + 3):
        press.send_keys(Keys.TAB).perform()
        at = page.js(where)
        if at is None:
            continue
        before = page.js("return window.fuelbed.state")
        press.send_keys(Keys.SPACE if at[0] == "checkbox" else Keys.ARROW_LEFT).perform()
        now, key = page.js("return window.fuelbed.state"), "switches" if at[0] == "checkbox" else "sliders"
        assert now[key][at[1]] != before[key][at[1]]
        reached.append(tuple(at))
        page.js("document.querySelector('.reset').click()")  # else what is taken out makes other numbers idle
    assert len(set(reached)) == controls


def _slider(page: Page, name: str) -> dict[str, Any]:
    """Whether the slider of a number is disabled, and the reason it gives."""
    at = [s["id"] for s in page.js("return window.fuelbed.data.sliders")].index(name)
    code = "const s = document.querySelector(`input[type=range][data-at='${arguments[0]}']`);"
    return dict(page.js(code + "return {off: s.disabled, why: s.closest('label').querySelector('.why').textContent}", at))


def test_a_slider_that_moves_nothing_is_off_and_says_why(page: Page) -> None:
    page.open(_analyzed(POSTHOG)[2])
    # a busy page marks its sliders piece by piece
    assert page.until(lambda: _slider(page, "circuit_breaker.fails")["off"], True)  # the control is missing
    assert "breaker would set it" in _slider(page, "circuit_breaker.fails")["why"]
    assert page.until(lambda: _slider(page, "restarts_sustain.present")["off"], True)  # the other loop is enough today
    assert _slider(page, "probes_eject.fails") == {"off": False, "why": ""}
    data = page.js("return window.fuelbed.data")
    page.flip([s["id"] for s in data["switches"]].index("breaker"))
    on = {"off": False, "why": ""}
    assert page.until(lambda: _slider(page, "restarts_sustain.present"), on) == on
    assert page.until(lambda: "set by a switch that is on: breaker" in _slider(page, "circuit_breaker.fails")["why"], True)


@each_case
def test_a_slider_is_on_exactly_where_python_sees_an_output_move(page: Page, path: Path) -> None:
    case, _, html = _analyzed(path)
    model = compile_case(with_declared(case), _tipping(case))
    page.open(html)
    data, state = page.js("return window.fuelbed.data"), page.js("return window.fuelbed.state")
    today = _engine(model, data, state)
    still: dict[str, bool] = {}
    for i, s in enumerate(data["sliders"]):
        moved = False
        for end in (s["low"], s["high"]):
            values = [end if k == i else None for k in range(len(data["sliders"]))]
            now = _engine(model, data, {**state, "sliders": values})
            moved |= any(now[o["id"]] != pytest.approx(today[o["id"]], rel=1e-12) for o in data["outputs"] if not o.get("fixed"))
        still[s["id"]] = not moved
    # a busy page marks its sliders piece by piece
    assert page.until(lambda: {name: _slider(page, name)["off"] for name in still}, still) == still


def test_what_is_left_stands_side_by_side_on_the_first_screen(page: Page) -> None:
    box = (
        "return [...document.querySelectorAll('%s')].map(e => e.getBoundingClientRect()).map(r => [r.x, r.y, r.width, r.bottom])"
    )
    page.open(_analyzed(POSTHOG)[2], 1280)
    (ax, ay, aw, _), (bx, by, bw, _) = page.js(box % ".side")
    assert bx > ax + aw
    assert (ay, aw) == (by, bw)
    assert len({w for _, _, w, _ in page.js(box % ".strip")}) == 1  # one scale
    assert page.js(box % "#left .still")[0][3] <= 900
    page.open(_analyzed(POSTHOG)[2], 390)
    (_, _, _, end), (_, start, _, _) = page.js(box % ".side")
    assert start >= end


@each_case
def test_no_table_is_wider_than_its_box_on_a_desktop(page: Page, path: Path) -> None:
    page.open(_analyzed(path)[2], 1280)
    page.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    wide = (
        "return [...document.querySelectorAll('.table .scroll')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.ariaLabel)"
    )
    assert page.js(wide) == []


@each_case
@pytest.mark.parametrize("width", [390, 1280])
def test_a_name_breaks_after_an_underscore_or_not_at_all(page: Page, path: Path, width: int) -> None:
    page.open(_analyzed(path)[2], width)
    page.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    broken = (
        "return [...document.querySelectorAll('code')].flatMap(c => [...c.childNodes].filter(n => n.nodeType === 3))"
        ".filter(n => { const r = document.createRange(); r.selectNodeContents(n);"
        " return new Set([...r.getClientRects()].map(b => b.y)).size > 1; }).map(n => n.textContent)"
    )
    assert [t for t in page.js(broken) if " " not in t] == []
