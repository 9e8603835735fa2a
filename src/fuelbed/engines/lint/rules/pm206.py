"""PM206: undone-yet-blamed."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_mention, named
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    claims = reading.claims
    if claims.revert != "attempted_failed" or claims.single_cause is None or claims.revert_mention is None:
        return
    said = reading.document.sentences[claims.single_cause.sentence].plain
    if lexicon("lint").first(said, "the_root_cause", "cause_word", "change_as_cause") is None:  # told, but not called the cause
        return
    if reading.amplification.present or answered(reading, "persistence"):
        return
    cause, undone = named(reading, claims.single_cause), named(reading, claims.revert_mention)
    yield at_mention(RULE, reading, claims.single_cause, f"One cause is asserted, {cause}, and yet it went on after {undone}.")


RULE = Rule(
    code="PM206",
    name="undone-yet-blamed",
    severity=Severity.WARNING,
    section="§2",
    stability="preview",
    means="One thing is called the cause, and the text tells that the failure went on after it was undone.",
    why="What goes on without its cause is held up by something else; the account has disproved itself.",
    cure="Name beside the trigger what kept it failing.",
    bad="The root cause was build 42. We rolled back, and the errors went on.",
    good="Build 42 filled the queue; the full queue kept the workers late after the roll-back.",
    question="If it went on without this cause, what kept it going?",
    false_positives="A roll-back that had not reached every place yet.",
    check=_check,
)
