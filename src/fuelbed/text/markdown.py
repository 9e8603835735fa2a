"""Blocks of a Markdown text with the source offsets of every line, by markdown-it's block rules only.

markdown-it gives lines, not columns, and its inline rules give no places at all. So only its block rules run, on a *view* of the text: as
long as the source, with what is never prose (front matter, comments, link definitions) turned to blanks. The content of each line is then
found again in its source line. Tables are read here, from the lines of a paragraph, because their cells need places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from fuelbed.core.document import BlockKind

__all__ = ["MAX_BLOCKS", "Line", "Raw", "View", "blocks", "view"]

Line = tuple[int, int]
"""Half-open range of offsets: what a line of a block says, without the marks before it."""

MAX_BLOCKS = 20_000
_MAX_NESTING = 32
_MAX_CELLS = 60  # a row with more is data, not a table for people
_BREAK = re.compile(r"\r\n|\n|\r")
_ODD_BLANKS = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F,
     0x3000, 0xFEFF], " ",
)  # fmt: skip  # one table
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})")
_DEFINITION = re.compile(r" {0,3}\[(?!\^)([^\[\]]{1,200})\]:[ \t]*(?:<[^<>]{0,2000}>|\S*[/#.@]\S*)[ \t]*(?:\"[^\"]{0,500}\"|'[^']{0,500}'|\([^()]{0,500}\))?[ \t]*\Z")  # fmt: skip
_DIRECTIVE = re.compile(r"[ \t]*(?::{3,}.{0,100}|\[\[?_?toc_?\]?\]|\{%.{0,300}%\}|</?(?:details|summary|div|center|p|br|hr)(?: [^<>]{0,300})?/?>)[ \t]*\Z", re.IGNORECASE)  # fmt: skip
_QUOTE = re.compile(r" {0,3}>")
_MAIL, _QUOTED = 10, 0.8  # lines of a quotation, and their share of a text, from which it is the text
_HIDDEN = (("<!--", "-->"), ("<pre", "</pre>"), ("<script", "</script>"), ("<style", "</style>"), ("<svg", "</svg>"))
_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*){0,200}\|?[ \t]*\Z")
_CHECKBOX = re.compile(r"\[([ xX✓✔])\][ \t]+|([☐☑☒✅✔✓❌⬜])️?[ \t]+")


@dataclass(slots=True)
class Raw:
    """A block before its section is known. `lines` are what it says; `parent` the key of the item above it, -1 if none.

    `group` numbers the list or table that it belongs to (0: neither); `level` is a heading's; `cells` a row's.
    """

    kind: BlockKind
    lines: list[Line]
    start: int
    end: int
    level: int = 0
    depth: int = 0
    ordinal: int = 0
    ordered: bool = False
    done: bool | None = None
    cells: list[Line] = field(default_factory=list)
    heads: list[Line] = field(default_factory=list)
    parent: int = -1
    group: int = 0
    key: int = -1  # of an item: what `parent` of others names, until all blocks are found
    form: str = ""  # of a heading: "atx", "bold", "plain", "run-in"


@dataclass(frozen=True, slots=True)
class View:
    """The source with what is never prose blanked out, as long as the source; `lines` are its lines without their ends. `folds` is what
    `inline.folded` remembers."""

    text: str
    lines: tuple[Line, ...]
    references: frozenset[str]
    folds: dict[tuple[Line, ...], object] = field(default_factory=dict, compare=False, repr=False)


def _lines(text: str) -> list[Line]:
    found, start = [], 0
    for m in _BREAK.finditer(text):
        found.append((start, m.start()))
        start = m.end()
    found.append((start, len(text)))
    return found


def _blank(text: str) -> str:
    return "".join(c if c in "\r\n" else " " for c in text)


def _fenced(text: str, lines: Sequence[Line]) -> list[bool]:
    """For each line, whether it belongs to a fenced code block."""
    inside, found = "", []
    for start, end in lines:
        m = _FENCE.match(text, start, end)
        if inside:
            found.append(True)
            if m is not None and m[1].startswith(inside) and not text[m.end() : end].strip():
                inside = ""
        else:
            inside = m[1] if m is not None and not (m[1][0] == "`" and "`" in text[m.end() : end]) else ""
            found.append(bool(inside))
    return found


def _hidden(text: str, lines: Sequence[Line], fenced: Sequence[bool]) -> Iterator[Line]:
    """Comments and elements whose content is not prose, outside code."""
    low = text.lower() if len(text.lower()) == len(text) else text
    closed = [(first, last) for first, last in _HIDDEN if first in low]
    at, line = 0, 0
    while closed:
        found = [(low.find(first, at), first, last) for first, last in closed]
        closed = [(first, last) for start, first, last in found if start >= 0]
        if not closed:
            return
        start, first, last = min(f for f in found if f[0] >= 0)
        while lines[line][1] < start and line + 1 < len(lines):
            line += 1
        end = -1 if fenced[line] else low.find(last, start + len(first))
        if end >= 0:
            yield start, end + len(last)
        elif not fenced[line]:
            closed.remove((first, last))
        at = end + len(last) if end >= 0 else start + len(first)


def _unquoted(shown: str, lines: Sequence[Line]) -> str:
    """Of a text that is nearly all one quotation, a forwarded mail for example, what is quoted is the text."""
    if shown.count(">") < _MAIL:
        return shown
    marks = [m for start, end in lines if (m := _QUOTE.match(shown, start, end)) is not None]
    if len(marks) < max(_MAIL, _QUOTED * sum(bool(shown[a:b].strip()) for a, b in lines)):
        return shown
    pieces, at = [], 0
    for m in marks:
        pieces += [shown[at : m.end() - 1], " "]
        at = m.end()
    return "".join([*pieces, shown[at:]])


def view(text: str, begin: int = 0) -> View:
    """The view of a text whose front matter ends at `begin`."""
    lines = _lines(text)
    shown = _unquoted(_blank(text[:begin]) + text[begin:].translate(_ODD_BLANKS), lines)
    fenced = _fenced(shown, lines)
    pieces, at = [], 0
    for start, end in _hidden(shown, lines, fenced):
        pieces += [shown[at:start], _blank(shown[start:end])]
        at = end
    shown = "".join([*pieces, shown[at:]])
    names, pieces, at = set(), [], 0
    for (start, end), code in zip(lines, fenced, strict=True):
        first = shown[start : start + 8].lstrip(" \t")[:1]
        if code or first not in ("[", "<", ":", "{"):
            continue
        m = _DEFINITION.match(shown, start, end)
        if m is not None:
            names.add(" ".join(m[1].lower().split()))
        if m is not None or _DIRECTIVE.match(shown, start, end):
            pieces += [shown[at:start], " " * (end - start)]
            at = end
    return View("".join([*pieces, shown[at:]]), tuple(lines), frozenset(names))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING}).disable(["html_block", "reference"])
    md.core.ruler.enableOnly(["normalize", "block"])
    return md


def blocks(seen: View) -> tuple[list[Raw], bool]:
    """The blocks in order, and whether there were too many and the rest was left out."""
    tokens = _parser().parse("\n".join(seen.text[a:b] for a, b in seen.lines))
    walk = _Walk(seen)
    for token in tokens:
        walk.token(token)
        if len(walk.found) >= MAX_BLOCKS:
            return walk.found[:MAX_BLOCKS], True
    return walk.found, False


@dataclass(slots=True)
class _List:
    ordered: bool
    group: int
    count: int = 0
    item: int = -1  # key of the open item's block
    fresh: bool = False  # the open item has said nothing yet


class _Walk:
    """One pass over the block tokens."""

    def __init__(self, seen: View) -> None:
        self.seen = seen
        self.found: list[Raw] = []
        self.lists: list[_List] = []
        self.quotes = 0
        self.groups = 0
        self.inside = ""
        self.level = 0

    def token(self, t: Token) -> None:
        if t.type == "blockquote_open":
            if self.quotes == 0:
                self._apart("quote", t)
            self.quotes += 1
        elif t.type == "blockquote_close":
            self.quotes -= 1
        elif self.quotes:
            return
        elif t.type in ("fence", "code_block"):
            self._apart("code", t)
        elif t.type in ("bullet_list_open", "ordered_list_open"):
            self.groups += 1
            self.lists.append(_List(t.type[0] == "o", self.groups))
        elif t.type in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
        elif t.type == "list_item_open":
            self.lists[-1].count += 1
            self.lists[-1].fresh, self.lists[-1].item = True, -1
        elif t.type in ("heading_open", "paragraph_open"):
            self.inside, self.level = t.type, int(t.tag[1]) if t.type == "heading_open" else 0
        elif t.type == "inline":
            self._text(t)

    def _apart(self, kind: BlockKind, t: Token) -> None:
        first, last = t.map or [0, 0]
        lines = list(self.seen.lines[first:last])
        while lines and not self.seen.text[lines[-1][0] : lines[-1][1]].strip():
            lines.pop()
        if lines:
            self._add(Raw(kind, [], lines[0][0], lines[-1][1]))

    def _add(self, raw: Raw) -> None:
        if self.lists:
            raw.depth, raw.parent = len(self.lists), self.lists[-1].item
        self.found.append(raw)

    def _text(self, t: Token) -> None:
        lines = self._places(t)
        if not lines:
            return
        if self.inside == "heading_open":
            self._add(Raw("heading", lines, lines[0][0], lines[-1][1], level=self.level, form="atx"))
            if self.lists:
                self.lists[-1].fresh = False
        elif self.lists and self.lists[-1].fresh:
            self._item(lines)
        else:
            for raw in self._paragraph(lines):
                self._add(raw)

    def _places(self, t: Token) -> list[Line]:
        """Where each line of the token's content stands in the source."""
        first = (t.map or [0])[0]
        found = []
        for i, said in enumerate(t.content.split("\n")):
            said = said.strip()
            start, end = self.seen.lines[min(first + i, len(self.seen.lines) - 1)]
            at = self.seen.text.rfind(said, start, end) if said else -1
            if at >= 0:
                found.append((at, at + len(said)))
        return found

    def _item(self, lines: list[Line]) -> None:
        inner = self.lists[-1]
        inner.fresh = False
        above = next((x.item for x in reversed(self.lists[:-1]) if x.item >= 0), -1)
        m = _CHECKBOX.match(self.seen.text, *lines[0])
        start = lines[0][0]
        done = None
        if m is not None:
            done = m[1] not in (None, " ") if m[2] is None else m[2] in "☑☒✅✔✓"
            lines = [(m.end(), lines[0][1]), *lines[1:]]
        raw = Raw("item", lines, start, lines[-1][1], 0, len(self.lists), inner.count - 1, inner.ordered, done, group=inner.group)
        raw.parent = above
        inner.item = raw.key = len(self.found)
        self.found.append(raw)

    def _paragraph(self, lines: list[Line]) -> Iterator[Raw]:
        """A paragraph, or the tables in it with what stands around them."""
        at = 0
        while at < len(lines):
            first, last = self._table(lines, at)
            if first > at:
                yield Raw("paragraph", lines[at:first], lines[at][0], lines[first - 1][1])
            if first < last:
                yield from self._rows(lines[first:last])
            at = last

    def _table(self, lines: list[Line], at: int) -> tuple[int, int]:
        """The next table's lines; (n, n) when there is none."""
        text = self.seen.text
        for i in range(at, len(lines)):
            a, b = lines[i]
            if i + 1 < len(lines) and "|" in text[a:b] and _is_delimiter(text, lines[i + 1]):
                last = i + 2
                while last < len(lines) and "|" in text[lines[last][0] : lines[last][1]]:
                    last += 1
                return i, last
            if text[a] == "|" and text[b - 1] == "|" and b - a > 2:
                last = i
                while last < len(lines) and text[lines[last][0]] == "|":
                    last += 1
                if last - i > 1 and not any(_is_delimiter(text, line) for line in lines[i + 2 : last]):
                    return i, last
        return len(lines), len(lines)

    def _rows(self, lines: list[Line]) -> Iterator[Raw]:
        self.groups += 1
        heads: list[Line] = []
        if _is_delimiter(self.seen.text, lines[1]):
            heads = list(_cells(self.seen.text, lines[0]))
            lines = lines[2:]
        for n, line in enumerate(lines):
            cells = list(_cells(self.seen.text, line))
            if any(a < b for a, b in cells):
                yield Raw("row", [line], *line, ordinal=n, cells=cells, heads=heads, group=self.groups)


def _is_delimiter(text: str, line: Line) -> bool:
    return "|" in text[line[0] : line[1]] and _DELIMITER.match(text, *line) is not None


def _cells(text: str, line: Line) -> Iterator[Line]:
    """The cells of a row, each without blanks at its ends."""
    start, end = line
    start += text[start] == "|"
    if end - 1 > start and text[end - 1] == "|" and text[end - 2] != "\\":
        end -= 1
    at = start
    for _ in range(_MAX_CELLS):
        bar = text.find("|", at, end)
        while bar > 0 and text[bar - 1] == "\\":
            bar = text.find("|", bar + 1, end)
        stop = bar if bar >= 0 else end
        piece = text[at:stop]
        first = at + len(piece) - len(piece.lstrip())
        yield first, max(first, stop - len(piece) + len(piece.rstrip()))
        if bar < 0:
            return
        at = bar + 1
