"""The pages before axe-core, which looks for what a screen reader, a keyboard or a weak eye trips over: nothing serious, nothing critical.

axe-core is no package of Python: FUELBED_AXE names its script (`npm pack axe-core`, then `package/axe.min.js`). The pages of the site are looked at
where they are built (`./dev docs`); what their build does is also held by `tests/docs/test_site.py`, which needs no browser.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fuelbed.analysis import analyze
from fuelbed.corpus.answer import report as corpus_report
from fuelbed.corpus.cache import Cache
from fuelbed.corpus.compare import compare
from fuelbed.corpus.gather import gather
from fuelbed.readers.case import read_case
from fuelbed.report import render_html
from tests.browser.conftest import Page
from tests.shipped import SHIPPED

AXE = Path(os.environ.get("FUELBED_AXE") or "/nowhere")
CASES = (
    "capital-one-2019",
    "github-2018-10-21",
    "kinesis-2020-11-25",
)  # exposure and zones; controls, a timeline, a bow-tie; a threshold
SITE = Path(__file__).parents[2] / "out/site"
PAGES = (
    "index",
    "tutorial",  # blocks of code with and without a file's name
    "bench",  # a table of long rows
    "formats/case",  # both, and small tables
    "how-to/use-in-ci",  # long lines of code
    "decisions/0002-dependencies",
)
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="FUELBED_AXE names no script of axe-core (npm pack axe-core)")
RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations), e => done(String(e)));
"""


def _page(name: str) -> str:
    if name == "corpus":
        found = gather(list(SHIPPED), Cache(None))
        return render_html(corpus_report(compare(found.entries, None), found.faults, [], "What comes back"))
    return render_html(analyze(read_case(next(p for p in SHIPPED if p.name == name))))


_made = cache(_page)


def _found(page: Page) -> list[str]:
    page.js(AXE.read_text(encoding="utf-8"))
    violations: Any = page.driver.execute_async_script(RUN)
    assert isinstance(violations, list), violations
    return [
        f"{v['impact']} {v['id']} ({v['help']}), {len(v['nodes'])}: {v['nodes'][0]['target']} {v['nodes'][0]['html'][:200]} {v['nodes'][0].get('failureSummary', '')[:300]}"
        for v in violations
        if v["impact"] in ("serious", "critical")
    ]


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", [*CASES, "corpus"])
def test_nothing_serious(page: Page, name: str, width: int, scheme: str) -> None:
    page.driver.set_script_timeout(120)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    page.open(_made(name), width)
    page.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert _found(page) == []


@needs_axe
@pytest.mark.skipif(not SITE.is_dir(), reason="the site is not built (./dev docs)")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious_in_the_site(page: Page, name: str, width: int, scheme: str) -> None:
    page.driver.set_script_timeout(120)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    page.open("", width)  # for the width; the site's pages are opened where they stand
    page.driver.get((SITE / f"{name}.html").as_uri())
    assert _found(page) == []


@needs_axe
def test_axe_sees_what_it_should(page: Page) -> None:
    page.open(
        "<!DOCTYPE html><html><head><title>x</title></head><body><img src='x'><p style='color: #ddd; background: #fff'>weak</p>"
        f"<pre style='overflow: auto; width: 99px; height: 30px'>{'wide ' * 99}</pre></body></html>"
    )
    assert {f.split()[1] for f in _found(page)} >= {"image-alt", "color-contrast", "html-has-lang", "scrollable-region-focusable"}
