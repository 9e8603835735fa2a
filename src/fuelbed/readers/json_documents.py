"""Values of JSON one after another in one file, as `cat page*.json` and exporters leave them: each a document with its place.

A file of up to 50 MB may hold them in any layout. A larger one is read line by line, with a value on each, as the exporters of telemetry
write it: then only one value is held at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from fuelbed.readers.json_text import JsonText, decode_json
from fuelbed.readers.sheets import SheetFault
from fuelbed.readers.stream import Stream

__all__ = ["MAX_DOCUMENTS", "MAX_JSON", "json_documents"]

MAX_JSON = 50_000_000  # bytes of one value, which is held as a whole: what it becomes takes up to 20 times as much
MAX_DOCUMENTS = 1_000_000
_BLANK = re.compile(r"[ \t\r\n]*+")


def json_documents(stream: Stream, shown: str, cure: str) -> Iterator[JsonText]:
    """Each value with its place, parsed. cure: what to do about a value that is too large. Raises `SheetFault` at the first that is no JSON."""
    documents = _by_lines(stream, shown, cure) if stream.size > MAX_JSON else _one_or_more(decode_json(stream.whole()), shown)
    for n, document in enumerate(documents):
        if n >= MAX_DOCUMENTS:
            message = f"the file holds more than {MAX_DOCUMENTS:,} documents."
            raise SheetFault(message, cure, "FB056", document.line, document.before + 1)
        yield document.parsed()


def _one_or_more(text: str, shown: str) -> Iterator[JsonText]:
    whole = JsonText(text, shown)
    try:
        yield whole.parsed()
        return
    except SheetFault:
        first = next(_pieces(text))
        if first[1] == len(text):
            raise
    line, at, last = 1, 0, -1
    for start, end in _pieces(text):
        line, last, at = line + text.count("\n", at, start), max(last, text.rfind("\n", at, start)), start
        yield JsonText(text[start:end], shown, line, before=start - last - 1)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each value; the last reaches to the end of the text where it is no JSON: its fault is told when it is read."""
    decode, blank = json.JSONDecoder().raw_decode, _BLANK
    at = _end(blank.match(text))
    while at < len(text):
        try:
            end = _end(blank.match(text, decode(text, at)[1]))
        except (ValueError, RecursionError, MemoryError):
            end = len(text)
        yield at, end
        at = end


def _end(m: re.Match[str] | None) -> int:
    return m.end() if m else 0  # blanks, none perhaps, are always found


def _by_lines(stream: Stream, shown: str, cure: str) -> Iterator[JsonText]:
    """A value on each line. A large file whose first line is none by itself is one large value."""
    for number, line in _lines(stream):
        if len(line) > MAX_JSON:
            message = f"this line is longer than {MAX_JSON // 1_000_000} MB."
            raise SheetFault(message, cure, "FB056", number, MAX_JSON)
        if not line.strip():
            continue
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as e:
            column = len(line[: e.start].decode("utf-8", "replace")) + 1
            raise SheetFault("the file is not UTF-8 from here on.", "Save it as UTF-8.", "FB052", number, column) from None
        document = JsonText(text, shown, number)
        if number == 1:
            try:
                document.parsed()
            except SheetFault:
                message = f"the file is larger than {MAX_JSON // 1_000_000} MB, and does not hold a value on each line."
                raise SheetFault(message, cure, "FB056") from None
        yield document


def _lines(stream: Stream) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers from 1; one that passes the limit is cut off soon after it."""
    pending: list[bytes] = []
    held, number = 0, 1
    for block in stream.blocks():
        *whole, rest = block.split(b"\n")
        for piece in whole:
            yield number, b"".join([*pending, piece])
            pending, held, number = [], 0, number + 1
        pending.append(rest)
        held += len(rest)
        if held > MAX_JSON:
            yield number, b"".join(pending)
            return
    yield number, b"".join(pending)
