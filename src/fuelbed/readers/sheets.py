"""A table as a sheet: a header, and blocks of rows that follow one another, each cell with its place. CSV and Parquet are read as such."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Protocol

from fuelbed.core.findings import Span
from fuelbed.readers.clock import Clock
from fuelbed.readers.files import FileFault

__all__ = ["CUT", "MAX_COLUMNS", "MAX_LINE", "MAX_TABLE", "Block", "Headed", "Sheet", "SheetFault"]

MAX_TABLE = 2_000_000_000  # bytes of a CSV or Parquet file
MAX_COLUMNS = 2_000
MAX_LINE = 200_000
CUT = "Cut it to the hours around the incident."


class SheetFault(FileFault):
    """Why a file is no table, with the line and column where that shows."""

    def __init__(self, message: str, cure: str, code: str = "FB052", line: int = 1, column: int = 1) -> None:
        super().__init__(message, cure, code)
        self.line, self.column = line, column


class Block(Protocol):
    """Some rows of a sheet, by wanted column `k` (its place in what `blocks` was asked for).

    `cells` is what stands there, None for nothing. `numbers` and `times` are the same all at once, or None where a cell needs a
    closer look (it is empty in a way of its own, or no number, or no such time); they never differ from reading cell by cell.
    """

    def __len__(self) -> int: ...

    def cells(self, k: int) -> Sequence[object]: ...

    def numbers(self, k: int) -> array[float] | None: ...

    def times(self, k: int, clock: Clock, missing: bool = False) -> array[float] | None:
        """missing: whether cells may be empty, which become `nan`."""

    def place(self, i: int, k: int) -> Span: ...

    def at(self, i: int) -> str:
        """What a message calls row `i`, "" where line and column say it."""


class Headed(Protocol):
    """What columns are looked up in."""

    @property
    def header(self) -> list[str]: ...

    def head(self, column: int) -> Span:
        """The place of a header."""


class Sheet(Headed, Protocol):
    def reads(self, column: int) -> bool:
        """Whether a column can be asked for."""

    def blocks(self, columns: Sequence[int]) -> Iterator[Block]: ...
