"""A file of `evidence` while it is read: opened inside the case folder, its digest kept, and what ends its reading told at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from fuelbed.core.findings import Span
from fuelbed.readers.csv_file import CsvFile
from fuelbed.readers.entries import FileFaults, TooManyHere
from fuelbed.readers.files import FileFault, Progress, resolve_inside
from fuelbed.readers.parquet_file import ParquetFile
from fuelbed.readers.sheets import Sheet, SheetFault
from fuelbed.readers.stream import Stream

__all__ = ["read_file", "sheet_of"]

_Read = TypeVar("_Read")


def read_file(
    read: Callable[[Stream], _Read], faults: FileFaults, root: Path, inputs: dict[str, str], limit: int, progress: Progress | None
) -> _Read | None:
    """What `read` makes of the file that `faults` are of, at most `limit` bytes; at the end its digest is in `inputs`.

    None where a `FileFault`, `SheetFault` or `TooManyHere` ended it: then it is told, and `faults.count` is above 0.
    """
    try:
        with Stream(resolve_inside(root, faults.file), faults.file, limit, progress) as stream:
            found = read(stream)
            inputs[faults.file] = stream.digest()
            return found
    except TooManyHere:
        pass
    except FileFault as e:
        span = Span(faults.shown, e.line, e.column) if isinstance(e, SheetFault) else faults.span
        faults.r.error(e.code, span, e.message, e.cure)
        faults.count += 1
    return None


def sheet_of(stream: Stream, form: str, shown: str, texts: bool = False) -> Sheet:
    """A CSV, or a Parquet file where `form` says so; texts: whether columns of texts are read of the latter. Raises `SheetFault`."""
    if form != "parquet":
        return CsvFile(stream, shown)
    stream.digest()  # first, as this format jumps
    return ParquetFile.of(stream, shown, texts)
