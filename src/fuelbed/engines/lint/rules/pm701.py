"""PM701: last-change-fix."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_action, at_mention, changes, clip, listed_only, mended, named
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    d = reading.document
    if any(d.role_of(s) == "recovery" and d.block_of(s).kind in ("item", "row") for s in mended(reading)):
        return  # the fixes are listed where the incident ended
    made = changes(reading)
    first = next(made, None)
    if first is not None:
        if first.undoes and all(a.undoes for a in made):
            yield at_action(RULE, reading, first, f"The only change is to undo one: {clip(first.item.text)}.")
        return
    m = reading.claims.revert_mention
    if listed_only(reading) and reading.claims.revert == "only_fix" and m is not None:
        yield at_mention(RULE, reading, m, f"The only change is to undo one: {named(reading, m)}.")


RULE = Rule(
    code="PM701",
    name="last-change-fix",
    severity=Severity.WARNING,
    section="§7",
    stability="preview",
    means="All that was changed for good is that the last change was undone.",
    why="Undoing restores the state that was one change away from failing.",
    cure="Add an action on what let that change do harm.",
    bad="Action: revert the timeout.",
    good="Action: bound the retries that the timeout set loose.",
    question="What will stop the next change of this kind?",
    false_positives="A revert that is listed among actions of other kinds which the reader does not see.",
    check=_check,
)
