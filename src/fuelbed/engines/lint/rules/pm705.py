"""PM705: counterfactual."""

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
    for s, hit in islice(hits(story(reading.document), "lint", "counterfactual"), _MOST):
        yield at_hit(RULE, reading, s, hit, " describes what did not happen.")


RULE = Rule(
    code="PM705",
    name="counterfactual",
    severity=Severity.NOTE,
    section="§7",
    stability="off",
    means="The text says what should or could have been done, instead of what was there.",
    why="A counterfactual explains an outcome that did not happen. Why the action taken made sense stays open.",
    cure="Say what was known at the time, and what would have told them.",
    bad="The team should have noticed.",
    good="Nothing on the dashboard told the team; the panel averages over all zones.",
    question="What was visible at the time, and why did it not lead to the other action?",
    false_positives="A wish for the future (“should have an owner”); a statement about software.",
    check=_check,
)
