"""Feedback and spread: the development corpus, guards, passages and documents."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from fuelbed.core.reading import Amplification
from fuelbed.text.amplification import amplification, evidence
from fuelbed.text.read import read

CORPUS = tomllib.loads((Path(__file__).parents[2] / "data" / "mechanisms.toml").read_text(encoding="utf-8"))


def of(text: str) -> Amplification:
    return amplification(read(f"# Outage\n\n## Summary\n\n{text}\n"))


@pytest.mark.parametrize(
    ("part", "recall", "kinds"),
    [
        ("before", 0.95, 0.95),
        ("after", 0.8, 0.75),
        ("fresh", 0.8, 0.75),
        ("last", 0.8, 0.7),
        ("plain", 0.85, 0.8),
        ("plainer", 0.85, 0.75),
        ("counter", 0.9, 0.85),
    ],
)
def test_passages_of_the_corpus(part: str, recall: float, kinds: float) -> None:
    told = [(kind, of(text).kind) for kind, text in CORPUS[part]]
    present = [(want, got) for want, got in told if want != "none"]
    false = [got for want, got in told if want == "none" and got != "none"]
    assert len(false) <= 1, false
    assert sum(got != "none" for _, got in present) >= recall * len(present)
    assert sum(got == want for want, got in present) >= kinds * len(present)


def test_at_least_half_of_the_corpus_is_none() -> None:
    rows = [kind for part in CORPUS.values() for kind, _ in part]
    assert len(rows) >= 120
    assert 2 * rows.count("none") >= len(rows) - 2


@pytest.mark.parametrize(
    "text",
    [
        "The change would prevent a cascading failure.",
        "There was no retry storm.",
        "This could cascade to other services.",
        "We limited the rate to avoid a thundering herd.",
        "It did not snowball.",
    ],
)
def test_what_is_feared_prevented_or_denied_does_not_count(text: str) -> None:
    assert not of(text).present


def test_a_denial_does_not_reach_over_its_clause() -> None:
    assert of("The server did not answer, and a retry storm followed.").kind == "retry_amplification"


def test_two_sentences_say_one_mechanism_together() -> None:
    cause = "The backlog of unsent mails kept growing."
    effect = "Each poll of the queue was slower than the one before."
    assert not of(cause).present
    assert of(f"{cause} {effect}").kind == "accumulation"


def test_sections_keep_their_sentences_apart() -> None:
    text = "# Outage\n\n## Summary\n\nThe backlog kept growing.\n\n## Impact\n\nPages were slow.\n"
    assert not amplification(read(text)).present


@pytest.mark.parametrize(
    "text",
    [
        "There are several factors that led to the degraded service. Clients were told.",
        "We did not ask partners to provision capacity before the launch itself.",
        "The volume was mounted again and the disk was slow.",
        "The leaked token was not removed from the list.",
        "Traffic increased. The job was retried by an engineer.",
        "The load was high. Failed uploads were retried once.",
    ],
)
def test_words_that_feed_nothing_back_say_nothing(text: str) -> None:
    assert not of(text).present


def test_many_weak_hints_are_no_evidence() -> None:
    assert not of(" ".join(["Pods were crash-looping."] * 8)).present


def test_two_things_that_act_on_each_other() -> None:
    assert of("The webhook created a comment, and the comment triggered the webhook.").kind == "multiplication_loop"


def test_rows_of_a_timeline_follow_each_other() -> None:
    text = (
        "# Outage\n\n## Timeline\n\n- 10:00 Connections pile up on the primary\n- 10:05 Queries are slow and the primary stalls\n"
    )
    assert amplification(read(text)).kind == "accumulation"


def test_what_is_planned_does_not_count() -> None:
    text = "# Outage\n\nA disk failed.\n\n## Action items\n\n- Stop retry storms with circuit breakers\n"
    assert not amplification(read(text)).present


def test_named_and_implied() -> None:
    assert of("A retry storm followed.").named
    implied = of("Clients that got a timeout sent the same request again at once, which tripled the load on the database.")
    assert implied.present
    assert not implied.named


def test_the_mention_quotes_the_source() -> None:
    text = "# Outage\n\n## Summary\n\nAt noon *everything* had cascaded.\n"
    document = read(text)
    mention = amplification(document).mention
    assert mention is not None
    assert document.quote(mention.place) == "cascaded"
    assert mention.sure
    assert mention.why == "cascade_word"


def test_long_text_is_read_in_linear_time() -> None:
    one = "the queue grew and more requests waited for the slow thread pool again and again "
    assert len(re.findall("queue", one * 500)) == 500
    evidence([one * 500])


def test_an_empty_document() -> None:
    assert amplification(read("")) == Amplification()
