"""A postmortem's text as a `Document`: blocks, sections, sentences, then what is told by form: times, action items, kind, title, date."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fuelbed.core.document import Block, Document, DocumentKind, Place, Section, Sentence
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.source import Source
from fuelbed.text.bullets import bullets
from fuelbed.text.front import front_matter
from fuelbed.text.inline import Folded, folded
from fuelbed.text.items import items
from fuelbed.text.kinds import document_kind
from fuelbed.text.markdown import MAX_BLOCKS, Line, Raw, View, blocks, view
from fuelbed.text.pasted import set_apart
from fuelbed.text.prompts import is_prompt
from fuelbed.text.sections import sections
from fuelbed.text.sentences import sentences
from fuelbed.text.status_page import status_page
from fuelbed.text.timeline import document_date, moments, split_times, zone_of
from fuelbed.text.titles import headings

__all__ = ["MAX_CHARACTERS", "read"]

MAX_CHARACTERS = 1_000_000
_TITLE_WORDS = 14
_SPEAKING = ("heading", "paragraph", "item", "row")


def read(text: str, file: str = "postmortem.md", kind: DocumentKind | None = None) -> Document:
    """Read a postmortem. Never raises on any text; where reading was cut short, the document's findings say so.

    kind   what the document is, where its reader knows better than its front matter and its words.
    """
    source = Source(text, file)
    short = text[:MAX_CHARACTERS]
    front, begin = front_matter(short)
    seen = view(short, begin)
    raws, cut = blocks(seen)
    raws = headings(seen, list(split_times(seen, list(bullets(seen, list(set_apart(seen, list(status_page(seen, raws)))))))))
    said = [folded(seen, _all_lines(r) if r.kind in _SPEAKING else []) for r in raws]
    parts, of = sections(raws, said)
    spoken: list[Sentence] = []
    asked: list[Sentence] = []  # by the template, of whoever writes
    found: list[Block] = []
    index = {raw.key: i for i, raw in enumerate(raws) if raw.key >= 0}
    for i, raw in enumerate(raws):
        found.append(_block(seen, raw, of[i], index.get(raw.parent, -1)))
        if is_prompt(raw, said[i], seen.text):
            asked += _spoken(seen, raw, said[i], i, len(asked))
        elif raw.kind == "heading" or (raw.kind in _SPEAKING and parts[of[i]].role != "appendix"):
            spoken += _spoken(seen, raw, said[i], i, len(spoken))
    for i, lead in list(_leads(found, said)):
        found[i] = replace(found[i], lead=lead)
    title = _unescaped(front.get("title", "")) or _title(parts, found, said)
    day = document_date(front, title, file, parts, found, spoken, short)
    zone = zone_of(parts, found, spoken)
    times = moments(found, parts, spoken, zone, day)
    todo = items(found, parts, spoken, short)
    kind = kind or document_kind(front, title, parts, found, [*spoken, *asked], times, todo)
    return Document(
        source, title, kind, tuple(parts), tuple(found), tuple(spoken), tuple(times), tuple(todo), front, zone, day,
        tuple(_findings(source, text, seen, raws, cut)),
    )  # fmt: skip


def _leads(found: Sequence[Block], said: Sequence[Folded]) -> Iterator[tuple[int, int]]:
    """For each outer list item or row, the paragraph that introduces its list, where one does: (block, lead)."""
    last = -1
    for i, b in enumerate(found):
        if b.kind in ("item", "row") and b.depth <= 1:
            if b.lead < 0 and last >= 0 and found[last].section == b.section:
                yield i, last
        elif b.kind == "paragraph" and b.depth == 0:
            last = i if said[i].plain.rstrip().endswith(":") else -1
        elif b.kind == "heading":
            last = -1


def _unescaped(text: str) -> str:
    """A title of front matter is for a page, where `&#x2011;` is a dash; what would be no printable character stays as it is written."""
    plain = html.unescape(text)
    return plain if plain.isprintable() else text


def _title(parts: Sequence[Section], found: Sequence[Block], said: Sequence[Folded]) -> str:
    """The heading that is the title, else a first line that stands alone and is no sentence."""
    headed = next((p.heading for p in parts if p.role == "title" and p.heading), "")
    if headed or not found or found[0].kind != "paragraph" or len(found) < 2:
        return headed
    first = said[0].words
    return first if len(first.split()) <= _TITLE_WORDS and first[-1:] not in ".!?:;," and not said[0].breaks else ""


def _all_lines(raw: Raw) -> Sequence[Line]:
    return raw.cells if raw.kind == "row" else raw.lines


def _block(seen: View, raw: Raw, section: int, lead: int) -> Block:
    return Block(
        raw.kind, Place(raw.start, raw.end), section, raw.depth, raw.ordinal, raw.done, tuple(Place(*c) for c in raw.cells),
        tuple(folded(seen, [h]).words.lower() for h in raw.heads), lead, raw.ordered,
    )  # fmt: skip


def _spoken(seen: View, raw: Raw, said: Folded, block: int, index: int) -> list[Sentence]:
    """The sentences of a block; a heading is one, each cell of a row has its own."""
    pieces = [said]
    if raw.kind == "row":
        pieces = [folded(seen, [c]) for c in raw.cells]
    found: list[Sentence] = []
    for f in pieces:
        ranges = (
            [(0, len(f.plain))] if raw.kind == "heading" and f.plain.strip() else [] if raw.kind == "heading" else sentences(f)
        )
        for first, last in ranges:
            found.append(Sentence(f.plain[first:last], f.words[first:last], f.at[first:last], block, index + len(found)))
    return found


def _findings(source: Source, text: str, seen: View, raws: Sequence[Raw], cut: bool) -> list[Finding]:
    found = []
    if len(text) > MAX_CHARACTERS:
        span = source.span(MAX_CHARACTERS, MAX_CHARACTERS)
        found.append(
            Finding(
                "FB080",
                Severity.WARNING,
                "The text is longer than 1,000,000 characters and was read up to here.",
                "Cut it to the incident.",
                span,
            )
        )
    if cut:
        span = source.span(raws[-1].end, raws[-1].end)
        found.append(
            Finding(
                "FB080",
                Severity.WARNING,
                f"The text has more than {MAX_BLOCKS:,} blocks and was read up to here.",
                "Cut it to the incident.",
                span,
            )
        )
    return found
