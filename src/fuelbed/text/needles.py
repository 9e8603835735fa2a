"""The needles of a pattern: pieces of literal text of which any match must contain at least one, read off its source without compiling it.

A sentence that contains none of them need not be searched (`gate.py`). No needle holds a blank, so each word of a text is looked up by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

__all__ = ["DIGIT", "Needles", "at_start", "may_hold", "needles", "piece", "rarest", "small"]

_LONGEST = 24  # letters of a needle
DIGIT = "\0"  # the needle that any decimal digit is
_CLASS = 12  # characters of a class that are needles
_PIECE = re.compile(
    r"(?P<back>\(\?P=\w+\))|(?P<look>\(\?<?[=!])|(?P<open>\((?:\?(?:P<\w+>|[a-zA-Z-]*:))?)|(?P<close>\))|(?P<or>\|)"
    r"|(?P<list>\{[a-z_]+\})|(?P<times>(?:\{\d*(?:,\d*)?\}|[*+?])\??)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[a-zA-Z\d]|[.^$])"
    r"|\\(?P<escaped>[^a-zA-Z\d])|(?P<blank>\s+)|(?P<text>[^\\\[\](){}|*+?.^$\s]+|.)",
    re.DOTALL,
)

_NONE = re.compile(r"[*?]|\{0?[,}]|\{0+\}")  # repetitions that may be none
_CLASSED = re.compile(r"(?:\\(.)|([^\\]))(-(?=.))?", re.DOTALL)  # an escape, or a character and whether a range begins there

Needles = tuple[tuple[frozenset[str], ...], ...]
"""One of the outer tuple's members must hold: each of its sets has a piece in every text that the pattern matches."""

_Sets = list[frozenset[str]]


class _Tokens:
    """The pieces of a pattern, by position: kind and text, behind the last one of kind "". Of one that opens a group also where the group ends, and where
    its branches begin."""

    __slots__ = ("close", "kinds", "starts", "texts")

    def __init__(self, source: str) -> None:
        self.kinds = kinds = list[str]()
        self.texts = texts = list[str]()
        self.close: dict[int, int] = {}
        self.starts: dict[int, list[int]] = {}
        opened: list[tuple[int, list[int]]] = []
        for at, m in enumerate(_PIECE.finditer(source)):
            kind = m.lastgroup or ""
            kinds.append(kind)
            texts.append(m[kind])
            if kind in ("open", "look"):
                opened.append((at, [at + 1]))
            elif kind == "or" and opened:
                opened[-1][1].append(at + 1)
            elif kind == "close" and opened:
                first, self.starts[first] = opened.pop()
                self.close[first] = at
        self.kinds.append("")


_ENDS = frozenset(("", "or", "close"))  # what a branch ends before


def needles(source: str, lists: Mapping[str, Sequence[str]]) -> Needles:
    """The needles of a pattern as the lexicon writes it, which begins and ends at the bounds of words; `lists` are its word lists."""
    found, _, _ = _choice(_Tokens(source), 0, lists, (True, True))
    return tuple(tuple(sorted(set(part), key=_cost)) for part in found)


def at_start(source: str) -> bool:
    """Whether every match of a pattern begins where the text does."""
    if not source.startswith("^"):
        return False
    tokens, at = _Tokens(source), 0
    while tokens.kinds[at] not in ("", "or"):
        at = tokens.close.get(at, at) + 1
    return tokens.kinds[at] == ""


_DISGUISED = {"\u0130": "i", "\u0131": "i", "\u017f": "s"}


def small(text: str) -> str:
    """In small letters, as long as the text: also the three letters that a pattern which takes either case takes for letters of ASCII."""
    if not text.isascii():
        for letter, plain in _DISGUISED.items():
            text = text.replace(letter, plain)
    return text.lower()


def piece(text: str, left: bool = False, right: bool = False) -> frozenset[str] | None:
    """The needle of a run of literal text: the longest of its words; None where it has none. `left` and `right` say whether the run stands
    at bounds of words there: a blank at an end of a needle says so."""
    words = text.lower().split()
    if not words:
        return None
    at = max(range(len(words)), key=lambda k: len(words[k])) if len(words) > 1 else 0
    longest = words[at]
    left, right = left or at > 0, (right or at < len(words) - 1) and len(longest) <= _LONGEST
    return frozenset({f"{' ' * left}{longest[:_LONGEST]}{' ' * right}"})


@lru_cache(maxsize=4096)
def of_list(name: str, words: tuple[str, ...], left: bool, right: bool) -> frozenset[str] | None:
    """The needles of a word list; `_stems` go on behind."""
    found = [piece(w, left, right and not name.endswith("_stems")) for w in words]
    known = [f for f in found if f is not None]
    return frozenset().union(*known) if known and len(known) == len(found) else None


def rarest(every: Needles) -> tuple[str, ...]:
    """Pieces of literal text of which every match has one, the fewest that are known; none where some alternative names no letters."""
    found = [next((part for part in sets if DIGIT not in part), frozenset()) for sets in every]
    return tuple(sorted({n.strip() for part in found for n in part})) if all(found) else ()


def may_hold(every: Needles, low: str) -> bool:
    """Whether a text in small letters can match, by its pieces alone."""
    return any(all(any(_holds(n, low) for n in some) for some in part) for part in every)


def _holds(needle: str, low: str) -> bool:
    return any(map(str.isdecimal, low)) if needle == DIGIT else needle.strip() in low


def _of_class(text: str) -> frozenset[str] | None:
    """The needles of a class of characters that names each, or of the digits; None of any other."""
    if text == r"\d":
        return frozenset({DIGIT})
    if text[0] != "[" or text[1] == "^":
        return None
    found: set[str] = set()
    for escape, letter, ranges in _CLASSED.findall(text[1:-1].replace("0-9", r"\d")):
        one = DIGIT if escape == "d" else small(letter or escape)
        if ranges or (escape.isalnum() and escape != "d") or not one.strip():
            return None
        found.add(one)
    return frozenset(found) if found and len(found) <= _CLASS else None


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
        if tokens.kinds[at] != "or":
            return branches, ended, at
        at += 1


def _sequence(
    tokens: _Tokens, at: int, lists: Mapping[str, Sequence[str]], bounds: tuple[bool, bool]
) -> tuple[_Sets, list[_Sets] | None, bool, int]:
    """The sets of one branch, the branches of the only group that it consists of (or None), whether what comes next begins a word, and
    where it ends. One state machine over the tokens, whose branches share all of its variables."""
    kinds = tokens.kinds
    sets: _Sets = []
    run, parts = "", 0
    alone: list[_Sets] | None = None
    left, right = bounds
    before = left  # whether the run begins at the bound of a word
    while (kind := kinds[at]) not in _ENDS:
        text = tokens.texts[at]
        at += 1
        if kind in ("text", "escaped"):
            parts += 1
            if kinds[at] != "times":
                run, left = run + text, False
                continue
            sets += _told(run + text[: -1 if _optional(tokens, at) else None], before)
            run, before, left = "", False, False
            continue
        if run:
            sets += _told(run, before, _bound(tokens, at - 1, right))
        run, after = "", at
        if kind in ("open", "look"):
            close = tokens.close[at - 1]
            once = kinds[close + 1] != "times" or _optional_once(tokens, close + 1)
            inside = (left and once, once and _bound(tokens, close + 1 + _optional_once(tokens, close + 1), right))
            inner, ended, at = _choice(tokens, at, lists, inside)
            after = at = at + 1
            if kind == "open":
                parts += 1
                alone = inner
                if not _optional(tokens, at):
                    sets += _some(_union(inner))
                left = ended and (left or not _optional(tokens, at))
        elif kind == "list":
            parts += 1
            if not _optional(tokens, at):
                sets += _some(of_list(text[1:-1], tuple(lists.get(text[1:-1], ())), left, _bound(tokens, at, right)))
            left = False
        elif kind in ("class", "blank", "times", "back"):
            parts += 1
            if kind == "class" and not _optional(tokens, at):
                sets += _some(_of_class(text))
            left = kind == "blank" or (kind == "times" and left)
        before = left
        at = after
    if run:
        sets += _told(run, before, right)
    return sets, alone if parts == 1 else None, left, at


def _bound(tokens: _Tokens, at: int, right: bool) -> bool:
    """Whether a word that stands just before `at` ends there; `right`: whether one at the end of the branch does."""
    kind = tokens.kinds[at]
    if kind in _ENDS:
        return right
    if kind not in ("open", "look"):
        return kind == "blank"
    close = tokens.close[at]
    if kind == "look":
        return _bound(tokens, close + 1, right)
    times = tokens.kinds[close + 1] == "times"
    rest = _bound(tokens, close + 1 + times, right)
    if times and not rest and _optional(tokens, close + 1):
        return False
    return all(_bound(tokens, k, rest and not times) for k in tokens.starts[at])


def _optional_once(tokens: _Tokens, at: int) -> bool:
    """Whether what stands before `at` may be there once or not at all."""
    return tokens.kinds[at] == "times" and tokens.texts[at] in ("?", "??")


def _optional(tokens: _Tokens, at: int) -> bool:
    return tokens.kinds[at] == "times" and _NONE.match(tokens.texts[at]) is not None


def _told(run: str, left: bool, right: bool = False) -> _Sets:
    return _some(piece(run, left, right))


def _some(found: frozenset[str] | None) -> _Sets:
    return [] if found is None else [found]


def _union(branches: Sequence[_Sets]) -> frozenset[str] | None:
    best = []
    for sets in branches:
        if not sets:
            return None
        best.append(min(sets, key=_cost) if len(sets) > 1 else sets[0])
    return frozenset().union(*best) if best else None


_OFTEN = {
    " the": 0.7, " to ": 0.5, " a ": 0.5, " and ": 0.45, " of ": 0.4, " in ": 0.35, " was": 0.3, " that": 0.25, " for": 0.2, " is ": 0.2, " on ": 0.2, " this": 0.2, " with": 0.15,
    " it": 0.15, " we": 0.15, " were": 0.12, " not": 0.12, " be": 0.12, " as": 0.12, " by": 0.12, " from": 0.12, " at ": 0.15, " have": 0.1, " an": 0.15, " had": 0.1, " are": 0.1,
    " our": 0.12, " or ": 0.05, " which": 0.08, " all": 0.07, " time": 0.08, " should": 0.05, " could": 0.04, " more": 0.05, " issue": 0.06, " has": 0.07, " but": 0.05, " been": 0.06,
    " they": 0.03, " after": 0.05, " when": 0.06, " no": 0.05, " will": 0.05, " team": 0.05, " cause": 0.04, " change": 0.05, " incident": 0.05, " other": 0.03, " can": 0.05,
}  # fmt: skip  # one table
"""About which share of the sentences of a postmortem has such a word: more than its letters let expect."""


@lru_cache(maxsize=8192)
def _cost(found: frozenset[str]) -> float:
    """How often such needles occur, roughly: by their letters, or as is known of the words that every text is full of."""
    return sum(max(12.0 ** -len(n), _OFTEN.get(n, 0.0), _OFTEN.get(n.rstrip(), 0.0)) for n in found)
