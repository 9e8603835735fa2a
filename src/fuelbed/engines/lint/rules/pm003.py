"""PM003: ignore-without-reason."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.rule import STORIES, Rule

__all__ = ["RULE"]

# `check` makes this finding beside PM002.


def _check(reading: Reading) -> Iterator[Finding]:
    yield from ()


RULE = Rule(
    code="PM003",
    name="ignore-without-reason",
    severity=Severity.WARNING,
    section="meta",
    stability="stable",
    means="An ignore comment does not say why.",
    why="The next reader cannot tell a considered exception from a silenced fault.",
    cure="Write the reason after the codes.",
    bad="<!-- fuelbed: ignore PM501 -->",
    good="<!-- fuelbed: ignore PM501 the template's heading -->",
    question="Why does the rule not apply here?",
    false_positives="None known.",
    check=_check,
    kinds=STORIES | {"template", "empty"},
)
