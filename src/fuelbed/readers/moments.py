"""Times of a sheet that need not increase and may be missing: a block at a time, every cell that is no time at its place."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from fuelbed.readers.clock import Clock, parse_zone, which_clock
from fuelbed.readers.entries import FileFaults, is_empty_cell, short
from fuelbed.readers.sheets import Block

__all__ = ["TIME_CURE", "Moments"]

TIME_CURE = "Write 2026-01-31T10:00:00Z, seconds or milliseconds since 1970, or seconds from the start."


@dataclass(slots=True)
class Moments:
    """Columns of times that share one clock, which the first cell shows where the case does not say it. `zone` is "" for none."""

    faults: FileFaults
    said: str = ""
    zone: str = ""
    clock: Clock | None = None

    def read(self, block: Block, k: int) -> array[float]:
        """Seconds as the clock reads them; `nan` for an empty cell, and for one at fault."""
        if self.clock is None:
            self._begin(block.cells(k))
        times = block.times(k, self.clock, missing=True) if self.clock is not None else None
        if times is not None:
            return times
        cells = block.cells(k)  # only now: of a Parquet file every cell becomes an object
        return array("d", [self._moment(block, i, k, c) for i, c in enumerate(cells)])

    def _begin(self, cells: Sequence[object]) -> None:
        """The clock that the first cell shows; it stays None until one was a time."""
        first = next((c for c in cells if not is_empty_cell(c)), None)
        kind = self.said or which_clock(first)
        self.clock = Clock(kind, parse_zone(self.zone)) if kind else None

    def _moment(self, block: Block, i: int, k: int, cell: object) -> float:
        if is_empty_cell(cell):
            return math.nan
        at = self.clock.read(cell) if self.clock is not None else None
        if at is None:
            like = f"a time like the first ({self.clock.kind})" if self.clock is not None else "a time"
            self.faults.add("FB055", block.place(i, k), f"`{short(cell)}` is not {like}{block.at(i)}.", TIME_CURE)
            return math.nan
        return at
