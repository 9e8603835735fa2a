"""Text -> review: read it, understand it, draft its case in memory, and say what follows and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from fuelbed.core.document import Document
from fuelbed.core.findings import Finding
from fuelbed.core.reading import Reading
from fuelbed.drafting import Draft, draft
from fuelbed.engines.lint import Gap, check, gaps
from fuelbed.reviewing.consequences import Consequences, Question, case_of, consequences, key_question
from fuelbed.text.understand import understand

__all__ = ["Review", "review"]

_LEAST = 2  # standing things from which a text without trigger and action item is taken for an account


@dataclass(frozen=True, eq=False, slots=True)
class Review:
    """draft, follows and question are None where the text is no account of an incident (template, empty, advisory without story)."""

    reading: Reading
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    draft: Draft | None = None
    follows: Consequences | None = None
    question: Question | None = None

    @property
    def document(self) -> Document:
        return self.reading.document


def review(document: Document, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> Review:
    """Everything that can be said of one document; pure."""
    reading = understand(document)
    findings = (*document.findings, *check(reading, select=select or None, ignore=ignore or None))
    open_questions = gaps(reading)
    if not (reading.triggers or reading.actions) and len(reading.conditions) + len(reading.controls) < _LEAST:
        return Review(reading, findings, open_questions)
    drafted = draft(reading)
    case = case_of(drafted)
    follows = consequences(case)
    return Review(reading, findings, open_questions, drafted, follows, key_question(drafted, follows))
