"""The section `attribution`: which words speak of which factor, whose each factor is. Every fault at once, with its place and cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from fuelbed.core.attribution import SCOPES, AttributionSettings, Scope
from fuelbed.core.case import Factor
from fuelbed.core.scanner import did_you_mean
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.yaml import Entry, Map, Scalar, Seq

__all__ = ["ATTRIBUTION_KEYS", "folded", "read_attribution"]

ATTRIBUTION_KEYS = ("story", "scopes", "owners", "ours", "without")


def folded(text: str) -> str:
    """As words are compared with the narrative: in small letters, white space, Markdown's marks and the targets of links folded."""
    return " ".join(_LINK.sub("]", text).translate(_MARKS).lower().split())


_LINK = re.compile(r"\](?:\([^()\s]{0,500}\)|\[[^\[\]]{0,200}\])")
_MARKS = str.maketrans({"*": None, "_": " ", "`": None, "[": None, "]": None, "’": "'", "“": '"', "”": '"'})


def read_attribution(r: Reading, f: Fields, factors: Mapping[str, Factor], narrative: str | None) -> AttributionSettings:
    """The section; `narrative` is what the text says, in which the words of `story` and the headings of `without` must stand."""
    node = f.section("attribution")
    if node is None:
        return AttributionSettings()
    r.check_keys(node, ATTRIBUTION_KEYS, "`attribution`")
    body = Fields(r, node)
    scopes: dict[str, Scope] = {}
    for name, entry in _of_factors(r, body, "scopes", factors):
        word = r.choice(entry.value, "scopes", SCOPES)
        if word:
            scopes[name] = word  # type: ignore[assignment]  # `choice` gave one of SCOPES
    owners = {name: owner for name, e in _of_factors(r, body, "owners", factors) if (owner := r.text(e.value, name[:60]))}
    return AttributionSettings(
        _story(r, body, factors, narrative),
        scopes,
        owners,
        _ours(r, body, factors, owners),
        _without(r, body, narrative),
        node.span,
    )


def _of_factors(r: Reading, body: Fields, key: str, factors: Mapping[str, Factor]) -> Iterator[tuple[str, Entry]]:
    """The entries of a mapping from factors; a name that is no factor is a fault."""
    section = body.section(key)
    for name, entry in section.entries.items() if isinstance(section, Map) else ():
        if factors and name not in factors:
            cure = did_you_mean(name, factors) or "Name a factor of the case."
            r.error("FB188", entry.key.span, f"no factor is called `{name[:60]}`.", cure)
        else:
            yield name, entry


def _story(r: Reading, body: Fields, factors: Mapping[str, Factor], narrative: str | None) -> dict[str, tuple[str, ...]]:
    text = folded(narrative) if narrative is not None else None
    out: dict[str, tuple[str, ...]] = {}
    for name, entry in _of_factors(r, body, "story", factors):
        items: Iterable[object] = entry.value.items if isinstance(entry.value, Seq) else (entry.value,)
        said: list[str] = []
        for item in items:
            if not isinstance(item, Scalar) or item.value is None:
                r.wrong(
                    entry.value,
                    f"`story.{name[:60]}` is a list of words of the narrative.",
                    f'Write `{name[:60]}: ["its words"]`.',
                )
                break
            words = folded(item.text)
            if not words:
                r.error(
                    "FB189",
                    item.span,
                    "there are no words to look for.",
                    "Quote the narrative, or write `[]` if it never speaks of it.",
                )
            elif text is not None and words not in text:
                r.error(
                    "FB189",
                    item.span,
                    f"the narrative does not say “{item.text[:60]}”.",
                    "Copy the words as they stand there, within one sentence.",
                )
            else:
                said.append(item.text)
        out[name] = tuple(said)
    return out


def _ours(r: Reading, body: Fields, factors: Mapping[str, Factor], owners: Mapping[str, str]) -> tuple[str, ...]:
    known = sorted({f.owner for f in factors.values() if f.owner} | set(owners.values()))
    out: dict[str, None] = {}
    for s in body.names("ours"):
        if known and s.text not in known:
            cure = did_you_mean(s.text, known) or f"Owners are: {', '.join(known)[:200]}."
            r.error("FB188", s.span, f"no factor has the owner `{s.text[:60]}`.", cure)
        out[s.text] = None
    return tuple(out)


def _without(r: Reading, body: Fields, narrative: str | None) -> tuple[str, ...]:
    text = folded(narrative) if narrative is not None else None
    out: list[str] = []
    for s in body.names("without"):
        if text is not None and folded(s.text) not in text:
            r.error("FB189", s.span, f"the narrative has no heading “{s.text[:60]}”.", "Copy the heading as it stands there.")
        out.append(s.text)
    return tuple(out)
