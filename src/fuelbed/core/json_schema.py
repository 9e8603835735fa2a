"""The parts of a JSON Schema (draft 2020-12) of what a command writes: objects are closed, and all of their properties are there."""

from __future__ import annotations

from typing import Any

__all__ = ["Json", "list_schema", "object_schema", "titled"]

Json = dict[str, Any]


def object_schema(**properties: Any) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def list_schema(items: Json) -> Json:
    return {"type": "array", "items": items}


def titled(title: str, schema: Json) -> Json:
    """A whole schema, with the draft that it is written in."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}
