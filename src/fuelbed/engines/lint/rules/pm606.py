"""PM606: duration-contradicted."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import clip, in_sentence
from fuelbed.engines.lint.rule import Rule
from fuelbed.engines.lint.times import contradicted

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    for s in reading.document.said():
        found = contradicted(s.plain)
        if found is not None:
            first, last, minutes = found
            between = f"between them lie {minutes} minutes" if minutes < 180 else f"between them lie {minutes / 60:.1f} hours"
            yield in_sentence(RULE, reading, s, first, last, f"{clip(s.words[first:last])} does not fit its times: {between}.")
            return


RULE = Rule(
    code="PM606",
    name="duration-contradicted",
    severity=Severity.NOTE,
    section="§6",
    stability="preview",
    means="A sentence gives two times of day and a duration that does not lie between them.",
    why="Readers compare durations across reports; one of the three numbers is wrong.",
    cure="Correct the times or the duration.",
    bad="It was down from 10:02 to 11:40 (48 minutes).",
    good="It was down from 10:02 to 11:40 (98 minutes).",
    question="Which is right, the two times or the duration?",
    false_positives="A duration of something else in the same sentence; times of two zones.",
    check=_check,
)
