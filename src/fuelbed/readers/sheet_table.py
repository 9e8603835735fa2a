"""Rows of a sheet (CSV, Parquet) -> times and wanted columns, a block at a time; what is not plain is looked at cell by cell."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.evidence import ROLES
from fuelbed.core.findings import Span
from fuelbed.readers.cells import NUMBER, increase, within
from fuelbed.readers.clock import Clock, parse_zone, which_clock
from fuelbed.readers.entries import FileFaults, find_header, is_empty_cell, short
from fuelbed.readers.gathering import Rows
from fuelbed.readers.rates import Counter
from fuelbed.readers.sheets import Block, Sheet
from fuelbed.readers.wanted import Wanted

__all__ = ["SheetTable"]

_TIMES = ("time", "timestamp", "date", "datetime", "ts", "unix_timestamp")
_TIME_CURE = "Write 2026-01-31T10:00:00Z, seconds or milliseconds since 1970, or seconds from the start."
_NUMBER_CURE = "Write a plain number such as 12.5, or leave the cell empty where nothing was measured."
_MOST = 1e300


@dataclass(slots=True)
class SheetTable:
    """Read with `rows`; then `clock` says what the times are, and `counters` how often each counter was reset, by role."""

    w: Wanted
    faults: FileFaults
    sheet: Sheet
    clock: Clock | None = None
    counters: dict[str, Counter] = field(default_factory=dict)

    def columns(self) -> tuple[int, dict[str, int]]:
        """Where the time stands, and each role. After a fault the numbers mean nothing."""
        time = self._index(self.w.time, self.w.time_span, "the time") if self.w.time else self._usual_time()
        found = {role: self._index(said.text, said.span, f"`{role}`") for role, said in self.w.columns.items()}
        own = set(self.w.asked) - set(found) | (set() if self.w.named else set(ROLES))
        found |= {
            h: self._index(h, None, f"`{h}`") for i, h in enumerate(dict.fromkeys(self.sheet.header)) if h in own and i != time
        }
        return time, found

    def _usual_time(self) -> int:
        return next((i for i, h in enumerate(self.sheet.header) if h.strip().lower() in _TIMES), 0)

    def _index(self, name: str, span: Span | None, what: str) -> int:
        header = self.sheet.header
        twice = [i for i, h in enumerate(header) if h == name][1:]
        return find_header(self.faults, header, name, span, self.sheet.head(twice[0]) if twice else self.sheet.head(0), what)

    def rows(self, time: int, columns: Mapping[str, int]) -> Rows:
        """Every row of the file. Raises `TooManyStretches`, `SheetFault` and `TooManyHere`."""
        out = Rows([self.w.keep_of(role) for role in columns], self.w.every)
        self.counters = {role: Counter() for role in columns if self.w.unit_of(role).counter}
        before = -math.inf
        for block in self.sheet.blocks([time, *columns.values()]):
            if self.clock is None:
                self.clock = Clock(self.w.clock or which_clock(block.cells(0)[0]), parse_zone(self.w.zone))
            times = self._times(block, before)
            if not self.clock.kind:
                break  # no cell of this column can be read: one fault says it
            values = [self._values(block, k, role) for k, role in enumerate(columns, 1)]
            if self.faults.count:
                out.count += len(block)  # the rest is read for its faults only
                before = times[-1] if times else before
                continue
            before = times[-1]
            for i, role in enumerate(columns):
                if role in self.counters:
                    values[i] = self.counters[role].rates(times, values[i])
            out.add(times, values)
        return out

    def _times(self, block: Block, before: float) -> array[float]:
        """The times of a block, or as many as could be read after a fault."""
        assert self.clock is not None
        times = block.times(0, self.clock) if self.clock.kind else None
        if times is not None and times[0] > before and increase(times):
            return times
        out = array("d")
        for i, cell in enumerate(block.cells(0)):
            at = self.clock.read(cell) if self.clock.kind and cell is not None else None
            if at is None:
                like = f"a time like the first ({self.clock.kind})" if self.clock.kind and (i or before > -math.inf) else "a time"
                self.faults.add("FB055", block.place(i, 0), f"`{short(cell)}` is not {like}{block.at(i)}.", _TIME_CURE)
                if not self.clock.kind:
                    return out
            elif at <= before:
                message = f"the time `{short(cell)}` does not come after the one before{block.at(i)}."
                self.faults.add("FB055", block.place(i, 0), message, "Sort the rows by time, and keep one row for each.")
            else:
                out.append(at)
                before = at
        return out

    def _values(self, block: Block, k: int, role: str) -> array[float]:
        values = block.numbers(k)
        if values is not None and within(values, 0.0 if role in ROLES else -_MOST, _MOST):
            return values
        return array("d", [self._number(block, i, k, role, cell) for i, cell in enumerate(block.cells(k))])

    def _number(self, block: Block, i: int, k: int, role: str, cell: object) -> float:
        if is_empty_cell(cell):
            return math.nan
        value = math.nan
        if isinstance(cell, str):
            value = float(cell) if NUMBER.match(cell.strip()) else math.nan
        elif isinstance(cell, int | float) and not isinstance(cell, bool):
            if isinstance(cell, float) and math.isnan(cell):
                return math.nan
            value = float(cell) if abs(cell) < _MOST else math.inf
        elif type(cell).__name__ == "Decimal":
            value = float(str(cell))
        if math.isnan(value):
            self.faults.add("FB054", block.place(i, k), f"`{short(cell)}` is not a number{block.at(i)}.", _NUMBER_CURE)
        elif math.isinf(value) or abs(value) > _MOST:
            self.faults.add("FB054", block.place(i, k), f"`{short(cell)}` is too large{block.at(i)}.", "Write a finite number.")
        elif value < 0 and role in ROLES:
            message = f"`{short(cell)}` is below 0, which `{role}` cannot be{block.at(i)}."
            self.faults.add("FB054", block.place(i, k), message, "Correct it, or leave the cell empty.")
        return value
