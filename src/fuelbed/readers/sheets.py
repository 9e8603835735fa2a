"""A metrics file as a sheet: a header and rows of cells, each with its place. CSV here, Parquet by pyarrow (extra `parquet`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fuelbed.core.findings import Span
from fuelbed.readers.files import FileFault

__all__ = ["MAX_COLUMNS", "MAX_LINE", "MAX_METRICS", "MAX_ROWS", "CsvSheet", "ParquetSheet", "Sheet", "SheetFault"]

MAX_METRICS = 40_000_000  # bytes
MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000
MAX_LINE = 200_000
_CUT = "Cut it to the hours around the incident."


class SheetFault(FileFault):
    """Why a file is no table, with the line and column where that shows."""

    def __init__(self, message: str, cure: str, code: str = "FB052", line: int = 1, column: int = 1) -> None:
        super().__init__(message, cure, code)
        self.line, self.column = line, column


class Sheet(Protocol):
    """`rows` gives the cells of the columns asked for; None is an empty cell. Rows count from 0."""

    header: list[str]

    def rows(self, columns: Sequence[int]) -> Iterator[tuple[int, list[object]]]: ...

    def place(self, row: int, column: int) -> Span: ...

    def at(self, row: int) -> str:
        """What a message calls the row, "" where line and column say it."""


def _split(line: str, delimiter: str) -> list[tuple[str, int]]:
    """The cells of a line, each with its offset. Quotes double inside quotes; a quote that never closes runs to the end."""
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


@dataclass(slots=True)
class CsvSheet:
    """Lines of text; the delimiter is the one of `, ; tab` that the header uses most."""

    shown: str
    lines: list[str]
    delimiter: str = ","
    header: list[str] = field(default_factory=list)
    first: int = 0

    @classmethod
    def of(cls, data: bytes, shown: str) -> CsvSheet:
        """Raises `SheetFault` for what is empty, binary, not UTF-8, or past a limit."""
        text = _decode(data)
        lines = text.split("\n")
        if len(lines) > MAX_ROWS + 2:
            raise SheetFault(f"the file has more than {MAX_ROWS:,} rows.", _CUT, "FB056", MAX_ROWS + 2)
        sheet = cls(shown, [line.removesuffix("\r") for line in lines])
        sheet.first = next((i for i, line in enumerate(sheet.lines) if line.strip()), -1)
        if sheet.first < 0:
            raise SheetFault("the file is empty.", "Write a header line and a row for each time.")
        head = sheet.lines[sheet.first]
        sheet.delimiter = max(",;\t", key=lambda d: len(_split(head, d)))
        sheet.header = [c.strip() for c, _ in _split(head, sheet.delimiter)]
        if len(sheet.header) > MAX_COLUMNS:
            raise SheetFault(
                f"the header has more than {MAX_COLUMNS:,} columns.", "Keep the columns that the case names.", "FB056"
            )
        return sheet

    def rows(self, columns: Sequence[int]) -> Iterator[tuple[int, list[object]]]:
        for i in range(self.first + 1, len(self.lines)):
            line = self.lines[i]
            if not line or line.isspace():
                continue
            cells = _split(line, self.delimiter)
            yield i, [cells[c][0] if c < len(cells) else None for c in columns]

    def place(self, row: int, column: int) -> Span:
        cells = _split(self.lines[row], self.delimiter)
        text, at = cells[column] if column < len(cells) else ("", len(self.lines[row]))
        return Span(self.shown, row + 1, at + 1, row + 1, at + 1 + max(len(text), 1))

    def at(self, row: int) -> str:
        return ""


def _decode(data: bytes) -> str:
    """The text of a CSV file, after looking for what no table has: NUL bytes and endless lines."""
    if not data:
        raise SheetFault("the file is empty.", "Write a header line and a row for each time.")
    if len(data) > MAX_METRICS:
        raise SheetFault(f"the file is longer than {MAX_METRICS // 1_000_000} MB.", _CUT, "FB056")
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        column = nul - (data.rfind(b"\n", 0, nul) + 1) + 1
        raise SheetFault("this is a binary file, not a CSV.", "Name a CSV file, saved as UTF-8.", "FB052", line, column)
    if data.count(b"\n") + data.count(b"\r") > 2 * MAX_ROWS:
        raise SheetFault(f"the file has more than {MAX_ROWS:,} rows.", _CUT, "FB056")
    at = 0
    number = 1
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        if end - at > MAX_LINE:
            raise SheetFault(f"this line is longer than {MAX_LINE:,} bytes.", "Write one row a line.", "FB056", number, MAX_LINE)
        at, number = end + 1, number + 1
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as e:
        before = data[: e.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        line = before.count(b"\n") + 1
        raise SheetFault("the file is not UTF-8 from here on.", "Save it as UTF-8.", "FB052", line, column) from None


@dataclass(slots=True)
class ParquetSheet:
    """A Parquet file held in memory: its places are row (from 1) and column (from 1)."""

    shown: str
    file: object
    header: list[str]

    @classmethod
    def of(cls, data: bytes, shown: str) -> ParquetSheet:
        """Raises `SheetFault` where pyarrow is absent, or finds no Parquet, or a limit is passed."""
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            cure = "Install it (`pip install 'fuelbed[parquet]'`), or save the table as CSV."
            raise SheetFault("reading Parquet needs the extra `parquet`.", cure, "FB056") from None
        if not data:
            raise SheetFault("the file is empty.", "Write a Parquet file, or a CSV.")
        if len(data) > MAX_METRICS:
            raise SheetFault(f"the file is longer than {MAX_METRICS // 1_000_000} MB.", _CUT, "FB056")
        try:
            file = pq.ParquetFile(pa.BufferReader(data), pre_buffer=False)
            rows, names = file.metadata.num_rows, list(file.schema_arrow.names)
        except (pa.ArrowException, OSError, ValueError, MemoryError):
            raise SheetFault("this is no Parquet file.", "Write it again, or save the table as CSV.") from None
        if not names or rows <= 0:
            raise SheetFault("the file has no rows.", "Write a row for each time.")
        if rows > MAX_ROWS or len(names) > MAX_COLUMNS:
            raise SheetFault(f"the file has more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns.", _CUT, "FB056")
        return cls(shown, file, names)

    def rows(self, columns: Sequence[int]) -> Iterator[tuple[int, list[object]]]:
        import pyarrow as pa

        self._check_types(columns)
        names = [self.header[c] for c in columns]
        row = 0
        try:
            for batch in self.file.iter_batches(batch_size=8_192, columns=names, use_threads=False):  # type: ignore[attr-defined]  # untyped
                cells = {n: batch.column(n).to_pylist() for n in names}
                for values in zip(*(cells[n] for n in names), strict=True):
                    if row >= MAX_ROWS:
                        raise SheetFault(f"the file has more than {MAX_ROWS:,} rows.", _CUT, "FB056", row)
                    yield row, list(values)
                    row += 1
        except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError) as e:
            if isinstance(e, SheetFault):
                raise
            raise SheetFault(
                "the Parquet file is damaged from here on.", "Write it again, or as CSV.", "FB052", row + 1
            ) from None

    def _check_types(self, columns: Sequence[int]) -> None:
        """Numbers and timestamps only: one long text in a dictionary would unfold into gigabytes."""
        import pyarrow.types as of

        good = (of.is_integer, of.is_floating, of.is_decimal, of.is_timestamp, of.is_date, of.is_null)
        for c in columns:
            kind = self.file.schema_arrow.field(self.header[c]).type  # type: ignore[attr-defined]  # untyped
            if not any(is_it(kind) for is_it in good):
                message = f"the column `{self.header[c][:60]}` holds {str(kind)[:60]}, not numbers or timestamps."
                raise SheetFault(message, "Write it as a number or a timestamp, or save the table as CSV.", "FB053", 1, c + 1)

    def place(self, row: int, column: int) -> Span:
        return Span(self.shown, row + 1, column + 1)

    def at(self, row: int) -> str:
        return f" (row {row + 1})"
