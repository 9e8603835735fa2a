"""PM002: ignore-without-effect."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.rule import STORIES, Rule

__all__ = ["RULE"]

# `check` makes this finding, since it alone knows what was silenced.


def _check(reading: Reading) -> Iterator[Finding]:
    yield from ()


RULE = Rule(
    code="PM002",
    name="ignore-without-effect",
    severity=Severity.NOTE,
    section="meta",
    stability="stable",
    means="An ignore comment silences nothing: the rule finds nothing there, there is no such rule, or the comment cannot be read.",
    why="A comment that outlives its finding hides the next one.",
    cure="Delete the comment, or correct its code.",
    bad="<!-- fuelbed: ignore PM401 quoted from the vendor --> over a paragraph without a finding",
    good="no comment",
    question="Is the comment still needed?",
    false_positives="A rule that another configuration selects; a code is called unused only when its rule ran.",
    check=_check,
    kinds=STORIES | {"template", "empty"},
)
