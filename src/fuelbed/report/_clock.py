"""Times on one axis: what an instant, a stretch and a tick read, in the zone that the data states; without one, since the start."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fuelbed.report.numbers import number

__all__ = ["Clock", "clock", "lasting"]

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_STEPS = (
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(_MINUTE * m for m in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * h for h in (1, 2, 3, 6, 12)),
    *(_DAY * d for d in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)
_FINE = 30 * _MINUTE  # up to this span, instants are told with their seconds
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})\Z", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _offset(zone: str) -> float | None:
    """Seconds east of Greenwich; None for a zone that is neither UTC nor an offset (a name needs tables that differ)."""
    if zone.upper() in ("UTC", "Z"):
        return 0.0
    m = _OFFSET.match(zone)
    if m is None or int(m[2]) > 23 or int(m[3]) > 59:
        return None
    return (-1 if m[1] == "-" else 1) * (int(m[2]) * _HOUR + int(m[3]) * _MINUTE)


def lasting(seconds: float) -> str:
    """`43 s`, `21 min`, `1 h 35 min`, `3 days 2 h`: the two largest units."""
    s = abs(seconds)
    if s < 119.5:
        return f"{number(s)} s" if s < 9.95 else f"{s:.0f} s"
    minutes = round(s / _MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        h, m = divmod(minutes, 60)
        return f"{h} h {m} min" if m else f"{h} h"
    days, h = divmod(round(s / _HOUR), 24)
    return f"{days} days {h} h" if h else f"{days} days"


@dataclass(frozen=True, slots=True)
class Clock:
    """`start`: seconds since 1970 in the zone's own time of second 0, None where times are relative; seconds run from `low` to `high`."""

    start: float | None
    zone: str
    low: float
    high: float

    @property
    def span(self) -> float:
        return self.high - self.low

    def share(self, t: float) -> float:
        """0..100 of the axis; a time outside stands at its end."""
        return 100 * min(1.0, max(0.0, (t - self.low) / self.span))

    def _date(self, t: float) -> dt.datetime | None:
        """None where the calendar has no such time."""
        if self.start is None:
            return None
        try:
            return _EPOCH + dt.timedelta(seconds=self.start + t)
        except OverflowError:
            return None

    def _rounded(self, t: float) -> dt.datetime | None:
        unit = 1.0 if self.span <= _FINE else _MINUTE
        whole = math.floor(((self.start or 0.0) + t) / unit + 1e-6) * unit - (self.start or 0.0)
        return self._date(whole)

    def at(self, t: float) -> str:
        """`22:52`, `22:52:07` on a short axis, `22 Oct 11:12` on a later day; `+12 min` without a calendar."""
        d = self._rounded(t)
        if d is None:
            return ("−" if t < 0 else "+") + lasting(t)
        first = self._date(self.low)
        text = f"{d:%H:%M:%S}" if self.span <= _FINE else f"{d:%H:%M}"
        return text if first is not None and d.date() == first.date() else f"{d.day} {_MONTHS[d.month - 1]} {text}"

    def short(self, t: float) -> str:
        """As `at`, without the day on an axis of little more than a day, where its place says which."""
        d = self._rounded(t)
        if d is None or self.span > 1.25 * _DAY:
            return self.at(t)
        return f"{d:%H:%M:%S}" if self.span <= _FINE else f"{d:%H:%M}"

    def between(self, a: float, b: float | None) -> str:
        """`22:52 to 23:13`; open at the right without an end."""
        if b is None:
            return f"from {self.at(a)}"
        return self.at(a) if self.at(a) == self.at(b) else f"{self.at(a)} to {self.at(b)}"

    def ticks(self, about: int) -> list[tuple[float, str]]:
        """(seconds, words): round times of the zone's own clock, at most about `about` of them."""
        step = next((s for s in _STEPS if self.span / s <= about), self.span)
        zero = self.start if self.start is not None else 0.0
        first, last = math.ceil((zero + self.low) / step - 1e-9), math.floor((zero + self.high) / step + 1e-9)
        return [(t, self._tick(t, step)) for t in (i * step - zero for i in range(first, last + 1))]

    def _tick(self, t: float, step: float) -> str:
        d = self._date(t)
        if d is None:
            return "0" if abs(t) < 1e-9 else ("−" if t < 0 else "+") + lasting(t)
        if step >= _DAY or (d.hour == d.minute == d.second == 0 and self.span > _HOUR):
            return f"{d.day} {_MONTHS[d.month - 1]}"
        return f"{d:%H:%M:%S}" if step < _MINUTE else f"{d:%H:%M}"

    @property
    def words(self) -> str:
        """What the axis is: `UTC, from 21 Oct 2018`."""
        first = self._date(self.low)
        if first is None:
            return "time since the start"
        return f"{self.zone}, from {first.day} {_MONTHS[first.month - 1]} {first.year}"


def clock(data: Mapping[str, Any]) -> Clock:
    """Of a picture's `start`, `zone` and `span`; a zone that is no offset reads as UTC, and a span of no length is widened."""
    low, high = (float(x) for x in data["span"])
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        low = low if math.isfinite(low) else 0.0
        high = low + 1.0
    start, zone = data.get("start"), str(data.get("zone") or "UTC")
    offset = _offset(zone)
    if start is None or not math.isfinite(float(start)):
        return Clock(None, "", low, high)
    return Clock(float(start) + (offset or 0.0), zone if offset is not None else "UTC", low, high)
