"""PM902: rotate-and-patch-only."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_action, changes, clip, listed_only
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    made = list(changes(reading))
    if not made or not listed_only(reading) or not all(lexicon("lint").first(a.item.text, "rotate_patch") for a in made):
        return
    n = len(made)
    what = "The only action that changes something" if n == 1 else f"All {n} actions that change something"
    yield at_action(
        RULE, reading, made[0], f"{what} only take{'s' if n == 1 else ''} away what this attack used: {clip(made[0].item.text)}."
    )


RULE = Rule(
    code="PM902",
    name="rotate-and-patch-only",
    severity=Severity.WARNING,
    section="§9",
    stability="preview",
    means="Every action item that changes something rotates, revokes, blocks or patches what this attack used.",
    why="The next attack brings another key or another hole and finds the same exposure.",
    cure="Add an action on what could be reached: rights, lifetime, boundary, input.",
    bad="Rotate the token; block the address",
    good="Tokens live for an hour and cannot publish.",
    question="Which action would still help against another attacker with another key?",
    false_positives="A rotation that is also a limit of the lifetime, told in other words.",
    check=_check,
    kinds=frozenset({"security"}),
)
