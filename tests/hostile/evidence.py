"""Evidence files that a stranger might send, of every format: deep, endless, cut off, packed, with a million series. Made when asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

__all__ = ["BAD", "BAD_HISTORY", "HEAVY", "HEAVY_HISTORY"]

_UP = '{"status":"success","data":{"resultType":"matrix","result":[%s]}}'
_SERIES = '{"metric":{"__name__":"load","i":"%d"},"values":[%s]}'
_POINT = '{"timeUnixNano":"%d","asInt":"1"}'
_OTLP = '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"load","gauge":{"dataPoints":[%s]}}]}]}]}'


BAD: Mapping[str, tuple[str, Callable[[], bytes], str]] = {
    "JSON: 20,000,000 brackets": ("m.json", lambda: b"[" * 20_000_000, "FB052"),
    "JSON: 5,000,000 objects in one another": ("m.json", lambda: b'{"a":' * 5_000_000, "FB052"),
    "JSON: 16,000,000 empty lists": ("m.json", lambda: b"[" + b"[]," * 16_000_000 + b"[]]", "FB052"),
    "JSON: 5,000,000 objects, one with a key twice": ("m.json", lambda: b"[" + b'{"":0},' * 5_000_000 + b'{"a":0,"a":1}]', "FB052"),
    "JSON: a number of 40 MB": ("m.json", lambda: b'{"status":' + b"9" * 40_000_000 + b"}", "FB052"),
    "JSON: a text of 40 MB that never ends": ("m.json", lambda: b'{"status":"' + b"\\u0041" * 7_000_000, "FB052"),
    "JSON: backslashes": ("m.json", lambda: b'{"status":"' + b"\\" * 40_000_001, "FB052"),
    "JSON: past the limit": ("m.json", lambda: b" " * 50_000_001, "FB056"),
    "JSON: NUL bytes": ("m.json", lambda: b"\0" * 1_000_000, "FB052"),
    "JSON: UTF-16": ("m.json", lambda: json.dumps({"status": "success"}).encode("utf-16"), "FB052"),
    "Prometheus: 200,000 series": (
        "m.json", lambda: (_UP % ",".join('{"metric":{},"values":[]}' for _ in range(200_000))).encode(), "FB056",
    ),
    "Prometheus: a series that 50,000 fit": (
        "m.json",
        lambda: (_UP % ",".join(_SERIES % (i, '[1,"1"]') for i in range(50_000))).encode(),
        "FB053",
    ),
    "Prometheus: 1,000,000 bad values": (
        "m.json", lambda: (_UP % (_SERIES % (1, ",".join(['[1,"x"]'] * 1_000_000)))).encode(), "FB054",
    ),
    "OTLP: 400,000 points at one time": ("m.json", lambda: (_OTLP % ",".join([_POINT % 5000] * 400_000)).encode(), "FB055"),
    "OTLP: 100,000 lines, the last one cut": (
        "m.jsonl", lambda: (b'{"resourceMetrics":[]}\n' * 100_000) + b'{"resourceMetrics":[', "FB052",
    ),
    "OpenMetrics: no end": ("m.om", lambda: b"load 1 5\n" * 1, "FB052"),
    "OpenMetrics: one line of 30 MB": ("m.om", lambda: b"a" * 30_000_000, "FB056"),
    "OpenMetrics: 1,000,000 series": ("m.om", lambda: "".join(f"m{i} 1 5\n" for i in range(1_000_000)).encode(), "FB056"),
    "OpenMetrics: 1,000,000 types": ("m.om", lambda: "".join(f"# TYPE m{i} gauge\n" for i in range(1_000_000)).encode(), "FB056"),
    "OpenMetrics: labels without an end": ("m.om", lambda: b'load{a="' + b'\\"' * 90_000 + b"\n# EOF\n", "FB052"),
    "OpenMetrics: 2,000,000 samples at one time": ("m.om", lambda: b"load 1 5\n" * 2_000_000 + b"# EOF\n", "FB055"),
    "CSV: one line of 100 MB": ("m.csv", lambda: b"7" * 100_000_000, "FB056"),
    "CSV: 20,000,000 empty lines": ("m.csv", lambda: b"time,load\n" + b"\n" * 20_000_000, "FB052"),
    "CSV: 20,000,000 quotes": ("m.csv", lambda: b"time,load\n" + (b'"' * 1_000 + b"\n") * 20_000, "FB055"),
    "CSV: 1,000,000 rows at one time": ("m.csv", lambda: b"time,load\n" + b"5,1\n" * 1_000_000, "FB055"),
    "CSV: 2,000 columns of the same name": ("m.csv", lambda: b"time" + b",load" * 1_999 + b"\n" + b"1" + b",1" * 1_999 + b"\n", "FB053"),
    "Parquet: noise": ("m.parquet", lambda: b"PAR1" + b"\xff" * 1_000_000 + b"PAR1", "FB052"),
}  # fmt: skip  # one case an entry
"""Name -> name of the file, its bytes, and the code that must be among the faults."""

HEAVY: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "Prometheus: 600,000 samples": (
        "m.json",
        lambda: (_UP % (_SERIES % (1, ",".join(f'[{i}.5,"{i % 97}"]' for i in range(600_000))))).encode(),
    ),
    "OTLP: 300,000 points": ("m.json", lambda: (_OTLP % ",".join(_POINT % (i * 10**6) for i in range(1, 300_001))).encode()),
    "OpenMetrics: 1,000,000 samples": ("m.om", lambda: ("".join(f"load {i % 97} {i}\n" for i in range(1_000_000)) + "# EOF\n").encode()),
    "CSV: 2,000,000 rows": ("m.csv", lambda: ("time,load\n" + "".join(f"{i},{i % 97}\n" for i in range(2_000_000))).encode()),
    "CSV: quotes everywhere": ("m.csv", lambda: ('"time","load"\n' + "".join(f'"{i}","{i % 97}"\n' for i in range(300_000))).encode()),
    "CSV: nothing was ever measured": ("m.csv", lambda: ("time,load\n" + "".join(f"{i}, n/A \n" for i in range(200_000))).encode()),
}  # fmt: skip  # one case an entry
"""Name -> name of the file and its bytes: well formed, and read in bounded memory and time."""

_OPEN = "history: {file: h.csv, observed: {start: 0, end: 9e6}}"
BAD_HISTORY: Mapping[str, tuple[str, str, Callable[[], bytes], str]] = {
    "history: 1,000,000 components": (
        "history: h.csv", "h.csv", lambda: ("component,start\n" + "".join(f"c{i},{i}\n" for i in range(1_000_000))).encode(), "FB056",
    ),
    "history: 1,000,000 ends before their starts": ("history: h.csv", "h.csv", lambda: b"component,start,end\n" + b"a,5,1\n" * 1_000_000, "FB160"),
    "history: Parquet that is noise": ("history: h.parquet", "h.parquet", lambda: b"PAR1" + b"\xff" * 1_000_000 + b"PAR1", "FB052"),
    "incidents: 1,000,000 rows": ("incidents: i.csv", "i.csv", lambda: b"failed,x\n" + b"no,1\n" * 1_000_000, "FB056"),
    "incidents: 2,000 columns of texts": (
        "incidents: i.csv", "i.csv", lambda: b"failed" + b",x" * 1_999 + b"\n" + (b"no" + b",y" * 1_999 + b"\n") * 20_000, "FB056",
    ),
    "incidents: 2,000 factors": ("incidents: i.csv", "i.csv", lambda: b"failed" + b",x" * 1_999 + b"\n" + b"no" + b",1" * 1_999 + b"\n", "FB056"),
}  # fmt: skip  # one case an entry
"""Name -> what `evidence` says, name of the file, its bytes, and the code that must be among the faults."""

HEAVY_HISTORY: Mapping[str, tuple[str, str, Callable[[], bytes]]] = {
    "history: 200,000 failures at one time, in no order": (
        _OPEN, "h.csv", lambda: ("component,start,end\n" + "".join(f"c{i % 97},{i % 2},{i}\n" for i in range(2, 200_002))).encode(),
    ),
    "incidents: 50,000 near misses": ("incidents: i.csv", "i.csv", lambda: b"failed,x,y\n" + b"no,1,0.5\n" * 50_000),
}  # fmt: skip  # one case an entry
