"""`evidence.history`: logs of failures, and what counts as one in metrics -> `FailureLog`, every fault with its place and cure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from fuelbed.core.evidence import MetricsTable
from fuelbed.core.findings import Severity, Span
from fuelbed.core.history import FailureLog
from fuelbed.readers.clock import CLOCKS, Clock, parse_zone, which_clock
from fuelbed.readers.entries import Entry, FileFaults, read_entries, zone_of
from fuelbed.readers.fields import Reading
from fuelbed.readers.files import Progress
from fuelbed.readers.history_exports import failures_of_export, read_only, renamed
from fuelbed.readers.history_log import Failures, LogWanted, failure_log, observed_window
from fuelbed.readers.history_rows import Names, names_of
from fuelbed.readers.history_rules import failures_by_rule, read_rules
from fuelbed.readers.history_sheet import COLUMNS, FailureSheet
from fuelbed.readers.moments import Moments
from fuelbed.readers.read_file import read_file, sheet_of
from fuelbed.readers.sheets import MAX_TABLE
from fuelbed.readers.stream import Stream
from fuelbed.readers.trackers import FORMATS as EXPORTS
from fuelbed.readers.trackers import Export
from fuelbed.readers.yaml import Node, Scalar

__all__ = ["About", "read_history"]

_ENDINGS = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".json": "json", ".jsonl": "json", ".ndjson": "json"}
_TABLES = ("csv", "parquet")
FORMATS = (*_TABLES, *EXPORTS)


@dataclass(slots=True)
class _Wanted:
    """What one entry asks of its file, or of its files where they are pages of one export."""

    log: LogWanted
    files: list[Scalar] = field(default_factory=list)
    form: str = ""
    clock: str = ""
    zone: str = ""
    columns: dict[str, tuple[str, Span | None]] = field(default_factory=dict)
    only: dict[str, Sequence[Scalar]] = field(default_factory=dict)
    names: Names = field(default_factory=Names)


@dataclass(frozen=True, slots=True)
class About:
    """What else the case says: its metrics and what their entries are called, readable or not, and its components (empty: no list)."""

    metrics: Mapping[str, MetricsTable] = field(default_factory=dict)
    declared: Sequence[str] = ()
    components: Sequence[str] = ()


def read_history(
    r: Reading,
    node: Node | None,
    root: Path | None,
    inputs: dict[str, str],
    about: About,
    progress: Progress | None = None,
) -> dict[str, FailureLog]:
    """The logs by name. Only files in `inputs` are opened (the others are reported already); it gets their digests."""
    logs: dict[str, FailureLog] = {}
    before = len(r.findings)
    for entry in read_entries(r, "history", node):
        if "from" in entry.f and not entry.files:
            w = LogWanted(entry.name, "", entry.span, entry.source, known=about.components)
            table, rules = read_rules(r, entry, about.metrics, about.declared)
            found = failures_by_rule(r, table, rules) if table is not None else None
        else:
            wanted = _wanted(r, entry, about.components)
            w, found = wanted.log, None
            if root is not None and all(file.text in inputs for file in entry.files):
                found = _OfFile(r, wanted, root, inputs, progress).failures()
        is_sound = not any(f.severity is Severity.ERROR for f in r.findings[before:])
        if found is not None and is_sound:
            logs[entry.name] = failure_log(r, w, found)
        before = len(r.findings)
    return logs


def _wanted(r: Reading, entry: Entry, known: Sequence[str]) -> _Wanted:
    f = entry.f
    if "rules" in f:
        cure = "Write `from: an entry of metrics` in place of the file, or remove them."
        r.error("FB014", f.node.entries["rules"].key.span, "`rules` are for metrics: a log says itself what failed.", cure)
    w = _Wanted(
        LogWanted(entry.name, entry.file, entry.span, entry.source, known=known), entry.files, f.choice("format", FORMATS, "")
    )
    w.clock, w.zone = f.choice("clock", CLOCKS, ""), zone_of(r, f)
    columns = f.section("columns")
    if columns is not None:
        r.check_keys(columns, COLUMNS, "`columns` of `history`")
        w.columns = {k: (r.text(e.value, k), e.value.span) for k, e in columns.entries.items()}
    form = w.form or _ENDINGS.get(PurePosixPath(entry.file).suffix.lower(), "csv")
    w.only, w.names = read_only(r, entry, form in _TABLES), names_of(r, f)
    w.log.observed = _observed(r, entry)
    w.log.watched = list(dict.fromkeys(s.text for s in f.names("watched")))
    return w


def _observed(r: Reading, entry: Entry) -> tuple[Scalar, Scalar] | None:
    section = entry.f.section("observed")
    if section is None:
        return None
    r.check_keys(section, ("start", "end"), "`observed`")
    said = [section.entries[k].value if k in section.entries else None for k in ("start", "end")]
    for key, node in zip(("start", "end"), said, strict=True):
        if node is None:
            cure = "Write `observed: {start: 2025-01-01, end: 2026-01-01}`."
            r.error("FB017", section.span, f"`observed` has no `{key}`.", cure)
        else:
            r.text(node, key)
    start, end = (s if isinstance(s, Scalar) and s.value is not None else None for s in said)
    return (start, end) if start is not None and end is not None else None


@dataclass(slots=True)
class _OfFile:
    """The file of an entry, or its files, being read."""

    r: Reading
    w: _Wanted
    root: Path
    inputs: dict[str, str]
    progress: Progress | None

    def failures(self) -> Failures | None:
        """None after a fault."""
        log = self.w.log
        faults = FileFaults(self.r, log.file, log.span)
        forms = [self.w.form or _ENDINGS.get(PurePosixPath(file.text).suffix.lower(), "") for file in self.w.files]
        if "" in forms:
            file = self.w.files[forms.index("")]
            cure = f"Name a file that ends with one of {', '.join(_ENDINGS)}, or write `format: csv`."
            faults.add("FB056", file.span, f"the name of `{file.text[:80]}` does not say its format.", cure)
            return None
        table = next((form for form in forms if form in _TABLES), "")
        if table and len(forms) > 1:
            message = "several files of one entry are pages of one export, and no tables."
            faults.add("FB013", self.w.files[1].span, message, "Make an entry of each table.")
            return None
        found = self._of_table(table, faults) if table else self._of_export(faults)
        if found is not None:
            log.window = observed_window(self.r, log, found.clock)
        return found if not faults.count else None

    def _of_table(self, form: str, faults: FileFaults) -> Failures | None:
        def read(stream: Stream) -> Failures:
            return self._of_sheet(stream, form, faults)

        return read_file(read, faults, self.root, self.inputs, MAX_TABLE, self.progress)

    def _of_sheet(self, stream: Stream, form: str, faults: FileFaults) -> Failures:
        sheet = sheet_of(stream, form, faults.shown, texts=True)
        times = Moments(faults, self.w.clock, self.w.zone)
        rows = FailureSheet(faults, sheet, times, self.w.log.span)
        rows.read(self.w.columns)
        said = self.w.log.observed
        kind = self.w.clock or (which_clock(said[0].text) if said else "") or "iso"  # where the log has no row
        clock = times.clock or Clock(kind, parse_zone(self.w.zone))
        found = renamed(Failures(clock, rows.components, rows.which, rows.starts, rows.ends, rows.names), self.w.names)
        self.w.names.tell(self.r, self.w.log.file, rows.components)
        return found

    def _of_export(self, faults: FileFaults) -> Failures | None:
        export = Export(self.w.form, self.w.only, self.w.names)
        for file in self.w.files:
            of_file = FileFaults(self.r, file.text, file.span)
            read_file(partial(export.add, faults=of_file), of_file, self.root, self.inputs, MAX_TABLE, self.progress)
            faults.count += of_file.count
        return failures_of_export(export, self.w.names, faults, len(self.w.files))
