"""PM408: human-action-bare."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.document import Sentence
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import clip, hits, in_sentence, story
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]

_NEAR = 3  # sentences before and after, in which the reasons may stand


def _bare(reading: Reading) -> tuple[Sentence, int, int] | None:
    """The first act of a person around which no reason stands; one that is called an accident is PM403's."""
    sentences = reading.document.sentences
    acts = [(s, hit.start, hit.end) for s, hit in hits(story(reading.document), "lint", "person_acted")]
    m = reading.claims.human_mention
    if m is not None and reading.claims.human in ("blames", "self_blame"):
        s = sentences[m.sentence]
        if lexicon("lint").first(s.plain, "omission") is not None:  # blame alone tells of no act
            acts.append((s, 0, len(s.plain)))
    for s, first, last in acts:
        if lexicon("lint").first(s.plain, "accident_person") is not None:
            continue
        near = sentences[max(s.index - _NEAR, 0) : s.index + _NEAR + 1]
        if not any(lexicon("framing").first(x.plain, "sensible") for x in near):
            return s, first, last
    return None


def _check(reading: Reading) -> Iterator[Finding]:
    found = _bare(reading)
    if found is not None:
        s, first, last = found
        yield in_sentence(
            RULE, reading, s, first, last, f"Nothing says what made {clip(s.words[first:last])} sensible at the time."
        )


def _ask(reading: Reading) -> str:
    found = _bare(reading)
    if found is None:
        return RULE.question
    s, first, last = found
    return f"Your text says {clip(s.words[first:last])}: what did the person see and know, so that this made sense?"


RULE = Rule(
    code="PM408",
    name="human-action-bare",
    severity=Severity.NOTE,
    section="§4",
    stability="off",
    means="A person's action is told, and nothing says what made it sensible at the time.",
    why="Actions make sense to those who take them. The conditions that made this one sensible are still there for the next person.",
    cure="Say what the person saw, knew and wanted.",
    bad="An engineer ran the clean-up against production.",
    good="The script takes its target from the shell, and both shells show the same prompt.",
    question="What did the person see and know, so that the action made sense?",
    false_positives="An action that started nothing; its reasons told far from it.",
    check=_check,
    field="human action",
    ask=_ask,
)
