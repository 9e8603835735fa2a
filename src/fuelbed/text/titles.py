"""Headings that Markdown does not know: bold lines, plain names of sections, names run in before a text, those of other markups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from fuelbed.text.inline import folded
from fuelbed.text.markdown import Line, Raw, View
from fuelbed.text.sections import heading_role
from fuelbed.text.stamps import stamp

__all__ = ["headings"]

_NAME_WORDS = 8  # of a plain heading
_SHORT = 4  # words of one over text without any mark
_MOST_WORDS = 14  # of a bold one
_LONGEST = 210  # characters of a line that may be one
_DEEPEST = 7
_CELLS = 3  # of a row that names what it says
_ROWS = 40  # looked at
_LEAST_NAMED = 3  # rows or items
_BOLD = re.compile(r"(\*\*|__)(?=\S)(?P<inner>(?:(?!\1).){1,200})\1[ \t]*:?\Z")
_RUN_IN = re.compile(
    r"(?:(\*\*|__|\*(?!\*)|_(?!_))(?=\S)(?:(?!\1).){1,100}(?::[ \t]*\1|\1[ \t]*:)|[A-Z0-9][^:*_`\n|]{1,60}:(?:\[\d{1,3}\])?)(?=[ \t]|\Z)"
)
_LOW_RUN_IN = re.compile(r"[a-z][a-z -]{1,24}:(?=[ \t]|\Z)")  # of notes in small letters, line by line
_MARKED = re.compile(  # == Wiki ==, h2. Textile, <h2>HTML</h2>
    r"(?:(?P<wiki>={1,6})[ \t]*(?P<a>[^=\s][^=]{0,150}?)[ \t]*(?P=wiki)|h(?P<textile>[1-6])\.[ \t]+(?P<b>\S.{0,150})"
    r"|<h(?P<html>[1-6])(?: [^<>]{0,200})?>(?P<c>.{1,200})</h(?P=html)>)[ \t]*\Z",
    re.IGNORECASE,
)
_MARKER = re.compile(r"(\d{1,4})[.)][ \t]*\Z")


@dataclass(slots=True)
class _Heads:
    """Finds the headings among the blocks, cutting paragraphs where they stand."""

    seen: View
    raws: Sequence[Raw]
    level: int = 0  # of the last real heading
    under: bool = False  # the last heading names what its section is for
    broad: bool = False  # and that is a summary: a table of names below it says more
    numbered: int = 0  # the number of the last numbered heading
    timed: bool = False  # the block before is a heading that is a time
    naming: dict[int, bool] = field(default_factory=dict)
    above: set[int] = field(default_factory=set)  # keys of the items that have items below them
    raised: set[int] = field(default_factory=set)  # of these the ones that became headings, and what stood below them

    def run(self) -> Iterator[Raw]:
        self.above = {raw.parent for raw in self.raws if raw.parent >= 0}
        for i, raw in enumerate(self.raws):
            if raw.parent in self.raised and raw.kind == "item":
                self.raised.add(raw.key)
                yield replace(raw, depth=max(raw.depth - 1, 1))
                continue
            if raw.kind == "heading":
                self.level = raw.level
                said = self._said(raw.lines[0])
                role, self.under = heading_role(said)
                self.broad = role == "summary"
                self.timed = stamp(said) is not None
                yield raw
                continue
            elif raw.kind == "paragraph" and raw.depth == 0:
                yield from self._paragraph(raw, self.raws[i + 1] if i + 1 < len(self.raws) else None)
            elif raw.kind == "item" and raw.depth == 1 and self._numbered(i):
                yield from self._titled(raw)
            elif raw.kind == "item" and len(raw.lines) > 1 and (n := self._runs_on(raw)):
                yield _part(raw, raw.lines[:n])
                yield from self._paragraph(Raw("paragraph", raw.lines[n:], raw.lines[n][0], raw.end), None)
            elif raw.group and raw.depth <= 1 and self._naming(i):
                yield from self._named(raw)
            else:
                yield raw
            self.timed = False

    def _said(self, line: Line) -> str:
        return folded(self.seen, [line]).plain

    def _numbered(self, i: int) -> bool:
        """`3. Timeline` that Markdown takes for a list: an item that is a whole name and has no neighbour in its counting."""
        raw = self.raws[i]
        if not raw.ordered or raw.done is not None:
            return False
        said = self._said(raw.lines[0])
        if len(said.split()) > _NAME_WORDS or not heading_role(said)[1]:
            return False
        if len(raw.lines) > 1:
            return True
        after = self.raws[i + 1] if i + 1 < len(self.raws) else None
        if after is not None and after.depth >= 1 and (after.parent == raw.key or after.group != raw.group):
            return True
        number = self._number(raw)
        if 0 < self.numbered == number - 1 and (after is None or after.depth == 0):
            return True
        before = self.raws[i - 1] if i else None
        follows = before is not None and before.group == raw.group and self._number(before) + 1 == number
        return not follows and not (after is not None and after.group == raw.group and self._number(after) == number + 1)

    def _naming(self, i: int) -> bool:
        """Whether the row or item is one of several `name | text` or `name: text` in a list that stands under no named section."""
        group = self.raws[i].group
        if group not in self.naming:
            rows = [r for r in self.raws[i : i + _ROWS] if r.group == group and r.depth <= 1]
            named = sum(self._name(r) is not None for r in rows)
            open_ = not self.under or (self.broad and self.raws[i].kind == "row")
            self.naming[group] = open_ and named >= _LEAST_NAMED and 2 * named >= len(rows)
        return self.naming[group] and self._name(self.raws[i]) is not None

    def _name(self, raw: Raw) -> tuple[Line, Line] | None:
        """The name and the text of such a row or item."""
        if raw.kind == "row":
            return self._pair(raw.cells)
        if raw.done is not None or raw.ordered or not raw.lines:
            return None
        a, b = raw.lines[0]
        m = _RUN_IN.match(self.seen.text, a, b)
        if m is None or (m.end() >= b and raw.key not in self.above) or not heading_role(m[0].strip("*_: "))[1]:
            return None
        text = self.seen.text[m.end() : b]
        return (a, m.end()), (m.end() + len(text) - len(text.lstrip()), b)

    def _pair(self, cells: Sequence[Line]) -> tuple[Line, Line] | None:
        if not 2 <= len(cells) <= _CELLS or any(a >= b for a, b in cells[:2]):
            return None
        name = self._said(cells[0])
        return (cells[0], cells[1]) if len(name.split()) <= _SHORT and heading_role(name)[1] else None

    def _named(self, raw: Raw) -> Iterator[Raw]:
        if raw.ordinal == 0 and (head := self._pair(raw.heads)) is not None:  # the first pair was taken for the head of a table
            yield from self._as_section(raw, *head)
        if (name := self._name(raw)) is not None:
            yield from self._as_section(raw, *name)

    def _as_section(self, raw: Raw, name: Line, text: Line) -> Iterator[Raw]:
        more = raw.lines[1:] if raw.kind == "item" else []
        below = raw.kind == "item" and raw.key in self.above
        if below:
            self.raised.add(raw.key)
        yield Raw("heading", [name], *name, level=min(self.level + 1, _DEEPEST), form="raised" if below else "listed")
        if text[0] >= text[1] and not more:
            return
        yield Raw("paragraph", [text, *more], text[0], raw.end if more else text[1], key=raw.key)

    def _runs_on(self, raw: Raw) -> int:
        """The first line of an item that is the name of a section at the very left: no blank line was left between list and heading."""
        for n, (a, b) in enumerate(raw.lines[1:_ROWS], 1):
            text = self.seen.text[a : min(b, a + _LONGEST)].strip()
            left = a == 0 or self.seen.text[a - 1] in "\r\n"
            if left and text.endswith(":") and len(text.split()) <= _SHORT and heading_role(text)[1]:
                return n
        return 0

    def _number(self, raw: Raw) -> int:
        m = _MARKER.search(self.seen.text, max(raw.start - 12, 0), raw.start)
        return int(m[1]) if m is not None else -1

    def _paragraph(self, raw: Raw, after: Raw | None) -> Iterator[Raw]:
        """The paragraph, cut at every line that is or begins with a heading."""
        lines: list[Line] = []
        cut = False
        for n, line in enumerate(raw.lines):
            form = self._form(raw, n, line, after)
            if not form:
                lines.append(line)
                continue
            if lines:
                yield _part(raw, lines)
            cut = self.under = True
            head, level, lines = self._head(line, form)
            yield Raw("heading", [head], line[0], max(head[1], line[1] if not lines else head[1]), level=level, form=form)
        if not cut:
            yield raw
        elif lines:
            yield _part(raw, lines)

    def _head(self, line: Line, form: str) -> tuple[Line, int, list[Line]]:
        """The heading in a line, its level, and what the line says after it."""
        level = min(self.level + 1, _DEEPEST)
        if form == "marked" and (m := _MARKED.match(self.seen.text, *line)) is not None:
            self.level = len(m["wiki"]) if m["wiki"] else int(m["textile"] or m["html"])
            return next(m.span(k) for k in "abc" if m[k]), self.level, []
        m = _RUN_IN.match(self.seen.text, *line) or _LOW_RUN_IN.match(self.seen.text, *line)
        if form != "run-in" or m is None:
            return line, level, []
        begin = m.end()
        while begin < line[1] and self.seen.text[begin] in " \t":
            begin += 1
        return (line[0], m.end()), level, [(begin, line[1])] if begin < line[1] else []

    def _titled(self, raw: Raw) -> Iterator[Raw]:
        """A list item whose first line is a heading."""
        head = raw.lines[0]
        self.numbered = self._number(raw)
        yield Raw("heading", [head], head[0], head[1], level=min(self.level + 1, _DEEPEST), form="plain")
        if len(raw.lines) > 1:
            rest = raw.lines[1:]
            yield from self._paragraph(Raw("paragraph", rest, rest[0][0], rest[-1][1]), None)

    def _form(self, raw: Raw, n: int, line: Line, after: Raw | None) -> str:
        """ "marked", "bold", "plain" or "run-in" where the line is or begins with a heading, else ""."""
        text = self.seen.text[line[0] : min(line[1], line[0] + _LONGEST + 30)].strip()
        if not text or text[0] in "|>`" or text.startswith(("![", "http")):
            return ""
        if line[1] - line[0] <= _LONGEST:
            if text[0] in "=hH<" and _MARKED.match(text) is not None:
                return "marked"
            bold = _BOLD.match(text)
            if bold is not None and len(raw.lines) == 1 and self._is_bold(line, text, after):
                return "bold"
            if self._is_plain(raw, n, text, bold, after):
                return "plain"
        m = (_RUN_IN.match(text) or _LOW_RUN_IN.match(text)) if ":" in text else None
        if (
            m is not None
            and (m.re is _RUN_IN or self._in_small(raw))
            and m.end() < len(text)
            and (m.lastindex or len(m[0].split()) <= _SHORT)
            and heading_role(m[0].strip("*_: "))[1]
        ):
            return "run-in"
        return ""

    def _in_small(self, raw: Raw) -> bool:
        """A note whose lines begin with names in small letters: `cause: ...`."""
        lines = raw.lines[:_ROWS]
        named = sum(_LOW_RUN_IN.match(self.seen.text, *line) is not None for line in lines)
        return named >= 2 and 2 * named >= len(lines)

    def _is_bold(self, line: Line, text: str, after: Raw | None) -> bool:
        said = self._said(line).rstrip("*_ ")
        return (
            0 < len(said.split()) <= _MOST_WORDS
            and said[-1:] not in ".!,;"
            and (after is not None or heading_role(text)[1])
            and stamp(said) is None
        )

    def _is_plain(self, raw: Raw, n: int, text: str, bold: re.Match[str] | None, after: Raw | None) -> bool:
        """A line that is the name of a section and nothing else: ended by a colon, alone, in capitals, first over other text, or between a
        sentence that has ended and a beginning."""
        said = text if bold is None else bold["inner"]
        if self.timed or said[:1] in "-+" or said[-1:] in ".!,;" or len(said.split()) > _NAME_WORDS or not heading_role(said)[1]:
            return False
        if said.endswith(":") or text.endswith(":") or (said.isupper() and len(said) > 2):
            return True
        last = n + 1 == len(raw.lines)
        apart = n > 0 and len(said.split()) <= _SHORT and said[:1].isupper() and self._ended(raw.lines[n - 1])
        if last:
            return after is not None and (len(raw.lines) == 1 or (apart and after.kind in ("item", "row")))
        a, b = raw.lines[n + 1]
        starts = self.seen.text[a : min(b, a + 4)].lstrip("*_`[(\"'")[:1]
        if n == 0:
            return bold is not None or (len(said.split()) <= _SHORT and not starts.islower())
        return apart and not starts.islower()

    def _ended(self, line: Line) -> bool:
        """Whether a line ends a sentence: what stands alone below it is no wrapped part of one."""
        return self.seen.text[line[0] : line[1]].rstrip()[-1:] in ".!?"


def _part(raw: Raw, lines: Sequence[Line]) -> Raw:
    return replace(raw, lines=list(lines), start=lines[0][0], end=lines[-1][1])


def headings(seen: View, raws: Sequence[Raw]) -> list[Raw]:
    """The blocks with every heading marked as one."""
    return list(_Heads(seen, raws).run())
