"""An answer of a model as bytes -> faults with their places, or the draft of its case. What `draft`, `review`, `corpus`, `attribution` and `mcp` share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from fuelbed.core.document import Document, DocumentKind
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.reading import Reading
from fuelbed.core.settings import ReviewSettings
from fuelbed.drafting import Draft, write_case
from fuelbed.drafting.answer import MAX_BYTES, Accepted, Fault, answered_draft, answered_reading, check_answer, prepared
from fuelbed.engines.lint import gaps
from fuelbed.readers.case import parse_case
from fuelbed.readers.files import FileFault, read_bounded
from fuelbed.readers.json_text import JsonText
from fuelbed.readers.sheets import SheetFault
from fuelbed.text.read import read
from fuelbed.text.redaction import Redactor
from fuelbed.text.understand import understand

__all__ = ["Judged", "Keeps", "Kept", "as_seen", "below", "document_of", "judge", "tells_something"]

_MEET = "FB027"  # a line needs two momentary triggers at once
_ASTRAY = "FB192"  # a quote does not stand in the text
_FOLLOWING = ("FB193", "FB194", "FB195")  # what is said of quotes and numbers beside it
_SEVERAL, _NEARLY_ALL = 4, 0.9  # quotes that go astray, and their share, from which the answer does not belong to the text
_ANEW = "Have it answered again: `fuelbed draft --prompt` prints the prompt."
_JSON = "Have it answered again: one JSON object, as the schema says, and nothing around it."


@dataclass(frozen=True, slots=True)
class Judged:
    """`case` is the text of a case file where there are no findings; `accepted` what it was made from, by way of `draft`."""

    findings: tuple[Finding, ...]
    case: str = ""
    accepted: Accepted | None = None
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer about one text in a folder of them: `a/b.json` in it is about the text that is `a/b.md` from where the user looks."""

    folder: Path
    text: PurePath

    @classmethod
    def by_settings(cls, settings: ReviewSettings, text: str) -> Kept | None:
        """Where settings say that the answer about a text is, which is named as it is seen from them; None where they say nothing."""
        return cls(Path(settings.folder, settings.answers), PurePath(text)) if settings.answers else None

    @property
    def file(self) -> Path:
        return (self.folder / self.text).with_suffix(".json")

    def judged(self, document: Document) -> Judged | None:
        """What it says of the document; None where there is none."""
        data = self.read()
        if isinstance(data, bytes):
            return judge(data, str(self.file), as_seen(document))
        return None if data is None else Judged((data,))

    def read(self) -> bytes | Finding | None:
        """Its bytes, None where there is none, or why it cannot be read. What leads out of the folder is not followed."""
        file = self.file
        try:
            if not file.exists():
                return None
            if not file.resolve().is_relative_to(self.folder.resolve()):
                return _unkept(file, "it leads out of the folder of answers.", "Put the answer itself there.")
            return read_bounded(file.resolve(), str(file), MAX_BYTES)
        except FileFault as e:
            return _unkept(file, e.message, e.cure)
        except (OSError, RuntimeError, ValueError) as e:
            return _unkept(file, f"it cannot be read ({getattr(e, 'strerror', None) or 'it cannot be followed'}).", _JSON)


Keeps = Callable[[Path, Path], Kept | None]
"""Of a text and of what was named to find it: where the answer about it is kept, None where nowhere."""


def _unkept(file: Path, message: str, cure: str) -> Finding:
    return Finding("FB190", Severity.ERROR, message, cure, Span(str(file), 1, 1))


def below(text: Path, named: Path) -> PurePath:
    """A text as it is below the path that was named to find it; its name where it was named itself."""
    return text.relative_to(named) if text != named and text.is_relative_to(named) else PurePath(text.name)


def document_of(text: str, file: str, hide: Redactor | None = None, kind: DocumentKind | None = None) -> Document:
    """The document as a model sees it: secrets replaced (by `hide`, if who calls wants to tell which), and characters that no reader sees."""
    return read(prepared((hide or Redactor())(text)), file, kind)


def as_seen(document: Document) -> Document:
    """A document that was read already, as a model sees it."""
    return document_of(document.source.text, document.source.file, kind=document.kind)


def tells_something(document: Document) -> bool:
    """Whether there is anything in it to answer about."""
    return not document.is_blank and bool(document.sentences)


def judge(data: bytes, shown: str, document: Document, narrative: str = "postmortem.md") -> Judged:
    """Check an answer against the document; every fault at once, with JSON pointer, line and column."""
    if len(data) > MAX_BYTES:
        return _unreadable(shown, 1, 1, f"the answer is longer than {MAX_BYTES // 1_000_000} MB.")
    try:
        json = JsonText.of(data, shown)
    except SheetFault as e:
        return _unreadable(shown, e.line, e.column, e.message)
    accepted, faults = check_answer(json.value, document)
    faults = _of_another_text(json.value, faults)
    text, draft = "", None
    if accepted is not None:
        draft, text, wrong = _written(accepted, document, narrative)
        faults = tuple(Fault(("lines",), "FB199", message, cure) for message, cure in wrong)
    places = json.places([f.path for f in faults]) if faults else {}
    findings = tuple(Finding(f.code, Severity.ERROR, f"{f.pointer}: {f.message}", f.cure, places[f.path]) for f in faults)
    return Judged(findings) if findings else Judged((), text, accepted, draft)


def _of_another_text(answer: object, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Where next to none of its quotes stands in the text, that is the fault, and each of them would only say so again."""
    astray = [f for f in faults if f.code == _ASTRAY]
    n = _quotes(answer)
    if len(astray) < _SEVERAL or len(astray) < _NEARLY_ALL * n:
        return faults
    which = f"none of its {n} quotes stands" if len(astray) == n else f"{len(astray)} of its {n} quotes do not stand"
    said = Fault((), _ASTRAY, f"{which} in the text: it is about another text, or the text has changed since.", _ANEW)
    return (said, *(f for f in faults if f.code not in (_ASTRAY, *_FOLLOWING)))


def _quotes(value: object) -> int:
    """How many quotes an answer gives."""
    if isinstance(value, dict):
        return sum(1 if key == "quote" and isinstance(v, str) else _quotes(v) for key, v in value.items())
    return sum(map(_quotes, value)) if isinstance(value, list) else 0


def _unreadable(shown: str, line: int, column: int, message: str) -> Judged:
    return Judged((Finding("FB190", Severity.ERROR, message, _JSON, Span(shown, line, column)),))


def _written(accepted: Accepted, document: Document, narrative: str) -> tuple[Draft, str, list[tuple[str, str]]]:
    """The draft, the case's text, and why it is none. A model knows no rule that two moments never meet: of triggers that a line needs together, as few as
    will do are drafted as staying on, each with its question, the last of them last."""
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
    draft = answered_draft(accepted, reading, staying)
    text = write_case(draft, narrative, asked)
    try:
        parse_case(text)
    except InputError as e:
        return draft, text, [f for f in e.findings if f.severity is Severity.ERROR]
    return draft, text, []
