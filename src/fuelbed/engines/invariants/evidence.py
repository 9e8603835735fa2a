"""What a control's state rests on: its source, the author's reason, the signals that were seen, and the sentences that speak of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.core.case import Case, Factor
from fuelbed.core.document import Document, Sentence
from fuelbed.core.expressions import Expr, Fails, Ref, walk
from fuelbed.text.lexicon import lexicon

__all__ = ["Grounds", "grounds_of", "names_it", "speaks_of"]

_QUIET = ("actions", "questions", "appendix", "people", "stats")  # plans and files are no record of what was
_WORD = re.compile(r"[a-z0-9]+")
_ENDINGS = ("ings", "ing", "ers", "er", "ed", "es", "s")
_MOST = 2  # sentences told of one control
_ENOUGH = 0.6  # of the words of its `what`


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the case and the text say of one control.

    seen      what signals showed, in words; said: sentences of the text; tried, untried: sentences about it being tested.
    measured  one of its numbers was measured or published.
    """

    source: str = ""
    because: str = ""
    seen: tuple[str, ...] = ()
    said: tuple[Sentence, ...] = ()
    tried: tuple[Sentence, ...] = ()
    untried: tuple[Sentence, ...] = ()
    measured: bool = False

    @property
    def rests(self) -> bool:
        """Whether there is anything but the author's word."""
        return bool(self.source or self.seen or self.said or self.measured)


def grounds_of(case: Case, control: Factor, document: Document | None) -> Grounds:
    said = list(_mentions(document, control)) if document is not None else []
    numbers = [q for q in (control.fails, control.broken, control.today) if q is not None and q.given]
    lex = lexicon("moments")
    return Grounds(
        str(control.extra.get("source") or next((q.source for q in numbers if q.source), "")),
        str(control.extra.get("because") or ""),
        tuple(_seen(case, control)),
        tuple(said[:_MOST]),
        tuple(s for s in said if lex.first(s.plain, "tested") is not None),
        tuple(s for s in said if lex.first(s.plain, "untested") is not None),
        any(q.basis in ("measured", "published") for q in numbers),
    )


def _seen(case: Case, control: Factor) -> Iterator[str]:
    """What was seen of the signals that speak of the control, or that it needs."""
    for name, signal in case.signals.items():
        if not (control.needs == name or speaks_of(signal.sees, control.name)):
            continue
        sighting = case.seen.get(name)
        if sighting is not None and sighting.on is not None:
            yield f"`{name}` was {'on' if sighting.on else 'off'}"


def speaks_of(e: Expr, name: str) -> bool:
    """Whether an expression names the factor."""
    return any(isinstance(x, Fails | Ref) and x.name == name for x in walk(e))


def _mentions(document: Document, control: Factor) -> Iterator[Sentence]:
    """Sentences that hold every word of its name, or most words of its `what`."""
    name = _stems(control.name.replace("_", " "))
    what = _stems(control.what) - name
    plans = {i for item in document.items for i in item.sentences}
    for s in document.said():
        if s.index in plans or document.role_of(s) in _QUIET:
            continue
        held = _stems(s.plain)
        most = len(what) >= 4 and len(what & held) >= _ENOUGH * len(what)
        if (name and name <= held) or most:
            yield s


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    """The words of a text less endings and the commonest ones; "roll-back" also counts as "rollback"."""
    low, common = text.lower(), lexicon("moments").words["common"]
    words = [*_WORD.findall(low), *_WORD.findall(re.sub(r"(?<=\w)-(?=\w)", "", low))]
    return frozenset(_stem(w) for w in words if w not in common and len(w) > 2)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def names_it(control: Factor, text: str) -> bool:
    """Whether a text holds every word of the control's name."""
    name = _stems(control.name.replace("_", " "))
    return bool(name) and name <= _stems(text)
