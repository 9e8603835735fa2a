"""Text -> review: read it, understand it, draft its case in memory, and say what follows and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fuelbed.core.document import Document
from fuelbed.core.findings import Finding
from fuelbed.core.reading import Reading
from fuelbed.engines.lint import Gap, check, gaps
from fuelbed.text.understand import understand

if TYPE_CHECKING:  # drafting and what follows from a draft need NumPy and the case language, findings need neither
    from fuelbed.drafting import Draft
    from fuelbed.reviewing.consequences import Consequences, Question

__all__ = ["Review", "review"]

_LEAST = 2  # standing things from which a text without trigger and action item is taken for an account


@dataclass(frozen=True, eq=False)
class Review:
    """draft, follows and question are None where the text is no account of an incident (template, empty, advisory without story). They and the gaps
    are worked out when they are asked for: a list of findings over many texts needs none of them. `answered` is the draft of an answer that the
    reading is from, where it is from one."""

    reading: Reading
    findings: tuple[Finding, ...]
    answered: Draft | None = None

    @property
    def document(self) -> Document:
        return self.reading.document

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        return gaps(self.reading)

    @cached_property
    def draft(self) -> Draft | None:
        from fuelbed.drafting import draft

        r = self.reading
        if self.answered is not None:
            return self.answered
        told = r.triggers or r.actions or len(r.conditions) + len(r.controls) >= _LEAST
        return draft(r) if told else None

    @cached_property
    def follows(self) -> Consequences | None:
        from fuelbed.reviewing.consequences import case_of, consequences, spoken_of

        return consequences(case_of(self.draft), spoken_of(self.draft)) if self.draft is not None else None

    @cached_property
    def question(self) -> Question | None:
        from fuelbed.reviewing.consequences import key_question

        return (
            key_question(self.draft, self.follows, try_out=self.answered is None)
            if self.draft is not None and self.follows is not None
            else None
        )


def review(
    document: Document,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
    preview: bool = True,
    answered: Draft | None = None,
) -> Review:
    """Everything that can be said of one document; pure. select, ignore, also, preview: as of `engines.lint.check`. `answered`: the draft of an answer
    about it, whose reading is taken instead of our own; secrets are looked for in the document as it is."""
    reading = understand(document) if answered is None else answered.reading
    shown = document if answered is not None else None
    findings = (*document.findings, *check(reading, select or None, ignore or None, preview, also=also, shown=shown))
    return Review(reading, findings, answered)
