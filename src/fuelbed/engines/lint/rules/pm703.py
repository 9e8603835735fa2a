"""PM703: training-or-care."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_action, clip
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    cared = [a for a in reading.actions if lexicon("lint").first(a.item.text, "care")]
    if not cared:
        return
    n, whole = len(cared), len(reading.actions)
    what = "relies on people's attention" if n == 1 else f"relies on people's attention, as {n} of {whole} items do"
    yield at_action(RULE, reading, cared[0], f"{clip(cared[0].item.text)} {what}.")


RULE = Rule(
    code="PM703",
    name="training-or-care",
    severity=Severity.NOTE,
    section="§7",
    stability="preview",
    means="An action item asks people to be careful, to remember, or to be trained.",
    why="Attention is what ran out; the next busy day has no more of it.",
    cure="Make the wrong thing harder: a default, a guard, a dry run.",
    bad="Remind everyone to check the region.",
    good="The tool asks for the name of the region before it deletes.",
    question="Which default or guard would make the reminder unnecessary?",
    false_positives="Training as one of many actions, where the skill was really missing.",
    check=_check,
)
