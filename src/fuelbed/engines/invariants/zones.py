"""Time zones as people write them -> seconds east of Greenwich, or None where the word means nothing certain.

Abbreviations are a table here, because tables of the machine differ from machine to machine and hold no abbreviations. Words without a
season (`PT`, `Eastern`, `New York`) follow the rule of the United States since 2007: daylight time from the second Sunday of March to the first of
November, both changes at 2 o'clock; the whole day of a change is taken as after it. European cities follow the rule of the European Union since 1996: last
Sundays of March and October.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

__all__ = ["out_of_season", "seconds_east"]

_HOURS: Mapping[str, float] = {
    "UTC": 0, "GMT": 0, "Z": 0, "ZULU": 0, "COORDINATED UNIVERSAL TIME": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "CEST": 2,
    "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "SAST": 2, "BRT": -3, "ART": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "HST": -10, "SGT": 8, "HKT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10,
    "AEDT": 11, "NZST": 12, "NZDT": 13, "TOKYO": 9, "SEOUL": 9, "SINGAPORE": 8, "HONG KONG": 8,
}  # fmt: skip
_SEASONLESS: Mapping[str, float] = {
    "PT": -8,
    "PACIFIC": -8,
    "MT": -7,
    "MOUNTAIN": -7,
    "CT": -6,
    "CENTRAL": -6,
    "ET": -5,
    "EASTERN": -5,
    "SAN FRANCISCO": -8,
    "LOS ANGELES": -8,
    "SEATTLE": -8,
    "DENVER": -7,
    "CHICAGO": -6,
    "NEW YORK": -5,
    "TORONTO": -5,
}
_EUROPEAN: Mapping[str, float] = {
    "LONDON": 0, "DUBLIN": 0, "LISBON": 0, "BERLIN": 1, "PARIS": 1, "AMSTERDAM": 1, "BRUSSELS": 1, "MADRID": 1, "ROME": 1, "ZURICH": 1, "VIENNA": 1,
    "PRAGUE": 1, "WARSAW": 1, "COPENHAGEN": 1, "STOCKHOLM": 1, "OSLO": 1, "HELSINKI": 2, "ATHENS": 2,
}  # fmt: skip
_WINTER = {"PST": "PDT", "MST": "", "CST": "CDT", "EST": "EDT"}  # Arizona keeps MST all year
_SUMMER = {"PDT": "PST", "MDT": "MST", "CDT": "CST", "EDT": "EST"}
_EUROPE_WINTER, _EUROPE_SUMMER = {"CET": "CEST", "EET": "EEST"}, {"CEST": "CET", "EEST": "EET"}
_OFFSET = re.compile(r"(?P<word>[A-Z]*?) ?(?P<sign>[+-]) ?(?P<h>[0-9]{1,2})(?::?(?P<m>[0-9]{2}))?\Z", re.ASCII)


def seconds_east(zone: str, day: dt.date | None) -> float | None:
    """The offset of a zone on a day: 7200 for `CEST` and for `UTC+2`. None for a word that means several zones, or none."""
    word = " ".join(zone.upper().split()).removesuffix(" TIME") if zone.upper() != "COORDINATED UNIVERSAL TIME" else "UTC"
    if word in _HOURS:
        return _HOURS[word] * 3600
    if word in _SEASONLESS:
        return None if day is None else (_SEASONLESS[word] + _american_summer(day)) * 3600
    if word in _EUROPEAN:
        return None if day is None else (_EUROPEAN[word] + _european_summer(day)) * 3600
    m = _OFFSET.match(word)
    base = _HOURS.get(m["word"] or "UTC") if m else None
    if m is None or base is None or int(m["h"]) > 14 or int(m["m"] or 0) > 59:
        return None
    sign = -1 if m["sign"] == "-" else 1
    return base * 3600 + sign * (int(m["h"]) * 3600 + int(m["m"] or 0) * 60)


def out_of_season(zone: str, day: dt.date) -> str:
    """The word that a stated zone should have been on that day ("PDT" for "PST" in July); "" where it may stand."""
    word = zone.upper()
    if word in _WINTER and _american_summer(day):
        return _WINTER[word]
    if word in _SUMMER and not _american_summer(day):
        return _SUMMER[word]
    if word in _EUROPE_WINTER and _european_summer(day):
        return _EUROPE_WINTER[word]
    if word in _EUROPE_SUMMER and not _european_summer(day):
        return _EUROPE_SUMMER[word]
    return ""


def _sunday(year: int, month: int, nth: int) -> dt.date:
    """The nth Sunday of a month; 0 for its last."""
    if nth == 0:
        last = dt.date(year, month, 31)  # of March and October only
        return last - dt.timedelta(days=(last.weekday() + 1) % 7)
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


def _american_summer(day: dt.date) -> bool:
    return day.year >= 2007 and _sunday(day.year, 3, 2) <= day < _sunday(day.year, 11, 1)


def _european_summer(day: dt.date) -> bool:
    return day.year >= 1996 and _sunday(day.year, 3, 0) <= day < _sunday(day.year, 10, 0)
