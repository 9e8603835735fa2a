"""Every lexicon file: each pattern finds its hits, spares its misses, and stays linear on repeated words of its own hits."""

from __future__ import annotations

import re
import time
from typing import get_args

import pytest

from fuelbed.core.document import SectionRole
from fuelbed.text.lexicon import Entry, lexicon, names

ENTRIES = [(name, e) for name in names() for e in lexicon(name).entries]
IDS = [f"{name}-{e.id}" for name, e in ENTRIES]
SHORT, LONG = 2_000, 20_000
FACTOR = 40.0  # 10 would be linear; the rest is noise of a shared machine
HOPELESS = 0.125  # seconds of processor time for 2 kB that only a pattern of another order takes
QUICK = 0.005  # seconds that no ratio is taken of


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=IDS)
def test_hits_and_misses(name: str, entry: Entry) -> None:
    assert entry.hits, "a pattern says what it must find"
    assert entry.misses, "a pattern says what it must not find"
    assert [h for h in entry.hits if entry.find(h) is None] == []
    assert [m for m in entry.misses if entry.find(m) is not None] == []


@pytest.mark.parametrize("name", names())
def test_ids_are_unique_and_words_have_no_edges(name: str) -> None:
    lex = lexicon(name)
    ids = [e.id for e in lex.entries]
    assert len(ids) == len(set(ids))
    for key, words in lex.words.items():
        assert all(w and w == w.strip() for w in words), f"{name}: {key}"


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    start = time.process_time()
    pattern.search(text)
    return time.process_time() - start


def _pumps(entry: Entry) -> list[str]:
    """Texts to repeat: a hit, its beginning, its middle, and its words without the last (so that the match fails late)."""
    hit = entry.hits[0]
    words = hit.split()
    return [
        hit + " ",
        hit[: max(len(hit) // 2, 1)],
        " ".join(words[:-1]) + " " if len(words) > 1 else hit[:-1] or hit,
        words[0] + " ",
        hit[0],
    ]


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=IDS)
def test_patterns_are_linear(name: str, entry: Entry) -> None:
    for pattern in filter(None, (entry.match, entry.unless)):
        for pump in _pumps(entry):
            short, long = (pump * (n // len(pump) + 1) for n in (SHORT, LONG))
            base = _seconds(pattern, short)
            assert base < HOPELESS, f"{entry.id} on {pump[:40]!r}: {base:.2f} s for 2 kB"  # before 20 kB take minutes
            took = _seconds(pattern, long)
            if took > QUICK:
                base = min(base, *(_seconds(pattern, short) for _ in range(2)))
                took = min(took, *(_seconds(pattern, long) for _ in range(3)))
                assert took <= FACTOR * max(base, QUICK / 10), f"{entry.id} on {pump[:40]!r}: {base:.4f} s, then {took:.4f} s"


def test_headings_name_roles() -> None:
    assert {e.role for e in lexicon("headings").entries} <= set(get_args(SectionRole))
