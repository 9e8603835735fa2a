"""What an action item would change: behaviour, only the trigger, what is seen, what people do, or what is written down.

Evidence is added, not ordered: words of the head count most, its last word more than the words before it, purposes and conditions
("so that", "when") little. The words and constructions are in `lexicon/actions.toml`; only the weights of positions stand here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple, get_args

from fuelbed.core.document import Document, Item
from fuelbed.core.reading import ActionClass, ReadAction
from fuelbed.text.heads import Head, head, plural
from fuelbed.text.lexicon import lexicon

__all__ = ["Verdict", "classify", "classify_text", "evidence"]

_CLASSES: Final[tuple[ActionClass, ...]] = get_args(ActionClass)

# Positions. Chosen once on the development corpus (tests/data/action_items.toml, part `first`); not tuned to any document.
_VERB, _SECOND = 2.5, 2.5  # a verb; a verb joined to it that says what is done with what was found
_HEAD, _INNER, _AFTER, _TAIL = (
    3.0,
    1.0,
    0.8,
    0.3,
)  # last word of the object, its other words, later phrases, purpose and condition
_LEAD, _HEADING = 1.2, 0.7  # a label before the sentence; the heading that the item stands under
_FIRM, _WEAK = 1.6, 0.4
_THING = 0.5  # a part of the system is there to be acted on: what is done to it says more
_PRIOR = 0.6  # most items that say nothing else change the system
_MARGIN = 1.0  # lead over the runner-up from which a verdict is sure
_LONGEST = 1_000  # characters of an item that are read; what it asks for stands at its start
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(])")


class Verdict(NamedTuple):
    """Class of one action item, whether it is only considered, whether it takes a change back, whether words and form agree, and why."""

    cls: ActionClass
    tentative: bool
    undoes: bool
    sure: bool
    why: str


class _Words(NamedTuple):
    verbs: Mapping[str, tuple[tuple[ActionClass, float], ...]]
    undo: frozenset[str]
    nouns: Mapping[str, tuple[tuple[ActionClass, float], ...]]
    pattern: re.Pattern[str]
    phrases: re.Pattern[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    """The lists of the lexicon, by word."""
    words = lexicon("actions").words
    verbs: dict[str, list[tuple[ActionClass, float]]] = {v: [] for v in (*words["neutral_verbs"], *words["undo_verbs"])}
    nouns: dict[str, list[tuple[ActionClass, float]]] = {}
    for cls in _CLASSES:
        for kind, table in (("verbs", verbs), ("nouns", nouns)):
            for suffix, strength in (("_firm", _FIRM), ("", 1.0), ("_weak", _WEAK)):
                for w in words.get(f"{cls}_{kind}{suffix}", ()):
                    table.setdefault(w, []).append((cls, strength))
    for w in words["undo_verbs"]:
        verbs[w].append(("trigger_only", _FIRM))
    longest = sorted(nouns, key=len, reverse=True)
    body = "|".join(f"(?:{plural(n)})" for n in longest)
    several = "|".join(f"(?:{plural(n)})" for n in longest if " " in n or "-" in n)
    return _Words(
        {v: tuple(c) for v, c in verbs.items()},
        frozenset(words["undo_verbs"]),
        {_folded(n): tuple(c) for n, c in nouns.items()},
        re.compile(rf"(?<![\w-])(?:{body})(?![\w])", re.IGNORECASE),
        re.compile(rf"(?:{several})(?![\w])", re.IGNORECASE),
    )


def _folded(noun: str) -> str:
    return re.sub(r"[ -]", "", noun.lower())


def _noun(found: str) -> tuple[tuple[ActionClass, float], ...]:
    """The classes of a noun as written: singular or plural, with a hyphen or without."""
    table, word = _words().nouns, _folded(found)
    for form in (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"):
        if form in table:
            return table[form]
    return ()


def _position(h: Head, first: int, last: int) -> float:
    """How much a word counts for where it stands."""
    for low, high in (h.object, h.through):
        if low <= first and last <= high:
            return _HEAD if last == high else _INNER
    if first < h.start:
        return _LEAD if h.lead and last <= len(h.lead) else 0.0
    return _AFTER if first < h.tail else _TAIL


def _said(h: Head) -> Iterator[tuple[ActionClass, float, str]]:
    """Class, weight and reason of each piece of evidence in one sentence."""
    known = _words()
    for verb, weight in ((h.verb, _VERB if not h.second else _VERB / 3), (h.second, _SECOND)):
        for cls, strength in known.verbs.get(verb, ()):
            yield cls, weight * strength * (0.0 if h.studied and cls == "process" else 1.0), f"verb {verb}"
    for m in known.pattern.finditer(h.text):
        if h.verb and h.form == "verb" and h.start <= m.start() < h.object[0] and m.end() <= h.object[0]:
            continue  # the verb itself
        for cls, strength in _noun(m[0]):
            yield (
                cls,
                strength * _position(h, m.start(), m.end()) * (_THING if cls == "structural" else 1.0),
                f"noun {m[0].lower()}",
            )
    for entry in lexicon("actions").entries:
        found = entry.find(h.text[h.start :])
        if found is not None:
            inside = found.start() + h.start < h.tail or h.start + 2 >= h.tail
            yield _cls(entry.role), entry.weight * (1.0 if inside else _TAIL), entry.id


def _cls(role: str) -> ActionClass:
    return next(c for c in _CLASSES if c == role)


def evidence(text: str, heading: str = "") -> tuple[dict[ActionClass, float], str, Head]:
    """Evidence for each class, what weighed most for the winner, and the head that was read."""
    known = _words()
    h = head(_main(text), tuple(known.verbs), known.phrases, known.pattern)
    total: dict[ActionClass, float] = dict.fromkeys(_CLASSES, 0.0)
    best: dict[ActionClass, tuple[float, str]] = dict.fromkeys(_CLASSES, (0.0, "no word known"))
    total["structural"] = _PRIOR
    pieces = list(_said(h))
    for m in known.pattern.finditer(heading[:_LONGEST]):
        pieces += [(cls, strength * _HEADING, f"heading {m[0].lower()}") for cls, strength in _noun(m[0])]
    for cls, weight, why in pieces:
        total[cls] += weight
        best[cls] = max(best[cls], (weight, why))
    return total, best[max(total, key=lambda c: total[c])][1], h


def _main(text: str) -> str:
    """The sentence of an item that asks for something: the first one whose verb is known, else the first."""
    pieces = _SENTENCE.split(text[:_LONGEST].strip())
    if len(pieces) > 1:
        for piece in pieces:
            h = head(piece, tuple(_words().verbs), _words().phrases, _words().pattern)
            if h.form == "verb" or h.weighed:
                return piece
    return pieces[0]


def classify_text(text: str, heading: str = "") -> Verdict:
    """What one action item would change, from its words and the heading above it."""
    total, why, h = evidence(text, heading)
    ranked = sorted(_CLASSES, key=lambda c: -total[c])
    sure = total[ranked[0]] - total[ranked[1]] >= _MARGIN and total[ranked[0]] > _PRIOR
    undoes = bool({h.verb, h.second} & _words().undo) or lexicon("actions").first(text, "undo") is not None
    return Verdict(ranked[0], h.weighed, undoes, sure, why)


def _read(item: Item) -> ReadAction:
    v = classify_text(item.text, item.heading)
    return ReadAction(item, v.cls, v.tentative and item.done is not True, v.undoes, v.sure, v.why)


def classify(document: Document) -> tuple[ReadAction, ...]:
    """Every action item of a document with its class, in the order of the text."""
    return tuple(_read(item) for item in document.items)
