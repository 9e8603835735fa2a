"""A STIX 2.1 bundle with the Attack Flow extension -> `AttackFlow`.

Source: the extension's specification and JSON schema (version 2.0.0). An action tells what follows in `effect_refs`, a condition in
`on_true_refs` and `on_false_refs`; assets stand in `asset_refs`, commands in `command_ref`, what a note or an asset speaks of in
`object_refs` and `object_ref`; all other edges are relationship objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fuelbed.core.attackflow import AttackFlow, FlowEdge, FlowNode, edges_of
from fuelbed.readers.attackflow.faults import FlowFaults
from fuelbed.readers.attackflow.words import node_of, references_of

__all__ = ["EMBEDDED", "parse_stix"]

EMBEDDED: Mapping[str, Mapping[str, str]] = {
    "attack-action": {"effect_refs": "effect", "asset_refs": "asset", "command_ref": "command"},
    "attack-operator": {"effect_refs": "effect"},
    "attack-condition": {"on_true_refs": "true", "on_false_refs": "false"},
    "attack-asset": {"object_ref": "object"},
    "note": {"object_refs": "object"},
}
"""By type: the property that holds an edge, and what the edge is called."""
_ASIDE = ("extension-definition", "marking-definition", "language-content", "relationship", "attack-flow")
_ON_DEMAND = ("attack-pattern", "x-mitre-tactic", "identity")  # nodes only where an edge touches them
_STEPS = ("attack-action", "attack-condition", "attack-operator")


def parse_stix(faults: FlowFaults, objects: list[Any]) -> AttackFlow:
    """The flow of a bundle's `objects`. Raises `InputError`."""
    places = _by_id(faults, objects)
    flows = [i for i in places.values() if objects[i].get("type") == "attack-flow"]
    if not flows and not any(objects[i].get("type") in _STEPS for i in places.values()):
        faults.error(
            "FB151", ("objects",), "the bundle holds no attack flow.", "Publish the flow from the Attack Flow Builder as STIX."
        )
        faults.end()
    if len(flows) > 1:
        message = f"the bundle holds {len(flows)} attack flows, which are read as one."
        faults.note("FB155", ("objects", flows[1]), message, "Give each a file of its own.")
    edges = edges_of(_edges(faults, objects, places))
    touched = {end for e in edges for end in (e.source, e.target)}
    nodes = []
    for own, i in places.items():
        kind = objects[i]["type"]
        if kind in _ASIDE or (kind in _ON_DEMAND and own not in touched):
            continue
        node = node_of(own, kind, objects[i], ("objects", i), faults)
        if node is not None:
            nodes.append(node)
    kept = {n.id for n in nodes}
    return _flow(faults, objects, places, flows, nodes, [e for e in edges if e.source in kept and e.target in kept])


def _flow(
    faults: FlowFaults,
    objects: list[Any],
    places: dict[str, int],
    flows: list[int],
    nodes: list[FlowNode],
    edges: list[FlowEdge],
) -> AttackFlow:
    head: dict[str, Any] = objects[flows[0]] if flows else {}
    path = ("objects", flows[0]) if flows else ("objects",)

    def text(key: str) -> str:
        return faults.text(head.get(key), path, f"`{key}`")

    author = objects[places[by]] if (by := text("created_by_ref")) in places else {}
    references = faults.items(head.get("external_references"), path, "`external_references`")
    return AttackFlow(
        text("name"),
        tuple(nodes),
        tuple(edges),
        text("description"),
        text("scope"),
        faults.text(author.get("name"), path, "the author's `name`"),
        text("created"),
        references_of(references, (*path, "external_references"), faults),
    )


def _by_id(faults: FlowFaults, objects: list[Any]) -> dict[str, int]:
    """Where each object stands, by its id, in file order."""
    out: dict[str, int] = {}
    for i, o in enumerate(objects):
        if not isinstance(o, dict):
            faults.error("FB152", ("objects", i), "this is not an object.")
            continue
        kind, own = o.get("type"), o.get("id")
        if not isinstance(kind, str) or not kind:
            faults.error("FB152", ("objects", i), "this object has no `type`.", "Add its STIX type.")
        elif not isinstance(own, str) or not own:
            faults.error("FB152", ("objects", i), "this object has no `id`.", f"Add `{kind[:40]}--` and a UUID.")
        elif own in out:
            faults.error("FB153", ("objects", i, "id"), f"the id `{own[:80]}` stands there twice.", "Give one an id of its own.")
        else:
            out[own] = i
    return out


def _edges(faults: FlowFaults, objects: list[Any], places: dict[str, int]) -> Iterator[FlowEdge]:
    for own, i in places.items():
        o = objects[i]
        if o["type"] == "relationship":
            ends = [faults.text(o.get(k), ("objects", i), f"`{k}`") for k in ("source_ref", "target_ref", "relationship_type")]
            missing = [k for k, end in zip(("source_ref", "target_ref"), ends, strict=False) if end not in places]
            for k in missing:
                _missing(faults, ("objects", i, k), o.get(k))
            if not missing:
                yield FlowEdge(ends[0], ends[1], ends[2] or "related-to")
            continue
        for key, via in EMBEDDED.get(o["type"], {}).items():
            value = o.get(key)
            many = faults.items(value, ("objects", i, key), f"`{key}`") if key.endswith("s") else [] if value is None else [value]
            for n, target in enumerate(many):
                path = ("objects", i, key, n) if key.endswith("s") else ("objects", i, key)
                if not isinstance(target, str):
                    faults.error("FB152", path, f"`{key}` names something that is no id.")
                elif target not in places:
                    _missing(faults, path, target)
                elif objects[places[target]]["type"] not in _ASIDE:  # a note about the flow as a whole is no edge
                    yield FlowEdge(own, target, via)


def _missing(faults: FlowFaults, path: tuple[str | int, ...], target: object) -> None:
    message = f"this edge leads to `{str(target)[:80]}`, and no such object is there: it is left out."
    faults.warn("FB154", path, message, "Add the object, or remove the edge.")
