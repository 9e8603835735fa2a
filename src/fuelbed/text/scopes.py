"""Who or what a piece of text speaks of: a person, a component, a team, the organization, the architecture, a vendor.

What a sentence says in so many words (the lexicon `attribution`) goes before what its words only suggest: a component word
(`layers.toml`), then "we". Several that are said count in equal parts; nothing found is an answer, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from fuelbed.core.attribution import SCOPES, Scope
from fuelbed.text.layers import layer
from fuelbed.text.lexicon import Lexicon, lexicon
from fuelbed.text.wording import stems

__all__ = ["case_scope", "is_generic", "is_said", "scopes_of", "team_keys"]

_SAID = ("person", "team", "other_teams", "organization", "architecture", "vendor")
_WE = re.compile(r"\b(?:we|our|us|ours)\b", re.IGNORECASE)
_PEOPLE_LAYER = "process"  # what `layers.toml` says of runbooks and teams is no part of the system


def _lexicon() -> Lexicon:
    return lexicon("attribution")


def scopes_of(text: str, team: str = "", own: Sequence[str] = ()) -> tuple[tuple[Scope, ...], tuple[str, ...]]:
    """The scopes of a sentence or a phrase in the order of the table, and the entries that said so.

    team  the author's team: a team of that name is its own, one of another name is another. own: words that name the author's
    house (the title of the document), so that a brand among them is no vendor.
    """
    found: dict[Scope, str] = {}
    for scope, why in _said(text, team, own):
        found.setdefault(scope, why)
    if found.get("vendor") == "vendor_brand" and found.get("team") == "own_team" and not _WE.search(text):
        del found["team"]  # the vendor's engineers
    if not found:
        at = layer(text)
        if at and at != _PEOPLE_LAYER:
            found["component"] = f"layer {at}"
        elif _WE.search(text):
            found["team"] = "we"
    scopes = tuple(s for s in SCOPES if s in found)
    return scopes, tuple(found[s] for s in scopes)


def is_said(why: Sequence[str]) -> bool:
    """Whether a scope was said in so many words, and not only suggested by a component word or a "we"."""
    return bool(why) and why[0] != "we" and not why[0].startswith("layer ")


def _said(text: str, team: str, own: Sequence[str]) -> Iterator[tuple[Scope, str]]:
    for hit in _lexicon().find(text, *_SAID):
        if hit.entry.id == "vendor_brand" and _is_own(text[hit.start : hit.end], own):
            continue
        yield hit.entry.role, hit.entry.id  # type: ignore[misc]  # the lexicon's roles are scopes: a test says so
    named = _lexicon().first(text, "named_team")
    name = named.entry.match.search(text, named.start) if named is not None else None
    if name is not None and team:
        yield ("team" if _is_own(name["team"], (team,)) else "other_teams"), "named_team"


def _is_own(name: str, own: Sequence[str]) -> bool:
    mine = {s for words in own for s in stems(words.replace("_", " "))}
    return any(s in mine for s in stems(name.replace("_", " ")))


@lru_cache(maxsize=1)
def _case_words() -> dict[str, Scope]:
    words = _lexicon().words
    table: dict[str, Scope] = {}
    for scope in SCOPES:
        table |= dict.fromkeys((*words.get(f"case_{scope}", ()), scope, scope.replace("_", " ")), scope)
    return table


def case_scope(word: str) -> Scope | None:
    """The scope that a factor's own `scope` means (`configuration` is a component); None for a word that is not known."""
    return _case_words().get(" ".join(word.lower().replace("_", " ").split()))


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    return frozenset(_lexicon().words["generic_folders"])


def is_generic(folder: str) -> bool:
    """Whether a folder's name says what is kept in it, and not whose it is."""
    name = folder.lower().strip()
    return (
        name in _generic()
        or not any(c.isalpha() for c in name)
        or any(name.startswith(f"{g}-") for g in ("postmortems", "incidents"))
    )


def team_keys() -> tuple[str, ...]:
    """Keys of front matter that may name the team."""
    return _lexicon().words["team_keys"]
