"""What a monitoring system exported: a file of Prometheus JSON, OTLP JSON or OpenMetrics text -> its series."""

from __future__ import annotations

from fuelbed.readers.entries import FileFaults
from fuelbed.readers.json_faults import JsonFaults
from fuelbed.readers.json_text import JsonText, decode_json
from fuelbed.readers.lines import pieces_of
from fuelbed.readers.openmetrics import read_openmetrics
from fuelbed.readers.otlp import Otlp, is_otlp
from fuelbed.readers.prometheus import is_prometheus, read_prometheus
from fuelbed.readers.series import SeriesFile
from fuelbed.readers.sheets import SheetFault
from fuelbed.readers.stream import Stream

__all__ = ["MAX_JSON", "MAX_OPENMETRICS", "read_export"]

MAX_JSON = 50_000_000  # bytes; all of it is held at once, and its values take up to 20 times as much
MAX_OPENMETRICS = 100_000_000


def read_export(stream: Stream, form: str, faults: FileFaults) -> SeriesFile:
    """form: `prometheus`, `otlp`, `openmetrics`, or `json` where the content decides. Raises `SheetFault` and `TooManyHere`."""
    if form == "openmetrics":
        return read_openmetrics(pieces_of(stream), faults)
    text = decode_json(stream.whole())
    documents = _documents(text, faults.shown)
    if form == "json":
        form = "otlp" if is_otlp(documents[0].value) else "prometheus" if is_prometheus(documents[0].value) else ""
    if not form:
        cure = "Save what `/api/v1/query_range` answers, or an OTLP request; CSV, Parquet and OpenMetrics are read too."
        raise SheetFault("this JSON is neither of Prometheus nor of OTLP.", cure)
    if form == "prometheus":
        return _prometheus(documents, faults)
    otlp = Otlp()
    for document in documents:
        found = JsonFaults(document.parsed(), faults)
        otlp.add(found)
        found.tell()
        document.value = None
    return otlp.finish()


def _prometheus(documents: list[JsonText], faults: FileFaults) -> SeriesFile:
    if len(documents) > 1:
        line = documents[1].line
        raise SheetFault("something follows the answer of Prometheus.", "Keep one answer a file.", "FB052", line)
    found = JsonFaults(documents[0].parsed(), faults)
    out = read_prometheus(found)
    found.tell()
    documents[0].value = None
    return out


def _documents(text: str, shown: str) -> list[JsonText]:
    """One document; or one on each line, where the first line is one by itself and others follow. The first is parsed."""
    lines = text.split("\n") if "\n" in text.strip() else []
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines and lines[first].rstrip().endswith("}"):
        try:
            begin = JsonText(lines[first], shown, first + 1).parsed()
        except SheetFault:
            return [JsonText(text, shown).parsed()]
        rest = [JsonText(line, shown, i) for i, line in enumerate(lines[first + 1 :], first + 2) if line.strip()]
        return [begin, *rest]
    return [JsonText(text, shown).parsed()]
