"""A document understood: kinds of documents, every part of the reading."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from fuelbed.core.reading import Reading
from fuelbed.engines.lint import check
from fuelbed.text.read import read

pytest.importorskip("fuelbed.text.claims")

from fuelbed.text.understand import understand  # it needs the module that was asked for above

PAGE = """# Search down

## Summary

On 3 May a deploy of the indexer changed its batch size. Clients retried at once, which tripled the load on the cluster.

## Contributing factors

- There was no limit on retries

## Action items

- [ ] Limit retries
"""


def test_every_part_is_read() -> None:
    reading = understand(read(PAGE))
    assert reading.triggers
    assert reading.conditions
    assert reading.controls
    assert reading.amplification.kind == "retry_amplification"
    assert len(reading.actions) == 1


def test_what_is_asked_for_first_changes_nothing() -> None:
    """Parts are read when they are asked for, and share what is known of the text: every order tells the same."""
    names = [f.name for f in fields(Reading)][1:]
    told = [
        {n: repr(getattr(reading, n)) for n in order} for order in (names, names[::-1]) for reading in [understand(read(PAGE))]
    ]
    assert told[0] == told[1]


def test_parts_can_be_replaced() -> None:
    reading = understand(read(PAGE))
    other = replace(reading, triggers=(), claims=replace(reading.claims, revert="mitigation"))
    assert other.triggers == ()
    assert other.conditions == reading.conditions
    assert (other.claims.revert, other.claims.single_cause) == ("mitigation", reading.claims.single_cause)
    assert replace(reading.actions[0], cls="doc").cls == "doc"
    assert replace(reading.actions[0], cls="doc").why == reading.actions[0].why


def test_the_rules_do_not_ask_for_all_of_it() -> None:
    reading = understand(read(PAGE.replace("There was no limit on retries", "The limit on retries had been missing since 2019")))
    check(reading)
    assert not {"triggers", "conditions", "controls", "amplification"} & vars(reading).keys()
    assert reading.conditions


@pytest.mark.parametrize("kind", ["template", "empty"])
def test_templates_say_nothing(kind: str) -> None:
    document = read(PAGE, kind="template" if kind == "template" else "empty")
    reading = understand(document)
    assert not reading.triggers + reading.conditions + reading.controls
    assert not reading.amplification.present
    assert not reading.actions


def test_a_notice_is_read_as_far_as_it_tells() -> None:
    reading = understand(read(PAGE, kind="advisory"))
    assert reading.conditions
    assert len(reading.triggers) <= 1


def test_a_name_in_code_is_quoted_whole() -> None:
    d = read("# Outage\n\n## Root cause\n\n- `max_connections` was not monitored.\n- The `pool` was small.\n", "a.md")
    quotes = [d.whole_quote(m.place) for m in understand(d).conditions]
    assert quotes == ["`max_connections` was not monitored.", "The `pool` was small."]
