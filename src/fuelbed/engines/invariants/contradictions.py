"""What cannot be so on one axis: an end before its start, a detection before the beginning, times that fall, zones that are mixed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fuelbed.core.case import Case
from fuelbed.core.history import midnight
from fuelbed.engines.invariants.moments import Placed, Told
from fuelbed.engines.invariants.words import brief, clock, listed, spell
from fuelbed.engines.invariants.zones import out_of_season, seconds_east

__all__ = ["Flaw", "Gap", "flaws", "gap_flaw", "longest_gap", "misdated"]

_DAY = 86400.0
_HALF = 43200.0
_MANY = 3  # falls that are told one by one
_FAR = 3  # days between the case's date and its timeline that are no slip of a zone
_SHARE, _LONG = 1 / 3, 1800.0  # of the whole, and seconds: a gap worth a finding


@dataclass(frozen=True, slots=True)
class Flaw:
    """kind: `contradiction`, `zones`, `undated` or `gap`. at: the entries of the text that it rests on."""

    kind: str
    message: str
    cure: str
    at: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """The longest stretch of the timeline without an entry."""

    before: Placed
    after: Placed
    share: float

    @property
    def length(self) -> float:
        return self.after.t - (self.before.end if self.before.end is not None else self.before.t)


def flaws(case: Case, told: Told, first: float | None, named: str) -> Iterator[Flaw]:
    """first: when the first invariant broke (seconds since 1970 UTC), with the words for it."""
    yield from _ranges(told.placed)
    yield from _falls(told.placed)
    yield from _roles(case, told)
    began = _first(told.placed, "began")
    if first is not None and began is not None and told.dated and first < began.t - 60:
        message = (
            f"The text lets it begin at {clock(began.t, case.date)}, and {named} was broken {spell(began.t - first)} before that."
        )
        yield Flaw(
            "contradiction", message, "Begin the account earlier, or check the zones of the text and of the metrics.", (began,)
        )
    yield from _zones(case, told)
    if told.lent:
        message = f"The timeline gives clock times and no date, so they are placed on the case's date, {case.date}."
        yield Flaw("undated", message, "Write the date into the text.", told.placed[:1])
    elif not told.dated:
        yield Flaw(
            "undated",
            "The timeline gives clock times, and neither text nor case gives a date.",
            "Add `date: YYYY-MM-DD`.",
            told.placed[:1],
        )
    else:
        yield from misdated(case, told)


def misdated(case: Case, told: Told) -> Iterator[Flaw]:
    """The case's own date against the days of its timeline."""
    if case.date is None or not told.dated or told.lent or not told.placed or _days_off(case.date, told.placed) <= _FAR:
        return
    start, end = (clock(told.placed[i].t)[:10] for i in (0, -1))
    days = f"goes from {start} to {end}" if start != end else f"is of {start}"
    message = f"The case is dated {case.date}, and its timeline {days}."
    yield Flaw("contradiction", message, "Correct the one that is wrong.", told.placed[:1])


def _days_off(day: dt.date, placed: Sequence[Placed]) -> float:
    """How far the day lies outside the timeline; a timeline may begin years before (a vulnerability, a dwell time)."""
    start = midnight(day)
    return max(start - placed[-1].t, placed[0].t - start - _DAY) / _DAY


def _first(placed: Sequence[Placed], role: str) -> Placed | None:
    found = [p for p in placed if role in p.roles and not p.fuzzy and not p.day]
    return min(found, key=lambda p: p.t) if found else None


def _ranges(placed: Sequence[Placed]) -> Iterator[Flaw]:
    for p in placed:
        if p.end is not None and (p.end < p.t or p.end - p.t > _HALF):
            how = "lasts " + spell(p.end - p.t) if p.end >= p.t else "ends before it starts"
            yield Flaw("contradiction", f"An entry of the timeline {how}: {brief(p.text, 60)}.", "Check its two times.", (p,))


def _falls(placed: Sequence[Placed]) -> Iterator[Flaw]:
    """Entries earlier than the one above; a timeline that falls throughout is told backwards, which is no fault."""
    sure = [p for p in placed if not p.fuzzy and not p.day]
    falls = [(a, b) for a, b in pairwise(sure) if b.t < a.t]
    rises = sum(b.t > a.t for a, b in pairwise(sure))
    if falls and not rises:
        return
    for a, b in falls[:_MANY]:
        message = f"The timeline steps back by {spell(a.t - b.t)}, from {clock(a.t)} to {clock(b.t)} UTC."
        yield Flaw("contradiction", message, "Put the entries in order, or correct the time or the date that is wrong.", (a, b))
    if len(falls) > _MANY:
        yield Flaw("contradiction", f"The timeline steps back {len(falls) - _MANY} times more.", "Put the entries in order.", ())


def _roles(case: Case, told: Told) -> Iterator[Flaw]:
    """Detection and end against the beginning that the text names."""
    began = _first(told.placed, "began")
    if began is None:
        return
    for role, words in (("detected", "detected"), ("ended", "over")):
        p = _first(told.placed, role)
        if p is not None and p.t < began.t:
            message = f"By the text it was {words} at {clock(p.t, case.date)}, {spell(began.t - p.t)} before it began."
            yield Flaw("contradiction", message, "Check which of the two times is wrong, or say what began then.", (p, began))
    if not told.dated:
        return
    for name, s in case.seen.items():
        if s.on and s.at is not None and s.at.seconds < began.t - 60:
            message = f"`{name}` was seen at {clock(s.at.seconds, case.date)}, {spell(began.t - s.at.seconds)} before the text lets it begin."
            yield Flaw("contradiction", message, "Begin the account earlier, or check the zone of `at`.", (began,))


def _zones(case: Case, told: Told) -> Iterator[Flaw]:
    if not told.placed:
        return
    day = case.date
    stated = [z for z in told.zones if z]
    offsets = {z: seconds_east(z, day) for z in stated}
    if len({o for o in offsets.values() if o is not None}) > 1 or (stated and "" in told.zones and any(offsets.values())):
        words = [*stated, *(["no zone, read as UTC"] if "" in told.zones else [])]
        yield Flaw(
            "zones", f"The timeline mixes zones: {listed(words)}.", "Write all times in one zone, best in UTC.", told.placed[:1]
        )
    for z in told.unknown:
        message = f"The zone `{z}` means nothing certain, so its times are read as UTC."
        yield Flaw("zones", message, "Write UTC, or an offset such as `+02:00`.", told.placed[:1])
    for z in stated:
        if day is not None and (meant := out_of_season(z, day)):
            message = f"The text gives times in {z}, and on {day} {meant} was in force: they are placed by {z}, an hour off if {meant} was meant."
            yield Flaw("zones", message, f"Write {meant}, or UTC.", told.placed[:1])


def longest_gap(told: Told) -> Gap | None:
    """The longest stretch without an entry, from the first one to the last that says that it was over (one before may be of a part); None with fewer than
    three."""
    placed = sorted((p for p in told.placed if not p.day), key=lambda p: p.t)
    over = max((i for i, p in enumerate(placed) if "ended" in p.roles), default=len(placed) - 1)
    placed = placed[: over + 1]
    if len(placed) < 3:
        return None
    whole = placed[-1].t - placed[0].t
    best: tuple[float, Placed, Placed] | None = None
    last, until = placed[0], placed[0].end or placed[0].t
    for p in placed[1:]:
        if best is None or p.t - until > best[0]:
            best = (p.t - until, last, p)
        if (p.end or p.t) >= until:
            last, until = p, p.end or p.t
    if best is None or whole <= 0 or best[0] <= 0:
        return None
    return Gap(best[1], best[2], best[0] / whole)


def gap_flaw(gap: Gap | None) -> Flaw | None:
    """A gap of at least half an hour and a third of the whole."""
    if gap is None or gap.length < _LONG or gap.share < _SHARE:
        return None
    message = (
        f"For {spell(gap.length)} the timeline tells nothing, from {clock(gap.before.t)} to {clock(gap.after.t)} UTC: "
        f"{100 * gap.share:.0f} % of the time that it covers."
    )
    return Flaw("gap", message, "Add what was tried and seen in that time.", (gap.before, gap.after))
