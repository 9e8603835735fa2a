"""The shape of an answer: one table from which the JSON Schema is made and against which an answer is checked.

No field holds a probability, and none a rate in figures: those a model would make up. Every field of the schema is required and may be
null, because servers that enforce a schema ask for that; the check takes a field that is left out for null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fuelbed.core.json_schema import object_schema, titled
from fuelbed.core.numbers import RATE_WORDS
from fuelbed.core.reading import ActionClass, AmplificationKind

__all__ = ["CLAIMS", "EVIDENCE", "FORBIDDEN", "ITEMS", "MAX_BYTES", "TOP", "VERBS", "VERSION", "Field", "Kind", "answer_schema"]

Kind = Literal["name", "text", "word", "flag", "names", "does", "evidence", "int", "quote"]
VERSION = 1
MAX_BYTES = 1_000_000
VERBS: Mapping[str, tuple[str, str]] = {
    "remove": ("condition", "it is gone for good"), "reduce": ("condition", "it is there less"),
    "prevent": ("trigger", "it comes no more, or seldom"), "revert": ("trigger", "what it changed is taken back"),
    "mend": ("control", "it is there and works from now on"), "observe": ("", "it is seen sooner, and nothing else changes"),
}  # fmt: skip  # verb -> the kind of its target, "" for any factor or line, and what it means


@dataclass(frozen=True, slots=True)
class Field:
    """`most` is characters of a text, or entries of a list; `words` the values that a `word` may have."""

    kind: Kind
    what: str
    needed: bool = False
    most: int = 160
    words: tuple[str, ...] = ()


_NAME = Field("name", "snake_case, no other item has it", True, 48)
_WHAT = Field("text", "at most 12 words, as far as possible the text's own", True, 160)
_EVIDENCE = Field("evidence", "quotes of the text that say this; null where it is assumed", most=8)
_ASSUMED = Field("flag", "true where the text does not say it and you think so all the same")
_LAYER = Field("text", "the layer of the system, such as database or network", most=48)
_COMMON = {"name": _NAME, "what": _WHAT, "evidence": _EVIDENCE, "assumed": _ASSUMED}
_LOOPS = tuple(k for k in get_args(AmplificationKind) if k != "none")

CLAIMS: Mapping[str, str] = {
    "one_cause": "exactly one thing is presented as the cause, in a sentence or by a cause section that tells one chain",
    "blames_person": "an error, carelessness, forgetfulness or misconduct of others (a person, a role, a team, a supplier's people) is given as a cause, in words of fault; an act that is told without reproach, and what an attacker did, is none",
    "blames_itself": "the author, or the few who did it, give an error or forgetfulness of their own as a cause (I forgot, my mistake, human error on our side); what an organization regrets or says it should have done, tested or had, an apology, and taking responsibility are none",
    "rollback_ended_it": "taking a change back was all that was done",
    "rollback_helped": "a change was taken back to end the incident, and more was done for good",
    "rollback_failed": "a change was taken back, and the failure stayed",
}  # what a text can claim, and what is meant
EVIDENCE: Mapping[str, Field] = {
    "quote": Field(
        "quote",
        "at least 4 words in a row (or a whole list item that has fewer), copied from the text character by character",
        True,
        600,
    ),
    "start": Field("int", "only where the quote stands in the text more than once: its offset in characters from 0"),
    "end": Field("int", "the offset behind the quote's last character"),
}
ITEMS: Mapping[str, tuple[int, str, Mapping[str, Field]]] = {
    "triggers": (20, "events that came and set it off", {
        **_COMMON,
        "rate": Field("word", "how often such a thing happens, only where a quote says so in words", words=tuple(RATE_WORDS)),
        "lasts": Field("text", "how long it stays on, such as 2 h; its number must be in a quote; null where the text does not say", most=40),
        "human": Field("flag", "true where somebody did it, an attacker too"),
    }),
    "conditions": (30, "what stood there before and let it happen", {
        **_COMMON,
        "since": Field("text", "since when: YYYY, or YYYY-MM where a quote writes the month as a number", most=10),
        "layer": _LAYER,
        "owner": Field("text", "the team that owns it, as the text calls it", most=80),
    }),
    "controls": (30, "barriers that should have stopped or shortened it", {
        **_COMMON,
        "state": Field("word", "what became of it in this incident", True, words=("missing", "failed", "effective", "bypassed")),
        "layer": _LAYER,
    }),
    "loops": (5, "feedback that made it larger or kept it going", {
        **_COMMON, "kind": Field("word", "which kind", True, words=_LOOPS),
    }),
    "lines": (30, "how the factors lead to the failure, each over names above and other lines", {
        "name": _NAME,
        "expression": Field("text", "names, and, or, not, parentheses, any(..), all(..), fails(control)", True, 1000),
        "evidence": _EVIDENCE, "assumed": _ASSUMED,
    }),
    "actions": (60, "the action items of the text", {
        **_COMMON,
        "does": Field("does", "what it changes in this model; empty where the text does not show it", most=8),
        "class": Field("word", "what kind of change it is, by the words of the text", words=get_args(ActionClass)),
        "considered": Field("flag", "true where it is only weighed or to be looked into, not decided"),
        "owner": Field("text", "as the text names it", most=80),
        "due": Field("text", "as the text writes it, within a quote of the item", most=80),
    }),
    "claims": (6, "what the text itself claims; empty where it claims none of these", {
        "claim": Field("word", "which", True, words=tuple(CLAIMS)),
        "evidence": _EVIDENCE,
    }),
}  # fmt: skip  # one table
TOP: Mapping[str, Field] = {
    "failure": Field("name", "the line that is the failure; without lines, a name for it", True, 48),
    "title": Field("text", "the incident in one line", most=200),
}
FORBIDDEN = frozenset((
    "probability", "probabilities", "p", "prob", "chance", "likelihood", "confidence", "certainty", "odds", "score", "weight", "weights", "fails",
    "broken", "present", "duty", "onset", "beta", "frequency", "per_year", "risk", "severity_score", "share", "importance", "threshold", "tau",
))  # fmt: skip  # one list
"""Fields in which a model would state a probability or a rate in figures; each is refused with that reason."""


def answer_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of an answer."""
    properties: dict[str, Any] = {"fuelbed_answer": {"type": "integer", "enum": [VERSION]}}
    properties |= {key: _schema(f) for key, f in TOP.items()}
    for key, (most, what, fields) in ITEMS.items():
        item = object_schema(**{k: _schema(f) for k, f in fields.items()})
        properties[key] = {"type": "array", "maxItems": most, "description": what, "items": item}
    return titled("Fuelbed answer", object_schema(**properties))


def _schema(f: Field) -> dict[str, Any]:
    null = [] if f.needed else ["null"]
    said = {"description": f.what}
    if f.kind == "flag":
        return {"type": ["boolean", "null"], **said}
    if f.kind == "int":
        return {"type": ["integer", "null"], "minimum": 0, **said}
    if f.kind == "evidence":
        quotes = object_schema(**{k: _schema(v) for k, v in EVIDENCE.items()})
        return {"type": ["array", "null"], "maxItems": f.most, "items": quotes, **said}
    if f.kind == "does":
        verb = {
            "type": "string",
            "enum": list(VERBS),
            "description": "; ".join(f"{verb} {kind or 'anything'}: {what}" for verb, (kind, what) in VERBS.items()),
        }
        item = object_schema(verb=verb, target={"type": "string", "description": "the name of a factor; observe: also of a line"})
        return {"type": ["array", "null"], "maxItems": f.most, "items": item, **said}
    text: dict[str, Any] = {"type": ["string", *null] if null else "string", "maxLength": f.most, **said}
    if f.words:
        text = {"type": ["string", *null] if null else "string", "enum": [*f.words, *([None] if null else [])], **said}
    return text
