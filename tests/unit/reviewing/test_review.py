"""Reviews: what follows is computed from the drafted case, and the key question by trying its other answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fuelbed.reviewing import review
from fuelbed.reviewing.consequences import case_of, consequences
from fuelbed.reviewing.data import review_data
from fuelbed.reviewing.text import render_review
from fuelbed.reviewing.understood import items, rows, what_items_do
from fuelbed.text.read import read
from fuelbed.text.understand import understand
from tests.further import one_in

STORY = """# Search down for 40 minutes

## Summary

A deploy of the ranking service caused the outage.

## Contributing factors

- The request queue of the gateway is unbounded.
- The ranking service has no limit on concurrent queries.

## Action items

- [ ] Roll back the deploy of the ranking service
- [ ] Bound the request queue of the gateway
- [ ] Add a dashboard for the ranking service
"""
SHARED = Path(__file__).parents[4] / "shared" / "data"
TEXTS = sorted([*SHARED.glob("postmortems/*.md"), *SHARED.glob("postmortems-unlabelled/*/*.md")])


GERMAN = """# Ausfall der Anmeldung am 3. März 2026

Am 3. März 2026 konnten sich zwischen 09:12 und 11:40 Uhr keine Kunden anmelden. Ursache war ein abgelaufenes Zertifikat des Identitätsdienstes.
Eine Überwachung der Laufzeit gab es nicht, und die Erneuerung dauerte zwei Stunden.
"""


def test_a_text_in_another_language_is_told_as_one() -> None:
    screen = " ".join(render_review(review(read(GERMAN, "a.md"))).split())
    assert "knows no other language" in screen
    assert "draft --prompt" in screen
    short = render_review(review(read("# Notes\n\nNothing of note.\n", "a.md")))
    assert "language" not in short


def test_what_follows_is_that_of_the_drafted_case() -> None:
    r = review(read(STORY))
    assert r.draft is not None
    assert r.follows is not None
    case = case_of(r.draft)
    assert r.follows == consequences(case)
    assert r.follows.ways == len(case.of_kind("trigger")), "one cut set for each trigger: all conditions are needed in a draft"
    untouched = [case.factors[n].what for n in r.follows.untouched]
    assert any("limit on concurrent" in w for w in untouched)
    assert not any("queue" in w for w in untouched), "an item bounds the queue"
    assert len(r.follows.trigger_only) == 1
    assert len(r.follows.sight_only) == 1
    closing = {
        a
        for a in case.actions
        if any(case.factors[c.target].kind == "condition" for c in case.actions[a].does if c.target in case.factors)
    }
    assert closing
    assert set(r.follows.over) == {a for a in case.actions if case.actions[a].does} - closing, (
        "closing it breaks every cut set; items that close one are not compared"
    )


def test_what_no_item_is_about_is_asked_for_first() -> None:
    r = review(read(STORY))
    assert r.question is not None
    assert r.question.text == "Which action item closes “ranking service has no limit on concurrent queries”?"
    assert r.question.line == 10


def test_else_a_likely_reading_is_doubted() -> None:
    more = "- The gateway had no timeout for slow queries.\n- The ranking service has no limit on concurrent queries.\n"
    done = "- [ ] Limit the concurrent queries of the ranking service\n- [ ] Give the gateway a timeout for slow queries\n"
    text = STORY.replace("- The ranking service has no limit on concurrent queries.\n", more).replace(
        "- [ ] Add a dash", done + "- [ ] Add a dash"
    )
    r = review(read(text))
    assert r.question is not None
    assert r.question.text.startswith("Would it have failed without “")
    assert r.question.line in (10, 11)


def test_the_rows_quote_the_text_and_mark_what_is_a_guess() -> None:
    text = STORY.replace("- [ ] Add a dash", "- [ ] Limit the concurrent queries of the ranking service\n- [ ] Add a dash")
    reading = understand(read(text))
    found = rows(reading)
    lines = text.splitlines()
    assert [(r.kind, r.doubt, r.after) for r in found] == [("set off", True, ""), ("stood", False, "→ line 16")], (
        "a trigger is always a guess"
    )
    for row in found:
        assert row.words.strip("“”").removesuffix(" ...") in lines[row.line - 1]
    unsure = replace(reading, conditions=tuple(replace(m, sure=False) for m in reading.conditions))
    assert [(r.kind, r.doubt, r.after) for r in rows(unsure)] == [("set off", True, ""), ("stood", True, "")], (
        "the likeliest condition stands in"
    )
    assert rows(replace(reading, conditions=reading.conditions[:1], triggers=())) != []


def test_one_sentence_is_not_shown_as_trigger_and_as_condition() -> None:
    reading = understand(read(STORY))
    twice = replace(
        reading.conditions[0], place=reading.triggers[0].place, sentence=reading.triggers[0].sentence, sure=True, weight=9.0
    )
    shown = rows(replace(reading, conditions=(twice, *reading.conditions)))
    assert [r.line for r in shown] == [5, 10]


@pytest.mark.parametrize(
    ("items_", "said", "shown"),
    [
        ("", "", []),
        ("- Add a dashboard for the ranking service\n", "The only action item only adds sight:", ["sight"]),
        (
            "- Bound the request queue\n- Limit concurrent queries\n",
            "Both action items change the system:",
            ["system", "system"],
        ),
        (
            "- Bound the request queue\n- Add a dashboard for the queue\n- Add an alert on its length\n",
            "Of 3 action items, 1 changes the system and 2 only add sight:",
            ["system", "sight", "sight"],
        ),
        (
            "- Bound the request queue\n" * 6 + "- Add a dashboard for the queue. Add an alert on its length\n",
            "Of 7 action items, 6 change the system (lines 7, 8, 9, 10, 11 and 12) and 1 only adds sight (line 13).",
            [],
        ),
    ],
)
def test_what_the_items_do_is_said_by_class(items_: str, said: str, shown: list[str]) -> None:
    head = "# Search down\n\nA deploy of the ranking service caused the outage.\n\n## Action items\n\n"
    reading = understand(read(head + items_))
    assert what_items_do(reading) == said
    assert [r.kind for r in items(reading)] == shown


def test_without_a_condition_it_asks_for_one() -> None:
    r = review(
        read("# Search down\n\nA deploy of the ranking service caused the outage.\n\n## Action items\n\n- Roll back the deploy\n")
    )
    assert r.question is not None
    assert r.question.text.startswith("Which standing condition made it possible for the trigger to do this, and since when")


def test_a_condition_that_is_a_guess_is_named_in_the_question_for_one() -> None:
    r = review(read(STORY.replace("- The ranking service has no limit on concurrent queries.\n", "")))
    assert not any(m.sure for m in r.reading.conditions)
    assert r.question is not None
    assert "to do this (that of line 9?), and since when" in r.question.text


@pytest.mark.parametrize("text", ["", "# Title\n", "just words about nothing", "## Root cause\n\nTBD\n"])
def test_nothing_follows_from_nothing(text: str) -> None:
    r = review(read(text))
    assert r.follows is None
    assert "Draft its case" not in render_review(r)


@pytest.mark.skipif(not TEXTS, reason="the real texts (../shared/data) are not here")
@pytest.mark.parametrize("nth", one_in(3, range(3)))
def test_every_real_text_is_a_screenful(nth: int) -> None:
    for path in TEXTS[nth::3]:
        out = render_review(review(read(path.read_text(encoding="utf-8"), path.name)))
        lines = out.rstrip("\n").split("\n")
        assert len(lines) <= 30, path.name
        assert max(map(len, lines[:-1])) <= 80, path.name
        assert render_review(review(read(path.read_text(encoding="utf-8"), path.name)), every=True).startswith(path.name[:20])


def test_what_is_faint_is_shown_with_everything_and_nowhere_else() -> None:
    text = "# Search down\n\nA deploy of the indexer filled the disk of one node. The index has always been kept on one node. Requests waited for it.\n\nThe disks are small and old.\n\n## Action items\n\n- Keep a copy\n"
    r = review(read(text, "pm.md"))
    assert r.reading.faint
    every, screen = render_review(r, 80, True), render_review(r, 80)
    words = " ".join(every.split())
    assert "nothing is built on them" in words
    assert "Perhaps" not in screen
    data = review_data(r, r.findings)
    faint = [m["line"] for kind in ("triggers", "conditions") for m in data[kind] if m["faint"]]
    assert len(faint) == len(r.reading.faint)
    assert all(len(line) <= 80 for line in every.splitlines())
