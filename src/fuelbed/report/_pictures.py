"""Small pictures as plain data for the templates: a partial order as levels, a what-if as controls with safe ranges."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fuelbed.report._tape import registers
from fuelbed.report.numbers import quantity

__all__ = ["Level", "Output", "WhatIf", "levels", "script_json", "whatif"]


@dataclass(frozen=True, slots=True)
class Level:
    """Items of one rank of a partial order, equal ones together; `over` names what each is at least as good as."""

    groups: tuple[tuple[tuple[tuple[str, str], ...], tuple[str, ...]], ...]


def levels(data: Mapping[str, Any]) -> tuple[Level, ...]:
    """The order from best to worst: an item stands one level below the lowest item that is better."""
    items = {str(i["id"]): str(i.get("label", "")) for i in data["items"]}
    leader = {i: str(c[0]) for c in data.get("classes", []) for i in map(str, c)}
    edges = {(leader.get(a, a), leader.get(b, b)) for a, b in data["edges"] if a in items and b in items}
    heads = [i for i in items if leader.get(i, i) == i]
    depth = dict.fromkeys(heads, 0)
    for _ in heads:
        for a, b in sorted(edges):
            if a != b and a in depth and b in depth:
                depth[b] = min(max(depth[b], depth[a] + 1), len(heads))
    out = []
    for d in sorted(set(depth.values())):
        groups = []
        for head in (h for h in heads if depth[h] == d):
            members = tuple((i, items[i]) for i in items if leader.get(i, i) == head)
            groups.append((members, tuple(b for b in heads if (head, b) in edges and b != head)))
        out.append(Level(tuple(groups)))
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Output:
    label: str
    today: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`data` is what the page's script reads; None where there is no tape, and `reason` says why."""

    data: str | None
    reason: str
    outputs: tuple[Output, ...]
    sliders: tuple[tuple[str, tuple[tuple[int, Mapping[str, Any]], ...]], ...]
    switches: tuple[tuple[str, tuple[tuple[int, Mapping[str, Any]], ...]], ...]


_SWITCHES = (("action", "Action items"), ("factor", "Take a factor out"))


def script_json(data: Any) -> str:
    """JSON that is safe inside a script element."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _slider(s: Mapping[str, Any]) -> dict[str, Any]:
    """Finite ends, and a logarithmic scale only where it can be one."""
    value = float(s["value"])
    low = float(s["low"]) if math.isfinite(float(s["low"])) else value
    high = float(s["high"]) if math.isfinite(float(s["high"])) else max(10.0, 100 * abs(value))
    scale = "log" if s.get("scale") == "log" and low > 0 else "linear"
    return {**s, "low": min(low, value), "high": max(high, value), "value": value, "scale": scale}


def _grouped(rows: list[dict[str, Any]], key: str) -> tuple[tuple[str, tuple[tuple[int, Mapping[str, Any]], ...]], ...]:
    groups: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for i, r in enumerate(rows):
        groups.setdefault(str(r.get(key, "")), []).append((i, r))
    return tuple((g, tuple(members)) for g, members in groups.items())


def whatif(data: Mapping[str, Any]) -> WhatIf:
    """The controls, today's values, and the data block for the page."""
    tape = data.get("tape")
    if tape is None:
        return WhatIf(None, str(data.get("reason", "")), (), (), ())
    values = [float(i["value"]) for i in tape["inputs"]]
    if not all(map(math.isfinite, [*values, *map(float, tape["consts"])])):
        return WhatIf(None, "A number without an upper bound cannot be moved by a slider.", (), (), ())
    reg = registers(tape, values)
    outputs = tuple(
        Output(str(o["label"]), quantity(reg[o["register"]], kind=o.get("kind", "plain"), unit=str(o.get("unit", ""))))
        for o in data["outputs"]
    )
    sliders, switches = [_slider(s) for s in data.get("sliders", [])], [dict(s) for s in data.get("switches", [])]
    block = script_json({"tape": tape, "outputs": data["outputs"], "sliders": sliders, "switches": switches})
    names = dict(_SWITCHES)
    kinds = tuple((names.get(k, k), rows) for k, rows in _grouped(switches, "kind"))
    return WhatIf(block, "", outputs, _grouped(sliders, "group"), kinds)
