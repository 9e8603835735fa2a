"""Findings as workflow commands of GitHub Actions, which become annotations on the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterable

from fuelbed.core.findings import Finding, Severity
from fuelbed.writers.described import printable

__all__ = ["github"]

_COMMANDS = {Severity.NOTE: "notice", Severity.WARNING: "warning", Severity.ERROR: "error"}


def github(findings: Iterable[Finding]) -> str:
    """One command a line; the empty text where nothing was found.

    Everything that comes from a document is escaped, so that its words cannot end a command or begin one.
    """
    return "".join(f"{_command(f)}\n" for f in findings)


def _command(f: Finding) -> str:
    properties: dict[str, str] = {}
    if f.span is not None:
        s = f.span
        properties = {"file": s.file, "line": str(s.line), "col": str(s.column)}
        if s.end_line == s.line and s.end_column > s.column:  # GitHub takes columns only on one line
            properties |= {"endColumn": str(s.end_column)}
        elif s.end_line > s.line:
            properties |= {"endLine": str(s.end_line)}
    properties["title"] = f.code
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[f.severity]} {told}::{_data(f'{f.message} {f.cure}'.strip())}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
