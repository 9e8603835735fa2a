"""Well-formed inputs to begin from: the shipped cases, and what the tests of each reader hold as examples."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.shipped import SHIPPED, VARIED
from tests.unit.readers import test_events, test_history, test_incidents, test_settings, test_vulnerabilities
from tests.unit.readers.attackflow.drawing import drawing, older_drawing
from tests.unit.readers.attackflow.test_stix import BUNDLE, bundle
from tests.unit.readers.faulttrees.test_galileo import GOOD
from tests.unit.readers.graphs.test_graphs import CATALOGUE, SHOP, trace
from tests.unit.readers.trackers.exported import alert, issue, pager, pagers, status, update

__all__ = ["SEEDS", "WORDS"]

DATA = Path(__file__).parents[1] / "data"
READERS = Path(__file__).parents[1] / "unit" / "readers"
ARCHETYPES = Path(__file__).parents[2] / "src/fuelbed/readers/archetypes"
_VARIED = [p for p in SHIPPED if p.name in VARIED]
_BOXES = {
    "a": ("action", {"name": "Scan", "ttp": [["tactic", "TA0043"], ["technique", "T1595"]]}),
    "b": ("condition", {"description": "open"}),
    "c": ("AND_operator", {}),
    "d": ("asset", {"name": "Host"}),
}
_LINES = [("a", "", "b"), ("b", "True", "c"), ("c", "", "d"), ("b", "False", "a")]
_OPENPSA = b"""<?xml version="1.0"?>
<opsa-mef>
<define-fault-tree name="T">
 <define-gate name="top"><label>Both of them</label><and><event name="a"/><gate name="g"/><house-event name="on"/></and></define-gate>
 <define-gate name="g"><atleast min="2"><event name="a"/><event name="b"/><not><event name="b"/></not></atleast></define-gate>
 <define-basic-event name="a"><lognormal-deviate><float value="0.1"/><float value="3"/><float value="0.95"/></lognormal-deviate></define-basic-event>
</define-fault-tree>
<model-data><define-basic-event name="b"><exponential><parameter name="l"/><system-mission-time/></exponential></define-basic-event>
<define-parameter name="l"><float value="1e-4"/></define-parameter><define-house-event name="on"><constant value="true"/></define-house-event></model-data>
</opsa-mef>
"""
_CSV = b"time,load,queue,up\n2025-01-01T00:00:00Z,0.5,1e3,1\n2025-01-01T00:01:00Z,,7,true\n2025-01-01T02:03:00+01:00,NaN,3,0\n"
_PROMETHEUS = {
    "status": "success",
    "data": {
        "resultType": "matrix",
        "result": [
            {"metric": {"__name__": "load", "job": "a"}, "values": [[1700000000, "0.5"], [1700000060.5, "NaN"]]},
            {"metric": {"__name__": "queue"}, "values": [[1700000000, "+Inf"]]},
        ],
    },
}
_OPENMETRICS = b'# TYPE load gauge\n# UNIT load \n# HELP load How \\n long\nload{job="a",x="\\"q\\""} 0.5 1700000000\n# TYPE queue counter\nqueue_total 5 1700000000 # {trace="a"} 1\n# EOF\n'
_OTLP = {
    "resourceMetrics": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "a"}}]},
            "scopeMetrics": [
                {
                    "metrics": [
                        {
                            "name": "load",
                            "unit": "",
                            "gauge": {"dataPoints": [{"timeUnixNano": "1700000000000000000", "asDouble": 0.5, "attributes": []}]},
                        },
                        {
                            "name": "queue",
                            "sum": {
                                "isMonotonic": True,
                                "aggregationTemporality": 2,
                                "dataPoints": [{"timeUnixNano": "1700000000000000000", "asInt": "7"}],
                            },
                        },
                    ]
                }
            ],
        }
    ]
}
_TOOL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
_TEXTS = [(DATA / "answered.md").read_bytes(), *((p / "postmortem.md").read_bytes() for p in _VARIED)]
_PIECES = b"""---
title: Orders lost
severity: 2
date: 2024-05-03
---
# Orders lost <a name="x"></a>

| time | what |
|------|------|
| 13:05 UTC | A deploy of **build 7** [link](http://a.example/x) ![pic](p.png) cut the timeout |

## Root cause <!-- fuelbed: ignore PM401 of old -->

- Because retries had no limit since 2019, the queue grew, which led to more retries.
  1. nested `code` and ``a`b``

> quoted <br> <script>alert(1)</script> &nbsp; &#65;

```
log line
```

## Action items

- [ ] Add a limit (owner: @ann, due 4 March) #12
- [x] Alert on the queue
"""


def _json(*values: Any) -> list[bytes]:
    return [json.dumps(v, indent=1).encode() for v in values]


def parquet() -> list[bytes]:
    """Small files, one with texts; none where the extra is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return []
    out = []
    at = pa.array([1_735_689_600_000_000, 1_735_693_200_000_000], pa.timestamp("us", "UTC"))
    for columns in (
        {"time": at, "load": [0.5, 0.7], "queue": [1, 2], "component": ["a", "b"], "start": at, "end": at},
        {"time": [1.7e9, 1.7e9 + 60], "load": [0.5, None], "queue": [1, 2]},
        {"component": ["a", "b"], "start": ["2025-01-01", "2025-01-02"], "end": ["2025-01-01T01:00:00", None]},
    ):
        file = io.BytesIO()
        pq.write_table(pa.table(columns), file)
        out.append(file.getvalue())
    return out


def _messages() -> list[bytes]:
    text, answer, case = (
        _PIECES.decode(),
        (DATA / "answer.json").read_text(),
        "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\n",
    )
    calls = [
        ("review", {"text": text}),
        ("check", {"case": case}),
        ("explain", {"code": "FB022"}),
        ("draft_prompt", {"text": text}),
        ("validate_draft", {"text": text, "answer": answer}),
        ("review_answer", {"text": text, "answer": answer}),
    ]
    first = {"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}}}
    return [
        json.dumps(m).encode()
        for m in (
            first,
            {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
            *({**_TOOL, "params": {"name": n, "arguments": a}} for n, a in calls),
        )
    ]


SEEDS: Mapping[str, list[bytes]] = {
    "case": [(p / "case.yaml").read_bytes() for p in _VARIED] + [(READERS / f"{n}.yaml").read_bytes() for n in ("design_example", "dynamics_example", "sixty_faults", "dynamics_faults")],
    "yaml": [b"a: 1\nb: [x, 'y', {c: \"d\\n\"}]\n", b"t: |\n  block\n  text\nf: >-\n  folded\n\n  text\n? k\n: v\n", (READERS / "design_example.yaml").read_bytes()],
    "expression": [b"(timeout_cut and ingestion_surge) or not shared_writer", b"atleast(2, a, b, fails(c))", b"threshold(1.5, 0.3*a, 0.5*b, -1*c)", b"any(a, all(b, c)) and tips(surge)"],
    "formula": [b"k*x*(1-x) - a*max(0,x-th) + 0.5*min(x,q)", b"if(x > 1 and not y <= 2, exp(-x^2), -3e-4) / (1 + x)"],
    "temporal": [b"latency > 1 s -> eventually[0..3 min] latency < 300 ms", b"always[2..10 s](a > 1 or b > 1) until[0..] event(\"deploy, again\")", b"falls(a > 1) -> once[1 h..] historically[30 s..2 min] not b >= -1"],
    "rule": [b"latency > 2 s and errors / requests >= 0.05 for 2 min", b"up < 1 or not queue <= 35 for 90 s"],
    "number": [b"0.05", b"4..24 per year", b"lognormal(0.02 ef 5)", b"beta(2 18)", b"5 %", b"100 per second", b"-3 s", b"monthly", b"10..30 minutes", b"times 1.7"],
    "sentence": [b"set circuit_breaker.fails to 0.05", b"add control new_one fails 0.1 on out shares probes", b"observe writer_saturated misses 0.2", b"remove weak", b"revert timeout_cut"],
    "selector": [b'http_requests{code="200", job!="te\\"st"}', b"sum(load{a=\"b\"})", b"mean(x)"],
    "json": [b'{"a": [1, -2.5e3, "x\\u0041", true, null, {}], "b": {"c": [[]]}}', *_json(_PROMETHEUS)],
    "metrics.csv": [_CSV, _CSV.replace(b",", b";").replace(b"\n", b"\r\n"), b'"time","load","queue"\n"5","1","2"\n"6",""," 3 "\n'],
    "metrics.json": _json(_PROMETHEUS, _OTLP),
    "metrics.om": [_OPENMETRICS],
    "metrics.parquet": parquet(),
    "events.csv": [test_events.DEPLOYS.encode(), (SHIPPED[[p.name for p in SHIPPED].index("kinesis-2020-11-25")] / "timeline.csv").read_bytes()],
    "log.csv": [test_history.LOG.encode(), b"incident_number,created_on,resolved_on,service_name\n1,2025-01-01T02:00:00Z,2025-01-01T03:00:00Z,Mail\n"],
    "log.parquet": parquet(),
    "log.json": _json(pagers(pager(1), pager(2, "Web")), {"data": [alert(1, tags=["service:a"]), alert(2, impactedServices=["s"])]}, status(update("2025-01-01T02:00:00Z", "identified", ("API", "operational", "major_outage"))), [issue(1, "area/a"), issue(2, "area/b")]),
    "incidents.csv": [test_incidents.PAST.encode(), b"outcome;day;peak_load\nincident;2025-02-01;0.9\nno;;0.1\n"],
    "graph.json": _json(SHOP, trace(), {"data": [{"parent": "a", "child": "b", "callCount": 3}], "total": 0}),
    "graph.yaml": [CATALOGUE.encode()],
    "graph.csv": [b"from,to,calls\na,b,3\nb,c,\n", b",a,b\na,0,1\nb,2,0\n"],
    "kev.json": _json(test_vulnerabilities.KEV),
    "epss.csv": [test_vulnerabilities.EPSS.encode()],
    "tree.xml": [_OPENPSA],
    "tree.dft": [GOOD],
    "flow.afb": [drawing(_BOXES, _LINES), older_drawing(_BOXES, _LINES)],
    "flow.json": [bundle(BUNDLE)],
    "postmortem.md": [_PIECES, *_TEXTS],
    "settings": [test_settings.GOOD.encode(), b"review.kinds = {'a/**' = 'advisory'}\nreview.select=['PM4',]\n"],
    "baseline": [b'{"fuelbed-baseline": 1, "known": ["0123456789abcdef"]}'],
    "answer": [(DATA / "answer.json").read_bytes()],
    "server": _json({"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": "```json\n{}\n```"}}]}, {"choices": [{"message": {"refusal": "no", "content": None}}]}),
    "mcp": _messages(),
    "editor": [_PIECES, (READERS / "design_example.yaml").read_bytes()],
    "cache": [],  # this and the next are made where they are asked for: see targets.py
    "result": [],
    "archetype": [re.sub(rb"(?m)^archetype: \w+", b"archetype: it", (ARCHETYPES / f"{n}.yaml").read_bytes()) for n in ("accumulation", "cascade", "retry_service")],
}  # fmt: skip  # one table
"""Target -> inputs. The name of a target that reads a file ends as that file does."""

_KEYS = (b"kind: ", b"trigger", b"condition", b"control", b"rate: ", b"present: ", b"fails: ", b"state: ", b"structure:", b"does: ", b"yes", b"no", b"per year", b"fails(", b"0.1..0.9", b"\n  a: ", b"failure: ", b"evidence:", b"file: ", b"columns: ", b"dynamics:", b"signals:", b"invariants:", b"coupling:", b"threshold:", b"attribution:", b"horizon: ", b"{", b"}")  # fmt: skip
_MARKUP = (b"# ", b"## Root cause\n", b"## Action items\n", b"- ", b"| a | b |\n|---|---|\n", b"```\n", b"> ", b"<table><tr><td>", b"</td>", b"<b>", b"![](", b"](", b"[x]: ", b"13:05 UTC ", b"2024-05-03 ", b"because ", b"led to ", b"the root cause was ", b"We will ", b"fuelbed: ignore ", b"{% ", b"\n\n")  # fmt: skip
WORDS: Mapping[str, tuple[bytes, ...]] = {
    "case": _KEYS, "archetype": _KEYS, "yaml": (b"a: ", b"- ", b"|\n", b">-\n", b"&a ", b"*a", b"!!str ", b"? ", b"---\n", b"...\n", b"%YAML 1.2\n", b"\n  "),
    "expression": (b"and ", b"or ", b"not ", b"any(", b"all(", b"atleast(", b"threshold(", b"fails(", b"tips(", b"a", b"2,"), "formula": (b"if(", b"min(", b"exp(", b"log(", b"and ", b"not ", b"x", b"<=", b"^", b"*"),
    "temporal": (b"always", b"eventually", b"once", b"until", b"since", b"[0..5 s]", b"rises(", b"event(", b"-> ", b"not ", b"if("), "rule": (b" for 2 min", b"and ", b"not ", b"> 1", b"abs("),
    "number": (b"per ", b"year", b"s", b"..", b"lognormal(", b"beta(", b"ef ", b"%", b"times "), "sentence": (b"remove ", b"set ", b"add control ", b" fails ", b" on ", b" shares ", b".", b" to "),
    "selector": (b"{", b"}", b"=", b'!="', b"sum(", b'"'), "metrics.om": (b"# TYPE ", b"# UNIT ", b"# EOF\n", b" gauge\n", b" counter\n", b"_total ", b"_bucket", b'{a="'),
    "tree.xml": (b"<define-gate name='g'>", b"<and>", b"<atleast min='", b"<event name='a'/>", b"</or>", b"<float value='", b"<!--", b"<![CDATA[", b"<parameter name='l'/>", b"<cardinality min='0' max='1'>"),
    "tree.dft": (b'"a" ', b"and ", b"2of3 ", b"lambda=", b"prob=", b"toplevel ", b"wsp ", b";", b"dorm=", b"//", b"/*"), "postmortem.md": _MARKUP,
    "settings": (b"[review]\n", b"select = ", b'["PM4"]', b'"""', b"[[review]]", b"review.x = ", b"baseline = ", b"1979-05-27"), "mcp": (b'"method":', b'"params":', b'"name":', b'"arguments":', b'"path":', b'"tools/call"'),
    "answer": (b'"quote":', b'"evidence":', b'"lines":', b'"does":', b'"expression":', b'"assumed":', b'"triggers":'),
}  # fmt: skip  # one table
"""Target -> pieces of its format."""
