"""What the commands share: reading a case or leaving with code 2, the baseline, the exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click

from fuelbed.core.case import Case
from fuelbed.core.errors import FuelbedError, InputError
from fuelbed.core.findings import Finding, Severity

__all__ = ["FAIL_ON", "exit_code", "load", "new_findings", "refuse", "write_out"]

FAIL_ON = click.Choice(["note", "warning", "error", "never"])


def load(path: Path) -> Case:
    """The case at `path`, or every fault on standard error and exit code 2."""
    from fuelbed.readers.case import read_case

    try:
        return read_case(path)
    except InputError as e:
        for f in e.findings:
            click.echo(f.line(), err=True)
        n = len(e.findings)
        click.echo(f"{n} fault{'s' if n != 1 else ''} in {path}. Nothing was written.", err=True)
        sys.exit(2)
    except (FuelbedError, OSError) as e:
        refuse(str(e))


def refuse(message: str) -> NoReturn:
    """One line on standard error, exit code 2."""
    click.echo(f"error: {message}", err=True)
    sys.exit(2)


def new_findings(findings: Iterable[Finding], baseline: Path | None) -> list[Finding]:
    """The findings that the baseline file does not hold; the file is written when it is not there yet."""
    found = list(findings)
    if baseline is None:
        return found
    if not baseline.exists():
        write_out(json.dumps({"fuelbed-baseline": 1, "known": sorted(f.fingerprint for f in found)}, indent=1) + "\n", baseline)
        click.echo(f"Wrote {baseline}: {len(found)} findings are known from now on.", err=True)
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
