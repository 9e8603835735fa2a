"""Verbs of the lexicon in a text: their regular and irregular forms, with a particle, and after "re"."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from fuelbed.text.lexicon import lexicon
from fuelbed.text.needles import small

__all__ = ["Verbs", "forms", "verb_at", "with_forms"]

_VOWELS: Final = "aeiou"
_RE: Final = re.compile(r"re-?(?=[a-z])", re.IGNORECASE)
_WORDS: Final = re.compile(r"\w+(?:[ -]\w+){0,4}")  # more than any form has
_LEAST: Final = 3  # letters of a verb that "re" may stand before


def forms(verb: str) -> tuple[str, ...]:
    """The regular forms of a verb, its particle kept: roll back, rolls back, rolled back, rolling back."""
    word, _, rest = verb.partition(" ")
    tail = f" {rest}" if rest else ""
    e = word.endswith("e")
    short = len(word) > 2 and word[-1] not in _VOWELS + "wxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS
    out = [
        word,
        word + ("es" if re.search(r"(?:[sxz]|ch|sh)$", word) else "s"),
        word + ("d" if e else "ed"),
        (word[:-1] if e else word) + "ing",
    ]
    if word.endswith("y") and word[-2] not in _VOWELS:
        out += [word[:-1] + "ied", word[:-1] + "ies"]
    if short:
        out += [word + word[-1] + "ed", word + word[-1] + "ing"]
    return tuple(w + tail for w in out)


@lru_cache(maxsize=1)
def _irregular() -> Mapping[str, tuple[str, ...]]:
    """The irregular forms of each verb of the list."""
    out: dict[str, list[str]] = {}
    for form, verb in (pair.split(" ") for pair in lexicon("heads").words["irregular"]):
        out.setdefault(verb, []).append(form)
    return {verb: tuple(found) for verb, found in out.items()}


class Verbs(NamedTuple):
    """The verbs that matter, and the verb of each form, in small letters and without hyphens."""

    names: frozenset[str]
    lemmas: Mapping[str, str]


def with_forms(verbs: Collection[str]) -> Verbs:
    """These verbs with all their forms."""
    lemma = {form: verb for verb in verbs for form in forms(verb)}
    for verb in verbs:
        first, _, particle = verb.partition(" ")
        lemma |= dict.fromkeys(_irregular().get(verb, ()), verb)
        if particle:
            lemma |= {f"{form} {particle}": verb for form in _irregular().get(first, ())}
    return Verbs(frozenset(verbs), {form.replace("-", " "): verb for form, verb in lemma.items()})


def _form_at(text: str, at: int, verbs: Verbs) -> tuple[str, int]:
    """The verb whose longest form stands at an offset, and where it ends; ("", at) where none does."""
    m = _WORDS.match(text, at)
    lemmas = verbs.lemmas
    end = m.end() if m is not None else at
    while end > at:
        verb = lemmas.get(small(text[at:end]).replace("-", " "))
        if verb is not None and text[end : end + 1] != "-":
            return verb, end
        end = max(text.rfind(" ", at, end), text.rfind("-", at, end))
    return "", at


def verb_at(text: str, at: int, verbs: Verbs) -> tuple[str, int]:
    """The lemma and the end of the verb at an offset, ("", at) where there is none."""
    verb, end = _form_at(text, at, verbs)
    return (verb, end) if verb else _again(text, at, verbs)


def _again(text: str, at: int, verbs: Verbs) -> tuple[str, int]:
    """A known verb after "re" that is not known itself ("re-establish", "retrigger"), as "re-" and its lemma."""
    m = _RE.match(text, at)
    if m is None:
        return "", at
    verb, end = _form_at(text, m.end(), verbs)
    if len(verb) < _LEAST or (m[0][-1] != "-" and verb in lexicon("heads").words["not_again"]):
        return "", at
    return f"re-{verb}", end
