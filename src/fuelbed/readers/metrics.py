"""`evidence.metrics`: entries of the case and their files -> `MetricsTable`, every fault with its place and cure."""

from __future__ import annotations

import datetime as dt
import math
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TypeVar

from fuelbed.core.evidence import MetricsColumn, MetricsTable
from fuelbed.core.findings import Span
from fuelbed.readers.clock import Clock, which_clock
from fuelbed.readers.entries import FileFaults, TooManyHere, find_header, read_entries
from fuelbed.readers.exports import MAX_JSON, MAX_OPENMETRICS, read_export
from fuelbed.readers.fields import Reading
from fuelbed.readers.files import Progress
from fuelbed.readers.gathering import MAX_CELLS, MAX_KEPT, Rows, TooManyStretches
from fuelbed.readers.read_file import read_file, sheet_of
from fuelbed.readers.series import SeriesFile
from fuelbed.readers.series_table import SeriesTable
from fuelbed.readers.sheet_table import SheetTable
from fuelbed.readers.sheets import MAX_TABLE, Sheet
from fuelbed.readers.stream import Stream
from fuelbed.readers.wanted import Unit, Wanted, read_wanted
from fuelbed.readers.yaml import Node, Scalar

__all__ = ["read_metrics"]

_ENDINGS = {
    ".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".json": "json", ".jsonl": "json", ".ndjson": "json",
    ".om": "openmetrics", ".prom": "openmetrics", ".openmetrics": "openmetrics", ".txt": "openmetrics",
}  # fmt: skip  # one table
_TABLES = ("csv", "parquet")
_Found = TypeVar("_Found")


def read_metrics(
    r: Reading,
    node: Node | None,
    root: Path | None,
    inputs: dict[str, str],
    progress: Progress | None = None,
    asked: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, MetricsTable]:
    """The tables by name. Only files in `inputs` are opened (the others are reported already); it gets their digests.

    Without `root` only shapes are checked. asked: columns that invariants name, by entry.
    """
    tables: dict[str, MetricsTable] = {}
    for entry in read_entries(r, "metrics", node):
        wanted = read_wanted(r, entry, asked)
        if root is not None and all(file.text in inputs for file in wanted.files):
            table = _File(wanted, FileFaults(r, wanted.file, wanted.span), root, inputs, progress).table()
            if table is not None:
                tables[wanted.name] = table
    return tables


@dataclass(slots=True)
class _File:
    """One file being read."""

    w: Wanted
    faults: FileFaults
    root: Path
    inputs: dict[str, str]
    progress: Progress | None

    def table(self) -> MetricsTable | None:
        forms = [self.w.form or self._ending(file) for file in self.w.files]
        if not all(forms):
            return None
        if forms[0] in _TABLES and len(forms) > 1:
            cure = "Make an entry for each, or name exports of series (Prometheus, OpenMetrics, OTLP)."
            self.faults.add("FB056", self.w.files[1].span, "a table is one file.", cure)
            return None
        try:
            return self._of_sheet(forms[0]) if forms[0] in _TABLES else self._of_series(forms)
        except TooManyStretches:
            message = f"the file has more than {MAX_KEPT:,} stretches of that length (or {MAX_CELLS:,} cells of them)."
            self.faults.r.error("FB056", self.w.every_span or self.w.span, message, "Write a longer `every`, or leave it out.")
        except TooManyHere:
            pass
        return None

    def _export(self, form: str) -> SeriesFile | None:
        """The series of one file; None after a fault that ended its reading."""
        limit = MAX_OPENMETRICS if form == "openmetrics" else MAX_JSON
        return self._read(lambda stream: read_export(stream, form, self.faults), limit)

    def _ending(self, file: Scalar) -> str:
        form = _ENDINGS.get(PurePosixPath(file.text).suffix.lower(), "")
        if not form:
            cure = f"Name a file that ends with one of {', '.join(_ENDINGS)}, or write `format: csv`."
            self.faults.add("FB056", file.span, f"the name of `{file.text[:80]}` does not say its format.", cure)
        return form

    def _of_series(self, forms: list[str]) -> MetricsTable | None:
        """One table of the series of all files. Where there are several, the label `file` tells them apart."""
        pooled = SeriesFile()
        count = 0
        for file, form in zip(self.w.files, forms, strict=True):
            self.faults = FileFaults(self.faults.r, file.text, file.span)
            found = self._export(form)
            if found is None or self.faults.count:
                count += 1
                continue
            pooled.notes += [f"in `{file.text[:80]}`, {note}" for note in found.notes]
            for s in found.series if len(forms) > 1 else ():
                s.labels = {"file": PurePosixPath(file.text).stem, **s.labels}
            pooled.series += found.series
        if count:
            return None
        self.faults = FileFaults(self.faults.r, self.w.file, self.w.span)
        t = SeriesTable(self.w, self.faults, pooled)
        rows = t.rows()
        if rows is None:
            return None
        rows.finish()
        return self._finish(rows, t.names, t.units, Clock("iso", dt.UTC), merged=True)

    def _of_sheet(self, form: str) -> MetricsTable | None:
        return self._read(lambda stream: self._of_rows(sheet_of(stream, form, self.faults.shown)), MAX_TABLE)

    def _read(self, read: Callable[[Stream], _Found], limit: int) -> _Found | None:
        return read_file(read, self.faults, self.root, self.inputs, limit, self.progress)

    def _of_rows(self, sheet: Sheet) -> MetricsTable | None:
        t = SheetTable(self.w, self.faults, sheet)
        time, columns = t.columns()
        if self.faults.count:
            return None
        if not columns and self.w.asked:
            name = self.w.asked[0]
            if find_header(self.faults, sheet.header, name, self.w.span, sheet.head(0), "an invariant") == time:
                cure = "Name another column: a formula counts time by its windows."
                self.faults.add("FB053", self.w.span, f"`{name[:60]}` is the time of `{self.w.file[:80]}`.", cure)
            return None
        if not columns:
            message = f"no column of `{self.w.file[:80]}` has a role, so nothing of it is read."
            self.faults.note("FB057", message, "Write `columns: {load: a header}`.")
            return None
        rows = t.rows(time, columns)
        if not rows.count and not self.faults.count:
            where = Span(self.faults.shown, 1, 1)
            self.faults.add("FB052", where, "the file has a header and no rows.", "Write a row for each time.")
        if self.faults.count or t.clock is None:
            return None
        rows.finish()
        units = {role: self.w.unit_of(role) for role in columns}
        for role, counter in t.counters.items():
            message = f"`{role}` is a counter, so it became a rate: {_counted(counter.resets, 'reset')} in it."
            self.faults.note("FB058", message, "At a reset the rate is a lower bound.")
        return self._finish(rows, {role: sheet.header[c] for role, c in columns.items()}, units, t.clock)

    def _finish(
        self, rows: Rows, names: Mapping[str, str], units: Mapping[str, Unit], clock: Clock, merged: bool = False
    ) -> MetricsTable | None:
        """The table of the rows that were kept. names: what each role is called in the file."""
        start = rows.times[0]
        out: dict[str, MetricsColumn] = {}
        for (role, name), values in zip(names.items(), rows.columns, strict=True):
            factor = units[role].factor
            if units[role].per_row:
                each = rows.width if rows.width and self.w.keep_of(role) == "sum" else rows.step
                factor = 1 / each if each else math.nan
            kept = values if factor == 1.0 else array("d", [v * factor for v in values])
            out[role] = MetricsColumn(role, name, units[role].name, kept)
        trigger = self._trigger(clock, start, rows.last - start)
        if self.faults.count:
            return None
        self._gathered(rows, names)
        times = array("d", [t - start for t in rows.times])
        absolute = start if clock.absolute else None
        return MetricsTable(self.w.name, self.w.file, times, out, absolute, clock.zoned, trigger, self.w.span, merged)

    def _gathered(self, rows: Rows, names: Mapping[str, str]) -> None:
        if not rows.width:
            return
        keeps = {role: self.w.keep_of(role) for role in names}
        kinds = sorted(set(keeps.values()))
        how = kinds[0] if len(kinds) == 1 else ", ".join(f"{k} of `{role}`" for role, k in keeps.items())
        message = f"{rows.count:,} rows of `{self.w.file[:80]}` became {len(rows.times):,}: {how} of each stretch of {_words(rows.width)}."
        cure = "Write `every` and `keep` to choose, or cut the file to the hours around the incident."
        self.faults.note("FB058", message, cure)

    def _trigger(self, clock: Clock, start: float, last: float) -> tuple[float, float] | None:
        """The trigger's begin and end in seconds since the first row."""
        found: list[float] = []
        for text, span in self.w.trigger:
            kind = clock.kind if clock.kind != "iso" else which_clock(text)
            at = Clock(kind, clock.zone).read(text) if kind and (kind != "seconds" or clock.kind == "seconds") else None
            if at is None:
                message = f"`{text[:60]}` is not a time as this file writes them ({clock.kind})."
                self.faults.add("FB055", span, message, "Write it like the file.")
                return None
            if not 0 <= at - start <= last:
                cure = "Write a time between its first and last row."
                self.faults.add("FB055", span, f"`{text[:60]}` lies outside of the file's times.", cure)
            found.append(at - start)
        if len(found) == 2 and found[1] <= found[0]:
            self.faults.add("FB055", self.w.trigger[1][1], "the trigger ends before it starts.", "Exchange the two times.")
        return (found[0], found[1] if len(found) == 2 else math.inf) if found else None


def _counted(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"


def _words(seconds: float) -> str:
    """A length of time in its own unit: 5 ms, 10 s, 1 min, 6 h, 2 d."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"), (1e-3, "ms")):
        n = seconds / size
        if n >= 1 and math.isclose(n, round(n)):
            return f"{round(n)} {unit}"
    return f"{seconds:g} s"
