"""PM404: character-judgement."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_hit, hits, story
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    for s, hit in hits(story(reading.document), "lint", "character"):
        yield at_hit(RULE, reading, s, hit, " judges a character where a condition should stand.")


RULE = Rule(
    code="PM404",
    name="character-judgement",
    severity=Severity.WARNING,
    section="§4",
    stability="off",
    means="Somebody's character is given as an explanation: careless, negligent, complacent.",
    why="Character cannot be patched, and the next person meets the same conditions.",
    cure="Replace the judgement by what the person saw, and by what stood there.",
    bad="The operator was careless.",
    good="The dialog has the same two buttons for both volumes.",
    question="What would a careful colleague have done with the same screen and the same knowledge?",
    false_positives="Legal language; a judgement of software, of a manual step or of a feeling; said in jest, or of oneself with the reason beside it (nine of 16 on unread texts).",
    check=_check,
)
