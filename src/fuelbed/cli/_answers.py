"""An answer as bytes -> findings with their places, or the text of a case. What `draft --accept`, `draft --model` and `mcp` share."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fuelbed.cli.common import reason, refuse, say
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.shown import counted

if TYPE_CHECKING:
    from fuelbed.core.document import Document
    from fuelbed.core.reading import Reading
    from fuelbed.drafting import Draft
    from fuelbed.drafting.answer import Accepted
    from fuelbed.text.redaction import Redactor

__all__ = ["Judged", "accepted_draft", "answer_bytes", "document_of", "judge", "stop_at_faults"]

_MEET = "FB027"  # a line needs two momentary triggers at once
_JSON = "Have it answered again: one JSON object, as the schema says, and nothing around it."


@dataclass(frozen=True, slots=True)
class Judged:
    """`case` is the text of a case file where there are no findings; `accepted` what it was made from, by way of `draft`."""

    findings: tuple[Finding, ...]
    case: str = ""
    accepted: Accepted | None = None
    draft: Draft | None = None


def document_of(text: str, file: str, hide: Redactor | None = None) -> Document:
    """The document as a model sees it: secrets replaced (by `hide`, if who calls wants to tell which), and characters that no reader sees."""
    from fuelbed.drafting.answer import prepared
    from fuelbed.text.read import read
    from fuelbed.text.redaction import Redactor

    return read(prepared((hide or Redactor())(text)), file)


def answer_bytes(path: Path) -> bytes:
    """An answer's file, `-` for standard input; leaves with code 2 where it cannot be read."""
    from fuelbed.drafting.answer import MAX_BYTES
    from fuelbed.readers.files import FileFault, read_bounded

    if str(path) == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        return read_bounded(path.resolve(), str(path), MAX_BYTES)
    except FileFault as e:
        refuse(f"{e.message} {e.cure}")
    except (OSError, RuntimeError, ValueError) as e:
        refuse(f"{path}: cannot be read ({reason(e) if isinstance(e, OSError) else 'it cannot be followed'}).")


def stop_at_faults(judged: Judged) -> None:
    """Every fault on standard error, and code 2."""
    if judged.findings:
        for f in judged.findings:
            say(f.line(), err=True)
        say(f"{counted(len(judged.findings), 'fault')} in the answer. Nothing was written.", err=True)
        sys.exit(2)


def accepted_draft(document: Document, answer: Path) -> tuple[Document, Draft]:
    """The document as the model saw it, and the draft of its answer; leaves with code 2 at its faults."""
    if str(answer) == "-" and document.source.file == "stdin":
        refuse("POSTMORTEM and ANSWER cannot both be standard input.")
    if document.is_blank or not document.sentences:
        refuse(f"{document.source.file}: there is no account of an incident in it to answer about.")
    seen = document_of(document.source.text, document.source.file)
    judged = judge(answer_bytes(answer), str(answer) if str(answer) != "-" else "stdin", seen)
    stop_at_faults(judged)
    assert judged.draft is not None
    return seen, judged.draft


def judge(data: bytes, shown: str, document: Document, narrative: str = "postmortem.md") -> Judged:
    """Check an answer against the document; every fault at once, with JSON pointer, line and column."""
    from fuelbed.drafting.answer import MAX_BYTES, Fault, check_answer
    from fuelbed.readers.json_text import JsonText
    from fuelbed.readers.sheets import SheetFault

    if len(data) > MAX_BYTES:
        return _unreadable(shown, 1, 1, f"the answer is longer than {MAX_BYTES // 1_000_000} MB.")
    try:
        json = JsonText.of(data, shown)
    except SheetFault as e:
        return _unreadable(shown, e.line, e.column, e.message)
    accepted, faults = check_answer(json.value, document)
    text, draft = "", None
    if accepted is not None:
        draft, text, wrong = _written(accepted, document, narrative)
        faults = tuple(Fault(("lines",), "FB199", message, cure) for message, cure in wrong)
    places = json.places([f.path for f in faults]) if faults else {}
    findings = tuple(Finding(f.code, Severity.ERROR, f"{f.pointer}: {f.message}", f.cure, places[f.path]) for f in faults)
    return Judged(findings) if findings else Judged((), text, accepted, draft)


def _unreadable(shown: str, line: int, column: int, message: str) -> Judged:
    return Judged((Finding("FB190", Severity.ERROR, message, _JSON, Span(shown, line, column)),))


def _written(accepted: Accepted, document: Document, narrative: str) -> tuple[Draft, str, list[tuple[str, str]]]:
    """The draft, the case's text, and why it is none. A model knows no rule that two moments never meet: of triggers that a line needs together, as few as
    will do are drafted as staying on, each with its question, the last of them last."""
    from fuelbed.drafting.answer import answered_reading
    from fuelbed.engines.lint import gaps
    from fuelbed.text.understand import understand

    reading = answered_reading(accepted, understand(document))
    asked = [g.question for g in gaps(reading)]
    moments = [i.name for i in accepted.of("triggers") if not i.text("lasts")]
    staying: frozenset[str] = frozenset()
    found = _case(accepted, reading, narrative, asked, staying)
    if {f.code for f in found[2]} == {_MEET}:
        staying = frozenset(moments)
        for name in reversed(moments):
            if not _case(accepted, reading, narrative, asked, staying - {name})[2]:
                staying -= {name}
        found = _case(accepted, reading, narrative, asked, staying)
    return found[0], found[1], [(f.message, f.cure) for f in found[2]]


def _case(
    accepted: Accepted, reading: Reading, narrative: str, asked: list[str], staying: frozenset[str]
) -> tuple[Draft, str, list[Finding]]:
    """The draft, the case's text, and its errors."""
    from fuelbed.drafting import write_case
    from fuelbed.drafting.answer import answered_draft
    from fuelbed.readers.case import parse_case

    draft = answered_draft(accepted, reading, staying)
    text = write_case(draft, narrative, asked)
    try:
        parse_case(text)
    except InputError as e:
        return draft, text, [f for f in e.findings if f.severity is Severity.ERROR]
    return draft, text, []
