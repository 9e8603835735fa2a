"""PM502: one-factor."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import in_sentence
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]

_WORDS = 45  # a longer entry tells more than one factor


def _check(reading: Reading) -> Iterator[Finding]:
    document = reading.document
    items = [b for b in document.blocks if b.kind == "item" and b.depth <= 1 and document.sections[b.section].role == "cause"]
    said = list(document.said("cause"))
    if len(items) != 1 or any(document.block_of(s).kind in ("paragraph", "row") for s in said):
        return
    if sum(len(s.plain.split()) for s in said) > _WORDS or any(lexicon("lint").first(s.plain, "interaction") for s in said):
        return
    first = next((s for s in said if document.block_of(s) is items[0]), None)
    if first is not None:
        yield in_sentence(RULE, reading, first, 0, len(first.plain), "This is the only factor that the causes list.")


RULE = Rule(
    code="PM502",
    name="one-factor",
    severity=Severity.NOTE,
    section="§5",
    stability="preview",
    means="The causes list exactly one factor.",
    why="A single entry means that the search stopped at the first answer: a trigger alone does not fail a healthy system.",
    cure="Ask of the one factor what made it possible, and what should have stopped it.",
    bad="Contributing factors: - a bad deploy",
    good="Contributing factors: - a bad deploy - no canary - no limit on the queue",
    question="What made this factor possible, and what should have stopped it?",
    false_positives="A heading that promises several and prose that names them.",
    check=_check,
)
