"""Which kinds of weakness a text tells of, by what is wrong: what groups incidents whose triggers differ (`lexicon/mechanisms.toml`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.core.document import Document, Place, SectionRole, Sentence
from fuelbed.core.reading import Mention, Reading
from fuelbed.text.lexicon import lexicon

__all__ = ["Weakness", "kinds_of", "recurrences", "titles", "weaknesses"]

RECURS = "recurs"
_CAUSAL: tuple[SectionRole, ...] = ("cause", "trigger", "went_wrong", "summary", "background", "controls")
_PLANS: frozenset[SectionRole] = frozenset({"actions", "people", "stats", "appendix", "went_well", "lucky", "timeline"})


@dataclass(frozen=True, slots=True)
class Weakness:
    """kind: a mechanism; place: the sentence that tells of it; mention: what the reading made of it, where it did."""

    kind: str
    place: Place
    mention: Mention | None = None


@lru_cache(maxsize=1)
def titles() -> Mapping[str, str]:
    """Mechanism -> what it is, in words: of the lists of the file, those that are called as a role."""
    lex = lexicon("mechanisms")
    roles = {e.role for e in lex.entries}
    return {name: words[0] for name, words in lex.words.items() if name in roles}


@lru_cache(maxsize=1)
def _roles() -> tuple[str, ...]:
    return tuple(titles())


def kinds_of(text: str) -> frozenset[str]:
    """The mechanisms that a text (a condition's words, an action item) speaks of."""
    return frozenset(h.entry.role for h in lexicon("mechanisms").find(text, *_roles()))


def weaknesses(reading: Reading, gone: Collection[int] = ()) -> tuple[Weakness, ...]:
    """Standing conditions, controls that were absent or failed, and sentences of the account of the cause; each kind once, mentions first.

    What only the plans or the timeline say is left out: a plan names many things that were not there to begin with. gone: sections that are no part of the account.
    """
    d = reading.document
    found: dict[str, Weakness] = {}
    mentions = [*reading.conditions, *(c for c in reading.controls if c.status != "worked")]
    for m in mentions:
        s = d.sentences[m.sentence]
        if d.role_of(s) in _PLANS - {"timeline"} or d.block_of(s).section in gone:
            continue
        for kind in sorted(kinds_of(s.plain)):
            found.setdefault(kind, Weakness(kind, s.place(), m))
    for s in d.said(*_CAUSAL):
        if d.block_of(s).section in gone:
            continue
        for kind in sorted(kinds_of(s.plain)):
            found.setdefault(kind, Weakness(kind, s.place()))
    return tuple(found.values())


def recurrences(document: Document) -> Iterator[Sentence]:
    """Sentences that say that it, or the like, had been there before."""
    lex = lexicon("mechanisms")
    for s in document.said():
        if document.role_of(s) not in _PLANS and lex.first(s.plain, RECURS) is not None:
            yield s
