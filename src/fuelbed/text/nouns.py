"""Nouns of the lexicon in a text: in singular and plural, of several words also joined or with a hyphen."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import product
from typing import Final, NamedTuple

from fuelbed.text.needles import small

__all__ = ["Noun", "Nouns"]

_VOWELS: Final = "aeiou"
_PARTS: Final = re.compile(r"[ -]")
_WORD: Final = re.compile(r"(?<![\w-])\.?\w+")  # also `.md`
_RUN: Final = re.compile(r"\.?\w+(?:[ ./'-]\w+){0,5}")  # more than any noun has
_BREAK: Final = re.compile(r"[ ./'-]")


class Noun(NamedTuple):
    """A noun as it is written, at `text[start:end]` of what was searched."""

    start: int
    end: int
    text: str


class Nouns:
    """These nouns with all their forms: a word of a text is looked up, and only where some noun begins with it the words behind it are, too."""

    def __init__(self, nouns: Collection[str]) -> None:
        self._forms = {form for noun in nouns for form in _forms(noun)}
        self._several = {form for noun in nouns if _PARTS.search(noun) for form in _forms(noun)}
        self._first = {_opening(form) for form in self._forms}

    def __call__(self, text: str, start: int = 0, stop: int | None = None) -> Iterator[Noun]:
        """Every noun in `text[start:stop]`, the longest at each place, none inside of another."""
        stop = len(text) if stop is None else stop
        low, first, at = small(text), self._first, start
        for m in _WORD.finditer(low, start, stop):
            word = m[0]
            if word not in first and (word[0] != "." or word[1:] not in first):
                continue
            begin = m.start()
            if begin < at:
                continue
            end = _longest(low, begin, stop, self._forms)
            if end < 0 and word[0] == ".":
                begin += 1
                end = _longest(low, begin, stop, self._forms)
            if end >= 0:
                yield Noun(begin, end, text[begin:end])
                at = end

    def several_at(self, text: str, at: int) -> int:
        """Where a noun of several words ends that begins at an offset, -1 where there is none."""
        return _longest(small(text), at, len(text), self._several)


def _longest(low: str, at: int, stop: int, forms: Collection[str]) -> int:
    """Where the longest of these forms ends that begins at an offset of a text in small letters, -1 where there is none."""
    m = _RUN.match(low, at, stop)
    run = m[0].replace("-", " ") if m is not None else ""
    if run in forms:
        return at + len(run)
    for b in reversed(list(_BREAK.finditer(run))):
        if run[: b.start()] in forms:
            return at + b.start()
    return -1


def _forms(noun: str) -> Iterator[str]:
    """Singular and plural, in small letters, with a blank or nothing where it has blanks and hyphens."""
    parts = _PARTS.split(noun)
    last = parts[-1]
    ends = (last, last[:-1] + "ies") if last.endswith("y") and last[-2:-1] not in _VOWELS else (last, f"{last}s", f"{last}es")
    for gaps in product(("", " "), repeat=len(parts) - 1):
        before = "".join(part + gap for part, gap in zip(parts[:-1], gaps, strict=True))
        for end in ends:
            yield before + end


def _opening(form: str) -> str:
    m = _WORD.match(form)
    return m[0] if m is not None else form
