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
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from fuelbed.text.gate import Gate, needles, piece

__all__ = ["Entry", "Hit", "Lexicon", "lexicon", "names"]

_FOLDER = "lexicon"
_LIST = re.compile(r"\{([a-z_]+)\}")
_TEXTS = 2048  # texts whose findings each lexicon remembers
_LONG = 20_000  # characters of a text that is not remembered


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One pattern of a lexicon, compiled when it is first used. `sources` are `match` and `unless` as written ("" without `unless`)."""

    id: str
    role: str
    sources: tuple[str, str]
    words: Mapping[str, tuple[str, ...]]
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    weight: float = 1.0
    _made: list[re.Pattern[str] | None] = field(default_factory=list, repr=False)

    @property
    def match(self) -> re.Pattern[str]:
        found = self._patterns()[0]
        assert found is not None
        return found

    @property
    def unless(self) -> re.Pattern[str] | None:
        if len(self._patterns()) == 1:
            self._made.append(_compiled(self.sources[1], self.words) if self.sources[1] else None)
        return self._made[1]

    def _patterns(self) -> list[re.Pattern[str] | None]:
        if not self._made:
            self._made.append(_compiled(self.sources[0], self.words))
        return self._made

    def find(self, text: str) -> re.Match[str] | None:
        """The first match in one sentence, None where `unless` takes it back."""
        m = self.match.search(text)
        if m is None or (self.sources[1] and self.unless is not None and self.unless.search(text)):
            return None
        return m


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found, with the half-open range of the sentence that it covers."""

    entry: Entry
    start: int
    end: int


@dataclass(eq=False, slots=True)
class Lexicon:
    """One file of the lexicon. What was found in a text is remembered: many readers ask about the same sentences."""

    name: str
    words: Mapping[str, tuple[str, ...]]
    entries: tuple[Entry, ...]
    _gate: Gate | None = None
    _texts: dict[str, tuple[int, dict[int, Hit | None]]] = field(default_factory=dict)
    _roles: dict[tuple[str, ...], tuple[tuple[int, int, tuple[int, ...]], ...]] = field(default_factory=dict)

    def find(self, text: str, *roles: str) -> Iterator[Hit]:
        """Every entry (of these roles, or of all) that is found in one sentence, in the file's order."""
        seen, known = self._texts.get(text) or self._looked_at(text)
        for i, rare, needed in self._roles.get(roles) or self._of(roles):
            if rare and not rare & seen:
                continue
            if i in known:
                hit = known[i]
            else:
                for need in needed:
                    if need & seen == need:
                        break
                else:
                    continue
                m = self.entries[i].find(text)
                hit = known[i] = None if m is None else Hit(self.entries[i], m.start(), m.end())
            if hit is not None:
                yield hit

    def first(self, text: str, *roles: str) -> Hit | None:
        return next(self.find(text, *roles), None)

    def any_word(self, *lists: str) -> re.Pattern[str]:
        """One pattern for all words of these lists, at word boundaries."""
        return _compiled("|".join(f"{{{name}}}" for name in lists), self.words)

    def _looked_at(self, text: str) -> tuple[int, dict[int, Hit | None]]:
        if self._gate is None:
            lists = {name: _needles_of(words) for name, words in self.words.items()}
            self._gate = Gate([needles(e.sources[0], lists) for e in self.entries])
        found: tuple[int, dict[int, Hit | None]] = (self._gate.seen(text), {})
        if len(text) <= _LONG:
            if len(self._texts) >= _TEXTS:
                self._texts.clear()
            self._texts[text] = found
        return found

    def _of(self, roles: tuple[str, ...]) -> tuple[tuple[int, int, tuple[int, ...]], ...]:
        assert self._gate is not None
        gate = self._gate
        of = tuple((i, gate.rare[i], gate.needed[i]) for i, e in enumerate(self.entries) if not roles or e.role in roles)
        self._roles[roles] = of
        return of


def _needles_of(words: Iterable[str]) -> frozenset[str] | None:
    found = [piece(w) for w in words]
    known = [f for f in found if f is not None]
    return frozenset().union(*known) if known and len(known) == len(found) else None


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
    return Entry(
        str(row["id"]),
        str(row["role"]),
        (str(row["match"]), str(row.get("unless") or "")),
        words,
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
