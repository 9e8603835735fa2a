"""A page of a status service, as it is copied: its first line is the title, its first post the report, and what was posted before that stands below, set
apart: it says what was known at that time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fuelbed.text.lexicon import lexicon
from fuelbed.text.markdown import Line, Raw, View

__all__ = ["status_page"]

_REPORT = 100  # words from which a first post is a report, and not the word that it is over
_LONGEST = 120  # characters of a line that says whose page it is, or when something was posted


def status_page(seen: View, raws: Sequence[Raw]) -> Iterator[Raw]:
    """The same blocks, with the title as a heading, and earlier posts as `chat`."""
    words, posted = 0, False
    for n, raw in enumerate(raws):
        if raw.kind == "heading":
            words, posted = 0, False
        if posted and raw.kind in ("paragraph", "item", "row"):
            yield replace(raw, kind="chat", lines=[], cells=[])
            continue
        lines = raw.lines
        if n == 0 and _is_head(seen, raw):
            yield Raw("heading", [lines[0]], *lines[0], level=1, form="marked")
            lines = lines[3 if len(lines) > 2 and _said(seen, lines[2]) in _states() else 2 :]
        last = raw.kind in ("paragraph", "item") and bool(lines) and _says(seen, lines[-1], "posted")
        words += _words(seen, lines)
        posted = posted or (last and words >= _REPORT)
        for part in (lines[:-1], lines[-1:]) if last else (lines,):  # its day is said in a line of its own
            if len(part) == len(raw.lines):
                yield raw
            elif part:
                yield replace(raw, lines=part, start=part[0][0], end=part[-1][1])


def _is_head(seen: View, raw: Raw) -> bool:
    return raw.kind == "paragraph" and raw.depth == 0 and len(raw.lines) > 1 and _says(seen, raw.lines[1], "of")


def _states() -> tuple[str, ...]:
    return lexicon("status_page").words["states"]


def _said(seen: View, line: Line) -> str:
    return seen.text[line[0] : min(line[1], line[0] + _LONGEST)].strip().lower()


def _says(seen: View, line: Line, role: str) -> bool:
    return line[1] - line[0] <= _LONGEST and lexicon("status_page").first(_said(seen, line), role) is not None


def _words(seen: View, lines: Sequence[Line]) -> int:
    return sum(len(seen.text[a:b].split()) for a, b in lines)
