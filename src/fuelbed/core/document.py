"""The document: a postmortem's text as structure, with the exact place of everything. Built by `text/read.py`.

Three coordinates, and only these: an *offset* counts code points of the source from 0; a `Span` is file, line and column for people;
`Source.before` is for editors. The source is never edited; whoever matches patterns does so on `Sentence.plain`, whose every character
knows its offset.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fuelbed.core.findings import Finding, Span
from fuelbed.core.source import Source

__all__ = ["Block", "BlockKind", "Document", "DocumentKind", "Item", "Moment", "Place", "Section", "SectionRole", "Sentence"]

SectionRole = Literal[
    "title", "summary", "impact", "background", "timeline", "trigger", "cause", "detection", "response", "recovery", "controls",
    "actions", "lessons", "went_well", "went_wrong", "lucky", "questions", "people", "stats", "appendix", "other",
]  # fmt: skip  # one list
"""What a section is for, read from its heading (and the headings above it) by the lexicon's synonyms. `recovery` is resolution and
mitigation; `controls` are defences; `other` has no known heading."""

BlockKind = Literal["heading", "paragraph", "item", "row", "quote", "code", "chat", "html"]
"""`row` is a body row of a table, `item` a list item without its sub-items, `chat` pasted conversation or log lines. Only headings,
paragraphs, items and rows carry sentences."""

DocumentKind = Literal["reliability", "security", "advisory", "template", "timeline", "empty"]
"""`advisory`: a notice of a vulnerability or release without a story of an incident. `template`: headings and placeholders, nothing
filled in. `timeline`: nothing but times. `empty`: no prose at all."""


@dataclass(frozen=True, slots=True)
class Place:
    """Half-open range of offsets in the source."""

    start: int
    end: int


@dataclass(frozen=True, eq=False, slots=True)
class Sentence:
    """One sentence of a block.

    plain   the words as a reader sees them: Markdown marks, link targets, addresses, images and HTML gone, white space folded to
            single blanks, the content of inline code replaced by as many `x` (it is never prose). Patterns run on this.
    words   the same with the content of inline code kept; same length, same places. For quoting and for labels.
    at      source offset of each character of `plain`, strictly increasing.
    """

    plain: str
    words: str
    at: Sequence[int]
    block: int  # index into Document.blocks
    index: int  # index into Document.sentences

    def read_at(self, place: Place) -> str:
        """What a reader sees of a place within this sentence, its code kept: `words` by source offsets."""
        return self.words[bisect_left(self.at, place.start) : bisect_left(self.at, place.end)]

    def place(self, first: int = 0, last: int | None = None) -> Place:
        """Source offsets of `plain[first:last]`, without blanks at its ends."""
        last = len(self.plain) if last is None else last
        piece = self.plain[first:last]
        first, last = first + len(piece) - len(piece.lstrip()), last - len(piece) + len(piece.rstrip())
        if first >= last:
            return Place(self.at[first], self.at[first]) if first < len(self.at) else Place(self.at[-1] + 1, self.at[-1] + 1)
        return Place(self.at[first], self.at[last - 1] + 1)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the document. `section` indexes Document.sections; `depth` is the nesting of lists (0 outside);
    `ordinal` the position within its list or table; `done` the state of a checkbox (None: no checkbox); `cells` the places of a
    row's cells, `heads` the folded header words over them; `lead` the block (its index) that introduces a list ("Action items:"),
    or the item above a sub-item; -1 when there is none."""

    kind: BlockKind
    place: Place
    section: int
    depth: int = 0
    ordinal: int = 0
    done: bool | None = None
    cells: tuple[Place, ...] = ()
    heads: tuple[str, ...] = ()
    lead: int = -1
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (real, bold or plain text line) with what stands under it. `path` are the indexes of the sections above it.

    `role` is its own role, or that of the nearest section above that has one (then `inherited`)."""

    heading: str
    level: int
    role: SectionRole
    place: Place
    path: tuple[int, ...] = ()
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of the timeline. `time` is None where only a word is given ("shortly after"); `zone` as written ("UTC", "CET", "")
    or as a sentence of the document states it; `fuzzy` for "~13:30", ranges and rounded times; `end` for "13:30-13:45"."""

    place: Place
    text: str
    time: dt.datetime | dt.time | None
    end: dt.datetime | dt.time | None = None
    zone: str = ""
    fuzzy: bool = False
    block: int = -1


@dataclass(frozen=True, slots=True)
class Item:
    """An action item as written: `text` is its prose (marks, tickets, owners and checkboxes taken off), `place` where it stands.

    layout    how it was written. `prose`: a sentence that promises or reports a change, outside a list of actions.
    heading   the words that it stands under ("Technical improvements"), for the reader's classification.
    done      True where a checkbox, a status or the tense says that it is done; None where nothing says.
    sentences the indexes of the sentences that it is made of.
    """

    text: str
    place: Place
    layout: Literal["list", "checkbox", "table", "prose"]
    heading: str = ""
    owner: str = ""
    due: str = ""
    ticket: str = ""
    priority: str = ""
    done: bool | None = None
    sentences: tuple[int, ...] = ()
    block: int = -1


@dataclass(frozen=True, eq=False, slots=True)
class Document:
    """A postmortem as read. `front` is the front matter's plain keys and values. `findings` say where reading was cut short.

    zone   the time zone that a sentence or heading states for the whole timeline ("All times in CET"), "" when none does.
    """

    source: Source
    title: str
    kind: DocumentKind
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]
    moments: tuple[Moment, ...] = ()
    items: tuple[Item, ...] = ()
    front: Mapping[str, str] = field(default_factory=dict)
    zone: str = ""
    date: dt.date | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing is told in it: it is empty, or a template that nobody filled in."""
        return self.kind in ("empty", "template")

    def span(self, place: Place) -> Span:
        return self.source.span(place.start, place.end)

    def quote(self, place: Place) -> str:
        """The source's own characters."""
        return self.source.text[place.start : place.end]

    def whole_quote(self, place: Place) -> str:
        """The same, with the backtick that opens a name in code before them, where they hold only the one that closes it."""
        said = self.quote(place)
        opened = place.start > 0 and self.source.text[place.start - 1] == "`" and said.count("`") % 2 == 1
        return f"`{said}" if opened else said

    def line(self, place: Place) -> int:
        return self.source.line(place.start)

    def block_of(self, sentence: Sentence) -> Block:
        return self.blocks[sentence.block]

    def role_of(self, sentence: Sentence) -> SectionRole:
        return self.sections[self.blocks[sentence.block].section].role

    def said(self, *roles: SectionRole) -> Iterator[Sentence]:
        """The sentences of these sections, headings left out; of all sections when none is named."""
        for s in self.sentences:
            block = self.blocks[s.block]
            if block.kind != "heading" and (not roles or self.sections[block.section].role in roles):
                yield s

    def has(self, *roles: SectionRole) -> bool:
        """Whether a section of one of these roles says anything."""
        return next(self.said(*roles), None) is not None
