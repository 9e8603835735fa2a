"""The boundary in a real browser: the slider by keyboard against Python's own interpolation, the legend, phones, and no script."""

from __future__ import annotations

import math
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))

from boundary_sample import boundary, dirty, holding, picture  # type: ignore[import-not-found]  # found by the path above

from fuelbed.report import render_html  # after the path
from tests.browser.conftest import Page

DATA = boundary()
LINE = "return document.querySelector('.boundary .plot .curve.try').getAttribute('d')"
SAID = "return document.querySelector('.boundary .sliders > .said').textContent"


def _interpolated(slider: dict[str, Any], value: float) -> list[float]:
    """By load; NaN where one of the two neighbours has no size."""
    values = slider["values"]
    for v, row in zip(values, slider["curves"], strict=True):
        if math.isclose(v, value, rel_tol=1e-9):
            return [math.nan if y is None else y for y in row]
    i = next(i for i, (a, b) in enumerate(pairwise(values)) if a < value < b)
    w = (value - values[i]) / (values[i + 1] - values[i])
    known = [[math.nan if y is None else y for y in row] for row in slider["curves"][i : i + 2]]
    return [(1 - w) * a + w * b for a, b in zip(*known, strict=True)]


def _drawn(page: Page, data: dict[str, Any]) -> list[tuple[float, float]]:
    """The dashed line as (load, size), read from where it is on the screen: 280 pixels of height, 8 above."""
    pairs = [tuple(map(float, p.split())) for p in re.split("[ML]", page.js(LINE))[1:]]
    x, top = data["x"], data["y"]["high"]
    return [(x["low"] + u / 1000 * (x["high"] - x["low"]), top * (1 - (v - 8) / 280)) for u, v in pairs]


def _check(page: Page, data: dict[str, Any], value: float) -> None:
    want = [(x, y) for x, y in zip(data["slider"]["xs"], _interpolated(data["slider"], value), strict=True) if not math.isnan(y)]
    got = _drawn(page, data)
    leaving = got[: len(got) - len(want)]
    assert len(leaving) <= 1
    assert all(y == pytest.approx(data["most"], abs=1e-9) for _, y in leaving)
    for (x, y), (u, v) in zip(want, got[len(leaving) :], strict=True):
        assert u == pytest.approx(x, abs=1e-6)
        assert v == pytest.approx(y, abs=1e-6)


def test_the_slider_by_keyboard_draws_what_python_interpolates(page: Page) -> None:
    from selenium.webdriver.common.keys import Keys

    page.open(render_html(holding()))
    slider = page.driver.find_element("css selector", ".boundary input[type=range]")
    low, high, steps = DATA["slider"]["values"][0], DATA["slider"]["values"][-1], 120
    assert page.js(LINE) == ""
    assert page.js("return document.querySelector('.boundary button.back').disabled")
    at = int(slider.get_attribute("value"))
    assert low + (high - low) * at / steps == pytest.approx(DATA["slider"]["today"])
    for keys, moved in (
        (Keys.ARROW_RIGHT * 3, 3),
        (Keys.ARROW_LEFT * 20, -20),
        (Keys.ARROW_UP * 50, 50),
        (Keys.END, 120),
        (Keys.HOME, -120),
    ):
        slider.send_keys(keys)
        at = min(steps, max(0, at + moved))
        assert int(slider.get_attribute("value")) == at
        _check(page, DATA, low + (high - low) * at / steps)
    assert slider.get_attribute("aria-valuetext").startswith("0.15 seconds: about 0.66 times the push")
    assert page.js(SAID) == "About 0.66 times the push at today’s load; about 1.3 times the push as it is."
    page.driver.find_element("css selector", ".boundary button.back").click()
    assert page.js(LINE) == ""
    assert page.js("return document.activeElement.type") == "range"
    assert slider.get_attribute("aria-valuetext").startswith("0.3 seconds, as today")
    assert page.log() == []


def test_whole_values_move_in_steps_of_one(page: Page) -> None:
    from selenium.webdriver.common.keys import Keys

    data = boundary()
    values = [0.0, 1.0, 2.0, 4.0, 6.0]
    data["slider"].update(
        parameter="retries", label="resends", unit="", today=2.0, values=values, curves=data["slider"]["curves"][:5]
    )
    page.open(render_html(holding(picture(data))))
    slider = page.driver.find_element("css selector", ".boundary input[type=range]")
    for value in (3.0, 4.0, 5.0):
        slider.send_keys(Keys.ARROW_RIGHT)
        assert page.js("return document.querySelector('.boundary output').textContent") == f"{value:.0f}"
        _check(page, data, value)


def test_an_entry_of_the_legend_thickens_its_line(page: Page) -> None:
    page.open(render_html(holding()))
    width = "return [...document.querySelectorAll('[data-line]')].map(l => [l.dataset.line, getComputedStyle(l).strokeWidth])"
    rest = dict(page.js(width))
    assert set(rest) == {"0", "1", "4"}
    page.js("document.querySelectorAll('[data-lights]')[1].focus()")
    assert dict(page.js(width)) == {**rest, "1": "5px"}
    page.js("document.querySelectorAll('[data-lights]')[2].focus()")  # the same as today
    assert dict(page.js(width)) == {**rest, "0": "5px"}
    page.js("document.querySelectorAll('[data-lights]')[4].click(); document.activeElement.blur()")
    assert dict(page.js(width)) == {**rest, "4": "5px"}
    assert (
        page.js("return [...document.querySelectorAll('[data-lights]')].map(b => b.getAttribute('aria-pressed'))").count("true")
        == 1
    )


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_it_fits_its_width_and_its_words_do_not_meet(page: Page, width: int) -> None:
    page.open(render_html(holding()), width)
    page.js("const i = document.querySelector('.boundary input'); i.value = 75; i.dispatchEvent(new Event('input'))")
    assert page.js("return document.documentElement.scrollWidth") <= width
    boxes = page.js(
        "return [...document.querySelectorAll('.boundary .plot text')].filter(t => t.textContent)"
        ".map(t => t.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])"
    )
    assert len(boxes) > 15
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= width
        assert not [b for b in boxes[:i] if left < b[2] - 1 and right > b[0] + 1 and top < b[3] - 3 and bottom > b[1] + 3]
    assert page.log() == []


@pytest.mark.parametrize("width", [360, 1280])
def test_hostile_words_break_nothing(page: Page, width: int) -> None:
    page.open(render_html(holding(picture(dirty(boundary())))), width)
    page.js("const i = document.querySelector('.boundary input'); i.value = 75; i.dispatchEvent(new Event('input'))")
    assert page.js("return document.documentElement.scrollWidth") <= width
    assert page.js("return document.images.length") == 0
    _check(page, DATA, 0.15 + 0.45 * 75 / 120)
    assert page.log() == []


def test_it_reads_without_script(page: Page) -> None:
    page.open(render_html(holding()), script=False)
    figure = page.driver.find_element("css selector", ".boundary")
    assert "about 1.3 times the push at today’s load" in figure.text
    assert "needs JavaScript" in figure.text
    assert not figure.find_element("css selector", ".sliders").is_displayed()
    assert figure.find_element("css selector", "[data-line='0']").size["height"] > 200
