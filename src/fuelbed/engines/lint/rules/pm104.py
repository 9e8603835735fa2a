"""PM104: no-latent-condition."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_section, named, sure_trigger, weaknesses
from fuelbed.engines.lint.rule import ACCOUNTS, Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    if weaknesses(reading) or answered(reading, "latent"):
        return
    yield at_section(
        RULE, reading, ("cause", "trigger", "summary", "title"), "No standing condition is named that made the trigger matter."
    )


def _ask(reading: Reading) -> str:
    trigger = sure_trigger(reading)
    if trigger is None:
        return RULE.question
    return f"What stood there that let {named(reading, trigger)} do this, since when, and why was it normal?"


RULE = Rule(
    code="PM104",
    name="no-latent-condition",
    severity=Severity.NOTE,
    section="§1",
    stability="off",
    means="The text names no standing condition: nothing that was there before, unnoticed or normal, and made the trigger matter.",
    why="A failure needs both, and only the standing part is still there after the fix.",
    cure="Name what stood there, and since when.",
    bad="A certificate expired at noon.",
    good="The certificate expired at noon; renewal had been manual since 2019 and nobody owned it.",
    question="Which condition made this possible, since when was it there, and why was it normal?",
    false_positives="Conditions told in words that the reader does not know.",
    check=_check,
    field="latent conditions",
    ask=_ask,
    kinds=ACCOUNTS | {"timeline"},
)
