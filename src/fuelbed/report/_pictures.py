"""Small pictures as plain data for the templates: a partial order as levels, a what-if as controls with safe ranges."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from fuelbed.report._tape import registers
from fuelbed.report.numbers import quantity

__all__ = ["Level", "Output", "Slider", "Switch", "WhatIf", "levels", "script_json", "whatif"]


T = TypeVar("T")
CODES = ("+", "-", "*", "/", "~", "?", "exp", "min", "max", "T")  # an operation's number in the page, as in templates/tape.js
BUDGET = 250_000  # bytes of what-if data; a report is to stay below 500 kB


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
    """`today` in words; `fixed` where the page cannot recompute it, and then how it was got."""

    label: str
    today: str
    fixed: bool = False
    method: str = ""


@dataclass(frozen=True, slots=True)
class Slider:
    """A slider's place in the data, its words, and where today's value stands on it (0..100)."""

    at: int
    name: str
    words: str
    what: str
    low: str
    high: str
    today: str
    mark: float


@dataclass(frozen=True, slots=True)
class Switch:
    at: int
    name: str
    words: str
    what: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`data` is what the page's script reads; None where nothing can be moved, and `reason` says why."""

    data: str | None
    reason: str
    outputs: tuple[Output, ...]
    sliders: tuple[tuple[str, tuple[Slider, ...]], ...]
    switches: tuple[tuple[str, tuple[Switch, ...]], ...]


_SWITCHES = {"action": "Action items", "factor": "Take a factor out"}
_GROUPS = {"trigger": "Triggers", "condition": "Conditions", "control": "Controls", "shared": "Shared numbers",
           "beta": "Common causes", "loss": "Losses"}  # fmt: skip  # one table
_PARAMETERS = {  # of the case language, as readers say them
    "rate": "how often it comes",
    "lasts": "how long it lasts",
    "now": "in force today",
    "present": "chance that it stands",
    "onset": "how fast it sets in",
    "duty": "share of the time that it is on",
    "broken": "chance that it is down",
    "fails": "chance that it fails when needed",
    "missed": "chance that it goes unseen",
    "tips": "chance that it lands beyond the stability boundary",
    "beta": "share of failures in common",
    "loss": "loss each time",
}


def _group(s: Mapping[str, Any]) -> str:
    """A loss and a common cause belong to no factor, and are no shared numbers either."""
    group, parameter = str(s.get("group", "")), str(s["label"]).rpartition(".")[2]
    return parameter if group == "shared" and parameter in ("beta", "loss") else group


def _packed(tape: Mapping[str, Any]) -> dict[str, Any]:
    """The tape as the page reads it: operations and nodes as flat lists of whole numbers, inputs without their names."""
    tables = [{**t, "nodes": [x for node in t["nodes"] for x in node]} for t in tape.get("tables", [])]
    ops = [x for code, *args in tape["ops"] for x in (CODES.index(code), *args)]
    return {"inputs": [i["value"] for i in tape["inputs"]], "consts": tape["consts"], "ops": ops, "tables": tables}


def _moving(o: Mapping[str, Any]) -> dict[str, Any]:
    """What the script needs of an output, of a slider and of a switch; their words stand in the page."""
    return {"id": o["id"], "fixed": True} if o.get("fixed") else {k: o[k] for k in ("id", "register", "kind", "unit") if k in o}


def _reason(kilobytes: int) -> str:
    return (
        f"The formula of this case is too long to travel in the page ({kilobytes} kB, more than {BUDGET // 1000}), so nothing can be "
        "moved here. Change a number in the case and run `fuelbed analyze` again."
    )


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


def _position(s: Mapping[str, Any]) -> float:
    low, high, value = s["low"], s["high"], s["value"]
    if high == low:
        return 0.0
    at = math.log(value / low) / math.log(high / low) if s["scale"] == "log" else (value - low) / (high - low)
    return 100 * float(at)


def _amount(x: float, unit: str) -> str:
    """As the page's script writes a slider's value."""
    return quantity(x, kind="duration" if unit == "years" else "plain" if unit else "probability", unit=unit)


def _slider_words(at: int, s: Mapping[str, Any]) -> Slider:
    label, unit = str(s["label"]), str(s.get("unit", ""))
    owner, _, parameter = label.rpartition(".")
    known = owner and parameter in _PARAMETERS
    name, words = (owner, _PARAMETERS[parameter]) if known else ("", label)
    words += f", from {s['from']}" if s.get("from") else ""
    low, high, today = (_amount(s[k], unit) for k in ("low", "high", "value"))
    return Slider(at, name, words, str(s.get("what", "")), low, high, today, _position(s))


def _switch_words(at: int, s: Mapping[str, Any]) -> Switch:
    """An action has an identifier and words; a factor's label is its identifier."""
    label = str(s["label"])
    if s.get("kind") == "action":
        return Switch(at, str(s["id"]), "" if label == s["id"] else label, "")
    is_name = label == str(s["id"]).rpartition(":")[2]
    return Switch(at, label if is_name else "", "" if is_name else label, str(s.get("what", "")))


def _grouped(rows: Sequence[tuple[str, T]], names: Mapping[str, str]) -> tuple[tuple[str, tuple[T, ...]], ...]:
    """Rows under headings: the known groups in their order, then the others as they come."""
    order = dict.fromkeys([*names, *(g for g, _ in rows)])
    groups = {g: tuple(row for of, row in rows if of == g) for g in order}
    return tuple((names.get(g, g), members) for g, members in groups.items() if members)


def _fixed(o: Mapping[str, Any]) -> Output:
    kind, unit = o.get("kind", "plain"), str(o.get("unit", ""))
    return Output(
        str(o["label"]), quantity(o.get("value"), o.get("low"), o.get("high"), kind, unit), True, str(o.get("method", ""))
    )


def _still(data: Mapping[str, Any], reason: str) -> WhatIf:
    """Nothing to move: the reason, and the outputs that were sent as numbers."""
    return WhatIf(None, reason, tuple(_fixed(o) for o in data.get("outputs", []) if o.get("fixed")), (), ())


def whatif(data: Mapping[str, Any]) -> WhatIf:
    """The controls, today's values, and the data block for the page."""
    tape, reason = data.get("tape"), str(data.get("reason", ""))
    if tape is None or reason:
        return _still(data, reason)
    values = [float(i["value"]) for i in tape["inputs"]]
    if not all(map(math.isfinite, [*values, *map(float, tape["consts"])])):
        return _still(data, "A number without an upper bound cannot be moved by a slider.")
    reg = registers(tape, values)

    def today(o: Mapping[str, Any]) -> Output:
        if o.get("fixed"):
            return _fixed(o)
        return Output(str(o["label"]), quantity(reg[o["register"]], kind=o.get("kind", "plain"), unit=str(o.get("unit", ""))))

    told: dict[str, Mapping[str, Any]] = {}
    for o in data["outputs"]:
        told.setdefault(str(o["label"]).casefold(), o)  # a loss counted in failures says what the failures say
    outputs = list(told.values())
    sliders, switches = [_slider(s) for s in data.get("sliders", [])], [dict(s) for s in data.get("switches", [])]
    text = script_json({"tape": _packed(tape), "outputs": [_moving(o) for o in outputs],
                        "sliders": [{k: s[k] for k in ("id", "low", "high", "value", "scale", "unit", "inputs")} for s in sliders],
                        "switches": [{k: s[k] for k in ("id", "kind", "set")} for s in switches],
                        "larger": list(data.get("larger", [])),
                        "together": [dict(x) for x in data.get("together", [])]})  # fmt: skip  # one record
    if len(text) > BUDGET:
        return WhatIf(None, _reason(len(text) // 1000), tuple(replace(today(o), fixed=True) for o in outputs), (), ())
    return WhatIf(
        text,
        "",
        tuple(map(today, outputs)),
        _grouped([(_group(s), _slider_words(i, s)) for i, s in enumerate(sliders)], _GROUPS),
        _grouped([(str(s.get("kind", "")), _switch_words(i, s)) for i, s in enumerate(switches)], _SWITCHES),
    )
