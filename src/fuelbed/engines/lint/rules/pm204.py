"""PM204: no-threshold-number."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, clip, hits, in_sentence, story
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    document = reading.document
    reached = list(hits(story(document), "lint", "limit_reached"))
    if not reached or answered(reading, "threshold"):
        return
    s, hit = reached[0]
    yield in_sentence(
        RULE, reading, s, hit.start, hit.end, f"{clip(s.words[hit.start : hit.end])} comes without a number for the limit."
    )


def _ask(reading: Reading) -> str:
    s, hit = next(hits(story(reading.document), "lint", "limit_reached"))
    said = clip(s.words[hit.start : hit.end])
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
