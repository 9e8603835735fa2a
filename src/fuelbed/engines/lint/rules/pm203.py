"""PM203: no-recovery-condition."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import answered, at_mention, named
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    m = reading.claims.revert_mention
    if (
        reading.claims.revert != "attempted_failed"
        or m is None
        or reading.amplification.present
        or answered(reading, "persistence")
        or lexicon("lint").first(reading.document.sentences[m.sentence].plain, "did_harm") is not None  # another question
    ):
        return
    yield at_mention(RULE, reading, m, f"It went on after {named(reading, m)}, and nothing says why.")


RULE = Rule(
    code="PM203",
    name="no-recovery-condition",
    severity=Severity.NOTE,
    section="§2",
    stability="preview",
    means="The trigger was undone and the failure went on, and nothing says why it persisted.",
    why="A failure that outlives its trigger is held up by something else, and that is what has to be broken next time.",
    cure="Say what kept it failing after the trigger was gone, and what ended it.",
    bad="We rolled back at 17:25. Service was restored at 18:46.",
    good="After the rollback clients kept retrying, so it stayed overloaded until we shed half of the load.",
    question="What kept it failing after the trigger was gone, and what ended it?",
    false_positives="A roll-back that had simply not finished.",
    check=_check,
    field="feedback",
)
