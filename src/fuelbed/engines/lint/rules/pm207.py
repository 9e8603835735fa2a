"""PM207: repair-path-open."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import told_and_untouched
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    yield from told_and_untouched(
        RULE, reading, "repair_path", "The way to repair it hung on what had failed, and no action item is about that"
    )


RULE = Rule(
    code="PM207",
    name="repair-path-open",
    severity=Severity.WARNING,
    section="§2",
    stability="preview",
    means="The way to repair it depended on what had failed, and no action item is about that.",
    why="What is needed to end a failure must not share its fate; where it does, every failure of that part is long.",
    cure="Add an action that gives the repair a way of its own, and rehearse it.",
    bad="We could not log in, since the login ran on the failed cluster. Action: add memory.",
    good="Action: break-glass accounts outside the cluster, tried each quarter.",
    question="Which way to repair it stays open when this part is down?",
    false_positives="An action about it in other words.",
    check=_check,
)
