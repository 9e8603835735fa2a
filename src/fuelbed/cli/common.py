"""What the commands share: reading a case or leaving with code 2, the baseline, the exit code."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click

from fuelbed.core.case import Case
from fuelbed.core.errors import FuelbedError, InputError
from fuelbed.core.findings import Finding, Severity

__all__ = ["FAIL_ON", "exit_code", "load", "new_findings", "prints_unicode", "refuse", "say", "terminal_width", "use_color",
           "write_out"]  # fmt: skip  # one list

_UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn")
FAIL_ON = click.Choice(["note", "warning", "error", "never"])


def say(text: str, err: bool = False) -> None:
    """Print lines that may hold words of a case or of a path: no control or direction character reaches the terminal."""
    kept = (c if c == "\n" or unicodedata.category(c) not in _UNPRINTABLE else "\ufffd" for c in text)
    line = "".join(kept)
    if not prints_unicode(err):
        line = line.encode("ascii", "replace").decode()
    click.echo(line, err=err)


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
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """80 where nobody looks; on a terminal its own width, at most 100."""
    if not sys.stdout.isatty():
        return 80
    return max(40, min(100, shutil.get_terminal_size((80, 24)).columns))


def load(path: Path) -> Case:
    """The case at `path`, or every fault on standard error and exit code 2."""
    from fuelbed.readers.case import read_case

    try:
        return read_case(path)
    except InputError as e:
        for f in e.findings:
            say(f.line(), err=True)
        n = len(e.findings)
        say(f"{n} fault{'s' if n != 1 else ''} in {path}. Nothing was written.", err=True)
        sys.exit(2)
    except (FuelbedError, OSError) as e:
        refuse(str(e))


def refuse(message: str) -> NoReturn:
    """One line on standard error, exit code 2."""
    say(f"error: {message}", err=True)
    sys.exit(2)


def new_findings(findings: Iterable[Finding], baseline: Path | None) -> list[Finding]:
    """The findings that the baseline file does not hold; the file is written when it is not there yet."""
    found = list(findings)
    if baseline is None:
        return found
    if not baseline.exists():
        write_out(json.dumps({"fuelbed-baseline": 1, "known": sorted(f.fingerprint for f in found)}, indent=1) + "\n", baseline)
        say(f"Wrote {baseline}: {len(found)} findings are known from now on.", err=True)
        return []
    try:
        known = json.loads(baseline.read_text(encoding="utf-8"))["known"]
        if not isinstance(known, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, OSError, RecursionError):
        refuse(f"{baseline}: not a baseline file. Delete it, and the next run writes it anew.")
    return [f for f in found if f.fingerprint not in known]


def exit_code(findings: Iterable[Finding], fail_on: str) -> int:
    """1 when some finding is at or above `fail_on`, else 0."""
    if fail_on == "never":
        return 0
    return int(any(f.severity.rank >= Severity(fail_on).rank for f in findings))


def write_out(text: str, output: Path | None) -> None:
    """To the file (through a temporary one beside it, so that a crash loses nothing), or to standard output."""
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        temporary = output.with_name(output.name + ".tmp")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(output)
    except OSError as e:
        refuse(f"{output}: cannot be written ({e.strerror}).")
