"""The moments of a document: rows, list items, headings, paragraphs and lines that begin with a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from fuelbed.core.document import Block, Moment, Place, Section, Sentence
from fuelbed.text.lexicon import lexicon
from fuelbed.text.markdown import Raw, View
from fuelbed.text.stamps import Stamp, any_date, stamp, stated_zone

__all__ = ["document_date", "moments", "split_times", "zone_of"]

_UNDATED = ("actions", "lessons", "background", "questions")  # dates there are other days
_RUN = 3  # so many blocks in a row that begin with a clock time are a timeline, whatever their heading
_NIGHT = 12 * 3600  # a clock that falls by more has passed midnight


def split_times(seen: View, raws: Sequence[Raw]) -> Iterator[Raw]:
    """Paragraphs of several lines that begin with a time, one block for each such line."""
    for raw in raws:
        if raw.kind != "paragraph" or len(raw.lines) < 2:
            yield raw
            continue
        starts = [n for n, (a, b) in enumerate(raw.lines) if _timed(seen, a, b)]
        if len(starts) < 2:
            yield raw
            continue
        edges = [*([0] if starts[0] else []), *starts, len(raw.lines)]
        for first, last in pairwise(edges):
            lines = raw.lines[first:last]
            yield replace(raw, lines=lines, start=lines[0][0], end=lines[-1][1])


def _timed(seen: View, start: int, end: int) -> bool:
    text = seen.text[start : min(end, start + 60)]
    if not any(c.isdigit() for c in text[:24]):
        return False
    s = stamp(text)
    return s is not None and not s.vague and (s.clock is not None or s.day is not None)


def zone_of(sections: Sequence[Section], blocks: Sequence[Block], sentences: Sequence[Sentence]) -> str:
    """The zone that the document states for its times, by a heading, a table's head or a sentence."""
    for s in sections:
        if s.role in ("timeline", "title") and (zone := stated_zone(s.heading, heading=s.role == "timeline")):
            return zone
    for b in blocks:
        if b.heads and (zone := next(filter(None, (stated_zone(h, heading=True) for h in b.heads)), "")):
            return zone
    return next(filter(None, (stated_zone(s.plain) for s in sentences if "time" in s.plain.lower() or "hours" in s.plain)), "")


_INCIDENT = ("incident-date", "incident_date", "incident-start", "incident_start")
"""Names in front matter of the day of the incident."""
_WRITTEN = ("date", "published", "created")  # and of the day of the text
_BEGINS, _LATER = 8, 45  # sentences that begin a text; days after which it is written at the latest


def document_date(
    front: Mapping[str, str],
    title: str,
    file: str,
    sections: Sequence[Section],
    blocks: Sequence[Block],
    sentences: Sequence[Sentence],
    source: str = "",
) -> dt.date | None:
    """The day of the incident: from the front matter, the title, the file's name, a heading, or the first sentence with a date. Of a text that only says
    when it was written, a day not long before that, where the title or its first sentences tell one. `source` is searched for dates in which month and
    day cannot be mistaken."""
    day = _in_front(front, _INCIDENT, source)
    if day is not None:
        return day
    written = _in_front(front, _WRITTEN, source)
    if written is not None:
        begins = (s.plain for s in sentences[:_BEGINS] if blocks[s.block].kind != "heading")
        days = (any_date(text, source) for text in (title, *begins))
        return next((d for d in days if d is not None and 0 <= (written - d).days <= _LATER), written)
    name = file.replace("\\", "/").rsplit("/", 1)[-1]
    for text in (title, name, *(s.heading for s in sections)):
        if (day := any_date(text, source)) is not None:
            return day
    told = (s for s in sentences[:400] if sections[blocks[s.block].section].role not in _UNDATED)
    return next(filter(None, (any_date(s.plain, source) for s in told)), None)


def _in_front(front: Mapping[str, str], keys: Iterable[str], source: str) -> dt.date | None:
    """The first date that the front matter gives under one of these names."""
    return next(filter(None, (any_date(front[key], source) for key in keys if key in front)), None)


@dataclass(slots=True)
class _Clock:
    """The day that a time without a date belongs to: carried forward from the rows and headings above."""

    year: int
    day: dt.date | None
    before: dt.time | None = None
    dated: bool = False

    def move(self, s: Stamp) -> None:
        if s.day is not None:
            year = s.day[0] or (self.day.year if self.day is not None else self.year)
            if year:
                try:
                    self.day = dt.date(year, s.day[1], s.day[2])
                except ValueError:  # 29 February of another year
                    self.day = None
            self.before, self.dated = None, True
        if s.clock is not None:
            late = self.before is not None and _seconds(self.before) - _seconds(s.clock) > _NIGHT
            if late and self.day is not None and self.day < dt.date.max:
                self.day += dt.timedelta(days=1)
            self.before = s.clock

    def at(self, clock: dt.time | None) -> dt.datetime | dt.time | None:
        if clock is None:
            return dt.datetime.combine(self.day, dt.time()) if self.day is not None else None
        return dt.datetime.combine(self.day, clock) if self.day is not None else clock


def _seconds(t: dt.time) -> int:
    return t.hour * 3600 + t.minute * 60 + t.second


@dataclass(slots=True)
class _Finder:
    blocks: Sequence[Block]
    sections: Sequence[Section]
    said: Mapping[int, Sequence[Sentence]]
    zone: str
    clock: _Clock
    found: list[Moment] = field(default_factory=list)

    def run(self, wanted: Sequence[int]) -> list[Moment]:
        for i in wanted:
            b = self.blocks[i]
            if b.kind == "heading":
                self._heading(i)
            elif b.kind == "row":
                self._row(i)
            elif b.kind in ("item", "paragraph") and b.depth <= 1:
                self._line(i)
        return self.found

    def _text(self, i: int) -> str:
        return " ".join(s.words for s in self.said.get(i, ()))

    def _add(self, i: int, s: Stamp, text: str, place: Place) -> None:
        self.clock.move(s)
        clock = None if s.vague else self.clock.at(s.clock)
        if s.vague and s.day is None and s.clock is None:
            clock = None
        fuzzy = s.fuzzy or s.clock is None
        last = self.clock.at(s.last) if s.last is not None else None
        if isinstance(last, dt.datetime) and isinstance(clock, dt.datetime) and last < clock and last.date() < dt.date.max:
            last += dt.timedelta(days=1)
        self.found.append(Moment(place, text.strip(), clock, last, s.zone or self.zone, fuzzy, i))

    def _heading(self, i: int) -> None:
        text = self._text(i)
        s = stamp(text)
        if s is None or s.vague:
            return
        rest = text[s.stop :].strip()
        if s.clock is None:
            self.clock.move(s)
            if not rest or self.sections[self.blocks[i].section].role == "timeline":
                return
        end = self.blocks[i].place.end
        if not rest:
            section = self.blocks[i].section
            for k in range(i + 1, len(self.blocks)):
                if self.blocks[k].section != section:
                    break
                end = self.blocks[k].place.end
                rest = rest or self._text(k)
        self._add(i, s, rest, Place(self.blocks[i].place.start, end))

    def _line(self, i: int) -> None:
        text = self._text(i)
        s = stamp(text)
        if s is None:
            return
        rest = text[s.stop :].strip()
        if (
            s.clock is None
            and not s.vague
            and (not rest or stated_zone(rest) or (i + 1 < len(self.blocks) and rest.endswith(":")))
        ):
            self.clock.move(s)  # a line that is only a date
            return
        if not rest and self._detailed(i):
            rest = self._text(i + 1)
        if rest or s.clock is not None:
            self._add(i, s, rest, self.blocks[i].place)

    def _detailed(self, i: int) -> bool:
        """The next block says what happened at this bare time."""
        if i + 1 >= len(self.blocks):
            return False
        after = self.blocks[i + 1]
        return (
            after.section == self.blocks[i].section and after.kind in ("item", "paragraph") and stamp(self._text(i + 1)) is None
        )

    def _row(self, i: int) -> None:
        b = self.blocks[i]
        cells = [(c, " ".join(s.words for s in self.said.get(i, ()) if c.start <= s.at[0] < c.end)) for c in b.cells]
        times: Stamp | None = None
        rest: list[str] = []
        for n, (_, text) in enumerate(cells[:8]):
            if not text:
                continue
            s = stamp(text) if _short(text) else None
            more = s is not None and text[s.stop :].strip()
            if s is None or (times is not None and s.vague) or (more and (rest or not _time_head(b, n))):
                rest.append(text)
                continue
            if times is None:
                times = s
            else:
                times.day, times.clock = times.day or s.day, times.clock or s.clock
                times.last, times.zone = times.last or s.last, times.zone or s.zone
            if more:
                rest.append(text[s.stop :])
        rest += [text for _, text in cells[8:]]
        if times is None:
            times = _joined(cells)
            rest = [text for _, text in cells[3:]] if times is not None else rest
        if times is None or (times.clock is None and times.day is None and not times.vague):
            return
        longest = max(rest, key=len, default="")
        self._add(i, times, longest, b.place)


def _joined(cells: Sequence[tuple[Place, str]]) -> Stamp | None:
    """`| Sun | Oct 31 | 22:52 | ...`: a date in several columns."""
    return stamp(" ".join(text for _, text in cells[:3])) if cells and len(cells[0][1]) < 12 else None


def _short(text: str) -> bool:
    return len(text) <= 60


def _time_head(b: Block, n: int) -> bool:
    heads = lexicon("timeline").any_word("time_heads")
    return n < len(b.heads) and heads.search(b.heads[n]) is not None


def moments(
    blocks: Sequence[Block], sections: Sequence[Section], sentences: Sequence[Sentence], zone: str, day: dt.date | None
) -> list[Moment]:
    """The moments in the order of the text: of the sections that are timelines, else wherever times stand in a row."""
    said: dict[int, list[Sentence]] = {}
    for s in sentences:
        said.setdefault(s.block, []).append(s)
    clock = _Clock(day.year if day is not None else 0, day)
    wanted = [i for i, b in enumerate(blocks) if sections[b.section].role == "timeline"]
    found = _Finder(blocks, sections, said, zone, clock).run(wanted)
    if any(m.time is not None for m in found):
        return found
    clock = _Clock(day.year if day is not None else 0, day)
    return _Finder(blocks, sections, said, zone, clock).run(_runs(blocks, said))


def _runs(blocks: Sequence[Block], said: Mapping[int, Sequence[Sentence]]) -> list[int]:
    """Blocks that begin with a clock time, where enough of them follow one another (blocks that speak of none may stand between)."""
    found: list[int] = []
    run: list[int] = []
    since = 0
    for i, b in enumerate(blocks):
        first = said[i][0].words if i in said else ""
        s = stamp(first[:80]) if any(c.isdigit() for c in first[:40]) else None
        if s is not None and s.clock is not None:
            run.append(i)
            since = 0
        elif b.kind in ("item", "row", "paragraph", "heading"):
            since += 1
        if since > 2:
            found += run if len(run) >= _RUN else []
            run, since = [], 0
    return found + (run if len(run) >= _RUN else [])
