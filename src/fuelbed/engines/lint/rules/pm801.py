"""PM801: no-invariant."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_section
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    if answered(reading, "invariants"):
        return
    yield at_section(
        RULE, reading, ("controls", "cause", "impact", "summary", "title"), "Nothing states what must always hold and was broken."
    )


RULE = Rule(
    code="PM801",
    name="no-invariant",
    severity=Severity.NOTE,
    section="§8",
    stability="off",
    means="Nothing states what must always hold and was broken.",
    why="Without it nobody can check the next change against it, or see when it was first violated.",
    cure="State the rule that was broken, in a form that can be checked.",
    bad="Writes were lost.",
    good="Every acknowledged write is on two sites; this was broken from 16:02.",
    question="Which rule that must always hold was broken, and when was it first broken?",
    false_positives="Nearly every text lacks it, so it is a question and no finding unless selected.",
    check=_check,
    field="invariants",
)
