"""PM605: times-out-of-order."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_place
from fuelbed.engines.lint.rule import Rule
from fuelbed.engines.lint.times import fell_back, told_time

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    for before, entry in fell_back(reading.document):
        said = f"{told_time(entry)} stands below {told_time(before)}, in a timeline that goes forward otherwise"
        yield at_place(RULE, reading, entry.place, entry.block, entry.text, f"The entry at {said}.")


RULE = Rule(
    code="PM605",
    name="times-out-of-order",
    severity=Severity.NOTE,
    section="§6",
    stability="preview",
    means="One entry of the timeline is earlier than the entry above it.",
    why="Either a time is wrong or the order is; what was known when cannot be read from it.",
    cure="Correct the time, or move the entry.",
    bad="10:20 rolled back; 10:05 alert fired; 10:40 restored",
    good="10:05 alert fired; 10:20 rolled back; 10:40 restored",
    question="Which of the two is right, the time or the place?",
    false_positives="Two columns of events in one list; a time of another zone. Silent where neither the text nor its front matter has a date.",
    check=_check,
)
