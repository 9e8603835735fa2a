"""Ignore comments: `<!-- fuelbed: ignore PM301 the reason -->` for the next block, `ignore-file` for the whole text.

A comment inside a block counts for that block. Several codes are separated by blanks or commas. A reason is required. Comments inside
code do not count.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fuelbed.core.document import Block, Document, Place

__all__ = ["ASKED", "Ignore", "ignored_in_file", "ignores"]

ASKED = "asked"  # what a comment of our own begins with, above a section that `--fix` inserts

_CLOSE = "-->"
_LONGEST = 2000
_HEAD = re.compile(r"<!--\s{0,20}fuelbed\s{0,20}(?P<colon>:)\s{0,20}(?P<verb>[a-z-]{0,40}?)(?=\s|-->|[^a-z-])", re.IGNORECASE)
_CODE = re.compile(r"[\s,]*(?P<code>[A-Za-z]{2}\d{3})(?!\w)")
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment. `scope` is what it covers, None for the whole file or when nothing follows it."""

    place: Place
    verb: str  # as written, in lower case
    codes: tuple[tuple[str, Place], ...]
    reason: str
    scope: Place | None = None

    @property
    def whole_file(self) -> bool:
        return self.verb == "ignore-file"

    @property
    def understood(self) -> bool:
        return self.verb in ("ignore", "ignore-file") and bool(self.codes)

    def covers(self, code: str, offset: int) -> bool:
        if not self.understood or code not in (c for c, _ in self.codes):
            return False
        return self.whole_file or (
            self.scope is not None and self.scope.start <= offset < max(self.scope.end, self.scope.start + 1)
        )


def ignores(document: Document) -> tuple[Ignore, ...]:
    """Every comment that begins with `fuelbed:`, in the order of the text."""
    text = document.source.text
    blocks = sorted((b for b in document.blocks if b.kind != "html"), key=lambda b: (b.place.start, -b.place.end))
    starts = [b.place.start for b in blocks]
    code = [b.place for b in blocks if b.kind == "code"]
    inline: dict[Place, list[Place]] = {}
    found = []
    for head, end in _comments(text):
        start = head.start()
        if any(p.start <= start < p.end for p in code):
            continue
        block = _standing_in(text, blocks, starts, start)
        if block is not None:
            spans = inline.setdefault(block.place, _inline_code(text, block.place))
            if any(p.start <= start < p.end for p in spans):
                continue
        else:
            at = bisect.bisect_left(starts, end)
            block = blocks[at] if at < len(blocks) else None
        found.append(_ignore(text, head, end, block))
    return tuple(found)


def ignored_in_file(document: Document) -> frozenset[str]:
    """The codes that the text silences for the whole file."""
    return frozenset(c for i in ignores(document) if i.understood and i.whole_file for c, _ in i.codes)


def _comments(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """The beginning of each comment of ours, and where it ends; what is never closed or too long is none."""
    at = 0
    while (head := _HEAD.search(text, at)) is not None:
        end = text.find(_CLOSE, head.end("colon"))
        if end < 0:
            return
        at = end + len(_CLOSE)
        if at - head.start() <= _LONGEST:
            yield head, at


def _standing_in(text: str, blocks: list[Block], starts: list[int], offset: int) -> Block | None:
    """The innermost block around an offset, or the one that ends before it on its line (a block ends with its words)."""
    i = bisect.bisect_right(starts, offset) - 1
    for b in blocks[max(i - 8, 0) : i + 1][::-1]:
        if b.place.start <= offset < b.place.end:
            return b
    last = blocks[i] if i >= 0 else None
    return last if last is not None and text.find("\n", last.place.end, offset) < 0 else None


def _inline_code(text: str, place: Place) -> list[Place]:
    """Code spans of a block: a run of backticks up to the next run of the same length."""
    runs = [m.span() for m in _TICKS.finditer(text, place.start, place.end)]
    later: dict[int, list[int]] = {}
    for i, (a, b) in enumerate(runs):
        later.setdefault(b - a, []).append(i)
    found, i = [], 0
    while i < len(runs):
        a, b = runs[i]
        same = later[b - a]
        k = bisect.bisect_right(same, i)
        if k < len(same):
            found.append(Place(a, runs[same[k]][1]))
            i = same[k]
        i += 1
    return found


def _ignore(text: str, head: re.Match[str], end: int, block: Block | None) -> Ignore:
    verb, at, stop = head["verb"].lower(), head.end("verb"), end - len(_CLOSE)
    codes: list[tuple[str, Place]] = []
    while (m := _CODE.match(text, at, stop)) is not None:
        codes.append((m["code"].upper(), Place(m.start("code"), m.end("code"))))
        at = m.end()
    reason = text[at:stop].strip(" \t\r\n,:;.-–—")
    scope = block.place if block is not None and verb != "ignore-file" else None
    return Ignore(Place(head.start(), end), verb, tuple(codes), reason, scope)
