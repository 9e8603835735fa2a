"""PM607: immediately-contradicted."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_hit, hits
from fuelbed.engines.lint.rule import Rule
from fuelbed.engines.lint.times import detection, told_time

__all__ = ["RULE"]

_LATE = 30  # minutes from which nobody would say "at once"


def _check(reading: Reading) -> Iterator[Finding]:
    told = detection(reading.document)
    if told is None or told.minutes < _LATE:
        return
    for s, hit in hits(
        reading.document.said("summary", "detection", "impact", "went_well", "lessons", "background"), "lint", "at_once"
    ):
        late = f"by the timeline {told.minutes:.0f} minutes passed from {told_time(told.began)} to {told_time(told.seen)}"
        yield at_hit(RULE, reading, s, hit, f", and {late}.")
        return


RULE = Rule(
    code="PM607",
    name="immediately-contradicted",
    severity=Severity.WARNING,
    section="§6",
    stability="preview",
    means="The text says that it was seen or answered at once, and its own timeline says half an hour or more.",
    why="How long a failure stays unseen is a property of the system; the word hides it.",
    cure="Replace the word by the time, or correct the timeline.",
    bad="We were alerted immediately. 10:02 outage began; 11:15 alert fired.",
    good="The alert fired 73 minutes after the outage began.",
    question="How long was it there before anybody saw it?",
    false_positives="The word is about another step than the first detection.",
    check=_check,
)
