"""`fuelbed check CASE`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import click

from fuelbed.cli._baseline import new_findings
from fuelbed.cli._doubts import doubts
from fuelbed.cli.common import FAIL_ON, REDACT, exit_code, load, redactor, say
from fuelbed.core.case import FactorKind
from fuelbed.core.findings import Severity
from fuelbed.core.shown import counted

__all__ = ["check"]


@click.command(short_help="Check a case file; report every fault at once.")
@click.argument("case", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--fail-on", type=FAIL_ON, default="error", show_default=True, help="Exit 1 on findings at or above this.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="Findings known from this file do not count; written if absent."
)
@REDACT
def check(case: tuple[Path, ...], fail_on: str, baseline: Path | None, redact: bool) -> None:
    """Check each CASE (a folder with case.yaml, or the file itself) without analyzing it. A fault in one hides none in the others.

    Warnings are of what is seen without an analysis: facts of the incident that the structure excludes (cases up to 60 factors), and
    a date that the narrative does not know.
    """
    cases, refused, hide = [], False, redactor(redact)
    for path in case:
        try:
            cases.append(load(path, hide, writes=False))
        except SystemExit:  # its faults are told; the others are looked at all the same
            refused = True
    found = [[*c.findings, *doubts(c)] for c in cases]
    findings = new_findings([f for fs in found for f in fs], baseline if not refused else None)
    for c, of_case in zip(cases, found, strict=True):
        told = [f for f in findings if f in of_case]
        for f in told:
            say(f.line())
        counts = [(k, len(c.of_kind(k))) for k in get_args(FactorKind)] + [("line", len(c.lines)), ("action", len(c.actions))]
        said = [counted(n, k) for k, n in counts]
        warnings = sum(f.severity is Severity.WARNING for f in told)
        say(f"{c.file}: {', '.join(said)}. No fault" + (f", {counted(warnings, 'warning')}." if warnings else "."))
    sys.exit(2 if refused else exit_code(findings, fail_on))
