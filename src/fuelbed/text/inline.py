"""What a reader sees of a block: its words without Markdown marks, link targets, addresses and tags, each character with its offset.

One pass with stacks and bounded look-ahead, so that no text can make it slow. CommonMark's finer rules of emphasis do not matter here:
a mark that pairs with another is dropped, a lone one stays.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.text.lexicon import lexicon
from fuelbed.text.markdown import Line, View

__all__ = ["Folded", "fold", "folded"]

_KEEP, _DROP, _CODE, _GAP = 0, 1, 2, 3
_RUNS = re.compile(rb"\x00+|\x01+|\x02+|\x03+")
_WORD = re.compile(r"\S+")
_WORDS = re.compile(r"\S+(?: \S+)*")  # with one blank between them, as a reader sees them
_SPECIAL = re.compile(r"(?=[\\`*_~!\[\]<&hfmsgw:\u200b\u200c\u200d\u2060\ufe0f\ufeff])(?:\\|`+|\*+|_+|~~+|!?\[|\]|<|&|(?:https?|ftp|mailto|ssh|git|file)(?=:)|www\.|:(?=[a-z])|[\u200b\u200c\u200d\u2060\ufe0f\ufeff])", re.IGNORECASE)  # fmt: skip
_MARK = re.compile(r"[\\`*_~!\[\]<&:\u200b\u200c\u200d\u2060\ufe0f\ufeff]")  # in all of these but one
_ADDRESS = re.compile(r"(?:(?:https?|ftp|ssh|git|file)://|mailto:|www\.)[^\s<>\"`|]{1,4000}", re.IGNORECASE)
_ANGLED = re.compile(r"<(?:[a-z][a-z0-9+.-]{1,30}:[^\s<>]{0,2000}|[^\s<>@]{1,100}@[^\s<>@]{1,100})>", re.IGNORECASE)
_TAGS = ("a|abbr|article|aside|b|blockquote|br|center|cite|code|col|colgroup|dd|del|details|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|"
         "header|hr|i|iframe|img|ins|kbd|li|main|mark|nav|ol|p|picture|pre|q|s|samp|section|small|source|span|strike|strong|style|sub|"
         "summary|sup|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var|video")  # fmt: skip  # one list
_TAG = re.compile(rf"</?({_TAGS})(?:\s[^<>]{{0,4000}})?/?>", re.IGNORECASE)
_INLINE_TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "cite",
        "code",
        "del",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "var",
    ]
)
_TARGET = re.compile(
    r"\([ \t\n]{0,20}(?:<[^<>\n]{0,4000}>|[^\s()<]{0,4000}(?:\([^\s()]{0,1000}\)[^\s()]{0,4000}){0,8})"
    r"(?:[ \t\n]{1,20}(?:\"[^\"]{0,1000}\"|'[^']{0,1000}'|\([^()]{0,1000}\)))?[ \t\n]{0,20}\)"
)
_LABEL = re.compile(r"\[([^\[\]]{0,200})\]")
_ATTRIBUTES = re.compile(r"\{[:.#][^{}\n]{0,200}\}")
_ENTITY = re.compile(r"&(nbsp|ensp|emsp|thinsp|#160|#xa0|amp);", re.IGNORECASE)
_EMOJI = re.compile(r":[a-z][a-z0-9_+-]{1,40}:(?!\w)", re.IGNORECASE)
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


@dataclass(frozen=True, slots=True)
class Folded:
    """`plain`, `words` and `at` as in `Sentence`, of a whole block; `breaks` are the indexes after which a line of the source ended
    (`hard` those where the author forced a break)."""

    plain: str
    words: str
    at: array[int]
    breaks: tuple[int, ...] = ()
    hard: frozenset[int] = frozenset()


def folded(seen: View, lines: Sequence[Line]) -> Folded:
    """`fold` of lines of a view, each run of lines once: whether they are a heading, what they say and where it stands are asked apart."""
    key = tuple(lines)
    known = seen.folds.get(key)
    if known is None:
        known = seen.folds[key] = fold(seen.text, lines, seen.references)
    assert isinstance(known, Folded)
    return known


_COUNTED = array("I", range(4096))  # 0, 1, 2, ..., as far as some text needed them


def _counted(size: int) -> array[int]:
    if len(_COUNTED) < size:
        _COUNTED.extend(range(len(_COUNTED), 2 * size))
    return _COUNTED


def fold(text: str, lines: Sequence[Line], references: frozenset[str] = frozenset()) -> Folded:
    """The words of a block's lines; `text` is the view, as long as the source."""
    every, offsets = _counted(len(text) + 1), array("I")
    for start, end in lines:
        offsets.extend(every[start : end + 1])  # one past the line stands for its break
    raw = "\n".join(text[a:b] for a, b in lines)
    if (_MARK.search(raw) is None and "www." not in raw.lower()) or _SPECIAL.search(raw) is None:
        return _plain(raw, text, lines, offsets)
    marks = _Scan(raw, references).run()
    plain: list[str] = []
    words: list[str] = []
    at = array("I")
    gap = -1
    for run in _RUNS.finditer(marks):
        kind = marks[run.start()]
        if kind == _GAP:
            gap = run.start() if gap < 0 else gap
        elif kind != _DROP:
            gap = _put(raw, run.start(), run.end(), kind == _CODE, gap, (plain, words, at), offsets)
    joined = "".join(plain)
    return Folded(joined, "".join(words), at, *_breaks(text, lines, at))


def _plain(raw: str, text: str, lines: Sequence[Line], offsets: array[int]) -> Folded:
    """Of lines without any mark: their words, with one blank between them."""
    words = " ".join(raw.split())
    if len(words) == len(raw):
        at = offsets[: len(raw)]
        return Folded(words, words, at, *_breaks(text, lines, at))
    at = array("I")
    end = -1
    for m in _WORDS.finditer(raw):
        if end >= 0:
            at.append(offsets[end])
        end = m.end()
        at.extend(offsets[m.start() : end])
    return Folded(words, words, at, *_breaks(text, lines, at))


@lru_cache(maxsize=1)
def _states() -> frozenset[str]:
    """What is set as code and still tells what happened: names of states."""
    return frozenset(lexicon("sentences").words["states"])


def _put(
    raw: str, first: int, last: int, code: bool, gap: int, out: tuple[list[str], list[str], array[int]], offsets: array[int]
) -> int:
    """Add the words of a run, with one blank between words; returns where an open gap began, -1 if none."""
    plain, words, at = out
    end = first
    told = code and raw[first:last] in _states()
    for m in (_WORD if code else _WORDS).finditer(raw, first, last):
        if m.start() > end and gap < 0:
            gap = end
        if gap >= 0 and at:
            plain.append("x" if code and end > first else " ")
            words.append(" ")
            at.append(offsets[gap])
        gap = -1
        plain.append("x" * (m.end() - m.start()) if code and not told else m[0])
        words.append(m[0])
        at.extend(offsets[m.start() : m.end()])
        end = m.end()
    return end if end < last and gap < 0 else gap


def _breaks(text: str, lines: Sequence[Line], at: array[int]) -> tuple[tuple[int, ...], frozenset[int]]:
    breaks: list[int] = []
    hard: set[int] = set()
    for start, end in lines[:-1]:
        i = bisect_right(at, end - 1)
        if 0 < i < len(at) and (not breaks or breaks[-1] < i):
            breaks.append(i)
            if (
                text.startswith("  ", end)
                or text[max(end - 1, start) : end] == "\\"
                or text[max(end - 8, start) : end].lower().endswith(("<br>", "<br/>", "<br />"))
            ):
                hard.add(i)
    return tuple(breaks), frozenset(hard)


class _Scan:
    """Marks each character as kept, dropped, code or a gap."""

    def __init__(self, raw: str, references: frozenset[str]) -> None:
        self.raw = raw
        self.references = references
        self.marks = bytearray(len(raw))
        self.ticks: dict[int, list[int]] = {}
        self.gone: list[tuple[int, int]] = []  # addresses and pictures
        self.brackets: list[tuple[int, bool]] = []
        self.open: dict[str, list[list[int]]] = {"*": [], "_": [], "~": []}

    def run(self) -> bytearray:
        raw = self.raw
        if "`" in raw:
            for tick in re.finditer("`+", raw):
                self.ticks.setdefault(len(tick[0]), []).append(tick.start())
        at = 0
        while (m := _SPECIAL.search(raw, at)) is not None:
            at = self._one(m)
        self._empty_brackets()
        return self.marks

    def _empty_brackets(self) -> None:
        """Brackets go with the address or picture that was all they held."""
        for start, end in self.gone:
            while start > 0 and self.raw[start - 1] == " ":
                start -= 1
            while end < len(self.raw) and self.raw[end] == " ":
                end += 1
            if (
                start > 0
                and end < len(self.raw)
                and self.raw[start - 1] + self.raw[end] in ("()", "[]", "<>")
                and not self.marks[end]
            ):
                self._set(start - 1, end + 1, _GAP)

    def _set(self, first: int, last: int, mark: int) -> None:
        self.marks[first:last] = bytes([mark]) * (last - first)

    def _one(self, m: re.Match[str]) -> int:
        """Deal with one special place; returns where to go on."""
        c, i = m[0], m.start()
        if c == "\\":
            if i + 1 >= len(self.raw) or self.raw[i + 1] in _PUNCTUATION or self.raw[i + 1] == "\n":
                self._set(i, i + 1, _DROP)
                return i + 2
            return i + 1
        if c[0] == "`":
            return self._code(i, len(c))
        if c[0] in "*_~":
            return self._emphasis(c[0], i, m.end())
        if c in ("[", "!["):
            self.brackets.append((i, c == "!["))
            return m.end()
        if c == "]":
            return self._bracket(i)
        if c == "<":
            return self._angle(i)
        if c in ("&", ":"):
            return self._short(c, i)
        if ord(c[0]) > 0x2000:
            self._set(i, m.end(), _DROP)
            return m.end()
        return self._address(i, m.end())

    def _code(self, i: int, n: int) -> int:
        later = self.ticks.get(n, [])
        k = bisect_right(later, i)
        if k >= len(later):
            return i + n
        close = later[k]
        self._set(i, i + n, _DROP)
        self._set(i + n, close, _CODE)
        self._set(close, close + n, _DROP)
        return close + n

    def _emphasis(self, c: str, i: int, j: int) -> int:
        before = self.raw[i - 1] if i else " "
        after = self.raw[j] if j < len(self.raw) else " "
        inside = before.isalnum() and after.isalnum()
        opens = not after.isspace() and not (c == "_" and inside)
        closes = not before.isspace() and not (c == "_" and inside)
        left = j - i
        stack = self.open[c]
        if closes:
            while left and stack:
                start, n = stack[-1]
                k = min(n, left)
                self._set(start + n - k, start + n, _DROP)
                self._set(j - left, j - left + k, _DROP)
                left -= k
                stack[-1][1] -= k
                if not stack[-1][1]:
                    stack.pop()
        if left and opens:
            stack.append([j - left, left])
        return j

    def _bracket(self, i: int) -> int:
        if not self.brackets:
            return i + 1
        start, image = self.brackets.pop()
        first = start + 1 + image
        end = i + 1
        target = _TARGET.match(self.raw, end)
        label = None if target is not None else _LABEL.match(self.raw, end)
        if label is not None and not self._known(label[1] or self.raw[first:i]):
            label = None
        rest = target or label
        text = self.raw[first:i]
        if rest is None and text[:1] != "^" and not self._known(text):
            return end
        end = rest.end() if rest is not None else end
        attributes = _ATTRIBUTES.match(self.raw, end)
        end = attributes.end() if attributes is not None else end
        if image or text[:1] == "^":
            self._set(start, end, _GAP)
            self.gone.append((start, end))
        else:
            self._set(start, first, _DROP)
            self._set(i, end, _DROP)
        return end

    def _known(self, label: str) -> bool:
        return bool(self.references) and len(label) <= 200 and " ".join(label.lower().split()) in self.references

    def _angle(self, i: int) -> int:
        m = _ANGLED.match(self.raw, i)
        if m is not None:
            self._set(i, m.end(), _DROP)
            self.gone.append((i, m.end()))
            return m.end()
        m = _TAG.match(self.raw, i)
        if m is None:
            return i + 1
        self._set(i, m.end(), _DROP if m[1].lower() in _INLINE_TAGS else _GAP)
        return m.end()

    def _short(self, c: str, i: int) -> int:
        if c == "&":
            m = _ENTITY.match(self.raw, i)
            if m is None:
                return i + 1
            amp = m[1].lower() == "amp"
            self._set(i + amp, m.end(), _DROP if amp else _GAP)
            return m.end()
        m = _EMOJI.match(self.raw, i)
        if m is None or (i and self.raw[i - 1].isalnum()):
            return i + 1
        self._set(i, m.end(), _DROP)
        return m.end()

    def _address(self, i: int, j: int) -> int:
        if i and (self.raw[i - 1].isalnum() or self.raw[i - 1] == "_"):
            return j
        m = _ADDRESS.match(self.raw, i)
        if m is None:
            return j
        said = m[0].rstrip(".,;:!?'*_~]")
        if said.endswith(")") and said.count("(") < said.count(")"):
            said = said.rstrip(").,;:!?'")
        self._set(i, i + len(said), _DROP)
        self.gone.append((i, i + len(said)))
        return max(i + len(said), j)
