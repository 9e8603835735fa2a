"""The report as GitHub-flavoured Markdown; the mechanism as a Mermaid flowchart. Everything from a case is escaped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fuelbed.core.blocks import Answer, Ask, Block, Cell, Estimates, Picture, Quote, Sentence, Table
from fuelbed.core.facts import NotFound
from fuelbed.core.reporting import Report, Section
from fuelbed.report._agreement import TITLE, agreement_blocks, agreement_claim
from fuelbed.report._arrange import arrange, unsaid
from fuelbed.report._boundary import band_at, chart, load_words, rows, said
from fuelbed.report._columns import UNPRINTABLE
from fuelbed.report._evidence_markdown import WRITERS
from fuelbed.report._loops import loop_words
from fuelbed.report._markup import caption as _caption
from fuelbed.report._markup import code as _code
from fuelbed.report._markup import grid as _grid
from fuelbed.report._markup import prose as _prose
from fuelbed.report._markup import words as _words
from fuelbed.report._pictures import levels, whatif
from fuelbed.report._removal import removal
from fuelbed.report.numbers import basis, estimate, number

__all__ = ["render_comment", "render_markdown"]

_SHAPES = {"trigger": (">", "]"), "condition": ("[", "]"), "control": ("(", ")"), "failure": ("[[", "]]"), "line": ("([", "])")}
_MARKS = {"good": "✓ ", "bad": "× ", "muted": "– ", "plain": ""}
_STYLES = (
    "classDef trigger stroke:#0072B2,stroke-width:2px",
    "classDef condition stroke:#D55E00,stroke-width:3px",
    "classDef control stroke:#009E73,stroke-width:2px,stroke-dasharray:4 3",
    "classDef failure stroke-width:4px",
)


def _cell(c: Cell, kind: str) -> str:
    if c.items:
        return " ".join(map(_code, c.items))
    number = _words(estimate(c.estimate)) if c.estimate is not None else ""
    text = _code(c.text) if kind == "code" else _prose(c.text)
    mark = _MARKS[c.tone] if kind == "verdict" and text else ""
    return f"{mark}{number}{' ' if number and text else ''}{text}"


def _sentence(b: Sentence) -> str:
    return _prose(b.text)


def _estimates(b: Estimates) -> str:
    rows = [[_prose(i.label), _words(estimate(i.estimate)), _prose(basis(i.estimate))] for i in b.items]
    return _caption(b.title, _grid(["", "Estimate", "How"], rows))


def _table(b: Table) -> str:
    if not b.rows:
        return _caption(b.title, _prose(b.empty))
    rows = [[_cell(c, k.kind) for c, k in zip(row, b.columns, strict=True)] for row in b.rows]
    text = _caption(b.title, _grid([_prose(c.label) for c in b.columns], rows))
    return f"{text}\n\n{_prose(b.note)}" if b.note else text


def _removal(b: Picture) -> str:
    v = removal(b.data)
    head = ["Taken out", "", "Change" if v.numeric else "", _prose(f"Left, {v.quantity}") if v.numeric else "Left", "Cut sets"]
    rows = [
        [f"{_code(r.id)} {_prose(r.label) if r.label != r.id else ''}".strip(), kind, r.change, r.text, r.breaks]
        for kind, _, group in v.groups
        for r in group
    ]
    today = f"\n\nToday: {v.baseline_text} {_prose(v.quantity)}." if v.numeric else ""
    return _caption(b.title, _prose(b.alt) + "\n\n" + _grid(head, rows) + today)


def _mermaid(text: str) -> str:
    """A Mermaid label: everything that could end it as an entity code."""
    return "".join(c if c.isalnum() or c in " _-.,:%" else f"#{ord(c)};" for c in " ".join(UNPRINTABLE.sub(" ", text).split()))


def _graph(b: Picture) -> str:
    place = {str(n["id"]): i for i, n in enumerate(b.data["nodes"])}
    lines = ["flowchart LR"]
    for i, n in enumerate(b.data["nodes"]):
        start, end = _SHAPES.get(n["kind"], _SHAPES["line"])
        state = f"<br>{_mermaid(n['state'])}" if n.get("state") else ""
        lines.append(f'  n{i}{start}"{_mermaid(str(n.get("label") or n["id"]))}{state}"{end}:::{n["kind"]}')
    lines += [f"  n{place[x]} --> n{place[y]}" for x, y in b.data["edges"] if x in place and y in place]
    chart = "```mermaid\n" + "\n".join([*lines, *("  " + s for s in _STYLES)]) + "\n```"
    sets = "\n".join(f"{i}. " + " and ".join(map(_code, s)) for i, s in enumerate(b.data.get("cut_sets", []), 1))
    left = int(b.data.get("cut_sets_in_all", 0)) - len(b.data.get("cut_sets", []))
    more = f"\n\nand {left:,} more." if left > 0 else ""
    tail = f"\n\nMinimal cut sets, each enough to fail:\n\n{sets}{more}" if sets else ""
    loops = "".join(f"\n\nFeedback: {_prose(words)}" for words in loop_words(b.data))
    return _caption(b.title, f"{_prose(b.alt)}\n\n{chart}{loops}{tail}")


def _order(b: Picture) -> str:
    lines = []
    for depth, rank in enumerate(levels(b.data)):
        for members, over in rank.groups:
            names = " = ".join(f"{_code(i)} {_prose(label) if label != i else ''}".strip() for i, label in members)
            tail = f" (at least as much as {', '.join(map(_code, over))})" if over else ""
            lines.append("  " * min(depth, 1) + f"- {names}{tail}")
    return _caption(b.title, _prose(b.alt) + "\n\n" + "\n".join(lines))


def _whatif(b: Picture) -> str:
    v = whatif(b.data)
    if v.data is None:
        return _caption(b.title, _prose(v.reason))
    rows = [[_prose(o.label), _words(o.today)] for o in v.outputs]
    return _caption(b.title, _grid(["", "Today"], rows) + "\n\nSliders and switches are in the HTML report.")


def _boundary(b: Picture) -> str:
    """A row a load: the least size that stays down today, with its range, and after each action item."""
    c = chart(b.data)
    head = [_prose(load_words(c)), *(_prose(k.label) for k in c.curves)]
    none = f"none up to {number(c.most)}"
    lines = []
    for x, sizes, is_today in rows(c):
        near = " today" if x == c.today else f" nearest to today’s {number(c.today)}" if c.today is not None else ""
        cells = [none if y is None else number(y) for y in sizes]
        cells[0] = f"{cells[0]} {band_at(c, x)}".strip()
        lines.append([f"**{number(x)}**{near}" if is_today else number(x), *cells])
    tail = ["\n".join(f"- {_prose(k.label)}: {_prose(words)}." for k in c.curves if (words := said(c, k)))]
    if c.dial:
        tail.append(f"Moving {_code(c.dial.parameter)} is in the HTML report.")
    parts = [_prose(b.alt), f"Least {_prose(c.y_label)} that stays down:", _grid(head, lines), *tail]
    return _caption(b.title, "\n\n".join(p for p in parts if p))


_PICTURES: dict[str, Callable[[Picture], str]] = {"removal": _removal, "graph": _graph, "order": _order, "whatif": _whatif,
                                                  "boundary": _boundary, **WRITERS}  # fmt: skip  # one table


def _picture(b: Picture) -> str:
    draw = _PICTURES.get(b.kind)
    return draw(b) if draw else _caption(b.title, _prose(b.alt))


def _quote(b: Quote) -> str:
    return f"> {_words(b.text)}" + (f"\n> {_code(str(b.span))}" if b.span else "")


def _missing(x: NotFound) -> str:
    if x.reason:
        return _prose(x.reason)
    question = f" **{_prose(x.question)}**" if x.question else ""
    return f"Asked for, not found:{question}" + (f" It would unlock: {_prose(x.unlocks)}." if x.unlocks else "")


def _ask(b: Ask) -> str:
    return _missing(b.missing)


_RENDERERS: dict[type, Callable[[Any], str]] = {
    Sentence: _sentence,
    Estimates: _estimates,
    Table: _table,
    Picture: _picture,
    Quote: _quote,
    Ask: _ask,
}


def _block(b: Block) -> str:
    text = _RENDERERS[type(b)](b)
    if not b.detail:
        return text
    summary = _words(getattr(b, "title", "").replace("`", "")) or "Details"
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _section(s: Section, level: str, report: Report) -> list[str]:
    head = f"{level} {s.section + ' ' if s.section else ''}{_prose(s.question)}"
    if isinstance(s.answer, NotFound):
        return [head, _missing(s.answer)]
    assert isinstance(s.answer, Answer)
    return [head, _prose(unsaid(s.answer.claim, report)), *map(_block, s.answer.blocks)]


def _findings(report: Report) -> list[str]:
    lines = []
    for f in report.findings:
        where = f" ({_code(str(f.span))})" if f.span else ""
        cure = f" {_prose(f.cure)}" if f.cure else ""
        lines.append(f"- **{f.severity.value}** {_code(f.code)} {_prose(f.message)}{cure}{where}")
    return ["## Findings", "\n".join(lines)] if lines else []


def render_markdown(report: Report) -> str:
    """The same order as the page: verdict, the case's summary, removal, actions, where the answers meet, mechanism, what-if, questions, findings, provenance."""
    plan = arrange(report)
    parts = [f"# {_prose(report.title)}", *([f"Failure: {_code(report.failure)}"] if report.failure else [])]
    if report.notice:
        parts.append(f"> **{_prose(report.notice)}**")
    if report.verdict:
        parts += [f"**{_prose(report.verdict[0])}**", *map(_prose, report.verdict[1:])]
    if report.summary:
        parts += ["_In the case’s own words:_", *map(_prose, report.summary)]
    parts += [_block(plan.lifted[k]) for k in ("removal",) if k in plan.lifted]
    for s in plan.crossing:
        parts += _section(s, "##", report)
    meet = agreement_blocks(report)
    if meet:
        parts += [f"## {TITLE}", _prose(agreement_claim(report.agreement)), *map(_block, meet)]
    parts += [_block(plan.lifted[k]) for k in ("graph", "whatif") if k in plan.lifted]
    parts.append("## The questions")
    for s in plan.questions:
        parts += _section(s, "###", report)
    parts += _findings(report)
    if report.provenance:
        parts += ["---", "\n".join(f"- {_words(k)}: {_code(v)}" for k, v in report.provenance.items())]
    return "\n\n".join(p for p in parts if p) + "\n"


def render_comment(report: Report, marker: str) -> str:
    """For a comment on a pull request: the first line is the verdict, the first section is open, the others are folded.

    `marker` ends it in a comment of HTML, by which a later run finds the comment that it is to replace.
    """
    first, *rest = report.verdict or (report.title,)
    parts = [f"**{_prose(first)}**", " ".join(map(_prose, rest))]
    for i, s in enumerate(report.sections):
        body = _folded(s)
        if i == 0 or not body:
            parts += body
            continue
        claim = s.answer.claim.partition("\n")[0] if isinstance(s.answer, Answer) else ""
        summary = _words(f"{s.question} {claim}".replace("`", "").strip())
        parts += [f"<details><summary>{summary}</summary>", *body, "</details>"]
    parts += _findings(report)
    sides = [f"{k} {_code(v)}" for k, v in report.provenance.items() if k in ("fuelbed", "before", "after")]
    parts.append(f"<sub>{_prose(report.title)} · {' · '.join(sides)}</sub>")
    parts.append(f"<!-- {marker} -->")
    return "\n\n".join(p for p in parts if p) + "\n"


def _folded(s: Section) -> list[str]:
    """What stands in one section of a comment; nothing where the claim says it all."""
    if isinstance(s.answer, NotFound):
        return [_missing(s.answer)]
    return [_block(b) for b in s.answer.blocks]
