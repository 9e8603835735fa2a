"""docs/formats/case.md, dynamics.md and evidence.md say all that the reader knows: every section, field, unit, word and sentence."""

from __future__ import annotations

import re

import click
import pytest

from fuelbed.cli.main import main
from fuelbed.core import arithmetic
from fuelbed.core.formulas import MAX_HEIGHT
from fuelbed.core.grammar import FUNCTIONS
from fuelbed.core.numbers import RATE_WORDS, YEARS
from fuelbed.core.registry import owned_sections
from fuelbed.core.scanner import MAX_DEPTH, MAX_LENGTH
from fuelbed.core.sentences import FORMS, MAPPING_FORMS
from fuelbed.readers.shapes import case_json_schema
from tests.docs.pages import ROOT

PAGE = "\n".join(
    (ROOT / f"docs/formats/{name}.md").read_text(encoding="utf-8")
    for name in (
        "case",
        "dynamics",
        "evidence",
        "history",
        "history-exports",
        "dependencies",
        "signals",
        "invariants",
        "exposure",
        "coupling",
        "threshold",
        "attribution",
    )
)
CODE = " ".join(re.findall(r"`([^`\n]+)`", PAGE))
SCHEMA = case_json_schema()


def _fields() -> list[str]:
    found = [f"{name}.{key}" for name, shape in SCHEMA["$defs"].items() for key in shape.get("properties", {})]
    return [*SCHEMA["properties"], *found]


@pytest.mark.parametrize("field", _fields())
def test_every_field_is_described(field: str) -> None:
    assert re.search(rf"\b{field.rpartition('.')[2]}\b", CODE), f"`{field}` is nowhere in the page"


def test_every_value_of_a_choice_is_described() -> None:
    words = {w for w in re.findall(r"'(?:const|enum)': (\[[^\]]*\]|'[^']*')", str(SCHEMA)) for w in re.findall(r"'([a-z_]+)'", w)}
    assert {"control", "bypassed", "not_held", "judged"} <= words
    assert {w for w in words if not re.search(rf"\b{w}\b", CODE)} == set()


def test_the_first_page_has_a_row_for_every_command() -> None:
    rows = re.findall(r"^\| `fuelbed ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    assert sorted(rows) == sorted(main.list_commands(click.Context(main)))


@pytest.mark.parametrize("word", RATE_WORDS)
def test_rate_words_with_their_intervals(word: str) -> None:
    low, high = RATE_WORDS[word]
    assert re.search(rf"`{word}`[^\n]*{low:g}\.\.{high:g}\b", PAGE)


@pytest.mark.parametrize("form", FORMS)
def test_every_intervention(form: str) -> None:
    assert f"`{form}`" in PAGE


@pytest.mark.parametrize(
    "word",
    [
        *FUNCTIONS,
        *arithmetic.FUNCTIONS,
        *YEARS,
        *MAPPING_FORMS,
        *(name for name, _ in owned_sections()),
        "and",
        "or",
        "not",
        "true",
        "false",
    ],
)
def test_every_word_of_the_small_languages(word: str) -> None:
    assert re.search(rf"\b{word}\b", CODE)


def test_the_limits() -> None:
    for limit in (f"{MAX_LENGTH:,}", str(MAX_DEPTH), str(MAX_HEIGHT), "2 MB", "64", "1,000", "1e9 a year", "1e6 years", "1e15"):
        assert limit in PAGE
