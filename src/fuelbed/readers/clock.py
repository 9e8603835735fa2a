"""Times of a metrics file: ISO 8601, seconds or milliseconds since 1970, or seconds from the file's own start."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass

__all__ = ["CLOCKS", "Clock", "in_zone", "looks_like_zone", "parse_zone", "which_clock", "zone_names"]

CLOCKS = ("iso", "epoch_seconds", "epoch_milliseconds", "seconds")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?\Z", re.ASCII)  # fmt: skip
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?\Z", re.ASCII)
_ZONE = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})\Z", re.ASCII)
# of the tables of IANA; abbreviations such as IST are several zones
_NAME = re.compile(r"[A-Za-z]{1,30}(?:/[A-Za-z0-9_+-]{1,30}){1,2}\Z", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def parse_zone(text: str) -> dt.tzinfo | None:
    """`UTC`, `Z`, an offset such as `+02:00`, or a name such as `Europe/Berlin` that the machine's tables have; None for anything else.

    Of an hour that comes twice in a named zone the first is meant (PEP 495, fold 0).
    """
    if text.upper() in ("UTC", "Z"):
        return dt.UTC
    m = _ZONE.match(text)
    if m is None and looks_like_zone(text):
        return _named(text)
    if m is None or int(m[2]) > 23 or int(m[3]) > 59:
        return None
    minutes = int(m[2]) * 60 + int(m[3])
    return dt.timezone(dt.timedelta(minutes=-minutes if m[1] == "-" else minutes))


def _named(text: str) -> dt.tzinfo | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the tables, such as America/Argentina
        return None


def looks_like_zone(text: str) -> bool:
    """Whether `text` has the form of a name of the tables, such as `Europe/Berlin`."""
    return _NAME.match(text) is not None


def zone_names() -> frozenset[str]:
    """The names that this machine's tables have; none where it has no tables (`tzdata` brings them)."""
    from zoneinfo import available_timezones

    return frozenset(available_timezones())


def in_zone(seconds: float, zone: dt.tzinfo) -> float:
    """Seconds since 1970 of a wall clock in `zone` that were counted as if it showed UTC; unchanged beyond the calendar."""
    try:
        there = (_EPOCH + dt.timedelta(seconds=seconds)).replace(tzinfo=zone)
    except OverflowError:
        return seconds
    offset = there.utcoffset()
    return seconds - offset.total_seconds() if offset is not None else seconds


def which_clock(cell: object) -> str:
    """The clock that a first cell shows, "" where none. Numbers below 1e8 count from the file's start, from 1e11 on they are milliseconds."""
    if isinstance(cell, dt.date):
        return "iso"
    text = str(cell).strip()
    if _ISO.match(text):
        return "iso"
    if not _NUMBER.match(text):
        return ""
    value = abs(float(text))
    return "seconds" if value < 1e8 else "epoch_seconds" if value < 1e11 else "epoch_milliseconds" if value < 1e14 else ""


@dataclass(slots=True)
class Clock:
    """Reads cells of one kind. `zone` stands for times that name none; `zoned` turns False where it was needed and not given."""

    kind: str
    zone: dt.tzinfo | None = None
    zoned: bool = True

    @property
    def absolute(self) -> bool:
        return self.kind != "seconds"

    def read(self, cell: object) -> float | None:
        """Seconds (since 1970 UTC where `absolute`), or None where the cell is no such time."""
        if self.kind == "iso":
            return self._iso(cell)
        text = str(cell).strip()
        if not _NUMBER.match(text):
            return None
        value = float(text)
        if not math.isfinite(value) or (self.absolute and abs(value) >= 1e15):
            return None
        return value / 1000 if self.kind == "epoch_milliseconds" else value

    def _iso(self, cell: object) -> float | None:
        if isinstance(cell, dt.datetime):
            when = cell
        else:
            text = str(cell).strip()
            if not _ISO.match(text):
                return None
            text = text.replace(",", ".").replace("UTC", "Z").replace(" Z", "Z")
            text = re.sub(r" (?=[+-][0-9]{2}:?[0-9]{2}\Z)", "", text)
            text = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)  # finer than a microsecond is not kept
            try:
                when = dt.datetime.fromisoformat(text)
            except ValueError:
                return None
        if when.tzinfo is None:
            self.zoned = self.zoned and self.zone is not None
            when = when.replace(tzinfo=self.zone or dt.UTC)
        try:
            return (when - _EPOCH).total_seconds()
        except OverflowError:
            return None

    def beside(self, text: str) -> float | None:
        """A time that the case writes for what this clock measures: any absolute form beside absolute times, else seconds."""
        kind = which_clock(text) if self.absolute else self.kind
        return Clock(kind, self.zone).read(text) if kind and (kind != "seconds" or not self.absolute) else None

    def shown(self, at: float) -> str:
        """A time as words: 2026-01-31 10:00, or seconds."""
        try:
            return f"{_EPOCH + dt.timedelta(seconds=at):%Y-%m-%d %H:%M}" if self.absolute else f"{at:g} s"
        except OverflowError:
            return f"{at:g} s"
