"""PM105: no-other-triggers."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_section, named, sure_trigger
from fuelbed.engines.lint.rule import ACCOUNTS, Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    if answered(reading, "other_triggers") or len(reading.triggers) > 2:
        return
    yield at_section(RULE, reading, ("trigger", "cause", "summary", "title"), "Nothing says what else could have set it off.")


def _ask(reading: Reading) -> str:
    trigger = sure_trigger(reading)
    if trigger is None:
        return RULE.question
    return f"Apart from {named(reading, trigger)}, what else could have set it off?"


RULE = Rule(
    code="PM105",
    name="no-other-triggers",
    severity=Severity.NOTE,
    section="§1",
    stability="off",
    means="Nothing says what else could have set it off.",
    why="If several triggers reach the same conditions, undoing one of them changes little.",
    cure="List two or three other triggers that would have done the same.",
    bad="The deploy caused it.",
    good="The deploy caused it; a node loss or a traffic peak would have done the same.",
    question="What else could have set it off?",
    false_positives="Nearly every text lacks it, so it is a question and no finding unless selected.",
    check=_check,
    field="other triggers",
    ask=_ask,
    kinds=ACCOUNTS | {"timeline"},
)
