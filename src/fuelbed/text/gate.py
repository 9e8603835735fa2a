"""Which patterns can match a sentence at all: most cannot, and looking up its words tells it sooner than a regular expression.

Of every pattern the *needles* are read off once, from its source and without compiling it: pieces of literal text of which any match
must contain at least one. A sentence that contains none of them is not searched, and a pattern that no sentence calls for is never
compiled. Patterns without needles are always searched. No needle holds a blank, so each word of a text is looked up by itself, once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

__all__ = ["Gate", "Needles", "may_hold", "needles", "piece", "small"]

_LONGEST = 24  # letters of a needle
_SHORTEST = 2
_KEPT = 20_000  # words whose needles are remembered
_SENTENCE = 2_000  # characters of a text whose words are remembered
_PIECE = re.compile(
    r"(?P<back>\(\?P=\w+\))|(?P<look>\(\?<?[=!])|(?P<open>\((?:\?(?:P<\w+>|[a-zA-Z-]*:))?)|(?P<close>\))|(?P<or>\|)"
    r"|(?P<list>\{[a-z_]+\})|(?P<times>(?:\{\d*(?:,\d*)?\}|[*+?])\??)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[a-zA-Z\d]|[.^$])"
    r"|\\(?P<escaped>[^a-zA-Z\d])|(?P<blank>\s+)|(?P<text>[^\\\[\](){}|*+?.^$\s]+|.)",
    re.DOTALL,
)

Needles = tuple[tuple[frozenset[str], ...], ...]
"""One of the outer tuple's members must hold: each of its sets has a piece in every text that the pattern matches."""

_Sets = list[frozenset[str]]
_Tokens = Sequence[tuple[str, str]]


def needles(source: str, lists: Mapping[str, Sequence[str]]) -> Needles:
    """The needles of a pattern as the lexicon writes it, which begins and ends at the bounds of words; `lists` are its word lists."""
    tokens = [(m.lastgroup or "", m[m.lastgroup or 0]) for m in _PIECE.finditer(source)]
    found, _, _ = _choice(tokens, 0, lists, (True, True))
    return tuple(tuple(sorted(set(part), key=_cost)) for part in found)


_DISGUISED = str.maketrans("\u0130\u0131\u017f", "iis")


def small(text: str) -> str:
    """In small letters, as long as the text: also the three letters that a pattern which takes either case takes for letters of ASCII."""
    return (text if text.isascii() else text.translate(_DISGUISED)).lower()


def piece(text: str, left: bool = False, right: bool = False) -> frozenset[str] | None:
    """The needle of a run of literal text: the longest of its words; None where it has no word of two letters. `left` and `right` say
    whether the run stands at bounds of words there: a blank at an end of a needle says so."""
    words = text.lower().split()
    if not words:
        return None
    at = max(range(len(words)), key=lambda k: len(words[k]))
    longest = words[at]
    if len(longest) < _SHORTEST:
        return None
    left, right = left or at > 0, (right or at < len(words) - 1) and len(longest) <= _LONGEST
    return frozenset({f"{' ' * left}{longest[:_LONGEST]}{' ' * right}"})


def of_list(name: str, words: Sequence[str], left: bool, right: bool) -> frozenset[str] | None:
    """The needles of a word list; `_stems` go on behind."""
    found = [piece(w, left, right and not name.endswith("_stems")) for w in words]
    known = [f for f in found if f is not None]
    return frozenset().union(*known) if known and len(known) == len(found) else None


def may_hold(every: Needles, low: str) -> bool:
    """Whether a text in small letters can match, by its pieces alone."""
    return any(all(any(n.strip() in low for n in some) for some in part) for part in every)


def _choice(
    tokens: _Tokens, at: int, lists: Mapping[str, Sequence[str]], bounds: tuple[bool, bool]
) -> tuple[list[_Sets], bool, int]:
    """The alternatives from `at` to the closing bracket or the end, each as the sets that it needs; a branch that is itself nothing
    but a choice is told apart into that choice's branches. Whether all of them end behind a blank, and where."""
    branches: list[_Sets] = []
    ended = True
    while True:
        part, alone, bound, at = _sequence(tokens, at, lists, bounds)
        branches += alone if alone is not None else [part]
        ended = ended and bound
        if at >= len(tokens) or tokens[at][0] == "close":
            return branches, ended, at
        at += 1


def _sequence(
    tokens: _Tokens, at: int, lists: Mapping[str, Sequence[str]], bounds: tuple[bool, bool]
) -> tuple[_Sets, list[_Sets] | None, bool, int]:
    """The sets of one branch, the branches of the only group that it consists of (or None), whether what comes next begins a word, and
    where it ends."""
    sets: _Sets = []
    run, parts = "", 0
    alone: list[_Sets] | None = None
    left, right = bounds
    before = left  # whether the run begins at the bound of a word
    while at < len(tokens) and tokens[at][0] not in ("or", "close"):
        kind, text = tokens[at]
        at += 1
        if kind in ("text", "escaped"):
            parts += 1
            if not (at < len(tokens) and tokens[at][0] == "times"):
                run, left = run + text, False
                continue
            sets += _told(piece(run + text[: -1 if _optional(tokens, at) else None], before))
            run, before, left = "", False, False
            continue
        sets += _told(piece(run, before, _bound(tokens, at - 1, right)))
        run, after = "", at
        if kind in ("open", "look"):
            close = _close(tokens, at)
            once = not (close + 1 < len(tokens) and tokens[close + 1][0] == "times") or _optional_once(tokens, close + 1)
            inside = (left and once, once and _bound(tokens, close + 1 + _optional_once(tokens, close + 1), right))
            inner, ended, at = _choice(tokens, at, lists, inside)
            after = at = at + 1
            if kind == "open":
                parts += 1
                alone = inner
                sets += [] if _optional(tokens, at) else _told(_union(inner))
                left = ended and (left or not _optional(tokens, at))
        elif kind == "list":
            parts += 1
            last = _bound(tokens, at, right)
            sets += [] if _optional(tokens, at) else _told(of_list(text[1:-1], lists.get(text[1:-1], ()), left, last))
            left = False
        elif kind in ("class", "blank", "times", "back"):
            parts += 1
            left = kind == "blank" or (kind == "times" and left)
        before = left
        at = after
    last = right if at >= len(tokens) or tokens[at][0] in ("or", "close") else False
    return sets + _told(piece(run, before, last)), alone if parts == 1 else None, left, at


def _close(tokens: _Tokens, at: int) -> int:
    """Where the group ends that was opened just before `at`."""
    depth = 1
    while at < len(tokens):
        depth += {"open": 1, "look": 1, "close": -1}.get(tokens[at][0], 0)
        if not depth:
            return at
        at += 1
    return at


def _bound(tokens: _Tokens, at: int, right: bool) -> bool:
    """Whether a word that stands just before `at` ends there; `right`: whether one at the end of the branch does."""
    if at >= len(tokens) or tokens[at][0] in ("or", "close"):
        return right
    kind = tokens[at][0]
    if kind not in ("open", "look"):
        return kind == "blank"
    close = _close(tokens, at + 1)
    if kind == "look":
        return _bound(tokens, close + 1, right)
    times = close + 1 < len(tokens) and tokens[close + 1][0] == "times"
    rest = _bound(tokens, close + 1 + times, right)
    if times and not rest and _optional(tokens, close + 1):
        return False
    starts, depth = [at + 1], 0
    for k in range(at + 1, close):
        depth += {"open": 1, "look": 1, "close": -1}.get(tokens[k][0], 0)
        if not depth and tokens[k][0] == "or":
            starts.append(k + 1)
    return all(_bound(tokens, k, rest and not times) for k in starts)


def _optional_once(tokens: _Tokens, at: int) -> bool:
    """Whether what stands before `at` may be there once or not at all."""
    return at < len(tokens) and tokens[at][0] == "times" and tokens[at][1] in ("?", "??")


def _optional(tokens: _Tokens, at: int) -> bool:
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


_Needs = tuple[int, tuple[int, ...]]
"""A pattern as a bit, and the masks of sets of which one must be seen whole."""


class Gate:
    """The needles of many patterns the other way round: for each word of a text the sets that it has a needle of, as bits, and the
    patterns that it calls for: those of which it has a needle of the rarest set. A word is looked up once and then remembered."""

    def __init__(self, patterns: Sequence[Needles]) -> None:
        bits: dict[frozenset[str], int] = {}
        self._always = 0
        self._calls: dict[int, list[_Needs]] = {}  # bit of a set -> patterns that it calls for
        for i, pattern in enumerate(patterns):
            masks = {sum(bits.setdefault(some, 1 << len(bits)) for some in set(every)) for every in pattern}
            if not masks or 0 in masks:
                self._always |= 1 << i
                continue
            row = (1 << i, tuple(sorted(masks)))
            for bit in {bits[every[0]] for every in pattern}:  # the rarest comes first
                self._calls.setdefault(bit, []).append(row)
        starts: dict[str, dict[str, int]] = {}
        for some, bit in bits.items():
            for needle in some:
                of = starts.setdefault(needle.strip()[:_SHORTEST], {})
                of[needle] = of.get(needle, 0) | bit
        self._starts = {
            start: tuple((n.strip(), n[0] == " ", n[-1] == " ", bits) for n, bits in of.items()) for start, of in starts.items()
        }
        self._words: dict[str, tuple[int, tuple[_Needs, ...]] | tuple[()]] = {}

    def possible(self, text: str) -> int:
        """The patterns that may match `text`, as bits."""
        words, seen = self._words, 0
        called: list[_Needs] = []
        for word in _words(text) if len(text) <= _SENTENCE else _words.__wrapped__(text):
            known = words.get(word)
            if known is None:
                known = self._known(word)
            if known:
                seen |= known[0]
                called += known[1]
        found = self._always
        for bit, masks in called:
            for need in masks:
                if need & seen == need:
                    found |= bit
                    break
        return found

    def _known(self, word: str) -> tuple[int, tuple[_Needs, ...]] | tuple[()]:
        seen = rest = self._seen(word)
        called: dict[_Needs, None] = {}
        while rest:
            called.update(dict.fromkeys(self._calls.get(rest & -rest, ())))
            rest &= rest - 1
        known: tuple[int, tuple[_Needs, ...]] | tuple[()] = (seen, tuple(called)) if seen else ()
        if len(self._words) < _KEPT:
            self._words[word] = known
        return known

    def _seen(self, word: str) -> int:
        """The bits of the sets that have a needle in a word."""
        found, starts = 0, self._starts
        for i in range(len(word) - _SHORTEST + 1):
            for needle, left, right, bits in starts.get(word[i : i + _SHORTEST], ()):
                if (
                    word.startswith(needle, i)
                    and not (left and i and _in_word(word[i - 1]))
                    and not (right and i + len(needle) < len(word) and _in_word(word[i + len(needle)]))
                ):
                    found |= bits
        return found


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """Every lexicon asks about the same sentences."""
    return tuple(dict.fromkeys(small(text).split()))


def _in_word(c: str) -> bool:
    return c.isalnum() or c == "_"
