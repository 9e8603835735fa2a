"""The older form of the Builder's drawings (with a `version`, an object's `template` and its `children`) in the present one.

Learnt from what the Builder itself does when it opens such a file: an anchor's children are latches, a line's children are its two
latches and its handles, a box's children are its anchors.
"""

from __future__ import annotations

from typing import Any

__all__ = ["renewed"]

_LINE = "@__builtin__line_"
_BRANCH = {"true_anchor": "branch:True", "false_anchor": "branch:False"}
_ANCHORS = ("@__builtin__anchor", *_BRANCH)


def renewed(objects: list[Any]) -> list[Any]:
    """The same objects in the present form; what is none of the older form stays as it is, and is told as a fault later."""
    template = {o["id"]: o.get("template") for o in objects if isinstance(o, dict) and isinstance(o.get("id"), str)}
    return [_one(o, template) for o in objects]


def _one(o: Any, template: dict[str, Any]) -> Any:
    if not isinstance(o, dict) or not isinstance(o.get("template"), str):
        return o
    kind, children = o["template"], o.get("children")
    children = [c for c in children if isinstance(c, str)] if isinstance(children, list) else []
    base: dict[str, Any] = {"id": kind, "instance": o.get("id")}
    if kind in _ANCHORS:
        return {**base, "id": "generic_anchor", "latches": children}
    if kind in (_LINE + "source", _LINE + "target"):
        return {**base, "id": "generic_latch"}
    if kind == _LINE + "handle":
        return {**base, "id": "generic_handle"}
    if kind.startswith(_LINE):
        ends = {str(template.get(c)).removeprefix(_LINE): c for c in children}
        return {**base, "id": "dynamic_line", "source": ends.get("source"), "target": ends.get("target")}
    if kind == "flow":
        return {**base, "properties": o.get("properties")}
    anchors = {_BRANCH.get(str(template.get(c)), str(i)): c for i, c in enumerate(children)}
    return {**base, "properties": o.get("properties"), "anchors": anchors}
