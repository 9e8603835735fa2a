"""The report as one screenful of text: verdict, removal bars, action table, findings, what was not found, where to look next."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Estimates, Picture, Quote, Sentence, Table
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Severity
from fuelbed.core.reporting import Report, Section
from fuelbed.report._arrange import arrange, where_next
from fuelbed.report._pictures import levels
from fuelbed.report._removal import Removal, Row, removal
from fuelbed.report.numbers import estimate

__all__ = ["render_text"]

_COLORS = {"bad": "31", "good": "32", "muted": "2", "head": "1"}
_ASCII = str.maketrans(
    {"█": "#", "│": "|", "·": "-", "─": "-", "−": "-", "…": "~", "“": '"', "”": '"', "●": "*", "○": "o", "§": "S"}
)
_KEPT_FINDINGS = 5
_KEPT_ORDER = 6  # a partial order of more items is read in the page


def _clean(text: str) -> str:
    """Words of a case on one line: no control or direction characters, no backticks, no doubled spaces."""
    kept = (c if unicodedata.category(c)[0] != "C" else " " for c in text.replace("`", ""))
    return " ".join("".join(kept).split())


def _columns(text: str) -> int:
    """Terminal columns: wide characters take two, combining marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, width: int) -> str:
    if _columns(text) <= width:
        return text
    while text and _columns(text) >= width:
        text = text[:-1]
    return text.rstrip() + "…" if width > 0 else ""


def _pad(text: str, width: int) -> str:
    text = _cut(text, width)
    return text + " " * (width - _columns(text))


class _Page:
    """Lines within a width; `paint` is the identity without color."""

    def __init__(self, width: int, color: bool) -> None:
        self.width, self.color, self.lines = max(40, width), color, list[str]()

    def paint(self, text: str, tone: str) -> str:
        code = _COLORS.get(tone)
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and code and text.strip() else text

    def line(self, text: str = "", tone: str = "") -> None:
        self.lines.append(self.paint(_cut(text, self.width), tone).rstrip())

    def wrap(self, text: str, indent: str = "", then: str | None = None, tone: str = "") -> None:
        hang = indent if then is None else then
        whole = _clean(text).replace(" %", "\u00a0%")  # textwrap keeps a number and its sign on one line
        for row in textwrap.wrap(whole, self.width, initial_indent=indent, subsequent_indent=hang):
            self.line(row.replace("\u00a0", " "), tone)

    def head(self, text: str) -> None:
        if self.lines and self.lines[-1]:
            self.line()
        self.line(_clean(text), "head")


def _bar(row: Row, v: Removal, end: float, width: int) -> str:
    """Middles only, so the longest one fills the width."""
    full = round(row.mark.value / end * width)
    cells = ["█"] * full + [" "] * (width - full)
    at = min(width - 1, round(v.baseline.value / end * width))
    if v.numeric and full <= at:
        cells[at] = "│"
    return "".join(cells)


def _removal(b: Picture, page: _Page) -> None:
    v = removal(b.data)
    today = f" (today {v.baseline_text} {v.quantity})" if v.numeric else " (paths to failure left)"
    page.head(b.title + today)
    rows = [r for _, _, rs in v.groups for r in rs]
    name = min(max((len(_clean(r.id)) for r in rows), default=0), page.width // 3)
    text = min(max((len(r.text) for r in rows), default=0), page.width // 3)
    change = max((len(r.change) for r in rows), default=0)
    end = max([v.baseline.value, *(r.mark.value for r in rows)]) or 1.0
    bar = max(6, page.width - name - text - change - 6)
    for kind, _, group in v.groups:
        page.line(f" {kind}s", "muted")
        for r in group:
            page.line(f"  {_pad(_clean(r.id), name)} {_bar(r, v, end, bar)} {r.change.rjust(change)} {r.text}")


def _cell_text(c: Cell) -> str:
    parts = [_clean(" ".join(c.items))] if c.items else []
    parts += [_clean(estimate(c.estimate))] if c.estimate is not None else []
    return " ".join([*parts, _clean(c.text)]).strip()


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Natural widths; the widest text columns give way until everything fits."""
    widths = [max([_columns(c.label), *(_columns(r[i]) for r in rows)]) for i, c in enumerate(columns)]
    soft = [i for i, c in enumerate(columns) if c.kind in ("text", "list")] or list(range(len(columns)))
    while sum(widths) + 2 * (len(widths) - 1) > room:
        pool = [i for i in soft if widths[i] > 10] or [i for i in range(len(widths)) if widths[i] > 4]
        if not pool:
            break
        widths[max(pool, key=lambda i: widths[i])] -= 1
    return widths


def _table(b: Table, page: _Page) -> None:
    if b.title:
        page.head(b.title)
    if not b.rows:
        page.wrap(b.empty, " ", tone="muted")
        return
    keep = [i for i, c in enumerate(b.columns) if c.brief]
    columns = [b.columns[i] for i in keep]
    texts = [[_cell_text(row[i]) for i in keep] for row in b.rows]
    widths = _widths(columns, texts, page.width - 1)
    page.line(" " + "  ".join(_pad(_clean(c.label), w) for c, w in zip(columns, widths, strict=True)), "muted")
    for row, cells in zip(b.rows, texts, strict=True):
        tones = [row[i].tone for i in keep]
        page.lines.append(
            (" " + "  ".join(page.paint(_pad(t, w), k) for t, w, k in zip(cells, widths, tones, strict=True))).rstrip()
        )


def _sentence(b: Sentence, page: _Page) -> None:
    page.wrap(b.text, " ", tone=b.tone)


def _estimates(b: Estimates, page: _Page) -> None:
    if b.title:
        page.head(b.title)
    width = min(max((_columns(_clean(i.label)) for i in b.items), default=0), page.width // 2)
    for i in b.items:
        page.line(f" {_pad(_clean(i.label), width)}  {_clean(estimate(i.estimate))}")


def _picture(b: Picture, page: _Page) -> None:
    if b.kind == "removal":
        _removal(b, page)
    elif b.kind == "order" and 1 < len(b.data["items"]) <= _KEPT_ORDER:
        groups = [g for rank in levels(b.data) for g in rank.groups]
        equal = [" = ".join(i for i, _ in members) for members, _ in groups if len(members) > 1]
        above = [f"{members[0][0]} >= {', '.join(over)}" for members, over in groups if over]
        page.wrap(f"{b.title}: " + "; ".join([*above, *equal]), " ", "   ")
    elif b.kind not in ("graph", "whatif", "order"):
        page.wrap(b.alt, " ")


def _quote(b: Quote, page: _Page) -> None:
    page.wrap(f"“{b.text}”" + (f" ({b.span})" if b.span else ""), " ", "  ", "muted")


def _ask(_: Ask, __: _Page) -> None:
    """Asks are gathered under "where to look next"."""


_RENDERERS: dict[type, Callable[[Any, _Page], None]] = {
    Sentence: _sentence,
    Estimates: _estimates,
    Table: _table,
    Picture: _picture,
    Quote: _quote,
    Ask: _ask,
}


def _show(blocks: Iterable[Block], page: _Page) -> None:
    for b in blocks:
        if not b.detail:
            _RENDERERS[type(b)](b, page)


def _crossing(sections: Sequence[Section], page: _Page) -> None:
    for s in sections:
        if isinstance(s.answer, Answer):
            _show(s.answer.blocks, page)


def _first_sentence(claim: str) -> str:
    head, stop, _ = claim.partition("\n")[0].partition(". ")
    return head + stop.strip()


def _questions(report: Report, sections: Sequence[Section], page: _Page) -> None:
    """What was answered, in a sentence where the verdict has not said it already; then what was not found."""
    said = " ".join(report.verdict)
    page.line()
    for s in sections:
        if isinstance(s.answer, Answer):
            claim = _first_sentence(s.answer.claim)
            if claim not in said:
                page.wrap(claim, f"{s.section} ", "   ")
    found = [s.section for s in sections if isinstance(s.answer, Answer)]
    missing = [s.section for s in sections if isinstance(s.answer, NotFound)]
    page.wrap(
        "Answered: " + " ".join(found or ["none"]) + ". " + ("Asked for, not found: " + " ".join(missing) if missing else "")
    )


def _findings(report: Report, page: _Page) -> None:
    if not report.findings:
        return
    page.head("Findings")
    ranked = sorted(report.findings, key=lambda f: -f.severity.rank)
    for f in ranked[:_KEPT_FINDINGS]:
        tone = "bad" if f.severity is not Severity.NOTE else "muted"
        where = f" ({f.span.file}:{f.span.line})" if f.span else ""
        page.wrap(f"{f.code} {f.message}{where}", " ", "   ", tone)
    if len(ranked) > _KEPT_FINDINGS:
        page.line(f" and {len(ranked) - _KEPT_FINDINGS} more", "muted")


def render_text(report: Report, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """One screenful at `width` columns (40 at least); detail is left to the page."""
    page, plan = _Page(width, color), arrange(report)
    page.wrap(report.title, tone="head")
    page.line("─" * page.width, "muted")
    for sentence in report.verdict:
        page.wrap(sentence)
    if "removal" in plan.lifted:
        _removal(plan.lifted["removal"], page)
    _crossing(plan.crossing, page)
    _questions(report, plan.questions, page)
    _findings(report, page)
    if asks := [a for a in where_next(report) if a.question]:
        page.head("Where to look next")
        for a in asks[:3]:
            page.wrap(a.question, " ", "   ")
        if len(asks) > 3:
            page.line(f" and {len(asks) - 3} more", "muted")
    text = "\n".join(page.lines) + "\n"
    return text.translate(_ASCII).encode("ascii", "replace").decode() if ascii_only else text
