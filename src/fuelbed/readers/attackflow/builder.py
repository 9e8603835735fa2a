"""A drawing of the Attack Flow Builder (`.afb`) -> `AttackFlow`.

The present form (`"schema": "attack_flow_v2"`) is a flat list of objects: a box has `anchors`, an anchor has `latches`, a line has a
`source` and a `target` latch. The older form (with a `version`) says the same by `template` and `children`; it is brought into the
present one first, as the Builder does. What an edge is called follows the Builder's own export to STIX.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fuelbed.core.attackflow import FLOW_KINDS, AttackFlow, FlowEdge, FlowNode, edges_of
from fuelbed.readers.attackflow.faults import FlowFaults
from fuelbed.readers.attackflow.older import renewed
from fuelbed.readers.attackflow.words import node_of, references_of, stix_id
from fuelbed.readers.json_text import Path

__all__ = ["parse_builder"]

_TYPES = {
    "action": "attack-action", "condition": "attack-condition", "asset": "attack-asset",
    "and_operator": "attack-operator", "or_operator": "attack-operator", "and": "attack-operator", "or": "attack-operator",
}  # fmt: skip
_KNOWN = frozenset(
    (
        "attack-pattern", "campaign", "course-of-action", "grouping", "identity", "indicator", "infrastructure", "intrusion-set",
        "location", "malware", "malware-analysis", "note", "observed-data", "opinion", "report", "threat-actor", "tool", "vulnerability",
        "artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-address", "email-message", "file", "ipv4-addr",
        "ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url", "user-account", "windows-registry-key",
        "x509-certificate", "incident", "email-address",
    )
)  # fmt: skip
_DRAWN = ("generic_latch", "generic_handle")  # nothing but places on the canvas
_MOST_PAIRS = 2_000


@dataclass(slots=True)
class _Parts:
    """The objects by what they do; each with where it stands."""

    boxes: dict[str, tuple[Path, dict[str, Any]]] = field(default_factory=dict)
    lines: list[tuple[Path, dict[str, Any]]] = field(default_factory=list)
    latch_of: dict[str, str] = field(default_factory=dict)  # latch -> anchor
    anchor_of: dict[str, tuple[str, str]] = field(default_factory=dict)  # anchor -> (box, where on it)
    flow: tuple[Path, dict[str, Any]] | None = None


def parse_builder(faults: FlowFaults, root: Mapping[str, Any]) -> AttackFlow:
    """The flow of a drawing. Raises `InputError`."""
    objects = faults.items(root.get("objects"), ("objects",), "`objects`")
    if "version" in root and not isinstance(root.get("schema"), str):
        objects = renewed(objects)
    parts = _sorted(faults, objects)
    ids = {own: n for own, (path, o) in parts.boxes.items() if (n := _node(faults, own, path, o)) is not None}
    edges = _named(_edges(faults, parts, ids))
    path, flow = parts.flow or ((), {})
    values = _values(faults, flow.get("properties"), (*path, "properties"))
    author = values.get("author")
    return AttackFlow(
        faults.text(values.get("name"), path, "`name`"),
        _unlike(faults, parts, ids),
        edges_of(edges),
        faults.text(values.get("description"), path, "`description`"),
        faults.text(values.get("scope"), path, "`scope`"),
        faults.text(author.get("name"), path, "the author's `name`") if isinstance(author, dict) else "",
        faults.text(values.get("created"), path, "`created`"),
        references_of(_references(values), (*path, "properties"), faults),
    )


def _sorted(faults: FlowFaults, objects: list[Any]) -> _Parts:
    parts = _Parts()
    seen: set[str] = set()
    for i, o in enumerate(objects):
        path: Path = ("objects", i)
        if not isinstance(o, dict) or not isinstance(o.get("id"), str) or not isinstance(o.get("instance"), str):
            faults.error("FB152", path, "this object has no `id` and `instance` that are texts.")
            continue
        own = o["instance"]
        if own in seen:
            faults.error("FB153", path, f"the instance `{own[:80]}` stands there twice.", "Give one of the two an id of its own.")
            continue
        seen.add(own)
        _put(faults, parts, path, o)
    return parts


def _put(faults: FlowFaults, parts: _Parts, path: Path, o: dict[str, Any]) -> None:
    own, kind = o["instance"], o["id"]
    if kind == "flow":
        parts.flow = parts.flow or (path, o)
    elif "source" in o or "target" in o or kind.endswith("_line"):
        parts.lines.append((path, o))
    elif "latches" in o:
        for latch in faults.items(o["latches"], (*path, "latches"), "`latches`"):
            if isinstance(latch, str):
                parts.latch_of.setdefault(latch, own)
    elif "anchors" in o:
        anchors = o["anchors"]
        if not isinstance(anchors, dict):
            faults.error("FB152", (*path, "anchors"), "`anchors` is not an object.")
            return
        parts.boxes[own] = (path, o)
        for where, anchor in anchors.items():
            if isinstance(anchor, str):
                parts.anchor_of.setdefault(anchor, (own, where))
    elif kind not in _DRAWN and not kind.endswith("_anchor"):
        text = " ".join(v for v in _values(faults, o.get("properties"), path).values() if isinstance(v, str))
        said = f": {text[:200]}" if text else ""
        faults.note("FB155", path, f"`{kind[:60]}` is no part of a drawing that is known{said}.", "No step comes of it.")


def _node(faults: FlowFaults, own: str, path: Path, o: dict[str, Any]) -> FlowNode | None:
    kind = o["id"]
    stix = _TYPES.get(kind.lower()) or "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in kind.lower()).split())
    stix = {"email-address": "email-addr", "": "x-unknown"}.get(stix, stix)
    if stix not in _KNOWN and stix not in _TYPES.values():
        faults.note(
            "FB155", path, f"`{kind[:60]}` is no kind of box that is known: it is kept beside the flow.", "No step comes of it."
        )
    values = _values(faults, o.get("properties"), (*path, "properties"))
    if stix == "attack-operator":
        values = {**values, "operator": values.get("operator") or kind.split("_")[0]}
    values["external_references"] = _references(values)
    return node_of(stix_id(stix, own), stix, values, path, faults)


def _unlike(faults: FlowFaults, parts: _Parts, ids: Mapping[str, FlowNode]) -> tuple[FlowNode, ...]:
    """The nodes; two instances that differ in the writing of one UUID alone are one id twice."""
    seen: set[str] = set()
    for own, node in ids.items():
        if node.id in seen:
            faults.error(
                "FB153", parts.boxes[own][0], f"the instance `{own[:80]}` stands there twice.", "Give one an id of its own."
            )
        seen.add(node.id)
    return tuple(ids.values())


def _values(faults: FlowFaults, value: Any, path: Path) -> dict[str, Any]:
    """Properties are pairs of a key and a value; a value that is itself such pairs becomes a mapping, one level deep."""
    out: dict[str, Any] = {}
    for i, pair in enumerate(faults.items(value, path, "`properties`")[:_MOST_PAIRS]):
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)):
            faults.error("FB152", (*path, i), "a property is not a pair of a name and a value.")
            continue
        key, inner = pair
        if key in ("ttp", "author"):
            inner = {p[0]: p[1] for p in inner if _is_pair(p)} if isinstance(inner, list) else {}
        out[key] = inner
    return out


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


def _references(values: Mapping[str, Any]) -> list[Any]:
    """`external_references` holds pairs of an id and the pairs of one reference."""
    rows = values.get("external_references")
    rows = rows if isinstance(rows, list) else []
    return [{p[0]: p[1] for p in row[1] if _is_pair(p)} for row in rows if _is_pair(row) and isinstance(row[1], list)]


def _edges(faults: FlowFaults, parts: _Parts, ids: Mapping[str, FlowNode]) -> Iterator[tuple[FlowNode, str, FlowNode]]:
    """(node, where on it, node) of every line that has both ends."""
    for path, line in parts.lines:
        ends = []
        for key in ("source", "target"):
            latch = line.get(key)
            anchor = parts.latch_of.get(latch) if isinstance(latch, str) else None
            box, where = parts.anchor_of.get(anchor or "", ("", ""))
            if box not in ids:
                faults.warn(
                    "FB154", path, f"the {key} of this line hangs on no box: the line is left out.", "Attach it, or remove it."
                )
                break
            ends.append((ids[box], where))
        if len(ends) == 2:
            yield ends[0][0], ends[0][1], ends[1][0]


def _named(found: Iterator[tuple[FlowNode, str, FlowNode]]) -> list[FlowEdge]:
    """The edges as the Builder exports them: only the first process of an action is its command, only one object is an asset's."""
    out: list[FlowEdge] = []
    taken: set[tuple[str, str]] = set()
    for source, where, target in found:
        via = _via(source, where, target)
        if via == "command" or (via == "object" and source.kind == "asset"):
            if (source.id, via) in taken:
                via = "related-to"
            taken.add((source.id, via))
        out.append(FlowEdge(source.id, target.id, via))
    return out


def _via(source: FlowNode, where: str, target: FlowNode) -> str:
    if source.kind == "condition" and target.kind in FLOW_KINDS:
        branch = where.lower().removeprefix("branch:").removesuffix("_anchor")
        return branch if branch in ("true", "false") else "related-to"
    if source.kind in ("action", "and", "or"):
        if target.kind in FLOW_KINDS:
            return "effect"
        if source.kind == "action":
            return "asset" if target.kind == "asset" else "command" if target.type == "process" else "related-to"
    if source.kind == "asset" or source.type == "note":
        return "object"
    return "related-to"
