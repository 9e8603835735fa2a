"""PM603: blind-cause."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_hit, hits, named, story
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]

_NEAR = 15  # sentences between the admission and the claim


def _check(reading: Reading) -> Iterator[Finding]:
    m = reading.claims.single_cause
    document = reading.document
    if m is None or lexicon("lint").first(document.sentences[m.sentence].plain, "hedged"):
        return
    for s, hit in hits(story(document), "lint", "blind"):
        if abs(s.index - m.sentence) <= _NEAR and document.role_of(s) not in ("impact", "timeline"):
            yield at_hit(RULE, reading, s, hit, f", and yet one cause is asserted: {named(reading, m)}.")
            return


RULE = Rule(
    code="PM603",
    name="blind-cause",
    severity=Severity.WARNING,
    section="§6",
    stability="off",
    means="The text admits that the evidence is missing, and asserts one cause all the same.",
    why="What cannot be told apart by the signals cannot be asserted.",
    cure="List the explanations that fit, and which signal would tell them apart.",
    bad="The logs were lost. The root cause was a memory leak.",
    good="A leak or a traffic burst would both fit; the logs that would tell are lost.",
    question="Which other explanations fit what was seen, and which signal would tell them apart?",
    false_positives="An unknown that is not about the cause.",
    check=_check,
)
