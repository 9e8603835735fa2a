"""PM202: amplification-unnamed."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import about, clip, hits, in_sentence, story
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _explained(reading: Reading) -> bool:
    """Whether some sentence with such a word, or one beside it, tells the mechanism, or the reader recognized one from its pieces."""
    found = reading.amplification
    if found.mention is not None and "+" in found.mention.why:
        return True
    told = list(story(reading.document))
    words = {s.index for s, _ in hits(told, "lint", "feedback_word")}
    near = [s for s in told if any(s.index + d in words for d in (-1, 0, 1))]
    return any(lexicon("lint").first(s.plain, "feedback_mechanism") for s in near)


def _check(reading: Reading) -> Iterator[Finding]:
    found = about(reading, "lint", "feedback_word")
    if found is None or _explained(reading):
        return
    s, hit = found
    word = s.words[hit.start : hit.end]
    yield in_sentence(
        RULE, reading, s, hit.start, hit.end, f"{clip(word)} names no mechanism: who added load to what, and what kept it going."
    )


def _ask(reading: Reading) -> str:
    found = about(reading, "lint", "feedback_word")
    if found is None:
        return RULE.question
    s, hit = found
    return f"Your text says {clip(s.words[hit.start : hit.end])}: what fed what, and what made it stop?"


RULE = Rule(
    code="PM202",
    name="amplification-unnamed",
    severity=Severity.NOTE,
    section="§2",
    stability="off",
    means="A word for feedback or overload stands there (cascade, overwhelmed, backlog) without the mechanism: who added load, and what kept it going.",
    why="The word names the outcome. The mechanism says which action would have broken the loop.",
    cure="Say who added how much load to what, and what stopped it.",
    bad="The failure cascaded.",
    good="Each timeout was retried three times, so the database got four times its load until clients were cut off.",
    question="What fed what: who added load to what, and what made it stop?",
    false_positives="A mechanism told in words that the reader does not know.",
    check=_check,
    field="feedback",
    ask=_ask,
)
