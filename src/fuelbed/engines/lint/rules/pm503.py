"""PM503: no-margin."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_section
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    if answered(reading, "margin") or answered(reading, "threshold", planned=False) or reading.document.has("lucky"):
        return
    yield at_section(
        RULE, reading, ("lucky", "impact", "lessons", "summary", "title"), "Nothing says how close it was, or what stopped it."
    )


RULE = Rule(
    code="PM503",
    name="no-margin",
    severity=Severity.NOTE,
    section="§5",
    stability="off",
    means="Nothing says how close it was: what stopped it from being worse, or how near the system stands to its limit on a normal day.",
    why="The distance to failing is what the actions should change.",
    cure="Say what stopped it, and how much more it would have taken.",
    bad="The disk filled up.",
    good="Ten more minutes and the replica would have been full as well; on a normal day it is at 85 %.",
    question="What kept it from being worse, and how much more would it have taken?",
    false_positives="Nearly every text lacks it, so it is a question and no finding unless selected.",
    check=_check,
    field="threshold and margin",
)
