"""The report as one self-contained HTML page: no remote request, a strict content security policy, no script needed to read."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fuelbed.core.blocks import Ask, Block, Estimates, Picture, Quote, Sentence, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import NotFound
from fuelbed.core.reporting import Report
from fuelbed.report._agreement import TITLE, agreement_blocks, agreement_claim
from fuelbed.report._arrange import Arranged, arrange, is_folded, pieces, standing, unsaid
from fuelbed.report._bars import bars
from fuelbed.report._bowtie import bowtie, bowtie_drawing
from fuelbed.report._columns import UNPRINTABLE, minus
from fuelbed.report._dumbbell import dumbbell
from fuelbed.report._graph import draw
from fuelbed.report._joint import joint
from fuelbed.report._loops import loop_words
from fuelbed.report._pictures import levels, whatif
from fuelbed.report._plot import plot
from fuelbed.report._posterior import posterior
from fuelbed.report._removal import removal
from fuelbed.report._series import series
from fuelbed.report._shared import shared, shared_drawing
from fuelbed.report._signatures import signatures
from fuelbed.report._surviving import surviving
from fuelbed.report._timeline import timeline
from fuelbed.report.numbers import basis, estimate, estimate_parts

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["render_html"]

_STYLES = (
    "page.css",
    "figures.css",
    "boundary.css",
    "media.css",
    "evidence.css",
    "bowtie.css",
    "joint.css",
    "surviving.css",
    "shared.css",
)
_SCRIPTS = ("tape.js", "table.js", "whatif.js", "boundary.js", "page.js")
_BUDGET = 500_000  # bytes of a page
_SIZES = ((10**6, True), (40, True), (40, False), (10, False))  # rows of a table, and whether there is a what-if
_TOO_LONG = "With sliders this page would be longer than 500 kB. Change a number in the case and run `fuelbed analyze` again."
_LONG_NAME = 24  # names up to this long stay whole in a column
_ROWS = 8  # of a table that is not folded; the rest is one click away, but for a table of verdicts, which is whole
_ROWS_OF = {"flips": 5}
_COMPACT = ("untouched",)  # tables that are lists of names: a line for each kind
_PER_CENT = re.compile(r"(?<=\d) %")  # a number keeps its sign on the same line
_ENDLESS = re.compile(r"(\S{40,})")
_PICTURES: dict[str, Callable[[Any], Any]] = {"removal": removal, "graph": draw, "whatif": whatif, "order": levels,
                                             "boundary": plot, "posterior": posterior, "signatures": signatures, "timeline": timeline, "series": series, "joint": joint, "bars": bars, "dumbbell": dumbbell,
                                             "surviving": surviving,
                                             "shared": lambda data: (shared(data), *_marked(shared_drawing(data))),
                                             "bowtie": lambda data: (bowtie(data), *_marked(bowtie_drawing(data)))}  # fmt: skip  # one table


def _asset(name: str) -> str:
    return (files("fuelbed.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _code(text: str) -> Markup:
    """An identifier; it may break after an underscore, so that it fits a phone and a column."""
    from markupsafe import Markup, escape

    parts = Markup("_<wbr>").join(escape(part) for part in text.split("_"))
    return (
        Markup("<code>{}</code>").format(parts)
        if len(text) <= _LONG_NAME
        else Markup('<code class="long">{}</code>').format(parts)
    )


def _prose(text: str) -> Markup:
    """Escaped text with backticked identifiers as code."""
    from markupsafe import Markup, escape

    out = Markup("")
    for is_code, words in pieces(text):
        for part in [words] if is_code else _ENDLESS.split(_PER_CENT.sub("\u00a0%", minus(words))):
            out += _code(part) if is_code else _endless(part) if _ENDLESS.fullmatch(part) else escape(part)
    return out


def _endless(word: str) -> Markup:
    """An address or the like, which may break after a slash and where it must."""
    from markupsafe import Markup, escape

    return Markup('<span class="long">{}</span>').format(Markup("/<wbr>").join(escape(part) for part in word.split("/")))


def _soft(text: str) -> Markup:
    """As `_prose`; names that are not marked as such may break after an underscore too."""
    from markupsafe import Markup

    return Markup(str(_prose(text)).replace("_<wbr>", "_").replace("_", "_<wbr>"))  # noqa: S704  # escaped by _prose; no tag of it holds a `_`


def _bare(text: str) -> str:
    """For places that hold text only: attributes, the title, labels in a drawing."""
    return text.replace("`", "")


def _number(e: Estimate) -> Markup:
    """Value, interval and unit; how it was got is in the tooltip and, in words, under every table."""
    from markupsafe import Markup, escape

    value, span, unit = estimate_parts(e)
    unit = unit.replace(" %", "\u00a0%")
    if not value:
        parts = escape(estimate(e))
    else:
        parts = Markup("<b>{}</b>{}").format(value, unit)
        if span:
            parts += Markup(" <i>({}{})</i>").format(span, unit if unit == "\u00a0%" and not span.endswith("bound") else "")
    return Markup('<span class="n" title="{}">{}</span>').format(basis(e), parts)


def _bases(estimates: Sequence[Estimate]) -> str:
    """How the numbers of one block were got, each way once: `computed: exact; all corners. judged`."""
    ways: dict[str, list[str]] = {}
    for e in estimates:
        if not e.is_unknown:
            methods = ways.setdefault(e.how, [])
            methods += [e.method] if e.method and e.method not in methods else []
    return ". ".join(f"{how}: {'; '.join(methods)}" if methods else how for how, methods in ways.items())


def _sentence(b: Sentence, m: Any) -> Markup:
    return m.sentence(b)  # type: ignore[no-any-return]  # macros return Markup


def _estimates(b: Estimates, m: Any) -> Markup:
    return m.estimates(b, _bases([i.estimate for i in b.items]))  # type: ignore[no-any-return]  # macros return Markup


def _table(b: Table, m: Any) -> Markup:
    if b.id in _COMPACT and b.rows:
        return m.compact(b, _by_kind(b))  # type: ignore[no-any-return]  # macros return Markup
    numbers = [c.estimate for row in b.rows for c in row if c.estimate is not None]
    rows = _ROWS_OF.get(b.id, _ROWS)
    whole = is_folded(b, page=True) or any(c.kind == "verdict" for c in b.columns) or len(b.rows) <= rows + 2
    return m.table(b, _bases(numbers), len(b.rows) if whole else rows)  # type: ignore[no-any-return]  # macros return Markup


def _by_kind(b: Table) -> list[tuple[str, list[tuple[str, str]]]]:
    """Rows of (name, kind, more ...) as kinds in their order, each with its names and what is said beside them."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for name, kind, *more in b.rows:
        kinds.setdefault(kind.text, []).append((name.text, ", ".join(c.text for c in more if c.text)))
    return list(kinds.items())


def _picture(b: Picture, m: Any) -> Markup:
    view = _PICTURES.get(b.kind)
    if view is None:
        return m.words(b)  # type: ignore[no-any-return]  # macros return Markup
    if b.kind == "graph":
        return m.graph(b, view(b.data), loop_words(b.data))  # type: ignore[no-any-return]  # macros return Markup
    return getattr(m, b.kind)(b, view(b.data))  # type: ignore[no-any-return]  # macros return Markup


def _marked(drawing: tuple[float, float, str]) -> tuple[float, float, Markup]:
    """The inside of a drawing as it is: whoever made it has escaped every word."""
    from markupsafe import Markup

    return (*drawing[:2], Markup(drawing[2]))  # noqa: S704  # see above


def _quote(b: Quote, m: Any) -> Markup:
    return m.quote(b)  # type: ignore[no-any-return]  # macros return Markup


def _ask(b: Ask, m: Any) -> Markup:
    return m.ask(b.missing)  # type: ignore[no-any-return]  # macros return Markup


_RENDERERS: dict[type, Callable[[Any, Any], Any]] = {
    Sentence: _sentence,
    Estimates: _estimates,
    Table: _table,
    Picture: _picture,
    Quote: _quote,
    Ask: _ask,
}


def _folds(blocks: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    """Detail blocks under a summary: (its words, or "" for what is not folded; the blocks). Untitled ones join their neighbours."""
    out: list[tuple[str, list[Block]]] = []
    for b in blocks:
        title = str(getattr(b, "title", ""))
        folded = is_folded(b, page=True)
        if folded and not title and out and out[-1][0]:
            out[-1][1].append(b)
        else:
            out.append((title or "Details" if folded else "", [b]))
    return out


class _Macros:
    """The macros of several templates under one roof; the first that has a name gives it."""

    def __init__(self, *modules: Any) -> None:
        self._modules = modules

    def __getattr__(self, name: str) -> Any:
        return next(getattr(m, name) for m in self._modules if hasattr(m, name))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("fuelbed.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        prose=_prose,
        soft=_soft,
        code=_code,
        number=_number,
        bare=_bare,
        pct=lambda x: f"{x:.2f}%",
        px=lambda x: f"{x:.1f}".removesuffix(".0"),
        standing=standing,
    )
    env.tests.update(missing=lambda x: isinstance(x, NotFound))
    return env


def _cut(b: Block, rows: int, moving: bool) -> Block:
    """A block of a page that would be too long: a table's first rows, and the what-if as a sentence."""
    if isinstance(b, Table) and len(b.rows) > rows:
        note = f"{b.note} The first {rows} of {len(b.rows)} rows; all of them are in the JSON report."
        return replace(b, rows=b.rows[:rows], note=note.strip())
    if isinstance(b, Picture) and b.kind == "whatif" and not moving:
        return replace(b, data={**b.data, "reason": b.data.get("reason") or _TOO_LONG})
    return b


def render_html(report: Report) -> str:
    """The page; the same report gives the same bytes. A long one shows fewer rows, and then nothing to move, and says so."""
    page, plan, shown = "", arrange(report), dict[int, tuple[Block, Any]]()
    for rows, moving in _SIZES:
        page = _render(report, plan, shown, rows, moving)
        if len(page.encode("utf-8", "replace")) <= _BUDGET:
            break
    return _told_apart(page)


_REGION = re.compile(r'(role="region" aria-label="[^"]*)"')


def _told_apart(page: str) -> str:
    """Regions of one name get a number: who moves by landmarks hears which is which. No text of a case holds a bare `"`."""
    seen: dict[str, int] = {}

    def numbered(m: re.Match[str]) -> str:
        n = seen[m[1]] = seen.get(m[1], 0) + 1
        return m[0] if n == 1 else f'{m[1]} ({n})"'

    return _REGION.sub(numbered, page)


def _render(report: Report, plan: Arranged, shown: dict[int, tuple[Block, Any]], rows: int, moving: bool) -> str:
    """The page with blocks cut; `shown` keeps what was made of those that are whole, as a second page shows most of them again."""
    from markupsafe import Markup

    env = _environment()
    blocks: Any = _Macros(
        *(
            env.get_template(name).module
            for name in ("blocks.html.j2", "evidence.html.j2", "joint.html.j2", "surviving.html.j2", "shared.html.j2")
        )
    )

    def show(b: Block) -> Any:
        cut = _cut(b, rows, moving)
        if cut is not b:
            return _RENDERERS[type(cut)](cut, blocks)
        if id(b) not in shown:
            shown[id(b)] = b, _RENDERERS[type(b)](b, blocks)
        return shown[id(b)][1]

    css, script = ("".join(map(_asset, names)) for names in (_STYLES, _SCRIPTS))
    policy = f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    text = env.get_template("page.html.j2").render(
        report=report,
        plan=plan,
        policy=policy,
        css=Markup(css),  # noqa: S704  # our own file, no text of a case
        script=Markup(script),  # noqa: S704  # our own file, no text of a case
        show=show,
        show_missing=blocks.ask,
        folds=_folds,
        unsaid=lambda claim: unsaid(claim, report),
        meet={"title": TITLE, "claim": agreement_claim(report.agreement), "blocks": agreement_blocks(report)},
    )
    return UNPRINTABLE.sub("\ufffd", text)
