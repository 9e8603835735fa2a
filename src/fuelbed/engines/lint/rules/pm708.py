"""PM708: recurrence-unexplained."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import TOLD, hits, unexplained
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]

_NEAR = 2  # sentences before and after, in which the reason may stand


def _check(reading: Reading) -> Iterator[Finding]:
    told = hits(reading.document.said(*TOLD), "lint", "recurrence")
    yield from unexplained(
        RULE, reading, told, "lint", "earlier_fix", _NEAR, ", and nothing says why what was done then did not hold."
    )


RULE = Rule(
    code="PM708",
    name="recurrence-unexplained",
    severity=Severity.WARNING,
    section="§7",
    stability="preview",
    means="The text says that this had happened before, and nothing says why what was done then did not hold.",
    why="What comes back shows that the earlier actions did not reach what mattered; that is the best evidence there is.",
    cure="Link the earlier report, and say which of its actions were done and why they did not hold.",
    bad="We had a similar incident in March.",
    good="After the incident in March an alert was added; the pool stayed shared, so it came back.",
    question="What was done after the earlier one, and why did it not hold?",
    false_positives="An earlier incident of another kind that is told for orientation.",
    check=_check,
)
