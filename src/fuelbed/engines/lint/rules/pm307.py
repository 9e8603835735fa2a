"""PM307: redundancy-lost."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import TOLD, at_hit, hits, near
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]

_NEAR = 3  # sentences before and after, in which the shared thing may stand


def _check(reading: Reading) -> Iterator[Finding]:
    for s, hit in hits(reading.document.said(*TOLD), "lint", "redundancy_lost"):
        if not any(lexicon("lint").first(x.plain, "what_they_shared") for x in near(reading.document, s, _NEAR)):
            yield at_hit(RULE, reading, s, hit, ", and nothing near says what they shared.")
            return


RULE = Rule(
    code="PM307",
    name="redundancy-lost",
    severity=Severity.NOTE,
    section="§3",
    stability="preview",
    means="Parts that stand in for each other were lost together, and nothing near says what they shared.",
    why="Redundancy counts only between things that fail independently; what took both will take both again.",
    cure="Say what the parts shared: version, configuration, clock, load, place, or a way to fail over.",
    bad="Both replicas went down.",
    good="Both replicas went down, as both had the same full volume.",
    question="What did these parts share that took them down together?",
    false_positives="The shared thing told far from the sentence.",
    check=_check,
)
