"""PM901: exploit-not-exposure."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_section, attack_told
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    if not attack_told(reading):
        return
    if answered(reading, "exposure") or any(m.sure for m in reading.conditions):
        return
    yield at_section(
        RULE, reading, ("cause", "background", "summary", "title"), "The attack is told, and not the exposure that it found."
    )


RULE = Rule(
    code="PM901",
    name="exploit-not-exposure",
    severity=Severity.NOTE,
    section="§9",
    stability="preview",
    means="A security incident is told by what the attacker did, and nothing says what was exposed and for how long.",
    why="There is always another exploit; the exposure is yours.",
    cure="Say what could be reached by whom, with which rights, and since when.",
    bad="The attacker used a stolen token.",
    good="The token never expired, could publish, and lay in a public log since May.",
    question="What was exposed, to whom, with which rights and since when, and which other attack would have found it?",
    false_positives="An exposure told in words that the reader does not know.",
    check=_check,
    field="exposure",
    kinds=frozenset({"security"}),
)
