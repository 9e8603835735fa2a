"""A finding as plain data for programs, with its schema."""

from __future__ import annotations

from typing import Any

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.json_schema import Json, object_schema
from fuelbed.writers.described import Described

__all__ = ["finding_data", "finding_schema"]


def finding_data(f: Finding, known: Described | None = None) -> dict[str, Any]:
    """One finding as plain data."""
    s = f.span
    return {
        "code": f.code,
        "title": known.title if known is not None else "",
        "severity": f.severity.value,
        "message": f.message,
        "cure": f.cure,
        "file": s.file if s else None,
        "place": {"line": s.line, "column": s.column, "end_line": s.end_line, "end_column": s.end_column} if s else None,
        "fingerprint": f.fingerprint,
    }


def finding_schema() -> Json:
    """The JSON Schema of `finding_data`."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
    place = dict.fromkeys(("line", "column", "end_line", "end_column"), number)
    finding: Json = {
        "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{3}$"},
        "title": text,
        "severity": {"enum": [s.value for s in Severity]},
        "message": text,
        "cure": text,
        "file": {"type": ["string", "null"]},
        "place": {"anyOf": [{"type": "null"}, object_schema(**place)]},
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    }
    return object_schema(**finding)
