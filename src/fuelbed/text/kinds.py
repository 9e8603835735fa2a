"""The kind of a document: an account of a failure, of an attack, a notice, a template, bare times, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import get_args

from fuelbed.core.document import Block, DocumentKind, Item, Moment, Section, Sentence
from fuelbed.text.lexicon import lexicon

__all__ = ["document_kind"]

_KINDS: frozenset[str] = frozenset(get_args(DocumentKind))
_FIRST = 400  # sentences that are looked at
_TITLE = 3  # a title counts so many times
_ENOUGH = 3.0  # weight of words of an attack or a notice from which a document is about one
_NOTICE = 2.0  # the same for a notice in a text without a clock time
_STORY = 4  # clock times from which a document tells a story
_PART = 0.08  # weight per sentence from which it is more than a mention
_BLANK = 0.5  # share of what is to be filled in from which a document is a template


def document_kind(
    front: Mapping[str, str], title: str, sections: Sequence[Section], blocks: Sequence[Block], sentences: Sequence[Sentence],
    moments: Sequence[Moment], items: Sequence[Item],
) -> DocumentKind:  # fmt: skip
    """What the front matter says, else what form and words say."""
    for key in ("fuelbed-kind", "kind"):
        said = front.get(key, "").strip().lower()
        if said in _KINDS:
            return said  # type: ignore[return-value]  # checked
    prose = [s for s in sentences if blocks[s.block].kind != "heading"]
    if not any(c.isalpha() for s in prose for c in s.plain):
        return "empty"
    filled = _filled(prose)
    if filled < max(1 - _BLANK, 0) * len(prose) or filled == 0:
        return "template"
    timed = {m.block for m in moments}
    if len(timed) >= 3 and not any(s.block not in timed and len(s.plain.split()) > 4 for s in prose) and not items:
        return "timeline"
    return _story(title, prose, moments)


def _filled(prose: Sequence[Sentence]) -> int:
    lex = lexicon("kinds")
    empty = lexicon("items")
    return sum(
        lex.first(s.plain, "fill_in") is None
        and empty.first(s.plain, "placeholder") is None
        and not s.plain.rstrip().endswith(("?", ":"))
        for s in prose[:_FIRST]
    )


def _story(title: str, prose: Sequence[Sentence], moments: Sequence[Moment]) -> DocumentKind:
    lex = lexicon("kinds")
    weight = {"advisory": 0.0, "security": 0.0, "story": 0.0}
    texts = [s.plain for s in prose[:_FIRST]]
    for n, text in enumerate([title, *texts]):
        for hit in lex.find(text, *weight):
            weight[hit.entry.role] += hit.entry.weight * (_TITLE if n == 0 else 1)
    clocked = sum(isinstance(m.time, (dt.datetime, dt.time)) and not m.fuzzy for m in moments)
    notice, attack, story = weight["advisory"], weight["security"], weight["story"]
    if clocked < _STORY and notice >= (_ENOUGH if clocked else _NOTICE) and notice >= story and notice >= attack / 2:
        return "advisory"
    titled = lex.first(title, "security") is not None
    enough = attack + notice > story and (attack >= _ENOUGH or (clocked > 0 and notice >= _ENOUGH))
    if enough and (titled or attack + notice >= _PART * len(texts)):
        return "security"
    return "reliability"
