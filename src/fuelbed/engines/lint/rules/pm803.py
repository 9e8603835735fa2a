"""PM803: action-no-owner-date."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_action, clip
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    for a in reading.actions:
        if a.item.layout != "prose" and not (a.item.owner or a.item.due or a.item.ticket or a.item.done):
            yield at_action(RULE, reading, a, f"{clip(a.item.text)} has no owner, date or ticket.")


RULE = Rule(
    code="PM803",
    name="action-no-owner-date",
    severity=Severity.NOTE,
    section="§8",
    stability="off",
    means="An action item has no owner, date or ticket.",
    why="What nobody owns is not done.",
    cure="Give it an owner and a date, or link its ticket.",
    bad="Add a limit to the queue.",
    good="Add a limit to the queue (platform team, 1 March, OPS-123).",
    question="Who does this, and until when?",
    false_positives="Published texts leave owners out; so it is off unless selected.",
    check=_check,
)
