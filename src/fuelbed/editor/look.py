"""One open text -> findings, and where they stand in an editor's terms: lines and columns from 0, in units that editor and server agreed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from fuelbed.core.document import Document
from fuelbed.core.engine_codes import ALL_CODES
from fuelbed.core.errors import FuelbedError, InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.reading import Reading
from fuelbed.core.settings import ReviewSettings
from fuelbed.core.shown import counted
from fuelbed.core.source import Source
from fuelbed.engines.lint import check, gaps, rule
from fuelbed.reviewing.answers import Kept, tells_something
from fuelbed.reviewing.stubs import Insertion, ignores, stubs
from fuelbed.text.read import read
from fuelbed.text.understand import understand

__all__ = ["UNITS", "Looked", "Mark", "Units", "explained", "look"]

Units = Callable[[str], int]
UNITS: Mapping[str, Units] = {
    "utf-8": lambda text: len(text.encode("utf-8", "replace")),
    "utf-16": lambda text: len(text) + sum(c > "\uffff" for c in text),
    "utf-32": len,
}
"""The position encodings of the protocol: how long a text is. An editor proposes some, UTF-16 is what all know."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding and its range: line and column of its two ends, from 0."""

    finding: Finding
    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Looked:
    """silence: by the index of a mark, the comment that would silence it. missing: sections with the questions that the text leaves open."""

    source: Source
    marks: tuple[Mark, ...]
    silence: Mapping[int, Insertion]
    missing: tuple[Insertion, ...] = ()
    units: Units = UNITS["utf-16"]

    def place(self, index: int) -> tuple[int, int]:
        """Where a character of the source stands."""
        line, before = self.source.before(index)
        return line, self.units(before)


def look(text: str, file: str, settings: ReviewSettings, path: str, encoding: str = "utf-16", kept: Kept | None = None) -> Looked:
    """A case file by the checks of its reader, anything else as a postmortem; `path` is the file as seen from the settings. `kept` is where the answer of a
    model about it would be: by that it is read where there is one that fits it. Never raises on a text."""
    source, units = Source(text, file), UNITS[encoding]
    if PurePath(file).suffix in (".yaml", ".yml"):
        return Looked(source, _marks(source, _of_case(text, file), units), {}, units=units)
    document = read(text, file, settings.kind(path))
    reading, said = _read(document, kept)
    left_out = settings.left_out(path)
    found = (
        *document.findings,
        *said,
        *check(reading, settings.select or None, left_out or None, settings.preview, also=settings.extend_select, shown=document),
    )
    marks = _marks(source, found, units)
    silence = {i: new[0] for i, m in enumerate(marks) if (new := ignores(document, [m.finding]))}
    return Looked(source, marks, silence, tuple(stubs(document, gaps(reading))), units)


def _read(document: Document, kept: Kept | None) -> tuple[Reading, tuple[Finding, ...]]:
    """By the answer that is kept about a text, else by its words; and what is to be said of an answer that does not fit it (any more)."""
    judged = kept.judged(document) if kept is not None and tells_something(document) else None
    if judged is None or kept is None:
        return understand(document), ()
    if judged.draft is not None:
        return judged.draft.reading, ()
    first, n = judged.findings[0], counted(len(judged.findings), "fault")
    message = (
        f"{kept.file.name}, the answer about this text, has {n}, so the text is read by its words. The first: {first.message}"
    )
    return understand(document), (Finding(first.code, Severity.NOTE, message, first.cure),)


def _of_case(text: str, file: str) -> Sequence[Finding]:
    from fuelbed.readers.case import parse_case

    try:
        return parse_case(text, file).findings
    except InputError as e:
        return e.findings
    except FuelbedError:
        return ()


def _marks(source: Source, found: Sequence[Finding], units: Units) -> tuple[Mark, ...]:
    lines = source.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return tuple(Mark(f, *_range(lines, f.span, units)) for f in found)


def _range(lines: Sequence[str], span: Span | None, units: Units) -> tuple[tuple[int, int], tuple[int, int]]:
    """A finding about the whole text stands on its first line; one without a width on the rest of its line."""
    if span is None or span.line < 1:
        return (0, 0), (0, units(lines[0]))
    start = _at(lines, span.line, span.column, units)
    end = _at(lines, span.end_line, span.end_column, units)
    return start, end if end > start else (start[0], max(units(lines[start[0]]), start[1]))


def _at(lines: Sequence[str], line: int, column: int, units: Units) -> tuple[int, int]:
    row = min(max(line - 1, 0), len(lines) - 1)
    return row, units(lines[row][: max(column - 1, 0)])


def explained(code: str) -> str:
    """Why a code matters, in Markdown; "" where there is none. Examples stand in code, so that nothing in them is shown as markup."""
    known = rule(code) or ALL_CODES.get(code)
    if known is None:
        return ""
    parts = [f"**{code} {known.title}**", known.means, f"*Why:* {known.why}", f"*What to do:* {known.cure}"]
    parts += [f"*{word}:* `{text}`" for word, text in (("Bad", known.bad), ("Better", known.good)) if text]
    asks = getattr(known, "question", "")
    return "\n\n".join([*parts, *([f"*Asks:* {asks}"] if asks else [])])
