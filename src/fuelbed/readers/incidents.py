"""`evidence.incidents`: a row for each incident or near miss -> `IncidentTable`, every fault with its place and cure."""

from __future__ import annotations

import datetime as dt
import math
import re
from array import array
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fuelbed.core.findings import Severity, Span
from fuelbed.core.history import IncidentTable
from fuelbed.core.shown import counted
from fuelbed.readers.cells import NUMBER
from fuelbed.readers.clock import CLOCKS, Clock, parse_zone, which_clock
from fuelbed.readers.entries import (
    Entry,
    FileFaults,
    TooManyHere,
    columns_by_role,
    find_header,
    is_empty_cell,
    read_entries,
    short,
    zone_of,
)
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.files import Progress
from fuelbed.readers.moments import TIME_CURE
from fuelbed.readers.read_file import read_file, sheet_of
from fuelbed.readers.sheets import Block, Sheet, SheetFault
from fuelbed.readers.stream import Stream
from fuelbed.readers.yaml import Map, Node, Scalar, Seq

__all__ = ["MAX_RECORDS", "read_incidents"]

MAX_RECORDS = 100_000
_MAX_CELLS = 2_000_000
_MAX_FACTORS = 200
_MAX_FILE = 200_000_000  # bytes
_ENDINGS = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet"}
_LONGEST = 200  # characters of a label
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "day", "when", "time", "timestamp", "at", "start", "started"),
    "failed": ("failed", "failure", "outcome", "outage", "result", "is_incident"),
    "name": ("name", "label", "title", "id", "incident", "record"),
}
_FAILED: Mapping[str, int] = {
    "yes": 1, "true": 1, "1": 1, "1.0": 1, "incident": 1, "failed": 1, "failure": 1, "outage": 1,
    "no": 0, "false": 0, "0": 0, "0.0": 0, "near miss": 0, "near-miss": 0, "near_miss": 0, "held": 0,
}  # fmt: skip
_WORDS: Mapping[str, float] = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
_FAILED_CURE = "Write yes (or incident) where it failed, no (or near miss) where it did not."
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_FORM = "Write `- {date: 2026-01-31, failed: no, peak_load: 0.9}`."
_SCALE = re.compile(
    r"\s*(-?[0-9][0-9.]*(?:e[-+]?[0-9]+)?)\s*\.\.\s*(-?[0-9][0-9.]*(?:e[-+]?[0-9]+)?)(\s+[^\s0-9].*)?\Z", re.ASCII
)


@dataclass(slots=True)
class _Rows:
    """Rows as written: the cells of all columns of `header`, and where each stands."""

    header: list[str]
    cells: list[Sequence[object]] = field(default_factory=list)
    places: list[tuple[Block, int] | tuple[Span, Mapping[str, Span]]] = field(default_factory=list)

    def place(self, i: int, k: int) -> Span:
        of, where = self.places[i]
        if isinstance(of, Span):
            assert not isinstance(where, int)
            return where.get(self.header[k], of)
        assert isinstance(where, int)
        return of.place(where, k)


@dataclass(slots=True)
class _Wanted:
    """What one entry says. scale: (low, high) by factor, what stands for 0 and for 1."""

    name: str
    span: Span
    clock: str
    zone: str
    source: str
    form: str
    columns: dict[str, tuple[str, Span | None]] = field(default_factory=dict)
    factors: list[Scalar] = field(default_factory=list)
    scale: dict[str, tuple[float, float]] = field(default_factory=dict)
    scaled: dict[str, Span] = field(default_factory=dict)
    observed: tuple[float, float] | None = None


def read_incidents(
    r: Reading, node: Node | None, root: Path | None, inputs: dict[str, str], progress: Progress | None = None
) -> dict[str, IncidentTable]:
    """The tables by name. Only files in `inputs` are opened (the others are reported already); it gets their digests."""
    tables: dict[str, IncidentTable] = {}
    for entry in read_entries(r, "incidents", node):
        w = _wanted(r, entry)
        faults = FileFaults(r, entry.file, entry.span)
        before = len(r.findings)
        table = None
        if entry.rows is not None:
            with suppress(TooManyHere):
                table = _Table(w, faults, _inline(r, entry.rows)).table()
        elif root is not None and entry.file in inputs:
            table = _of_file(w, faults, root, inputs, progress)
        if table is not None and not any(f.severity is Severity.ERROR for f in r.findings[before:]):
            tables[entry.name] = table
    return tables


def _wanted(r: Reading, entry: Entry) -> _Wanted:
    f = entry.f
    form = f.choice("format", tuple(dict.fromkeys(_ENDINGS.values())), "")
    w = _Wanted(entry.name, entry.span, f.choice("clock", CLOCKS, ""), zone_of(r, f), entry.source, form)
    columns = f.section("columns")
    if columns is not None:
        r.check_keys(columns, _COLUMNS, "`columns` of `incidents`")
        w.columns = {k: (r.text(e.value, k), e.value.span) for k, e in columns.entries.items()}
    w.factors = f.names("factors")
    w.observed = _observed(r, f)
    for name, e in (scale.entries if (scale := f.section("scale")) else {}).items():
        said = _SCALE.match(r.text(e.value, name))
        ends = tuple(map(_float, said.groups()[:2])) if said else ()
        if len(ends) < 2 or not all(map(math.isfinite, ends)) or ends[0] == ends[1]:
            cure = "Write what counts as 0 and what as 1, such as `0..12000 per second`; `1..0` where less is worse."
            r.error("FB162", e.value.span, f"this is no scale of `{name[:60]}`.", cure)
        else:
            w.scale[name], w.scaled[name] = (ends[0], ends[1]), e.key.span
    return w


def _observed(r: Reading, f: Fields) -> tuple[float, float] | None:
    """From when to when every incident is in the table: whole days, UTC."""
    section = f.section("observed")
    if section is None:
        return None
    r.check_keys(section, ("start", "end"), "`observed`")
    days = []
    for key in ("start", "end"):
        entry = section.entries.get(key)
        text = r.text(entry.value, key) if entry is not None else ""
        try:
            days.append(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() if _DAY.match(text) else math.nan)
        except ValueError:
            days.append(math.nan)
        if math.isnan(days[-1]):
            span = entry.value.span if entry is not None else section.span
            r.error(
                "FB055",
                span,
                f"`observed` gives no date as its `{key}`.",
                "Write `observed: {start: 2025-01-01, end: 2026-01-01}`.",
            )
    if days[1] <= days[0]:
        r.error("FB160", section.span, "the time that the table covers ends before it starts.", "Exchange the two dates.")
    return (days[0], days[1]) if days[0] < days[1] else None


def _float(text: str) -> float:
    return float(text) if NUMBER.match(text) else math.nan


def _inline(r: Reading, node: Node) -> _Rows:
    """Rows of the case itself: their keys are the columns."""
    rows = _Rows([])
    if not isinstance(node, Seq):
        r.wrong(node, "`rows` is a list of records.", _FORM)
        return rows
    bodies = [b for item in node.items if (b := r.mapping(item, "a record", _FORM)) is not None]
    rows.header = list(dict.fromkeys(k for b in bodies for k in b.entries))
    for body in bodies:
        f = Fields(r, body)
        cells = [f.text(k) if k in f else None for k in rows.header]
        rows.cells.append(cells)
        rows.places.append((_first(body), {k: e.value.span for k, e in body.entries.items()}))
    return rows


def _first(body: Map) -> Span:
    return next(iter(body.entries.values())).key.span if body.entries else body.span


def _of_file(
    w: _Wanted, faults: FileFaults, root: Path, inputs: dict[str, str], progress: Progress | None
) -> IncidentTable | None:
    form = w.form or _ENDINGS.get(PurePosixPath(faults.file).suffix.lower(), "")
    if not form:
        cure = "Name a `.csv`, `.tsv` or `.parquet` file, or write `rows` in the case."
        faults.add("FB056", w.span, f"`{faults.file[:80]}` is no table of incidents.", cure)
        return None

    def read(stream: Stream) -> IncidentTable | None:
        sheet = sheet_of(stream, form, faults.shown, texts=True)
        columns = [k for k in range(len(sheet.header)) if sheet.reads(k)]
        rows = _Rows([sheet.header[k] for k in columns])
        for block in sheet.blocks(columns):
            n = len(rows.cells) + len(block)
            if n > MAX_RECORDS or n * len(columns) > _MAX_CELLS:
                message = f"the file has more than {MAX_RECORDS:,} rows, or {_MAX_CELLS:,} cells."
                raise SheetFault(message, "Keep incidents, near misses and their factors.", "FB056", block.place(0, 0).line)
            rows.cells += zip(*(block.cells(k) for k in range(len(columns))), strict=True)
            rows.places += [(block, i) for i in range(len(block))]
        return _Table(w, faults, rows, sheet).table()

    return read_file(read, faults, root, inputs, _MAX_FILE, progress)


@dataclass(slots=True)
class _Table:
    """Rows as written become records."""

    w: _Wanted
    faults: FileFaults
    rows: _Rows
    sheet: Sheet | None = None
    clipped: dict[str, int] = field(default_factory=dict)

    def table(self) -> IncidentTable | None:
        if self.sheet is None and not self.rows.cells:
            nothing = array("d")
            return IncidentTable(
                self.w.name, "", (), nothing, array("q"), nothing, (), (), self.w.source, self.w.span, self.w.observed
            )
        roles = self._roles()
        if self.faults.count:
            return None
        factors = self._factors(roles)
        failed = array("q", [self._failed(i, roles["failed"]) for i in range(len(self.rows.cells))])
        (dates, days), labels = self._dates(roles), self._labels(roles)
        values = array("d", [self._value(i, k) for i in range(len(failed)) for k in factors])
        for name, n in self.clipped.items():
            message = f"{counted(n, 'value')} of `{name}` in `{self.w.name}` {'lies' if n == 1 else 'lie'} outside of its scale."
            self.faults.note("FB163", message, "They count as 0 or 1; widen the scale where that is wrong.", self.w.scaled[name])
        if self.faults.count:
            return None
        names = tuple(self.rows.header[k] for k in factors)
        spans = tuple(self.rows.place(i, roles["failed"]) for i in range(len(failed)))
        called = _apart([x or y for x, y in zip(labels, days, strict=True)])
        return IncidentTable(
            self.w.name,
            self.faults.file,
            names,
            values,
            failed,
            dates,
            called,
            spans,
            self.w.source,
            self.w.span,
            self.w.observed,
        )

    def _roles(self) -> dict[str, int]:
        sheet = self.sheet or _Inline(self.rows.header, self.w.span)
        roles = columns_by_role(self.faults, sheet, self.w.columns, _COLUMNS)
        other = {k for role, k in roles.items() if role != "failed"}
        words = [h.strip().lower().replace(" ", "_").replace("-", "_") for h in sheet.header]
        usual = [k for k, h in enumerate(words) if h in _COLUMNS["failed"] and k not in other]
        if "failed" not in self.w.columns and len(usual) > 1:
            one, two = (sheet.header[k] for k in usual[:2])
            message = f"`{one[:60]}` and `{two[:60]}` could both say whether it failed."
            place = self.rows.place(0, usual[1]) if self.sheet is None else sheet.head(usual[1])
            self.faults.add("FB053", place, message, f"Write `columns: {{failed: {one[:60]}}}`.")
        if "failed" not in roles:
            cure = f"Write `columns: {{failed: a header}}`. Columns are: {', '.join(self.rows.header[:20])[:200]}."
            message = f"no column of `{self.w.name}` says which records failed."
            self.faults.add("FB053", self.w.span, message, cure)
        return roles

    def _factors(self, roles: Mapping[str, int]) -> list[int]:
        """Where the factors stand: as listed, else every other column that holds numbers."""
        header, taken = self.rows.header, set(roles.values())
        if self.w.factors:
            at = Span(self.faults.shown, 1, 1) if self.sheet else self.w.span
            found = [find_header(self.faults, header, s.text, s.span, at, "a factor") for s in self.w.factors]
        else:
            found = [k for k in range(len(header)) if k not in taken and self._is_numeric(k)]
        for name in self.w.scale:
            if name not in [header[k] for k in found if k >= 0]:
                message = f"`scale` names `{name[:60]}`, which is no factor of `{self.w.name}`."
                self.faults.add("FB014", self.w.scaled[name], message, "Write a column of factors, or remove it.")
        if len(found) > _MAX_FACTORS:
            self.faults.add(
                "FB056", self.w.span, f"`{self.w.name}` has more than {_MAX_FACTORS} factors.", "List them: `factors: [a, b]`."
            )
        return [k for k in dict.fromkeys(found) if k >= 0]

    def _is_numeric(self, k: int) -> bool:
        """Whether some cell of the column is a number; then all have to be."""
        return any(not math.isnan(_number(row[k])) for row in self.rows.cells)

    def _failed(self, i: int, k: int) -> int:
        cell = self.rows.cells[i][k]
        word = "" if cell is None else str(cell).strip().lower()
        if word not in _FAILED:
            message = (
                f"`{short(cell)}` does not say whether it failed." if word else "this record does not say whether it failed."
            )
            self.faults.add("FB162", self.rows.place(i, k), message, _FAILED_CURE)
        return _FAILED.get(word, 0)

    def _dates(self, roles: Mapping[str, int]) -> tuple[array[float], list[str]]:
        """Seconds since 1970, and the day in words ("" for none)."""
        out, days = array("d"), []
        clock: Clock | None = None
        for i, row in enumerate(self.rows.cells):
            cell = row[roles["date"]] if "date" in roles else None
            if is_empty_cell(cell):
                out.append(math.nan)
                days.append("")
                continue
            if clock is None and (kind := self.w.clock or which_clock(cell)):
                clock = Clock(kind, parse_zone(self.w.zone))
            at = clock.read(cell) if clock is not None and clock.absolute else None
            if at is None:
                self.faults.add("FB055", self.rows.place(i, roles["date"]), f"`{short(cell)}` is not a date.", TIME_CURE)
            out.append(math.nan if at is None else at)
            days.append(clock.shown(at)[:10] if clock is not None and at is not None else "")
        return out, days

    def _labels(self, roles: Mapping[str, int]) -> list[str]:
        k = roles.get("name")
        return ["" if k is None or is_empty_cell(row[k]) else str(row[k]).strip()[:_LONGEST] for row in self.rows.cells]

    def _value(self, i: int, k: int) -> float:
        cell, name = self.rows.cells[i][k], self.rows.header[k]
        if is_empty_cell(cell):
            return math.nan
        value = _number(cell)
        if math.isnan(value):
            cure = "Write a number, yes or no, or leave it empty where nobody knows; list `factors` where the column is none."
            self.faults.add("FB162", self.rows.place(i, k), f"`{short(cell)}` of `{name[:60]}` is not a number.", cure)
        elif name in self.w.scale:
            low, high = self.w.scale[name]
            x = (value - low) / (high - low)
            if not 0 <= x <= 1:
                self.clipped[name] = self.clipped.get(name, 0) + 1
            return min(max(0.0, x), 1.0)  # in this order -0.0 becomes 0.0
        elif not 0 <= value <= 1:
            cure = f"Write what counts as 0 and as 1: `scale: {{{name[:60]}: 0..{short(cell)}}}`; or list the `factors`."
            self.faults.add("FB162", self.rows.place(i, k), f"`{short(cell)}` of `{name[:60]}` is not in 0..1.", cure)
        return value


@dataclass(frozen=True, slots=True)
class _Inline:
    """Rows of the case as far as columns are looked up in them."""

    header: list[str]
    span: Span

    def head(self, column: int) -> Span:
        return self.span


def _number(cell: object) -> float:
    """A cell as a number, yes and no as 1 and 0; `nan` for what is none."""
    if isinstance(cell, bool):
        return float(cell)
    text = str(cell).strip()
    value = float(text) if NUMBER.match(text) else _WORDS.get(text.lower(), math.nan)
    return value if math.isfinite(value) else math.nan


def _apart(labels: list[str]) -> tuple[str, ...]:
    """No two alike: a label that is taken, and one that is missing, is called by its row."""
    out: list[str] = []
    taken: set[str] = set()
    for i, label in enumerate(labels, 1):
        name = label or f"row {i}"
        while name in taken:
            name += f" (row {i})"
        taken.add(name)
        out.append(name)
    return tuple(out)
