"""PM005: personal-address-in-text."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.disclosure import EVERY, SECTION, disclosed
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    yield from disclosed(RULE, reading, "personal")


RULE = Rule(
    code="PM005",
    name="personal-address-in-text",
    severity=Severity.WARNING,
    section=SECTION,
    stability="preview",
    means="The text holds an e-mail address, or a telephone number that is called one.",
    why="It names a person to everybody who will ever read the text, and the story needs the role.",
    cure="Write the role or the team instead; `--redact` replaces it in everything that is written.",
    bad="jane.roe@ followed by the company's domain was paged",
    good="the on-call engineer of the storage team was paged",
    question="Does this person want to be found here?",
    false_positives="Addresses of a group or a list. What is given to be written to, public offices such as security@ and documentation domains are left out. Postal addresses are not looked for.",
    check=_check,
    kinds=EVERY,
)
