"""`evidence.traces`: who depends on whom, from traces, catalogues and matrices -> `DependencyGraph`, every fault with its place and cure."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from fuelbed.core.history import DependencyGraph
from fuelbed.readers.entries import Entry, FileFaults, read_entries
from fuelbed.readers.fields import Reading
from fuelbed.readers.files import Progress
from fuelbed.readers.graphs import FORMATS, Graph
from fuelbed.readers.history_rows import GraphRows, Names, names_of
from fuelbed.readers.read_file import read_file
from fuelbed.readers.sheets import MAX_TABLE
from fuelbed.readers.yaml import Node

__all__ = ["read_dependencies"]


def read_dependencies(
    r: Reading, node: Node | None, root: Path | None, inputs: dict[str, str], progress: Progress | None = None
) -> dict[str, DependencyGraph]:
    """The graphs by name. Only files in `inputs` are opened (the others are reported already); it gets their digests."""
    graphs: dict[str, DependencyGraph] = {}
    for entry in read_entries(r, "traces", node):
        form, names = entry.f.choice("format", FORMATS, ""), names_of(r, entry.f)
        if root is None or not all(file.text in inputs for file in entry.files):
            continue
        rows = _rows(r, entry, form, root, inputs, progress)
        if rows is not None:
            graphs[entry.name] = _graph(r, entry, rows, names)
    return graphs


def _rows(r: Reading, entry: Entry, form: str, root: Path, inputs: dict[str, str], progress: Progress | None) -> GraphRows | None:
    """None after a fault."""
    graph = Graph(form)
    whole = FileFaults(r, entry.file, entry.span)
    for file in entry.files:
        faults = FileFaults(r, file.text, file.span)
        read_file(partial(graph.add, faults=faults), faults, root, inputs, MAX_TABLE, progress)
        whole.count += faults.count
    rows = graph.finish(whole)
    return rows if not whole.count else None


def _graph(r: Reading, entry: Entry, rows: GraphRows, names: Names) -> DependencyGraph:
    """With the names of the case; edges that become one are added, and what depends on itself is no edge."""
    faults = FileFaults(r, entry.file, entry.span)
    where = f"in `{entry.file[:80]}`{f' and {len(entry.files) - 1} more' if len(entry.files) > 1 else ''}"
    for note in rows.notes:
        faults.note("FB169", f"{where}, {note}", "Nothing, where it is meant.")
    edges: dict[tuple[str, str], int] = {}
    for (a, b), n in rows.edges.items():
        edge = names[a], names[b]
        if edge[0] != edge[1]:
            edges[edge] = edges.get(edge, 0) + n
    nodes = tuple(dict.fromkeys(names[x] for x in rows.nodes))
    names.tell(r, entry.file, rows.nodes)
    return DependencyGraph(entry.name, entry.file, nodes, edges, entry.source, entry.span)
