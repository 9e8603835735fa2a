"""Where a quote stands in a text: verbatim, after NFC, white space, Markdown marks and typographic quotes and dashes are folded on both sides. Nothing fuzzy.

Folding is the same function for text and quote, so that it can only forgive what a reader does not see: `**bold**` for bold, a line break
for a blank, a composed letter for a decomposed one. A word more, less or other is another text. Linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from fuelbed.core.document import Place

__all__ = ["LEAST_WORDS", "MOST_PLACES", "Folded", "fold", "numbers", "unfolded"]

LEAST_WORDS = 4
MOST_PLACES = 50  # of one quote
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# marks that a reader does not see: emphasis and code, a link around its words, what begins a line
_MARK = re.compile(
    r"(?P<line>^[ \t]{0,20}(?:#{1,6}[ \t]+|(?:>[ \t]?)+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?))"
    r"|(?P<ticks>`+)|(?P<stars>\*{1,3}|~~)|(?P<under>(?<![^\W_])_{1,3}|_{1,3}(?![^\W_]))"
    r"|(?P<target>\]\([^()\s]{0,500}\))|(?P<open>!?\[(?=[^\[\]\n]{1,200}\]\())|(?P<escape>\\(?=[!-/:-@\[-`{-~]))",
    re.MULTILINE,
)


_TYPED = str.maketrans(
    "\u2018\u2019\u02bc\u201c\u201d\u2010\u2011\u2012\u2013\u2014\u00a0", "'''\"\"----- "
)  # as a keyboard has them


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared: `at[i]` is the offset in the source of the character behind `plain[i]`."""

    plain: str
    at: Sequence[int]
    end: int

    @property
    def words(self) -> int:
        return len(_WORD.findall(self.plain))

    def find(self, quote: str) -> list[Place]:
        """Every place of a quote in the source, at whole words and whole numbers, at most fifty."""
        return self.find_written(fold(quote).plain)

    def find_written(self, wanted: str) -> list[Place]:
        """The same of a quote that is folded already, or of one that is looked for as it is written in a text that is not."""
        found: list[Place] = []
        i = self.plain.find(wanted) if wanted else -1
        while i >= 0 and len(found) < MOST_PLACES:
            j = i + len(wanted)
            if self._is_whole(i, j):
                found.append(Place(self.at[i], self.at[j - 1] + 1))
            i = self.plain.find(wanted, i + 1)
        return found

    def _is_whole(self, i: int, j: int) -> bool:
        """Whether no word and no number goes on beyond either end: `23 nodes` is not in `123 nodes`, nor `1` in `1.5`."""
        text = self.plain
        before, after = text[max(i - 2, 0) : i], text[j : j + 2]
        if before and _is_word(before[-1]) and _is_word(text[i]):
            return False
        if after and _is_word(after[0]) and _is_word(text[j - 1]):
            return False
        if text[i].isdigit() and re.search(r"\d[.,]\Z|[−+-]\Z", before):
            return False
        return not (text[j - 1].isdigit() and re.match(r"[.,]\d|%", after))


def unfolded(text: str) -> Folded:
    """A text as it is written: a quote that ends within a mark ("the [memory limit]" before its target) stands there all the same."""
    return Folded(text, range(len(text)), len(text))


def _is_word(c: str) -> bool:
    return c.isalnum() or c == "_"


def fold(text: str) -> Folded:
    """The folded text with the offset of each of its characters."""
    chars: list[str] = []
    at: list[int] = []
    gone = bytearray(len(text))
    for m in _MARK.finditer(text):
        if m.lastgroup != "stars" or not _inside_a_word(text, m.start(), m.end()):
            gone[m.start() : m.end()] = b"\1" * (m.end() - m.start())
    for start, piece in _composed([(i, c) for i, c in enumerate(text.translate(_TYPED)) if not gone[i]]):
        if piece.isspace():
            if chars and chars[-1] == " ":
                continue
            piece = " "
        chars += piece
        at += [start] * len(piece)
    first = 1 if chars[:1] == [" "] else 0
    last = len(chars) - 1 if chars[-1:] == [" "] and len(chars) > first else len(chars)
    return Folded("".join(chars[first:last]), at[first:last], len(text))


def _inside_a_word(text: str, start: int, end: int) -> bool:
    """`2*3` is no emphasis."""
    return start > 0 and end < len(text) and _is_word(text[start - 1]) and _is_word(text[end])


def _composed(letters: Sequence[tuple[int, str]]) -> Sequence[tuple[int, str]]:
    """(offset, characters) of each letter with what combines with it, in NFC; blanks stay by themselves."""
    if unicodedata.is_normalized("NFC", "".join(c for _, c in letters)):
        return letters
    groups: list[tuple[int, list[str]]] = []
    for at, c in letters:
        joins = unicodedata.combining(c) or "\u1160" <= c <= "\u11ff"
        if joins and groups and not groups[-1][1][0].isspace():
            groups[-1][1].append(c)
        else:
            groups.append((at, [c]))
    return [(at, unicodedata.normalize("NFC", "".join(said))) for at, said in groups]


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text as they are written, thousands without their commas."""
    return frozenset(re.sub(r",(?=\d{3}(?!\d))", "", m) for m in _NUMBER.findall(unicodedata.normalize("NFKC", text)))
