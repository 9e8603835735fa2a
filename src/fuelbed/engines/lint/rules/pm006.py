"""PM006: public-address-in-text."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.disclosure import EVERY, SECTION, disclosed
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    yield from disclosed(RULE, reading, "public")


RULE = Rule(
    code="PM006",
    name="public-address-in-text",
    severity=Severity.WARNING,
    section=SECTION,
    stability="preview",
    means="The text holds a public IP address.",
    why="It points at a machine, or at the person behind it, for everybody who reads the text.",
    cure="Name the role of the machine instead; `--redact` replaces it in everything that is written.",
    bad="requests came from an address such as 52.216.x.y, written out",
    good="requests came from the load balancer",
    question="Does the story need this address?",
    false_positives="A version number of four parts that nothing calls one. What is said to be an attacker's, addresses of documentation (RFC 5737, RFC 3849) and well-known resolvers are left out.",
    check=_check,
    kinds=EVERY,
)
