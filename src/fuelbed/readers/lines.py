"""The lines of a text file, read as a stream: pieces of whole lines, after a look for what no text has (NUL bytes, endless lines)."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.readers.sheets import MAX_LINE, SheetFault
from fuelbed.readers.stream import Stream

__all__ = ["pieces_of"]


def pieces_of(stream: Stream) -> Iterator[tuple[int, list[str]]]:
    """Whole lines, with the number of the first (from 1). Lines end at LF, CR LF or CR."""
    pending, number = b"", 1
    for block in stream.blocks():
        pending += block
        cut = max(pending.rfind(b"\n"), pending.rfind(b"\r", 0, len(pending) - 1)) + 1
        if cut:
            lines = _lines(pending[:cut], number)
            yield number, lines[:-1]
            number += len(lines) - 1
            pending = pending[cut:]
        if len(pending) > MAX_LINE:
            raise _too_long(number)
    if pending:
        yield number, _lines(pending, number)


def _too_long(number: int) -> SheetFault:
    return SheetFault(f"this line is longer than {MAX_LINE:,} bytes.", "Write one row a line.", "FB056", number, MAX_LINE)


def _lines(piece: bytes, number: int) -> list[str]:
    """The lines of whole ones, and "" at the end where the last has a line break. `number` is that of the first."""
    nul = piece.find(b"\0")
    if nul >= 0:
        line, column = _where(piece[:nul], number)
        what = "this is a binary file, not a text."
        raise SheetFault(what, "Name a text file, saved as UTF-8.", "FB052", line, column)
    try:
        text = piece.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as e:
        line, column = _where(piece[: e.start], number)
        raise SheetFault("the file is not UTF-8 from here on.", "Save it as UTF-8.", "FB052", line, column) from None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if max(map(len, lines)) > MAX_LINE:
        raise _too_long(number + next(i for i, line in enumerate(lines) if len(line) > MAX_LINE))
    return lines


def _where(before: bytes, number: int) -> tuple[int, int]:
    lines = before.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return number + len(lines) - 1, len(lines[-1]) + 1
