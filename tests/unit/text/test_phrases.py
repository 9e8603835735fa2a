"""Labels in the text's own words."""

from __future__ import annotations

import pytest

from fuelbed.text.phrases import clause, label, opened, shortened
from fuelbed.text.read import read


def of(text: str, match: str) -> str:
    document = read(f"{text}\n")
    sentence = document.sentences[-1]
    first = sentence.plain.index(match)
    return label(sentence, first, first + len(match))


@pytest.mark.parametrize(
    ("text", "match", "what"),
    [
        (
            "Retry amplification: Our retry logic lacked circuit breakers.",
            "lacked circuit breakers",
            "retry logic lacked circuit breakers",
        ),
        ("However, there was no alert on lag, so nobody knew.", "no alert", "no alert on lag"),
        ("On 3 May 2021 a deploy changed the currency.", "deploy", "deploy changed the currency"),
        ("The pod died because memory limits were not set.", "not set", "memory limits were not set"),
        ("The timeout (300 ms) was hard-coded.", "hard-coded", "timeout was hard-coded"),
    ],
)
def test_label(text: str, match: str, what: str) -> None:
    assert of(text, match) == what


def test_a_label_ends_before_a_word_that_hangs() -> None:
    assert shortened("one two three four five six seven of the eight nine ten eleven twelve", 9).split()[-1] == "seven"


def test_a_name_is_not_cut() -> None:
    assert not shortened("a b c d e f g h Amazon Web Services x", 10).endswith(("Amazon", "Web"))


def test_a_clause_ends_at_marks_and_joining_words() -> None:
    text = "The pod died because memory limits were not set; users saw errors."
    first = text.index("not set")
    start, end = clause(text, first, first + 7)
    assert text[start:end].strip() == "because memory limits were not set"


def test_what_leads_in_goes_and_what_is_counted_stays() -> None:
    assert opened("First, the queue grew") == "queue grew"
    assert opened("the first of our resolvers stopped") == "first of our resolvers stopped"
