"""PM305: third-party-full-stop."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_hit, hits
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    if answered(reading, "own_dependence"):
        return
    document = reading.document
    for s, hit in hits(document.said("cause", "trigger", "summary", "background"), "lint", "third_party_cause"):
        yield at_hit(RULE, reading, s, hit, ".", "The account stops at somebody else's failure: ")
        return


RULE = Rule(
    code="PM305",
    name="third-party-full-stop",
    severity=Severity.NOTE,
    section="§3",
    stability="preview",
    means="The cause given is somebody else's failure, and nothing is said of your own dependence on them.",
    why="Providers fail. That you had one of them and no fallback is the condition that you own.",
    cure="Say what depends on them, and what happens when they are away.",
    bad="The outage was caused by our DNS provider.",
    good="Our DNS provider failed; all zones sit with one provider and the fallback was never built.",
    question="What depends on this provider, and what should happen when it is away?",
    false_positives="An account whose text handles the dependence in other words.",
    check=_check,
)
