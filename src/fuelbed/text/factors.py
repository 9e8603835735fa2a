"""Triggers, conditions and controls that a text names: the mentions of its sentences (`judging.py`), each fact once, the most telling.

What set it off is told once or twice, in the summary or where the cause is told; the timeline is asked only where neither says it. Two
mentions of one thing are one; the one with the account of the cause is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from fuelbed.core.document import Document
from fuelbed.core.reading import ControlStatus, Mention, MentionKind
from fuelbed.text.judging import ENOUGH, NEARLY, Found, Kind
from fuelbed.text.layers import layer
from fuelbed.text.lexicon import lexicon
from fuelbed.text.naming import early, judged, role_of
from fuelbed.text.phrases import clause, label
from fuelbed.text.telling import odds
from fuelbed.text.wording import likeness, stems

__all__ = ["conditions", "controls", "faint", "triggers"]

_MOST: Mapping[MentionKind, int] = {"trigger": 3, "condition": 8, "control": 8}
_LIKELY = -1.5
"""Log odds from which a sentence tells a condition whatever patterns find in it. From -1.2 on, as much of what is said to be a condition is one as by patterns
alone; down to here two in a hundred more are found for two in a hundred more that are none, and a condition that is missed costs more (docs/reading.md)."""
_SURE = 0.0  # log odds from which a condition is called sure: two thirds of them were right on unread reports, of the others less than half (docs/reading.md)
_BELOW = 0.5  # a trigger this much less telling than the most telling one is none
_LEAST: Mapping[MentionKind, int] = {"trigger": 4, "condition": 5}
"""Of which a document has fewer, the likeliest other sentences are shown as faint."""
_FAINTEST: Mapping[MentionKind, float] = {"trigger": 0.5, "condition": -3.0}
"""Score, or log odds, from which a sentence may be shown so: below, few are right. How much they bring beside sentences drawn at random: docs/reading.md."""
_ASKED = 2  # controls that are read from what is asked for, at most
_ALIKE = 0.6  # share of the shorter label's telling words from which two mentions are one
_NEAR = 0.4  # the same where they stand in different sections, and this many telling words agree
_AGREE = 2
_SUBJECT = 0.33  # the same where both say it of the same subject
_TOLD: Mapping[str, float] = {"cause": 0.3, "trigger": 0.3, "went_wrong": 0.2, "summary": 0.1, "lessons": -0.1, "timeline": -0.3}
_ROWS = ("timeline", "detection", "response", "recovery")  # where a change is told as it came, not as what set it off
_WORDS = re.compile(r"\w")


def _by_patterns(document: Document, kind: MentionKind, wanted: Iterable[Kind]) -> list[Found]:
    """What is told enough, or the best of what is nearly."""
    kinds = frozenset(wanted)
    mine = [f for f in judged(document) if f.kind in kinds]
    if kind == "trigger":
        account = [f for f in mine if f.score >= ENOUGH and role_of(document, f.sentence) not in _ROWS]
        if account and document.kind == "advisory":
            return [max(account, key=lambda f: f.score)]
        rows = [f for f in mine if f.score >= ENOUGH and role_of(document, f.sentence) in _ROWS]
        if account:
            top = max(f.score for f in account)
            told = [f for f in account if f.score >= top - _BELOW]
            first = early(document)
            return told + [f for f in rows if f.sentence in first][:1]
        if rows:
            return sorted(rows, key=lambda f: f.sentence)[:1]
    told = [f for f in mine if f.score >= ENOUGH]
    if not told and kind != "control":
        told = [f._replace(sure=False) for f in mine if f.score >= NEARLY]
        told = sorted(told, key=lambda f: (-f.score, f.sentence))[:1]
    return told


def _ranked(document: Document, found: Iterable[Found]) -> list[Found]:
    """The most telling first, by the score of its words and by where it is told."""
    scored = [f._replace(score=f.score + _TOLD.get(role_of(document, f.sentence), 0.0) - f.asked) for f in found]
    return sorted(scored, key=lambda f: (-f.score, f.sentence))


def _standing(document: Document) -> list[Found]:
    """What patterns find and what is likely whatever they find, the likeliest first; scored by its log odds."""
    found = {f.sentence: f for f in reversed(_by_patterns(document, "condition", ("condition",)))}
    likely = odds(document, _LIKELY, found)
    mine, against, planned = _best(document, "condition"), _best(document, "trigger"), _planned(document)
    for n, x in likely.items():
        if document.kind == "advisory" or x < _LIKELY or n in found or n in planned:
            continue
        own, other = mine.get(n), against.get(n)
        if other is None or (other.score < ENOUGH and own is not None and own.score >= other.score):
            found[n] = own or _whole(document, n)
    scored = [f._replace(score=(x := likely.get(n, _LIKELY)), sure=x >= _SURE) for n, f in found.items()]
    return sorted(scored, key=lambda f: (-f.score, f.sentence))


def _planned(document: Document) -> set[int]:
    """The sentences of its action items."""
    return {n for i in document.items for n in i.sentences}


def _whole(document: Document, n: int) -> Found:
    return Found("condition", 0, 0, len(document.sentences[n].plain), "likely", False, sentence=n)


def _best(document: Document, kind: Kind) -> dict[int, Found]:
    """By sentence, how patterns judge it for a kind at best."""
    return {f.sentence: f for f in sorted(judged(document), key=lambda f: f.score) if f.kind == kind}


def _mentions(document: Document, kind: MentionKind, ranked: Iterable[Found]) -> tuple[Mention, ...]:
    """Each fact once: of two mentions of one thing, the first."""
    kept: list[Mention] = []
    asked = 0
    for f in ranked:
        if len(kept) >= _MOST[kind] or (f.asked and asked >= _ASKED):
            continue
        m = _mention(document, kind, f)
        if _says_something(m.what) and not any(_same(document, m, k) for k in kept):
            kept.append(m if _begun(m.what) else replace(m, sure=False))
            asked += f.asked
    return tuple(sorted(kept, key=lambda m: (m.place.start, m.place.end)))


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
    if role_of(document, a.sentence) == role_of(document, b.sentence):
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
    of = layer(what) or layer(s.plain[first:last])
    return Mention(kind, what, place, f.sentence, f.sure, f.why, status, of, f.score)


def triggers(document: Document) -> tuple[Mention, ...]:
    """The events, changes, loads and attacks that are said to have set it off, in the order of the text."""
    found = _by_patterns(document, "trigger", ("trigger",))
    return _mentions(document, "trigger", _ranked(document, found))


def conditions(document: Document) -> tuple[Mention, ...]:
    """The standing weaknesses that are named, in the order of the text."""
    return _mentions(document, "condition", _standing(document))


def controls(document: Document) -> tuple[Mention, ...]:
    """The defences that are said to have been absent, to have failed or to have worked, in the order of the text."""
    found = _by_patterns(document, "control", ("absent", "failed", "worked"))
    return _mentions(document, "control", _ranked(document, found))


def faint(document: Document, came: Sequence[Mention], stood: Sequence[Mention]) -> tuple[Mention, ...]:
    """Of a document that tells few triggers or conditions, the likeliest other sentences, in the order of the text; of a notice none."""
    if document.kind == "advisory":
        return ()
    taken = {m.sentence for m in (*came, *stood)} | _planned(document)
    found = [
        *_filled_up(document, "trigger", came, _ranked(document, (f for f in judged(document) if f.kind == "trigger")), taken),
        *_filled_up(document, "condition", stood, _likeliest(document), taken),
    ]
    return tuple(sorted(found, key=lambda m: (m.place.start, m.place.end)))


def _likeliest(document: Document) -> list[Found]:
    """Every sentence that may tell a condition, the likeliest first, scored by its log odds."""
    own = _best(document, "condition")
    found = [(own.get(n) or _whole(document, n))._replace(score=x) for n, x in odds(document, _FAINTEST["condition"]).items()]
    return sorted(found, key=lambda f: (-f.score, f.sentence))


def _filled_up(
    document: Document, kind: MentionKind, told: Sequence[Mention], ranked: Iterable[Found], taken: set[int]
) -> list[Mention]:
    """As many of these as are missing, each fact once; `taken` are the sentences that tell something already."""
    kept: list[Mention] = []
    for f in ranked:
        if len(told) + len(kept) >= _LEAST[kind] or f.score < _FAINTEST[kind]:
            break
        if f.sentence in taken:
            continue
        m = replace(_mention(document, kind, f), sure=False)
        if _says_something(m.what) and not any(_same(document, m, k) for k in (*told, *kept)):
            kept.append(m)
    return kept
