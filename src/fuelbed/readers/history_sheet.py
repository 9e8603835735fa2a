"""A log of failures in a sheet (CSV, Parquet): component, start, end and name of each row, a block at a time."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import lt

from fuelbed.core.findings import Span
from fuelbed.readers.entries import FileFaults, columns_by_role, is_empty_cell, short
from fuelbed.readers.moments import TIME_CURE, Moments
from fuelbed.readers.sheets import Block, Sheet, SheetFault

__all__ = ["COLUMNS", "MAX_COMPONENTS", "MAX_FAILURES", "FailureSheet"]

MAX_FAILURES = 10_000_000
MAX_COMPONENTS = 100_000
_LONGEST = 200  # characters of a component or a name
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "component": ("component", "components", "service", "service_name", "system", "subsystem", "node", "host", "instance", "resource", "device", "asset", "unit"),
    "start": (
        "start", "started", "started_at", "start_time", "begin", "began", "opened", "opened_at", "from", "onset", "time", "timestamp", "at",
        "created", "created_at", "created_on", "date",
    ),
    "end": (
        "end", "ended", "ended_at", "end_time", "stop", "stopped", "closed", "closed_at", "resolved", "resolved_at", "resolved_on", "restored", "until", "to",
        "finished",
    ),
    "name": ("name", "id", "incident", "incident_id", "number", "key", "title", "summary"),
}  # fmt: skip  # a role an entry
"""Usual headers, by role; blanks and hyphens count as `_`."""


@dataclass(slots=True)
class FailureSheet:
    """Reads one sheet; then its fields hold all rows, in the order of the file, times as the clock reads them."""

    faults: FileFaults
    sheet: Sheet
    times: Moments
    span: Span
    components: list[str] = field(default_factory=list)
    which: array[int] = field(default_factory=lambda: array("q"))
    starts: array[float] = field(default_factory=lambda: array("d"))
    ends: array[float] = field(default_factory=lambda: array("d"))
    names: list[str] = field(default_factory=list)
    _known: dict[object, int] = field(default_factory=dict)  # a cell as written, and a name -> its component

    def read(self, said: Mapping[str, tuple[str, Span | None]]) -> None:
        """said: the headers that the case names, by role. Raises `SheetFault` and `TooManyHere`."""
        columns = columns_by_role(self.faults, self.sheet, said, COLUMNS)
        for needed in ("component", "start"):
            if needed not in columns:
                headers = ", ".join(self.sheet.header[:20])[:200]
                cure = f"Write `columns: {{{needed}: a header}}`. Headers are: {headers}."
                message = f"no column of `{self.faults.file[:80]}` is the {needed} of the failures."
                self.faults.add("FB053", self.span, message, cure)
        if self.faults.count:
            return
        k = {role: i for i, role in enumerate(columns)}
        for block in self.sheet.blocks(list(columns.values())):
            if len(self.starts) + len(block) > MAX_FAILURES:
                line, cure = block.place(0, 0).line, "Cut it into logs of fewer years."
                raise SheetFault(f"the file has more than {MAX_FAILURES:,} failures.", cure, "FB056", line)
            self.which.extend(self._components(block, k["component"]))
            self._times(block, k)
            self.names += self._names(block.cells(k["name"])) if "name" in k else [""] * len(block)

    def _components(self, block: Block, k: int) -> array[int]:
        cells = block.cells(k)
        here = {cell: self._component(cell) for cell in dict.fromkeys(cells)}
        if len(self.components) > MAX_COMPONENTS:
            line, cure = block.place(0, 0).line, "Name another column: this one looks like one of texts or numbers of their own."
            raise SheetFault(f"the file has more than {MAX_COMPONENTS:,} components.", cure, "FB056", line)
        out = array("q", [here[cell] for cell in cells])
        if -1 in out or -2 in out:
            for i, which in enumerate(out):
                if which < 0:
                    cure = "Write the component that failed, or remove the row."
                    what = "names no component" if which == -1 else f"has a component of more than {_LONGEST} characters"
                    self.faults.add("FB160", block.place(i, k), f"this failure {what}{block.at(i)}.", cure)
        return out

    def _component(self, cell: object) -> int:
        """Its index; -1 for an empty cell, -2 for one that is no name."""
        if cell in self._known:
            return self._known[cell]
        name = str(cell).strip()
        if is_empty_cell(cell) or len(name) > _LONGEST:
            return -2 if len(name) > _LONGEST else -1
        if name not in self._known:
            self._known[name] = len(self.components)
            self.components.append(name)
        self._known[cell] = self._known[name]
        return self._known[name]

    def _times(self, block: Block, k: Mapping[str, int]) -> None:
        starts = self.times.read(block, k["start"])
        if any(map(math.isnan, starts)):
            for i, cell in enumerate(block.cells(k["start"])):
                if is_empty_cell(cell):
                    message = f"this failure has no start{block.at(i)}."
                    self.faults.add("FB055", block.place(i, k["start"]), message, TIME_CURE)
        ends = self.times.read(block, k["end"]) if "end" in k else array("d", [math.nan]) * len(block)
        if any(map(lt, ends, starts)):
            cells = block.cells(k["end"])
            for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
                if end < start:
                    message = f"`{short(cells[i])}` ends before it starts{block.at(i)}."
                    self.faults.add("FB160", block.place(i, k["end"]), message, "Exchange the two times.")
        self.starts.extend(starts)
        self.ends.extend(ends)

    @staticmethod
    def _names(cells: Sequence[object]) -> list[str]:
        return ["" if c is None else str(c).strip()[:_LONGEST] for c in cells]
