"""PM007: private-address-in-text."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.disclosure import EVERY, SECTION, disclosed
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    yield from disclosed(RULE, reading, "private")


RULE = Rule(
    code="PM007",
    name="private-address-in-text",
    severity=Severity.NOTE,
    section=SECTION,
    stability="preview",
    means="The text holds an IP address of a private network.",
    why="It tells how the network is laid out, which matters where the text leaves the house.",
    cure="Name the role of the machine instead, if the text is to be published; `--redact` replaces it in everything that is written.",
    bad="dial tcp 10.x.y.z:10254: connection refused, with the address written out",
    good="the health check of the ingress was refused",
    question="Will this text be read outside?",
    false_positives="Texts that stay inside, where such an address helps.",
    check=_check,
    kinds=EVERY,
)
