"""Triggers, conditions and controls: the development sentences, sections, labels and documents."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fuelbed.core.document import Document
from fuelbed.text.factors import conditions, controls, faint, triggers
from fuelbed.text.judging import judge
from fuelbed.text.layers import layer
from fuelbed.text.read import read

CORPUS = tomllib.loads((Path(__file__).parents[2] / "data" / "factor_sentences.toml").read_text(encoding="utf-8"))
PAGE = """# Checkout down for two hours

## Summary

On 3 May 2021 a deploy of the pricing service changed the rounding of all prices. Users could not pay.

## Timeline

| Time | Event |
|---|---|
| 10:00 | New pricing image rolled out |
| 10:20 | Alert fires for failed payments |
| 10:40 | Rollback failed because the old image had been deleted |

## Contributing factors

- **Retry amplification**: Our retry logic lacked circuit breakers
- There was no canary
- The two regions share one database, a single point of failure

## What went well

- The rate limiter contained the damage to one tenant

## Action items

- Add an alert on rounding errors
"""


@pytest.fixture(scope="module")
def page() -> Document:
    return read(PAGE)


@pytest.mark.parametrize(("part", "share"), [("before", 0.9), ("after", 0.85)])
def test_sentences_of_the_corpus(part: str, share: float) -> None:
    right = 0
    for role, want, text in CORPUS[part]:
        early = role == "timeline" and want == "trigger"
        got = {f.kind for f in judge(text, role, early=early) if f.score >= 1.0}
        right += (got or {"none"}) == set(want.split())
    assert right >= share * len(CORPUS[part])


def test_triggers(page: Document) -> None:
    found = triggers(page)
    assert any("deploy of the pricing service" in m.what for m in found)
    assert all(page.sentences[m.sentence].plain for m in found)


def test_conditions(page: Document) -> None:
    whats = [m.what for m in conditions(page)]
    assert "retry logic lacked circuit breakers" in whats
    assert any("single point of failure" in w or "share one database" in w for w in whats)


def test_controls(page: Document) -> None:
    status = {(m.status, m.what) for m in controls(page)}
    assert any(s == "absent" and "canary" in w for s, w in status)
    assert any(s == "failed" and "Rollback" in w for s, w in status)
    assert any(s == "worked" and "rate limiter" in w for s, w in status)
    assert any(s == "absent" and "alert on rounding errors" in w for s, w in status)


def test_mentions_stand_in_the_order_of_the_text_and_quote_it(page: Document) -> None:
    for found in (triggers(page), conditions(page), controls(page)):
        starts = [m.place.start for m in found]
        assert starts == sorted(starts)
        for m in found:
            assert page.quote(m.place).strip() == page.quote(m.place)
            assert m.what


def test_a_fact_said_twice_is_one_mention() -> None:
    text = "# Outage\n\n## Summary\n\nThere was no limit on uploads.\n\n## Root cause\n\nThere was no limit on uploads.\n"
    assert len(conditions(read(text))) == 1


def test_an_item_under_causes_is_a_condition_whatever_its_words() -> None:
    text = "# Outage\n\n## Contributing factors\n\n- Political situation in the region\n"
    (m,) = conditions(read(text))
    assert not m.sure
    assert m.why == "section cause"


def test_harm_thanks_and_questions_name_nothing() -> None:
    for text in ("No customer data was lost.", "We apologise to everyone who was affected.", "Why was there no alert?"):
        assert not [f for f in judge(text, "cause") if f.score >= 1.0], text


def test_the_same_words_mean_less_among_the_actions() -> None:
    text = "The parser does not validate the length."
    assert any(f.score >= 1.0 for f in judge(text, "cause"))
    assert not any(f.score >= 1.0 for f in judge(text, "actions"))


@pytest.mark.parametrize(
    ("text", "name"),
    [("CoreDNS pods", "dns"), ("the database ran slow", "database"), ("no alert on lag", "monitoring"), ("a rule", "configuration"),
     ("nothing", "")],
)  # fmt: skip  # pairs
def test_layer(text: str, name: str) -> None:
    assert layer(text) == name


@pytest.mark.parametrize("text", ["", "\n\n", "# Title\n"])
def test_empty_documents(text: str) -> None:
    document = read(text)
    assert triggers(document) == conditions(document) == controls(document) == ()


FEW = """# Search down

## Summary

A deploy of the indexer filled the disk of one node. The index has always been kept on one node. Requests waited for it.

The disks are small and old. Nobody watches them at night.

## Action items

- [ ] Keep a copy
"""


def test_what_is_faint_fills_up_and_repeats_nothing() -> None:
    d = read(FEW)
    came, stood = triggers(d), conditions(d)
    found = faint(d, came, stood)
    assert found
    assert not {m.sentence for m in found} & {m.sentence for m in (*came, *stood)}
    assert not any(m.sure for m in found)
    for kind, told, least in (("trigger", came, 4), ("condition", stood, 5)):
        assert len(told) + sum(m.kind == kind for m in found) <= max(least, len(told))
    assert [m.place.start for m in found] == sorted(m.place.start for m in found)


def test_a_text_that_tells_enough_has_no_faint_ones() -> None:
    listed = "\n".join(
        f"- There was no limit on the {part}" for part in ("uploads", "queue of jobs", "size of the pool", "retries", "disk")
    )
    d = read(f"# Outage\n\n## Contributing factors\n\n{listed}\n")
    assert len(conditions(d)) == 5
    assert not [m for m in faint(d, triggers(d), conditions(d)) if m.kind == "condition"]


def test_a_notice_has_none() -> None:
    d = read(FEW, kind="advisory")
    assert faint(d, triggers(d), conditions(d)) == ()
