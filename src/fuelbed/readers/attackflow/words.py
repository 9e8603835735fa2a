"""What the two forms of an attack flow have in common: ids, confidence, references, the texts of an object."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from fuelbed.core.attackflow import FlowNode, Reference, kind_of
from fuelbed.readers.attackflow.faults import FlowFaults
from fuelbed.readers.json_text import Path

__all__ = ["NAMESPACE", "confidence_of", "node_of", "references_of", "stix_id"]

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/center-for-threat-informed-defense/attack-flow")
_CONFIDENCE = {
    "speculative": 0, "very doubtful": 10, "doubtful": 30, "even odds": 50, "probable": 70, "very probable": 90, "certain": 100,
}  # fmt: skip
_OWN = frozenset(
    (
        "name", "description", "technique_id", "technique_name", "technique_ref", "tactic_id", "tactic_ref", "confidence",
        "execution_start", "execution_end", "external_references", "operator", "type", "id", "spec_version", "created", "modified",
        "created_by_ref", "ttp",
    )
)  # fmt: skip


def stix_id(stix_type: str, instance: str) -> str:
    """The drawing's own UUID behind its STIX type; what is no UUID gets one that depends on its letters alone."""
    try:
        own = str(uuid.UUID(instance))
    except ValueError:
        own = str(uuid.uuid5(NAMESPACE, instance))
    return f"{stix_type}--{own}"


def confidence_of(value: Any, path: Path, faults: FlowFaults) -> int | None:
    """0..100; the Builder's words stand for the middle of their range on its scale."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        word = " ".join(re.split(r"[\s_-]+", value.strip().lower()))
        if word in _CONFIDENCE:
            return _CONFIDENCE[word]
        value = int(word) if word.isascii() and word.isdigit() and len(word) <= 3 else value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 100:
        return round(value)
    faults.error("FB152", path, "the confidence is no number from 0 to 100.", "Write a whole number from 0 to 100.")
    return None


def references_of(values: list[Any], path: Path, faults: FlowFaults) -> tuple[Reference, ...]:
    out = []
    for i, value in enumerate(values):
        if not isinstance(value, dict):
            faults.error("FB152", (*path, i), "this reference is not an object.")
            continue
        own = {k: faults.text(value.get(k), (*path, i), f"`{k}` of a reference") for k in _REFERENCE}
        out.append(Reference(own["source_name"], own["description"], own["url"], own["external_id"]))
    return tuple(r for r in out if r != Reference())


_REFERENCE = ("source_name", "description", "url", "external_id")


def node_of(own_id: str, stix_type: str, values: Mapping[str, Any], path: Path, faults: FlowFaults) -> FlowNode | None:
    """A node from its properties; None after a fault that leaves nothing of it."""

    def text(key: str) -> str:
        return faults.text(values.get(key), path, f"`{key}`")

    if stix_type == "attack-operator" and text("operator").strip().upper() not in ("AND", "OR"):
        faults.error("FB156", path, f"the operator `{text('operator')[:40]}` is neither AND nor OR.", "Write AND or OR.")
        return None
    tactic, technique = text("tactic_id"), text("technique_id")
    ttp = values.get("ttp")
    if isinstance(ttp, Mapping):
        tactic = tactic or faults.text(ttp.get("tactic"), path, "`tactic`")
        technique = technique or faults.text(ttp.get("technique"), path, "`technique`")
    more = {k: v for k, v in values.items() if isinstance(v, str) and v and k not in _OWN and not k.endswith(("_ref", "_refs"))}
    references = values.get("external_references")
    return FlowNode(
        own_id,
        kind_of(stix_type, text("operator")),
        stix_type,
        text("name") or text("technique_name"),
        text("description"),
        technique.strip(),
        tactic.strip(),
        text("technique_ref"),
        text("tactic_ref"),
        confidence_of(values.get("confidence"), path, faults),
        text("execution_start"),
        text("execution_end"),
        references_of(faults.items(references, path, "`external_references`"), (*path, "external_references"), faults),
        more,
    )
