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

from fuelbed.text.gate import Gate, Needles, needles, piece

__all__ = ["Entry", "Hit", "Lexicon", "lexicon", "names"]

_FOLDER = "lexicon"
_LIST = re.compile(r"\{([a-z_]+)\}")
_TEXTS = 2048  # texts whose findings each lexicon remembers
_LONG = 20_000  # characters of a text that is not remembered


class _Lazy:
    """A pattern as written, compiled for the first text that has its needles."""

    __slots__ = ("_lists", "_made", "_needs", "_words", "source")

    def __init__(self, source: str, words: Mapping[str, tuple[str, ...]], lists: Mapping[str, frozenset[str] | None]) -> None:
        self.source = source
        self._words, self._lists = words, lists
        self._needs: Needles | None = None
        self._made: re.Pattern[str] | None = None

    @property
    def needs(self) -> Needles:
        if self._needs is None:
            self._needs = needles(self.source, self._lists)
        return self._needs

    def pattern(self) -> re.Pattern[str]:
        if self._made is None:
            self._made = _compiled(self.source, self._words)
        return self._made

    def search(self, text: str) -> re.Match[str] | None:
        if self._made is None:
            low = text.lower()
            if not any(all(any(n in low for n in some) for some in every) for every in self.needs):
                return None
        return self.pattern().search(text)


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One pattern of a lexicon, compiled when it is first needed."""

    id: str
    role: str
    seek: _Lazy
    deny: _Lazy | None
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    weight: float = 1.0

    @property
    def match(self) -> re.Pattern[str]:
        return self.seek.pattern()

    @property
    def unless(self) -> re.Pattern[str] | None:
        return self.deny.pattern() if self.deny is not None else None

    def find(self, text: str) -> re.Match[str] | None:
        """The first match in one sentence, None where `unless` takes it back."""
        m = self.seek.search(text)
        if m is None or (self.deny is not None and self.deny.search(text) is not None):
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
    _any: dict[tuple[str, ...], re.Pattern[str]] = field(default_factory=dict)
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
        found = self._any.get(lists)
        if found is None:
            found = self._any[lists] = _compiled("|".join(f"{{{name}}}" for name in lists), self.words)
        return found

    def _looked_at(self, text: str) -> tuple[int, dict[int, Hit | None]]:
        if self._gate is None:
            self._gate = Gate([e.seek.needs for e in self.entries])
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


def _entry(row: Mapping[str, object], words: Mapping[str, tuple[str, ...]], lists: Mapping[str, frozenset[str] | None]) -> Entry:
    unless = row.get("unless")
    return Entry(
        str(row["id"]),
        str(row["role"]),
        _Lazy(str(row["match"]), words, lists),
        _Lazy(str(unless), words, lists) if unless else None,
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
    lists = {key: _needles_of(value) for key, value in words.items()}
    return Lexicon(name, words, tuple(_entry(row, words, lists) for row in data.get("pattern", [])))


def names() -> list[str]:
    """The names of all lexicon files."""
    return sorted(f.name.removesuffix(".toml") for f in (files("fuelbed.text") / _FOLDER).iterdir() if f.name.endswith(".toml"))
