"""Sections: what each heading is for, and what stands under it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from fuelbed.core.document import Place, Section, SectionRole
from fuelbed.text.inline import Folded
from fuelbed.text.lexicon import lexicon
from fuelbed.text.markdown import Raw

__all__ = ["heading_role", "names_only", "sections"]

_NAMED = 4  # words from which a heading over all others is a title, whatever they say
_NAME_WORDS = 8  # of a heading whose last part may name it
_MOST_WORDS = 14  # of a heading that a word inside may name
_FACTS: tuple[SectionRole, ...] = ("people", "stats")  # "Authors: a, b" says nothing about what follows
_FOOTNOTE = re.compile(r"(?<=\S)\[\d{1,3}\]\s*\Z")
_NUMBER = re.compile(r"(?:(?:section|step|part|chapter)\s+)?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[ivxIVX]{1,4}|[A-Ha-h])[.):]?\s+(?=\S)")
_BRACKETS = re.compile(r"\s*[(\[{][^()\[\]{}]{0,200}[)\]}]")
_VARIANTS = "\ufe0e\ufe0f"  # say how the sign before them is drawn: "⚠️" is two characters
_PARTS = re.compile(r"\s*(?:\band\b|&|/|\+|,|;|\bor\b|\bplus\b|\s[-–—]\s|:)\s*", re.IGNORECASE)
_FIRST_OF: tuple[SectionRole, ...] = ("lessons", "summary", "background", "people", "stats")
"""Parts of a heading that give way to another part: "Lessons learned and action items" is a section of actions."""
_GIVE_WAY: tuple[SectionRole, ...] = ("recovery", "detection", "controls", "impact", "went_wrong", "cause", "response")
"""First parts of a heading that give way to actions only: "Resolution and next steps"."""
_TOPICS: tuple[SectionRole, ...] = ("detection", "response", "recovery", "controls", "trigger", "people", "background", "impact")
"""What a heading within a section of actions says what they are about: "Detection" under "Action items"."""


def _bare(heading: str) -> str:
    """Without numbers, emoji and marks around it."""
    text = "".join(
        c for c in heading if not unicodedata.category(c).startswith(("So", "Sk", "Cf", "Cn", "Co", "Cs")) and c not in _VARIANTS
    )
    text = text.replace("’", "'").strip().strip("-–—=#*_~|:.?!… \t\"“”'•·>")
    m = _NUMBER.match(text)
    return text[m.end() :].strip("-–—:. ") if m is not None and m.end() < len(text) else text


def _whole(text: str) -> SectionRole | None:
    for h in lexicon("headings").find(text):
        if h.entry.weight >= 2 and h.entry.role != "title":
            return h.entry.role  # type: ignore[return-value]  # the lexicon's test compares its roles with the type
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
            if "actions" in named and named[0] in _GIVE_WAY:
                return "actions", True
            return next((r for r in named if r not in _FIRST_OF), named[0]), True
        if roles[0] is not None and len(parts[0]) > 3:
            return roles[0], False
    for t in (short, text):
        hits = [h for h in lexicon("headings").find(t) if h.entry.weight < 2]
        if hits and len(short.split()) <= _MOST_WORDS:
            return min(hits, key=lambda h: h.start).entry.role, False  # type: ignore[return-value]  # as above
    last = roles[-1] if len(parts) > 1 and len(short.split()) <= _NAME_WORDS else None
    return last, False


def names_only(heading: str, *roles: SectionRole) -> bool:
    """Whether a heading names one of these roles and no other beside it ("Status and plans")."""
    short = _BRACKETS.sub("", _bare(heading[:200])).strip(" :.-–—?!")
    return _whole(short) in roles or all(_whole(p) in roles for p in _PARTS.split(short) if p)


def sections(raws: Sequence[Raw], said: Sequence[Folded]) -> tuple[list[Section], list[int]]:
    """The sections, and for each block the index of its section. Text before the first heading gets a section without a heading."""
    heads = [i for i, r in enumerate(raws) if r.kind == "heading"]
    built = _Sections(raws, said, _title(raws, said, heads), bool(heads))
    of = [built.heading(i) if raw.kind == "heading" else built.block(i) for i, raw in enumerate(raws)]
    return built.found, of


@dataclass(slots=True)
class _Sections:
    """One pass over the blocks with the open sections on a stack."""

    raws: Sequence[Raw]
    said: Sequence[Folded]
    title: int
    headed: bool
    found: list[Section] = field(default_factory=list)
    stack: list[int] = field(default_factory=list)
    empty: bool = False  # nothing has followed the last heading
    short: int = -1  # a section that covers the next block only

    def block(self, i: int) -> int:
        raw = self.raws[i]
        if not self.found:
            self._open("", 0, "title" if self.headed else "other", Place(raw.start, raw.start), False)
        if self.short >= 0 and not self.empty and raw.depth <= 1:
            self._close()
        self.empty = False
        return self.stack[-1] if self.stack else len(self.found) - 1

    def _close(self) -> None:
        """End the section of one block; what follows belongs to the section around it."""
        if self.stack and self.stack[-1] == self.short and len(self.stack) > 1:
            self.stack.pop()
        self.short = -1

    def heading(self, i: int) -> int:
        raw = self.raws[i]
        if not self.found and raw.form in ("listed", "run-in"):
            self._open("", 0, "title", Place(raw.start, raw.start), False)
        own: SectionRole | None = "title" if i == self.title else heading_role(self.said[i].words)[0]
        level = self._level(raw, own)
        above = next((self.found[k] for k in reversed(self.stack) if self.found[k].role not in ("title", "other")), None)
        if above is not None and (above.role == "appendix" or (above.role == "actions" and own in _TOPICS)):
            own = None
        role = own or (above.role if above is not None else "other")
        text = _FOOTNOTE.sub("", self.said[i].words).strip().rstrip(":").rstrip()
        self._open(text, level, role, Place(raw.start, raw.end), own is None and above is not None)
        self.empty = True
        self.short = len(self.found) - 1 if raw.form == "listed" or (raw.form == "run-in" and role in _FACTS) else -1
        return len(self.found) - 1

    def _level(self, raw: Raw, own: SectionRole | None) -> int:
        """The level, with the stack cut to what is above it."""
        level = raw.level
        while self.stack and self.found[self.stack[-1]].level >= level:
            last = self.stack[-1]
            if (
                own is None
                and self.empty
                and last == len(self.found) - 1
                and self.found[last].level == level
                and raw.form == "bold"
            ):
                return level + 1  # a bold line right under another one is below it
            self.stack.pop()
        return level

    def _open(self, text: str, level: int, role: SectionRole, place: Place, inherited: bool) -> None:
        self.found.append(Section(text, level, role, place, tuple(self.stack), inherited))
        self.stack.append(len(self.found) - 1)


def _title(raws: Sequence[Raw], said: Sequence[Folded], heads: Sequence[int]) -> int:
    """The index of the heading that is the document's title, -1 if none is: the first, where it is no name of a section."""
    if not heads:
        return -1
    first = heads[0]
    if raws[first].form not in ("atx", "bold", "marked"):
        return -1
    text = _bare(said[first].words)
    deeper = all(raws[i].level > raws[first].level for i in heads[1:])
    if deeper and (len(text.split()) > _NAMED or lexicon("headings").first(text, "title") is not None):
        return first
    if heading_role(said[first].words)[1]:
        return -1
    named = heading_role(said[first].words)[0] is not None
    return first if deeper or (not named and first <= 2) else -1
