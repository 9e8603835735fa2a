"""PM103: caused-by-change."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import causes, clip, hits, in_sentence, weaknesses
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    known = {m.sentence for m in weaknesses(reading)}
    sentences = reading.document.sentences
    for s, hit in hits(causes(reading.document), "lint", "change_as_cause"):
        near = [x for x in sentences[s.index : s.index + 2] if x.block == s.block]
        if any(x.index in known or lexicon("lint").first(x.plain, "standing") for x in near):
            continue
        yield in_sentence(
            RULE, reading, s, hit.start, hit.end, f"Only a change is given as the cause: {clip(s.words[hit.start : hit.end])}."
        )
        return


RULE = Rule(
    code="PM103",
    name="caused-by-change",
    severity=Severity.NOTE,
    section="§1",
    stability="off",
    means="A change is given as what caused it, in a sentence that names no condition beside it.",
    why="A change is what people can see and undo. What it met decides whether the next change does the same.",
    cure="Say in the same breath what the change met.",
    bad="The outage was due to a configuration change.",
    good="A configuration change met a parser that accepts any value.",
    question="What did this change meet that a harmless change would have met, too?",
    false_positives="A condition told two sentences on; the whole account tells it, so that the sentence alone is no fault.",
    check=_check,
)
