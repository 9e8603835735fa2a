"""What is being worked on, for those who wait longer than a second at a terminal; nothing anywhere else."""

from __future__ import annotations

import os
import sys
from threading import Lock, Timer
from types import TracebackType

from fuelbed.cli._terminal import is_terminal
from fuelbed.core.scanner import visible

__all__ = ["Progress"]

_PATIENCE = 1.0  # seconds without a word


class Progress:
    """One line on standard error that is written over and wiped at the end."""

    def __init__(self) -> None:
        self._lock, self._current, self._shown, self._late = Lock(), "", False, False
        self._timer = Timer(_PATIENCE, self._begin_to_show)
        self._timer.daemon = True

    def __enter__(self) -> Progress:
        if is_terminal(err=True) and os.environ.get("TERM") != "dumb":
            self._timer.start()
        return self

    def begin(self, question: str) -> None:
        """A question of the registry: our own words, none of a case."""
        with self._lock:
            self._current = question
            self._show()

    def read(self, file: str, done: int, size: int) -> None:
        """How far a file of the case is read; its name may hold anything, so it is made visible."""
        self.begin(f"reading {visible(file, 40)}: {done // 1_000_000:,} of {size // 1_000_000:,} MB")

    def _begin_to_show(self) -> None:
        with self._lock:
            self._late = True
            self._show()

    def _show(self) -> None:
        if self._late and self._current:
            self._shown = True
            sys.stderr.write(f"\r\x1b[2K... {self._current[:74]}")
            sys.stderr.flush()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()
        with self._lock:
            self._late = False
            if self._shown:
                sys.stderr.write("\r\x1b[2K")
                sys.stderr.flush()
