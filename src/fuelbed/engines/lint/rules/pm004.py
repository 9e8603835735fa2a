"""PM004: credential-in-text."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.disclosure import EVERY, SECTION, disclosed
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    yield from disclosed(RULE, reading, "credential")


RULE = Rule(
    code="PM004",
    name="credential-in-text",
    severity=Severity.WARNING,
    section=SECTION,
    stability="preview",
    means="The text holds a key, a token, a password or an address with a password in it.",
    why="A postmortem is copied, mailed and indexed; whoever reads it holds the credential, and deleting the line does not take it back.",
    cure="Revoke the credential first, then replace it in the text; `--redact` does that in everything that is written.",
    bad="curl -H 'Authorization: Bearer ...' with the token that was in use",
    good="Authorization: Bearer <token>",
    question="Is this credential revoked?",
    false_positives="Made-up values that look random; a value behind `password=` that is public.",
    check=_check,
    kinds=EVERY,
)
