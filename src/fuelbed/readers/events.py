"""`evidence.events`: files with times and names, or rows that the case itself holds -> `EventsTable`, every fault at its place."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path, PurePosixPath

from fuelbed.core.evidence import EventsTable
from fuelbed.core.findings import Severity, Span
from fuelbed.readers.clock import CLOCKS, Clock, parse_zone, which_clock
from fuelbed.readers.csv_file import CsvFile
from fuelbed.readers.entries import (
    Entry,
    FileFaults,
    columns_by_role,
    is_empty_cell,
    read_entries,
    short,
    zone_of,
)
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.files import Progress
from fuelbed.readers.read_file import read_file
from fuelbed.readers.sheets import SheetFault
from fuelbed.readers.stream import Stream
from fuelbed.readers.yaml import Node, Seq

__all__ = ["MAX_EVENTS", "ROW_KEYS", "read_events"]

ROW_KEYS = ("at", "end", "name", "what", "source")
MAX_EVENTS = 100_000
MAX_FILE = 200_000_000  # bytes
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "time": ("time", "at", "timestamp", "start", "date", "datetime", "ts", "unix_timestamp"),
    "name": ("name", "event", "label", "title", "type"),
    "end": ("end", "until", "finished", "ended"),
    "what": ("what", "description", "message", "text", "details"),
}
_TIME_CURE = "Write 2026-01-31T10:00:00Z, seconds or milliseconds since 1970, or seconds from the start."
_FORM = "Write `- {at: 2026-01-31T10:00:00Z, what: in words}`."


@dataclass(slots=True)
class _Wanted:
    """What one entry says of its file or its rows."""

    name: str
    span: Span
    file: str = ""
    rows: Node | None = None
    clock: str = ""
    zone: str = ""
    source: str = ""
    columns: dict[str, tuple[str, Span | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    """One event as written; `cells` are its time and its end ("" for none), `spans` their places."""

    cells: tuple[object, object]
    spans: tuple[Span, Span]
    label: str
    detail: str = ""
    source: str = ""


def read_events(
    r: Reading, node: Node | None, root: Path | None, inputs: dict[str, str], progress: Progress | None = None
) -> dict[str, EventsTable]:
    """The tables by name. Only files in `inputs` are opened (the others are reported already); it gets their digests."""
    tables: dict[str, EventsTable] = {}
    for entry in read_entries(r, "events", node):
        wanted = _wanted(r, entry)
        table = None
        if wanted.rows is not None:
            table = _Table(r, wanted).table(_inline(r, wanted.rows))
        elif root is not None and wanted.file in inputs:
            table = _of_file(r, wanted, root, inputs, progress)
        if table is not None:
            tables[wanted.name] = table
    return tables


def _wanted(r: Reading, entry: Entry) -> _Wanted:
    f = entry.f
    w = _Wanted(entry.name, entry.span, entry.file, entry.rows, source=entry.source)
    w.clock, w.zone = f.choice("clock", CLOCKS, ""), zone_of(r, f)
    if f.text("time"):
        w.columns["time"] = (f.text("time"), f.span_of("time"))
    section = f.section("columns")
    if section is not None:
        r.check_keys(section, ("name", "end", "what"), "`columns` of `events`")
        w.columns |= {k: (r.text(e.value, k), e.value.span) for k, e in section.entries.items()}
    return w


def _inline(r: Reading, node: Node) -> Iterable[_Row]:
    """Rows of the case itself."""
    if not isinstance(node, Seq):
        r.wrong(node, "`rows` is a list of events.", _FORM)
        return
    for item in node.items:
        body = r.mapping(item, "an event", _FORM)
        if body is None:
            continue
        r.check_keys(body, ROW_KEYS, "an event")
        f = Fields(r, body)
        name, what = f.text("name"), f.text("what")
        source = f.source()
        if "at" not in f or not (name or what):
            lacking = "`at`" if "at" not in f else "`what`"
            r.error("FB017", item.span, f"this event has no {lacking}.", _FORM)
            continue
        if at := f.text("at"):
            spans = (f.span_of("at") or item.span, f.span_of("end") or item.span)
            yield _Row((at, f.text("end")), spans, name or what, what, source)


def _of_file(r: Reading, w: _Wanted, root: Path, inputs: dict[str, str], progress: Progress | None) -> EventsTable | None:
    faults = FileFaults(r, w.file, w.span)
    if PurePosixPath(w.file).suffix.lower() not in (".csv", ".tsv"):
        r.error("FB056", w.span, f"`{w.file[:80]}` is no file of events.", "Name a `.csv` file, or write `rows` in the case.")
        return None

    def read(stream: Stream) -> EventsTable | None:
        return _Table(r, w, faults).table(_rows(CsvFile(stream, faults.shown), w, faults))

    return read_file(read, faults, root, inputs, MAX_FILE, progress)


def _columns(sheet: CsvFile, w: _Wanted, faults: FileFaults) -> dict[str, int]:
    """role -> index of its column; empty after a fault."""
    out = columns_by_role(faults, sheet, w.columns, _HEADERS)
    for needed, others in (("time", ()), ("name", ("what",))):
        if needed not in out and not any(o in out for o in others):
            cure = f"Write `time: a header`, or `columns: {{name: a header}}`. Headers are: {', '.join(sheet.header[:20])[:200]}."
            faults.add("FB053", w.span, f"no column of `{w.file[:80]}` is the {needed} of the events.", cure)
    return {} if faults.count else out


def _rows(sheet: CsvFile, w: _Wanted, faults: FileFaults) -> Iterable[_Row]:
    columns = _columns(sheet, w, faults)
    if not columns:
        return
    k = {role: i for i, role in enumerate(columns)}
    n = 0
    for block in sheet.blocks(list(columns.values())):
        for i, cells in enumerate(zip(*(block.cells(k) for k in range(len(columns))), strict=True)):
            n += 1
            if n > MAX_EVENTS:
                line, cure = block.place(i, 0).line, "Cut it to the hours around the incident."
                raise SheetFault(f"the file has more than {MAX_EVENTS:,} events.", cure, "FB056", line)
            said = dict(zip(columns, cells, strict=True))
            name, what = (str(said.get(role) or "").strip() for role in ("name", "what"))
            here = block.place(i, k["time"])
            if not (name or what):
                at = block.place(i, k.get("name", k.get("what", 0)))
                faults.add("FB054", at, "this event has no name.", "Say in a word or two what happened.")
            end = said.get("end")
            place = block.place(i, k["end"]) if "end" in k else here
            yield _Row((said["time"], "" if is_empty_cell(end) else end), (here, place), name or what, what, w.source)


@dataclass(slots=True)
class _Table:
    """Rows as written become times."""

    r: Reading
    w: _Wanted
    faults: FileFaults | None = None
    clock: Clock | None = None

    def table(self, rows: Iterable[_Row]) -> EventsTable | None:
        before = len(self.r.findings)
        found = [(*self._times(row), row) for row in rows]
        if any(f.severity is Severity.ERROR for f in self.r.findings[before:]):
            return None
        if not found:
            where = Span(self.faults.shown, 1, 1) if self.faults else self.w.span
            self.r.error("FB052", where, "there are no events.", "Write a row for each.")
            return None
        if self.faults is None:
            self._ordered(found)
        found.sort(key=lambda x: x[0])
        clock = self.clock or Clock("iso")
        zero = found[0][0] if clock.absolute else 0.0
        return EventsTable(
            self.w.name, self.w.file, array("d", [t - zero for t, _, _ in found]), tuple(row.label for _, _, row in found),
            array("d", [end - zero for _, end, _ in found]), zero if clock.absolute else None, clock.zoned, self.w.span,
            tuple(row.detail for _, _, row in found), tuple(row.source or self.w.source for _, _, row in found),
            tuple(row.spans[0] for _, _, row in found),
        )  # fmt: skip  # in the order of the type

    def _times(self, row: _Row) -> tuple[float, float]:
        if self.clock is None or not self.clock.kind:  # the first row that shows one
            self.clock = Clock(self.w.clock or which_clock(row.cells[0]), parse_zone(self.w.zone))
        at = self._moment(row.cells[0], row.spans[0])
        if row.cells[1] == "":
            return at, math.nan
        end = self._moment(row.cells[1], row.spans[1])
        if end < at:
            self._fault(row.spans[1], f"`{short(row.cells[1])}` ends before it starts.", "Exchange the two times.")
        return at, end

    def _moment(self, cell: object, span: Span) -> float:
        assert self.clock is not None
        at = self.clock.read(cell) if self.clock.kind and cell is not None else None
        if at is None:
            like = f"a time like the first ({self.clock.kind})" if self.clock.kind else "a time"
            self._fault(span, f"`{short(cell)}` is not {like}.", _TIME_CURE)
            return 0.0
        return at

    def _fault(self, span: Span, message: str, cure: str) -> None:
        if self.faults is not None:
            self.faults.add("FB055", span, message, cure)
        else:
            self.r.error("FB055", span, message, cure)

    def _ordered(self, found: list[tuple[float, float, _Row]]) -> None:
        """A timeline is written in order; what is not, is often a wrong day."""
        for (a, _, _), (b, _, row) in pairwise(found):
            if b < a:
                message = f"`{short(row.cells[0])}` lies before the row above it."
                self.r.warn("FB059", row.spans[0], message, "Check the day; rows are sorted by their times.")
