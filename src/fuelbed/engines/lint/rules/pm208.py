"""PM208: stale-reference-open."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import plans, told_and_untouched
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    message = "A stale reference is told, and no action item is about how it is renewed"
    for finding in told_and_untouched(RULE, reading, "stale_reference", message):
        if not any(lexicon("lint").first(text, "renews") for text in plans(reading, headed=True)):
            yield finding


RULE = Rule(
    code="PM208",
    name="stale-reference-open",
    severity=Severity.WARNING,
    section="§2",
    stability="preview",
    means="Something went on using an old reference (an address, a cached name, a certificate, a deleted object), and no action item is about that.",
    why="Whatever changes the target next finds the same reference, and it is stale again.",
    cure="Add an action on how the reference is renewed or checked, and not only on this one value.",
    bad="The proxy still pointed to the old address. Action: correct the address.",
    good="Action: the proxy looks the address up at each connection.",
    question="What renews this reference, and what would notice that it is stale?",
    false_positives="An action about it in other words.",
    check=_check,
)
