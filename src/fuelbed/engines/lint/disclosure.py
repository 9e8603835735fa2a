"""What the rules about secrets share: each secret once, at its first place, never with its content.

The anchor that a baseline is made of holds no more of the secret than the message does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache

from fuelbed.core.document import Block, Document, DocumentKind, Place
from fuelbed.core.findings import Finding
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.rule import STORIES, Rule
from fuelbed.text.lexicon import lexicon
from fuelbed.text.secrets import Group, Secret, secrets

__all__ = ["EVERY", "SECRET_RULES", "SECTION", "disclosed"]

SECTION = "secrets"
_BEFORE = 60  # characters before an address that say what it is there for
_LOOKED_AT = 300  # characters of what stands above one
SECRET_RULES: Mapping[Group, str] = {"credential": "PM004", "personal": "PM005", "public": "PM006", "private": "PM007"}
EVERY: frozenset[DocumentKind] = STORIES | {"template", "empty"}


@lru_cache(maxsize=2)
def _found(document: Document) -> tuple[Secret, ...]:
    return secrets(document.source.text)


@lru_cache(maxsize=2)
def _begins(document: Document) -> tuple[int, ...]:
    """Where the blocks begin."""
    return tuple(b.place.start for b in document.blocks)


def _meant(document: Document, s: Secret) -> bool:
    """Whether an address stands there on purpose: the author's, to be written to, or an attacker's, to be looked for. `--redact` replaces it all the same."""
    text = document.source.text
    if s.group == "personal":
        before = text[max(s.start - _BEFORE, 0) : s.start].rpartition("\n\n")[2]
        return lexicon("lint").first(" ".join(before.split()).rstrip("<([ "), "for_contact") is not None
    if s.group != "public":
        return False
    at = bisect_right(_begins(document), s.start) - 1
    if at < 0 or s.start >= document.blocks[at].place.end:
        return False
    block = document.blocks[at]
    above = (document.quote(block.place), document.sections[block.section].heading, *_lead(document, block))
    return any(lexicon("lint").first(words[:_LOOKED_AT], "of_attacker") is not None for words in above)


def _lead(document: Document, block: Block) -> Iterator[str]:
    """What introduces the list that a block stands in."""
    if block.lead >= 0:
        yield document.quote(document.blocks[block.lead].place)


def disclosed(rule: Rule, reading: Reading, group: Group) -> Iterator[Finding]:
    """A finding for each secret of the group, with how often it stands there."""
    d = reading.document
    text = d.source.text
    places: dict[tuple[str, str], list[Secret]] = {}
    for s in _found(d):
        if s.group == group and not _meant(d, s):
            places.setdefault((s.kind, text[s.start : s.end]), []).append(s)
    for n, found in enumerate(places.values()):
        first = found[0]
        often = f", {len(found)} times" if len(found) > 1 else ""
        said = first.described(text)
        span = d.span(Place(first.start, first.end))
        yield Finding(
            rule.code, rule.severity, f"The text holds a secret or an address: {said}{often}.", rule.cure, span, f"{said}\n{n}"
        )
