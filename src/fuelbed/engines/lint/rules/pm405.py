"""PM405: named-person-in-cause."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_hit, hits
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]

_MOST = 2  # findings of one text


def _check(reading: Reading) -> Iterator[Finding]:
    for s, hit in islice(
        hits(reading.document.said("cause", "trigger", "summary", "background", "lessons", "went_wrong"), "lint", "named_person"),
        _MOST,
    ):
        yield at_hit(RULE, reading, s, hit, " names a person in the cause.")


RULE = Rule(
    code="PM405",
    name="named-person-in-cause",
    severity=Severity.WARNING,
    section="§4",
    stability="preview",
    means="A person is named by handle as the one whose act or omission caused it.",
    why="A name in a cause ends the search and stays in the archive. A role says as much about the system.",
    cure="Write the role in place of the name; owners of action items may keep theirs.",
    bad="The bug was introduced by @anna.",
    good="The change passed two reviews that look at style only.",
    question="What would anybody in this role have done with the same screen?",
    false_positives="A credit; a handle of a project or a bot.",
    check=_check,
)
