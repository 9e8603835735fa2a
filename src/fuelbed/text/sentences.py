"""Where sentences end in the words of a block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from fuelbed.text.inline import Folded
from fuelbed.text.lexicon import lexicon

__all__ = ["sentences"]

_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]{0,4}(?= )")
_SAYS = re.compile(r"[^\W_]")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]{1,40}\Z")
_INITIAL = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]\Z")
_ORDINAL = re.compile(r"\(?(?:\d{1,3}|[ivx]{1,4}|[a-z])[.)]?\Z", re.IGNORECASE)


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    words = lexicon("sentences").words
    return frozenset(words["never_last"]), frozenset(words["seldom_last"]), frozenset(words["open"])


def sentences(f: Folded) -> Iterator[tuple[int, int]]:
    """The half-open ranges of the sentences in `f.plain`, without blanks at their ends."""
    cuts = sorted({*(m.end() for m in _END.finditer(f.plain) if _ends(f, m.start(), m.end())), *_lines(f)})
    start = 0
    for cut in [*cuts, len(f.plain)]:
        piece = f.plain[start:cut]
        first, last = start + len(piece) - len(piece.lstrip()), cut - len(piece) + len(piece.rstrip())
        if _SAYS.search(f.plain, first, last) is not None:
            yield first, last
        start = cut


def _ends(f: Folded, first: int, last: int) -> bool:
    """Whether the marks at `first:last` end a sentence."""
    marks = f.plain[first:last].rstrip("\"'”’)]")
    after = f.plain[last + 1 : last + 3].lstrip("\"'“‘(*[")[:1]
    code = f.words[last + 1 : last + 2] != f.plain[last + 1 : last + 2]
    if not after:
        return False
    if marks != ".":
        return not (after.islower() and not code)
    before = f.plain[max(first - 40, 0) : first]
    m = _LAST_WORD.search(before)
    word = m[0].lower() if m is not None else ""
    never, seldom, _ = _words()
    if word in never or (word in seldom and not after.isupper()):
        return False
    if before.strip() == "" or (_ORDINAL.match(before.lstrip()) and first < 5):
        return False  # the number of a list item
    if _INITIAL.match(word) and word not in ("i",) and not (after.isupper() and "." in word and word in seldom):
        return False
    return not after.islower() or code or (len(word) > 2 and word[-1].isalpha())


def _lines(f: Folded) -> Iterator[int]:
    """Breaks of lines that end a sentence: forced ones, and those where a line was ended early and a capital follows."""
    if not f.breaks:
        return
    _, _, opened = _words()
    edges = [0, *f.breaks, len(f.plain)]
    width = max(b - a for a, b in pairwise(edges))
    for n, i in enumerate(f.breaks):
        if i in f.hard:
            yield i
            continue
        after = f.plain[i : i + 60].lstrip()
        line = f.plain[edges[n] : i].rstrip()
        word = after.split(" ", 1)[0]
        if not after[:1].isupper() or not line or line[-1] in ",;(–—-&/+":
            continue
        last = line[-40:].rsplit(" ", 1)[-1].lower()
        early = len(line) + len(word) + 12 < width
        if line[-1] == ":" or (last not in opened and (early or lexicon("items").first(after, "imperative") is not None)):
            yield i
