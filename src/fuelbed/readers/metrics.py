"""`evidence.metrics`: entries of the case and their files -> `MetricsTable`, every fault with its place and cure."""

from __future__ import annotations

import math
import re
from array import array
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fuelbed.core.evidence import ROLES, MetricsColumn, MetricsTable
from fuelbed.core.findings import Severity, Span
from fuelbed.core.numbers import SECONDS, unit_of_time
from fuelbed.core.scanner import did_you_mean, is_identifier, visible
from fuelbed.readers.clock import CLOCKS, Clock, parse_zone, which_clock
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.files import FileFault, read_bounded, resolve_inside
from fuelbed.readers.sheets import MAX_METRICS, CsvSheet, ParquetSheet, Sheet, SheetFault
from fuelbed.readers.yaml import Map, Node, Scalar, Seq

__all__ = ["ENTRY_KEYS", "MAX_FILE_FAULTS", "metrics_entries", "read_metrics"]

ENTRY_KEYS = ("file", "name", "what", "time", "clock", "zone", "columns", "units", "trigger", "source")
MAX_FILE_FAULTS = 100
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_EMPTY = frozenset(("", "nan", "null", "na", "n/a", "none", "-"))
_TIMES = ("time", "timestamp", "date", "datetime", "ts", "unix_timestamp")
_COUNTS = ("load", "goodput", "attempts", "capacity")


def metrics_entries(node: Node | None) -> list[tuple[str, Scalar | None, Node]]:
    """The entries: one, a list of them, or a mapping of named ones; each (name or "", key, node)."""
    if node is None:
        return []
    if isinstance(node, Seq):
        return [("", None, item) for item in node.items]
    if isinstance(node, Map) and node.entries and not set(node.entries) <= set(ENTRY_KEYS) and "file" not in node.entries:
        return [(k, e.key, e.value) for k, e in node.entries.items()]
    return [("", None, node)]


@dataclass(slots=True)
class _Wanted:
    """What one entry asks of its file."""

    name: str
    file: str
    span: Span
    time: str = ""
    time_span: Span | None = None
    clock: str = ""
    zone: str = ""
    columns: dict[str, tuple[str, Span]] = field(default_factory=dict)
    units: dict[str, tuple[float, str, bool]] = field(default_factory=dict)
    trigger: list[tuple[str, Span]] = field(default_factory=list)
    named: bool = False  # the case says which columns; else those are read whose header is a role


def read_metrics(r: Reading, node: Node | None, root: Path | None, inputs: dict[str, str]) -> dict[str, MetricsTable]:
    """The tables by name. Only files in `inputs` are opened: the others are reported already. Without `root` only shapes are checked."""
    tables: dict[str, MetricsTable] = {}
    seen: set[str] = set()
    for name, key, item in metrics_entries(node):
        wanted = _entry(r, name, key, item)
        if wanted is None:
            continue
        if wanted.name in seen:
            r.error(
                "FB018", wanted.span, f"two entries of `metrics` are called `{wanted.name[:60]}`.", "Give one another `name`."
            )
        seen.add(wanted.name)
        if root is not None and wanted.file in inputs:
            table = _File(r, wanted, root).table()
            if table is not None:
                tables[wanted.name] = table
    return tables


def _entry(r: Reading, name: str, key: Scalar | None, node: Node) -> _Wanted | None:
    if key is not None:
        r.identifier(key, "entry")
    if isinstance(node, Scalar):
        return _Wanted(name or _stem(node.text), node.text, node.span) if node.value is not None else None
    if not isinstance(node, Map):
        return None
    r.check_keys(node, ENTRY_KEYS, "an entry of `metrics`")
    f = Fields(r, node)
    file = node.entries["file"].value if "file" in node.entries else None
    if not isinstance(file, Scalar):
        return None
    given = f.node_of("name")
    if isinstance(given, Scalar):
        r.identifier(given, "entry")
    w = _Wanted(name or (given.text if isinstance(given, Scalar) else _stem(file.text)), file.text, file.span)
    f.text("what")
    w.time, w.time_span = f.text("time"), f.span_of("time")
    w.clock = f.choice("clock", CLOCKS, "")
    w.zone = f.text("zone")
    if w.zone and parse_zone(w.zone) is None:
        cure = "Write `zone: UTC` or an offset such as `+02:00`."
        r.error("FB055", f.span_of("zone"), f"`{w.zone[:60]}` is no zone.", cure)
        w.zone = ""
    if "source" in f and (source := f.node_of("source")) is not None:
        r.source(source)
    _columns(r, f, w)
    _units(r, f, w)
    _trigger(r, f, w)
    return w


def _stem(file: str) -> str:
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in PurePosixPath(file).stem.lower()).split()
    name = "_".join(words)
    return name if is_identifier(name) else "metrics"


def _columns(r: Reading, f: Fields, w: _Wanted) -> None:
    section = f.section("columns")
    for role, entry in (section.entries if section else {}).items():
        w.named = True
        if r.identifier(entry.key, "column") and (text := r.text(entry.value, role)):
            w.columns[role] = (text, entry.value.span)


def _units(r: Reading, f: Fields, w: _Wanted) -> None:
    section = f.section("units")
    for role, entry in (section.entries if section else {}).items():
        if w.named and role not in w.columns:
            cure = did_you_mean(role, w.columns) or f"Columns are: {', '.join(w.columns)}."
            r.error("FB014", entry.key.span, f"`units` names `{role[:60]}`, which is no column here.", cure)
            continue
        unit = _unit(role, r.text(entry.value, role))
        if unit is None:
            cure = "Write `per second`, `per minute`, `per row` (a count of each row) or, for a time, `ms` or `s`."
            r.error("FB055", entry.value.span, f"this is no unit for `{role[:60]}`.", cure)
        else:
            w.units[role] = unit


def _unit(role: str, text: str) -> tuple[float, str, bool] | None:
    """(factor to the canonical unit, that unit, whether the cells are counts of one row)."""
    words = text.strip().lower()
    kind = ROLES.get(role)
    if words in ("per row", "per sample") and kind in (None, "per second"):
        return 1.0, "per second", True
    if words.startswith(("per ", "/")) and kind in (None, "per second"):
        per = unit_of_time(words.removeprefix("per ").removeprefix("/").strip())
        return (1 / SECONDS[per], "per second", False) if per else None
    time = unit_of_time(words)
    if time and kind in (None, "seconds"):
        return SECONDS[time], "seconds", False
    return (1.0, text.strip(), False) if kind is None else None


def _trigger(r: Reading, f: Fields, w: _Wanted) -> None:
    section = f.section("trigger")
    if section is None:
        return
    r.check_keys(section, ("start", "end"), "`trigger`")
    if "start" not in section.entries:
        r.error("FB017", section.span, "`trigger` has no `start`.", "Write `trigger: {start: 2026-01-31T10:00:00Z, end: ...}`.")
        return
    for key in ("start", "end"):
        if key in section.entries and (text := r.text(section.entries[key].value, key)):
            w.trigger.append((text, section.entries[key].value.span))


class _TooManyHere(Exception):
    """Enough faults of one file."""


@dataclass(slots=True)
class _File:
    """One file being read."""

    r: Reading
    w: _Wanted
    root: Path
    faults: int = 0

    def fault(self, code: str, span: Span | None, message: str, cure: str) -> None:
        self.r.error(code, span, message, cure)
        self.faults += 1
        if self.faults >= MAX_FILE_FAULTS:
            self.r.error("FB052", span, f"{MAX_FILE_FAULTS} faults in this file: the rest is not read.", "Correct these first.")
            raise _TooManyHere

    @property
    def shown(self) -> str:
        """The file beside the case, so that an editor finds it."""
        return visible(str(PurePosixPath(Path(self.r.file).parent.as_posix()) / self.w.file))

    def table(self) -> MetricsTable | None:
        kind = PurePosixPath(self.w.file).suffix.lower()
        if kind not in (".csv", ".tsv", ".parquet"):
            self.fault("FB056", self.w.span, f"`{self.w.file[:80]}` is no metrics file.", "Name a `.csv` or `.parquet` file.")
            return None
        try:
            data = read_bounded(resolve_inside(self.root, self.w.file), self.w.file, MAX_METRICS)
            sheet: Sheet = (ParquetSheet if kind == ".parquet" else CsvSheet).of(data, self.shown)
            return self._table(sheet)
        except _TooManyHere:
            return None
        except SheetFault as e:
            self.r.error(e.code, Span(self.shown, e.line, e.column), e.message, e.cure)
        except FileFault as e:
            self.r.error(e.code, self.w.span, e.message, e.cure)
        return None

    def _table(self, sheet: Sheet) -> MetricsTable | None:
        before = self.faults
        time = self._time_column(sheet)
        columns = self._which(sheet)
        if self.faults > before:
            return None
        if not columns:
            message = f"no column of `{self.w.file[:80]}` has a role, so nothing of it is read."
            self.r.warn("FB057", self.w.span, message, "Write `columns: {load: a header}`.", Severity.NOTE)
            return None
        return self._rows(sheet, time, columns)

    def _index(self, sheet: Sheet, name: str, span: Span | None, what: str) -> int:
        """Where a header stands; -1 after a fault."""
        found = [i for i, h in enumerate(sheet.header) if h == name]
        if len(found) == 1:
            return found[0]
        if found:
            self.fault(
                "FB053", self._head(sheet, found[1]), f"the header `{name[:60]}` stands there twice.", "Rename one of the two."
            )
        else:
            cure = did_you_mean(name, sheet.header) or f"Headers are: {', '.join(h[:40] for h in sheet.header[:20])}."
            self.fault("FB053", span, f"`{self.w.file[:80]}` has no column `{name[:60]}` for {what}.", cure)
        return -1

    def _head(self, sheet: Sheet, column: int) -> Span:
        return sheet.place(sheet.first if isinstance(sheet, CsvSheet) else 0, column)

    def _time_column(self, sheet: Sheet) -> int:
        if self.w.time:
            return self._index(sheet, self.w.time, self.w.time_span, "the time")
        return next((i for i, h in enumerate(sheet.header) if h.strip().lower() in _TIMES), 0)

    def _which(self, sheet: Sheet) -> dict[str, int]:
        if self.w.named:
            return {role: self._index(sheet, name, span, f"`{role}`") for role, (name, span) in self.w.columns.items()}
        return {h: self._index(sheet, h, None, f"`{h}`") for h in dict.fromkeys(sheet.header) if h in ROLES}

    def _rows(self, sheet: Sheet, time: int, columns: dict[str, int]) -> MetricsTable | None:
        times: array[float] = array("d")
        values: list[array[float]] = [array("d") for _ in columns]
        clock: Clock | None = Clock(self.w.clock, parse_zone(self.w.zone)) if self.w.clock else None
        for row, cells in sheet.rows([time, *columns.values()]):
            if clock is None:
                clock = Clock(which_clock(cells[0]), parse_zone(self.w.zone))
            self._moment(sheet, row, time, cells[0], clock, times)
            for (role, column), cell, out in zip(columns.items(), cells[1:], values, strict=True):
                out.append(self._number(sheet, row, column, role, cell))
            if not clock.kind:
                break  # no cell of this column can be read: one fault says it
        if not times and not self.faults:
            self.fault("FB052", Span(self.shown, 1, 1), "the file has a header and no rows.", "Write a row for each time.")
        if self.faults or clock is None:
            return None
        return self._finish(clock, times, columns, values, sheet)

    def _moment(self, sheet: Sheet, row: int, column: int, cell: object, clock: Clock, times: array[float]) -> None:
        at = clock.read(cell) if clock.kind and cell is not None else None
        if at is None:
            like = f"a time like the first ({clock.kind})" if clock.kind and row else "a time"
            message = f"`{_short(cell)}` is not {like}{sheet.at(row)}."
            cure = "Write 2026-01-31T10:00:00Z, seconds or milliseconds since 1970, or seconds from the start."
            self.fault("FB055", sheet.place(row, column), message, cure)
        elif times and at <= times[-1]:
            message = f"the time `{_short(cell)}` does not come after the one before{sheet.at(row)}."
            self.fault("FB055", sheet.place(row, column), message, "Sort the rows by time, and keep one row for each.")
        else:
            times.append(at)

    def _number(self, sheet: Sheet, row: int, column: int, role: str, cell: object) -> float:
        if cell is None or (isinstance(cell, str) and cell.strip().lower() in _EMPTY):
            return math.nan
        value = math.nan
        if isinstance(cell, str):
            value = float(cell) if _NUMBER.match(cell.strip()) else math.nan
        elif isinstance(cell, int | float) and not isinstance(cell, bool):
            if isinstance(cell, float) and math.isnan(cell):
                return math.nan
            value = float(cell) if abs(cell) < 1e300 else math.inf
        elif type(cell).__name__ == "Decimal":
            value = float(str(cell))
        if math.isnan(value):
            cure = "Write a plain number such as 12.5, or leave the cell empty where nothing was measured."
            self.fault("FB054", sheet.place(row, column), f"`{_short(cell)}` is not a number{sheet.at(row)}.", cure)
        elif math.isinf(value) or abs(value) > 1e300:
            self.fault(
                "FB054", sheet.place(row, column), f"`{_short(cell)}` is too large{sheet.at(row)}.", "Write a finite number."
            )
        elif value < 0 and role in ROLES:
            message = f"`{_short(cell)}` is below 0, which `{role}` cannot be{sheet.at(row)}."
            self.fault("FB054", sheet.place(row, column), message, "Correct it, or leave the cell empty.")
        return value

    def _finish(
        self, clock: Clock, times: array[float], columns: dict[str, int], values: list[array[float]], sheet: Sheet
    ) -> MetricsTable | None:
        start = times[0]
        bare = MetricsTable(self.w.name, self.w.file, array("d", [t - start for t in times]))
        out: dict[str, MetricsColumn] = {}
        for (role, column), cells in zip(columns.items(), values, strict=True):
            factor, unit, per_row = self.w.units.get(role, (1.0, ROLES.get(role, ""), False))
            if per_row:
                factor = 1 / bare.step if bare.step else math.nan
            out[role] = MetricsColumn(
                role, sheet.header[column], unit, cells if factor == 1.0 else array("d", [v * factor for v in cells])
            )
        trigger = self._when(clock, start, bare.times[-1])
        if self.faults:
            return None
        absolute = start if clock.absolute else None
        return MetricsTable(self.w.name, self.w.file, bare.times, out, absolute, clock.zoned, trigger, self.w.span)

    def _when(self, clock: Clock, start: float, last: float) -> tuple[float, float] | None:
        """The trigger's begin and end in seconds since the first row."""
        found: list[float] = []
        for text, span in self.w.trigger:
            at = Clock(clock.kind, clock.zone).read(text)
            if at is None:
                self.fault(
                    "FB055",
                    span,
                    f"`{text[:60]}` is not a time as this file writes them ({clock.kind}).",
                    "Write it like the file.",
                )
                return None
            if not 0 <= at - start <= last:
                self.fault(
                    "FB055",
                    span,
                    f"`{text[:60]}` lies outside of the file's times.",
                    "Write a time between its first and last row.",
                )
            found.append(at - start)
        if len(found) == 2 and found[1] <= found[0]:
            self.fault("FB055", self.w.trigger[1][1], "the trigger ends before it starts.", "Exchange the two times.")
        return (found[0], found[1] if len(found) == 2 else math.inf) if found else None


def _short(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return text if len(text) <= 40 else text[:40] + "..."
