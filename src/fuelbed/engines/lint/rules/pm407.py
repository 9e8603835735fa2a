"""PM407: procedure-not-followed."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import hits, story, unexplained
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]

_NEAR = 2  # sentences before and after, in which the reason may stand


def _check(reading: Reading) -> Iterator[Finding]:
    told = hits(story(reading.document), "lint", "procedure")
    yield from unexplained(RULE, reading, told, "framing", "sensible", _NEAR, ", and nothing says why it did not fit the work.")


RULE = Rule(
    code="PM407",
    name="procedure-not-followed",
    severity=Severity.NOTE,
    section="§4",
    stability="preview",
    means="A rule or procedure is said not to have been followed, and nothing near says why it did not fit the work.",
    why="Written procedures and real work differ every day; that nobody followed this one says more of it than of them.",
    cure="Say why the procedure did not fit, and whether it is followed on days when nothing fails.",
    bad="The change procedure was not followed.",
    good="The procedure takes two days and has no branch for a security fix, so urgent fixes go round it.",
    question="Is this procedure followed when nothing fails, and what does it cost to follow it?",
    false_positives="The reason told far from the sentence.",
    check=_check,
)
