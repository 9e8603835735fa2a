"""Triggers, conditions and controls that a text names: what the words say by themselves, plus what their section is for.

A sentence is judged for each kind: the weight of its best pattern, a little for each further one, and the section's share; from
`_ENOUGH` on it is a mention. A list item under a heading of causes is a mention whatever its words. Each fact is kept once, and of each
kind only the most telling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from fuelbed.core.document import Document, SectionRole, Sentence
from fuelbed.core.reading import ControlStatus, Mention, MentionKind
from fuelbed.text.gate import find, first
from fuelbed.text.lexicon import lexicon
from fuelbed.text.phrases import clause, label
from fuelbed.text.wording import stems

__all__ = ["Found", "conditions", "controls", "judge", "layer", "triggers"]

_Kind = Literal["trigger", "condition", "absent", "failed", "worked"]

_ENOUGH = 1.0
_NEARLY = 0.7  # where nothing reaches `_ENOUGH`, the best from here on is taken as a guess
_FURTHER = 0.2  # for each further pattern of the kind
_WISH = -0.5  # for what is said to be wanted
_EARLY = 0.6  # for a change among the first rows of a timeline
_FIRST_ROWS = 4
_ALIKE = 0.6  # share of the shorter label's stems from which two mentions are one
_MOST: Mapping[MentionKind, int] = {"trigger": 5, "condition": 10, "control": 10}

_BACKGROUND = {"actions": -2.0, "people": -2.0, "stats": -2.0, "appendix": -2.0, "questions": -1.0}  # the same for all kinds
_SHARE: Mapping[_Kind, Mapping[str, float]] = {
    "trigger": {"trigger": 0.6, "cause": 0.3, "summary": 0.2, "title": -0.3, "other": 0.1, "background": -0.2, "impact": -0.3,
                "detection": -0.5, "response": -0.6, "recovery": -0.6, "lessons": -0.5, "went_well": -1, "went_wrong": -0.1,
                "lucky": -1, "controls": -0.5, "timeline": -0.2},
    "condition": {"cause": 0.4, "went_wrong": 0.3, "summary": 0.3, "lessons": 0.4, "other": 0.2, "background": 0.2, "controls": 0.2,
                  "trigger": 0.1, "detection": -0.1, "title": -0.4, "lucky": -0.2, "timeline": -0.4, "impact": -0.3,
                  "response": -0.3, "recovery": -0.3, "went_well": -1},
    "absent": {"went_wrong": 0.4, "controls": 0.4, "cause": 0.3, "lessons": 0.3, "detection": 0.3, "summary": 0.2, "other": 0.2,
               "background": 0.1, "response": 0.1, "lucky": 0.1, "timeline": -0.1, "impact": -0.2, "went_well": -1},
    "failed": {"went_wrong": 0.3, "detection": 0.3, "controls": 0.3, "cause": 0.2, "response": 0.2, "recovery": 0.1, "timeline": 0.1,
               "summary": 0.1, "lessons": 0.1, "other": 0.1, "impact": -0.2, "went_well": -1},
    "worked": {"went_well": 0.6, "detection": 0.4, "controls": 0.4, "lucky": 0.3, "timeline": 0.2, "response": 0.2, "recovery": 0.1,
               "summary": 0.1, "cause": -0.3, "lessons": -0.3, "went_wrong": -0.6},
}  # fmt: skip  # a table
_LISTED: Mapping[str, _Kind] = {"cause": "condition", "trigger": "trigger", "went_wrong": "condition"}
_GIVES_WAY: tuple[tuple[_Kind, _Kind], ...] = (
    # of two kinds on the same words, the second gives way
    ("failed", "worked"), ("absent", "worked"), ("failed", "absent"), ("failed", "condition"), ("absent", "condition"),
    ("absent", "trigger"), ("failed", "trigger"),
)  # fmt: skip  # pairs
_WORDS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Found:
    """One kind that a sentence is judged to name, with the range that says it; `sure` where words and section agree."""

    kind: _Kind
    score: float
    first: int
    last: int
    why: str
    sure: bool
    sentence: int = -1


def judge(text: str, role: SectionRole, *, early: bool = False, listed: bool = False) -> list[Found]:
    """What one sentence in a section of this role names, from the surest on; also what falls short of `_ENOUGH`.

    early   it stands among the first rows of a timeline, before anything was noticed.
    listed  it is an item of a list.
    """
    lex = lexicon("factors")
    if text.rstrip().endswith("?") or first(lex, text, "never") is not None:
        return []
    wish = _WISH if first(lex, text, "desired") is not None else 0.0
    found = [f for kind in _SHARE for f in _kind(text, role, kind, wish if kind != "absent" else 0.0)]
    found += _following(text, role, wish)
    if role in ("actions", "recovery", "lessons"):
        found += [Found("absent", _ENOUGH, h.start, h.end, h.entry.id, False) for h in find(lex, text, "absent_action")][:1]
    if early:
        found += [
            Found("trigger", _ENOUGH / 2 + _EARLY, h.start, h.end, h.entry.id, False) for h in find(lex, text, "change_row")
        ][:1]
        found = [replace(f, score=f.score + _EARLY) if f.kind == "trigger" and f.why != "change_row" else f for f in found]
    found = _settled(found, text)
    if listed and role in _LISTED and not any(f.score >= _ENOUGH for f in found) and len(text.split()) > 1:
        found.append(Found(_LISTED[role], _ENOUGH, 0, len(text), f"section {role}", False))
    return sorted(found, key=lambda f: (-f.score, f.first))


def _share(kind: _Kind, role: SectionRole, why: str = "") -> float:
    if why in _defaults() and role not in _LISTED and role != "lessons":
        return -1.0
    return _BACKGROUND.get(role, _SHARE[kind].get(role, 0.0))


def _kind(text: str, role: SectionRole, kind: _Kind, wish: float) -> Iterator[Found]:
    hits = sorted(find(lexicon("factors"), text, kind, f"{kind}_default"), key=lambda h: -h.entry.weight)
    if hits:
        best = hits[0]
        score = best.entry.weight + _FURTHER * (len(hits) - 1) + _share(kind, role, best.entry.id) + wish
        sure = score >= _ENOUGH and _share(kind, role) > 0.1 and best.entry.id not in _defaults()
        yield Found(kind, score, best.start, best.end, best.entry.id, sure)


def _following(text: str, role: SectionRole, wish: float) -> Iterator[Found]:
    """What stands after "caused by" or "triggered by": its own words decide what it is."""
    lex = lexicon("factors")
    for hit in find(lex, text, "trigger_after", "cause_after"):
        start, end = hit.end, clause(text, hit.end, hit.end + 1)[1]
        rest = text[start:end]
        if len(rest.split()) < 2:
            continue
        kind: _Kind = "trigger"
        weight = 1.0 if hit.entry.role == "trigger_after" else 0.6
        if hit.entry.role == "cause_after":
            inner = [(h.entry.weight, k) for k in ("trigger", "condition", "absent", "failed") for h in find(lex, rest, k)]
            if inner:
                best = max(inner, key=lambda pair: pair[0])
                kind, weight = _as_kind(best[1]), 0.9
        score = weight + _share(kind, role) + wish
        yield Found(kind, score, start, end, hit.entry.id, score >= _ENOUGH and role in ("cause", "summary", "trigger"))


def _as_kind(name: str) -> _Kind:
    return next(k for k in _SHARE if k == name)


def _settled(found: Sequence[Found], text: str) -> list[Found]:
    """One judgement of each kind; where two kinds rest on the same words, the one that they do not fit gives way.

    A missing limit is both: a weakness that stands, and a defence that was not there.
    """
    best: dict[_Kind, Found] = {}
    for f in found:
        if f.kind not in best or f.score > best[f.kind].score:
            best[f.kind] = f
    named = any(f.score >= _ENOUGH and f.why not in _defaults() for f in best.values())
    for kind in [k for k, f in best.items() if named and f.why in _defaults()]:
        del best[kind]
    limit = lexicon("factors").any_word("limit_stems").search(text) is not None
    for strong, weak in _GIVES_WAY:
        a, b = best.get(strong), best.get(weak)
        both = weak == "condition" and b is not None and (b.why == "lacking_design" or (limit and b.why == "not_set"))
        if a is not None and b is not None and a.score >= min(_ENOUGH, b.score) and not both and _touch(a, b):
            del best[weak]
    a, b = best.get("trigger"), best.get("condition")
    if a is not None and b is not None and _touch(a, b):
        del best["condition" if a.score >= b.score else "trigger"]
    return list(best.values())


@lru_cache(maxsize=1)
def _defaults() -> frozenset[str]:
    """The entries that say what kind of thing a sentence tells when nothing else does."""
    return frozenset(e.id for e in lexicon("factors").entries if e.role.endswith("_default"))


def _touch(a: Found, b: Found) -> bool:
    return a.first < b.last and b.first < a.last


@lru_cache(maxsize=1)
def _layers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    lex = lexicon("layers")
    return tuple((name, lex.any_word(name)) for name in lex.words)


def layer(text: str) -> str:
    """The layer of the first component word of `text`, the particular layers before the general ones; "" when there is none."""
    return next((name for name, pattern in _layers() if pattern.search(text)), "")


def _early(document: Document) -> frozenset[int]:
    """The timeline's first sentences, up to the first that tells of something noticed or done about it."""
    lex = lexicon("factors")
    early: list[int] = []
    rows = [s for s in document.said("timeline") if any(c.isalpha() for c in s.plain)]
    for s in rows[: 3 * _FIRST_ROWS]:
        if len(early) >= _FIRST_ROWS or first(lex, s.plain, "noticed") is not None:
            break
        early.append(s.index)
    return frozenset(early)


@lru_cache(maxsize=4)
def _judged(document: Document) -> tuple[Found, ...]:
    if document.kind in ("template", "empty"):
        return ()
    early = _early(document)
    found: list[Found] = []
    for s in document.sentences:
        block = document.block_of(s)
        if block.kind == "heading" and document.role_of(s) != "title":
            continue
        listed = block.kind == "row" or (block.kind == "item" and block.depth <= 1)
        role = document.role_of(s)
        role = "summary" if role == "title" and block.kind != "heading" else role
        judged = judge(s.plain, role, early=s.index in early, listed=listed)
        if any(f.why == "change_row" for f in judged):
            early = frozenset()  # one row is taken for its place alone
        found += [replace(f, sentence=s.index) for f in (*judged, *_lack(judged, role, listed))]
    return tuple(found)


def _lack(judged: Sequence[Found], role: SectionRole, listed: bool) -> list[Found]:
    """A defence that is listed among the causes as absent or failed is told as a standing lack, too."""
    told = [f for f in judged if f.score >= _ENOUGH]
    if role != "cause" or not listed or any(f.kind == "condition" for f in told):
        return []
    return [
        Found("condition", _ENOUGH, f.first, f.last, f"section {role}", False) for f in told if f.kind in ("absent", "failed")
    ][:1]


def _mentions(document: Document, kind: MentionKind, wanted: Iterable[_Kind]) -> tuple[Mention, ...]:
    kinds = frozenset(wanted)
    mine = [f for f in _judged(document) if f.kind in kinds]
    told = [f for f in mine if f.score >= _ENOUGH]
    if not told and kind != "control":
        told = [replace(f, sure=False) for f in mine if f.score >= _NEARLY]
        told = sorted(told, key=lambda f: (-f.score, f.sentence))[:1]
    kept: list[tuple[Found, Mention, frozenset[str]]] = []
    for f in sorted(told, key=lambda f: (-f.score, f.sentence)):
        m = _mention(document, kind, f)
        words = frozenset(stems(m.what))
        if words and len(kept) < _MOST[kind] and not any(_same(words, other) for _, k, other in kept if k.status == m.status):
            kept.append((f, m, words))
    return tuple(m for _, m, _ in sorted(kept, key=lambda row: (row[1].place.start, row[1].place.end)))


def _same(a: frozenset[str], b: frozenset[str]) -> bool:
    return len(a & b) >= _ALIKE * min(len(a), len(b))


def _mention(document: Document, kind: MentionKind, f: Found) -> Mention:
    s: Sentence = document.sentences[f.sentence]
    first, last = clause(s.plain, f.first, f.last)
    begin = _WORDS.search(s.plain, first)
    place = s.place(begin.start() if begin is not None and begin.start() < last else first, last)
    status: ControlStatus | None = f.kind if f.kind in ("absent", "failed", "worked") else None
    what = label(s, f.first, f.last)
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
