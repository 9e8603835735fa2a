"""PM501: the-root-cause."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.document import Document
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import clip, hits, in_sentence
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _others(d: Document) -> bool:
    """Whether a section of its own lists further factors, or says why it was not caught."""
    return any(lexicon("lint").first(s.heading, "further_factors") is not None for s in d.sections)


def _check(reading: Reading) -> Iterator[Finding]:
    told = {s.index: hit for s, hit in hits(reading.document.said(), "lint", "the_root_cause")}
    if not told or _others(reading.document):
        return
    m = reading.claims.single_cause
    hit = told.get(m.sentence) if m is not None else None
    if m is not None and hit is not None:
        s = reading.document.sentences[m.sentence]
        said = clip(s.words[hit.start :])
        yield in_sentence(RULE, reading, s, hit.start, hit.end, f"{said} makes one thing the cause.")


RULE = Rule(
    code="PM501",
    name="the-root-cause",
    severity=Severity.NOTE,
    section="§5",
    stability="preview",
    means="One thing is called the root cause.",
    why="Several things were needed together; which of them is called the root is a choice, and it decides what gets fixed.",
    cure="Name the contributing factors, and which of them would have been enough to take away.",
    bad="The root cause was a typo.",
    good="The typo, the missing schema check and the global rollout were needed together.",
    question="Had this one thing been otherwise, what else would still have had to be true for it to fail, and is that closed?",
    false_positives="A template's heading; a text that lists further factors elsewhere.",
    check=_check,
)
