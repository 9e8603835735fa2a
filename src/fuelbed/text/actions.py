"""What an action item would change: behaviour, only the trigger, what is seen, what people do, or what is written down.

The head of the item decides: its verb together with what the verb acts on, then verbs joined to it, then what stands around; words
elsewhere only break ties. The features and their fitted weights are in `weighing`, the words and constructions in
`lexicon/actions.toml`.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from fuelbed.core.document import Document, Item
from fuelbed.core.reading import ActionClass, ReadAction
from fuelbed.text.fitted import OF_A_WORD
from fuelbed.text.heads import Head, head
from fuelbed.text.verbs import Verbs, with_forms
from fuelbed.text.weighing import CLASSES, considered, features, weights, words

__all__ = ["Verdict", "classify", "classify_text", "evidence", "item_features"]

_MARGIN: Final = 1.0  # lead over the runner-up (in log odds) from which a verdict is sure
_LONGEST: Final = 1_000  # characters of an item that are read; what it asks for stands at its start
_MOST: Final = 6  # sentences of an item among which the one that asks is looked for
_STATE: Final = re.compile(r"^\s*\([^()]{1,40}\)\s+(?=\w)")  # "(already planned) Build ...": how far it is, not what it is
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(])")


class Verdict(NamedTuple):
    """Class of one action item, whether it is only considered, whether it takes a change back, whether words and form agree, and why."""

    cls: ActionClass
    tentative: bool
    undoes: bool
    sure: bool
    why: str


def item_features(text: str, heading: str = "") -> dict[str, float]:
    """The features of one item by name, see `weighing`."""
    h, rest = _read_head(text)
    return features(h, heading, rest)


def evidence(text: str, heading: str = "") -> tuple[dict[ActionClass, float], str, Head]:
    """Log odds of each class up to a constant, what weighed most for the winner against the runner-up, and the head that was read."""
    h, rest = _read_head(text)
    found = features(h, heading, rest)
    table = weights()
    weighed = [(n, v, table[n]) for n, v in found.items() if n in table]
    total: dict[ActionClass, float] = {c: sum([v * row[k] for _, v, row in weighed]) for k, c in enumerate(CLASSES)}
    first, second = sorted(CLASSES, key=lambda c: -total[c])[:2]
    a, b = CLASSES.index(first), CLASSES.index(second)
    gains = {n: v * (row[a] - row[b]) for n, v, row in weighed}
    why = [n for n in sorted(gains, key=lambda n: -gains[n]) if gains[n] > 0.2][:2]
    return total, _told(why, h), h


def _told(why: list[str], h: Head) -> str:
    """The reasons in words."""
    verb = f" ({' and '.join(filter(None, (h.verb, h.second)))})" if h.verb else ""
    thing = h.text[slice(*h.object)][:40]
    out = []
    for name in why:
        if name.startswith("says "):
            out.append(name.removeprefix("says ").replace("_", " "))
        elif name.startswith(OF_A_WORD):
            out.append(f"words like {name.rpartition(' ')[2]}")
        elif "verb" in name:
            out.append(name + verb)
        else:
            out.append(name + (f" ({thing})" if name.startswith(("object", "through", "inner")) and thing else ""))
    return "; ".join(out) or "nothing in it speaks for another class"


@lru_cache(maxsize=1)
def _verbs() -> Verbs:
    return with_forms(words().verbs)


def _read_head(text: str) -> tuple[Head, str]:
    """The head of the sentence of an item that asks for something, and its other sentences: the first whose verb is known, else the first."""
    verbs, nouns = _verbs(), words().find
    pieces = _SENTENCE.split(_STATE.sub("", text[:_LONGEST].strip()))
    heads: list[Head] = []
    for piece in pieces[:_MOST]:
        heads.append(head(piece, verbs, nouns))
        if heads[-1].form == "verb" and heads[-1].verb:
            at = len(heads) - 1
            break
    else:
        at = next((k for k, h in enumerate(heads) if h.weighed), 0)
    return heads[at], " ".join(pieces[:at] + pieces[at + 1 :])


def classify_text(text: str, heading: str = "") -> Verdict:
    """What one action item would change, from its words and the heading above it."""
    total, why, h = evidence(text, heading)
    ranked = sorted(CLASSES, key=lambda c: -total[c])
    sure = total[ranked[0]] - total[ranked[1]] >= _MARGIN
    return Verdict(ranked[0], h.weighed or considered(h), bool({h.verb, h.second} & words().undo), sure, why)


class _Asked(ReadAction):
    """An item whose class is worked out when it is first asked for: whether some item changes the system is often told by the first."""

    def __init__(self, item: Item, **told: Any) -> None:
        object.__setattr__(self, "item", item)
        vars(self).update(told)  # of `replace`; what is not there is worked out

    @cached_property
    def _verdict(self) -> Verdict:
        return classify_text(self.item.text, self.item.heading)

    @cached_property
    def cls(self) -> ActionClass:
        return self._verdict.cls

    @cached_property
    def tentative(self) -> bool:
        return self._verdict.tentative and self.item.done is not True

    @cached_property
    def undoes(self) -> bool:
        return self._verdict.undoes

    @cached_property
    def sure(self) -> bool:
        return self._verdict.sure

    @cached_property
    def why(self) -> str:
        return self._verdict.why


def classify(document: Document) -> tuple[ReadAction, ...]:
    """Every action item of a document with its class, in the order of the text."""
    return tuple(map(_Asked, document.items))
