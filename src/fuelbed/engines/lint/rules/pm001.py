"""PM001: reading-cut-short."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.rule import STORIES, Rule

__all__ = ["RULE"]

# The reader itself makes this finding (`Document.findings`); the rule is here to be explained, selected and ignored.


def _check(reading: Reading) -> Iterator[Finding]:
    yield from ()


RULE = Rule(
    code="PM001",
    name="reading-cut-short",
    severity=Severity.WARNING,
    section="meta",
    stability="stable",
    means="The text was cut short or repaired while it was read: too long, not UTF-8, or nested too deeply.",
    why="What was not read cannot be judged, and its silence means nothing.",
    cure="Save the text as UTF-8 and move logs and appendices into files of their own.",
    bad="a page with 3 MB of pasted log",
    good="the page, and the log beside it",
    question="Can the account be split from the material pasted into it?",
    false_positives="None known; it states a fact about reading.",
    check=_check,
    kinds=STORIES | {"template", "empty"},
)
