"""Gaps: one question to the authors for every field of the essay's framing that their text leaves open."""

from __future__ import annotations

from dataclasses import dataclass

from fuelbed.core.reading import Reading
from fuelbed.engines.lint.catalogue import all_rules
from fuelbed.engines.lint.ignores import ignored_in_file
from fuelbed.engines.lint.look import long_enough
from fuelbed.engines.lint.rule import FIELDS

__all__ = ["Gap", "gaps"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that the text lacks, the question, why it is asked, and the code of the rule that asks."""

    field: str
    question: str
    why: str
    code: str


def gaps(reading: Reading) -> tuple[Gap, ...]:
    """One question for each field that lacks an answer, in the essay's order; of several rules for a field, the first asks.

    Rules that are off as findings ask, too: what nearly every text lacks is no finding, but still a question.
    """
    document = reading.document
    if not long_enough(document):
        return ()
    silenced = ignored_in_file(document)
    asked: dict[str, Gap] = {}
    for r in all_rules():
        if not r.field or r.field in asked or r.code in silenced or document.kind not in r.kinds:
            continue
        if next(r.check(reading), None) is not None:
            asked[r.field] = Gap(r.field, r.ask(reading) if r.ask else r.question, r.why, r.code)
    return tuple(asked[f] for f in FIELDS if f in asked)
