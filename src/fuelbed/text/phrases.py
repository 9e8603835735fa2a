"""Short labels in a text's own words: the clause around a match, without what merely leads in or hangs on."""

from __future__ import annotations

import re
from functools import lru_cache

from fuelbed.core.document import Sentence
from fuelbed.text.lexicon import lexicon

__all__ = ["clause", "label", "shortened"]

_MOST = 10  # words of a label
_LEAST = 4  # words that a cut must leave
_LEAD_IN = re.compile(r"(?:[-*•]\s*)?(?P<lead>[^\s:.,;]+(?: [^\s:.,;]+){0,5}):\s+(?=\S+(?: \S+){2})")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,200}[)\]]?")
_WORD = re.compile(r"\S+")
_EDGE = " \t,;:.!?-–—•*\"'“”‘’`"  # marks at the ends of a label


@lru_cache(maxsize=1)
def _sets() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    words = lexicon("phrases").words
    return frozenset(words["articles"]), frozenset(words["dangling"]), frozenset(words["cuts"])


@lru_cache(maxsize=1)
def _breaks() -> re.Pattern[str]:
    """What joins two clauses: marks, a comma with a joining word, joining words."""
    lex = lexicon("phrases")
    after, alone = lex.any_word("breaks_after_comma").pattern, lex.any_word("breaks").pattern
    return re.compile(rf"; |, {after}|\s[-–—]+\s|[.!?](?=\s)|{alone}", re.IGNORECASE)


def clause(text: str, first: int, last: int) -> tuple[int, int]:
    """The range of the clause that holds most of `text[first:last]`: between the marks and words that join clauses."""
    start, end = 0, len(text)
    lead = _LEAD_IN.match(text)
    if lead is not None and lead.end() <= max(first, 1):
        start = lead.end()
    for m in _breaks().finditer(text):
        if start < m.start() and m.end() <= first:
            start = m.start()
        elif m.start() >= max(last, start + 1):
            end = m.start()
            break
    return start, max(end, min(last, len(text)))


def _opened(text: str) -> str:
    """Without list marks, connectives, dates and articles at its start."""
    articles, _, _ = _sets()
    entries = [e for e in lexicon("phrases").entries if e.role == "opening"]
    for _ in range(6):
        text = text.lstrip(_EDGE)
        m = next((m for e in entries if (m := e.match.match(text)) is not None and m.end() < len(text) - 3), None)
        word = text.split(" ", 1)[0].lower()
        if m is not None and m.end() > 0:
            text = text[m.end() :]
        elif word in articles and " " in text:
            text = text.split(" ", 1)[1]
        else:
            break
    return text


def shortened(text: str, most: int = _MOST) -> str:
    """At most `most` words, ended before a word that opens a phrase where one is near, never inside a number or a name."""
    _, dangling, cuts = _sets()
    words = [m[0] for m in _WORD.finditer(text)]
    if len(words) > most:
        at = next(
            (i for i in range(most, _LEAST, -1) if words[i].lower().strip(_EDGE) in cuts or words[i - 1].endswith(",")), most
        )
        while at > _LEAST and words[at][:1].isupper() and words[at - 1][:1].isupper():
            at -= 1
        words = words[:at]
    while len(words) > 2 and words[-1].lower().strip(_EDGE) in dangling:
        words.pop()
    return " ".join(words).strip(_EDGE)


def label(sentence: Sentence, first: int = 0, last: int | None = None, most: int = _MOST) -> str:
    """A few words for what `plain[first:last]` says: its clause, cut to size around the match."""
    text = sentence.words
    last = len(text) if last is None else last
    start, end = clause(sentence.plain, first, last)
    if len(text[start:first].split()) >= most - 3:  # the match stands late in a long clause
        start = _before(text, start, first)
        most += 2
    return shortened(_opened(_BRACKETS.sub("", text[start:end])), most) or shortened(text[start:end], most)


def _before(text: str, start: int, first: int) -> int:
    """Where the words that lead into `first` begin: after a comma or a joining word, else at most six words before it."""
    words = list(_WORD.finditer(text, start, first))
    near = words[-8:-1]
    joined = [m.end() for m in near if m[0].endswith((",", ":")) or m[0].lower() in lexicon("phrases").words["joins"]]
    if joined:
        return joined[0]
    _, _, cuts = _sets()
    inner = [m.end() for m in words[-6:-1] if m[0].lower() in cuts]
    return inner[0] if inner else words[-6:][0].start()
