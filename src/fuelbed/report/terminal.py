"""The report as text: one screenful with what matters most, or everything (`full`). No word is ever cut; cells wrap instead."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Estimates, Picture, Quote, Sentence, Table
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding
from fuelbed.core.registry import ENGINES
from fuelbed.core.reporting import Report, Section
from fuelbed.core.shown import counted
from fuelbed.report._agreement import TITLE, agreement_blocks, agreement_claim, apart
from fuelbed.report._arrange import arrange, is_folded, standing, unsaid, where_next
from fuelbed.report._boundary_text import write_boundary
from fuelbed.report._columns import clean, columns, grid, longest_token
from fuelbed.report._evidence_text import WRITERS
from fuelbed.report._findings_text import write_findings
from fuelbed.report._loops import loop_words
from fuelbed.report._page import Page, Room, write_removal
from fuelbed.report._pictures import levels, whatif
from fuelbed.report.numbers import basis, estimate

__all__ = ["render_text"]

_ASCII = str.maketrans(
    {"█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": " ", "▎": " ", "▏": " ", "│": "|", "·": "-", "─": "-", "−": "-",
     "…": "~", "“": '"', "”": '"', "→": ">", "●": "*", "○": "o", "×": "x", "§": "S", "’": "'", "└": "+",
     "├": "+", "┤": "+", "◆": "#", "◇": "%", "■": "#", "□": ".", "↷": "~", "▼": "v",
     "▁": "_", "▂": ".", "▃": "-", "▄": "=", "▅": "+", "▆": "*", "▇": "%"}
)  # fmt: skip  # pairs read better side by side
_SCREEN = 45  # lines; a summary that would be longer is made with less room
_TALL = 6  # lines of a row; a taller one reads better as a record
_KEPT_ORDER = 6  # a partial order of more items is read in the page


_ROOMS = (
    Room(14, 10, 5, 3, 9, 14, 3),
    Room(14, 9, 2, 1, 9, 12, 2),
    Room(12, 7, 1, 0, 9, 9, 2),
    Room(12, 6, 1, 0, 6, 4, 1),
    Room(12, 6, 0, 0, 6, 3, 1),
    Room(12, 6, 0, 0, 6, 2, 1, True),
    Room(12, 6, 0, 0, 3, 1, 1, True),
    Room(12, 5, 0, 0, 1, 1, 1, True),  # what each item does comes before what each question answers
    Room(12, 5, 0, 0, 1, 1, 0, True),
    Room(12, 5, 0, 0, 0, 1, 0),
    Room(9, 5, 0, 0, 4, 3, 1, True),
    Room(9, 4, 0, 0, 0, 1, 0),
    Room(9, 3, 0, 0, 0, 1, 0),
    Room(9, 2, 0, 0, 0, 1, 0),
    Room(8, 2, 0, 0, 0, 1, 0),
    Room(7, 2, 0, 0, 0, 1, 0),
    Room(7, 4, 0, 0, 2, 3, 1, True),
)
_TIGHT = (
    Room(6, 3, 0, 0, 1, 2, 0, True),
    Room(5, 2, 0, 0, 0, 1, 0),
    Room(5, 2, 0, 0, 0, 1, 0, grave=1),
    Room(4, 1, 0, 0, 0, 1, 0, grave=1),
    Room(3, 1, 0, 0, 0, 1, 0, grave=1),
)  # of a large case; a page narrower than 80 columns is longer instead
_ALL = Room(10**6, 10**6, 10**6, 10**6, 10**6, 10**6, 10**6)


def _cell_text(c: Cell) -> str:
    parts = [", ".join(map(clean, c.items))] if c.items else []
    parts += [clean(estimate(c.estimate))] if c.estimate is not None else []
    return " ".join([*parts, "" if c.items else clean(c.text)]).strip()


def _widths(heads: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Natural widths; the widest columns give way until everything fits, but not below a word; None where that is too wide."""
    cells = [[clean(c.label), *(r[i] for r in rows)] for i, c in enumerate(heads)]
    widths = [max(map(columns, column)) for column in cells]
    least = [max(map(longest_token, column)) for column in cells]
    room -= 2 * (len(widths) - 1)
    while sum(widths) > room:
        pool = [i for i, w in enumerate(widths) if w > least[i]]
        if not pool:
            return None
        widths[max(pool, key=lambda i: widths[i] - (0 if heads[i].kind in ("text", "list") else 12))] -= 1
    return widths


def _is_list(b: Table, heads: Sequence[Column]) -> bool:
    return not any(c.kind in ("estimate", "verdict") for c in heads)


def _inline(b: Table, texts: Sequence[Sequence[str]], heads: Sequence[Column], page: Page) -> None:
    """A table without estimates in a few lines: names that share the rest of their row are told together."""
    parts = []
    if heads[0].kind == "code":
        for rest, members in groupby(texts, key=lambda r: tuple(r[1:])):
            names, tail = [r[0] for r in members], ", ".join(x for x in rest if x)
            kept = names[: page.room.names]
            more = f" and {len(names) - len(kept)} more" if len(names) > len(kept) else ""
            parts.append(", ".join(kept) + more + (f" ({tail})" if tail else ""))
        parts = _first(parts, max(page.room.names, 2))
    else:
        for r in texts[: page.room.rows]:
            tail = ", ".join(f"{clean(c.label)} {x}" for c, x in zip(heads[2:], r[2:], strict=True) if x)
            parts.append(": ".join(x for x in r[:2] if x) + (f" ({tail})" if tail else ""))
    title = clean(b.title).replace(": ", " ")
    at = len(page.lines)
    page.wrap(f"{title}: {'; '.join(parts)}.", "", "   ")
    if page.lines[at].startswith(title):
        page.lines[at] = page.paint(title, "head") + page.lines[at].removeprefix(title)


def _first(parts: list[str], many: int) -> list[str]:
    return parts if len(parts) <= many else [*parts[:many], f"and {counted(len(parts) - many, 'group')} more"]


def _records(texts: Sequence[Sequence[str]], heads: Sequence[Column], page: Page) -> None:
    """A table too wide for the page: one record a row."""
    for row in texts:
        page.wrap(row[0], " ", "   ")
        for c, t in zip(heads[1:], row[1:], strict=True):
            if t:
                page.wrap(f"{clean(c.label)}: {t}", "   ", "     ")


def _table(b: Table, page: Page) -> None:
    keep = [i for i, c in enumerate(b.columns) if page.full or c.brief]
    heads = [b.columns[i] for i in keep]
    texts = [[_cell_text(row[i]) for i in keep] for row in b.rows]
    if not page.full and _is_list(b, heads) and texts:
        _inline(b, texts, heads, page)
        return
    if b.title:
        page.head(b.title)
    if not b.rows:
        page.wrap(b.empty, " ", tone="muted")
        return
    shown = texts[: page.room.rows]
    widths = _widths(heads, shown, page.width - 1)
    if widths is None or (page.full and any(len(grid(cells, widths)) > _TALL for cells in shown)):
        _records(shown, heads, page)
    else:
        for line in grid([clean(c.label) for c in heads], widths):
            page.lines.append(page.paint((" " + "  ".join(line)).rstrip(), "muted"))
        for row, cells in zip(b.rows, shown, strict=False):
            tones = [row[i].tone for i in keep]
            for line in grid(cells, widths):
                page.lines.append(
                    (" " + "  ".join(page.cell(t.rstrip(), columns(t), k) for t, k in zip(line, tones, strict=True))).rstrip()
                )
    if len(texts) > len(shown):
        page.wrap(f"and {len(texts) - len(shown)} more: --full", " ", tone="muted")
    if page.full:
        page.wrap(b.note, " ", tone="muted")


def _sentence(b: Sentence, page: Page) -> None:
    page.wrap(b.text, " ", tone=b.tone)


def _estimates(b: Estimates, page: Page) -> None:
    if b.title:
        page.head(b.title)
    width = min(max((columns(clean(i.label)) for i in b.items), default=0), page.width // 2)
    for i in b.items:
        how = f" [{clean(basis(i.estimate))}]" if page.full else ""
        cells = grid([clean(i.label), clean(estimate(i.estimate)) + how], [width, page.width - width - 3])
        page.lines += [(" " + "  ".join(line)).rstrip() for line in cells]


def _order(b: Picture, page: Page) -> None:
    if not (1 < len(b.data["items"]) <= (_ALL.rows if page.full else _KEPT_ORDER)):
        return
    groups = [g for rank in levels(b.data) for g in rank.groups]
    equal = [" = ".join(i for i, _ in members) for members, _ in groups if len(members) > 1]
    above = [f"{members[0][0]} >= {', '.join(over)}" for members, over in groups if over]
    page.wrap(f"{b.title}: " + ("; ".join([*above, *equal]) or "no order holds"), " ", "   ")


def _graph(b: Picture, page: Page) -> None:
    if page.full:
        page.head(b.title)
        for part in b.alt.split("; "):
            page.wrap(part, " ", "   ")
    for words in loop_words(b.data)[: None if page.full else 1]:
        page.wrap(f"Feedback: {words}", " ", "   ")


def _whatif(b: Picture, page: Page) -> None:
    if page.full:
        v = whatif(b.data)
        page.head(b.title)
        page.wrap(v.reason or "Sliders and switches are in the HTML report.", " ", tone="muted")


_PICTURES: dict[str, Callable[[Picture, Page], None]] = {
    "removal": write_removal,
    "order": _order,
    "graph": _graph,
    "whatif": _whatif,
    "boundary": write_boundary,
    **WRITERS,
}


def _picture(b: Picture, page: Page) -> None:
    draw = _PICTURES.get(b.kind)
    if draw is None:
        page.wrap(b.alt, " ")
    else:
        draw(b, page)


def _quote(b: Quote, page: Page) -> None:
    page.wrap(f"“{b.text}”" + (f" ({b.span})" if b.span else ""), " ", "  ", "muted")


def _ask(b: Ask, page: Page) -> None:
    """In a summary, asks are gathered under "where to look next"."""
    if page.full:
        _missing(b.missing, page)


def _missing(x: NotFound, page: Page) -> None:
    if x.reason:
        page.wrap(x.reason, " ", "   ", "muted")
        return
    unlocks = f" It would unlock: {x.unlocks}." if x.unlocks else ""
    page.wrap(f"Asked for, not found: {x.question}{unlocks}", " ", "   ", "muted")


_RENDERERS: dict[type, Callable[[Any, Page], None]] = {
    Sentence: _sentence,
    Estimates: _estimates,
    Table: _table,
    Picture: _picture,
    Quote: _quote,
    Ask: _ask,
}


def _show(blocks: Iterable[Block], page: Page) -> None:
    for b in blocks:
        if page.full or not is_folded(b):
            _RENDERERS[type(b)](b, page)


def _first_sentence(claim: str) -> str:
    head, stop, _ = claim.partition("\n")[0].partition(". ")
    return head + stop.strip()


def _meet(report: Report, page: Page) -> None:
    """Where the answers meet: all of it, or what disagrees; where there is no room for that, a line says which do."""
    blocks = agreement_blocks(report)
    differ = report.agreement.disagreements
    if not blocks or not (page.full or (differ and page.room.meets)):
        return
    page.head(TITLE)
    if page.full:
        page.wrap(agreement_claim(report.agreement))
        _show(blocks, page)
        return
    for d in differ[: page.room.meets]:
        says = d.says.partition(": ")[0].rstrip(".") + "." if page.room.clauses else d.says
        page.wrap(says, " ", "   ")
    if len(differ) > page.room.meets:
        page.wrap(f"and {len(differ) - page.room.meets} more: --full", " ", tone="muted")


def _claims(report: Report, sections: Sequence[Section], page: Page) -> None:
    """What each question answers, in a sentence where the verdict has not said it already."""
    said = " ".join(report.verdict)
    told = [(s.section, s.answer) for s in sections if standing(s) == "answered"]  # what was only asked for is listed at the foot
    claims = [(section, _first_sentence(a.claim)) for section, a in told if isinstance(a, Answer)]
    new = [(section, claim) for section, claim in claims if claim not in said]
    page.gap()
    for section, claim in new[: page.room.claims]:
        if page.room.clauses:
            claim = claim.partition(": ")[0].rstrip(".") + "."
        page.wrap(claim, f"{section} ", "   ")
    if rest := [section for section, _ in new[page.room.claims :]]:
        named = f"Answered in the full report: {_by_name(rest)}"  # what was not found is worth two lines, what is there is not
        page.wrap(named if columns(named) <= page.width else f"Answered in the full report: {' '.join(rest)}", "", "   ", "muted")
    if report.agreement.disagreements and not page.room.meets:
        page.wrap(f"Answers differ: {apart(report)}", "", "   ", "bad")


def _asks(report: Report, page: Page) -> None:
    """Questions inside answers, which one number or file would settle; unanswered sections have a line of their own."""
    unanswered = {s.answer for s in report.sections if isinstance(s.answer, NotFound)}
    asks = [a for a in where_next(report) if a.question and a not in unanswered]
    if not asks or not page.room.asks:
        return
    page.head("Where to look next")
    for a in asks[: page.room.asks]:
        page.wrap(a.question, " ", "   ")
    if len(asks) > page.room.asks:
        page.wrap(f"and {len(asks) - page.room.asks} more", " ", tone="muted")


def _by_name(sections: Iterable[str]) -> str:
    """`§2 feedback, §9 exposure`: a number alone tells nobody which question it was."""
    called = {e.section: e.brief for e in ENGINES}
    return ", ".join(f"{s} {called.get(s, '')}".strip() for s in sections)


def _foot(report: Report, sections: Sequence[Section], more: str, page: Page) -> None:
    missing = [s.section for s in sections if standing(s) in ("asked", "not found")]
    unbuilt = [s.section for s in sections if standing(s) == "no engine yet"]
    if not report.findings:
        page.gap()
    if missing:
        page.wrap(f"Asked for, not found: {_by_name(missing)}", "", "   ", "muted")
    if unbuilt:
        page.wrap(f"Given, but without an engine in this version: {_by_name(unbuilt)}", "", "   ", "muted")
    page.wrap(more, then="   ")


def _everything(report: Report, page: Page) -> None:
    """Every section with every block; where the answers meet stands after the sections that cross all questions."""
    last = next(
        (s.engine for s in reversed(report.sections) if not s.section), report.sections[-1].engine if report.sections else ""
    )
    for s in report.sections:
        page.head(f"{s.section} {s.question}")
        if isinstance(s.answer, NotFound):
            _missing(s.answer, page)
        else:
            page.wrap(unsaid(s.answer.claim, report))
            _show(s.answer.blocks, page)
        if s.engine == last:
            _meet(report, page)
    write_findings(report, page)
    page.head("To repeat it")
    for k, v in report.provenance.items():
        page.wrap(f"{k}: {v}", " ", "   ")


def _render(report: Report, page: Page, more: str) -> list[str]:
    plan = arrange(report)
    page.wrap(report.title, tone="head")
    page.lines.append(page.paint("─" * page.width, "muted"))
    page.wrap(report.notice, tone="bad")
    for sentence in report.verdict:
        page.wrap(sentence)
    if page.full:
        for i, words in enumerate(report.summary):
            page.head("In the case's own words") if i == 0 else None
            page.wrap(words)
        _everything(report, page)
        return page.lines
    if "removal" in plan.lifted:
        write_removal(plan.lifted["removal"], page)
    if "graph" in plan.lifted:
        _graph(plan.lifted["graph"], page)
    for s in plan.crossing:
        if isinstance(s.answer, Answer):
            _show(s.answer.blocks, page)
    _meet(report, page)
    _claims(report, plan.questions, page)
    write_findings(report, page)
    _asks(report, page)
    _foot(report, plan.questions, more, page)
    return page.lines


def render_text(
    report: Report,
    width: int = 80,
    color: bool = False,
    ascii_only: bool = False,
    full: bool = False,
    more: str = "",
    new: Collection[Finding] | None = None,
) -> str:
    """At most one screenful of `width` columns (40 at least) where the report allows it; `full` shows every block.

    `more` is the last line: where the rest of the report is. `new`: with a baseline, the findings that it does not hold; they are
    marked and come first.
    """
    lines: list[str] = []
    for room in (_ALL,) if full else (*_ROOMS, *(_TIGHT if width >= 80 else ())):
        lines = _render(report, Page(width, color, room, full, new), more)
        if not full and len(lines) == _SCREEN + 1 and "" in lines:
            del lines[len(lines) - 1 - lines[::-1].index("")]  # the last gap is worth less than a row
        if len(lines) <= _SCREEN:
            break
    text = "\n".join(lines) + "\n"
    return text.translate(_ASCII).encode("ascii", "replace").decode() if ascii_only else text
