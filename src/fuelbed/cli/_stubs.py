"""`fuelbed review --fix` and `--add-ignores`: what would be inserted, as a diff, and with `--write` in the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fuelbed.cli.common import refuse, say, write_bytes
from fuelbed.core.shown import counted

if TYPE_CHECKING:
    from fuelbed.reviewing import Review

__all__ = ["mend"]


def mend(reviews: Sequence[Review], fix: bool, add_ignores: bool, write: bool) -> None:
    """Nothing is written without `write`; a file that another hand changed meanwhile is left alone."""
    from fuelbed.reviewing.stubs import difference, ignores, inserted, stubs

    changed = 0
    for r in reviews:
        d = r.document
        new = [*(stubs(d, r.gaps) if fix else []), *(ignores(d, r.findings) if add_ignores else [])]
        if not new:
            continue
        changed += 1
        before, file = d.source.text, d.source.file
        after = inserted(before, new)
        if not write:
            say(difference(file, before, after).rstrip("\n"))
        elif file == "stdin":
            refuse("--write needs a file: standard input cannot be written to.")
        else:
            _write(Path(file), before, after)
            say(f"Wrote {file}: {counted(sum(i.text.count(chr(10)) for i in new), 'line')} inserted.", err=True)
    if not changed:
        say("Nothing to insert.", err=True)


def _write(path: Path, before: str, after: str) -> None:
    """In the file's own encoding, through a new file beside it."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "utf-16"):
        try:
            same = data.decode(encoding) == before
        except UnicodeDecodeError:
            continue
        if same:
            write_bytes(after.encode(encoding), path)
            return
    refuse(f"{path}: it has changed since it was read. Run the command again.")
