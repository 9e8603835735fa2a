"""`evidence.history` from exports of trackers: what the entry asks for, and the rows as `Failures`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from fuelbed.readers.clock import Clock
from fuelbed.readers.entries import Entry, FileFaults
from fuelbed.readers.fields import Reading
from fuelbed.readers.history_log import Failures
from fuelbed.readers.history_rows import Names
from fuelbed.readers.history_sheet import MAX_COMPONENTS
from fuelbed.readers.trackers import Export
from fuelbed.readers.yaml import Scalar, Seq

__all__ = ["failures_of_export", "read_only", "renamed"]

_OF_TABLES = ("columns", "clock", "zone")


def read_only(r: Reading, entry: Entry, is_table: bool) -> dict[str, Sequence[Scalar]]:
    """`only` of an entry: key -> values, of which a record has to have one. Keys of tables beside an export are faults, and the reverse."""
    f = entry.f
    for key in ("only",) if is_table else _OF_TABLES:
        if key in f:
            cure = "Remove the rows from the file, or remove it." if is_table else "Remove it: an export says it itself."
            kind = "tables" if is_table else "exports of trackers"
            r.error("FB014", f.node.entries[key].key.span, f"`{key}` is not for {kind}.", cure)
    section = f.section("only")
    out: dict[str, Sequence[Scalar]] = {}
    for key, e in section.entries.items() if section is not None else ():
        items = e.value.items if isinstance(e.value, Seq) else [e.value]
        said = [x for x in items if isinstance(x, Scalar) and x.value is not None]
        if len(said) < len(items) or not items:
            r.wrong(e.value, f"`{key[:60]}` of `only` is a text, or a list of some.", "Write `only: {label: incident}`.")
        if said:
            out[key] = said
    return out


def failures_of_export(export: Export, names: Names, faults: FileFaults, files: int) -> Failures | None:
    """Of an export whose files, so many, are all read; None after a fault. faults: those of the entry."""
    rows = export.finish(faults)
    components = list(dict.fromkeys([*(row.component for row in rows.rows), *rows.components]))
    if len(components) > MAX_COMPONENTS:
        message = f"the export has more than {MAX_COMPONENTS:,} components."
        faults.add("FB056", faults.span, message, "Map them by `components`, or ask for fewer by `only`.")
    if faults.count:
        return None
    for note in rows.notes:
        where = f"in `{faults.file[:80]}`{f' and {files - 1} more' if files > 1 else ''}"
        faults.note("FB163", f"{where}, {note}", "Nothing, where it is meant.")
    names.tell(faults.r, faults.file, components)
    index = {c: i for i, c in enumerate(components)}
    clock = Clock("iso", zoned=rows.zoned)
    which = array("q", [index[row.component] for row in rows.rows])
    starts, ends = array("d", [row.start for row in rows.rows]), array("d", [row.end for row in rows.rows])
    return Failures(clock, components, which, starts, ends, [row.name for row in rows.rows])


def renamed(found: Failures, names: Names) -> Failures:
    """Components of a table as the case calls them; two that become one are one."""
    if not names.inside:
        return found
    called = [names[c] for c in found.components]
    index = {c: i for i, c in enumerate(dict.fromkeys(called))}
    to = [index[c] for c in called]
    return Failures(
        found.clock, list(index), array("q", [to[w] for w in found.which]), found.starts, found.ends, found.names, found.seen
    )
