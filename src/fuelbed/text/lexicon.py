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
    hint = "storm"                     # optional, for long texts: a cheaper expression, as it stands, found in every match in small letters

In `match` and `unless`, a blank is any run of blanks, `{name}` is the alternatives of the word list `name` (longest first, each with its
regular plural or verb endings only if the list's name ends in `_stems`: then `\\w*` follows), and letters match in either case. Matches
begin and end at word boundaries. Lists and patterns of another file are never seen: a file is one topic.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple, Protocol, TypeVar

from fuelbed.text.either import either
from fuelbed.text.gate import Gate
from fuelbed.text.needles import Needles, at_start, may_hold, needles, small

__all__ = ["Entry", "Hit", "Lexicon", "alone", "lexicon", "names"]

_FOLDER = "lexicon"
_LIST = re.compile(r"\{([a-z_]+)\}")
_TEXTS = 4096  # texts whose findings are remembered
_LONG = 20_000  # characters of a text that is not remembered
_SENTENCE = 2_000  # characters of a text that all lexicons are asked about at once
_APART = frozenset(("actions", "bullets", "heads", "headings", "moments", "pasted", "secrets", "status_page", "timeline"))
"""Lexicons that are asked about other texts than sentences, and look for their own words only."""


_Search = Callable[[str], re.Match[str] | None]


class _Lazy:
    """A pattern as written, compiled for the first text that has its needles."""

    __slots__ = ("_asis", "_behind", "_made", "_needs", "_search", "_words", "source")

    def __init__(self, source: str, words: Mapping[str, tuple[str, ...]]) -> None:
        self.source = source
        self._words = words
        self._needs: Needles | None = None
        self._made: re.Pattern[str] | None = None
        self._search: _Search | None = None
        self._behind: _Search | None = None  # the same, of a text in small letters
        self._asis = False  # it is searched in the text as it stands only

    @property
    def needs(self) -> Needles:
        if self._needs is None:
            self._needs = needles(self.source, self._words)
        return self._needs

    def pattern(self) -> re.Pattern[str]:
        if self._made is None:
            self._made = _compiled(self.source, self._words)
        return self._made

    def search(self, text: str) -> re.Match[str] | None:
        if self._search is None:
            if self._made is None and not may_hold(self.needs, small(text)):
                return None
            made = self.pattern()
            self._search = made.match if at_start(self.source) else made.search
        return self._search(text)

    def span(self, text: str, low: str) -> tuple[int, int] | None:
        """Where it is found; `low` is the text in small letters behind a blank. Searched there a pattern costs half the time: no letter is compared
        twice, and the engine passes over letters to the blanks and marks behind which a match may begin."""
        if self._behind is None and not self._asis:
            if self._made is None and not may_hold(self.needs, low):
                return None
            self._behind = self._behind_mark()
            self._asis = self._behind is None
        if self._behind is not None:
            m = self._behind(low)
            return None if m is None else (m.start(), m.end() - 1)
        m = self.search(text)
        return m.span() if m is not None else None

    def _behind_mark(self) -> _Search | None:
        """Finds the pattern with the blank or mark before it, None where it names capital letters or looks at what stands before."""
        first = at_start(self.source)
        source = self.source[1:] if first else self.source
        whole = _expanded(source, self._words)
        bare = _ESCAPED.sub("", whole)
        if bare != small(bare) or _LOOKS_BACK.search(source) is not None:
            return None
        made = _regex(rf"\W{whole.removeprefix(_BEGINS)}", 0)
        return made.match if first else made.search


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
    hint: str = ""

    def hinted(self, low: str) -> bool:
        """Whether a long text, in small letters, may hold it, by its hint."""
        return not self.hint or _regex(self.hint, 0).search(low) is not None

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

    def span(self, text: str, low: str) -> tuple[int, int] | None:
        """Where it is found; `low` is the text in small letters behind a blank."""
        span = self.seek.span(text, low)
        return None if span is None or (self.deny is not None and self.deny.span(text, low) is not None) else span


class Hit(NamedTuple):
    """An entry that was found, with the half-open range of the sentence that it covers."""

    entry: Entry
    start: int
    end: int


_Looked = tuple[int, dict[int, Hit | None]]
"""What is known of a text: the entries that can match, as bits, and what was found of them so far, by bit."""

_looked: dict[str, _Looked] = {}  # by text, for all lexicons: each entry of each has a bit of its own


class _Said(Protocol):
    """A sentence."""

    @property
    def plain(self) -> str: ...


_S = TypeVar("_S", bound=_Said)


@dataclass(eq=False, slots=True)
class Lexicon:
    """One file of the lexicon. What was found in a text is remembered: many readers ask about the same sentences."""

    name: str
    words: Mapping[str, tuple[str, ...]]
    entries: tuple[Entry, ...]
    _texts: dict[str, _Looked]  # what is known of texts
    _first: int = -1  # where its entries begin among those of all lexicons
    _gate: Gate | None = None  # of its own, where it is asked alone
    _any: dict[tuple[str, ...], re.Pattern[str]] = field(default_factory=dict)
    _roles: dict[tuple[str, ...], int] = field(default_factory=dict)
    _sets: dict[int, tuple[Entry, ...]] = field(default_factory=dict)

    def find(self, text: str, *roles: str) -> Iterator[Hit]:
        """Every entry (of these roles, or of all) that is found in one sentence, in the file's order."""
        possible, known = self._asked(text, roles)
        return self._each(text, possible, known) if possible else iter(())

    def _each(self, text: str, possible: int, known: dict[int, Hit | None]) -> Iterator[Hit]:
        while possible:
            hit, possible = self._next(text, possible, known)
            if hit is not None:
                yield hit

    def first(self, text: str, *roles: str) -> Hit | None:
        """The first of `find`, without the making of an iterator."""
        possible, known = self._asked(text, roles)
        return self._next(text, possible, known)[0] if possible else None

    def within(self, sentences: Iterable[_S], *roles: str) -> Iterator[tuple[_S, Hit]]:
        """The sentences in which an entry of these roles is found, each with the first."""
        wanted = self._roles.get(roles) or self._of(roles)
        for s in sentences:
            possible, known = self._texts.get(s.plain) or self._looked_at(s.plain)
            if possible & wanted:
                hit, _ = self._next(s.plain, possible & wanted, known)
                if hit is not None:
                    yield s, hit

    def possible(self, text: str, *roles: str) -> tuple[Entry, ...]:
        """The entries (of these roles, or of all) that can match somewhere in a text, as long as it may be."""
        possible, _ = self._asked(text, roles)
        known = self._sets.get(possible)
        if known is None:
            if len(self._sets) >= _TEXTS:
                self._sets.clear()
            known = self._sets[possible] = tuple(self._entries(possible))
        return known

    def bits(self, text: str) -> int:
        """The same as one number, for who weighs many texts."""
        return self._asked(text, ())[0]

    def by_bit(self, weights: Mapping[str, float]) -> Mapping[int, float]:
        """Weights of entries, by id, as weights of their bits."""
        self._of(())  # says where the entries begin
        return {1 << i: weights[e.id] for i, e in enumerate(self.entries, self._first) if e.id in weights}

    def _entries(self, possible: int) -> Iterator[Entry]:
        while possible:
            bit = possible & -possible
            possible ^= bit
            yield self.entries[bit.bit_length() - 1 - self._first]

    def _asked(self, text: str, roles: tuple[str, ...]) -> _Looked:
        """The entries of these roles that can match, as bits, and what was found of any entry so far."""
        possible, known = self._texts.get(text) or self._looked_at(text)
        wanted = self._roles.get(roles)
        return possible & (self._of(roles) if wanted is None else wanted), known

    def _next(self, text: str, possible: int, known: dict[int, Hit | None]) -> tuple[Hit | None, int]:
        """The first of the possible entries that is found, and those behind it."""
        while possible:
            bit = possible & -possible
            possible ^= bit
            hit = known[bit] if bit in known else self._found(text, bit, known)
            if hit is not None:
                return hit, possible
        return None, 0

    def _found(self, text: str, bit: int, known: dict[int, Hit | None]) -> Hit | None:
        e = self.entries[bit.bit_length() - 1 - self._first]
        span = e.span(text, _low(text))
        hit = known[bit] = None if span is None else Hit(e, *span)
        return hit

    def any_word(self, *lists: str) -> re.Pattern[str]:
        """One pattern for all words of these lists, at word boundaries."""
        found = self._any.get(lists)
        if found is None:
            found = self._any[lists] = _compiled("|".join(f"{{{name}}}" for name in lists), self.words)
        return found

    def _looked_at(self, text: str) -> _Looked:
        """What is known of a text that was not asked about yet; of a long one each lexicon looks for its own entries only."""
        if self._gate is not None:
            return _remembered(self._texts, text, self._gate.possible(text) << self._first)
        if len(text) <= _SENTENCE:
            return _remembered(self._texts, text, _every().possible(text))
        own = alone(self.name)
        return own._texts.get(text) or own._looked_at(text)

    def _of(self, roles: tuple[str, ...]) -> int:
        """The entries of these roles, as bits."""
        if self._first < 0:
            _every()  # says where the entries begin
        of = sum(1 << i for i, e in enumerate(self.entries, self._first) if not roles or e.role in roles)
        self._roles[roles] = of
        return of


def _remembered(texts: dict[str, _Looked], text: str, possible: int) -> _Looked:
    found: _Looked = (possible, {})
    if len(text) <= _LONG:
        if len(texts) >= _TEXTS:
            texts.clear()
        texts[text] = found
    return found


_ESCAPED = re.compile(r"\\.|\(\?P[<=]\w+")
_LOOKS_BACK = re.compile(r"\(\?<[=!]|\\A|(?<!\[)\^")
_BEGINS = r"(?<!\w)"


@lru_cache(maxsize=1024)
def _low(text: str) -> str:
    return f" {small(text)}"


@lru_cache(maxsize=4096)
def _regex(source: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(source, flags)


def _compiled(pattern: str, words: Mapping[str, tuple[str, ...]]) -> re.Pattern[str]:
    return _regex(_expanded(pattern, words))


def _expanded(pattern: str, words: Mapping[str, tuple[str, ...]]) -> str:
    def listed(m: re.Match[str]) -> str:
        name = m[1]
        if name not in words:
            raise KeyError(f"the lexicon has no word list {name}")
        tail = r"\w*" if name.endswith("_stems") else ""
        return either(re.escape(w) + tail for w in sorted(words[name], key=len, reverse=True))

    body = _LIST.sub(listed, pattern).replace(r"\ ", " ").replace(" ", r"\s+")
    return rf"{_BEGINS}(?:{body})(?!\w)"


def _entry(row: Mapping[str, object], words: Mapping[str, tuple[str, ...]]) -> Entry:
    unless = row.get("unless")
    return Entry(
        str(row["id"]),
        str(row["role"]),
        _Lazy(str(row["match"]), words),
        _Lazy(str(unless), words) if unless else None,
        tuple(_strings(row["hits"])),
        tuple(_strings(row["misses"])),
        float(str(row.get("weight", 1.0))),
        str(row.get("hint", "")),
    )


def _strings(value: object) -> Iterable[str]:
    assert isinstance(value, list)
    return [str(v) for v in value]


@lru_cache(maxsize=64)
def lexicon(name: str) -> Lexicon:
    """The lexicon in `lexicon/NAME.toml`; a fault in our own data is a defect, so it raises what it raises."""
    data = tomllib.loads((files("fuelbed.text") / _FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    words = {key: tuple(_strings(value)) for key, value in data.get("words", {}).items()}
    entries = tuple(_entry(row, words) for row in data.get("pattern", []))
    return Lexicon(name, words, entries, {}, 0, _gate(entries)) if name in _APART else Lexicon(name, words, entries, _looked)


@lru_cache(maxsize=64)
def alone(name: str) -> Lexicon:
    """The same for texts that no other one is asked about, such as pieces of sentences and lines as written: it looks for its own words only."""
    _every()  # says where the entries begin
    whole = lexicon(name)
    return Lexicon(name, whole.words, whole.entries, {}, whole._first, _gate(whole.entries))


def _gate(entries: Iterable[Entry]) -> Gate:
    return Gate([e.seek.needs for e in entries])


@lru_cache(maxsize=1)
def _every() -> Gate:
    """One gate for all lexicons that are asked about sentences: many readers ask about the same sentence, and each of its words is looked up once."""
    needs: list[Needles] = []
    for name in names():
        if name in _APART:
            continue
        lex = lexicon(name)
        lex._first = len(needs)
        needs += (e.seek.needs for e in lex.entries)
    return Gate(needs)


def names() -> list[str]:
    """The names of all lexicon files."""
    return sorted(f.name.removesuffix(".toml") for f in (files("fuelbed.text") / _FOLDER).iterdir() if f.name.endswith(".toml"))
