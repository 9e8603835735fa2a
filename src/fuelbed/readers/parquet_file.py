"""A Parquet file as a sheet, by pyarrow (extra `parquet`), batch by batch. Its places are row (from 1) and column (from 1)."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fuelbed.core.findings import Span
from fuelbed.readers.clock import Clock
from fuelbed.readers.sheets import CUT, MAX_COLUMNS, SheetFault
from fuelbed.readers.stream import BLOCK, Stream

__all__ = ["MAX_PARQUET_ROWS", "ParquetBlock", "ParquetFile"]

MAX_PARQUET_ROWS = 200_000_000  # packed, a row may take less than a bit: the size of the file is no bound
_BATCH = 65_536
_AGAIN = "Write it again, or save the table as CSV."
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000}


@dataclass(slots=True)
class ParquetFile:
    """Raises `SheetFault` where pyarrow is absent, or finds no Parquet, or a limit is passed."""

    stream: Stream
    shown: str
    header: list[str]
    _file: Any

    @classmethod
    def of(cls, stream: Stream, shown: str) -> ParquetFile:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            cure = "Install it (`pip install 'fuelbed[parquet]'`), or save the table as CSV."
            raise SheetFault("reading Parquet needs the extra `parquet`.", cure, "FB056") from None
        if not stream.size:
            raise SheetFault("the file is empty.", "Write a Parquet file, or a CSV.")
        try:
            stream.handle.seek(0)
            file = pq.ParquetFile(pa.PythonFile(stream.handle, mode="r"), pre_buffer=False, buffer_size=BLOCK)
            rows, names = file.metadata.num_rows, list(file.schema_arrow.names)
        except (pa.ArrowException, OSError, ValueError, MemoryError):
            raise SheetFault("this is no Parquet file.", _AGAIN) from None
        if not names or rows <= 0:
            raise SheetFault("the file has no rows.", "Write a row for each time.")
        if rows > MAX_PARQUET_ROWS or len(names) > MAX_COLUMNS:
            message = f"the file has more than {MAX_PARQUET_ROWS:,} rows or {MAX_COLUMNS:,} columns."
            raise SheetFault(message, CUT, "FB056")
        return cls(stream, shown, names, file)

    def head(self, column: int) -> Span:
        return Span(self.shown, 1, column + 1)

    def blocks(self, columns: Sequence[int]) -> Iterator[ParquetBlock]:
        import pyarrow as pa

        self._check_types(columns)
        names = [self.header[c] for c in columns]
        row = 0
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH, columns=list(dict.fromkeys(names)), use_threads=False):
                if row + len(batch) > MAX_PARQUET_ROWS:
                    raise SheetFault(f"the file has more than {MAX_PARQUET_ROWS:,} rows.", CUT, "FB056", row)
                if len(batch):
                    yield ParquetBlock(self.shown, row, [batch.column(n) for n in names], columns)
                row += len(batch)
        except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError) as e:
            if isinstance(e, SheetFault):
                raise
            raise SheetFault("the Parquet file is damaged from here on.", _AGAIN, "FB052", row + 1) from None

    def _check_types(self, columns: Sequence[int]) -> None:
        """Numbers and timestamps only: one long text in a dictionary would unfold into gigabytes."""
        import pyarrow.types as of

        good = (of.is_integer, of.is_floating, of.is_decimal, of.is_timestamp, of.is_date, of.is_null)
        for c in columns:
            kind = self._file.schema_arrow.field(self.header[c]).type
            if not any(is_it(kind) for is_it in good):
                message = f"the column `{self.header[c][:60]}` holds {str(kind)[:60]}, not numbers or timestamps."
                raise SheetFault(message, "Write it as a number or a timestamp, or save the table as CSV.", "FB053", 1, c + 1)


@dataclass(slots=True)
class ParquetBlock:
    """A batch: `first` is the number of its first row (from 0), `arrays` the wanted columns as pyarrow has them."""

    shown: str
    first: int
    arrays: list[Any]
    columns: Sequence[int]

    def __len__(self) -> int:
        return len(self.arrays[0])

    def cells(self, k: int) -> Sequence[object]:
        return _without_nanoseconds(self.arrays[k]).to_pylist()  # type: ignore[no-any-return]  # untyped

    def numbers(self, k: int) -> array[float] | None:
        import pyarrow.types as of

        a = self.arrays[k]
        if not (of.is_integer(a.type) or of.is_floating(a.type)):
            return None
        return array("d", a.cast("float64", safe=False).to_numpy(zero_copy_only=False).tobytes())  # null becomes nan

    def times(self, k: int, clock: Clock) -> array[float] | None:
        import pyarrow.types as of

        a = _without_nanoseconds(self.arrays[k])
        if a.null_count:
            return None
        if of.is_timestamp(a.type) and clock.kind == "iso":
            aware = a.type.tz is not None
            clock.zoned = clock.zoned and (aware or clock.zone is not None)
            offset = clock.zone.utcoffset(None) if not aware and clock.zone is not None else None
            seconds = a.cast("int64").to_numpy() / _PER_SECOND[a.type.unit]
            return array("d", (seconds - offset.total_seconds() if offset else seconds).tobytes())
        values = self.numbers(k) if clock.kind != "iso" else None
        if values is None or any(map(math.isnan, values)) or (clock.absolute and max(map(abs, values)) >= 1e15):
            return None
        if any(map(math.isinf, values)):
            return None
        return array("d", [v / 1000 for v in values]) if clock.kind == "epoch_milliseconds" else values

    def place(self, i: int, k: int) -> Span:
        return Span(self.shown, self.first + i + 1, self.columns[k] + 1)

    def at(self, i: int) -> str:
        return f" (row {self.first + i + 1})"


def _without_nanoseconds(a: Any) -> Any:
    """Finer than a microsecond is not kept, as in a text."""
    import pyarrow as pa
    import pyarrow.types as of

    if not of.is_timestamp(a.type) or a.type.unit != "ns":
        return a
    return a.cast(pa.timestamp("us", tz=a.type.tz), safe=False)
