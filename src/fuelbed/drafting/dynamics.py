"""The told mechanism as a dynamic model: which archetype it is, the numbers that the text states, and questions for the rest.

The map from words to archetypes and to their numbers is data (`text/lexicon/archetypes.toml`). What an archetype asks for is data of the
archetype's own file; whoever drafts passes it in as a `Form`, so that drafting knows no reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from fuelbed.core.document import Document, Place, SectionRole, Sentence
from fuelbed.core.dynamics import Parameter
from fuelbed.core.reading import Mention, Reading
from fuelbed.core.shown import number
from fuelbed.drafting.counts import COUNTS
from fuelbed.drafting.model import QUOTED, DraftFactor, DraftModel, DraftNumber
from fuelbed.text.lexicon import lexicon
from fuelbed.text.wording import identifier

__all__ = ["Form", "Forms", "model"]

_LEXICON = "archetypes"
_ASIDE: frozenset[SectionRole] = frozenset({"actions", "questions", "people", "stats", "appendix"})  # plans and figures of others
_FOLD = {"doubled": 2.0, "tripled": 3.0, "quadrupled": 4.0}
_SCALE = {"": 1.0, "k": 1e3, "thousand": 1e3, "million": 1e6}
_PLAIN = {"%": 0.01, "p": 0.01, "g": 1000.0, "m": 1.0}  # by the first letter: per cent, GB in MB
_INSIDE = "0123456789:.,/-"  # before a number: it is the end of a time, a date or a longer number
_TIMES = {"ms": "ms", "mi": "minutes", "s": "s", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Form:
    """What an archetype is, in words, and the parameters that it has no default for, each with its question."""

    name: str
    what: str
    asks: tuple[Parameter, ...]


Forms = Callable[[str], Form]
"""The form of an archetype by its name."""


def model(reading: Reading, triggers: Iterable[tuple[Mention, DraftFactor]], taken: set[str], forms: Forms) -> DraftModel | None:
    """The model of the mechanism that the text tells of; None where it tells of none. Without an archetype that fits it has no `form`."""
    found, d = reading.amplification, reading.document
    if not found.present or found.mention is None:
        return None
    name = found.kind if found.kind not in taken else identifier(f"{found.kind} model".replace("_", " "), taken, "feedback_model")
    archetype = _archetype(d, found.kind, (found.mention, *found.others))
    if not archetype:
        return DraftModel(name, found.mention.place)
    taken.add(name)
    form = forms(archetype)
    told = [s for s in d.said() if d.role_of(s) not in _ASIDE]
    numbers = tuple(_stated(d, told, archetype, p) for p in form.asks)
    push = _push(d, found.mention, list(triggers), {p.name for p in form.asks})
    return DraftModel(name, found.mention.place, archetype, form.what, numbers, *(push or ()))


def _archetype(d: Document, kind: str, mentions: Iterable[Mention]) -> str:
    """By the words of the mechanism where the kind of feedback alone does not say it, "" where neither does."""
    lex = lexicon(_LEXICON)
    mentions = list(mentions)
    usual = lex.words.get(f"kind_{kind}")
    if usual and mentions[0].why not in lex.words["bare"]:
        return usual[0]
    near = {i for m in mentions for i in (m.sentence - 1, m.sentence, m.sentence + 1) if 0 <= i < len(d.sentences)}
    roles = tuple(dict.fromkeys(e.role for e in lex.entries if "." not in e.role))
    hits = (lex.first(d.sentences[i].plain, *roles) for i in sorted(near))
    return next((h.entry.role for h in hits if h is not None), "")


def _found(told: Iterable[Sentence], role: str) -> Iterator[tuple[Sentence, re.Match[str]]]:
    lex = lexicon(_LEXICON)
    for s in told:
        for hit in lex.find(s.plain, role):
            for m in hit.entry.match.finditer(s.plain):
                if s.plain[max(m.start("value") - 1, 0)] not in _INSIDE:
                    yield s, m


def _stated(d: Document, told: Iterable[Sentence], archetype: str, p: Parameter) -> DraftNumber:
    """The parameter with the number that the text states; where it states several, none of them, and the question names them."""
    values: dict[str, Place] = {}
    for s, m in _found(told, f"{archetype}.{p.name}"):
        text = _written(m, p.quantity.dimension)
        if text:
            values.setdefault(text, _words(d, s, m))
    if len(values) == 1:
        ((text, place),) = values.items()
        return DraftNumber(p.name, p.question, text, place)
    several = " or ".join(f"{text} (line {d.line(place)})" for text, place in values.items())
    return DraftNumber(p.name, f"{p.question} The text states {several}" if several else p.question)


def _words(d: Document, s: Sentence, m: re.Match[str]) -> Place:
    """The sentence where it is short enough to be quoted whole, else the match."""
    whole = s.place()
    return whole if whole.end - whole.start <= QUOTED else s.place(m.start(), m.end())


def _written(m: re.Match[str], dimension: str) -> str:
    """The number as a case file writes it, "" where it is none or 0."""
    g = {"scale": "", "unit": "", **{k: v or "" for k, v in m.groupdict().items()}}
    value = _value(g["value"]) * _SCALE[g["scale"].strip().lower()]
    unit = g["unit"].lower()
    if value <= 0:
        return ""
    if dimension == "time":
        word = _TIMES.get(unit[:2] if unit[:1] == "m" else unit[:1], "")
        return f"{_plain(value)} {'ms' if unit.startswith('mill') else word}" if word else ""
    if dimension == "flow":
        return f"{_plain(value)} per {'minute' if unit.startswith('m') else 'second'}"
    return _plain(value * _PLAIN.get(unit[:1], 1.0))


def _value(text: str) -> float:
    """A number in digits or in words; 0 for what is none."""
    word = text.lower()
    if word in COUNTS or word in _FOLD:
        return COUNTS.get(word) or _FOLD[word]
    try:
        return float(word.rstrip(".,").replace(",", ""))
    except ValueError:
        return 0.0


def _plain(x: float) -> str:
    return f"{x:.10g}" if 1e-6 < x < 1e9 else "0"


def _push(
    d: Document, mechanism: Mention, triggers: Sequence[tuple[Mention, DraftFactor]], known: set[str]
) -> tuple[str, str, str, Place] | None:
    """What a trigger's own sentence says that it did, else (of the first trigger) the mechanism's sentence or the one before it:
    (trigger, push, how long as written or "", its words)."""
    asked = [(m.sentence, f) for m, f in triggers]
    asked += [(mechanism.sentence - back, f) for _, f in triggers[:1] for back in (0, 1) if mechanism.sentence >= back]
    roles = dict.fromkeys(e.role for e in lexicon(_LEXICON).entries if e.role.startswith("push.") and e.role.count(".") == 2)
    for at, f in asked:
        for role in roles:
            target, how = role.removeprefix("push.").split(".")
            for s, match in _found((d.sentences[at],), role) if target in known else ():
                said = _pushed(match, how)
                if said:
                    lasts = next((_written(x, "time") for _, x in _found((s,), "push.lasts")), "")
                    return f.name, f"{target}: {said}", lasts, _words(d, s, match)
    return None


def _pushed(m: re.Match[str], how: str) -> str:
    if how == "set":
        text = _written(m, "time")
        return f"set {text}" if text else ""
    value = _value(m["value"])
    if value <= 0:
        return ""
    if how == "divide":
        return f"times {number(1 / value)}"
    return f"times {number(1 + value / 100)}" if m.groupdict().get("unit") else f"times {number(value)}"
