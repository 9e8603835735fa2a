"""Findings as JUnit XML, which most CI servers show: a suite, a case for each finding, and one that passes for a file without any.

There is no standard; what is written is what Jenkins' reader and GitLab's take (testsuites > testsuite > testcase > failure).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from fuelbed.core.findings import Finding
from fuelbed.writers.described import printable

__all__ = ["junit"]


def junit(findings: Iterable[Finding], files: Sequence[str] = (), failing: frozenset[str] = frozenset()) -> str:
    """files: all that were looked at. failing: severities that count as failures; the others are told in a case that passes."""
    found = list(findings)
    by_file: dict[str, list[Finding]] = {f: [] for f in files}
    for f in found:
        by_file.setdefault(f.span.file if f.span else "", []).append(f)
    rows = [line for file, of in by_file.items() for line in _cases(file, of, failing)]
    failures = sum(f.severity.value in failing for f in found)
    tests = sum(max(len(of), 1) for of in by_file.values())
    counts = f'tests="{tests}" failures="{failures}" errors="0"'
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="fuelbed" {counts}>\n <testsuite name="fuelbed review" {counts}>'
    return "\n".join([head, *rows, " </testsuite>", "</testsuites>"]) + "\n"


def _cases(file: str, found: Sequence[Finding], failing: frozenset[str]) -> Iterable[str]:
    where = _attribute(file or "-")
    if not found:
        yield f"  <testcase classname={where} name={_attribute('no findings')}/>"
    for f in found:
        line = f.span.line if f.span else 0
        text = printable(f"{f.message} {f.cure}".strip())
        name = _attribute(f"{f.code} line {line}" if line else f.code)
        yield f"  <testcase classname={where} name={name}>"
        if f.severity.value in failing:
            yield f"   <failure type={_attribute(f.severity.value)} message={_attribute(text)}>{escape(printable(f.line()))}</failure>"
        else:
            yield f"   <system-out>{escape(printable(f.line()))}</system-out>"
        yield "  </testcase>"


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
