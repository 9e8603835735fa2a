"""The gate lets everything through that a pattern matches."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.text.either import either
from fuelbed.text.lexicon import Hit, Lexicon, lexicon, names
from fuelbed.text.needles import DIGIT, Needles, needles
from tests.further import one_in

DATA = Path(__file__).parents[2] / "data"


def _texts() -> list[str]:
    rows = []
    for name in ("mechanisms", "factor_sentences"):
        for part in tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8")).values():
            rows += [row[-1] for row in part]
    return rows


def _plainly(lex: Lexicon, text: str, *roles: str) -> list[Hit]:
    """Every pattern searched, without the gate."""
    found = [(e, e.find(text)) for e in lex.entries if not roles or e.role in roles]
    return [Hit(e, m.start(), m.end()) for e, m in found if m is not None]


@pytest.mark.parametrize("name", one_in(3, names()))
def test_the_same_is_found_as_without_it(name: str) -> None:
    lex = lexicon(name)
    texts = [t for e in lex.entries for t in (*e.hits, *e.misses)]
    for text in [*texts, *_texts(), "", "x", "\U0001f525"]:
        assert list(lex.find(text)) == _plainly(lex, text), text
        assert lex.first(text) == next(iter(_plainly(lex, text)), None)
        assert list(lex.find(text.upper())) == _plainly(lex, text.upper())


def test_roles_are_kept() -> None:
    lex = lexicon("factors")
    text = "There was no alert because the limit was never set."
    assert list(lex.find(text, "absent")) == _plainly(lex, text, "absent") != []


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("retry storms?", ({" retry "}, {" storm"})),
        (r"(?:queue|backlog) grew", ({" grew "}, {" queue ", " backlog "})),
        (r"\w+", ()),
        ("(?:no )?limits* (?!soft)set", ({" limit"}, {" set "})),
        (r"(?:fast|\w+) lane{1,2}", ({" lane"},)),
        (r"[a-z)]{2}ab(?P<x>cd)?\b", ({"ab"},)),
        ("(?:{things} )+(?:{none})?ran", ({"rate "}, {"ran "})),
        ("{some_stems} up", ({" trip"}, {" up "})),
        ("slow(?: but)?(?=,)down(?:er| pour)", ({" slow"}, {"down"}, {"er ", " pour "})),
        ("pre(?:fix|load)+ed", ({" pre"}, {"ed "}, {"fix", "load"})),
        (r"v?\d+\.\d+", ({DIGIT}, {"."})),
    ],
)
def test_needles(pattern: str, told: tuple[set[str], ...]) -> None:
    """A blank at the end of a needle: a word begins or ends there."""
    (every,) = needles(pattern, {"things": ["rate"], "none": ["?"], "some_stems": ["trip"]})
    assert sorted(map(sorted, every)) == sorted(map(sorted, told))


def test_a_choice_is_told_apart() -> None:
    found: Needles = needles("(?:storm|(?:flood|wave)|herd)", {})
    assert [sorted(every[0]) for every in found] == [[" storm "], [" flood "], [" wave "], [" herd "]]


@pytest.mark.parametrize("name", names())
def test_nothing_is_missed_inside_words_or_beside_marks(name: str) -> None:
    """Each example again, glued to marks, in capitals, and with letters that are a small letter of ASCII in disguise."""
    lex = lexicon(name)
    for e in lex.entries:
        for text in e.hits:
            for t in (
                f"({text})",
                f"“{text}”, then",
                f"İ {text}",
                text.replace("s", "ſ"),
                text.replace("k", "\u212a"),
                text.title(),
            ):
                assert list(lex.find(t)) == _plainly(lex, t), t


WORDS = st.lists(st.text("abe -y", min_size=1, max_size=6).filter(str.strip), min_size=1, max_size=12)


@given(WORDS, st.text("abe -yA", max_size=12))
def test_either_is_the_plain_choice(words: list[str], text: str) -> None:
    for told in (re.escape, lambda w: re.escape(w) + "(?:s|es)?", lambda w: re.escape(w) + r"\w*"):
        patterns = [told(w.strip()) for w in sorted(words, key=len, reverse=True)]
        plain = re.compile(f"(?:{'|'.join(patterns)})(?!\\w)", re.IGNORECASE)
        quick = re.compile(f"{either(patterns)}(?!\\w)", re.IGNORECASE)
        assert [m.span() for m in quick.finditer(text)] == [m.span() for m in plain.finditer(text)]
