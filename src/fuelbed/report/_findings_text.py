"""The findings as text: graver ones first and with their cure; on one screen those that say the same of several things share a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reporting import Report
from fuelbed.report._columns import clean, columns, wrap
from fuelbed.report._page import Page

__all__ = ["with_first", "write_findings"]


def write_findings(report: Report, page: Page) -> None:
    """How many of each there are, and those for which there is room."""
    if not report.findings:
        return
    counts = Counter(f.severity for f in report.findings)
    by = ", ".join(f"{n} {s.value}{'s' if n != 1 else ''}" for s in reversed(Severity) if (n := counts[s]))
    fresh = sum(f in page.new for f in report.findings) if page.new is not None else 0
    if page.room.findings:
        page.gap()
    ranked = sorted(report.findings, key=lambda f: (page.new is not None and f not in page.new, -f.severity.rank))
    groups = _alike(ranked, page)
    grave = sum(g[0].severity is not Severity.NOTE or (page.new is not None and g[0] in page.new) for g in groups)
    shown = groups[: max(page.room.findings, min(page.room.grave, grave))]
    head = f"Findings: {by}" + (f"; {fresh or 'none'} new" if page.new is not None else "")
    left = sum(map(len, groups[len(shown) :]))
    if shown and left:
        head += f" ({left} more with --full)"
    page.wrap(head if shown else with_first(head, ranked[0], page.width), tone="head")
    for group in shown:
        _finding(group, page)


def _alike(ranked: Sequence[Finding], page: Page) -> list[list[Finding]]:
    """Findings of one code that say the same of several things, each such group together; in the full report each by itself."""
    groups: dict[object, list[Finding]] = {}
    for i, f in enumerate(ranked):
        new = page.new is not None and f in page.new
        key = (new, f.code, f.of_all) if f.of_all and not page.full else i
        groups.setdefault(key, []).append(f)
    return list(groups.values())


def _finding(group: Sequence[Finding], page: Page) -> None:
    """One or several that say the same, with the place; with the cure what is more than a note, and all of it in the full report."""
    f = group[0]
    tone = "bad" if f.severity is not Severity.NOTE else "muted"
    cure = f" {f.cure}" if f.cure and (page.full or f.severity is not Severity.NOTE) else ""
    mark = "new: " if page.new is not None and f in page.new else ""
    says = f.message if len(group) == 1 else f"{f.of_all}: {', '.join(x.of_one for x in group)}."
    page.wrap(f"{mark}{f.code} {says}{cure}{_places(group)}", " ", "   ", tone)


def _places(group: Sequence[Finding]) -> str:
    """`(case.yaml:7, 12)`: of several only what is in the file of the first."""
    spans = [f.span for f in group if f.span is not None]
    lines = dict.fromkeys(s.line for s in spans if s.file == spans[0].file)
    return f" ({spans[0].file}:{', '.join(map(str, lines))})" if spans else ""


def with_first(head: str, first: Finding, width: int) -> str:
    """The count, and where no line is left for any finding the beginning of the first one beside it."""
    said = wrap(f"{head}, first {first.code}: {clean(first.message)}", width - 4)[0].rstrip(",;:")
    return f"{said} ..." if columns(said) > columns(head) + 12 else head
