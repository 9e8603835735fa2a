"""How likely a sentence tells a standing condition: named features, and weights that were fitted to labelled reports.

The patterns of the lexicon know what is written in words they hold; many conditions are told without any. So where a sentence stands (section, block, place
in the text), its form, the patterns that are found in it and how they judge, and each word with content speak together. The weights stand in
`lexicon/telling.tsv`; `bench/fit_telling.py` fits them by logistic regression. The same for triggers was no better than patterns alone (decision 7).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Final, NamedTuple

from fuelbed.core.document import Document, Sentence
from fuelbed.text.fitted import OF_A_WORD, of_words, weights_of
from fuelbed.text.judging import ENOUGH, Found, names_nothing
from fuelbed.text.lexicon import lexicon
from fuelbed.text.naming import early, judged, led, role_of
from fuelbed.text.wording import stems

__all__ = ["COLUMNS", "Sighted", "odds", "told"]

COLUMNS: Final = ("condition",)
_SAYS: Final = "says "  # how the features of patterns begin
_WORD: Final = 0.7  # what a word counts beside what is seen of the whole sentence
_LONG: Final = 40  # words from which a sentence is no longer than long
_SAID: Final = {
    "we": frozenset(("we", "i")),
    "was": frozenset(("was", "were", "had")),
    "is": frozenset(("is", "are", "has", "does", "do", "can", "cannot")),
    "no": frozenset(("not", "no", "never", "without", "lack", "missing")),
}
"""A form that a sentence has where it holds one of these words."""
_PAST: Final = 4  # letters of a word that may be a past form
_TOKEN: Final = re.compile(r"\w+")
_DIGIT: Final = re.compile(r"\d")
_OUR_TEAM: Final = re.compile(r"\bour team\b")
_ACTORS: Final = frozenset(("we", "i", "engineer", "engineers", "team", "they", "he", "she", "someone", "operator", "employee"))
_ACTED: Final = re.compile(r"\b(?:we|i|engineers?|team|they|he|she|someone|operator|employee)\b (?:\w+ ){0,2}?\w+ed\b")


class Sighted(NamedTuple):
    """A sentence of the account with what is seen of where it stands and of its form, by name. The patterns that are found in it and its words are
    features, too: asked for when they are needed, as they cost more."""

    sentence: Sentence
    seen: Mapping[str, float]

    @property
    def features(self) -> Mapping[str, float]:
        text = self.sentence.plain
        says = (f"{_SAYS}{hit.entry.id}" for hit in lexicon("factors").find(text))
        return {**self.seen, **dict.fromkeys(says, 1.0), **dict.fromkeys(of_words(text), _WORD)}


def told(document: Document) -> Iterator[Sighted]:
    """Every sentence that may tell one, in the order of the text."""
    if document.kind in ("template", "empty"):
        return
    by_sentence: dict[int, list[Found]] = {}
    for f in judged(document):
        by_sentence.setdefault(f.sentence, []).append(f)
    first, taken_up, section, body = early(document), led(document), -1, 0
    for s in document.sentences:
        block = document.block_of(s)
        if block.kind == "heading":
            if document.role_of(s) != "title":
                continue
            begins = False
        else:
            begins, section, body = block.section != section, block.section, body + 1
        if names_nothing(s.plain):
            continue
        seen = {"any": 1.0, f"section {role_of(document, s.index)}": 1.0, f"block {block.kind}": 1.0}
        seen["how far on"] = s.index / len(document.sentences)
        if begins:
            seen["begins a section"] = 1.0
        if body <= 5:
            seen["among the first two" if body <= 2 and block.kind != "heading" else "among the first five"] = 1.0
        if s.index in first:
            seen["early row"] = 1.0
        if s.index in taken_up:
            seen["taken up"] = 1.0
        seen |= _of_form(s.plain)
        if s.index in by_sentence:
            seen |= _of_patterns(by_sentence[s.index])
        yield Sighted(s, seen)


def _of_form(text: str) -> Mapping[str, float]:
    low = text.lower()
    return {**dict.fromkeys(_forms(low), 1.0), "length": min(len(low.split()), _LONG) / (_LONG / 2)}


def _forms(low: str) -> Iterator[str]:
    """The forms of a sentence in small letters."""
    words = set(_TOKEN.findall(low))
    if not words.isdisjoint(_SAID["we"]) or ("our" in words and _OUR_TEAM.search(low) is not None):
        yield "we"
    ended = [w for w in words if w.endswith("ed")]
    if any(len(w) >= _PAST for w in ended):
        yield "past"
    if ended and not words.isdisjoint(_ACTORS) and _ACTED.search(low) is not None:
        yield "someone did"
    for name in ("was", "is", "no"):
        if not words.isdisjoint(_SAID[name]):
            yield name
    if _DIGIT.search(low) is not None:
        yield "number"


def _of_patterns(found: Sequence[Found]) -> Mapping[str, float]:
    """How the patterns judge: their score for each kind, and whether it is enough."""
    best: dict[str, float] = {}
    for f in found:
        best[f.kind] = max(best.get(f.kind, f.score), f.score)
    told: dict[str, float] = {}
    for kind, score in best.items():
        told |= {f"score {kind}": score, f"enough {kind}": float(score >= ENOUGH)}
    return told


class _Weights(NamedTuple):
    """Of what is seen of a sentence by name, of the patterns by their ids, of its words by their stems."""

    seen: Mapping[str, float]
    says: Mapping[str, float]
    words: Mapping[str, float]


@lru_cache(maxsize=1)
def _weights() -> _Weights:
    table = {name: weight for name, (weight,) in weights_of("telling", COLUMNS).items()}
    return _Weights(
        table,
        {name.removeprefix(_SAYS): w for name, w in table.items() if name.startswith(_SAYS)},
        {name.removeprefix(OF_A_WORD): _WORD * w for name, w in table.items() if name.startswith(OF_A_WORD)},
    )


@lru_cache(maxsize=1)
def _for() -> tuple[int, Mapping[int, float]]:
    """The patterns that speak for a condition, as bits, and how much each does."""
    of = lexicon("factors").by_bit({pattern: w for pattern, w in _weights().says.items() if w > 0})
    return sum(of), of


def _at_most(bits: int) -> float:
    """What these patterns would say if each of them were found."""
    every, of = _for()
    bits &= every
    most = 0.0
    while bits:
        bit = bits & -bits
        bits ^= bit
        most += of[bit]
    return most


def odds(document: Document, least: float, wanted: Container[int] = ()) -> Mapping[int, float]:
    """The log odds that a sentence tells a condition, by its index: of each that reaches `least`, and of those `wanted`."""
    of, lex = _weights(), lexicon("factors")
    found: dict[int, float] = {}
    for s, seen in told(document):
        plain = s.plain
        x = sum([v * of.seen.get(n, 0.0) for n, v in seen.items()]) + sum(map(of.words.get, stems(plain), repeat(0.0)))
        if s.index in wanted or x + _at_most(lex.bits(plain)) >= least:
            x += sum(of.says.get(hit.entry.id, 0.0) for hit in lex.find(plain))
            if s.index in wanted or x >= least:
                found[s.index] = x
    return found
