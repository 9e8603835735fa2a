"""Call graphs as CSV: a matrix of calls as the PetShop data has them, or one edge a row.

The matrix: https://github.com/amazon-science/petshop-root-cause-analysis, `graph.csv`: an empty first cell, the names across, and for each name a row;
a cell above 0 says that the row's component calls the column's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.scanner import did_you_mean
from fuelbed.readers.csv_file import CsvFile
from fuelbed.readers.entries import FileFaults, columns_by_role, is_empty_cell, short
from fuelbed.readers.history_rows import GraphRows
from fuelbed.readers.sheets import Block

__all__ = ["is_matrix", "read_edges", "read_matrix"]

_USUAL: Mapping[str, tuple[str, ...]] = {
    "from": ("from", "source", "parent", "caller", "client", "dependant", "dependent", "consumer", "component"),
    "to": ("to", "target", "child", "callee", "server", "depends_on", "dependency", "provider", "destination"),
    "calls": ("calls", "count", "call_count", "callcount", "requests", "weight"),
}
_CURE = "Write 0, or how many calls were seen."


def is_matrix(sheet: CsvFile) -> bool:
    return len(sheet.header) > 1 and not sheet.header[0].strip()


def read_matrix(sheet: CsvFile, faults: FileFaults) -> GraphRows:
    """Raises `SheetFault` and `TooManyHere`."""
    m = _Matrix(faults, [h.strip() for h in sheet.header[1:]])
    for k, name in enumerate(m.names):
        if not name or m.names.index(name) != k:
            what = f"the name `{name[:60]}` stands there twice." if name else "this column has no name."
            faults.add("FB167", sheet.head(k + 1), what, "Give each component one column.")
    if faults.count:
        return m.rows
    for block in sheet.blocks(range(len(sheet.header))):
        for i in range(len(block)):
            m.row(block, i)
    if missing := [n for n in m.names if n not in m.seen]:
        message = f"`{missing[0][:60]}` and {len(missing) - 1} more have" if len(missing) > 1 else f"`{missing[0][:60]}` has"
        faults.add("FB167", sheet.head(m.names.index(missing[0]) + 1), f"{message} a column and no row.", "Write a row for each.")
    return m.rows


@dataclass(slots=True)
class _Matrix:
    faults: FileFaults
    names: list[str]
    rows: GraphRows = field(default_factory=GraphRows)
    seen: set[str] = field(default_factory=set)
    edges: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows.nodes, self.rows.edges = self.names, self.edges

    def row(self, block: Block, i: int) -> None:
        name = str(block.cells(0)[i] or "").strip()
        if name not in self.names or name in self.seen:
            what = "has a row already" if name in self.seen else "has no column"
            cure = did_you_mean(name, self.names) or "Write the same names across and down."
            self.faults.add("FB167", block.place(i, 0), f"`{name[:60]}` {what}.", cure)
            return
        self.seen.add(name)
        for k, to in enumerate(self.names, 1):
            n = _calls(self.faults, block, i, k)
            if n > 0 and to != name:
                self.edges[name, to] = n


def _calls(faults: FileFaults, block: Block, i: int, k: int) -> int:
    """How many calls a cell says, 0 for none; a share above 0 is at least one."""
    cell = block.cells(k)[i]
    if is_empty_cell(cell):
        return 0
    try:
        value = float(str(cell))
    except ValueError:
        value = -1
    if not 0 <= value < 1e18:
        faults.add("FB167", block.place(i, k), f"`{short(cell)}` is no number of calls.", _CURE)
        return 0
    return max(1, round(value)) if value > 0 else 0


def read_edges(sheet: CsvFile, faults: FileFaults) -> GraphRows:
    """One row for each edge: from, to, and how many calls where a column says it. Raises `SheetFault` and `TooManyHere`."""
    columns = columns_by_role(faults, sheet, {}, _USUAL)
    missing = [role for role in ("from", "to") if role not in columns]
    if missing:
        headers = ", ".join(h[:40] for h in sheet.header[:20])
        cure = f"Write a header `from,to`, or a matrix of calls with an empty first cell. Headers are: {headers}."
        faults.add("FB167", sheet.head(0), "no columns say which component depends on which.", cure)
        return GraphRows()
    k = {role: i for i, role in enumerate(columns)}
    nodes: dict[str, None] = {}
    edges: dict[tuple[str, str], int] = {}
    for block in sheet.blocks(list(columns.values())):
        for i in range(len(block)):
            a, b = (str(block.cells(k[role])[i] or "").strip()[:200] for role in ("from", "to"))
            if not a:
                faults.add("FB167", block.place(i, k["from"]), "this row names no component.", "Write it, or remove the row.")
                continue
            is_counted = "calls" in k and not is_empty_cell(block.cells(k["calls"])[i])
            n = _calls(faults, block, i, k["calls"]) if is_counted else 1
            nodes.update(dict.fromkeys(x for x in (a, b) if x))
            if b and a != b and n:
                edges[a, b] = edges.get((a, b), 0) + n
    return GraphRows(list(nodes), edges)
