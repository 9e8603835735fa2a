"""Which patterns can match a sentence at all: most cannot, and looking up its words tells it sooner than a regular expression.

Every pattern has *needles* (`needles.py`). A sentence that contains none of them is not searched, and a pattern that no sentence calls for is
never compiled. Patterns without needles are always searched.
"""

from __future__ import annotations

from collections.abc import Sequence

from fuelbed.text.needles import DIGIT, Needles, small

__all__ = ["Gate"]

_KEPT = 50_000  # words whose needles are remembered
_START = 2  # letters by which needles are looked up

_Row = tuple[int, int]
"""A pattern as a bit, and the sets that must be seen whole, as bits."""

_Known = tuple[int, int, tuple[_Row, ...]]
"""Of a word: the sets that it has a needle of, the patterns that need no more, and those that do."""


class Gate:
    """The needles of many patterns the other way round: for each word of a text the sets that it has a needle of, as bits, and the
    patterns that it calls for: those of which it has a needle of the rarest set. A word is looked up once and then remembered."""

    def __init__(self, patterns: Sequence[Needles]) -> None:
        bits: dict[frozenset[str], int] = {}
        self._always = 0
        self._sure: dict[int, int] = {}  # bit of a set -> patterns that need nothing else
        self._rows: dict[int, list[_Row]] = {}  # bit of a set -> patterns that it calls for
        for i, pattern in enumerate(patterns):
            if not pattern or not all(pattern):
                self._always |= 1 << i
                continue
            for every in pattern:
                first = bits.setdefault(every[0], 1 << len(bits))  # the rarest comes first
                if len(every) == 1:
                    self._sure[first] = self._sure.get(first, 0) | 1 << i
                else:
                    row = (1 << i, sum({bits.setdefault(some, 1 << len(bits)) for some in every}))
                    self._rows.setdefault(first, []).append(row)
        starts: dict[str, dict[str, int]] = {}
        for some, bit in bits.items():
            for needle in some:
                of = starts.setdefault(needle.strip()[:_START], {})
                of[needle] = of.get(needle, 0) | bit
        self._starts = {
            start: tuple((n.strip(), n[0] == " ", n[-1] == " ", bits) for n, bits in of.items()) for start, of in starts.items()
        }
        self._words: dict[str, _Known] = {}

    def possible(self, text: str) -> int:
        """The patterns that may match `text`, as bits."""
        words, seen, found = self._words, 0, self._always
        called: list[_Row] = []
        for word in set(small(text).split()):
            has, sure, rows = words.get(word) or self._known(word)
            seen |= has
            found |= sure
            if rows:
                called += rows
        for bit, need in called:
            if need & seen == need:
                found |= bit
        return found

    def _known(self, word: str) -> _Known:
        seen = rest = self._seen(word)
        sure = 0
        rows: dict[_Row, None] = {}
        while rest:
            bit = rest & -rest
            sure |= self._sure.get(bit, 0)
            rows.update(dict.fromkeys(self._rows.get(bit, ())))
            rest ^= bit
        known = (seen, sure, tuple(rows))
        if len(self._words) < _KEPT:
            self._words[word] = known
        return known

    def _seen(self, word: str) -> int:
        """The bits of the sets that have a needle in a word."""
        found, starts = 0, self._starts
        for i, letter in enumerate(word):
            if letter.isdecimal():
                for *_, bits in starts.get(DIGIT, ()):
                    found |= bits
            for start in (letter, word[i : i + _START]) if i + 1 < len(word) else (letter,):
                for needle, left, right, bits in starts.get(start, ()):
                    if (
                        word.startswith(needle, i)
                        and not (left and i and _in_word(word[i - 1]))
                        and not (right and i + len(needle) < len(word) and _in_word(word[i + len(needle)]))
                    ):
                        found |= bits
        return found


def _in_word(c: str) -> bool:
    return c.isalnum() or c == "_"
