"""PM304: shared-dependency-open."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import clip, hits, in_sentence, plans, touched, weaknesses
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon
from fuelbed.text.wording import stems

__all__ = ["RULE"]

_COMMON = 2  # content words that an action must share with the sentence to be about it


def _check(reading: Reading) -> Iterator[Finding]:
    document = reading.document
    if not reading.actions:
        return
    done = plans(reading)
    if any(lexicon("lint").first(text, "splits") for text in done):  # what was one is two now, whatever its name
        return
    planned = {stem for text in done for stem in stems(text)}
    for s, hit in hits(
        document.said("cause", "trigger", "summary", "background", "lessons", "went_wrong"), "lint", "shared_dependency"
    ):
        m = next((m for m in weaknesses(reading) if m.sentence == s.index), None)
        telling = set(stems(s.plain)) - set(stems("shared single point failure same both"))
        if (m is not None and touched(reading, m)) or len(telling & planned) >= _COMMON:
            continue
        yield in_sentence(RULE, reading, s, hit.start, hit.end, f"No action item is about {clip(s.words[hit.start : hit.end])}.")
        return


RULE = Rule(
    code="PM304",
    name="shared-dependency-open",
    severity=Severity.WARNING,
    section="§3",
    stability="off",
    means="The text names something shared or a single point of failure, and no action item is about it.",
    why="What is shared makes failures joint, whatever sets them off.",
    cure="Add an action that splits it, doubles it or bounds what each user takes of it; or say why it stays.",
    bad="Both services use one database. Action: add an alert.",
    good="Action: separate connection pools for reads and writes.",
    question="What would have to change so that its users no longer fail together?",
    false_positives="An action about it in other words.",
    check=_check,
)
