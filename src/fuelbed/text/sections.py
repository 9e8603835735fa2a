"""Sections: which lines are headings (real, bold, plain or run in), what each is for, and what stands under it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fuelbed.core.document import Place, Section, SectionRole
from fuelbed.text.inline import Folded, fold
from fuelbed.text.lexicon import lexicon
from fuelbed.text.markdown import Line, Raw, View
from fuelbed.text.stamps import stamp

__all__ = ["heading_role", "headings", "sections"]

_NAME_WORDS = 8  # of a plain one
_LONGEST = 210  # characters of a line that may be one
_MOST_WORDS = 14  # of a bold or plain heading
_BOLD = re.compile(r"(\*\*|__)(?=\S)(?P<inner>(?:(?!\1).){1,200})\1[ \t]*:?\Z")
_RUN_IN = re.compile(r"(?:(\*\*|__)(?=\S)(?:(?!\1).){1,100}(?::[ \t]*\1|\1[ \t]*:)|[A-Z0-9][^:*_`\n|]{1,60}:(?=[ \t]|\Z))")
_NUMBER = re.compile(r"(?:(?:section|step|part|chapter)\s+)?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[ivxIVX]{1,4}|[A-Ha-h])[.):]?\s+(?=\S)")
_BRACKETS = re.compile(r"\s*[(\[{][^()\[\]{}]{0,200}[)\]}]")
_PARTS = re.compile(r"\s*(?:\band\b|&|/|\+|,|;|\bor\b|\bplus\b|\s[-–—]\s|:)\s*", re.IGNORECASE)
_FIRST_OF: tuple[SectionRole, ...] = ("lessons", "summary", "background", "people", "stats")
"""Parts of a heading that give way to another part: "Lessons learned and action items" is a section of actions."""


def _bare(heading: str) -> str:
    """Without numbers, emoji and marks around it."""
    text = "".join(c for c in heading if not unicodedata.category(c).startswith(("So", "Sk", "Cn", "Co", "Cs")))
    text = text.replace("’", "'").strip().strip("-–—=#*_~|:.?!… \t\"“”'•·>")
    m = _NUMBER.match(text)
    return text[m.end() :].strip("-–—:. ") if m is not None and m.end() < len(text) else text


def _whole(text: str) -> SectionRole | None:
    for e in lexicon("headings").entries:
        if e.weight >= 2 and e.find(text) is not None:
            return e.role  # type: ignore[return-value]  # the lexicon's test compares its roles with the type
    return None


@lru_cache(maxsize=4096)
def heading_role(heading: str) -> tuple[SectionRole | None, bool]:
    """The role that a heading names, None where it names none; and whether it is nothing but that name."""
    text = _bare(heading[:200])
    if not text:
        return None, False
    short = _BRACKETS.sub("", text).strip(" :.-–—?!") or text.strip("()[]{}")
    for t in dict.fromkeys((short, text.strip("?!:. "))):
        role = _whole(t)
        if role is not None:
            return role, True
    parts = [p for p in _PARTS.split(short) if p]
    roles = [_whole(p) for p in parts]
    if len(parts) > 1:
        named = [r for r in roles if r is not None]
        if len(named) == len(parts):
            return next((r for r in named if r not in _FIRST_OF), named[0]), True
        if roles[0] is not None and len(parts[0]) > 3:
            return roles[0], False
    for t in (short, text):
        hits = [h for h in lexicon("headings").find(t) if h.entry.weight < 2]
        if hits and len(short.split()) <= _MOST_WORDS:
            return min(hits, key=lambda h: h.start).entry.role, False  # type: ignore[return-value]  # as above
    last = roles[-1] if len(parts) > 1 and len(short.split()) <= _NAME_WORDS else None
    return last, False


@dataclass(slots=True)
class _Heads:
    """Finds the headings that Markdown does not know among the blocks, splitting paragraphs where they stand."""

    seen: View
    level: int = 0  # of the last real heading
    bold: bool = False  # the last heading was a bold line and nothing has followed it

    def run(self, raws: Sequence[Raw]) -> Iterator[Raw]:
        for i, raw in enumerate(raws):
            if raw.kind == "heading":
                self.level = raw.level
                yield raw
            elif raw.kind == "paragraph" and raw.depth == 0:
                yield from self._paragraph(raw, raws[i + 1] if i + 1 < len(raws) else None)
            elif raw.kind == "item" and raw.depth == 1 and self._numbered(raws, i):
                yield from self._titled(raw)
            else:
                yield raw

    def _said(self, line: Line) -> str:
        return fold(self.seen.text, [line], self.seen.references).plain

    def _numbered(self, raws: Sequence[Raw], i: int) -> bool:
        """`3. Timeline` that Markdown takes for a list: one item that is a whole name, alone in its list or with text under it."""
        raw = raws[i]
        said = self._said(raw.lines[0])
        if len(said.split()) > 6 or raw.done is not None or not heading_role(said)[1]:
            return False
        if len(raw.lines) > 1:
            return raw.ordered
        alone = raw.ordinal == 0 and not (i + 1 < len(raws) and raws[i + 1].group == raw.group and raws[i + 1].depth >= 1)
        under = i + 1 < len(raws) and raws[i + 1].depth >= 1 and (raws[i + 1].parent == i or raws[i + 1].group != raw.group)
        return raw.ordered and (alone or under)

    def _paragraph(self, raw: Raw, after: Raw | None) -> Iterator[Raw]:
        """The paragraph, cut at every line that is or begins with a heading."""
        lines: list[Line] = []
        for n, line in enumerate(raw.lines):
            form = self._form(raw, n, line, after)
            if not form:
                lines.append(line)
                continue
            if lines:
                yield _part(raw, lines)
            head, lines = self._head(line, form)
            yield Raw("heading", [head], head[0], head[1], level=min(self.level + 1, 7), form=form)
        if len(lines) == len(raw.lines):
            yield raw
        elif lines:
            yield _part(raw, lines)

    def _head(self, line: Line, form: str) -> tuple[Line, list[Line]]:
        """The heading in a line, and what the line says after it."""
        m = _RUN_IN.match(self.seen.text, *line) if form == "run-in" else None
        if m is None:
            return line, []
        begin = m.end()
        while begin < line[1] and self.seen.text[begin] in " \t":
            begin += 1
        return (line[0], m.end()), [(begin, line[1])] if begin < line[1] else []

    def _titled(self, raw: Raw) -> Iterator[Raw]:
        """A list item whose first line is a heading."""
        head = raw.lines[0]
        yield Raw("heading", [head], head[0], head[1], level=min(self.level + 1, 7), form="plain")
        if len(raw.lines) > 1:
            rest = raw.lines[1:]
            yield from self._paragraph(Raw("paragraph", rest, rest[0][0], rest[-1][1]), None)

    def _form(self, raw: Raw, n: int, line: Line, after: Raw | None) -> str:
        """ "bold", "plain" or "run-in" where the line is or begins with a heading, else ""."""
        text = self.seen.text[line[0] : min(line[1], line[0] + 240)].strip()
        if not text or text[0] in "|>`" or text.startswith(("![", "http")):
            return ""
        if line[1] - line[0] <= _LONGEST:
            bold = _BOLD.match(text)
            if bold is not None and len(raw.lines) == 1 and self._is_bold(line, text, after):
                return "bold"
            if self._is_plain(raw, n, text, bold, after):
                return "plain"
        m = _RUN_IN.match(text)
        if m is not None and m.end() < len(text) and heading_role(m[0].strip("*_: "))[1] and (m[1] or len(m[0].split()) <= 4):
            return "run-in"
        return ""

    def _is_bold(self, line: Line, text: str, after: Raw | None) -> bool:
        said = self._said(line).rstrip("*_ ")
        return (
            0 < len(said.split()) <= _MOST_WORDS
            and said[-1:] not in ".!,;"
            and (after is not None or heading_role(text)[1])
            and stamp(said, whole=False) is None
        )

    def _is_plain(self, raw: Raw, n: int, text: str, bold: re.Match[str] | None, after: Raw | None) -> bool:
        """A line that is the name of a section and nothing else: ended by a colon, alone, or bold over text."""
        alone = len(raw.lines) == 1
        said = text if bold is None else bold["inner"]
        ended = said.endswith(":") or text.endswith(":")
        if len(said.split()) > _NAME_WORDS or said[:1] in "-+" or not (ended or alone or n == 0) or not heading_role(said)[1]:
            return False
        return (
            ended
            or (alone and after is not None and said[-1:] not in ".!,;")
            or (n == 0 and len(raw.lines) > 1 and bold is not None)
        )


def _part(raw: Raw, lines: Sequence[Line]) -> Raw:
    return replace(raw, lines=list(lines), start=lines[0][0], end=lines[-1][1])


def headings(seen: View, raws: Sequence[Raw]) -> list[Raw]:
    """The blocks with every heading marked as one. Indexes in `parent` follow the blocks that they name."""
    before = {id(raw): raw for raw in raws}
    found = list(_Heads(seen).run(raws))
    if len(found) == len(raws) and all(id(r) in before for r in found):
        return found
    index = {id(r): i for i, r in enumerate(found)}
    for raw in found:
        if raw.parent >= 0:
            raw.parent = index.get(id(raws[raw.parent]), -1)
    return found


def sections(raws: Sequence[Raw], said: Sequence[Folded]) -> tuple[list[Section], list[int]]:
    """The sections, and for each block the index of its section. Text before the first heading gets a section without a heading."""
    heads = [i for i, r in enumerate(raws) if r.kind == "heading"]
    title = _title(raws, said, heads)
    found: list[Section] = []
    of: list[int] = []
    stack: list[int] = []
    empty = False  # nothing has followed the last heading
    for i, raw in enumerate(raws):
        if raw.kind != "heading":
            if not found:
                role: SectionRole = "title" if heads else "other"
                found.append(Section("", 0, role, Place(raw.start, raw.start)))
            of.append(len(found) - 1)
            empty = False
            continue
        text = said[i].words
        own: SectionRole | None = "title" if i == title else heading_role(said[i].words)[0]
        level = raw.level
        while stack and found[stack[-1]].level >= level:
            if own is None and empty and stack[-1] == len(found) - 1 and found[stack[-1]].level == level and raw.form == "bold":
                level += 1  # a bold line right under another one is below it
                break
            stack.pop()
        above = next((found[k] for k in reversed(stack) if found[k].role not in ("title", "other")), None)
        if above is not None and above.role == "appendix":
            own = None
        role = own or (above.role if above is not None else "other")
        found.append(Section(text, level, role, Place(raw.start, raw.end), tuple(stack), own is None and above is not None))
        stack.append(len(found) - 1)
        of.append(len(found) - 1)
        empty = True
    return found, of


def _title(raws: Sequence[Raw], said: Sequence[Folded], heads: Sequence[int]) -> int:
    """The index of the heading that is the document's title, -1 if none is: the first, where it is no name of a section."""
    if not heads:
        return -1
    first = heads[0]
    if raws[first].form not in ("atx", "bold") or heading_role(said[first].words)[1]:
        return -1
    deeper = all(raws[i].level > raws[first].level for i in heads[1:])
    named = heading_role(said[first].words)[0] is not None
    return first if deeper or (not named and first <= 2) else -1
