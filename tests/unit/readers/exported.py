"""Metrics as other programs export them, for tests: a case that reads a file of them, its table, its faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.evidence import MetricsColumn, MetricsTable
from fuelbed.readers.case import read_case

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  metrics:\n"
UP = """{
   "status" : "success",
   "data" : {
      "resultType" : "matrix",
      "result" : [
         {
            "metric" : {
               "__name__" : "up",
               "job" : "prometheus",
               "instance" : "localhost:9090"
            },
            "values" : [
               [ 1435781430.781, "1" ],
               [ 1435781445.781, "1" ],
               [ 1435781460.781, "1" ]
            ]
         },
         {
            "metric" : {
               "__name__" : "up",
               "job" : "node",
               "instance" : "localhost:9091"
            },
            "values" : [
               [ 1435781430.781, "0" ],
               [ 1435781445.781, "0" ],
               [ 1435781460.781, "1" ]
            ]
         }
      ]
   }
}
"""


def case(folder: Path, columns: str, data: str | bytes, file: str, more: str = "") -> Case:
    given = f", columns: {{{columns}}}" if columns else ""
    (folder / "case.yaml").write_text(HEAD + f"    db: {{file: {file}{more}{given}}}\n")
    (folder / file).write_bytes(data.encode() if isinstance(data, str) else data)
    return read_case(folder)


def table(folder: Path, columns: str, data: str | bytes, file: str = "q.json", more: str = "") -> MetricsTable:
    (found,) = case(folder, columns, data, file, more).metrics.values()
    return found


def faults(folder: Path, columns: str, data: str | bytes, file: str = "q.json", more: str = "") -> list[tuple[str, int, int]]:
    with pytest.raises(InputError) as e:
        case(folder, columns, data, file, more)
    assert all(f.cure and f.span for f in e.value.findings)
    return [(f.code, f.span.line, f.span.column) for f in e.value.findings if f.span]


def column(t: MetricsTable, role: str = "load") -> MetricsColumn:
    return t.columns[role]


def told(values: Any) -> list[str]:
    return [f"{v:g}" for v in values]


def matrix(*series: tuple[dict[str, str], list[tuple[float, str]]]) -> str:
    result = [{"metric": m, "values": [[t, v] for t, v in values]} for m, values in series]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def request(*metrics: dict[str, Any], resource: str = "my.service") -> dict[str, Any]:
    attributes = [{"key": "service.name", "value": {"stringValue": resource}}]
    return {
        "resourceMetrics": [
            {
                "resource": {"attributes": attributes},
                "scopeMetrics": [{"scope": {"name": "my.library"}, "metrics": list(metrics)}],
            }
        ]
    }


def point(t: float, start: float | None = None, **more: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"timeUnixNano": str(int((100 + t) * 10**9)), **more}  # a start of 0 means that it is not known
    if start is not None:
        out["startTimeUnixNano"] = str(int((100 + start) * 10**9))
    return out


def total(name: str, temporality: object, *points: dict[str, Any], monotonic: bool = True) -> dict[str, Any]:
    return {
        "name": name,
        "unit": "1",
        "sum": {"aggregationTemporality": temporality, "isMonotonic": monotonic, "dataPoints": list(points)},
    }
