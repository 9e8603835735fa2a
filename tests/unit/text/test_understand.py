"""A document understood: kinds of documents, every part of the reading."""

from __future__ import annotations

import pytest

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
