"""Small drawings of the Attack Flow Builder, in its present form and in the older one, from boxes and lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["drawing", "older_drawing"]

Boxes = Mapping[str, tuple[str, Mapping[str, Any]]]
Lines = Sequence[tuple[str, str, str]]
"""(from, where on it, to); where: "" for no branch, else True or False."""


def drawing(boxes: Boxes, lines: Lines = (), flow: Mapping[str, Any] | None = None, more: Sequence[Any] = ()) -> bytes:
    objects: list[Any] = [
        {"id": "flow", "instance": "f0", "properties": list(dict(flow or {"name": "A flow"}).items()), "objects": []}
    ]
    for own, (kind, properties) in boxes.items():
        branches = {"branch:True": f"{own}/True", "branch:False": f"{own}/False"} if kind == "condition" else {}
        anchors = {"0": f"{own}/out", "180": f"{own}/in", **branches}
        objects.append({"id": kind, "instance": own, "properties": [[k, v] for k, v in properties.items()], "anchors": anchors})
        for anchor in anchors.values():
            latches = [f"l{i}/s" for i, (a, w, _) in enumerate(lines) if f"{a}/{w or 'out'}" == anchor]
            latches += [f"l{i}/t" for i, (_, _, b) in enumerate(lines) if f"{b}/in" == anchor]
            objects.append({"id": "horizontal_anchor", "instance": anchor, "latches": latches})
    for i in range(len(lines)):
        objects.append({"id": "dynamic_line", "instance": f"l{i}", "source": f"l{i}/s", "target": f"l{i}/t", "handles": []})
        objects += [{"id": "generic_latch", "instance": f"l{i}/{end}"} for end in "st"]
    return json.dumps({"schema": "attack_flow_v2", "theme": "dark_theme", "objects": [*objects, *more]}, indent=1).encode()


def older_drawing(boxes: Boxes, lines: Lines = ()) -> bytes:
    def put(own: str, template: str, children: Sequence[str], properties: Mapping[str, Any] | None = None) -> dict[str, Any]:
        rows = [[k, v] for k, v in (properties or {}).items()]
        return {"id": own, "x": 0, "y": 0, "attrs": 0, "template": template, "children": list(children), "properties": rows}

    objects = [put("f0", "flow", list(boxes), {"name": "A flow"})]
    for own, (kind, properties) in boxes.items():
        anchors = [f"{own}/out", f"{own}/in"] + ([f"{own}/True", f"{own}/False"] if kind == "condition" else [])
        objects.append(put(own, {"AND_operator": "and", "OR_operator": "or"}.get(kind, kind), anchors, properties))
        for anchor in anchors:
            latches = [f"l{i}/s" for i, (a, w, _) in enumerate(lines) if f"{a}/{w or 'out'}" == anchor]
            latches += [f"l{i}/t" for i, (_, _, b) in enumerate(lines) if f"{b}/in" == anchor]
            template = {"True": "true_anchor", "False": "false_anchor"}.get(anchor.split("/")[1], "@__builtin__anchor")
            objects.append(put(anchor, template, latches))
    for i in range(len(lines)):
        objects.append(put(f"l{i}", "@__builtin__line_horizontal_elbow", [f"l{i}/s", f"l{i}/t", f"l{i}/h"]))
        objects += [put(f"l{i}/{e}", f"@__builtin__line_{w}", []) for e, w in (("s", "source"), ("t", "target"), ("h", "handle"))]
    return json.dumps({"version": "2.1.0", "id": "f0", "objects": objects, "location": {"x": 0, "y": 0, "k": 1}}).encode()
