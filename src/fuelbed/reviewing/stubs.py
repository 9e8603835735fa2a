"""Stubs: what a review may write into a text. A section for each open field with its question, and ignore comments without a reason yet.

Lines are only ever inserted; nobody's sentence is changed. Taken out again, the source is what it was, to the byte.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from fuelbed.core.document import Document
from fuelbed.core.findings import Finding
from fuelbed.engines.lint import Gap
from fuelbed.engines.lint.ignores import ASKED

__all__ = ["Insertion", "difference", "ignore_comment", "ignores", "inserted", "section_stub", "stubs"]

_MARK = f"fuelbed: {ASKED} because the text leaves it open"
_TITLES = {
    "latent conditions": "What was already there", "other triggers": "What else could have set it off", "feedback": "What kept it going",
    "threshold and margin": "How close it was", "joint failures": "What failed together", "hidden state": "What could not be seen",
    "invariants": "What must always hold", "controls": "What should have stopped it", "human action": "What made the action sensible",
    "exposure": "What was exposed",
}  # fmt: skip  # one table


@dataclass(frozen=True, slots=True)
class Insertion:
    """Lines (with their ends) that go before the character `at`."""

    at: int
    text: str


def _end_of_line(document: Document) -> str:
    text = document.source.text
    n = text.find("\n")
    return "\r\n" if n > 0 and text[n - 1] == "\r" else "\n" if n >= 0 or "\r" not in text else "\r"


def section_stub(gap: Gap, end: str = "\n") -> str:
    """A section with the question, marked so that it is asked for once."""
    title = _TITLES.get(gap.field, gap.field.capitalize())
    question = " ".join(gap.question.split()).replace("--", "- -")
    return end.join(["", f"## {title}", "", f"<!-- {_MARK} ({gap.code}) -->", f"TODO: {question}", ""])


def stubs(document: Document, gaps: Iterable[Gap]) -> list[Insertion]:
    """A section at the end of the text for every gap that has none yet."""
    text, end = document.source.text, _end_of_line(document)
    open_ = [g for g in gaps if f"{_MARK} ({g.code})" not in text]
    if not open_:
        return []
    lead = "" if not text or text.endswith(("\n", "\r")) else end
    return [Insertion(len(text), lead + "".join(section_stub(g, end) for g in open_))]


def ignore_comment(code: str) -> str:
    return f"<!-- fuelbed: ignore {code} -->"


def ignores(document: Document, findings: Iterable[Finding]) -> list[Insertion]:
    """A comment above the block of each finding, several codes in one; findings without a place, and those about comments, get none."""
    end, text = _end_of_line(document), document.source.text
    wanted: dict[int, list[str]] = {}
    for f in findings:
        if f.span is None or f.code in ("PM002", "PM003") or not f.code.startswith("PM"):
            continue
        at = _start_of_block(document, f.span.line)
        if at is not None and f.code not in wanted.setdefault(at, []):
            wanted[at].append(f.code)
    return [
        Insertion(at, f"{_indent(text, at)}{ignore_comment(', '.join(sorted(codes)))}{end}")
        for at, codes in sorted(wanted.items())
    ]


def _start_of_block(document: Document, line: int) -> int | None:
    """The beginning of the line on which the outermost block with this line begins: a comment there does not part a table or a list item."""
    blocks = [b for b in document.blocks if b.kind != "html"]
    around = [b for b in blocks if document.line(b.place) <= line <= document.source.line(max(b.place.end - 1, b.place.start))]
    if not around:
        return None
    block = around[0]
    if block.kind == "row":
        return None  # a comment between rows would end the table
    start = block.place.start
    text = document.source.text
    while start > 0 and text[start - 1] not in "\r\n":
        start -= 1
    return start


def _indent(text: str, at: int) -> str:
    end = at
    while end < len(text) and text[end] in " \t":
        end += 1
    return text[at:end]


def inserted(text: str, insertions: Iterable[Insertion]) -> str:
    """The text with all of them."""
    out, last = [], 0
    for i in sorted(insertions, key=lambda i: i.at):
        out += [text[last : i.at], i.text]
        last = i.at
    return "".join([*out, text[last:]])


def difference(file: str, before: str, after: str) -> str:
    """As `diff -u`; "" where nothing changes."""
    a, b = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = [x if x.endswith("\n") else x + "\n" for x in difflib.unified_diff(a, b, file, file)]
    return "".join(x.replace("\r\n", "\n").replace("\r", "\n") for x in lines)
