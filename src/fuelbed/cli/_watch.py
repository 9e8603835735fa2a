"""`fuelbed analyze --watch`: run again on every save, and say what changed in the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

from fuelbed.cli.common import say
from fuelbed.core.reporting import Report

__all__ = ["changes", "watch"]

_PAUSE = 0.3  # seconds between two looks
_MOST = 2000  # files looked at


def watch(path: Path, output: Path | None, run: Callable[[], Report], show: Callable[[Report], None]) -> None:
    """Until Ctrl-C. `run` leaves by SystemExit on a broken save, which is waited out; `show` prints or writes the report."""
    say(f"Watching {path}; stop with Ctrl-C.", err=True)
    seen: dict[Path, tuple[int, int]] | None = None
    before: tuple[str, ...] | None = None
    try:
        while True:
            now = _stamps(path, output)
            if now == seen:
                time.sleep(_PAUSE)
                continue
            seen = now
            try:
                report = run()
            except SystemExit:
                say("Waiting for the next save.", err=True)
                continue
            if before is None or output is not None:
                show(report)
            if before is not None:
                say("\n".join(changes(before, report.verdict)))
            before = report.verdict
    except KeyboardInterrupt:
        say("\nStopped.", err=True)


def _stamps(path: Path, output: Path | None) -> dict[Path, tuple[int, int]]:
    """Time and size of every file of the case; the report itself and hidden files are none of it."""
    mine = output.resolve() if output is not None else None
    out: dict[Path, tuple[int, int]] = {}
    folder = path if path.is_dir() else path.parent
    for f in sorted(folder.rglob("*"))[:_MOST]:
        try:
            if f.is_file() and not any(p.startswith(".") for p in f.relative_to(folder).parts) and f.resolve() != mine:
                info = f.stat()
                out[f] = (info.st_mtime_ns, info.st_size)
        except OSError:
            continue
    return out


def changes(before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    """Sentences that went (`-`) and came (`+`), in order."""
    if before == after:
        return ["The verdict is unchanged."]
    lines = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            lines += [f"- {x}" for x in before[a:b]] + [f"+ {x}" for x in after[c:d]]
    return [line.replace("`", "") for line in lines]
