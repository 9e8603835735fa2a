"""PM706: vague-action."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import ReadAction, Reading
from fuelbed.engines.lint.look import at_action, clip
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]

_MOST = 3  # findings of one text
_WORDS = 14  # a longer item says more than a wish


def _above(reading: Reading, a: ReadAction) -> tuple[str, ...]:
    """The words that an item stands under: what introduces it, and the headings of its section and of those around it."""
    d = reading.document
    section = d.sections[d.blocks[a.item.block].section]
    return (a.item.heading, section.heading, *(d.sections[i].heading for i in section.path))


def _check(reading: Reading) -> Iterator[Finding]:
    found = 0
    for a in reading.actions:
        item = a.item
        if item.layout == "prose" or item.owner or item.due or item.ticket or item.done or len(item.text.split()) > _WORDS:
            continue
        if any(lexicon("lint").first(above, "when_or_who") for above in _above(reading, a)):
            continue
        if found < _MOST and lexicon("lint").first(item.text, "vague") and not lexicon("lint").first(item.text, "concrete"):
            yield at_action(RULE, reading, a, f"{clip(item.text)} has no end state, owner or date.")
            found += 1


RULE = Rule(
    code="PM706",
    name="vague-action",
    severity=Severity.NOTE,
    section="§7",
    stability="stable",
    means="An action item only looks into something or improves it: no end state, owner, date or ticket.",
    why="Nobody can tell when it is done, so it never is.",
    cure="Say what will be different when it is done, and who does it.",
    bad="Look into timeouts.",
    good="Every client call has a timeout below 2 s by 1 March (platform team).",
    question="What will be different when this is done?",
    false_positives="A research task whose owner stands elsewhere.",
    check=_check,
)
