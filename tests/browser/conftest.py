"""A headless Chromium for the page's tests; skipped with a reason where there is none."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = "/usr/bin/chromedriver" if Path("/usr/bin/chromedriver").exists() else shutil.which("chromedriver")
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


class Page:
    """A report opened from a file: what it logs, what it asks the network for, and its script's state."""

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver, self.folder = driver, folder

    def open(self, html: str, width: int = 1280, script: bool = True) -> None:
        at = self.folder / "report.html"
        at.write_text(html, encoding="utf-8")
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
        self.log()
        self.requests()
        self.driver.get(at.as_uri())
        if script:  # a busy machine may hand a page over before its script has run
            self.wait("return document.readyState === 'complete' && (window.fuelbed !== undefined || !document.scripts.length)")

    def log(self) -> list[Any]:
        """Console messages since the last call: errors, and violations of the content security policy."""
        return list(self.driver.get_log("browser"))

    def requests(self) -> list[str]:
        """Addresses asked for since the last call."""
        messages = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def js(self, code: str, *args: object) -> Any:
        return self.driver.execute_script(code, *args)

    def wait(self, code: str, seconds: float = 20.0) -> None:
        """Until an expression is true: a busy machine draws a page late."""
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.driver, seconds).until(lambda _: self.js(code))

    def until(self, ask: Callable[[], Any], want: object, seconds: float = 20.0) -> Any:
        """What `ask` says: asked again until it is `want`, or the time is up."""
        end = time.monotonic() + seconds
        while (said := ask()) != want and time.monotonic() < end:
            time.sleep(0.05)
        return said

    def slide(self, at: int, position: float) -> None:
        """Move slider number `at` to `position` (0..1) as an input event would."""
        code = "const s = document.querySelector(`input[type=range][data-at='${arguments[0]}']`); s.value = arguments[1];"
        self.js(code + "s.dispatchEvent(new Event('input', {bubbles: true}));", at, position)

    def flip(self, at: int) -> None:
        self.js("document.querySelector(`input[type=checkbox][data-at='${arguments[0]}']`).click()", at)


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    if not (CHROMIUM and DRIVER):
        pytest.skip("chromium or chromedriver is not installed")
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield made
    made.quit()


@pytest.fixture
def page(driver: Any, tmp_path: Path) -> Iterator[Page]:
    yield Page(driver, tmp_path)
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
