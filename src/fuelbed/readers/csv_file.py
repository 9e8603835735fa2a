"""A CSV file as a sheet, read once from begin to end in bounded memory: blocks of whole lines, of which only the wanted cells are kept.

A row is one line. The delimiter is the one of `, ; tab` that the header uses most; quotes double inside quotes, and one that never closes
runs to the end of its line.
"""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import methodcaller

from fuelbed.core.findings import Span
from fuelbed.readers.cells import NOTHING, plain_numbers, plain_times
from fuelbed.readers.clock import Clock
from fuelbed.readers.lines import pieces_of
from fuelbed.readers.sheets import MAX_COLUMNS, SheetFault
from fuelbed.readers.stream import Stream

__all__ = ["CsvBlock", "CsvFile", "split_line"]

_WIDE = 4  # times as many columns as are wanted: then the end of each line is not split
_Cells = list[str] | tuple[str | None, ...]  # a tuple where a row ended early: then None may be in it
_EMPTY = "the file is empty."
_EMPTY_CURE = "Write a header line and a row for each time."


@dataclass(slots=True)
class CsvFile:
    """`first` is the line of the header, from 1. Raises `SheetFault` for what is empty, binary, not UTF-8, or past a limit."""

    stream: Stream
    shown: str
    delimiter: str = ","
    header: list[str] = field(default_factory=list)
    first: int = 0
    _head: str = ""
    _pieces: Iterator[tuple[int, list[str]]] = field(init=False)
    _rest: tuple[int, list[str]] = (1, [])

    def __post_init__(self) -> None:
        self._pieces = pieces_of(self.stream)
        for number, lines in self._pieces:
            at = next((i for i, line in enumerate(lines) if line.strip()), -1)
            if at >= 0:
                self._begin(number + at, lines[at])
                self._rest = (number + at + 1, lines[at + 1 :])
                return
        raise SheetFault(_EMPTY, _EMPTY_CURE)

    def _begin(self, number: int, head: str) -> None:
        self.first, self._head = number, head
        self.delimiter = max(",;\t", key=lambda d: len(split_line(head, d)))
        self.header = [c.strip() for c, _ in split_line(head, self.delimiter)]
        if len(self.header) > MAX_COLUMNS:
            cure = "Keep the columns that the case names."
            raise SheetFault(f"the header has more than {MAX_COLUMNS:,} columns.", cure, "FB056")

    def head(self, column: int) -> Span:
        return _place(self.shown, self._head, self.first, self.delimiter, column)

    def reads(self, column: int) -> bool:
        return True

    def blocks(self, columns: Sequence[int]) -> Iterator[CsvBlock]:
        number, lines = self._rest
        self._rest = (0, [])
        while True:
            if "" in lines or any(map(str.isspace, lines)):
                kept = [i for i, line in enumerate(lines) if line and not line.isspace()]
                numbers: Sequence[int] = [number + i for i in kept]
                lines = [lines[i] for i in kept]
            else:
                numbers = range(number, number + len(lines))
            if lines:
                yield CsvBlock(self.shown, lines, numbers, self.delimiter, columns, self._cells(lines, columns))
            piece = next(self._pieces, None)
            if piece is None:
                return
            number, lines = piece

    def _cells(self, lines: list[str], columns: Sequence[int]) -> Sequence[_Cells]:
        d, n, last = self.delimiter, len(self.header), max(columns)
        joined = d.join(lines)
        if '"' in joined:
            return _picked(_quoted_rows(lines, d), columns)
        if n <= _WIDE * (last + 1) and set(map(methodcaller("count", d), lines)) == {n - 1}:
            flat = joined.split(d)
            return [flat[c::n] for c in columns]
        return _picked([line.split(d, last + 1) for line in lines], columns)


def _picked(rows: list[list[str]], columns: Sequence[int]) -> Sequence[_Cells]:
    """The wanted cells of rows that may end early."""
    if min(map(len, rows)) > max(columns):
        return [[row[c] for row in rows] for c in columns]
    return [tuple(row[c] if c < len(row) else None for row in rows) for c in columns]


def _quoted_rows(lines: list[str], delimiter: str) -> list[list[str]]:
    """The cells of lines with quotes. The csv module reads them alike, but goes on to the next line where a quote never closes."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        rows = []
    if len(rows) == len(lines):
        return rows
    return [[cell for cell, _ in split_line(line, delimiter)] for line in lines]


@dataclass(slots=True)
class CsvBlock:
    """Lines that are not blank, their numbers from 1, and their wanted cells."""

    shown: str
    lines: list[str]
    numbers_: Sequence[int]
    delimiter: str
    columns: Sequence[int]
    picked: Sequence[_Cells]

    def __len__(self) -> int:
        return len(self.lines)

    def cells(self, k: int) -> Sequence[str | None]:
        return self.picked[k]

    def numbers(self, k: int) -> array[float] | None:
        cells = self.picked[k]
        return plain_numbers(cells) if isinstance(cells, list) else None

    def times(self, k: int, clock: Clock, missing: bool = False) -> array[float] | None:
        cells = self.picked[k]
        found = plain_times(cells, clock) if isinstance(cells, list) else None
        return _times_with_empty(cells, clock) if found is None and missing else found

    def place(self, i: int, k: int) -> Span:
        return _place(self.shown, self.lines[i], self.numbers_[i], self.delimiter, self.columns[k])

    def at(self, i: int) -> str:
        return ""


def _times_with_empty(cells: _Cells, clock: Clock) -> array[float] | None:
    """Those that are not empty at once."""
    kept = [(i, c) for i, c in enumerate(cells) if c is not None and c not in NOTHING]
    out = array("d", [math.nan]) * len(cells)
    found = plain_times([c for _, c in kept], clock) if kept else array("d")
    if found is None:
        return None
    for (i, _), t in zip(kept, found, strict=True):
        out[i] = t
    return out


def _place(shown: str, line: str, number: int, delimiter: str, column: int) -> Span:
    cells = split_line(line, delimiter)
    text, at = cells[column] if column < len(cells) else ("", len(line))
    return Span(shown, number, at + 1, number, at + 1 + max(len(text), 1))


def split_line(line: str, delimiter: str) -> list[tuple[str, int]]:
    """The cells of a line, each with its offset."""
    if '"' not in line:
        out, at = [], 0
        for cell in line.split(delimiter):
            out.append((cell, at))
            at += len(cell) + 1
        return out
    cells: list[tuple[str, int]] = []
    at = 0
    while True:
        start = at
        if line[at : at + 1] == '"':
            text, at = _quoted(line, at + 1)
        else:
            text = ""
        end = line.find(delimiter, at)
        cells.append((text + line[at : end if end >= 0 else len(line)], start))
        if end < 0:
            return cells
        at = end + 1


def _quoted(line: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    while True:
        end = line.find('"', at)
        if end < 0:
            return "".join(parts) + line[at:], len(line)
        parts.append(line[at:end])
        if line[end + 1 : end + 2] != '"':
            return "".join(parts), end + 1
        parts.append('"')
        at = end + 2
