"""PM707: factor-untouched."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.document import SectionRole, Sentence
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import clip, closed, in_sentence, plans, telling, topics
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]

_MOST = 2  # findings of one text
_TRIED = 50
_FACTORS: tuple[SectionRole, ...] = ("cause", "went_wrong", "controls")


def _listed(reading: Reading) -> Iterator[Sentence]:
    """The first sentence of every factor in a list that the reader is sure is a standing condition, each once."""
    d = reading.document
    seen = set()
    for m in reading.conditions[:_TRIED]:
        s = d.sentences[m.sentence]
        block = d.block_of(s)
        if m.sure and block.kind == "item" and block.depth <= 1 and d.role_of(s) in _FACTORS and s.block not in seen:
            seen.add(s.block)
            yield next(x for x in d.sentences if x.block == s.block)


def _check(reading: Reading) -> Iterator[Finding]:
    """Only factors without one telling word in common with any action or repair: other words for one thing are the rule in prose."""
    done = [set(telling(text)) for text in plans(reading, headed=True)]
    found = 0
    for s in _listed(reading) if reading.actions else ():
        whole = " ".join(x.plain for x in reading.document.sentences if x.block == s.block)
        open_one = not any(set(telling(whole)) & plan for plan in done)
        watched = "closes_sight" in topics(whole) & closed(reading)  # its own word, but an action adds sight
        if (
            open_one
            and not watched
            and found < _MOST
            and lexicon("lint").first(s.plain, "shared_dependency", "wished_beside") is None
        ):
            yield in_sentence(RULE, reading, s, 0, len(s.plain), f"No action item is about {clip(s.words)}.")
            found += 1


RULE = Rule(
    code="PM707",
    name="factor-untouched",
    severity=Severity.NOTE,
    section="§7",
    stability="off",
    means="The text names a standing condition, and no action item is about it.",
    why="What stood there still stands there, for whatever trigger comes next.",
    cure="Add an action on it, or say why it stays.",
    bad="Factor: one shared queue. Actions: add an alert.",
    good="Actions: a queue for each tenant.",
    question="What will be done about this condition, or why does it stay?",
    false_positives="An action about it in other words.",
    check=_check,
)
