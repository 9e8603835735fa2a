"""What must hold of every target and every input: findings with places inside the file, or `FuelbedError`; in bounded time; nothing else."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from fuelbed.core.errors import FuelbedError, InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.scanner import TextFault
from tests.fuzz.targets import Target

__all__ = ["SECONDS", "TooSlow", "judge"]

SECONDS = 5.0  # of the processor for one input; the damaged ones have at most some 30 kB
_BREAK = re.compile(r"\r\n|\n|\r")


class TooSlow(Exception):
    """One input took longer than it may."""


def judge(target: Target, data: bytes, folder: Path, seconds: float = SECONDS) -> str:
    """ "read" or "refused". Whatever else happens is raised. `seconds` 0: somebody else looks at the clock."""
    for old in folder.iterdir():
        old.unlink()
    with _at_most(seconds):
        try:
            found, said = target.run(data, folder), "read"
        except InputError as e:
            assert e.findings
            found, said = e.findings, "refused"
        except FuelbedError as e:
            assert isinstance(e, TextFault) or str(e).isprintable(), str(e)  # a scalar's fault is made visible with its place
            return "refused"
    for f in found:
        _is_sound(f, target, data)
    return said


def _is_sound(f: Finding, target: Target, data: bytes) -> None:
    assert f.code
    assert f.message
    assert f.line().isprintable(), f
    if f.severity is Severity.ERROR:
        assert f.cure, f
        assert f.span is not None, f
    if f.span is not None:
        assert f.span.line >= 1, f
        assert f.span.column >= 1, f
        if target.file and (f.span.file == target.file or f.span.file.endswith("/" + target.file)):
            assert _is_inside(f.span, data), f


def _is_inside(span: Span, data: bytes) -> bool:
    """By lines as editors have them, or by LF alone, as tables have them."""
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = data.decode("utf-16" if wide else "utf-8", "replace").removeprefix("\ufeff")
    for lines in (_BREAK.split(text), text.split("\n")):
        if span.line <= len(lines) and span.column <= len(lines[span.line - 1]) + 1:
            return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return span.line <= len(_BREAK.split(text)) + 1  # columns of bytes that are no characters are anybody's guess
    return False


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Stopped by a signal where that can be; else looked at afterwards."""
    started = time.process_time()
    stoppable = seconds > 0 and threading.current_thread() is threading.main_thread()

    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlow(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGVTALRM, stop) if stoppable else None
    if stoppable:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        if stoppable:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
    if seconds and time.process_time() - started > seconds:
        raise TooSlow(f"more than {seconds:g} s")
