"""PM704: documentation-only."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_action, listed_only
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    acts = reading.actions
    if not listed_only(reading) or any(a.cls not in ("doc", "process") for a in acts):
        return
    what = (
        "The only action item changes nothing in the system"
        if len(acts) == 1
        else f"None of the {len(acts)} action items changes the system"
    )
    yield at_action(RULE, reading, acts[0], f"{what}.")


RULE = Rule(
    code="PM704",
    name="documentation-only",
    severity=Severity.WARNING,
    section="§7",
    stability="off",
    means="Every action item writes, discusses or trains; none changes the system or adds sight.",
    why="A runbook is read after it has happened.",
    cure="Add an action that removes a condition or adds a control.",
    bad="Update the runbook.",
    good="Automate the step that the runbook describes.",
    question="Which action would change what the system does?",
    false_positives="An item that changes the system, told as a plan or an investigation.",
    check=_check,
)
