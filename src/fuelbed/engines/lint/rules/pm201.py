"""PM201: linear-chain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fuelbed.core.document import Sentence
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import in_sentence, weaknesses
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]

_STEPS = 3


def _links(text: str) -> Iterator[re.Match[str]]:
    for entry in lexicon("lint").entries:
        if entry.role == "chain_link":
            yield from entry.match.finditer(text)


def _check(reading: Reading) -> Iterator[Finding]:
    document = reading.document
    told: dict[int, list[Sentence]] = {}
    for s in document.said("cause", "trigger", "summary", "background", "other"):
        if document.block_of(s).kind == "paragraph":
            told.setdefault(s.block, []).append(s)
    for block in told.values():
        links = [s for s in block for _ in _links(s.plain)]
        if len(links) >= _STEPS and not any(lexicon("lint").first(s.plain, "interaction") for s in block):
            if reading.amplification.present or len(weaknesses(reading)) > 1:
                return
            first = links[0]
            steps = len(links)
            yield in_sentence(
                RULE, reading, first, 0, len(first.plain), f"The cause is told as a chain of {steps} steps and nothing else."
            )
            return


RULE = Rule(
    code="PM201",
    name="linear-chain",
    severity=Severity.NOTE,
    section="§2",
    stability="preview",
    means="The cause is told as a chain of three or more steps, each leading to the next, with nothing that met, fed back or combined.",
    why="A chain has one way to break it and one way to happen. Real failures have several of both.",
    cure="Say at each step what else had to be true for it to follow.",
    bad="A led to B, which led to C, which caused D.",
    good="B followed only because the pool was shared; C and D fed each other.",
    question="At each step of the chain, what else had to be true for the next step to follow?",
    false_positives="A genuine short chain.",
    check=_check,
)
