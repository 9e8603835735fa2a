"""A large file read once from begin to end, in blocks: its digest is made on the way, and who waits is told."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from fuelbed.readers.files import FileFault, Progress, open_regular

__all__ = ["BLOCK", "Stream", "size_in_words"]

BLOCK = 1 << 20  # bytes; a block and what is made of its cells are all that is held of a file at a time
_TOLD = 1 << 24  # bytes between two words of progress


class Stream:
    """One regular file of at most `limit` bytes (else `FileFault`). Used as a context, so that the file is closed."""

    def __init__(self, path: Path, file: str, limit: int, progress: Progress | None = None) -> None:
        self.file = file
        self._limit, self._progress, self._told = limit, progress, 0
        self._hash, self._read, self._digest = hashlib.sha256(), 0, ""
        self._f: BinaryIO = open_regular(path, file)
        self.size = os.fstat(self._f.fileno()).st_size
        if self.size > limit:
            self._f.close()
            raise self._too_long()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._f.close()

    def _too_long(self) -> FileFault:
        message = f"`{self.file[:200]}` is larger than {size_in_words(self._limit)}."
        return FileFault(message, "Cut it to the hours around the incident.", "FB056")

    def blocks(self) -> Iterator[bytes]:
        """The rest of the file; a file that grows meanwhile is read to the limit only."""
        while block := self._f.read(BLOCK):
            self._read += len(block)
            if self._read > self._limit:
                raise self._too_long()
            self._hash.update(block)
            self._tell()
            yield block

    def whole(self) -> bytes:
        return b"".join(self.blocks())

    def digest(self) -> str:
        """sha256 of the whole file; what is not read yet is read now. (A format that jumps asks for it first.)"""
        if not self._digest:
            for _ in self.blocks():
                pass
            self._digest = self._hash.hexdigest()
        return self._digest

    @property
    def handle(self) -> BinaryIO:
        """The open file, for a format that is not read from begin to end."""
        return self._f

    def _tell(self) -> None:
        if self._progress is not None and (self._read - self._told >= _TOLD or self._read == self.size):
            self._told = self._read
            self._progress(self.file, self._read, self.size)


def size_in_words(n: int) -> str:
    """Bytes for a message: 40 MB, 2 GB."""
    return f"{n // 1_000_000_000} GB" if n >= 1_000_000_000 and n % 1_000_000_000 == 0 else f"{n // 1_000_000} MB"
