"""Action items that are told in prose: sentences that promise or report a lasting change, in a document without a section of actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from fuelbed.core.document import Block, Section, SectionRole, Sentence
from fuelbed.text.lexicon import lexicon
from fuelbed.text.stamps import stamp

__all__ = ["FORWARD", "REPORTING", "told"]

FORWARD: frozenset[SectionRole] = frozenset(
    (
        "recovery",
        "lessons",
        "cause",
        "went_wrong",
        "went_well",
        "other",
        "title",
        "summary",
        "controls",
        "response",
        "lucky",
        "detection",
    )
)
REPORTING: frozenset[SectionRole] = frozenset(("recovery", "lessons", "other"))
_LISTED: frozenset[SectionRole] = frozenset(("lessons", "went_wrong"))

Told = tuple[int, Sentence, str]
"""A block, the sentence of it that is an item, and how it is written (`list` or `prose`)."""


def told(
    blocks: Sequence[Block], sections: Sequence[Section], said: Mapping[int, Sequence[Sentence]], had: AbstractSet[int]
) -> Iterator[Told]:
    """The items of a document in its order; `had` are blocks that are items already."""
    teller = _Teller(blocks, sections, said, all(s.role in ("title", "other") for s in sections))
    under = False  # what stands before announced changes
    spree = False  # "we are changing three things." has been said, and they follow
    for i, b in enumerate(blocks):
        role = teller.role(b)
        if role not in FORWARD or b.kind not in ("paragraph", "item") or i in had or teller.apart(i):
            under = spree = False
            continue
        under = under and b.kind == "paragraph" and teller.acts(i)
        spree = spree and lexicon("items").first(teller.plain(i), "ordinal") is not None
        found, under, spree = teller.block(i, role, under, spree)
        yield from found


@dataclass(frozen=True, slots=True)
class _Teller:
    blocks: Sequence[Block]
    sections: Sequence[Section]
    said: Mapping[int, Sequence[Sentence]]
    bare: bool  # the document has no sections to speak of

    def plain(self, i: int) -> str:
        return " ".join(s.plain for s in self.said.get(i, ()))

    def role(self, b: Block) -> SectionRole:
        role = self.sections[b.section].role
        return "other" if self.bare and role == "title" else role

    def apart(self, i: int) -> bool:
        """An entry of a log, which begins with a time, or a list that only details what its lead says."""
        said = self.said.get(i, ())
        begins = stamp(said[0].words[:80]) if said and any(c.isdigit() for c in said[0].words[:30]) else None
        if begins is not None and begins.clock is not None:
            return True
        lead = self.blocks[i].lead
        return lead >= 0 and lexicon("items").first(self.plain(lead)[-200:], "details") is not None

    def acts(self, i: int) -> bool:
        return lexicon("items").first(self.plain(i), "imperative", "report", "report_past") is not None

    def block(self, i: int, role: SectionRole, under: bool, spree: bool) -> tuple[list[Told], bool, bool]:
        """The promises and reports of one block; whether the next one goes on with an announcement."""
        lex = lexicon("items")
        kind = self.blocks[i].kind
        found: list[Told] = []
        carried, last = spree, False
        for s in self.said.get(i, ()):
            announced, under, last = under, False, False
            said = s.plain.rstrip()
            if said.endswith(":") and kind == "paragraph":
                under = role in REPORTING and lex.first(said, "lead", "announces") is not None
            elif lex.first(said, "announces") is not None and role in REPORTING:
                spree = last = True
            elif lex.first(s.plain, "explains") is not None:
                under = announced
            elif announced or _promises(s, role, kind == "item") or (spree and _fits(s)):
                found.append((i, s, "list" if kind == "item" else "prose"))
                under = announced and kind == "paragraph"
                spree = spree and not carried  # of a paragraph that goes on, the first sentence
        return found, under, last or carried


def _fits(s: Sentence) -> bool:
    said = s.plain.rstrip()
    return said[-1:] not in "?:" and lexicon("items").first(said, "aside", "standing", "during", "placeholder", "advice") is None


def _promises(s: Sentence, role: SectionRole, listed: bool) -> bool:
    lex = lexicon("items")
    if s.plain.rstrip().endswith("?") or lex.first(s.plain, "placeholder", "during", "standing", "aside", "advice") is not None:
        return False
    if lex.first(s.plain, "promise") is not None:
        return True
    if listed and role in _LISTED and lex.first(s.plain, "imperative", "arrow") is not None:
        return True
    if role in REPORTING and lex.first(s.plain, "report", "new_state", "doing") is not None:
        return True
    return role == "recovery" and lex.first(s.plain, "report_past") is not None
