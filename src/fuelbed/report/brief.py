"""One page of an answer: tables with the columns that matter most, and no detail."""

from __future__ import annotations

from dataclasses import replace

from fuelbed.core.blocks import Answer, Block, Table
from fuelbed.core.reporting import Report, Section
from fuelbed.core.shown import counted

__all__ = ["brief", "brief_report"]


def brief_report(report: Report, rows: int | None = None) -> Report:
    """Every section briefly."""
    return replace(report, sections=tuple(_section(s, rows) for s in report.sections))


def _section(s: Section, rows: int | None) -> Section:
    return replace(s, answer=brief(s.answer, rows)) if isinstance(s.answer, Answer) else s


def brief(answer: Answer, rows: int | None = None) -> Answer:
    """The blocks of one page: tables with the columns that matter most and at most so many rows, and no detail."""
    return replace(answer, blocks=tuple(_narrow(b, rows) for b in answer.blocks if not b.detail))


def _narrow(b: Block, rows: int | None) -> Block:
    if not isinstance(b, Table):
        return b
    keep = [i for i, c in enumerate(b.columns) if c.brief]
    kept = b.rows[:rows]
    left = len(b.rows) - len(kept)
    note = f"{b.note} And {counted(left, 'more row')}: --full.".strip() if left else b.note
    return replace(b, columns=tuple(b.columns[i] for i in keep), rows=tuple(tuple(r[i] for i in keep) for r in kept), note=note)
