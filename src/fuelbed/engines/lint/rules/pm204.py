"""PM204: no-threshold-number."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.document import Sentence
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, clip, hits, in_sentence, story
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _unnumbered(reading: Reading) -> tuple[Sentence, int, int] | None:
    """The first limit that was reached, unless the text gives a number for some limit."""
    if answered(reading, "threshold", planned=False):
        return None
    sentences = reading.document.sentences
    told = [s for s in story(reading.document) if not s.plain.rstrip().endswith("?")]
    reached = list(hits(told, "lint", "limit_reached"))
    for s, _ in reached:
        if any(lexicon("lint").first(x.plain, "quantity") for x in sentences[s.index : s.index + 2] if x.block == s.block):
            return None
    return (reached[0][0], reached[0][1].start, reached[0][1].end) if reached else None


def _check(reading: Reading) -> Iterator[Finding]:
    found = _unnumbered(reading)
    if found is not None:
        s, first, last = found
        yield in_sentence(RULE, reading, s, first, last, f"{clip(s.words[first:last])} comes without a number for the limit.")


def _ask(reading: Reading) -> str:
    found = _unnumbered(reading)
    if found is None:
        return RULE.question
    s, first, last = found
    said = clip(s.words[first:last])
    return f"Your text says {said}: what is the limit, in which unit, and how close to it is the system on a normal day?"


RULE = Rule(
    code="PM204",
    name="no-threshold-number",
    severity=Severity.NOTE,
    section="§5",
    stability="preview",
    means="Something ran out or was overloaded, and no number says where its limit lies or how far it was passed.",
    why="Without the limit nobody can say how close the system is to it today.",
    cure="Give the limit and the load with their units.",
    bad="The nodes ran out of memory.",
    good="The nodes have 16 GB; the pods took 16.4 GB against 11 GB the week before.",
    question="What is the limit, in which unit, and how close to it is the system on a normal day?",
    false_positives="A number in a picture or in words.",
    check=_check,
    field="threshold and margin",
    ask=_ask,
)
