"""PM802: control-gap-open."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.document import SectionRole
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_mention, clip, closed, topics, touched
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]

_MOST = 2  # findings of one text
_TRIED = 50
_TOLD: tuple[SectionRole, ...] = ("cause", "trigger", "summary", "background", "lessons", "went_wrong", "controls", "detection")


def _check(reading: Reading) -> Iterator[Finding]:
    if not reading.actions:
        return
    lex, found = lexicon("lint"), 0
    for m in reading.controls[:_TRIED]:
        s = reading.document.sentences[m.sentence]
        if m.status != "absent" or not m.sure or reading.document.role_of(s) not in _TOLD or found >= _MOST:
            continue
        if not lex.first(s.plain, "gap_word") or lex.first(s.plain, "wished_beside"):  # a wish for more is no gap that was seen
            continue
        named = topics(m.what) or topics(s.plain)
        if named and not named & closed(reading) and not touched(reading, m):
            yield at_mention(RULE, reading, m, f"No action item closes this gap: {clip(s.words)}.")
            found += 1


RULE = Rule(
    code="PM802",
    name="control-gap-open",
    severity=Severity.WARNING,
    section="§8",
    stability="off",
    means="The text says that a control was missing (no alert, test, limit or guard), and no action item closes the gap.",
    why="A gap that was seen and left open is the first thing that the next trigger finds.",
    cure="Add an action that closes it, or say why it stays.",
    bad="There was no canary. Action: rotate the key.",
    good="Action: roll out to one zone first.",
    question="Who closes this gap, or why does it stay open?",
    false_positives="An action that closes it in other words.",
    check=_check,
)
