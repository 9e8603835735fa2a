"""The settings of the site: `./dev docs` runs Sphinx over docs/ with them. The pages stay plain Markdown that reads well in the repository.

What is said here and in no page: how the lists of docs/README.md become the navigation, how a block that is a file gets its name above it, and
that what scrolls sideways can be reached by keyboard.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

project = "Fuelbed"
author = "the authors of Fuelbed"
extensions = ["myst_parser"]
root_doc = "README"
exclude_patterns = ["site"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
myst_fence_as_directive: list[str] = []
suppress_warnings = ["misc.highlighting_failure"]  # YAML with our own small languages in it
html_theme = "furo"
html_title = "Fuelbed"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False  # the pages are in the repository
html_show_search_summary = False  # a page opened as a file may fetch nothing
html_use_index = False
html_theme_options = {"top_of_page_buttons": []}
pygments_style = "default"

LIST = re.compile(r"^\*\*(?P<name>[^*\n]+)\*\*\n(?P<rows>(?:\n?- .*\n)+)", re.M)
PAGE = re.compile(r"^- \[[^\]]+\]\((?P<page>[^):#]+)\.md\)", re.M)
NAMED = re.compile(r"^```(?P<word>\w+) (?P<name>[\w./-]+)\n", re.M)
SCROLLS = re.compile(
    r'<h[1-6][^>]*>(?P<heading>.*?)(?=<a class="headerlink"|</h)|<span class="caption-text">(?P<file>.*?)</span>'
    r'|<pre(?=>)|<div(?= class="table-wrapper)',
    re.S,
)


def navigation(index: str) -> str:
    """The lists of the index as tables of contents, which only the sidebar shows."""
    first = re.search(r"\]\((tutorial)\.md\)", index)
    made = [("", [first[1]])] if first else []
    made += [(m["name"], PAGE.findall(m["rows"])) for m in LIST.finditer(index)]
    return "".join(
        "\n```{toctree}\n:hidden:\n" + (f":caption: {name}\n" if name else "") + "\n" + "\n".join(pages) + "\n```\n"
        for name, pages in made
        if pages
    )


def prepare(app: Any, page: str, source: list[str]) -> None:
    if page == root_doc:
        source[0] += navigation(source[0])
    source[0] = NAMED.sub(r"```{code-block} \g<word>\n:caption: \g<name>\n\n", source[0])


def headings(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """The captions of the sidebar are headings of no level, which a screen reader cannot place."""
    tree = context.get("furo_navigation_tree")
    if isinstance(tree, str):
        context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def reachable(body: str) -> str:
    """The body of a page in which every block of code and every table takes the focus, so that arrow keys scroll it, also without a script.

    Its name is the file's or that of the heading above it. All of them: whether one scrolls depends on the width of the window.
    A group and not a region, as a page may have dozens and each region is a landmark.
    """
    heading = file = ""

    def reach(m: re.Match[str]) -> str:
        nonlocal heading, file
        if m["heading"] is not None:
            heading = _words(m["heading"])
            return m[0]
        if m["file"] is not None:
            file = _words(m["file"])
            return m[0]
        name = f"Table: {heading}" if m[0] == "<div" else f"Code: {file or heading}"
        file = ""
        return f'{m[0]} tabindex="0" role="group" aria-label="{name}"'

    return SCROLLS.sub(reach, body)


def _words(html: str) -> str:
    """As they may stand in an attribute; what is escaped in a text stays so."""
    return " ".join(re.sub(r"<[^>]*>", "", html).split()).replace('"', "&quot;")


def bodies(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if isinstance(context.get("body"), str):
        context["body"] = reachable(context["body"])


def front(app: Any, failed: Exception | None) -> None:
    """The index under the name that a browser and a host look for."""
    out = Path(app.outdir)
    if failed is None and (out / "README.html").exists():
        shutil.copyfile(out / "README.html", out / "index.html")


def setup(app: Any) -> None:
    app.connect("source-read", prepare)
    app.connect("html-page-context", headings, priority=900)  # after the theme's own
    app.connect("html-page-context", bodies)
    app.connect("build-finished", front)
