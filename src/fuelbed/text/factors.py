"""Triggers, conditions and controls that a text names: the mentions of its sentences (`judging.py`), each fact once, the most telling.

What set it off is told once or twice, in the summary or where the cause is told; the timeline is asked only where neither says it. Two
mentions of one thing are one; the one with the account of the cause is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from fuelbed.core.document import Block, Document, SectionRole, Sentence
from fuelbed.core.reading import ControlStatus, Mention, MentionKind
from fuelbed.text.judging import ENOUGH, NEARLY, Found, Kind, judge
from fuelbed.text.leading import takes_up
from fuelbed.text.lexicon import lexicon
from fuelbed.text.phrases import clause, label
from fuelbed.text.wording import likeness, stems

__all__ = ["Found", "conditions", "controls", "in_timeline", "judge", "judged", "layer", "triggers"]

_FIRST_ROWS = 4
_MOST: Mapping[MentionKind, int] = {"trigger": 3, "condition": 8, "control": 8}
_HEADED: Mapping[SectionRole, Kind] = {"trigger": "trigger", "cause": "condition"}
_FEW = 3  # sentences of a section that is named for what it says, whatever its words
_BELOW = 0.5  # a trigger this much less telling than the most telling one is none
_ASKED = 2  # controls that are read from what is asked for, at most
_ALIKE = 0.6  # share of the shorter label's telling words from which two mentions are one
_NEAR = 0.4  # the same where they stand in different sections, and this many telling words agree
_AGREE = 2
_SUBJECT = 0.33  # the same where both say it of the same subject
_TOLD: Mapping[str, float] = {"cause": 0.3, "trigger": 0.3, "went_wrong": 0.2, "summary": 0.1, "lessons": -0.1, "timeline": -0.3}
_ROWS = ("timeline", "detection", "response", "recovery")  # where a change is told as it came, not as what set it off
_UNNAMED: frozenset[SectionRole] = frozenset(("other", "summary", "title", "background", "lessons"))
_LEAD = 200  # characters of a sentence that announces a list
_TIMELINE = re.compile(r"\b(?:timeline|chronology|sequence of events|time line)\b", re.IGNORECASE)
_WHYS = re.compile(r"\bwhy['’]?s\b", re.IGNORECASE)
_PAST = re.compile(r"\b\w{2,}ed\b", re.IGNORECASE)
_WORDS = re.compile(r"\w")
_PARTS = re.compile(r"\W+")
_MARKS = ".,;:!?()[]{}\"'“”‘’`*"


@lru_cache(maxsize=1)
def _layers() -> tuple[Mapping[str, int], tuple[str, ...]]:
    """The rank of each component word's layer, and the layers."""
    lex = lexicon("layers")
    names = tuple(lex.words)
    return {w: i for i, name in reversed(tuple(enumerate(names))) for w in lex.words[name]}, names


def _phrases(text: str) -> Iterator[str]:
    """The words of a text, the parts of joined words, and each two and three words that follow each other."""
    words = [w.strip(_MARKS) for w in text.lower().split()]
    for n in (1, 2, 3):
        yield from (" ".join(words[i : i + n]) for i in range(len(words) - n + 1))
    yield from (part for w in words if not w.isalnum() for part in _PARTS.split(w))


def layer(text: str) -> str:
    """The layer of a component word of `text`, the particular layers before the general ones; "" when there is none."""
    rank, names = _layers()
    found = [rank[phrase] for phrase in _phrases(text) if phrase in rank]
    return names[min(found)] if found else ""


def _early(document: Document) -> frozenset[int]:
    """The timeline's first sentences, up to the first that tells of something noticed or done about it."""
    lex = lexicon("factors")
    early: list[int] = []
    rows = [s for s in document.said("timeline") if any(c.isalpha() for c in s.plain)]
    for s in rows[: 3 * _FIRST_ROWS]:
        if len(early) >= _FIRST_ROWS or lex.first(s.plain, "noticed") is not None:
            break
        early.append(s.index)
    return frozenset(early)


def _role(document: Document, sentence: int) -> SectionRole:
    """The role of a sentence's section; what stands under the title is a summary."""
    s = document.sentences[sentence]
    role = document.role_of(s)
    block = document.block_of(s)
    if role in _UNNAMED and _among_causes(document, block):
        return "cause"
    if role == "cause" and in_timeline(document, block):
        return "timeline"
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


def _step(document: Document, s: Sentence) -> bool:
    """Whether a list item is a step of a chain of whys that goes on: what the next one explains is no cause of its own."""
    block = document.block_of(s)
    if _WHYS.search(document.sections[block.section].heading) is None or s.block + 1 >= len(document.blocks):
        return False
    after = document.blocks[s.block + 1]
    return after.kind == block.kind and after.section == block.section


@lru_cache(maxsize=4)
def judged(document: Document) -> tuple[Found, ...]:
    """What each sentence names, in the order of the text; also what falls short of `ENOUGH`."""
    if document.kind in ("template", "empty"):
        return ()
    early = _early(document)
    acted = _acted(document)
    found: list[Found] = []
    for s in document.sentences:
        block = document.block_of(s)
        if block.kind == "heading" and document.role_of(s) != "title":
            continue
        listed = (block.kind == "row" or (block.kind == "item" and block.depth <= 1)) and not _step(document, s)
        role = "actions" if s.index in acted else _role(document, s.index)
        led = _led(document, s)
        named = judge(s.plain, role, early=s.index in early, listed=listed, led=led)
        if any(f.why == "change_row" for f in named):
            early = frozenset()  # one row is taken for its place alone
        found += [replace(f, sentence=s.index) for f in (*named, *_lack(named, role, listed, led))]
    return (*found, *_by_heading(document, found))


def _by_heading(document: Document, found: Sequence[Found]) -> Iterator[Found]:
    """Under a heading "Trigger" or "Cause" the first sentence is one, where no words in the section tell any."""
    below: dict[int, list[Sentence]] = {}
    for s in document.sentences:
        block = document.block_of(s)
        if block.kind != "heading" and document.sections[block.section].role in _HEADED and len(s.plain.split()) > 1:
            below.setdefault(block.section, []).append(s)
    told = {f.sentence for f in found if f.score >= ENOUGH and f.kind != "worked"}
    lex = lexicon("factors")
    for n, inside in below.items():
        section, s = document.sections[n], inside[0]
        if section.inherited or not section.heading or len(inside) > _FEW or any(i.index in told for i in inside):
            continue
        if (
            not s.plain.rstrip().endswith(("?", ":"))
            and lex.first(s.plain, "never", "of_the_account") is None
            and _fits(s.plain, section.role)
        ):
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


def _led(document: Document, s: Sentence) -> bool:
    """Whether the next sentence of the section takes this one up as a cause."""
    after = document.sentences[s.index + 1] if s.index + 1 < len(document.sentences) else None
    return (
        after is not None
        and document.block_of(after).kind == document.block_of(s).kind == "paragraph"
        and document.block_of(after).section == document.block_of(s).section
        and takes_up(after.plain)
    )


def _lack(named: Sequence[Found], role: SectionRole, listed: bool, led: bool) -> list[Found]:
    """A defence that is told among the causes as absent, or listed there as failed, is a standing lack, too; so is one that was absent
    where the next sentence says what that led to."""
    told = [f for f in named if f.score >= ENOUGH]
    if (role != "cause" and not led) or any(f.kind == "condition" for f in told):
        return []
    lacks = [f for f in told if f.kind == "absent" or (f.kind == "failed" and listed and role == "cause")]
    return [replace(f, kind="condition", score=ENOUGH, why=f"section {role}", sure=False) for f in lacks[:1]]


def _told(document: Document, kind: MentionKind, wanted: Iterable[Kind]) -> list[Found]:
    """What is told enough, or the best of what is nearly."""
    kinds = frozenset(wanted)
    mine = [f for f in judged(document) if f.kind in kinds]
    if kind == "trigger":
        account = [f for f in mine if f.score >= ENOUGH and _role(document, f.sentence) not in _ROWS]
        if account and document.kind == "advisory":
            return [max(account, key=lambda f: f.score)]
        rows = [f for f in mine if f.score >= ENOUGH and _role(document, f.sentence) in _ROWS]
        if account:
            top = max(f.score for f in account)
            told = [f for f in account if f.score >= top - _BELOW]
            early = _early(document)
            return told + [f for f in rows if f.sentence in early][:1]
        if rows:
            return sorted(rows, key=lambda f: f.sentence)[:1]
    told = [f for f in mine if f.score >= ENOUGH]
    if not told and kind != "control":
        told = [replace(f, sure=False) for f in mine if f.score >= NEARLY]
        told = sorted(told, key=lambda f: (-f.score, f.sentence))[:1]
    return told


def _mentions(document: Document, kind: MentionKind, wanted: Iterable[Kind]) -> tuple[Mention, ...]:
    def rank(f: Found) -> tuple[float, int]:
        return (-f.score - _TOLD.get(_role(document, f.sentence), 0.0) + f.asked, f.sentence)

    kept: list[tuple[Found, Mention]] = []
    asked = 0
    for f in sorted(_told(document, kind, wanted), key=rank):
        if len(kept) >= _MOST[kind] or (f.asked and asked >= _ASKED):
            continue
        m = _mention(document, kind, f)
        if _says_something(m.what) and not any(_same(document, m, k) for _, k in kept):
            kept.append((f, m if _begun(m.what) else replace(m, sure=False)))
            asked += f.asked
    return tuple(m for _, m in sorted(kept, key=lambda row: (row[1].place.start, row[1].place.end)))


def _says_something(what: str) -> bool:
    """Whether a label names a thing: more than a single word, a pronoun with its verb, or a time."""
    return len(what.split()) > 1 and any(s.isalpha() and s not in _no_things() for s in stems(what))


@lru_cache(maxsize=1)
def _no_things() -> frozenset[str]:
    return frozenset(stems(" ".join(lexicon("phrases").words["no_things"])))


def _begun(what: str) -> bool:
    """Whether a label begins where a thing begins, and not in the middle of what is said of one."""
    return what.split()[0].lower() not in lexicon("phrases").words["headless"]


def _same(document: Document, a: Mention, b: Mention) -> bool:
    """Whether two mentions are of one thing: by their labels, or, from different sections, by the telling words of their clauses."""
    if a.status != b.status:
        return False
    alike = likeness(a.what, b.what, {})
    if alike >= _ALIKE or (alike >= _SUBJECT and stems(a.what)[:_AGREE] == stems(b.what)[:_AGREE]):
        return True
    if _role(document, a.sentence) == _role(document, b.sentence):
        return False
    one, two = document.quote(a.place), document.quote(b.place)
    common = set(stems(one)) & set(stems(two))
    return len(common) >= _AGREE and likeness(one, two, {}) >= _NEAR


def _mention(document: Document, kind: MentionKind, f: Found) -> Mention:
    s = document.sentences[f.sentence]
    first, last = clause(s.plain, f.first, f.last, f.since)
    begin = _WORDS.search(s.plain, first)
    place = s.place(begin.start() if begin is not None and begin.start() < last else first, last)
    status: ControlStatus | None = f.kind if f.kind in ("absent", "failed", "worked") else None
    what = label(s, f.first, f.last, since=f.since, asks=f.asked)
    return Mention(kind, what, place, f.sentence, f.sure, f.why, status, layer(what) or layer(s.plain[first:last]))


def triggers(document: Document) -> tuple[Mention, ...]:
    """The events, changes, loads and attacks that are said to have set it off, in the order of the text."""
    return _mentions(document, "trigger", ("trigger",))


def conditions(document: Document) -> tuple[Mention, ...]:
    """The standing weaknesses that are named, in the order of the text."""
    return _mentions(document, "condition", ("condition",))


def controls(document: Document) -> tuple[Mention, ...]:
    """The defences that are said to have been absent, to have failed or to have worked, in the order of the text."""
    return _mentions(document, "control", ("absent", "failed", "worked"))
