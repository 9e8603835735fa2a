"""The page in a real browser: no violation, no error, no sideways scroll, and the sliders compute what the tape says."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))
webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")

import sample  # type: ignore[import-not-found]  # noqa: E402  # found by the path above

from fuelbed.report import render_html  # noqa: E402  # after the skip

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = "/usr/bin/chromedriver" if Path("/usr/bin/chromedriver").exists() else shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium or chromedriver is not installed")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


def _open(browser: Any, folder: Path, html: str, width: int = 1280, script: bool = True) -> None:
    page = folder / "report.html"
    page.write_text(html, encoding="utf-8")
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
    browser.get_log("browser")
    browser.get(page.as_uri())


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


@pytest.mark.parametrize("payload", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_violation_no_error_no_sideways_scroll(browser: Any, tmp_path: Path, width: int, payload: bool) -> None:
    _open(browser, tmp_path, render_html(sample.hostile() if payload else sample.report()), width)
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script("return document.images.length") == 0
    assert browser.execute_script("return window.fuelbed !== null")


def test_slider_and_switch_compute_what_the_tape_says(browser: Any, tmp_path: Path) -> None:
    _open(browser, tmp_path, render_html(sample.report()))
    today = [i["value"] for i in sample.WHATIF["tape"]["inputs"]]
    state = browser.execute_script("return window.fuelbed.state")
    assert state["now"] == pytest.approx(_expected(today), rel=1e-9)

    browser.execute_script(
        "const s = document.querySelector('input[type=range][data-at=\"0\"]'); s.value = 0.25;"
        "s.dispatchEvent(new Event('input', {bubbles: true}));"
        "document.querySelector('input[type=checkbox][data-at=\"0\"]').click();"
    )
    state = browser.execute_script("return window.fuelbed.state")
    moved = [6.0 * (24.0 / 6.0) ** 0.25, *today[1:4], 0.05, *today[5:]]
    assert state["inputs"] == pytest.approx(moved, rel=1e-9)
    assert state["now"] == pytest.approx(_expected(moved), rel=1e-9)
    assert state["today"] == pytest.approx(_expected(today), rel=1e-9)
    shown = browser.execute_script("return document.querySelector('[data-output=\"0\"] .delta').textContent")
    change = 100 * (state["now"][0] / state["today"][0] - 1)
    assert shown == f"{change:.0f} %".replace("-", "−")

    browser.execute_script("document.querySelector('.reset').click()")
    assert browser.execute_script("return window.fuelbed.state.now") == pytest.approx(_expected(today), rel=1e-12)


def test_every_operation_of_the_tape(browser: Any, tmp_path: Path) -> None:
    _open(browser, tmp_path, render_html(sample.report()))
    for inputs in ([12.0, 9.8, 0.9, 0.95, 1.0, 0.14, 1.0], [0.0] * 7, [3.0, 1.0, 0.0, 1.0, 0.5, 0.5, 2.0]):
        got = browser.execute_script("return Array.from(window.fuelbed.evaluate(arguments[0]))", inputs)
        assert got == pytest.approx(_run(sample.WHATIF["tape"], inputs), rel=1e-9, abs=1e-15)


def test_a_focused_node_and_a_cut_set_light_their_paths(browser: Any, tmp_path: Path) -> None:
    _open(browser, tmp_path, render_html(sample.report()))
    lit = "return [...document.querySelectorAll('[data-set]')].map(b => b.classList.contains('on'))"
    browser.execute_script("document.querySelector('[data-node=\"2\"]').focus()")
    assert browser.execute_script(lit) == [False, False, False, True]
    browser.execute_script("document.activeElement.blur(); document.querySelector('[data-set]').click()")
    assert browser.execute_script(lit) == [True, False, False, False]


def test_reads_without_script(browser: Any, tmp_path: Path) -> None:
    try:
        _open(browser, tmp_path, render_html(sample.report()), script=False)
        text = browser.find_element("tag name", "body").text
        assert "The timeout change was the spark" in text
        assert "today 2.6 a year" in text
        assert not browser.find_element("css selector", ".panel").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
