"""One pattern for many: alternatives that begin alike are tried together, so that a place in a text costs a few comparisons, not one a word."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["either"]

_DEEP = 3  # letters by which they are grouped


def either(patterns: Iterable[str], deep: int = _DEEP) -> str:
    """A group that matches what `p1|p2|...` matches, in that order where they begin with the same letters; with other letters they never
    compete for a place. A pattern is no choice itself, but where brackets hold it."""
    groups: dict[str, list[str]] = {}
    for p in dict.fromkeys(patterns):
        groups.setdefault(_letter(p).lower() if deep else "", []).append(p)
    parts: list[str] = []
    for letter, group in groups.items():
        parts += [letter + either([p[1:] for p in group], deep - 1)] if letter and len(group) > 1 else group
    return f"(?:{'|'.join(parts)})"


def _letter(pattern: str) -> str:
    """The letter that every match begins with, "" where it is no plain one."""
    return pattern[0] if pattern[:1].isalpha() and pattern[1:2] not in ("?", "*", "+", "{") else ""
