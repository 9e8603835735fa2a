"""`fuelbed check CASE`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fuelbed.cli.common import FAIL_ON, exit_code, load, new_findings, say

__all__ = ["check"]


@click.command(short_help="Check a case file; report every fault at once.")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--fail-on", type=FAIL_ON, default="error", show_default=True, help="Exit 1 on findings at or above this.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="Findings known from this file do not count; written if absent."
)
def check(case: Path, fail_on: str, baseline: Path | None) -> None:
    """Check CASE (a folder with case.yaml, or the file itself) without analyzing it."""
    loaded = load(case)
    findings = new_findings(loaded.findings, baseline)
    for f in findings:
        say(f.line())
    kinds = ", ".join(f"{len(loaded.of_kind(k))} {k}s" for k in ("trigger", "condition", "control"))
    say(f"{loaded.file}: {kinds}, {len(loaded.lines)} lines, {len(loaded.actions)} actions. No fault.")
    sys.exit(exit_code(findings, fail_on))
