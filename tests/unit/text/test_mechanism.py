"""Kinds of weakness: read where the cause is told, not where plans or times are, each with its place."""

from __future__ import annotations

from fuelbed.text.mechanism import kinds_of, recurrences, titles, weaknesses
from fuelbed.text.read import read
from fuelbed.text.understand import understand

TEXT = """# Rules took the edge down

## Summary
A new rule was pushed to the whole fleet within seconds and every process panicked on the oversized file.

## Root cause
There was no staged rollout for data files. It was never rehearsed.

## Action items
- Add a memory limit: there was no memory limit on the pods.
"""


def test_what_stood_there_and_not_what_is_planned() -> None:
    reading = understand(read(TEXT, "a.md"))
    found = {w.kind: reading.document.quote(w.place) for w in weaknesses(reading)}
    assert {"whole_fleet_at_once", "fatal_on_bad_data"} <= set(found)
    assert "no_limit" not in found, "only a plan speaks of it"
    assert all(q in TEXT for q in found.values())


def test_every_kind_has_a_title_and_words() -> None:
    assert all(titles().values())
    assert kinds_of("a stale DNS record and an expired certificate") == {"stale_state", "expired"}
    assert kinds_of("") == frozenset()


def test_recurrence_is_what_the_text_says_of_itself() -> None:
    d = read("# Out\n\n## Summary\nThe same problem occurred before. We work to prevent this from happening again.\n", "a.md")
    assert [s.plain for s in recurrences(d)] == ["The same problem occurred before."]
