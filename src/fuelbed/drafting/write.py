"""Draft -> the text of `case.yaml`: block style, every entry with its quote and line, every guess with a `# ask:`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

from fuelbed.core.document import Document, Place
from fuelbed.core.reading import Reading
from fuelbed.drafting.model import QUOTED, Draft, DraftAction, DraftFactor, DraftModel, DraftNumber

__all__ = ["SCHEMA_LINE", "comment", "quoted", "write_case"]

SCHEMA_LINE = "# yaml-language-server: $schema=case.schema.json"
_WIDTH = 116


def write_case(draft: Draft, narrative: str = "postmortem.md", questions: Iterable[str] = ()) -> str:
    """The file's text; it validates as it is. `questions` are those that the text leaves open, written at its top."""
    document = draft.reading.document
    out = [
        SCHEMA_LINE,
        *(line for h in draft.head for line in comment(h, "")),
        *(line for q in questions for line in comment(q, "", "ask")),
        "fuelbed: 1",
        "status: draft",
        f"title: {quoted(draft.title)}",
        f"failure: {draft.failure}",
        *([f"date: {draft.date}"] if draft.date else []),
        f"narrative: {quoted(narrative)}",
        "",
        "factors:",
    ]
    for f in draft.factors:
        out += _factor(document, f)
    out += _faint(draft.reading)
    out += ["", "structure:"]
    for line in draft.lines:
        out += [c for n in line.notes for c in comment(_cut(n), "  ")]
        out += [c for a in line.asks for c in comment(a, "  ", "ask")]
        out.append(f"  {line.name}: {line.expression}")
    if draft.losses:
        out += ["", "outcomes:", *(f"  {name}: {{loss: {loss}}}" for name, loss in draft.losses.items())]
    if draft.model is not None:
        out += ["", *_model(document, draft.model)]
    if draft.actions:
        out += ["", "actions:"]
        for a in draft.actions:
            out += _action(document, a)
    return "\n".join(out) + "\n"


def _faint(reading: Reading) -> Iterator[str]:
    """What else may be a factor, for whoever corrects the draft."""
    for kind, words in (("trigger", "Perhaps it set it off"), ("condition", "Perhaps it stood there, too")):
        for m in (m for m in reading.faint if m.kind == kind):
            yield from comment(
                _cut(f"{words}: line {reading.document.line(m.place)}: {reading.document.whole_quote(m.place)}"), "  "
            )


def quoted(text: str) -> str:
    """A YAML scalar on one line: JSON's double quotes are YAML's, and nothing in them can end early."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return json.dumps(plain, ensure_ascii=False)


def comment(text: str, indent: str, word: str = "") -> Iterator[str]:
    head = f"{indent}# {word}: " if word else f"{indent}# "
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    yield from textwrap.wrap(plain, _WIDTH, initial_indent=head, subsequent_indent=f"{indent}#   ", break_on_hyphens=False)


def _source(document: Document, place: Place) -> str:
    return quoted(f"line {document.line(place)}: {_cut(document.whole_quote(place))}")


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= QUOTED else words[: QUOTED - 3] + "..."


def _factor(document: Document, f: DraftFactor) -> Iterator[str]:
    yield from (c for n in f.notes for c in comment(_cut(n), "  "))
    yield from (c for a in f.asks for c in comment(a, "  ", "ask"))
    yield f"  {f.name}:"
    yield f"    kind: {f.kind}"
    yield f"    what: {quoted(f.what)}"
    yield from (f"    {key}: {value}" for key, value in f.fields.items())
    if f.place is not None:
        yield f"    source: {_source(document, f.place)}"


def _action(document: Document, a: DraftAction) -> Iterator[str]:
    kind = f"{a.read.cls}{', only considered' if a.read.tentative else ''}{'' if a.read.sure else ', unsure'}"
    yield from comment(_cut(a.note) or f"line {document.line(a.read.item.place)}, read as {kind}", "  ")
    yield from (c for q in a.asks for c in comment(q, "  ", "ask"))
    yield f"  {a.name}:"
    yield f"    what: {quoted(a.read.item.text)}"
    if a.does:
        yield "    does:"
        yield from (f"      - {d}" for d in a.does)
    for key, value in (("owner", a.read.item.owner), ("due", a.read.item.due)):
        if value:
            yield f"    {key}: {quoted(value)}"
    if a.read.item.done:
        yield "    status: done"


def _model(document: Document, m: DraftModel) -> Iterator[str]:
    """The `dynamics` section, or, where no archetype fits, a comment in its place."""
    words = " ".join(document.quote(m.place).split())
    yield from comment(f"line {document.line(m.place)} tells of feedback: {words}", "")
    if not m.archetype:
        ask = "what feeds what, and by which rule? No ready model fits these words; a loop of your own is declared under `dynamics:`"
        yield from comment(f"{ask} by its `states` and `next`", "", "ask")
        return
    yield "dynamics:"
    ask = f"is it this: {m.what[:1].lower()}{m.what[1:]}? Else name another `archetype`, or declare the loop by its `states` and `next`"
    yield from comment(ask, "  ", "ask")
    yield f"  {m.name}:"
    yield f"    archetype: {m.archetype}"
    yield "    parameters:"
    for n in m.numbers:
        yield from _number(document, n)
    if m.push:
        yield from _push(document, m)


def _number(document: Document, n: DraftNumber) -> Iterator[str]:
    if n.place is None:
        yield from comment(n.question, "      ", "ask")
        yield f"      {n.name}:"
        return
    yield f"      {n.name}:"
    yield f"        value: {n.value}"
    yield "        basis: published"
    yield f"        source: {_source(document, n.place)}"


def _push(document: Document, m: DraftModel) -> Iterator[str]:
    """Without its length a push does nothing, so it stays a comment until somebody says how long it lasted."""
    if m.pushed is not None:
        yield from comment(f"line {document.line(m.pushed)}: {document.quote(m.pushed)}", "    ")
    mark = "" if m.lasts else "# "
    if not m.lasts:
        yield from comment(
            "how long did it last? Then take the marks off these lines, and write it behind `lasts:`", "    ", "ask"
        )
    yield f"    {mark}pushes:"
    yield f"    {mark}  {m.trigger}:"
    yield f"    {mark}    {m.push}"
    yield f"    {mark}    lasts:{f' {m.lasts}' if m.lasts else ''}"
