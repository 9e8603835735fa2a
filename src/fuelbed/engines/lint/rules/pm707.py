"""PM707: factor-untouched."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Mention, Reading
from fuelbed.engines.lint.look import at_mention, clip, closest, touched
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]

_MOST = 2  # the conditions farthest from every action
_TRIED = 50


def _shared(reading: Reading, m: Mention) -> bool:
    """Whether PM304 speaks of it."""
    return lexicon("lint").first(reading.document.sentences[m.sentence].plain, "shared_dependency") is not None


def _check(reading: Reading) -> Iterator[Finding]:
    if not reading.actions:
        return
    open_ones = [m for m in reading.conditions[:_TRIED] if m.sure and not touched(reading, m) and not _shared(reading, m)]
    ranked = sorted(open_ones, key=lambda m: (closest(reading, m.what)[0], m.sentence))[:_MOST]
    for m in sorted(ranked, key=lambda m: m.sentence):
        yield at_mention(RULE, reading, m, f"No action item is about {clip(m.what)}.")


RULE = Rule(
    code="PM707",
    name="factor-untouched",
    severity=Severity.WARNING,
    section="§7",
    stability="preview",
    means="The text names a standing condition, and no action item is about it.",
    why="What stood there still stands there, for whatever trigger comes next.",
    cure="Add an action on it, or say why it stays.",
    bad="Factor: one shared queue. Actions: add an alert.",
    good="Actions: a queue for each tenant.",
    question="What will be done about this condition, or why does it stay?",
    false_positives="An action about it in other words.",
    check=_check,
)
