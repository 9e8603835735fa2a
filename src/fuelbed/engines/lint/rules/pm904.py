"""PM904: sophisticated-attacker."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_hit, hits, story
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]

_MOST = 2  # findings of one text


def _check(reading: Reading) -> Iterator[Finding]:
    for s, hit in islice(hits(story(reading.document), "lint", "sophisticated"), _MOST):
        yield at_hit(RULE, reading, s, hit, " praises the attacker and explains nothing.")


RULE = Rule(
    code="PM904",
    name="sophisticated-attacker",
    severity=Severity.NOTE,
    section="§9",
    stability="preview",
    means="The attacker is called sophisticated, skilled or state-sponsored as an explanation.",
    why="It says that nothing could be done. What the attack used was there for less skilled ones, too.",
    cure="Say which step needed skill, and what it used.",
    bad="A highly sophisticated attacker gained access.",
    good="The attacker sent one mail and got a token with write access.",
    question="Which step of the attack needed that skill, and what would a less skilled one have found?",
    false_positives="A group named from evidence; skill that is shown step by step.",
    check=_check,
    kinds=frozenset({"security"}),
)
