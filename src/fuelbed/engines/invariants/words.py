"""How this engine says times, lists and words of the case."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from fuelbed.core import shown
from fuelbed.core.shown import named

__all__ = ["brief", "clock", "code", "day_of", "listed", "plain", "spell"]

_TOLD = 6  # of a list; the rest is a number
_UNITS = (("day", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0))
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def plain(text: str) -> str:
    """Words of the case or the text, on one line, without the mark that identifiers stand in."""
    return " ".join(text.replace("`", "'").split())


def brief(text: str, most: int = 120) -> str:
    """The same, no longer than `most`: cut at a word."""
    text = plain(text)
    if len(text) <= most:
        return text
    head = text[: most - 3].rsplit(" ", 1)[0] or text[: most - 3]
    return head.rstrip(",;:.") + "..."


def code(names: Sequence[str]) -> str:
    """`a`, `b` and `c`; of many the first."""
    return named(names, most=_TOLD)


def listed(words: Sequence[str], most: int = _TOLD) -> str:
    """`a, b and c`; of many the first."""
    return shown.listed(words, most=most)


def spell(seconds: float) -> str:
    """A length of time in the two units that read best: `45 s`, `12 min`, `2 h 47 min`, `3 days 4 h`."""
    if not math.isfinite(seconds):
        return "an endless time"
    if seconds < 1:
        return f"{seconds:.2g} s" if seconds > 0 else "0 s"
    left = round(seconds) if seconds >= 10 else round(seconds, 1)
    for i, (name, size) in enumerate(_UNITS):
        if left >= size or size == 1.0:
            if i >= 2:  # minutes and seconds: one unit where it is whole, or long enough
                return _short(left, name, size)
            small, unit = _UNITS[i + 1]
            n, rest = divmod(round(left / unit), round(size / unit))
            head = f"{n:.0f} {name}{'s' if name == 'day' and n != 1 else ''}"
            return f"{head} {rest:.0f} {small}" if rest else head
    return "0 s"


def _short(left: float, name: str, size: float) -> str:
    if name == "s":
        return f"{left:g} s"
    n, rest = divmod(round(left), 60)
    return f"{n} min {rest} s" if rest and n < 10 else f"{round(left / size)} min"


def day_of(epoch: float) -> dt.date | None:
    """The day in UTC; None beyond the calendar."""
    try:
        return (_EPOCH + dt.timedelta(seconds=epoch)).date()
    except OverflowError:
        return None


def clock(epoch: float, day: dt.date | None = None, seconds: bool = False) -> str:
    """`17:05`, with the date where it is not `day`; UTC."""
    try:
        when = _EPOCH + dt.timedelta(seconds=round(epoch))
    except OverflowError:
        return "beyond the calendar"
    head = "" if day is not None and when.date() == day else f"{when:%Y-%m-%d} "
    return f"{head}{when:%H:%M:%S}" if seconds or when.second else f"{head}{when:%H:%M}"
