"""What the rules about secrets share: each secret once, at its first place, never with its content.

The anchor that a baseline is made of holds no more of the secret than the message does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from fuelbed.core.document import Document, DocumentKind, Place
from fuelbed.core.findings import Finding
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.rule import STORIES, Rule
from fuelbed.text.secrets import Group, Secret, secrets

__all__ = ["EVERY", "SECRET_RULES", "SECTION", "disclosed"]

SECTION = "secrets"
SECRET_RULES: Mapping[Group, str] = {"credential": "PM004", "personal": "PM005", "public": "PM006", "private": "PM007"}
EVERY: frozenset[DocumentKind] = STORIES | {"template", "empty"}


@lru_cache(maxsize=2)
def _found(document: Document) -> tuple[Secret, ...]:
    return secrets(document.source.text)


def disclosed(rule: Rule, reading: Reading, group: Group) -> Iterator[Finding]:
    """A finding for each secret of the group, with how often it stands there."""
    d = reading.document
    text = d.source.text
    places: dict[tuple[str, str], list[Secret]] = {}
    for s in _found(d):
        if s.group == group:
            places.setdefault((s.kind, text[s.start : s.end]), []).append(s)
    for n, found in enumerate(places.values()):
        first = found[0]
        often = f", {len(found)} times" if len(found) > 1 else ""
        said = first.described(text)
        span = d.span(Place(first.start, first.end))
        yield Finding(
            rule.code, rule.severity, f"The text holds a secret or an address: {said}{often}.", rule.cure, span, f"{said}\n{n}"
        )
