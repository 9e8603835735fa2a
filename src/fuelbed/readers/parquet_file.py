"""A Parquet file as a sheet, by pyarrow (extra `parquet`), batch by batch. Its places are row (from 1) and column (from 1)."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fuelbed.core.findings import Span
from fuelbed.readers.clock import Clock, in_zone
from fuelbed.readers.sheets import CUT, MAX_COLUMNS, SheetFault
from fuelbed.readers.stream import BLOCK, Stream

__all__ = ["MAX_PARQUET_ROWS", "ParquetBlock", "ParquetFile"]

MAX_PARQUET_ROWS = 200_000_000  # packed, a row may take less than a bit: the size of the file is no bound
_BATCH = 65_536
_AGAIN = "Write it again, or save the table as CSV."
_MAX_TEXT = 10_000  # bytes of one text
_MAX_TEXTS = 256_000_000  # bytes of one column's texts in one row group, which may lie in one page
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000}


@dataclass(slots=True)
class ParquetFile:
    """Raises `SheetFault` where pyarrow is absent, or finds no Parquet, or a limit is passed."""

    stream: Stream
    shown: str
    header: list[str]
    _file: Any
    texts: bool = False

    @classmethod
    def of(cls, stream: Stream, shown: str, texts: bool = False) -> ParquetFile:
        """texts: whether columns of texts and of yes and no can be asked for too."""
        try:
            import pyarrow as pa
        except ImportError:
            cure = "Install it (`pip install 'fuelbed[parquet]'`), or save the table as CSV."
            raise SheetFault("reading Parquet needs the extra `parquet`.", cure, "FB056") from None
        if not stream.size:
            raise SheetFault("the file is empty.", "Write a Parquet file, or a CSV.")
        try:
            file = _opened(stream, ())
            written = [f.name for f in file.schema_arrow if _is_text(f.type)] if texts else []
            file = _opened(stream, written) if written else file
            rows, names = file.metadata.num_rows, list(file.schema_arrow.names)
        except (pa.ArrowException, OSError, ValueError, MemoryError):
            raise SheetFault("this is no Parquet file.", _AGAIN) from None
        if not names or rows <= 0:
            raise SheetFault("the file has no rows.", "Write a row for each time.")
        if rows > MAX_PARQUET_ROWS or len(names) > MAX_COLUMNS:
            message = f"the file has more than {MAX_PARQUET_ROWS:,} rows or {MAX_COLUMNS:,} columns."
            raise SheetFault(message, CUT, "FB056")
        return cls(stream, shown, names, file, texts)

    def head(self, column: int) -> Span:
        return Span(self.shown, 1, column + 1)

    def reads(self, column: int) -> bool:
        """Whether a column can be asked for, by its type."""
        import pyarrow.types as of

        good = [of.is_integer, of.is_floating, of.is_decimal, of.is_timestamp, of.is_date, of.is_null]
        good += [of.is_boolean, _is_text] if self.texts else []
        return any(is_it(self._type(column)) for is_it in good)

    def _type(self, column: int) -> Any:
        return self._file.schema_arrow.field(column).type

    def blocks(self, columns: Sequence[int]) -> Iterator[ParquetBlock]:
        import pyarrow as pa

        names = [self.header[c] for c in columns]
        row = 0
        try:
            self._check_types(columns)
            for batch in self._file.iter_batches(batch_size=_BATCH, columns=list(dict.fromkeys(names)), use_threads=False):
                if row + len(batch) > MAX_PARQUET_ROWS:
                    raise SheetFault(f"the file has more than {MAX_PARQUET_ROWS:,} rows.", CUT, "FB056", row)
                batch.validate(full=True)  # of a damaged file texts may be no UTF-8, and places in a dictionary outside of it
                if len(batch):
                    yield ParquetBlock(self.shown, row, [batch.column(n) for n in names], columns)
                row += len(batch)
        except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError) as e:
            if isinstance(e, SheetFault):
                raise
            raise SheetFault("the Parquet file is damaged from here on.", _AGAIN, "FB052", row + 1) from None

    def _check_types(self, columns: Sequence[int]) -> None:
        """Texts only where they stay in a dictionary and are few: one long text of 65,536 rows would unfold into gigabytes."""
        for c in columns:
            kind = self._type(c)
            if not self.reads(c):
                wanted = "texts, numbers" if self.texts else "numbers"
                message = f"the column `{self.header[c][:60]}` holds {str(kind)[:60]}, not {wanted} or timestamps."
                raise SheetFault(message, "Write it as a number or a timestamp, or save the table as CSV.", "FB053", 1, c + 1)
            if _is_text(kind) and self._most(c) > _MAX_TEXTS:
                message = f"the texts of `{self.header[c][:60]}` have more than {_MAX_TEXTS // 1_000_000} MB in one row group."
                raise SheetFault(message, "Write row groups of fewer rows, or leave the column out.", "FB056", 1, c + 1)

    def _most(self, column: int) -> int:
        """Bytes of a column in its largest row group."""
        about = self._file.metadata
        groups = [about.row_group(i) for i in range(about.num_row_groups)]
        # only groups that are large as a whole: of a damaged file, Arrow ends the process where a column is asked for its size
        groups = [g for g in groups if g.total_byte_size > _MAX_TEXTS]
        chunks = [g.column(k) for g in groups for k in range(g.num_columns)]
        return max((c.total_uncompressed_size for c in chunks if c.path_in_schema == self.header[column]), default=0)


def _opened(stream: Stream, texts: Sequence[str]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream.handle.seek(0)
    source = pa.PythonFile(stream.handle, mode="r")
    return pq.ParquetFile(source, pre_buffer=False, buffer_size=BLOCK, read_dictionary=list(texts))


def _is_text(kind: Any) -> bool:
    """Whether a column holds texts, each once or in a dictionary."""
    import pyarrow.types as of

    inner = kind.value_type if of.is_dictionary(kind) else kind
    return bool(of.is_string(inner) or of.is_large_string(inner))


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
        import pyarrow.types as of

        a = self.arrays[k]
        if not of.is_dictionary(a.type):
            return self._objects(_without_nanoseconds(a), k)
        texts = self._texts(k)  # each once, however many rows have it
        return [None if i is None else texts[i] for i in a.indices.to_pylist()]

    def _objects(self, a: Any, k: int) -> list[object]:
        """Each cell as Python has it; a time past the year 9999, or of a zone that is not known here, is a fault at its place."""
        import pyarrow as pa

        def fails(i: int) -> bool:
            try:
                a[i].as_py()
            except (pa.ArrowException, ValueError, OverflowError):
                return True
            return False

        try:
            return a.to_pylist()  # type: ignore[no-any-return]  # untyped
        except (pa.ArrowException, ValueError, OverflowError):
            row = next((i for i in range(len(a)) if fails(i)), 0)
            message = f"this cell is no date from year 1 to 9999 (the column holds {str(a.type)[:60]})."
            cure = "Correct it, or save the table as CSV."
            raise SheetFault(message, cure, "FB055", self.first + row + 1, self.columns[k] + 1) from None

    def _texts(self, k: int) -> list[str]:
        import pyarrow.compute as pc

        dictionary = self.arrays[k].dictionary
        if len(dictionary) and pc.max(pc.binary_length(dictionary)).as_py() > _MAX_TEXT:
            message = f"a text of this column is longer than {_MAX_TEXT:,} bytes."
            raise SheetFault(message, "Name a column of short texts.", "FB056", self.first + 1, self.columns[k] + 1)
        return dictionary.to_pylist()  # type: ignore[no-any-return]  # untyped

    def numbers(self, k: int) -> array[float] | None:
        import pyarrow.types as of

        a = self.arrays[k]
        if not (of.is_integer(a.type) or of.is_floating(a.type)):
            return None
        return array("d", a.cast("float64", safe=False).to_numpy(zero_copy_only=False).tobytes())  # null becomes nan

    def times(self, k: int, clock: Clock, missing: bool = False) -> array[float] | None:
        import pyarrow.types as of

        a = _without_nanoseconds(self.arrays[k])
        if a.null_count and not missing:
            return None
        if of.is_timestamp(a.type) and clock.kind == "iso":
            aware = a.type.tz is not None
            clock.zoned = clock.zoned and (aware or clock.zone is not None)
            seconds = a.cast("int64").to_numpy(zero_copy_only=False) / _PER_SECOND[a.type.unit]
            if aware or clock.zone is None:
                return array("d", seconds.tobytes())
            offset = clock.zone.utcoffset(None)  # None where it depends on the day
            if offset is not None:
                return array("d", (seconds - offset.total_seconds()).tobytes())
            return array("d", [in_zone(x, clock.zone) if math.isfinite(x) else x for x in seconds.tolist()])
        values = self.numbers(k) if clock.kind != "iso" else None
        if values is None or (any(map(math.isnan, values)) and not missing) or any(map(math.isinf, values)):
            return None
        if clock.absolute and any(abs(v) >= 1e15 for v in values):
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
