"""Files of a case: opened once, regular, inside the case folder, of bounded size."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

__all__ = [
    "FileFault",
    "Progress",
    "check_file",
    "digest",
    "is_binary",
    "open_regular",
    "read_bounded",
    "resolve_inside",
    "some_texts",
]

MAX_EVIDENCE = 200_000_000
_LOOKED_AT = 8_192  # bytes that show whether a file is text
_NO_TEXT = bytes((*range(9), *range(14, 27), *range(28, 32)))  # control characters; an escape may be of a pasted terminal
_FILES, _BYTES = 50, 2_000_000  # of `some_texts`: files of a folder, and of each

Progress = Callable[[str, int, int], None]
"""Told what is read while a large file is: (file as the case names it, bytes read, bytes in all)."""


class FileFault(Exception):
    """Why a file cannot be used: (message, cure)."""

    def __init__(self, message: str, cure: str, code: str = "FB050") -> None:
        self.message, self.cure, self.code = message, cure, code
        super().__init__(message)


def check_relative(text: str) -> None:
    """A path that stays below the case folder by its words alone."""
    from pathlib import PurePosixPath, PureWindowsPath

    posix, windows = PurePosixPath(text), PureWindowsPath(text)
    if "\0" in text or not text.strip() or len(text) > 1_000:
        raise FileFault("this is not a file name.", "Write a path inside the case folder, such as `postmortem.md`.")
    if (
        posix.is_absolute()
        or windows.drive
        or windows.root
        or ".." in posix.parts
        or ".." in windows.parts
        or text.startswith("~")
    ):
        raise FileFault(f"`{text[:80]}` leads out of the case folder.", "Copy the file into the case folder.")


def resolve_inside(root: Path, text: str) -> Path:
    """The real path of `text` under `root`. Raises `FileFault` when it leaves the folder, also by a link."""
    check_relative(text)
    base = root.resolve()
    try:
        real = (base / text).resolve()
    except (OSError, RuntimeError, ValueError):
        raise FileFault(f"`{text[:80]}` cannot be followed.", "Write a path inside the case folder.") from None
    if not real.is_relative_to(base):
        raise FileFault(f"`{text[:80]}` leads out of the case folder.", "Copy the file into the case folder.")
    return real


def _open(path: Path | str, shown: str) -> int:
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise FileFault(f"there is no file `{shown[:200]}`.", "Correct the name, or write the file.", "FB051") from None
    except (OSError, ValueError) as e:
        reason = getattr(e, "strerror", None) or "its name is not one"
        raise FileFault(f"`{shown[:200]}` cannot be opened: {reason}.", "Check the file and its rights.", "FB051") from None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise FileFault(f"`{shown[:200]}` is not a regular file.", "Name a file.", "FB051")
    return fd


def open_regular(path: Path, shown: str) -> BinaryIO:
    """A regular file, open for reading; it is the caller's to close. Raises `FileFault`."""
    return os.fdopen(_open(path, shown), "rb")


def check_file(path: Path, shown: str) -> None:
    """Raises `FileFault` where there is no regular file that can be opened."""
    os.close(_open(path, shown))


def read_bounded(path: Path | str, shown: str, limit: int) -> bytes:
    """At most `limit` + 1 bytes of a regular file (one more than allowed tells the caller that it is too long)."""
    with os.fdopen(_open(path, shown), "rb") as f:
        return f.read(limit + 1)


def is_binary(data: bytes) -> bool:
    """Whether bytes that are no UTF-8 are no text at all: a control character among the first of them that no text has."""
    first = data[:_LOOKED_AT]
    return len(first.translate(None, _NO_TEXT)) < len(first)


def some_texts(path: Path) -> Iterator[str]:
    """What a message about a file, or about those of a folder, may quote: the beginning of each as text; none of what cannot be read."""
    with contextlib.suppress(OSError):
        for file in sorted(path.iterdir())[:_FILES] if path.is_dir() else [path]:
            with contextlib.suppress(FileFault, OSError, ValueError):
                yield read_bounded(file.resolve(), str(file), _BYTES).decode("utf-8", "replace")


def digest(path: Path, shown: str) -> str:
    """sha256 of a regular file, read in pieces."""
    import hashlib

    h = hashlib.sha256()
    size = 0
    with os.fdopen(_open(path, shown), "rb") as f:
        while piece := f.read(1 << 20):
            size += len(piece)
            if size > MAX_EVIDENCE:
                raise FileFault(f"`{shown[:200]}` is larger than {MAX_EVIDENCE} bytes.", "Cut it to the incident.", "FB051")
            h.update(piece)
    return h.hexdigest()
