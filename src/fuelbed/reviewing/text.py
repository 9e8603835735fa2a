"""Review -> a screenful of text, at most 80 columns: what was read, what the action items do, at most five findings, one question, one command."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Iterator

from fuelbed.core.findings import Finding
from fuelbed.core.shown import clipped, counted, listed
from fuelbed.drafting import Draft
from fuelbed.reviewing.consequences import Consequences
from fuelbed.reviewing.review import Review
from fuelbed.reviewing.understood import Row, items, quoted, rows, what_items_do
from fuelbed.text.wording import other_language

__all__ = ["render_review"]

_MOST = 5
_LABEL = 9  # words of a factor's label or an action item
_PROMISE = (
    "Read by its words alone, so check it against your text (? is a guess, → something is done about it; --all shows the rest):"
)
_ANSWERED = "As the answer reads it: each quote stands in your text, and whether it says so is yours to check (→ something is done about it; --all shows the rest):"
_PERHAPS = (
    ("trigger", "Perhaps one of these set it off (likely sentences, nothing is built on them)"),
    ("condition", "Perhaps these stood there, too (likely sentences, nothing is built on them)"),
)
_NOT_READ = {
    "empty": "There is no prose in this file.",
    "template": "This is a template: its headings hold no account of an incident yet.",
    "advisory": "This reads as an advisory, not as an account of an incident: there is no trigger, condition or action item to draft from.",
}
_NO_ACCOUNT = "This does not read as an account of an incident: no trigger and no action item is found in it."
_FOREIGN = (
    "Few of its words are English, and Fuelbed's own reading knows no other language: nothing is found in it. A model of your choice can read it instead:"
    " `draft --prompt` and `review --accept`."
)


def render_review(
    review: Review, width: int = 80, every: bool = False, command: str = "fuelbed", by: tuple[str, ...] = ()
) -> str:
    """Ten lines or so; `every` shows all findings, questions and what was read, with lines. `command` is what the user calls us, `by` the options that
    say which answer it is from."""
    d = review.document
    out = list(_wrap(f"{d.source.file}: {d.title}" if d.title else d.source.file, width))
    if review.draft is None or review.follows is None:
        out += _wrap(_NOT_READ.get(d.kind) or (_FOREIGN if other_language(s.plain for s in d.sentences) else _NO_ACCOUNT), width)
    else:
        out += _read(review, width)
        if every:
            out += ["", *_everything(review, width)]
            said = list(_follows(review.draft, review.follows, review.answered is not None))
            out += ["", *(line for s in said for line in _wrap(s, width))] if said else []
    out += _findings(review.findings, width, every)
    if every and review.gaps:
        out += ["", "What the text leaves open:"]
        out += [line for g in review.gaps for line in _wrap(f"- {g.question}", width, "  ")]
    if review.question is not None:
        out += ["", *_wrap(f"To ask first{_line(review.question.line)}: {review.question.text}", width)]
    if review.draft is not None:
        file = "-" if d.source.file == "stdin" else shlex.quote(d.source.file)
        answer = "".join(f" {shlex.quote(word)}" for word in by)
        out += ["", f"Draft its case: {command} draft {file}{answer} -o case/"]
    return "\n".join(out) + "\n"


def _wrap(text: str, width: int, indent: str = "   ") -> Iterator[str]:
    yield from textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)


def _line(n: int) -> str:
    return f" (line {n})" if n > 1 else ""


def _read(review: Review, width: int) -> Iterator[str]:
    """What the rest rests on, a line each, and what the action items do."""
    r = review.reading
    shown = rows(r, review.answered)
    if shown:
        yield from _wrap(_PROMISE if review.answered is None else _ANSWERED, width)
    yield from _rows(shown, width)
    yield from _wrap(what_items_do(r) or "No action item is recognised in it.", width)
    yield from _rows(items(r), width)


def _rows(shown: Iterable[Row], width: int) -> Iterator[str]:
    for row in shown:
        head = f"  {row.kind + ('?' if row.doubt else ''):<9} {row.line:>4}  "
        yield from textwrap.wrap(
            f"{head}{row.words} {row.after}".rstrip(), width, subsequent_indent=" " * len(head), break_on_hyphens=False
        )


def _follows(draft: Draft, f: Consequences, firm: bool) -> Iterator[str]:
    """What follows from the draft's structure, most telling first, in sentences of the text's own words and lines; `firm` where it is from an answer."""
    n = len(draft.actions)
    parts = []
    if f.trigger_only:
        parts.append(f"{len(f.trigger_only)} touch{'es' if len(f.trigger_only) == 1 else ''} only the trigger")
    if f.sight_only:
        parts.append(f"{len(f.sight_only)} only add{'s' if len(f.sight_only) == 1 else ''} sight")
    if f.open:
        parts.append(f"{len(f.open)} name{'s' if len(f.open) == 1 else ''} nothing that the text says stood there")
    rest = n - len(f.trigger_only) - len(f.sight_only) - len(f.open)
    if parts and rest:
        parts.append(f"{rest} change{'s' if rest == 1 else ''} what it says")
    if parts:
        yield f"In the draft of its case, of {counted(n, 'action')}, {listed(parts)}."
    if f.untouched:
        lines = [f"{_label(draft, name)}" for name in f.untouched]
        shown = lines[:2]
        more = f" and {len(lines) - 2} more" if len(lines) > 2 else ""
        yield f"By its words, no action item is about {listed(shown) if not more else ', '.join(shown) + more}."
    if f.best and f.over and (firm or next(x.sure for x in draft.factors if x.name == f.best)):  # of a guess nothing follows
        what = "closing it" if f.untouched == (f.best,) else f"closing {_label(draft, f.best)}"
        over = "every action item" if len(f.over) == n else listed([f"“{clipped(_what(draft, a), _LABEL)}”" for a in f.over[:3]])
        over += f" and {len(f.over) - 3} more" if len(f.over) > 3 and len(f.over) != n else ""
        yield f"If the draft holds, then whatever the numbers, {what} does at least as much as {over}."


def _what(draft: Draft, action: str) -> str:
    return next(a.read.item.text for a in draft.actions if a.name == action)


def _label(draft: Draft, factor: str) -> str:
    f = next(f for f in draft.factors if f.name == factor)
    where = _line(draft.reading.document.line(f.place)) if f.place is not None else ""
    return f"“{clipped(f.what, _LABEL)}”{where}"


def _findings(findings: Iterable[Finding], width: int, every: bool) -> Iterator[str]:
    """The worst first, then by code; the five that say most unless all are wanted."""
    ranked = sorted(findings, key=lambda f: (-f.severity.rank, f.code, f.sort_key))
    if not ranked:
        return
    shown = ranked if every else ranked[:_MOST]
    yield ""
    for f in shown:
        where = f"line {f.span.line}: " if f.span else ""
        yield from _wrap(f"{f.code} {where}{f.message}" + (f" {f.cure}" if every and f.cure else ""), width, "      ")
    left = len(ranked) - len(shown)
    if left > 0:
        yield f"and {counted(left, 'finding')} more: --all shows them"


def _everything(review: Review, width: int) -> Iterator[str]:
    """What was read, with lines, so that a reader can see at once what was misread."""
    r, d = review.reading, review.document
    for title, found in (("Triggers", r.triggers), ("Standing conditions", r.conditions), ("Controls", r.controls)):
        if found:
            yield f"{title}:"
            for m in found:
                status = f" ({m.status})" if m.status else ""
                yield from _at(d.line(m.place), f"{m.what}{status}{'' if m.sure else ' ?'}", width)
    for kind, title in _PERHAPS:
        faint = [m for m in r.faint if m.kind == kind]
        if faint:
            yield f"{title}:"
            for m in faint:
                yield from _at(d.line(m.place), quoted(r, m), width)
    if r.amplification.present and r.amplification.mention is not None:
        yield "Feedback:"
        yield from _at(d.line(r.amplification.mention.place), quoted(r, r.amplification.mention), width)
    if r.actions:
        yield "Actions:"
        for a in r.actions:
            tail = ", considered" if a.tentative else ""
            yield from _at(d.line(a.item.place), f"{a.item.text} [{a.cls}{tail}]", width)


def _at(line: int, words: str, width: int) -> Iterator[str]:
    return _wrap(f"  {line:>4}  {words}", width, " " * 8)
