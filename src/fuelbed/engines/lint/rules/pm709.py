"""PM709: trigger-only-sold-as-fix."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import clip, closest, hits, in_sentence, telling
from fuelbed.engines.lint.rule import Known, Rule

__all__ = ["RULE"]

_SAME = 0.5  # likeness of an item of the text and an action of the case from which they are one
_SHARED = 2  # telling words of a sentence that is about the action


def _check(reading: Reading) -> Iterator[Finding]:
    del reading
    return iter(())


def _beside(reading: Reading, known: Known) -> Iterator[Finding]:
    document = reading.document
    for action in known.actions:
        if action.verdict != "trigger only":
            continue
        like, item = closest(reading, action.what)
        words = set(telling(action.what)) | (set(telling(item.item.text)) if item is not None and like >= _SAME else set())
        for s, hit in hits(document.said(), "lint", "sold_as_fix"):
            if len(words & set(telling(s.plain))) >= min(_SHARED, len(words)) > 0 and document.role_of(s) != "timeline":
                said = clip(s.words[hit.start : hit.end])
                message = f"{said} is said of `{action.name}`, which by the model only touches triggers: {action.reason}"
                yield in_sentence(RULE, reading, s, hit.start, hit.end, message if message.endswith(".") else f"{message}.")
                return


RULE = Rule(
    code="PM709",
    name="trigger-only-sold-as-fix",
    severity=Severity.WARNING,
    section="§7",
    stability="preview",
    means="An action that by the model only touches triggers is told as the fix.",
    why="The readers take the matter for closed, and the condition waits for another trigger.",
    cure="Say what it does (it takes one trigger away), and add an action on what the trigger met.",
    bad="Reverting the timeout fixes the issue for good.",
    good="Reverting the timeout takes one trigger away; retries are bounded from 1 March.",
    question="Which other trigger would still fail the same way after this fix?",
    false_positives="A sentence about the service being restored. It runs in `fuelbed analyze` only, where the action table is there.",
    check=_check,
    beside=_beside,
)
