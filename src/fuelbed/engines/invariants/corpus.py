"""The sentences of a narrative by their words, so that what speaks of a control is found without reading all of them again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from fuelbed.core.case import Factor
from fuelbed.core.document import Document, Sentence
from fuelbed.text.lexicon import lexicon

__all__ = ["Corpus", "names_it", "stems"]

_QUIET = ("actions", "questions", "appendix", "people", "stats")  # plans and files are no record of what was
_WORD = re.compile(r"[a-z0-9]+")
_ENDINGS = ("ings", "ing", "ers", "er", "ed", "es", "s")
_ENOUGH = 0.6  # of the words of a `what`
_FEW = 4  # words that a `what` has at least, for most of them to tell it


@dataclass(frozen=True, eq=False)
class Corpus:
    """Sentences that tell what was (no plans, no action items), and in which of them each word stands."""

    sentences: tuple[Sentence, ...] = ()
    by_word: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document | None) -> Corpus:
        if document is None:
            return cls()
        plans = {i for item in document.items for i in item.sentences}
        told = tuple(s for s in document.said() if s.index not in plans and document.role_of(s) not in _QUIET)
        places: dict[str, set[int]] = {}
        for i, s in enumerate(told):
            for word in stems(s.plain):
                places.setdefault(word, set()).add(i)
        return cls(told, {w: frozenset(at) for w, at in places.items()})

    def about(self, control: Factor) -> list[Sentence]:
        """Sentences that hold every word of its name, or most words of its `what`."""
        name = stems(control.name.replace("_", " "))
        what = stems(control.what) - name
        found = set(frozenset.intersection(*(self.by_word.get(w, frozenset()) for w in name))) if name else set[int]()
        if len(what) >= _FEW:
            counts = Counter(i for w in what for i in self.by_word.get(w, ()))
            found |= {i for i, n in counts.items() if n >= _ENOUGH * len(what)}
        return [self.sentences[i] for i in sorted(found)]


def names_it(control: Factor, text: str) -> bool:
    """Whether a text holds every word of the control's name."""
    name = stems(control.name.replace("_", " "))
    return bool(name) and name <= stems(text)


@lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """The words of a text less endings and the commonest ones; "roll-back" also counts as "rollback"."""
    low, common = text.lower(), lexicon("moments").words["common"]
    words = [*_WORD.findall(low), *_WORD.findall(re.sub(r"(?<=\w)-(?=\w)", "", low))]
    return frozenset(_stem(w) for w in words if w not in common and len(w) > 2)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
