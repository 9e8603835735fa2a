"""An answer as bytes -> findings with their places, or the text of a case. What `draft --accept`, `draft --model` and `mcp` share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span

if TYPE_CHECKING:
    from fuelbed.core.document import Document
    from fuelbed.core.reading import Reading
    from fuelbed.drafting.answer import Accepted
    from fuelbed.text.redaction import Redactor

__all__ = ["Judged", "document_of", "judge"]

_MEET = "FB027"  # a line needs two momentary triggers at once
_JSON = "Have it answered again: one JSON object, as the schema says, and nothing around it."


@dataclass(frozen=True, slots=True)
class Judged:
    """`case` is the text of a case file where there are no findings; `accepted` what it was made from."""

    findings: tuple[Finding, ...]
    case: str = ""
    accepted: Accepted | None = None


def document_of(text: str, file: str, hide: Redactor | None = None) -> Document:
    """The document as a model sees it: secrets replaced (by `hide`, if who calls wants to tell which), and characters that no reader sees."""
    from fuelbed.drafting.answer import prepared
    from fuelbed.text.read import read
    from fuelbed.text.redaction import Redactor

    return read(prepared((hide or Redactor())(text)), file)


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
    text = ""
    if accepted is not None:
        text, wrong = _written(accepted, document, narrative)
        faults = tuple(Fault(("lines",), "FB199", message, cure) for message, cure in wrong)
    places = json.places([f.path for f in faults]) if faults else {}
    findings = tuple(Finding(f.code, Severity.ERROR, f"{f.pointer}: {f.message}", f.cure, places[f.path]) for f in faults)
    return Judged(findings, "" if findings else text, None if findings else accepted)


def _unreadable(shown: str, line: int, column: int, message: str) -> Judged:
    return Judged((Finding("FB190", Severity.ERROR, message, _JSON, Span(shown, line, column)),))


def _written(accepted: Accepted, document: Document, narrative: str) -> tuple[str, list[tuple[str, str]]]:
    """The case's text, and why it is none. A model knows no rule that two moments never meet: of triggers that a line needs together, as few as will do
    are drafted as staying on, each with its question, the last of them last."""
    from fuelbed.engines.lint import gaps
    from fuelbed.text.understand import understand

    reading = understand(document)
    asked = [g.question for g in gaps(reading)]
    moments = [i.name for i in accepted.of("triggers") if not i.text("lasts")]
    staying: frozenset[str] = frozenset()
    text, wrong = _case(accepted, reading, narrative, asked, staying)
    if not wrong or {f.code for f in wrong} != {_MEET}:
        return text, [(f.message, f.cure) for f in wrong]
    staying = frozenset(moments)
    for name in reversed(moments):
        if not _case(accepted, reading, narrative, asked, staying - {name})[1]:
            staying -= {name}
    text, wrong = _case(accepted, reading, narrative, asked, staying)
    return text, [(f.message, f.cure) for f in wrong]


def _case(
    accepted: Accepted, reading: Reading, narrative: str, asked: list[str], staying: frozenset[str]
) -> tuple[str, list[Finding]]:
    """The case's text, and its errors."""
    from fuelbed.drafting import write_case
    from fuelbed.drafting.answer import answered_draft
    from fuelbed.readers.case import parse_case

    text = write_case(answered_draft(accepted, reading, staying), narrative, asked)
    try:
        parse_case(text)
    except InputError as e:
        return text, [f for f in e.findings if f.severity is Severity.ERROR]
    return text, []
