"""What the report of a shipped case says, by engine and table: analyzed once, looked up by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Answer, Cell, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.reporting import Report
from fuelbed.readers.case import read_case

__all__ = ["CASES", "answer", "number", "report", "rows"]

CASES = Path(__file__).parents[2] / "src/fuelbed/cases"


@cache
def report(case: str | Path) -> Report:
    """case: the name of a shipped case, or a folder."""
    return analyze(read_case(CASES / case))


def answer(case: str | Path, engine: str) -> Answer:
    found = next(s.answer for s in report(case).sections if s.engine == engine)
    assert isinstance(found, Answer)
    return found


def rows(case: str | Path, engine: str, table: str) -> dict[str, dict[str, Cell]]:
    """The rows of a table by their first cell, each by the names of its columns."""
    t = next(b for b in answer(case, engine).blocks if isinstance(b, Table) and b.id == table)
    return {row[0].text: dict(zip((c.id for c in t.columns), row, strict=True)) for row in t.rows}


def number(cell: Cell) -> Estimate:
    assert cell.estimate is not None
    return cell.estimate
