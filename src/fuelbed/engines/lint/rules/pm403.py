"""PM403: accident-adverb."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_hit, hits, story
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]

_MOST = 2  # findings of one text


def _check(reading: Reading) -> Iterator[Finding]:
    for s, hit in islice(hits(story(reading.document), "lint", "accident_person"), _MOST):
        yield at_hit(RULE, reading, s, hit, " says that it was not wanted, and not what made it look right.")


RULE = Rule(
    code="PM403",
    name="accident-adverb",
    severity=Severity.NOTE,
    section="§4",
    stability="preview",
    means="A person is said to have done something accidentally or by mistake.",
    why="The word says that the outcome was not wanted, which is always so; it stops before what made the act look right.",
    cure="Say what was seen on the screen, and what would have shown the difference.",
    bad="An engineer accidentally deleted the volume.",
    good="The console showed the test and the live volume alike.",
    question="What made the two look alike, and what would have shown the difference?",
    false_positives="An act that has its reasons told beside it.",
    check=_check,
)
