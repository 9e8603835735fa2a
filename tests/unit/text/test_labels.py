"""Sentences with the label that a reader should see, and labels of the real texts: no stumps, no leftovers."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from fuelbed.core.reading import Mention
from fuelbed.text.factors import conditions, controls, triggers
from fuelbed.text.judging import judge
from fuelbed.text.phrases import label
from fuelbed.text.read import read
from fuelbed.text.wording import stems

DATA = Path(__file__).parents[2] / "data"
REAL = sorted((Path(__file__).resolve().parents[4] / "shared" / "data" / "postmortems").glob("*.md"))
ROWS = tomllib.loads((DATA / "labels.toml").read_text(encoding="utf-8"))
FAULT = re.compile(
    r"^(?:and|or|but|because|which|that|of|due|so|while|when|\d{1,2}:\d\d|\d{4}-\d\d)\b|\b(?:the|a|an|of|to|in|and|or|with|for|by|was|were|is)$"
)
"""How a label must not begin or end."""


def _alike(a: str, b: str) -> float:
    """F1 of the words with content."""
    one, two = set(stems(a)), set(stems(b))
    return 2 * len(one & two) / max(len(one) + len(two), 1)


@pytest.mark.parametrize(("part", "share"), [("before", 0.75), ("after", 0.75)])
def test_the_label_says_what_a_reader_should_see(part: str, share: float) -> None:
    right = 0
    for role, kind, text, want in ROWS[part]:
        sentence = read(f"{text}\n").sentences[-1]
        found = [f for f in judge(sentence.plain, role, early=role == "timeline", listed=True) if f.kind == kind]
        if found:
            f = found[0]
            right += _alike(label(sentence, f.first, f.last, since=f.since, asks=f.asked), want) >= 0.8
    assert right >= share * len(ROWS[part])


def _faults(mentions: tuple[Mention, ...]) -> list[str]:
    return [
        m.what
        for m in mentions
        if FAULT.search(m.what) or m.what.count('"') % 2 or m.what.count("(") != m.what.count(")") or len(m.what.split()) > 16
    ]


@pytest.mark.skipif(not REAL, reason="the real texts (../shared/data) are not here")
def test_labels_of_real_texts_are_no_stumps() -> None:
    said: list[str] = []
    faults: list[str] = []
    for file in REAL:
        document = read(file.read_text(encoding="utf-8"), file.name)
        for mentions in (triggers(document), conditions(document), controls(document)):
            said += [m.what for m in mentions]
            faults += _faults(mentions)
    assert len(faults) <= 0.05 * len(said), faults


@pytest.mark.parametrize(
    ("text", "match", "what"),
    [
        (
            "A pool timeout cut from 2 seconds to 200 milliseconds coincided with a slow disk.",
            "timeout cut",
            "pool timeout cut from 2 seconds to 200 milliseconds",
        ),
        (
            "It was down for 45 minutes due to badly sized caches on both nodes.",
            "badly sized",
            "badly sized caches on both nodes",
        ),
        ("Writes go to one queue, which has no limit.", "has no limit", "one queue has no limit"),
        ("Because the pool was too small, users waited.", "too small", "pool was too small"),
        ('The worker read the file "limits of the new hosts" at start, though never again.', "read the file", ""),
    ],
)
def test_label_of_a_match(text: str, match: str, what: str) -> None:
    sentence = read(f"{text}\n").sentences[-1]
    first = sentence.plain.index(match)
    said = label(sentence, first, first + len(match))
    assert said == what if what else not _faults((Mention("condition", said, sentence.place(), 0),))
