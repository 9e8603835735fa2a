"""PM307: redundancy-lost."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import TOLD, hits, unexplained
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]

_NEAR = 3  # sentences before and after, in which the shared thing may stand


def _check(reading: Reading) -> Iterator[Finding]:
    told = hits(reading.document.said(*TOLD), "lint", "redundancy_lost")
    yield from unexplained(RULE, reading, told, "lint", "what_they_shared", _NEAR, ", and nothing near says what they shared.")


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
