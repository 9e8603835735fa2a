"""Times of one text set against each other: entries that stand out of order, durations that do not fit, detection against beginning.

Only exact entries with a day count, only within one list, and only differences that no rounding explains: a text with a contradiction
that is not found is better than a correct one with a finding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from fuelbed.core.document import Document, Moment
from fuelbed.text.lexicon import lexicon

__all__ = ["Detection", "contradicted", "detection", "fell_back", "told_time"]

_LEAST = 4  # entries of a section that goes forward
_FALL = (1, 360)  # minutes of a fall that is no midnight and no rounding
_DAY = 24 * 60
_ROUNDED = {True: 35, False: 6}  # minutes that a duration in whole hours, or in minutes, may be off
_SHARE = 0.15  # of the duration, on top of it
_ASIDE = ("actions", "lessons", "background", "questions", "appendix")


def _exact(m: Moment) -> bool:
    return isinstance(m.time, dt.datetime) and not m.fuzzy


def _minutes(later: Moment, earlier: Moment) -> float:
    assert isinstance(later.time, dt.datetime)
    assert isinstance(earlier.time, dt.datetime)
    a, b = later.time, earlier.time
    if (a.tzinfo is None) != (b.tzinfo is None):
        a, b = a.replace(tzinfo=None), b.replace(tzinfo=None)
    return (a - b).total_seconds() / 60


def told_time(m: Moment) -> str:
    """The clock of an entry: `10:05`."""
    return m.time.strftime("%H:%M") if m.time is not None else "?"


def fell_back(document: Document) -> Iterator[tuple[Moment, Moment]]:
    """The entry above and the entry that is earlier, of every list with one such fall among at least `_LEAST` exact entries."""
    by_list: dict[tuple[int, int], list[Moment]] = {}
    for m in document.moments:
        if _exact(m) and m.block >= 0:
            block = document.blocks[m.block]
            section = document.sections[block.section]
            if section.role not in _ASIDE:  # a heading that is an entry lists under the section above it
                over = section.path[-1] if block.kind == "heading" and section.path else block.section
                by_list.setdefault((over, block.lead), []).append(m)
    for entries in by_list.values():
        falls = [(a, b) for a, b in pairwise(entries) if _minutes(a, b) > 0]
        same_zone = len({m.zone for m in entries}) == 1
        if len(entries) >= _LEAST and len(falls) == 1 and same_zone and _FALL[0] < _minutes(*falls[0]) <= _FALL[1]:
            yield falls[0]


@dataclass(frozen=True, slots=True)
class Detection:
    """The first entry that tells of the beginning, the first that tells of detection, and the minutes from one to the other."""

    began: Moment
    seen: Moment
    minutes: float


def detection(document: Document) -> Detection | None:
    """None where one of them is not told exactly, or where they lie more than half a day apart."""
    entries = [m for m in document.moments if _exact(m)]
    lex = lexicon("moments")
    began = next((m for m in entries if lex.first(m.text, "began")), None)
    seen = next((m for m in entries if lex.first(m.text, "detected")), None)
    if began is None or seen is None or began is seen or began.zone != seen.zone:
        return None
    minutes = _minutes(seen, began)
    return Detection(began, seen, minutes) if abs(minutes) <= _DAY / 2 else None


def contradicted(text: str) -> tuple[int, int, int] | None:
    """Where in a sentence the duration stands that does not fit its two clock times, and the minutes that lie between them."""
    spans = [m for e in lexicon("lint").entries if e.role == "from_to" for m in e.match.finditer(text)] if ":" in text else []
    told = [m for e in lexicon("lint").entries if e.role == "told_duration" for m in e.match.finditer(text)] if spans else []
    if len(spans) != 1 or len(told) != 1 or lexicon("lint").first(text, "other_clock"):
        return None
    (span,), (duration,) = spans, told
    clock = [int(span[g]) for g in ("h1", "m1", "h2", "m2")]
    if clock[0] > 23 or clock[2] > 23 or clock[1] > 59 or clock[3] > 59:
        return None
    between = ((clock[2] - clock[0]) * 60 + clock[3] - clock[1]) % _DAY
    hours = duration["unit"].lower().startswith("h")
    said = float(duration["n"]) * (60 if hours else 1) + float(duration["more"] or 0)
    whole = hours and not duration["more"] and "." not in duration["n"]
    slack = _ROUNDED[whole] + _SHARE * max(said, between)
    return None if said >= _DAY or abs(said - between) <= slack else (duration.start(), duration.end(), between)
