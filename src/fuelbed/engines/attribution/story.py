"""Which sentences of the account speak of which factor: by the case's own word (`attribution: story`), else by likeness of words.

A match by words may be wrong, so every matched sentence can be quoted, and what matches nothing is counted. A sentence that fits several
factors about as well counts in equal parts for each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fuelbed.core.attribution import Attribution, Passage
from fuelbed.core.case import Case, Factor
from fuelbed.core.document import Document
from fuelbed.text.lexicon import lexicon
from fuelbed.text.wording import rarity, stem, stems

__all__ = ["Story", "tell"]

_SHARED = 2  # telling stems that a match needs at least
_LIKE = 0.4  # share of the telling words of the shorter of the two
_ALMOST = 0.85  # of the best: counts as much


@dataclass(frozen=True, eq=False, slots=True)
class Story:
    """The passages of the account with the factors that each speaks of; `sure` names the factors whose words the case gives."""

    told: Attribution
    sentences: tuple[tuple[Passage, tuple[str, ...]], ...]
    causes: tuple[tuple[Passage, tuple[str, ...]], ...]
    sure: frozenset[str] = frozenset()

    @property
    def document(self) -> Document:
        return self.told.document

    @property
    def unmatched(self) -> list[Passage]:
        """Stated causes that match no factor."""
        return [p for p, names in self.causes if not names]


def tell(case: Case, told: Attribution) -> Story:
    """Match every sentence and every stated cause of the account with the factors of the case."""
    given = _given(case, told)
    words = _Words(case, frozenset(case.attribution.story))
    d = told.document
    sentences = []
    for p in told.of("text"):
        names = given.get(p.sentences[0]) or words.match(d.sentences[p.sentences[0]].plain)
        sentences.append((p, tuple(names)))
    whole = {p.sentences[0]: names for p, names in sentences}
    causes = []
    for p in told.of("causes"):
        at = p.sentences[0]
        names = given.get(at) or words.match(d.quote(p.place)) or whole.get(at) or words.match(d.sentences[at].plain)
        causes.append((p, tuple(names)))
    return Story(told, tuple(sentences), tuple(causes), frozenset(case.attribution.story))


def _given(case: Case, told: Attribution) -> dict[int, tuple[str, ...]]:
    """Sentence -> the factors whose given words stand in it, or run through it, within one block."""
    d = told.document
    blocks: dict[int, list[tuple[int, int, int]]] = {}
    texts: dict[int, str] = {}
    for p in (*told.of("text"), *told.of("causes")):
        block = p.block
        if block in texts:
            continue
        text, spans = "", []
        for s in d.sentences:
            if s.block == block:
                words = _folded(s.words)
                spans.append((len(text), len(text) + len(words), s.index))
                text += words + " "
        texts[block], blocks[block] = text, spans
    out: dict[int, dict[str, None]] = {}
    for factor, quotes in case.attribution.story.items():
        for quote in filter(None, map(_folded, quotes)):
            for block, text in texts.items():
                at = text.find(quote)
                while at >= 0:
                    for first, last, sentence in blocks[block]:
                        if first < at + len(quote) and at < last:
                            out.setdefault(sentence, {})[factor] = None
                    at = text.find(quote, at + len(quote))
    return {sentence: tuple(names) for sentence, names in out.items()}


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[*_`\[\]]", " ", text.replace("’", "'").replace("“", '"').replace("”", '"')).lower().split())


class _Words:
    """The factors by their words: each as its name and as what it is."""

    def __init__(self, case: Case, taken: frozenset[str]) -> None:
        self._general = frozenset(stem(w) for w in lexicon("wording").words["general"])
        factors = [f for f in case.factors.values() if f.name not in taken]
        self._weight = rarity(" ".join(_phrases(f)) for f in factors)
        self._phrases = [(f.name, [w for w in map(self._telling, _phrases(f)) if w]) for f in factors]

    def _telling(self, text: str) -> Mapping[str, float]:
        return {s: self._of(s) for s in stems(text)}

    def _of(self, s: str) -> float:
        return self._weight.get(s, 0.25 if s in self._general else 1.0)

    def match(self, text: str) -> tuple[str, ...]:
        """The factors that a text fits best; none where too few telling words agree."""
        said = {s: self._of(s) for s in stems(text)}
        whole = sum(said.values())
        found = [(max((self._like(said, whole, p) for p in phrases), default=0.0), name) for name, phrases in self._phrases]
        best = max((score for score, _ in found), default=0.0)
        return tuple(name for score, name in found if score >= max(_LIKE, _ALMOST * best)) if best >= _LIKE else ()

    def _like(self, said: Mapping[str, float], whole: float, phrase: Mapping[str, float]) -> float:
        common = [s for s in phrase if s in said]
        if sum(s not in self._general for s in common) < _SHARED:
            return 0.0
        return sum(phrase[s] for s in common) / max(min(whole, sum(phrase.values())), 1e-9)


def _phrases(f: Factor) -> tuple[str, ...]:
    """A factor's own words: its name, what it is, and each sentence of why it is believed."""
    return (f.name.replace("_", " "), f.what, *re.split(r"(?<=[.;])\s+", str(f.extra.get("because") or "")))
