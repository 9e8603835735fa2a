"""What each sentence of a document names, judged by its words (`judging.py`) where it stands: the role of its section, whether it is listed, whether the
next sentence takes it up, whether it is among the first rows of a timeline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from fuelbed.core.document import Block, Document, SectionRole, Sentence
from fuelbed.text.judging import ENOUGH, Found, Kind, judge, names_nothing
from fuelbed.text.leading import takes_up
from fuelbed.text.lexicon import lexicon

__all__ = ["early", "in_timeline", "judged", "led", "role_of"]

_FIRST_ROWS = 4
_HEADED: Mapping[SectionRole, Kind] = {"trigger": "trigger", "cause": "condition"}
_FEW = 3  # sentences of a section that is named for what it says, whatever its words
_UNNAMED: frozenset[SectionRole] = frozenset(("other", "summary", "title", "background", "lessons"))
_LEAD = 200  # characters of a sentence that announces a list
_TIMELINE = re.compile(r"\b(?:timeline|chronology|sequence of events|time line)\b", re.IGNORECASE)
_WHYS = re.compile(r"\bwhy['’]?s\b", re.IGNORECASE)
_PAST = re.compile(r"\b\w{2,}ed\b", re.IGNORECASE)


@lru_cache(maxsize=4)
def early(document: Document) -> frozenset[int]:
    """The timeline's first sentences, up to the first that tells of something noticed or done about it."""
    lex = lexicon("factors")
    found: list[int] = []
    rows = [s for s in document.said("timeline") if any(c.isalpha() for c in s.plain)]
    for s in rows[: 3 * _FIRST_ROWS]:
        if len(found) >= _FIRST_ROWS or lex.first(s.plain, "noticed") is not None:
            break
        found.append(s.index)
    return frozenset(found)


def role_of(document: Document, sentence: int) -> SectionRole:
    """The role of a sentence's section; what stands under the title is a summary."""
    return _roles(document)[sentence]


@lru_cache(maxsize=4)
def _roles(document: Document) -> tuple[SectionRole, ...]:
    return tuple(_role_of(document, s) for s in document.sentences)


def _role_of(document: Document, s: Sentence) -> SectionRole:
    role = document.role_of(s)
    block = document.block_of(s)
    if role in _UNNAMED and _among_causes(document, block):
        return "cause"
    if role == "cause" and in_timeline(document, block):
        return "timeline"
    if role == "timeline" and block.kind == "paragraph" and _lengths(document)[s.block] > 1:
        return "other"  # a story told by days, not rows
    return "summary" if role == "title" and block.kind != "heading" else role


def _among_causes(document: Document, block: Block) -> bool:
    """Whether a list item stands under a sentence that announces causes: "Three things colluded to make this happen:"."""
    if block.kind not in ("item", "row") or block.lead < 0 or document.blocks[block.lead].kind != "paragraph":
        return False
    lead = _said(document).get(block.lead, "")
    return lead.rstrip().endswith(":") and lexicon("factors").first(lead[-_LEAD:], "cause_lead") is not None


def in_timeline(document: Document, block: Block) -> bool:
    """Whether a list item stands under a sentence that announces a timeline: "The timeline of the repair was (in UTC):"."""
    if block.kind not in ("item", "row") or block.lead < 0 or document.blocks[block.lead].kind != "paragraph":
        return False
    lead = _said(document).get(block.lead, "").rstrip()
    return lead.endswith(":") and _TIMELINE.search(lead[-_LEAD:]) is not None


@lru_cache(maxsize=4)
def _said(document: Document) -> Mapping[int, str]:
    """The last sentence of each block."""
    return {s.block: s.plain for s in document.sentences}


@lru_cache(maxsize=4)
def _lengths(document: Document) -> Mapping[int, int]:
    """How many sentences each block has."""
    return Counter(s.block for s in document.sentences)


def under_whys(document: Document, block: Block) -> bool:
    """Whether a block stands under a heading that calls what it holds whys."""
    return _WHYS.search(document.sections[block.section].heading) is not None


def _step(document: Document, s: Sentence) -> bool:
    """Whether a list item is a step of a chain of whys that goes on: what the next one explains is no cause of its own."""
    block = document.block_of(s)
    if not under_whys(document, block) or s.block + 1 >= len(document.blocks):
        return False
    after = document.blocks[s.block + 1]
    return after.kind == block.kind and after.section == block.section


@lru_cache(maxsize=4)
def judged(document: Document) -> tuple[Found, ...]:
    """What each sentence names, in the order of the text; also what falls short of `ENOUGH`."""
    if document.kind in ("template", "empty"):
        return ()
    first = early(document)
    acted = _acted(document)
    taken_up = led(document)
    found: list[Found] = []
    for s in document.sentences:
        block = document.block_of(s)
        if block.kind == "heading" and document.role_of(s) != "title":
            continue
        listed = (block.kind == "row" or (block.kind == "item" and block.depth <= 1)) and not _step(document, s)
        role = "actions" if s.index in acted else role_of(document, s.index)
        up = s.index in taken_up
        named = judge(s.plain, role, early=s.index in first, listed=listed, led=up)
        if any(f.why == "change_row" for f in named):
            first = frozenset()  # one row is taken for its place alone
        found += [f._replace(sentence=s.index) for f in (*named, *_lack(named, role, listed, up))]
    return (*found, *_by_heading(document, found))


def _by_heading(document: Document, found: Sequence[Found]) -> Iterator[Found]:
    """Under a heading "Trigger" or "Cause" the first sentence is one, where no words in the section tell any."""
    below: dict[int, list[Sentence]] = {}
    for s in document.sentences:
        block = document.block_of(s)
        if block.kind != "heading" and document.sections[block.section].role in _HEADED and len(s.plain.split()) > 1:
            below.setdefault(block.section, []).append(s)
    told = {f.sentence for f in found if f.score >= ENOUGH and f.kind != "worked"}
    for n, inside in below.items():
        section, s = document.sections[n], inside[0]
        if section.inherited or not section.heading or len(inside) > _FEW or any(i.index in told for i in inside):
            continue
        if not s.plain.rstrip().endswith(":") and not names_nothing(s.plain) and _fits(s.plain, section.role):
            yield Found(_HEADED[section.role], ENOUGH, 0, len(s.plain), f"section {section.role}", True, sentence=s.index)


def _fits(text: str, role: SectionRole) -> bool:
    """Whether a sentence may be what its heading names: an event that came ("Build 42 broke it") is no standing condition."""
    lex = lexicon("factors")
    return (
        role != "cause"
        or lex.first(text, "condition_default") is not None
        or (lex.first(text, "trigger_default") is None and _PAST.search(text) is None)
    )


def _acted(document: Document) -> frozenset[int]:
    """The sentences of listed action items that stand outside a section of actions, and not where causes are given."""
    return frozenset(
        n for item in document.items if item.layout != "prose" for n in item.sentences
        if document.role_of(document.sentences[n]) not in ("cause", "went_wrong")
    )  # fmt: skip  # one set


@lru_cache(maxsize=4)
def led(document: Document) -> frozenset[int]:
    """The sentences that the next one of their item, or of the paragraphs of their section, takes up as a cause."""
    blocks = document.blocks
    return frozenset(
        s.index for s, after in pairwise(document.sentences)
        if (s.block == after.block or blocks[s.block].kind == blocks[after.block].kind == "paragraph")
        and blocks[s.block].section == blocks[after.block].section and takes_up(after.plain)
    )  # fmt: skip  # one set


def _lack(named: Sequence[Found], role: SectionRole, listed: bool, led: bool) -> list[Found]:
    """A defence that is told among the causes as absent, or listed there as failed, is a standing lack, too; so is one that was absent
    where the next sentence says what that led to."""
    told = [f for f in named if f.score >= ENOUGH]
    if (role != "cause" and not led) or any(f.kind == "condition" for f in told):
        return []
    lacks = [f for f in told if f.kind == "absent" or (f.kind == "failed" and listed and role == "cause")]
    return [f._replace(kind="condition", score=ENOUGH, why=f"section {role}", sure=False) for f in lacks[:1]]
