"""The lexicon: every word and pattern that the text engines know, as data in `lexicon/*.toml`, each with what it must not match.

A file holds any number of

    [words]
    monitoring_nouns = ["alert", "dashboard"]        # word lists, for code that counts or combines

    [[pattern]]
    id = "retry_storm"                 # unique in its file
    role = "retry_amplification"       # what a match means, in the file's own terms
    match = "retr(y|ies) {storms}"     # a regular expression, see below
    unless = "no retry storm"          # optional: a match of this in the same sentence takes it back
    hits = ["Retry storms began"]      # at least one; a test runs them
    misses = ["We will retry later"]   # at least one counter-example; a test runs them
    weight = 1.0                       # optional, for code that adds evidence

In `match` and `unless`, a blank is any run of blanks, `{name}` is the alternatives of the word list `name` (longest first, each with its
regular plural or verb endings only if the list's name ends in `_stems`: then `\\w*` follows), and letters match in either case. Matches
begin and end at word boundaries. Lists and patterns of another file are never seen: a file is one topic.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

__all__ = ["Entry", "Hit", "Lexicon", "lexicon", "names"]

_FOLDER = "lexicon"
_LIST = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One pattern of a lexicon."""

    id: str
    role: str
    match: re.Pattern[str]
    unless: re.Pattern[str] | None
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    weight: float = 1.0

    def find(self, text: str) -> re.Match[str] | None:
        """The first match in one sentence, None where `unless` takes it back."""
        m = self.match.search(text)
        if m is None or (self.unless is not None and self.unless.search(text)):
            return None
        return m


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found, with the half-open range of the sentence that it covers."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True, eq=False, slots=True)
class Lexicon:
    """One file of the lexicon, compiled."""

    name: str
    words: Mapping[str, tuple[str, ...]]
    entries: tuple[Entry, ...]

    def find(self, text: str, *roles: str) -> Iterator[Hit]:
        """Every entry (of these roles, or of all) that is found in one sentence, in the file's order."""
        for e in self.entries:
            if not roles or e.role in roles:
                m = e.find(text)
                if m is not None:
                    yield Hit(e, m.start(), m.end())

    def first(self, text: str, *roles: str) -> Hit | None:
        return next(self.find(text, *roles), None)

    def any_word(self, *lists: str) -> re.Pattern[str]:
        """One pattern for all words of these lists, at word boundaries."""
        return _compiled("|".join(f"{{{name}}}" for name in lists), self.words)


@lru_cache(maxsize=4096)
def _regex(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _compiled(pattern: str, words: Mapping[str, tuple[str, ...]]) -> re.Pattern[str]:
    def listed(m: re.Match[str]) -> str:
        name = m[1]
        if name not in words:
            raise KeyError(f"the lexicon has no word list {name}")
        tail = r"\w*" if name.endswith("_stems") else ""
        return f"(?:{'|'.join(re.escape(w) + tail for w in sorted(words[name], key=len, reverse=True))})"

    body = _LIST.sub(listed, pattern).replace(r"\ ", " ").replace(" ", r"\s+")
    return _regex(rf"(?<!\w)(?:{body})(?!\w)")


def _entry(row: Mapping[str, object], words: Mapping[str, tuple[str, ...]]) -> Entry:
    unless = row.get("unless")
    return Entry(
        str(row["id"]),
        str(row["role"]),
        _compiled(str(row["match"]), words),
        _compiled(str(unless), words) if unless else None,
        tuple(_strings(row["hits"])),
        tuple(_strings(row["misses"])),
        float(str(row.get("weight", 1.0))),
    )


def _strings(value: object) -> Iterable[str]:
    assert isinstance(value, list)
    return [str(v) for v in value]


@lru_cache(maxsize=64)
def lexicon(name: str) -> Lexicon:
    """The lexicon in `lexicon/NAME.toml`; a fault in our own data is a defect, so it raises what it raises."""
    data = tomllib.loads((files("fuelbed.text") / _FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    words = {key: tuple(_strings(value)) for key, value in data.get("words", {}).items()}
    return Lexicon(name, words, tuple(_entry(row, words) for row in data.get("pattern", [])))


def names() -> list[str]:
    """The names of all lexicon files."""
    return sorted(f.name.removesuffix(".toml") for f in (files("fuelbed.text") / _FOLDER).iterdir() if f.name.endswith(".toml"))
