"""PM903: no-variants."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_section, attack_told
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    if not attack_told(reading):
        return
    if any(lexicon("lint").first(s.plain, "variants") for s in reading.document.said()):
        return
    yield at_section(
        RULE, reading, ("cause", "background", "summary", "title"), "No other attack is named that would reach the same thing."
    )


RULE = Rule(
    code="PM903",
    name="no-variants",
    severity=Severity.NOTE,
    section="§9",
    stability="off",
    means="Nothing says which other attack would reach the same exposure.",
    why="An exposure that one attack found will be found by others; a fix for one variant leaves the rest.",
    cure="List two or three other ways to the same place, and say which of them the actions close.",
    bad="The script was removed from the page.",
    good="The script was removed; the two other pages that load foreign scripts were checked.",
    question="Which other attack would reach the same thing, and do the actions stop it?",
    false_positives="Nearly every text lacks it, so it is a question and no finding unless selected.",
    check=_check,
    field="exposure",
    kinds=frozenset({"security"}),
)
