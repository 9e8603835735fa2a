"""Findings as lines of text, one each: `file:line:column: CODE message cure`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fuelbed.core.findings import Finding
from fuelbed.writers.described import printable

__all__ = ["findings_text"]

_WIDEST = 160  # characters of a quoted line


def findings_text(findings: Iterable[Finding], sources: Mapping[str, str] | None = None) -> str:
    """One line a finding; with `sources` (file -> text) the line that it rests on follows, marked by a bar.

    The bar also keeps a line of a document from being read as a command by a log that shows it (`::warning`, `##[group]`).
    """
    lines: dict[str, list[str]] = {}
    out = []
    for f in findings:
        where = f"{printable(f.span.file)}:{f.span.line}:{f.span.column}: " if f.span else ""
        out.append(_safe(f"{where}{f.code} {printable(f'{f.message} {f.cure}'.strip())}"))
        if f.span is not None and sources is not None and f.span.file in sources:
            if f.span.file not in lines:
                lines[f.span.file] = sources[f.span.file].replace("\r\n", "\n").replace("\r", "\n").split("\n")
            of_file = lines[f.span.file]
            if 1 <= f.span.line <= len(of_file):
                out.append(_safe(f"    | {_shown(of_file[f.span.line - 1], f.span.column)}"))
    return "".join(f"{line}\n" for line in out)


def _shown(line: str, column: int) -> str:
    """The line, or the part of a long one around the column."""
    first = max(column - 1 - _WIDEST // 2, 0) if len(line) > _WIDEST else 0
    piece = line[first : first + _WIDEST]
    return f"{'... ' if first else ''}{printable(piece)}{' ...' if first + _WIDEST < len(line) else ''}"


def _safe(line: str) -> str:
    """`##[` anywhere in a line is a command to old GitHub runners and to Azure Pipelines."""
    line = line.replace("##[", "## [").replace("##vso[", "##vso [")
    return f"./{line}" if line.startswith("::") else line
