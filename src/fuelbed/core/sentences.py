"""Interventions: the short sentences of an action's `does` -> parts. Names and numbers are checked by the reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fuelbed.core.actions import Verb
from fuelbed.core.quantities import Dimension
from fuelbed.core.scanner import MAX_LENGTH, TextFault, did_you_mean

__all__ = ["FORMS", "MAPPING_FORMS", "PARAMETER_DIMENSION", "Part", "Sentence", "no_such_form", "parse_sentence"]

FORMS = (
    "remove CONDITION",
    "prevent TRIGGER",
    "set X.PARAMETER to VALUE",
    "set MODEL.OPTION to WORD",
    "revert TRIGGER",
    "make CONTROL perfect",
    "disable CONTROL",
    "add control NAME fails P on LINE [shares GROUP]",
    "observe LINE or FACTOR [misses P]",
)

PARAMETER_DIMENSION: Mapping[str, Dimension] = {
    "rate": "rate", "lasts": "duration", "loss": "loss",
    "present": "probability", "duty": "probability", "fails": "probability", "broken": "probability", "beta": "probability",
}  # fmt: skip
"""What `set` may move, and what it measures."""

MAPPING_FORMS: Mapping[str, tuple[Verb, frozenset[str]]] = {
    "remove": ("remove", frozenset()),
    "prevent": ("prevent", frozenset()),
    "set": ("set", frozenset({"to"})),
    "revert": ("revert", frozenset()),
    "make_perfect": ("perfect", frozenset()),
    "disable": ("disable", frozenset()),
    "add_control": ("add", frozenset({"fails", "on", "shares"})),
    "observe": ("observe", frozenset({"misses"})),
}
"""First key of the mapping form -> verb and the other keys it may have."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the sentence with its offset."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A parsed sentence; parts that it does not have are None."""

    verb: Verb
    target: Part
    parameter: Part | None = None
    value: Part | None = None
    line: Part | None = None
    shares: Part | None = None


_GAP = r"\s{1,9}"  # bounded, so that a run of blanks cannot make the match quadratic
_N = r"(?P<{0}>[A-Za-z_][\w-]*)"
_FORMS_BY_VERB: tuple[tuple[Verb, str], ...] = (
    ("remove", "remove @X"),
    ("prevent", "prevent @X"),
    ("set", rf"set @X\.{_N.format('parameter')} to (?P<value>\S.*?)"),
    ("revert", "revert @X"),
    ("perfect", "make @X perfect"),
    ("disable", "disable @X"),
    ("add", rf"add control @X fails (?P<value>\S.*?) on {_N.format('line')}(?: shares {_N.format('shares')})?"),
    ("observe", r"observe @X(?: misses (?P<value>\S.*?))?"),
)
_PATTERNS: tuple[tuple[Verb, re.Pattern[str]], ...] = tuple(
    (verb, re.compile(pattern.replace("@X", _N.format("target")).replace(" ", _GAP) + r"\s*\Z", re.ASCII))
    for verb, pattern in _FORMS_BY_VERB
)


def parse_sentence(text: str) -> Sentence:
    """The parts of one sentence. Raises `TextFault` listing the forms when it is none of them."""
    lead = len(text) - len(text.lstrip())
    if len(text) > MAX_LENGTH:
        raise TextFault("FB060", f"this intervention has {len(text)} characters; the limit is {MAX_LENGTH}.", _LIST)
    for verb, pattern in _PATTERNS:
        m = pattern.match(text, lead)
        if m:
            got = {k: Part(v, m.start(k)) for k, v in m.groupdict().items() if v is not None}
            return Sentence(verb, got["target"], got.get("parameter"), got.get("value"), got.get("line"), got.get("shares"))
    raise no_such_form(text)


_LIST = f"Write one of: {'; '.join(FORMS)}."


def no_such_form(text: str) -> TextFault:
    """The fault that lists every form; the form that the first word seems to mean comes first."""
    first = text.split()[0] if text.split() else ""
    by_word = {f.split()[0]: f for f in reversed(FORMS)}  # the first form of a word counts
    meant = first if first in by_word else did_you_mean(first, by_word).removeprefix("Did you mean `").removesuffix("`?")
    cure = f"Write `{by_word[meant]}`. All forms: {'; '.join(FORMS)}." if meant in by_word else _LIST
    shown = text if len(text) <= 60 else text[:57] + "..."
    return TextFault("FB060", f"`{shown}` is not an intervention.", cure, 0, max(len(text), 1))
