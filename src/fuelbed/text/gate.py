"""Which patterns can match a sentence at all: most cannot, and looking up its words tells it sooner than a regular expression.

Every pattern has *needles* (`needles.py`). A sentence that contains none of them is not searched, and a pattern that no sentence calls for is
never compiled. Patterns without needles are always searched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

from fuelbed.text.needles import DIGIT, Needles, small

__all__ = ["Gate"]

_KEPT = 50_000  # words whose needles are remembered
_START = 4  # letters by which needles are looked up, at most

_LETTERS = frozenset("aeinorst")  # a set that one of these by itself satisfies rules out next to nothing

_SETS = 3  # sets of needles of a pattern that are looked at: the rarest; a fourth rules out next to nothing


class Gate:
    """The needles of many patterns the other way round: for each word of a text, which patterns have a needle in it. A word is looked up once and then
    remembered as one number.

    A row is one alternative of a pattern; the first rows are those of the patterns themselves, in order. A number holds the rows `_SETS` times over: in the k-th
    part a bit says that a needle of the row's k-th set was seen. A row may match where all of its parts say so."""

    def __init__(self, patterns: Sequence[Needles]) -> None:
        told = [_merged(tuple(tuple(filter(_LETTERS.isdisjoint, part)) for part in every)) for every in patterns]
        first = [every[0] for every in told]
        more = [(i, part) for i, every in enumerate(told) for part in every[1:]]
        rows: list[Sequence[frozenset[str]]] = [*first, *(part for _, part in more)]
        self._rows, self._patterns = len(rows), len(patterns)
        self._of = [1 << i for i, _ in more]  # the pattern of each further row
        self._none = 0  # parts that need nothing
        bits: dict[frozenset[str], int] = {}
        for n, row in enumerate(rows):
            for k in range(_SETS):
                bit = 1 << (n + k * self._rows)
                if k < len(row):
                    bits[row[k]] = bits.get(row[k], 0) | bit  # the rarest come first
                else:
                    self._none |= bit
        needles: dict[str, int] = {}
        for some, of_rows in bits.items():
            for needle in some:
                needles[needle] = needles.get(needle, 0) | of_rows
        self._digit = needles.pop(DIGIT, 0)
        self._anywhere = _Table({n: of for n, of in needles.items() if n[0] != " "})
        self._first = _Table(needles)  # those that may stand at the beginning of a word
        self._words = _Words(self)

    def possible(self, text: str) -> int:
        """The patterns that may match `text`, as bits."""
        rows = self._rows
        seen = reduce(or_, map(self._words.__getitem__, set(small(text).split())), self._none)
        here = seen & (1 << rows) - 1
        for k in range(1, _SETS):
            here &= seen >> (k * rows)
        found = here & (1 << self._patterns) - 1
        further = here >> self._patterns
        while further:
            bit = further & -further
            found |= self._of[bit.bit_length() - 1]
            further ^= bit
        return found

    def seen(self, word: str) -> int:
        """What a word says of the rows."""
        size = len(word)
        found = self._digit if any(map(str.isdecimal, word)) else 0
        for i, letter in enumerate(word):
            table = self._first if i == 0 or not _in_word(word[i - 1]) else self._anywhere
            for length in table.lengths.get(letter, ()):
                for needle, right, bits in table.starts.get(word[i : i + length], ()):
                    after = i + len(needle)
                    if word.startswith(needle, i) and not (right and after < size and _in_word(word[after])):
                        found |= bits
        return found


class _Table:
    """Needles by the letters that they begin with, `_START` or fewer; and how many these are, by the first of them."""

    def __init__(self, needles: Mapping[str, int]) -> None:
        starts: dict[str, list[tuple[str, bool, int]]] = {}
        lengths: dict[str, set[int]] = {}
        for needle, bits in needles.items():
            bare = needle.strip()
            start = bare[:_START]
            starts.setdefault(start, []).append((bare, needle[-1] == " ", bits))
            lengths.setdefault(start[0], set()).add(len(start))
        self.starts: Mapping[str, Sequence[tuple[str, bool, int]]] = starts
        self.lengths = {letter: tuple(some) for letter, some in lengths.items()}


class _Words(dict[str, int]):
    """What each word says of the rows of a gate: looked up the first time, for as many words as are kept."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def __missing__(self, word: str) -> int:
        seen = self._gate.seen(word)
        if len(self) < _KEPT:
            self[word] = seen
        return seen


def _merged(every: Needles) -> Needles:
    """The same in fewer alternatives: those that differ in one set are one, which has either's needles there. One that needs nothing is all there is."""
    if not every or not all(every):
        return ((),)
    for at in range(_SETS):
        apart: dict[tuple[frozenset[str], ...], frozenset[str]] = {}
        for part in every:
            if at < len(part):
                rest = (*part[:at], frozenset(), *part[at + 1 :])
                apart[rest] = apart.get(rest, frozenset()) | part[at]
            else:
                apart.setdefault(part, frozenset())
        every = tuple(tuple(some or put for some in rest) for rest, put in apart.items())
    return every


def _in_word(c: str) -> bool:
    return c.isalnum() or c == "_"
