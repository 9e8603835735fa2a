"""What stands at the other end of the output: a terminal or not, how wide, with which letters and whether with colour."""

from __future__ import annotations

import os
import shutil
import sys

__all__ = ["is_terminal", "prints_unicode", "terminal_width", "use_color"]


def is_terminal(err: bool = False) -> bool:
    stream = sys.stderr if err else sys.stdout
    return stream is not None and stream.isatty()  # None where the caller closed it


def prints_unicode(err: bool = False) -> bool:
    """Whether the stream's encoding can write what reports are made of."""
    encoding = getattr(sys.stderr if err else sys.stdout, "encoding", None) or "ascii"
    try:
        "█−§“".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def use_color() -> bool:
    """Only on a terminal that wants it (https://no-color.org)."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """80 where nobody looks; on a terminal its own width, at most 100."""
    if not is_terminal():
        return 80
    return max(40, min(100, shutil.get_terminal_size((80, 24)).columns))
