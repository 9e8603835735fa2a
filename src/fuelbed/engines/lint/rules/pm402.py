"""PM402: person-failed-to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_hit, hits, story
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]

_MOST = 3  # findings of one text


def _check(reading: Reading) -> Iterator[Finding]:
    for s, hit in islice(hits(story(reading.document), "lint", "person_blunder"), _MOST):
        yield at_hit(RULE, reading, s, hit, " says what somebody did not do, and not why that was likely.")


RULE = Rule(
    code="PM402",
    name="person-failed-to",
    severity=Severity.WARNING,
    section="§4",
    stability="preview",
    means="A person or team is said to have failed, forgotten or overlooked something.",
    why="What somebody did not do describes no cause: it compares what happened with what is known now.",
    cure="Say what the work looked like to them, and what would have told them.",
    bad="The engineer forgot the flag.",
    good="Without the flag the tool takes all hosts, and nothing in the runbook says so.",
    question="What in the work made this easy to miss, and what would have shown it?",
    false_positives="A team reporting on itself in the third person; a description of a tool's user.",
    check=_check,
)
