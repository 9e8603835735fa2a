"""Graphs of who depends on whom -> rows of `evidence.traces`: OTLP and Jaeger traces, Backstage catalogues, CSV. The content shows which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from fuelbed.core.findings import Span
from fuelbed.readers.clock import Clock
from fuelbed.readers.csv_file import CsvFile
from fuelbed.readers.entries import FileFaults
from fuelbed.readers.graphs.backstage import Catalogue, is_entity
from fuelbed.readers.graphs.calls import Calls
from fuelbed.readers.graphs.documents import MAX_YAML, yaml_documents
from fuelbed.readers.graphs.jaeger import is_jaeger, read_answer
from fuelbed.readers.graphs.matrix import is_matrix, read_edges, read_matrix
from fuelbed.readers.graphs.otlp import is_otlp, read_request
from fuelbed.readers.history_rows import GraphRows
from fuelbed.readers.json_documents import json_documents
from fuelbed.readers.json_faults import JsonFaults
from fuelbed.readers.json_items import JsonItem, items_of
from fuelbed.readers.json_text import JsonText, decode_json
from fuelbed.readers.sheets import SheetFault
from fuelbed.readers.stream import Stream

__all__ = ["FORMATS", "Graph"]

FORMATS = ("otlp", "jaeger", "backstage", "petshop", "csv")
_TABLES = (".csv", ".tsv")
_YAML = (".yaml", ".yml")
_LOOKED_AT = 65_536  # bytes that show a format
_SMALLER = (
    "Write one request on each line (`jq -c .`), or export fewer hours: a graph needs each kind of request once, not every one."
)
_NONE = "Save traces as OTLP or Jaeger JSON, a catalogue of Backstage, or CSV: a matrix of calls, or rows `from,to`."
_TITLES = {"otlp": "OTLP traces", "jaeger": "an answer of Jaeger", "backstage": "a catalogue of Backstage"}


@dataclass(slots=True)
class Graph:
    """What the documents of a file add up to, or of several: a span's parent may be in another one.

    declared  one of `FORMATS`, or "" where the content decides; form: the one that was read, "" until one was.
    """

    declared: str
    form: str = ""
    calls: Calls = field(default_factory=Calls)
    catalogue: Catalogue = field(default_factory=Catalogue)
    nodes: dict[str, None] = field(default_factory=dict)
    edges: dict[tuple[str, str], int] = field(default_factory=dict)
    clock: Clock = field(default_factory=lambda: Clock("iso"))

    def add(self, stream: Stream, faults: FileFaults) -> None:
        """Reads a file. Faults of entries go to `faults`. Raises `SheetFault` and `TooManyHere`."""
        kind = {"otlp": "json", "jaeger": "json", "petshop": "table", "csv": "table"}.get(self.declared) or _kind(stream)
        if kind == "table":
            self._table(CsvFile(stream, faults.shown), faults)
            return
        if kind == "yaml" and stream.size > MAX_YAML:
            raise SheetFault(f"the file is larger than {MAX_YAML // 1_000_000} MB.", "Cut the catalogue.", "FB056")
        documents: Iterator[JsonText] = (
            json_documents(stream, faults.shown, _SMALLER)
            if kind == "json"
            else yaml_documents(decode_json(stream.whole()), faults.shown)
        )
        for document in documents:
            found = JsonFaults(document, faults)
            self._document(found)
            found.tell()
            document.value = None

    def _table(self, sheet: CsvFile, faults: FileFaults) -> None:
        if self.declared == "petshop" and not is_matrix(sheet):
            raise SheetFault(
                "this is no matrix of calls: its first cell is not empty.", "Write `format: csv` for rows `from,to`."
            )
        is_square = is_matrix(sheet) and self.declared != "csv"
        rows = read_matrix(sheet, faults) if is_square else read_edges(sheet, faults)
        self.nodes.update(dict.fromkeys(rows.nodes))
        for edge, n in rows.edges.items():
            self.edges[edge] = self.edges.get(edge, 0) + n

    def _document(self, found: JsonFaults) -> None:
        value = found.value
        if value is None:
            return  # `---` twice
        if isinstance(value, list):
            items = list(items_of(found, value, (), self.clock))
        elif isinstance(value, dict):
            item = JsonItem(found, value, (), self.clock)
            items = list(item.items("items")) if isinstance(value.get("items"), list) and not is_entity(value) else [item]
        else:
            items = []
        for item in items:
            self._one(item)
        if not items and not isinstance(value, list | dict):
            found.add((), "FB167", "this is no graph of dependencies.", _NONE)

    def _one(self, item: JsonItem) -> None:
        shown = _seen(item.value) or self.declared
        wanted = self.declared or self.form
        if not shown or (wanted and shown != wanted):
            what = f"this is {_TITLES[shown]}, not {_TITLES[wanted]}." if shown else "this is no graph of dependencies."
            item.found.add(
                item.path, "FB167", what, _NONE if not shown else f"Write `format: {shown}`, or keep one kind in a file."
            )
            return
        self.form = shown
        if shown == "otlp":
            read_request(item, self.calls)
        elif shown == "jaeger":
            read_answer(item, self.calls, self.edges)
        else:
            self.catalogue.read(item)

    def finish(self, faults: FileFaults) -> GraphRows:
        """The graph of all files, which is not whole where there were faults; none at all is a fault."""
        rows = self.catalogue.finish() if self.form == "backstage" else self.calls.finish()
        nodes = dict.fromkeys([*rows.nodes, *self.nodes, *(x for edge in self.edges for x in edge)])
        edges = dict(rows.edges)
        for (a, b), n in self.edges.items():
            if a != b:
                edges[a, b] = edges.get((a, b), 0) + n
        if not nodes and not faults.count:
            faults.add("FB167", Span(faults.shown, 1, 1), "there is no component in it.", _NONE)
        return GraphRows(list(nodes), edges, rows.notes)


def _kind(stream: Stream) -> str:
    """json, yaml or table, by the first characters and the ending. Raises `SheetFault`."""
    head = stream.handle.read(_LOOKED_AT)
    stream.handle.seek(0)
    ending = PurePosixPath(stream.file).suffix.lower()
    if ending in _TABLES:
        return "table"
    if ending in _YAML:
        return "yaml"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return "json"
    if b"apiVersion:" in head:
        return "yaml"
    if b"," in head.split(b"\n", 1)[0]:
        return "table"
    if not head.strip():
        raise SheetFault("the file is empty.", _NONE)
    raise SheetFault("this is no graph of dependencies that is known here.", _NONE, "FB167")


def _seen(value: dict[str, Any]) -> str:
    return "otlp" if is_otlp(value) else "jaeger" if is_jaeger(value) else "backstage" if is_entity(value) else ""
