"""Text in terminal columns: clean words, wrapping that never cuts a word, tables whose cells wrap, bars."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["UNPRINTABLE", "WRAPPED", "bar", "clean", "columns", "grid", "longest_token", "minus", "pad", "tokens", "wrap"]

# control characters but for tab and newline, marks of direction, lone surrogates: no format prints them as they are
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
WRAPPED = "\u00a0"  # inside cells: a space that does not break
_PER_CENT = re.compile(r"(?<=\d) %")
_MINUS = re.compile(r"(?<![\w.)\]-])-(?=\d[\d.]*\s?%)")
_ZERO_WIDTH = ("Mn", "Me", "Cf")
_LONG = 24  # identifiers up to this long stay whole
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def minus(text: str) -> str:
    """A hyphen before a percentage is a minus sign, as in every number that a renderer writes."""
    return _MINUS.sub("−", text)


def clean(text: str) -> str:
    """Words on one line that a terminal may print: no control, direction or private characters, no backticks, single spaces."""
    kept = (c if unicodedata.category(c)[0] != "C" else " " for c in text.replace("`", ""))
    return _PER_CENT.sub(WRAPPED + "%", minus(" ".join("".join(kept).split())))


def columns(text: str) -> int:
    """Terminal columns: wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.category(c) in _ZERO_WIDTH else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _wide(text: str) -> bool:
    return any(unicodedata.east_asian_width(c) in "WF" for c in text)


def _pieces(word: str, room: int) -> list[str]:
    """A word in parts that may stand on lines of their own: after `_ - / . : (`, between wide characters; by force last."""
    parts = list(word) if _wide(word) else (re.findall(r"[^_\-/.:(]*[_\-/.:(]+|[^_\-/.:(]+", word) or [word])
    out: list[str] = []
    for part in parts:
        rest = part
        while columns(rest) > room:
            n = next(i for i in range(len(rest), 0, -1) if columns(rest[:i]) <= room or i == 1)
            out.append(rest[:n])
            rest = rest[n:]
        out.append(rest)
    return [p for p in out if p]


def tokens(text: str) -> list[str]:
    """Words; a non-breaking space holds two together."""
    return [t for t in text.split(" ") if t]


def longest_token(text: str) -> int:
    """The columns that a cell needs so that only an identifier longer than `_LONG` breaks."""
    widths = [columns(t) for t in tokens(text)]
    if not widths or _wide(text):
        return min(4, max(widths, default=0))
    long = [max(map(columns, _pieces(t, 10**6))) for t in tokens(text) if columns(t) > _LONG]
    return max([w for w in widths if w <= _LONG] + long)


def wrap(text: str, width: int, first: str = "", then: str | None = None) -> list[str]:
    """Lines of at most `width` columns; `first` and `then` indent. Words break only where they are longer than a line."""
    hang = first if then is None else then
    room = max(4, width - max(columns(first), columns(hang)))
    lines, line, empty = list[str](), first, True
    for word in tokens(text):
        parts = [word] if columns(word) <= room and not _wide(word) else _pieces(word, room)
        for i, part in enumerate(parts):
            gap = 0 if empty or i else 1
            if not empty and columns(line) + gap + columns(part) > width:
                lines.append(line)
                line, gap = hang, 0
            line, empty = line + " " * gap + part, False
    lines.append(line)
    return [x.rstrip().replace(WRAPPED, " ") for x in lines]


def pad(text: str, width: int, right: bool = False) -> str:
    space = " " * max(0, width - columns(text))
    return space + text if right else text + space


def grid(cells: Sequence[str], widths: Sequence[int]) -> list[list[str]]:
    """One row of a table as lines of padded cells."""
    wrapped = [wrap(c, w) for c, w in zip(cells, widths, strict=True)]
    deep = max(map(len, wrapped))
    filled = [w + [""] * (deep - len(w)) for w in wrapped]
    return [[pad(w[i], width) for w, width in zip(filled, widths, strict=True)] for i in range(deep)]


def bar(share: float, width: int) -> str:
    """A bar of `share` (0..1) in eighths of a column."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(width)
