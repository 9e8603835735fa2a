"""PM608: seen-before-it-began."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_place
from fuelbed.engines.lint.rule import Rule
from fuelbed.engines.lint.times import detection, told_time

__all__ = ["RULE"]

_APART = 2  # minutes that two clocks may differ


def _check(reading: Reading) -> Iterator[Finding]:
    told = detection(reading.document)
    if told is not None and told.minutes < -_APART:
        said = f"Seen at {told_time(told.seen)}, and begun only at {told_time(told.began)}"
        yield at_place(RULE, reading, told.began.place, told.began.block, told.began.text, f"{said}.")


RULE = Rule(
    code="PM608",
    name="seen-before-it-began",
    severity=Severity.NOTE,
    section="§6",
    stability="preview",
    means="By the timeline the incident was detected before it began.",
    why="Either a time is wrong, or it began earlier than the text says, and then something else set it off.",
    cure="Correct the time, or say what was there before.",
    bad="10:05 alert fired; 10:20 the outage began",
    good="10:00 first errors; 10:05 alert fired; 10:20 the site was down",
    question="When did it begin, and what did the first signal see?",
    false_positives="An alert for a precursor that is told apart from the failure.",
    check=_check,
)
