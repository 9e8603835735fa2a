"""Quotes: found where they stand word for word, under marks, breaks and composition, and nowhere else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fuelbed.drafting.answer.folding import fold, numbers, unfolded

TEXT = "# Title\n\n> The **queue** of\n> the [worker pool](https://a.b/c) had `no limit` since 2019.\n\n- It held 123 nodes and 1.5 GB, 2*3 of snake_case_x.\n- _Caf\u00e9_ was\t  down."


def words(text: str, quote: str) -> list[str]:
    return [text[p.start : p.end] for p in fold(text).find(quote)]


@pytest.mark.parametrize(
    "quote",
    [
        "The queue of the worker pool had no limit since 2019",
        "The **queue** of the [worker pool](https://other) had no limit",
        "queue of\nthe worker   pool",
        "It held 123 nodes and 1.5 GB, 2*3 of snake_case_x.",
        "- It held 123 nodes and",
        "Cafe\u0301 was down.",
        "`Caf\u00e9` was down",
    ],
)
def test_found(quote: str) -> None:
    assert len(words(TEXT, quote)) == 1


@pytest.mark.parametrize(
    "quote",
    [
        "the queue of the worker pool",  # another letter
        "The queue of worker pool had",  # a word less
        "The queue of the big worker pool",
        "held 23 nodes and 1.5 GB", "It held 123 nodes and 1", "5 GB, 2*3 of", "23 of snake_case_x", "held 123 node", "2*3 of snakecasex", "It held 12",
        "", "   ", "**",
    ],
)  # fmt: skip  # one list
def test_not_found(quote: str) -> None:
    assert words(TEXT, quote) == []


def test_places_are_those_of_the_source() -> None:
    (p,) = fold(TEXT).find("queue of the worker pool")
    assert TEXT[p.start : p.end] == "queue** of\n> the [worker pool"
    assert len(fold("a b c d. a b c d.").find("a b c d")) == 2


ALPHABET = st.sampled_from("ab c1.\n*_`[]()#>-~\\e\u0301\u00e9\u1112\u1161\u11ab|")


@settings(max_examples=200, deadline=None)
@given(st.text(ALPHABET, max_size=60))
@example("\u1112`\u1161")
@example("a`\u0301  \u0301")
def test_folding_is_its_own_fixed_point_in_words_and_in_order(text: str) -> None:
    folded = fold(text)
    assert len(folded.plain) == len(folded.at)
    assert all(a <= b for a, b in zip(folded.at, folded.at[1:], strict=False))  # both read alike
    assert unicodedata.is_normalized("NFC", folded.plain)
    assert "  " not in folded.plain
    assert folded.plain == folded.plain.strip()


SENTENCE = st.lists(
    st.sampled_from(
        ["the", "queue", "had", "no", "limit", "since", "deploy", "filled", "pool", "of", "nodes", "42", "7", "at", "ten"]
    ),
    min_size=6,
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(SENTENCE, st.data())
def test_true_quotes_are_found_and_those_with_one_changed_word_are_not(said: list[str], data: st.DataObject) -> None:
    text = " ".join(said)
    first = data.draw(st.integers(0, len(said) - 4))
    last = data.draw(st.integers(first + 4, len(said)))
    quote = said[first:last]
    assert words(text, " ".join(quote))
    i = data.draw(st.integers(0, len(quote) - 1))
    changed = [*quote[:i], "never", *quote[i + 1 :]]
    assert words(text, " ".join(changed)) == []
    dropped = [*quote[:i], *quote[i + 1 :]]
    assert bool(words(text, " ".join(dropped))) == (f" {' '.join(dropped)} " in f" {text} ")


def test_numbers_as_they_are_written() -> None:
    assert numbers("1,200 rps at 10:30, 1.5 GB, v2, 300ms") == {"1200", "10", "30", "1.5", "2", "300"}


def test_typographic_quotes_and_dashes_are_those_of_a_keyboard() -> None:
    text = "The team\u2019s \u201cfix\u201d \u2014 a restart \u2014 didn\u2019t help."
    (place,) = fold(text).find("team's \"fix\" - a restart - didn't help")
    assert text[place.start : place.end] == text[4:-1]


def test_a_quote_that_ends_within_a_mark_stands_there_as_it_is_written() -> None:
    quote = "the [worker pool]"
    assert fold(TEXT).find(quote) == [], "its brackets are no marks without their target"
    (place,) = unfolded(TEXT).find_written(quote)
    assert TEXT[place.start : place.end] == quote
    assert unfolded(TEXT).find_written("the [worker poo") == [], "whole words only"
