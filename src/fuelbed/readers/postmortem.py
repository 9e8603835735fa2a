"""The text of a postmortem: one regular file of any name, UTF-8 or UTF-16, of bounded size."""

from __future__ import annotations

import codecs
from pathlib import Path

from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.scanner import visible
from fuelbed.readers.files import FileFault, is_binary, read_bounded

__all__ = ["MAX_BYTES", "decode_text", "read_bytes", "read_text"]

MAX_BYTES = 1_000_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def read_text(path: Path) -> str:
    """The decoded text, without a byte order mark. Raises `InputError` with one finding where the file is no text or not there."""
    return decode_text(read_bytes(path), visible(str(path)))


def read_bytes(path: Path) -> bytes:
    """What is to be decoded, one byte more than allowed where it is too long. Raises `InputError` where there is no such file."""
    shown = visible(str(path))
    try:
        return read_bounded(path.resolve(), shown, MAX_BYTES)
    except (FileFault, OSError, RuntimeError, ValueError) as e:
        message, cure = (
            (e.message, e.cure) if isinstance(e, FileFault) else (f"`{shown[:200]}` cannot be followed.", "Name a text file.")
        )
        raise _fault("FB081", message, cure, shown) from None


def decode_text(data: bytes, shown: str) -> str:
    """The text of bytes that are there already (a pipe's); `shown` is what messages call them. Raises like `read_text`."""
    if len(data) > MAX_BYTES:
        raise _fault("FB082", "the file is longer than 1 MB.", "Name one postmortem, or cut it to the incident.", shown)
    wide = data.startswith(_UTF16) and not data.startswith(_UTF32)
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as e:
        binary = is_binary(data)
        before = data[: e.start].decode("utf-8", "replace") if not wide else ""
        what = (
            "this is a binary file, not a text." if binary else f"the file is not {'UTF-16' if wide else 'UTF-8'} from here on."
        )
        raise _fault("FB003", what, "Name a text file, saved as UTF-8.", shown, "" if binary else before) from None
    at = text.find("\0")
    if at >= 0:
        raise _fault(
            "FB003", "the file holds a NUL character: it is no text.", "Name a text file, saved as UTF-8.", shown, text[:at]
        )
    return text


def _fault(code: str, message: str, cure: str, shown: str, before: str = "") -> InputError:
    """A finding at the place behind `before`."""
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return InputError([Finding(code, Severity.ERROR, message, cure, Span(shown, len(lines), len(lines[-1]) + 1))])
