"""Nouns by lookup against one plain pattern of all of them, on the lexicon's nouns and on others."""

from __future__ import annotations

import re
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.text.lexicon import lexicon
from fuelbed.text.nouns import Nouns

NOUNS = sorted({w for name, words in lexicon("actions").words.items() if "_nouns" in name for w in words})


def plural(noun: str) -> str:
    """A pattern for a noun in singular and plural, hyphens and blanks alike."""
    stem, end = (noun[:-1], "(?:y|ies)") if noun.endswith("y") and noun[-2:-1] not in "aeiou" else (noun, "(?:s|es)?")
    return re.escape(stem).replace(r"\ ", "[ -]?").replace(r"\-", "[ -]?") + end


def by_pattern(nouns: Collection[str]) -> str:
    return f"(?:{'|'.join(plural(n) for n in sorted(nouns, key=len, reverse=True))})(?!\\w)"


EVERY = re.compile(rf"(?<![\w-]){by_pattern(NOUNS)}", re.IGNORECASE)
SEVERAL = re.compile(by_pattern([n for n in NOUNS if " " in n or "-" in n]), re.IGNORECASE)
FIND = Nouns(NOUNS)


def same(text: str, start: int, stop: int) -> None:
    found = [(m.start(), m.end(), m[0]) for m in EVERY.finditer(text, start, stop)]
    assert [tuple(n) for n in FIND(text, start, stop)] == found
    m = SEVERAL.match(text, start)
    assert FIND.several_at(text, start) == (-1 if m is None else m.end())


PIECES = st.one_of(
    st.sampled_from(NOUNS),
    st.sampled_from(NOUNS).map(str.upper),
    st.sampled_from(NOUNS).map(lambda n: n.replace(" ", "-")),
    st.sampled_from(NOUNS).map(lambda n: n.replace("-", "").replace(" ", "")),
    st.sampled_from(["s", "es", "ies", " ", "  ", "-", ".", "'", "/", "a", "the ", "\n", "ſ", "İ", "\u212a", "_", "1"]),
)


@given(st.lists(PIECES, max_size=7).map("".join), st.integers(0, 40), st.integers(0, 80))
def test_lookup_finds_what_the_pattern_finds(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    same(text, start, min(start + length, len(text)))
    same(text, 0, len(text))


@pytest.mark.parametrize("noun", ["log-in page", "policy", ".md file", "dead man's switch", "ci/cd"])
def test_forms(noun: str) -> None:
    find = Nouns([noun])
    last = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    for written in (noun, last, noun.upper(), noun.replace(" ", "-"), noun.replace(" ", "").replace("-", "")):
        assert [n.text for n in find(f"add {written}, then")] == [written]
        assert not list(find(f"add x{written}, then")) or noun.startswith(".")


def test_the_longest_counts() -> None:
    find = Nouns(["alert", "alert rule"])
    assert [n.text for n in find("an alert rule beside alerts")] == ["alert rule", "alerts"]
