"""Times as people write them at the start of a line: `2021-06-22 08:21 UTC`, `~13:30-13:45`, `Sunday Oct 31st, 2:14 pm PST`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.text.lexicon import lexicon
from fuelbed.text.needles import small

__all__ = ["Stamp", "any_date", "stamp", "stated_zone"]

_MOST_MONTHS = 12
_DAYS = dt.timedelta(days=3)
_LOOKED_AT = 20_000  # characters of a source in which written dates are looked for
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_PARTS = 14  # more than any date, time, zone and range have
_HYPHENS = {0x2010: "-", 0x2011: "-"}  # as word processors write dates; one character each, so that places stay
_SKIP = re.compile(r"[\s,()\[\]*_|@]*")
_AROUND = re.compile(r"[~≈<>±]\s*")
_DASH = re.compile(r"\s*[-–—]\s*(?=[~≈]?\d)")
_REST = re.compile(r"[\s\-–—:;,.|)\]*_>→]+")
_MARKS = re.compile(r"[\W_]{0,8}")
_OTHER_ZONE = re.compile(r"\s{0,4}[(/]\s{0,2}~?\d{1,2}[:h]\d{2}[^()\d]{0,24}\)?(?=[\s:\-–—]|\Z)")  # "12:48 (6:48 PDT)"
_STARTS = re.compile(r"[\W_]{0,8}(?:\d|[a-z+]{1,12}\b)", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(slots=True)
class Stamp:
    """What a text begins with. `day` is (year or 0, month, day); `stop` the index behind it and behind the marks that end it."""

    day: tuple[int, int, int] | None = None
    clock: dt.time | None = None
    last: dt.time | None = None
    zone: str = ""
    fuzzy: bool = False
    vague: bool = False  # only a word ("shortly after") or a distance ("T+5 min")
    stop: int = 0

    @property
    def said(self) -> bool:
        return self.day is not None or self.clock is not None or self.vague


@lru_cache(maxsize=32)
def _patterns(role: str) -> tuple[re.Pattern[str], ...]:
    return tuple(e.match for e in lexicon("timeline").entries if e.role == role)


def _match(role: str, text: str, at: int) -> re.Match[str] | None:
    for pattern in _patterns(role):
        m = pattern.match(text, at)
        if m is not None:
            return m
    return None


def _date(m: re.Match[str]) -> tuple[int, int, int] | None:
    g = m.groupdict()
    y = int(g.get("y") or 0)
    y += 2000 if 0 < y < 100 else 0
    if g.get("a"):
        a, b = int(g["a"]), int(g["b"])
        month, day = (b, a) if a > 12 or (b <= 12 and g["sep"] == ".") else (a, b)
    elif g.get("mon"):
        month, day = _MONTHS.index(small(g["mon"])[:3]) + 1, int(g["d"])
    else:
        month, day = int(g["m"]), int(g["d"])
    try:
        dt.date(y or 2000, month, day)
    except ValueError:
        return None
    return y, month, day


def _clock(m: re.Match[str]) -> dt.time | None:
    g = m.groupdict()
    if g.get("noon") or g.get("midnight"):
        return dt.time(12 if g.get("noon") else 0)
    hour, minute, second = int(g["h"]), int(g.get("min") or 0), int(g.get("s") or 0)
    if g.get("ap") and hour <= 12:  # "14:00 PM" is a slip for 14:00
        hour = hour % 12 + (12 if g["ap"].lower() == "p" else 0)
    hour = 0 if (hour, minute) == (24, 0) else hour
    return dt.time(hour, minute, min(second, 59)) if hour < 24 and minute < 60 else None


def _plain(text: str) -> str:
    """With plain hyphens; a text of ASCII alone has no others, and is not copied."""
    return text if text.isascii() else text.translate(_HYPHENS)


def stamp(text: str, whole: bool = False) -> Stamp | None:
    """The time that a text begins with, None if it begins with none. `whole`: nothing else may follow."""
    text = _plain(text)
    if _STARTS.match(text) is None:
        return None
    found = Stamp()
    at = _lead(text, 0)
    for _ in range(_PARTS):
        step = _step(text, at, found)
        if step is None:
            break
        at = step
        if found.said:
            found.stop = at
    if not found.said:
        m = _match("vague", text, _lead(text, 0)) or _match("relative", text, _lead(text, 0))
        if m is None:
            return None
        found.vague, found.fuzzy, found.stop = True, True, m.end()
    m = _OTHER_ZONE.match(text, found.stop)
    found.stop = m.end() if m is not None else found.stop
    m = _REST.match(text, found.stop)
    found.stop = m.end() if m is not None else found.stop
    return None if whole and found.stop < len(text) else found


def _lead(text: str, at: int) -> int:
    m = _MARKS.match(text)
    end = m.end() if m is not None else at
    while end > at and text[end - 1] in "~≈+-" and not text[end - 1 : end].isspace():
        end -= 1
    return end


def _step(text: str, at: int, found: Stamp) -> int | None:
    """Take the next part; returns the index behind it, None where no part follows."""
    dash = _DASH.match(text, at)
    if dash is not None and found.clock is not None and found.last is None:
        step = _range(text, dash.end(), found)
        if step is not None:
            return step
    skip = _SKIP.match(text, at)
    at = skip.end() if skip is not None else at
    m = _AROUND.match(text, at)
    if m is not None:
        found.fuzzy = True
        return m.end()
    if found.day is not None and found.clock is None and text[at : at + 1] in ":-–—T" and at + 1 < len(text):
        after = _SKIP.match(text, at + 1)
        ahead = after.end() if after is not None else at + 1
        if any(_match(r, text, ahead) for r in ("clock",)):  # "June 22: 08:21", "2021-06-22 - 08:21"
            at = ahead
    return _part(text, at, found)


def _part(text: str, at: int, found: Stamp) -> int | None:
    if found.day is None and found.clock is None and (m := _match("datetime", text, at)) is not None:
        found.day, found.clock, found.zone = _date(m), _clock(m), (m["z"] or "").upper().replace("Z", "UTC")
        return m.end() if found.day is not None else None
    if found.day is None and (m := _match("date", text, at)) is not None and (day := _date(m)) is not None:
        found.day = day
        return m.end()
    if found.clock is None and (m := _match("clock", text, at)) is not None and (clock := _clock(m)) is not None:
        found.clock = clock
        found.zone = found.zone or ("UTC" if m.groupdict().get("z") else "")
        return m.end()
    if found.clock is not None and found.last is None and (m := _match("range", text, at)) is not None:
        return _range(text, m.end(), found)
    if found.clock is not None and not found.zone and (m := _match("zone", text, at)) is not None:
        found.zone = m[0].upper().replace(" ", "") if len(m[0]) < 6 else m[0]
        found.zone = "UTC" if found.zone in ("Z", "ZULU") else found.zone
        return m.end()
    if (m := _match("weekday", text, at)) is not None:
        return m.end()
    if not found.said:
        for role in ("fuzzy", "lead"):
            if (m := _match(role, text, at)) is not None:
                found.fuzzy = found.fuzzy or role == "fuzzy"
                return m.end()
    return None


def _range(text: str, at: int, found: Stamp) -> int | None:
    """The end of "13:30-13:45"."""
    skip = _SKIP.match(text, at)
    at = skip.end() if skip is not None else at
    m = _AROUND.match(text, at)
    at = m.end() if m is not None else at
    day = _match("date", text, at)
    if day is not None:
        skip = _SKIP.match(text, day.end())
        at = skip.end() if skip is not None else at
    m = _match("clock", text, at)
    if m is None or (last := _clock(m)) is None:
        return None
    found.last, found.fuzzy = last, True
    return m.end()


def any_date(text: str, source: str = "") -> dt.date | None:
    """The first date with a year anywhere in a text. Of `7/4/2014` month and day are told apart by dates of the `source` in which they cannot be
    mistaken, where one of these is at most three days away; else the month is taken to come first."""
    if not any(map(str.isdecimal, text)):
        return None
    text = _plain(text)
    for role in ("datetime", "date"):
        for pattern in _patterns(role):
            for m in pattern.finditer(text[:2_000]):
                day = _date(m)
                if day is not None and day[0] > 0:
                    return _turned(dt.date(*day), source) if m.groupdict().get("a") else dt.date(*day)
    return None


def _turned(day: dt.date, source: str) -> dt.date:
    if day.day > _MOST_MONTHS:
        return day
    near = set(_plain_dates(source))
    if any(abs(d - day) <= _DAYS for d in near):
        return day
    other = dt.date(day.year, day.day, day.month)
    return other if any(abs(d - other) <= _DAYS for d in near) else day


def _plain_dates(source: str) -> Iterator[dt.date]:
    """The dates in which month and day cannot be mistaken: `2014-04-07`, `7 April 2014`."""
    for m in _ISO.finditer(source):
        try:
            yield dt.date(int(m[1]), int(m[2]), int(m[3]))
        except ValueError:
            continue
    for e in lexicon("timeline").possible(source[:_LOOKED_AT], "date"):
        for m in e.match.finditer(source[:_LOOKED_AT]):
            day = _date(m) if m.groupdict().get("mon") else None
            if day is not None and day[0] > 0:
                yield dt.date(*day)


def stated_zone(text: str, heading: bool = False) -> str:
    """The zone that a sentence or a heading states for the times below it, "" if it states none."""
    for role in ("states_zone", "heading_zone") if heading else ("states_zone",):
        for e in lexicon("timeline").possible(text[:400], role):
            m = e.find(text[:400])
            if m is not None:
                zone = next((v for k, v in m.groupdict().items() if k.startswith("zone") and v), "")
                return "UTC" if zone.upper() in ("Z", "ZULU") else zone.upper() if len(zone) < 6 else zone
    return ""
