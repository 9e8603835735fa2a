"""What a text says led to something: the clause before "led to", "which caused" or "resulted in", and a sentence that the next one takes
up with "This caused".

Its own words decide what it is, as for what follows "caused by". Where they say nothing, its form does: an event that came is a trigger, a
state that stood is a condition. A clause that only points back ("This led to") is the middle of a chain, and its beginning stands before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from fuelbed.text.lexicon import alone, lexicon
from fuelbed.text.phrases import clause

__all__ = ["Leading", "leading", "takes_up"]

_LEAST = 2  # words of a clause that names something
_OWN = 0.9  # what its own words say
_FORM = 0.7  # what only its form says
_NOUNS = 0.6  # the same of a bare noun phrase
_NEAR = 40  # characters in which a pronoun reaches the words of effect
_POINTS = re.compile(r"[\s,;:(]*(?:(?:and|but|so|then|in turn|all of|together|unfortunately|eventually|as a result),? ){0,2}(?:this|that|these|those|it|they|which|he|she)\b", re.IGNORECASE)  # fmt: skip
_THEN = re.compile(  # "This is when the outage began": the sentence before says what came
    r"[\s(]*(?:this|that|here|it)(?:['’]s| is| was| marked| marks)? (?:when|where|the (?:moment|point|time|start|beginning)) (?:(?:when|at which|of|that|the|our|this|an?) ){0,3}?(?:\w+ )?"
    r"(?:outage|incident|impact|problems?|issues?|errors?|failures?|downtime|disruption|trouble)\b", re.IGNORECASE
)  # fmt: skip
_PASSIVE = re.compile(
    r"\b(?:was|were|got|had been) (?!not\b|never\b)(?:\w+ly )?\w+ed\b", re.IGNORECASE
)  # "was cleared": an event by its form
_EMPTY = re.compile(  # "what caused it", "the events that led to it": the words before name nothing
    r"\b(?:what|how|who|whatever|(?:some|any)(?:thing|one)(?: in particular)?|(?:events?|coincidences?|circumstances|factors?)(?: that)?(?: have| had| has)?)\W*\Z", re.IGNORECASE
)  # fmt: skip
_HAPPENED = re.compile(  # a noun that is an event whatever stands around it: the last word, or the first noun behind its article
    r"\b(?:glitch|hiccup|blip|burst|spike|surge|peak|flood|influx|power cut|reboot|upgrade|migration|fail-?over|attack|interruption)(?:e?s)?\W*\Z"
    r"|^(?:(?:on|at|in|around) [^,]{1,30}, )?(?:an?|the|our|this) (?:[\w-]+ ){0,2}?"
    r"(?:disruption|outage|glitch|hiccup|spike|surge|burst|flood|crash|interruption|deployment|release|update|upgrade|migration|rollout|reboot|attack)"
    r" (?:at|in|of|to|on|from|with|by)\b", re.IGNORECASE
)  # fmt: skip
_EVENT: Final = ("trigger_default",)
_STATE: Final = ("condition_default",)


class Leading(NamedTuple):
    """A clause that led to something: what it is, how surely, and its range in the sentence."""

    kind: Literal["trigger", "condition", "absent", "failed"]
    weight: float
    start: int
    end: int


def takes_up(text: str) -> bool:
    """Whether a sentence begins by taking up the one before it as a cause: "This caused", "Which in turn led to", "This is when it began"."""
    if _THEN.match(text) is not None:
        return True
    m = _POINTS.match(text)
    return m is not None and any(
        e.match.search(text, m.end(), m.end() + _NEAR) is not None for e in lexicon("phrases").possible(text, "effect_follows")
    )


def leading(text: str, whole: bool) -> Iterator[Leading]:
    """The clause that the sentence says led to something; `whole`: the next sentence takes all of it up."""
    for e in lexicon("phrases").possible(text, "effect_follows"):
        for m in e.match.finditer(text):
            start = clause(text, max(m.start() - 2, 0), m.start())[0] if m.start() > 0 else 0
            if len(text[start : m.start()].split()) >= _LEAST:
                yield from _read(text, start, m.start())
                return
    if whole:
        yield from _read(text, 0, len(text))


def _read(text: str, start: int, end: int) -> Iterator[Leading]:
    piece = text[start:end]
    lex = alone("factors") if piece != text else lexicon("factors")
    if (
        len(piece.split()) < _LEAST
        or _POINTS.match(piece) is not None
        or _EMPTY.search(piece[-_NEAR:]) is not None
        or lex.first(piece, "harm", "repair", "desired") is not None
    ):
        return
    for kind in ("trigger", "condition", "absent", "failed"):
        hit = max(lex.find(piece, kind), key=lambda h: h.entry.weight, default=None)
        if hit is not None:
            yield Leading(kind, _OWN, start, end)
            return
    if lex.first(piece, *_EVENT) is not None or _PASSIVE.search(piece) is not None or _HAPPENED.search(piece) is not None:
        yield Leading("trigger", _FORM, start, end)
    elif lex.first(piece, *_STATE) is not None:
        yield Leading("condition", _FORM, start, end)
    elif lex.first(piece, "effect", "reports") is None and len(piece.split()) > _LEAST:
        yield Leading("condition", _NOUNS, start, end)
