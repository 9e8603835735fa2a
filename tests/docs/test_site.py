"""The site: every page has its place in the navigation; what is built reaches nothing outside itself and its links lead somewhere."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import ROOT, prose

DOCS = ROOT / "docs"
CONF = runpy.run_path(str(DOCS / "site/conf.py"))
SPHINX = Path(sys.prefix) / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages" / "sphinx"


def test_every_page_stands_in_the_navigation_once() -> None:
    made = CONF["navigation"]((DOCS / "README.md").read_text(encoding="utf-8"))
    named = re.findall(r"^(?!:)([\w/-]+)$", made, re.M)
    pages = [str(p.relative_to(DOCS).with_suffix("")) for p in DOCS.rglob("*.md") if p.name != "README.md"]
    assert sorted(named) == sorted(pages)
    assert {"How to", "Reference", "Decisions"} <= set(re.findall(r":caption: (.+)", made))


def test_formulas_are_plain_text() -> None:
    """The site renders no mathematics, nor does a terminal."""
    dollars = {p.name: re.findall(r"\$[^$\n`]*\\[a-z]+[^$\n]*\$", prose(p)) for p in DOCS.rglob("*.md")}
    assert {name: found for name, found in dollars.items() if found} == {}


def test_a_block_that_is_a_file_is_named() -> None:
    source = ["```yaml search/case.yaml\nfuelbed: 1\n```\n\n```sh\nls\n```\n"]
    CONF["prepare"](None, "tutorial", source)
    assert source[0] == "```{code-block} yaml\n:caption: search/case.yaml\n\nfuelbed: 1\n```\n\n```sh\nls\n```\n"


def test_what_scrolls_can_be_reached_by_keyboard() -> None:
    """Under the name of its file, or of the heading above it; spans of code and escaped text stay as they are."""
    body = (
        '<h2>Rates &amp; <code>"words"</code><a class="headerlink" href="#r">¶</a></h2>\n<p><code class="x"><span class="pre">&lt;pre&gt;</span></code></p>\n'
        '<div class="table-wrapper colwidths-auto docutils container">\n<table><tr><td>1</td></tr></table></div>\n'
        '<div class="code-block-caption"><span class="caption-text">search/case.yaml</span></div>\n<div class="highlight"><pre><span></span>a: 1\n</pre></div>\n'
        "<h3>Next</h3>\n<pre>b\n</pre>"
    )
    made = CONF["reachable"](body)
    given = re.findall(r'<(\w+) tabindex="0" role="group" aria-label="([^"]+)"', made)
    assert given == [
        ("div", "Table: Rates &amp; &quot;words&quot;"),
        ("pre", "Code: search/case.yaml"),
        ("pre", "Code: Next"),
    ]
    assert re.sub(r' tabindex="0" role="group" aria-label="[^"]+"', "", made) == body
    page: dict[str, object] = {"body": body}
    CONF["bodies"](None, "tutorial", "page.html", page, None)
    assert page["body"] == made


@pytest.mark.further
@pytest.mark.skipif(not SPHINX.exists(), reason="the site's generator is not installed (./dev docs installs it)")
def test_the_built_site_stands_alone(tmp_path: Path) -> None:
    site = tmp_path / "site"
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-d",
        str(tmp_path / "trees"),
        "-c",
        "docs/site",
        "docs",
    ]
    done = subprocess.run([*command, str(site)], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (site / "index.html").exists()
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert re.findall(r'<pre\b(?! tabindex="0")|<div class="table-wrapper', text) == [], (
            f"{page.name}: not to be reached by keyboard"
        )
        loaded = re.findall(r'<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)="([^"]+)"', text)
        assert [x for x in loaded if re.match(r"(?:[a-z]+:)?//", x)] == []
        for to in loaded + re.findall(r'<a\b[^>]*\bhref="([^"#?:]+)["#?]', text):
            assert (page.parent / unquote(to.partition("?")[0].partition("#")[0])).exists(), f"{page.name}: {to}"
    for style in site.rglob("*.css"):
        assert not re.search(r"@import|url\(['\"]?(?:https?:)?//", style.read_text(encoding="utf-8")), style.name
