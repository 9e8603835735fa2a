"""PM504: rare-event-excuse."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import TOLD, at_hit, hits
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    for s, hit in hits(reading.document.said(*TOLD), "lint", "rare_event"):
        if lexicon("lint").first(s.plain, "quantity") is None:
            yield at_hit(RULE, reading, s, hit, " comes without a number.")
            return


RULE = Rule(
    code="PM504",
    name="rare-event-excuse",
    severity=Severity.NOTE,
    section="§5",
    stability="preview",
    means="The failure is called rare or unprecedented, without a number.",
    why="Each combination is rare; that some combination comes is not. The word ends the search for the margin.",
    cure="Give the number (how often, how much above what), or say how many other ways lead there.",
    bad="This was a very unlikely combination of events.",
    good="Load was three times the highest of the year; the limit stands at twice.",
    question="How often would something of this size come, and how much less would have been enough?",
    false_positives="A rare case of a bug that is told with its condition.",
    check=_check,
)
