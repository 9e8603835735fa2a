"""PM303: coincidence-as-cause."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_hit, hits
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    for s, hit in hits(
        reading.document.said("cause", "trigger", "summary", "background", "lessons", "went_wrong", "other"),
        "lint",
        "coincidence",
    ):
        yield at_hit(RULE, reading, s, hit, " explains nothing: what comes together may share something.")


RULE = Rule(
    code="PM303",
    name="coincidence-as-cause",
    severity=Severity.NOTE,
    section="§3",
    stability="off",
    means="Chance or bad luck is given as the explanation.",
    why="What comes together once by chance often shares something: a clock, a load, a dependency.",
    cure="Say what the parts had in common, or show that they had nothing.",
    bad="By bad luck both failed in the same week.",
    good="Both use one certificate, which expired that week.",
    question="What do the things that coincided share, and was that looked for?",
    false_positives="A sentence about good luck; a coincidence that was looked into.",
    check=_check,
)
