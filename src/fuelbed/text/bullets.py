"""Lists that Markdown does not know: lines or paragraphs that begin with another bullet, an emoji, a box, a letter or "TODO:"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from fuelbed.text.lexicon import lexicon
from fuelbed.text.markdown import Line, Raw, View

__all__ = ["bullets"]

_AHEAD = 80  # characters of a line that may hold its mark
_PLAIN = re.compile(r"[A-Za-z]+,? [a-z]|[a-z]{2}")  # how most lines of prose begin: no mark


@dataclass(slots=True)
class _Mark:
    strong: bool
    end: int  # offset in the source where the words begin
    done: bool | None


def _mark(seen: View, line: Line) -> _Mark | None:
    a, b = line
    text = seen.text[a : min(b, a + _AHEAD)]
    lex = lexicon("bullets")
    if _PLAIN.match(text) is not None and not text[:7].lower().startswith(("action ", "follow-")):
        return None
    for e in lex.possible(text):
        m = e.find(text)
        if m is None:
            continue
        end = a + (text.find(">") + 1 if e.id == "li" else m.end())
        while end < b and seen.text[end].isspace():
            end += 1
        if end >= b:
            continue
        told = m.groupdict()
        done = True if told.get("x") or told.get("x2") else False if told.get("o") is not None else None
        if e.id == "glyph":
            done = True if text[0] in lex.words["done"] else False if text[0] in lex.words["open"] else None
        return _Mark(e.role == "strong", end, done)
    return None


def bullets(seen: View, raws: Sequence[Raw]) -> Iterator[Raw]:
    """The same blocks, with the marked lines of paragraphs as items of lists. A weak mark counts where another one stands beside it."""
    marks = [_marks(seen, raw) for raw in raws]
    group = max((r.group for r in raws), default=0)
    ordinal = 0
    for i, raw in enumerate(raws):
        found = marks[i]
        beside = sum(bool(marks[k]) for k in (i - 1, i + 1) if 0 <= k < len(raws))
        if not found or (not any(m.strong for _, m in found) and len(found) + beside < 2):
            ordinal = 0
            yield raw
            continue
        group += ordinal == 0
        for piece in _split(raw, found, group, ordinal):
            ordinal += piece.kind == "item"
            yield piece


def _marks(seen: View, raw: Raw) -> list[tuple[int, _Mark]]:
    if raw.kind != "paragraph" or raw.depth:
        return []
    found = ((n, _mark(seen, line)) for n, line in enumerate(raw.lines))
    return [(n, m) for n, m in found if m is not None]


def _split(raw: Raw, found: Sequence[tuple[int, _Mark]], group: int, ordinal: int) -> Iterator[Raw]:
    first = found[0][0]
    if first:
        lines = raw.lines[:first]
        yield replace(raw, lines=lines, start=lines[0][0], end=lines[-1][1])
    edges = [n for n, _ in found] + [len(raw.lines)]
    for k, ((n, mark), (a, b)) in enumerate(zip(found, pairwise(edges), strict=True)):
        lines = [(mark.end, raw.lines[n][1]), *raw.lines[a + 1 : b]]
        yield Raw("item", lines, raw.lines[n][0], lines[-1][1], depth=1, ordinal=ordinal + k, done=mark.done, group=group)
