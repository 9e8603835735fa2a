"""The narrative's timeline on the axis of the evidence: seconds since 1970 UTC, and what each entry tells of.

A zone that is stated is used; where none is, the time is read as UTC, and the answer says so. Clock times without any date stand on the
case's own day. What cannot be placed is counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from fuelbed.core.document import Document, Moment
from fuelbed.engines.invariants.zones import seconds_east
from fuelbed.text.lexicon import lexicon
from fuelbed.text.stamps import stamp

__all__ = ["Placed", "Told", "told"]

ROLES = ("began", "detected", "ended")
_NIGHT = 12 * 3600.0  # a clock that falls by more has passed midnight
_EPOCH = dt.datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry of the timeline: `t` and `end` in seconds since 1970 UTC, or since the midnight before the first where `Told.dated` is
    False. `roles`: what it tells of. `fuzzy`: the time is given roughly; `day`: it is only a day."""

    t: float
    end: float | None
    text: str
    moment: Moment
    roles: tuple[str, ...]
    fuzzy: bool
    day: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The entries that could be placed, in the order of the text.

    zones    every zone that is used, as written ("" for none stated); unknown: those that mean nothing certain, read as UTC.
    dated    True where there is a day to place them on; `lent` where that is the case's own date, because the text has none.
    left     entries without a time of their own ("shortly after").
    """

    placed: tuple[Placed, ...] = ()
    zones: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    dated: bool = True
    lent: bool = False
    left: int = 0


def told(document: Document | None, day: dt.date | None) -> Told:
    """`day` is the case's date."""
    if document is None or not document.moments:
        return Told()
    floating = any(isinstance(m.time, dt.time) for m in document.moments)
    placer = _Placer(document.date or day)
    placed = [p for m in document.moments if (p := placer.place(m)) is not None]
    lent = floating and document.date is None and day is not None
    return Told(
        tuple(placed),
        tuple(dict.fromkeys(placer.zones)),
        tuple(dict.fromkeys(placer.unknown)),
        not (floating and document.date is None and day is None),
        lent,
        len(document.moments) - len(placed),
    )


class _Placer:
    """Moments one after the other: a bare clock that falls by half a day has passed midnight."""

    def __init__(self, day: dt.date | None) -> None:
        self.day = day or _EPOCH.date()
        self.before: dt.time | None = None
        self.zones: list[str] = []
        self.unknown: list[str] = []

    def place(self, m: Moment) -> Placed | None:
        when, only_day, zone = self._when(m), False, m.zone
        if when is None:
            return None
        if m.fuzzy and when.time() == dt.time():  # a day alone; the words behind it may hold the clock
            inner = stamp(m.text)
            only_day = inner is None or inner.clock is None
            if inner is not None and inner.clock is not None:
                when, zone = dt.datetime.combine(when.date(), inner.clock), inner.zone or zone
        shift = self._shift(zone, when.date())
        end = None if m.end is None else self._end(m, when)
        t = (when - _EPOCH).total_seconds() - shift
        stop = None if end is None else (end - _EPOCH).total_seconds() - shift
        return Placed(t, stop, m.text, m, tuple(_roles(m.text)), m.fuzzy and end is None, only_day)

    def _when(self, m: Moment) -> dt.datetime | None:
        if isinstance(m.time, dt.datetime):
            return m.time.replace(tzinfo=None)
        if m.time is None:
            return None
        if self.before is not None and _seconds(self.before) - _seconds(m.time) > _NIGHT and self.day < dt.date.max:
            self.day += dt.timedelta(days=1)
        self.before = m.time
        return dt.datetime.combine(self.day, m.time)

    def _end(self, m: Moment, when: dt.datetime) -> dt.datetime:
        if isinstance(m.end, dt.datetime):
            return m.end.replace(tzinfo=None)
        assert m.end is not None
        end = dt.datetime.combine(when.date(), m.end)
        return end + dt.timedelta(days=1) if end < when and when.date() < dt.date.max else end

    def _shift(self, zone: str, day: dt.date) -> float:
        shift = seconds_east(zone, day) if zone else 0.0
        self.zones.append(zone)
        if shift is None:
            self.unknown.append(zone)
        return shift or 0.0


def _seconds(t: dt.time) -> float:
    return t.hour * 3600.0 + t.minute * 60.0 + t.second


def _roles(text: str) -> Iterator[str]:
    lex = lexicon("moments")
    for role in ROLES:
        if lex.first(text, role) is not None:
            yield role
