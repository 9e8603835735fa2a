"""Words of a phrase: content stems for comparing two phrases, and snake_case names made of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice

from fuelbed.text.lexicon import lexicon

__all__ = ["identifier", "likeness", "other_language", "rarity", "stem", "stems"]

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:['’][a-z]+)?|\d+")
_SUFFIXES = ("isations", "izations", "isation", "ization", "ations", "ation", "ments", "ment", "ingly", "edly", "ings", "ing", "ies",
             "ied", "ers", "er", "ors", "or", "ed", "es", "ly", "s", "e")  # fmt: skip  # one list, longest first
_LETTERS = re.compile(r"[^\W\d_]+")
_SAMPLE = 400  # words that tell the language
_ENOUGH_WORDS = 25
_HELD = 0.12  # of the words of English prose about four in ten are such; of other languages' a few look like one
_MIN = 3  # letters that must stay
_LONG = 36  # characters of a name, from which its last words are left out
_NOT = re.compile(r"\b([a-z]{2,8}?)n['’]t\b|\bcannot\b", re.IGNORECASE)
_WHOLE = {"ca": "can", "wo": "will"}
_POSSESSIVE = re.compile(r"['’]s\b")


def other_language(texts: Iterable[str]) -> bool:
    """Whether a text of some length has hardly any of the words that hold English sentences together."""
    words = list(islice((m[0].lower() for text in texts for m in _LETTERS.finditer(text)), _SAMPLE))
    held = sum(w in _stop()[0] for w in words)
    return len(words) >= _ENOUGH_WORDS and held < _HELD * len(words)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A crude stem, good enough to see that `retries` and `retrying` are one word; never shorter than three letters."""
    w = word.lower().replace("’", "'").removesuffix("'s")
    for s in _SUFFIXES:
        if w.endswith(s) and len(w) - len(s) >= _MIN:
            w = w[: -len(s)]
            break
    if len(w) > _MIN and w[-1] == w[-2] and w[-1] not in "aeiosl":
        w = w[:-1]
    return w[:-1] if w.endswith("y") and len(w) > _MIN else w


@lru_cache(maxsize=1)
def _stop() -> tuple[frozenset[str], frozenset[str]]:
    words = lexicon("wording").words
    return frozenset(words["stop"]), frozenset(stem(w) for w in words["general"])


@lru_cache(maxsize=4096)
def stems(text: str) -> tuple[str, ...]:
    """The stems of the words with content, in order, each once."""
    text = text if text.isascii() else unicodedata.normalize("NFKD", text)
    found = dict.fromkeys(map(_content, _WORD.findall(text)))
    found.pop("", None)
    return tuple(found)


@lru_cache(maxsize=65536)
def _content(word: str) -> str:
    """The stem of a word with content, "" of any other."""
    low = word.lower()
    return stem(low) if low not in _stop()[0] and (len(low) > 1 or low.isdigit()) else ""


def rarity(texts: Iterable[str]) -> Mapping[str, float]:
    """How telling each stem is among these texts: 1 where one text has it, towards 0 where all do; general words count a quarter."""
    texts = list(texts)
    _, general = _stop()
    count: dict[str, int] = {}
    for t in texts:
        for s in stems(t):
            count[s] = count.get(s, 0) + 1
    return {s: (0.25 if s in general else 1.0) / n**0.5 for s, n in count.items()}


def likeness(a: str, b: str, weight: Mapping[str, float]) -> float:
    """Share (0..1) of the shorter phrase's telling words that the other one has, too; 0 where only general words agree."""
    one, two = stems(a), stems(b)
    _, general = _stop()
    common = [s for s in one if s in two]
    if not any(s not in general for s in common):
        return 0.0
    w = [sum(weight.get(s, 0.25 if s in general else 1.0) for s in words) for words in (common, one, two)]
    return w[0] / min(w[1], w[2]) if min(w[1], w[2]) > 0 else 0.0


def identifier(text: str, taken: Iterable[str], fallback: str, most: int = 4, keep: Iterable[str] = ()) -> str:
    """A snake_case name of the first `most` words with content (those of `keep` count as such), unlike those `taken`; `fallback` where
    the text has none. A contracted `not` is a word, a possessive `s` is none."""
    stop, _ = _stop()
    text = _POSSESSIVE.sub("", _NOT.sub(lambda m: f"{_WHOLE.get((m[1] or '').lower(), m[1] or 'can')} not", text))
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = [w for w in re.findall(r"[a-z][a-z0-9]*", plain) if w not in stop or w in keep][:most]
    while len(words) > 2 and len("_".join(words)) > _LONG:
        words.pop()
    name = "_".join(words)[:48].strip("_") or fallback
    taken = set(taken)
    unique, n = name, 2
    while unique in taken:
        unique, n = f"{name}_{n}", n + 1
    return unique
