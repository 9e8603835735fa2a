"""PM102: actions-target-trigger."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_action, changes, clip, listed_only
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    made = list(changes(reading))
    if (
        not listed_only(reading)
        or any(a.cls != "trigger_only" or not (a.sure or a.undoes) for a in made)
        or not made
        or all(a.undoes for a in made)
    ):
        return
    n = len(made)
    what = "The only action that changes something is" if n == 1 else f"All {n} actions that change something are"
    yield at_action(RULE, reading, made[0], f"{what} aimed at the trigger: {clip(made[0].item.text)}.")


RULE = Rule(
    code="PM102",
    name="actions-target-trigger",
    severity=Severity.WARNING,
    section="§1",
    stability="off",
    means="Every action item that changes something removes or forbids the trigger; none changes what the trigger met.",
    why="With one trigger gone, the next one finds the same conditions.",
    cure="Add an action on a condition or a control that the text names.",
    bad="Ban deploys on Fridays; block that customer's query",
    good="Bound the queue that the query filled",
    question="Which action would still help if the trigger were a different one?",
    false_positives="An action whose effect on the system is not said: all six hits seen while it was written were of this kind, so it is off.",
    check=_check,
)
