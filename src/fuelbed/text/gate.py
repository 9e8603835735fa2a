"""Which patterns can match a sentence at all: most cannot, and looking up its words tells it sooner than a regular expression.

Of every pattern the *needles* are read off once, from its source and without compiling it: pieces of literal text of which any match
must contain at least one. A sentence that contains none of them is not searched, and a pattern that no sentence calls for is never
compiled. Patterns without needles are always searched. No needle holds a blank, so each word of a text is looked up by itself, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fuelbed.text.lexicon import Hit, Lexicon

__all__ = ["Gate", "Needles", "find", "first", "needles", "piece"]

_LONGEST = 7  # letters of a needle
_SHORTEST = 2
_KEPT = 20_000  # words whose needles are remembered
_PIECE = re.compile(
    r"(?P<back>\(\?P=\w+\))|(?P<look>\(\?<?[=!])|(?P<open>\((?:\?(?:P<\w+>|[a-zA-Z-]*:))?)|(?P<close>\))|(?P<or>\|)"
    r"|(?P<list>\{[a-z_]+\})|(?P<times>(?:\{\d*(?:,\d*)?\}|[*+?])\??)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[a-zA-Z\d]|[.^$])"
    r"|\\(?P<escaped>[^a-zA-Z\d])|(?P<blank>\s+)|(?P<text>[^\\\[\](){}|*+?.^$\s]+|.)",
    re.DOTALL,
)

Needles = tuple[tuple[frozenset[str], ...], ...]
"""One of the outer tuple's members must hold: each of its sets has a piece in every text that the pattern matches."""

_Sets = list[frozenset[str]]


def needles(source: str, lists: Mapping[str, frozenset[str] | None]) -> Needles:
    """The needles of a pattern as the lexicon writes it; `lists` are those of its word lists (None: a list that has none)."""
    tokens = [(m.lastgroup or "", m[m.lastgroup or 0]) for m in _PIECE.finditer(source)]
    found, _ = _choice(tokens, 0, lists)
    return tuple(tuple(sorted(set(part), key=_cost)) for part in found)


def piece(text: str) -> frozenset[str] | None:
    """The needle of a run of literal text: the longest of its words, cut; None where it has no word of two letters."""
    longest = max(text.lower().split(), key=len, default="")
    return frozenset({longest[:_LONGEST]}) if len(longest) >= _SHORTEST else None


def _choice(tokens: Sequence[tuple[str, str]], at: int, lists: Mapping[str, frozenset[str] | None]) -> tuple[list[_Sets], int]:
    """The alternatives from `at` to the closing bracket or the end, each as the sets that it needs; a branch that is itself nothing
    but a choice is told apart into that choice's branches."""
    branches: list[_Sets] = []
    while True:
        part, alone, at = _sequence(tokens, at, lists)
        branches += alone if alone is not None else [part]
        if at >= len(tokens) or tokens[at][0] == "close":
            return branches, at
        at += 1


def _sequence(
    tokens: Sequence[tuple[str, str]], at: int, lists: Mapping[str, frozenset[str] | None]
) -> tuple[_Sets, list[_Sets] | None, int]:
    """The sets of one branch, the branches of the only group that it consists of (or None), and where it ends."""
    sets: _Sets = []
    run, parts = "", 0
    alone: list[_Sets] | None = None
    while at < len(tokens) and tokens[at][0] not in ("or", "close"):
        kind, text = tokens[at]
        at += 1
        if kind in ("text", "escaped"):
            optional = _optional(tokens, at)
            repeated = at < len(tokens) and tokens[at][0] == "times"
            run += text[: -1 if optional else None]
            parts += 1
            if not repeated:
                continue
        sets += _told(piece(run))
        run = ""
        if kind in ("open", "look"):
            inner, at = _choice(tokens, at, lists)
            at += 1
            if kind == "open":
                parts += 1
                alone = inner
                sets += [] if _optional(tokens, at) else _told(_union(inner))
        elif kind == "list":
            parts += 1
            sets += [] if _optional(tokens, at) else _told(lists.get(text[1:-1]))
        elif kind in ("class", "blank", "times", "back"):
            parts += 1
    return sets + _told(piece(run)), alone if parts == 1 else None, at


def _optional(tokens: Sequence[tuple[str, str]], at: int) -> bool:
    return at < len(tokens) and tokens[at][0] == "times" and re.match(r"[*?]|\{0?[,}]|\{0+\}", tokens[at][1]) is not None


def _told(found: frozenset[str] | None) -> _Sets:
    return [] if found is None else [found]


def _union(branches: Sequence[_Sets]) -> frozenset[str] | None:
    best = [min(sets, key=_cost, default=None) for sets in branches]
    known = [b for b in best if b is not None]
    return frozenset().union(*known) if known and len(known) == len(best) else None


def _cost(found: frozenset[str]) -> float:
    """How often such needles occur by chance, up to a factor."""
    return sum(12.0 ** -len(n) for n in found)


class Gate:
    """The needles of many patterns the other way round: for each word of a text the bits of the sets that it has a needle of; pattern
    `i` is possible when all bits of one of `needed[i]` are set, and never when none of `rare[i]` is (0: no needles)."""

    def __init__(self, patterns: Sequence[Needles]) -> None:
        bits: dict[frozenset[str], int] = {}
        needed: list[tuple[int, ...]] = []
        rare: list[int] = []
        for pattern in patterns:
            masks = set()
            key = 0
            for every in pattern:
                mask = 0
                for some in every:
                    mask |= bits.setdefault(some, 1 << len(bits))
                masks.add(mask)
                key |= bits[every[0]] if every else 0  # the rarest comes first
            always = not masks or 0 in masks
            needed.append((0,) if always else tuple(sorted(masks)))
            rare.append(0 if always else key)
        self.needed: tuple[tuple[int, ...], ...] = tuple(needed)
        self.rare: tuple[int, ...] = tuple(rare)
        starts: dict[str, dict[str, int]] = {}
        for some, bit in bits.items():
            for needle in some:
                row = starts.setdefault(needle[:_SHORTEST], {})
                row[needle] = row.get(needle, 0) | bit
        self._starts = {start: tuple(row.items()) for start, row in starts.items()}
        self._words: dict[str, int] = {}

    def seen(self, text: str) -> int:
        """The bits of the sets that have a needle in `text`."""
        words, found = self._words, 0
        for word in text.lower().split():
            mask = words.get(word)
            if mask is None:
                mask = self._word(word)
                if len(words) < _KEPT:
                    words[word] = mask
            found |= mask
        return found

    def _word(self, word: str) -> int:
        found, starts = 0, self._starts
        for i in range(len(word) - _SHORTEST + 1):
            for needle, bits in starts.get(word[i : i + _SHORTEST], ()):
                if word.startswith(needle, i):
                    found |= bits
        return found

    def possible(self, seen: int, i: int) -> bool:
        return any(need & seen == need for need in self.needed[i])


def find(lex: Lexicon, text: str, *roles: str) -> Iterator[Hit]:
    """`lex.find(text, *roles)`, which uses the gate by itself."""
    return lex.find(text, *roles)


def first(lex: Lexicon, text: str, *roles: str) -> Hit | None:
    """`lex.first(text, *roles)`."""
    return lex.first(text, *roles)
