"""PM101: trigger-only-cause."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_mention, causes, clip, hits, in_sentence, named, weaknesses
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    said = causes(reading.document)
    if not said or any(lexicon("lint").first(s.plain, "standing") for s in said):
        return
    trigger = next((m for m in reading.triggers if any(m.sentence == s.index for s in said)), None)
    change = next(hits(said, "lint", "change_as_cause"), None)
    if (trigger is None and change is None) or weaknesses(reading) or reading.amplification.present:
        return
    if trigger is not None:
        yield at_mention(RULE, reading, trigger, f"The causes name only what set it off: {named(reading, trigger)}.")
    elif change is not None:
        s, hit = change
        said_change = clip(s.words[hit.start : hit.end])
        yield in_sentence(RULE, reading, s, hit.start, hit.end, f"The causes name only a change: {said_change}.")


RULE = Rule(
    code="PM101",
    name="trigger-only-cause",
    severity=Severity.WARNING,
    section="§1",
    stability="preview",
    means="The causes name a change or an event, and no standing condition that let it do harm.",
    why="Triggers are many and replaceable. What stood there before decides whether the next one fails the same way.",
    cure="Say beside the trigger what stood there and let it do this.",
    bad="The outage was caused by deploy 42.",
    good="Deploy 42 met a queue that had had no bound since 2019.",
    question="What stood there before that let this trigger do it, and since when?",
    false_positives="Conditions told in words that the reader does not know; causes told in another section.",
    check=_check,
)
