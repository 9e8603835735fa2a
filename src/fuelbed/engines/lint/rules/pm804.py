"""PM804: no-control-named."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_section
from fuelbed.engines.lint.rule import ACCOUNTS, Rule

__all__ = ["RULE"]


def _named(reading: Reading) -> bool:
    """Whether the story names a control; one that an action adds does not count."""
    d = reading.document
    return any(d.role_of(d.sentences[c.sentence]) != "actions" for c in reading.controls)


def _check(reading: Reading) -> Iterator[Finding]:
    if _named(reading) or answered(reading, "controls", planned=False):
        return
    yield at_section(
        RULE,
        reading,
        ("controls", "detection", "cause", "summary", "title"),
        "No control is named that should have stopped or contained it.",
    )


RULE = Rule(
    code="PM804",
    name="no-control-named",
    severity=Severity.NOTE,
    section="§8",
    stability="off",
    means="No control is named: nothing that should have stopped it, seen it or contained it.",
    why="Every failure passed some barrier that was absent, failed or was bypassed; the next one will pass it, too.",
    cure="Say for each barrier whether it held, failed or was missing.",
    bad="The deploy broke the site.",
    good="The tests passed, the canary was skipped, the alert fired after 20 minutes.",
    question="Which controls should have stopped or contained it, and did each hold, fail or not exist?",
    false_positives="Controls told in words that the reader does not know.",
    check=_check,
    field="controls",
    kinds=ACCOUNTS | {"timeline"},
)
