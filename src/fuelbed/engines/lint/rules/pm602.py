"""PM602: unknown-not-stated."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_section
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    if answered(reading, "hidden") or reading.document.has("questions"):
        return
    yield at_section(
        RULE, reading, ("questions", "detection", "cause", "summary", "title"), "No open question or rival explanation is stated."
    )


RULE = Rule(
    code="PM602",
    name="unknown-not-stated",
    severity=Severity.NOTE,
    section="§6",
    stability="off",
    means="No open question, rival explanation or blind spot is stated.",
    why="The same signals nearly always fit several states; an account without doubt has not said which ones it ruled out.",
    cure="List what is not known, and what else would have looked the same.",
    bad="The database was slow, because of the deploy.",
    good="A lock or a full disk would have looked the same; the disk was ruled out by its metrics.",
    question="What else would have looked the same on your dashboards, and what ruled it out?",
    false_positives="A plain case; so it is a question and no finding unless selected.",
    check=_check,
    field="hidden state",
)
