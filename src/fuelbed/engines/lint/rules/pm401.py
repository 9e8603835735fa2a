"""PM401: human-error-label."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_hit, hits, story
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    document = reading.document
    told = (
        s for s in story(document) if document.role_of(s) != "timeline" and not s.plain.rstrip().endswith("?")
    )  # what was assumed on the way, or is asked, is no cause
    for s, hit in hits(told, "lint", "human_error"):
        yield at_hit(RULE, reading, s, hit, " labels an action and explains nothing.")


RULE = Rule(
    code="PM401",
    name="human-error-label",
    severity=Severity.WARNING,
    section="§4",
    stability="preview",
    means="“Human error” or a mistake of a person is given as a cause.",
    why="The label ends the search where it should begin: with what made the action look right, and what let one action do so much.",
    cure="Say what the person saw and knew, and which guard was missing.",
    bad="The cause was human error.",
    good="The console showed test and production alike and asked for no confirmation.",
    question="What made the action look right at the time, and what let one action do this much?",
    false_positives="The label quoted or criticised in words that the rule does not know.",
    check=_check,
)
