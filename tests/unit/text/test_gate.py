"""The gate lets everything through that a pattern matches."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from fuelbed.text.gate import find, first, needles
from fuelbed.text.lexicon import lexicon, names

DATA = Path(__file__).parents[2] / "data"


def _texts() -> list[str]:
    rows = []
    for name in ("mechanisms", "factor_sentences"):
        for part in tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8")).values():
            rows += [row[-1] for row in part]
    return rows


@pytest.mark.parametrize("name", names())
def test_the_same_is_found_as_without_it(name: str) -> None:
    lex = lexicon(name)
    texts = [t for e in lex.entries for t in (*e.hits, *e.misses)]
    for text in [*texts, *_texts(), "", "x", "\U0001f525"]:
        assert list(find(lex, text)) == list(lex.find(text)), text
        assert first(lex, text) == lex.first(text)


def test_roles_are_kept() -> None:
    lex = lexicon("factors")
    text = "There was no alert because the limit was never set."
    assert list(find(lex, text, "absent")) == list(lex.find(text, "absent"))


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("retry storms?", (frozenset({"retr"}),)),
        (r"(?:queue|backlog)\s+grew", (frozenset({"grew"}), frozenset({"queu", "back"}))),
        (r"\w+", ()),
        ("(?:no )?limit", (frozenset({"limi"}),)),
    ],
)
def test_needles(pattern: str, told: tuple[frozenset[str], ...]) -> None:
    (every,) = needles(re.compile(pattern))
    assert set(told) <= set(every)
    assert bool(told) == bool(every)


def test_a_choice_is_told_apart() -> None:
    assert len(needles(re.compile("(?:storm|flood|herd)"))) == 3
