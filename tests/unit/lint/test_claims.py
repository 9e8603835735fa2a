"""The rules that rest on claims and classes, on readings built by hand: what they make of a reading, whoever read it."""

from __future__ import annotations

from fuelbed.core.document import Document, Item
from fuelbed.core.reading import ActionClass, Claims, Mention, MentionKind, ReadAction, Reading
from fuelbed.engines.lint import check
from fuelbed.text.read import read

TEXT = """\
# Booking page down

## Root cause

The logs were lost with the node. The root cause was a memory leak. The fault was probably a race.

## Resolution

We rolled back at 10:20 and it went on until 11:40.

## Action items

- First item
- Second item
"""


def document() -> Document:
    return read(TEXT, "a.md")


def mention(d: Document, kind: MentionKind, words: str) -> Mention:
    s = next(s for s in d.sentences if words in s.plain)
    first = s.plain.index(words)
    return Mention(kind, words, s.place(first, first + len(words)), s.index, sure=True)


def acts(d: Document, *classes: ActionClass, undoes: bool = False, layout: str = "list") -> tuple[ReadAction, ...]:
    items = [i for i in d.items if i.text.endswith("item")]
    made = [Item(i.text, i.place, "prose" if layout == "prose" else "list", sentences=i.sentences, block=i.block) for i in items]
    return tuple(ReadAction(i, c, undoes=undoes, sure=True) for i, c in zip(made, classes, strict=False))


def codes(r: Reading, *select: str) -> list[str]:
    return [f.code for f in check(r, select=select or ("PM",))]


def test_one_cause() -> None:
    d = document()
    certain = Reading(d, claims=Claims(single_cause=mention(d, "single_cause", "The root cause was a memory leak")))
    assert codes(certain, "PM501", "PM603") == ["PM603", "PM501"]
    hedged = Reading(d, claims=Claims(single_cause=mention(d, "single_cause", "The fault was probably a race")))
    assert codes(hedged, "PM501", "PM603") == []
    assert codes(Reading(d), "PM501", "PM603") == []


def test_failure_that_outlives_its_trigger() -> None:
    d = document()
    claims = Claims(revert="attempted_failed", revert_mention=mention(d, "revert", "We rolled back"))
    assert codes(Reading(d, claims=claims), "PM203") == []  # the text is too short for its silence to mean something
    long = read(TEXT.replace("## Resolution", "The team met. " * 30 + "\n\n## Resolution"), "a.md")
    claims = Claims(revert="attempted_failed", revert_mention=mention(long, "revert", "We rolled back"))
    assert codes(Reading(long, claims=claims), "PM203") == ["PM203"]
    assert codes(Reading(long, claims=Claims(revert="mitigation", revert_mention=claims.revert_mention)), "PM203") == []


def test_portfolios() -> None:
    d = document()
    portfolio = ("PM102", "PM701", "PM702", "PM704")
    for classes, undoes, expected in (
        (("trigger_only", "trigger_only"), False, ["PM102"]),
        (("trigger_only", "monitoring"), False, ["PM102"]),
        (("trigger_only", "doc"), True, ["PM701"]),
        (("structural", "monitoring"), False, []),
        (("monitoring", "process"), False, ["PM702"]),
        (("monitoring", "monitoring"), False, ["PM702"]),
        (("process", "doc"), False, ["PM704"]),
        ((), False, []),
    ):
        assert codes(Reading(d, actions=acts(d, *classes, undoes=undoes)), *portfolio) == expected, classes
    prose = Reading(d, actions=acts(d, "monitoring", "process", layout="prose"))
    assert codes(prose, *portfolio) == [], "what prose promises is never sure to be all of it"


def test_only_the_revert_was_made() -> None:
    d = document()
    claims = Claims(revert="only_fix", revert_mention=mention(d, "revert", "We rolled back"))
    assert codes(Reading(d, claims=claims, actions=acts(d, "doc", "monitoring")), "PM701") == ["PM701"]
    assert codes(Reading(d, claims=claims, actions=acts(d, "structural")), "PM701") == []
