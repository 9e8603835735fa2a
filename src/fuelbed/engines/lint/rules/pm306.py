"""PM306: no-joint-failure."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_section, clip, sure_factors
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    if answered(reading, "joint"):
        return
    yield at_section(
        RULE, reading, ("cause", "impact", "summary", "title"), "Nothing says which parts failed together, or what they share."
    )


def _ask(reading: Reading) -> str:
    named = [m.what for m in sure_factors(reading)][:2]
    if len(named) < 2:
        return RULE.question
    return f"Are {clip(named[0])} and {clip(named[1])} independent, or do they share something that makes them come together?"


RULE = Rule(
    code="PM306",
    name="no-joint-failure",
    severity=Severity.NOTE,
    section="§3",
    stability="off",
    means="Nothing says which parts failed together, or what they share.",
    why="Redundancy counts only between things that fail independently.",
    cure="Say what the parts that failed together have in common.",
    bad="The database and its replica failed.",
    good="The database and its replica failed together: both mount one volume.",
    question="Which parts failed together that were thought independent, and what do they share?",
    false_positives="An incident in one part only; so it is a question and no finding unless selected.",
    check=_check,
    field="joint failures",
    ask=_ask,
)
