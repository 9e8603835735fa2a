"""An attack flow as a STIX 2.1 bundle with the Attack Flow extension, version 2.0.0.

The same flow gives the same bytes: ids that a flow lacks come by uuid5 from what it holds, and the time is the flow's own `created`, else
the extension's. Reading the bundle again gives the flow back. Source: the extension's specification and JSON schema.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from fuelbed.core.attackflow import FLOW_KINDS, AttackFlow, FlowEdge, FlowNode, Reference

__all__ = ["attack_flow_bundle", "attack_flow_json"]

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/center-for-threat-informed-defense/attack-flow")
_EXTENSION = "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4"
_CREATOR = "identity--d673f8cb-c168-42da-8ed4-0cb26725f86c"
_TIME = "2022-08-02T19:34:35.143Z"
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\Z", re.ASCII)
_PLACE = {
    "action": {"effect": "effect_refs", "asset": "asset_refs", "command": "command_ref"},
    "and": {"effect": "effect_refs"},
    "or": {"effect": "effect_refs"},
    "condition": {"true": "on_true_refs", "false": "on_false_refs"},
    "asset": {"object": "object_ref"},
}  # fmt: skip
"""Where an edge stands, by the kind of its source; all others are relationship objects."""


def attack_flow_json(flow: AttackFlow) -> str:
    """The bundle's text, indented, in UTF-8 letters."""
    return json.dumps(attack_flow_bundle(flow), indent=2, ensure_ascii=False) + "\n"


def attack_flow_bundle(flow: AttackFlow) -> dict[str, Any]:
    """The bundle as plain data."""
    time = flow.created if _STAMP.match(flow.created) else _TIME
    by_id = {n.id: n for n in flow.nodes}
    objects = {n.id: _node(n, time) for n in flow.nodes}
    loose = [e for e in flow.edges if not _embed(objects[e.source], by_id[e.source], e)]
    head = _flow(flow, time)
    aside = [_extension(), _identity(_CREATOR, "MITRE Center for Threat-Informed Defense", "organization", _TIME)]
    if flow.author:
        author = _identity(_made("identity", f"author\0{flow.author}"), flow.author, "individual", time)
        head["created_by_ref"] = author["id"]
        aside.append(author)
    relations = [_relation(e, i, time) for i, e in enumerate(loose)]
    rest = [head, *objects.values(), *relations]
    bundle = _made("bundle", json.dumps(rest, sort_keys=True))
    return {"type": "bundle", "id": bundle, "objects": [*aside, *rest]}


def _made(stix_type: str, letters: str) -> str:
    return f"{stix_type}--{uuid.uuid5(_SPACE, letters.encode('utf-8', 'backslashreplace').decode())}"


def _common(stix_type: str, own: str, time: str) -> dict[str, Any]:
    return {"type": stix_type, "spec_version": "2.1", "id": own, "created": time, "modified": time}


def _extension() -> dict[str, Any]:
    return {
        **_common("extension-definition", _EXTENSION, _TIME),
        "created_by_ref": _CREATOR,
        "name": "Attack Flow",
        "description": "Extends STIX 2.1 with features to create Attack Flows.",
        "schema": "https://center-for-threat-informed-defense.github.io/attack-flow/stix/attack-flow-schema-2.0.0.json",
        "version": "2.0.0",
        "extension_types": ["new-sdo"],
    }


def _identity(own: str, name: str, kind: str, time: str) -> dict[str, Any]:
    return {**_common("identity", own, time), "name": name, "identity_class": kind}


def _extended() -> dict[str, Any]:
    return {"extensions": {_EXTENSION: {"extension_type": "new-sdo"}}}


def _references(references: tuple[Reference, ...]) -> dict[str, Any]:
    rows = [
        {
            k: v
            for k, v in (
                ("source_name", r.source),
                ("description", r.description),
                ("url", r.url),
                ("external_id", r.external_id),
            )
            if v
        }
        for r in references
    ]
    return {"external_references": rows} if rows else {}


def _flow(flow: AttackFlow, time: str) -> dict[str, Any]:
    """`start_refs` are the actions and conditions that nothing leads to; where all lie on cycles, the first action."""
    led = {e.target for e in flow.run()}
    starts = [n.id for n in flow.of("action", "condition") if n.id not in led] or [n.id for n in flow.of("action")][:1]
    letters = "\0".join((flow.name, *(n.id for n in flow.nodes)))
    return {
        **_common("attack-flow", _made("attack-flow", letters), time),
        **_given(name=flow.name, description=flow.description, scope=flow.scope),
        "start_refs": starts,
        **_references(flow.references),
        **_extended(),
    }


def _given(**values: str) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v}


def _node(n: FlowNode, time: str) -> dict[str, Any]:
    out: dict[str, Any] = {**_common(n.type, n.id, time), **_given(name=n.name, description=n.description)}
    if n.type == "attack-operator":
        out["operator"] = n.kind.upper()
    out |= _given(
        technique_id=n.technique, technique_ref=n.technique_ref, tactic_id=n.tactic, tactic_ref=n.tactic_ref,
        execution_start=n.start, execution_end=n.end,
    )  # fmt: skip
    if n.confidence is not None:
        out["confidence"] = n.confidence
    out |= {k: v for k, v in n.more.items() if k not in out}
    out |= _references(n.references)
    return {**out, **_extended()} if n.kind in (*FLOW_KINDS, "asset") else out


def _embed(source: dict[str, Any], node: FlowNode, e: FlowEdge) -> bool:
    """Whether the edge could be written into its source; of a command or an asset's object there is one place only."""
    places: Mapping[str, str] = {"object": "object_refs"} if node.type == "note" else _PLACE.get(node.kind, {})
    key = places.get(e.via)
    if key is None or (key.endswith("_ref") and key in source):
        return False
    if key.endswith("_ref"):
        source[key] = e.target
    else:
        source.setdefault(key, []).append(e.target)
    return True


def _relation(e: FlowEdge, i: int, time: str) -> dict[str, Any]:
    own = _made("relationship", f"{i}\0{e.source}\0{e.via}\0{e.target}")
    return {**_common("relationship", own, time), "relationship_type": e.via, "source_ref": e.source, "target_ref": e.target}
