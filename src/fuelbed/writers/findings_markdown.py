"""Findings as Markdown, for a comment on a pull request or the summary of a job: what was found, by file, most severe first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.shown import counted
from fuelbed.writers.described import printable

__all__ = ["findings_markdown"]

_MOST = 60_000  # characters: a comment on GitHub may have 65,536
_MARKS = {Severity.NOTE: "note", Severity.WARNING: "**warning**", Severity.ERROR: "**error**"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#@!~])")


def findings_markdown(findings: Iterable[Finding], files: Sequence[str] = ()) -> str:
    """A headline and a table a file; cut short, and said so, where a comment could not hold it."""
    found = sorted(findings, key=lambda f: (f.span.file if f.span else "", -f.severity.rank, f.sort_key))
    many = len({*files, *(f.span.file for f in found if f.span)})
    out = [f"### Fuelbed review: {_counts(found)} in {counted(many, 'file')}", ""]
    size, last = len(out[0]), None
    for i, f in enumerate(found):
        file = f.span.file if f.span else ""
        head = [] if file == last else ["", f"`{_code(file)}`", "", "| line | | rule | what |", "|---|---|---|---|"]
        row = f"| {f.span.line if f.span else ''} | {_MARKS[f.severity]} | {f.code} | {_prose(f'{f.message} {f.cure}'.strip())} |"
        size += sum(map(len, head)) + len(row) + len(head) + 1
        if size > _MOST:
            out += ["", f"and {len(found) - i} more: `fuelbed review` shows them."]
            break
        out, last = [*out, *head, row], file
    return "\n".join(out) + "\n"


def _counts(found: Sequence[Finding]) -> str:
    by = [(s, sum(f.severity is s for f in found)) for s in (Severity.ERROR, Severity.WARNING, Severity.NOTE)]
    words = [counted(n, s.value) for s, n in by if n]
    return ", ".join(words) or "nothing found"


def _prose(text: str) -> str:
    """Words of a document are words: no markup, no mention of a person, no cell's end."""
    return _SPECIAL.sub(r"\\\1", printable(text))


def _code(text: str) -> str:
    return printable(text).replace("`", "'").replace("|", "\\|")
