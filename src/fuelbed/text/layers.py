"""The layer of a system that words are about: the network, a database, configuration, people; by the component words of `lexicon/layers.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from fuelbed.text.lexicon import lexicon

__all__ = ["layer"]

_PARTS = re.compile(r"\W+")
_MARKS = ".,;:!?()[]{}\"'“”‘’`*"


@lru_cache(maxsize=1)
def _layers() -> tuple[Mapping[str, int], tuple[str, ...]]:
    """The rank of each component word's layer, and the layers."""
    lex = lexicon("layers")
    names = tuple(lex.words)
    return {w: i for i, name in reversed(tuple(enumerate(names))) for w in lex.words[name]}, names


@lru_cache(maxsize=1)
def _openers() -> frozenset[str]:
    """The first words of components that are several words."""
    return frozenset(phrase.split(" ")[0] for phrase in _layers()[0] if " " in phrase)


def _phrases(text: str) -> Iterator[str]:
    """The words of a text, the parts of joined words, and two and three words that follow each other where they may be a component."""
    words = [w.strip(_MARKS) for w in text.lower().split()]
    yield from words
    for i, word in enumerate(words):
        if word in _openers():
            yield from (" ".join(words[i : i + n]) for n in (2, 3) if i + n <= len(words))
    yield from (part for w in words if not w.isalnum() for part in _PARTS.split(w))


def layer(text: str) -> str:
    """The layer of a component word of `text`, the particular layers before the general ones; "" when there is none."""
    rank, names = _layers()
    found = [rank[phrase] for phrase in _phrases(text) if phrase in rank]
    return names[min(found)] if found else ""
