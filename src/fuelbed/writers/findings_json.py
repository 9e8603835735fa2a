"""Findings as JSON for programs, with its schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fuelbed.core.findings import Finding, Severity
from fuelbed.writers.described import Described

__all__ = ["finding_data", "findings_json", "findings_schema"]

_VERSION = 1


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


def findings_json(findings: Iterable[Finding], codes: Mapping[str, Described] | None = None) -> str:
    """All findings in one object. Characters beyond ASCII are escaped, so that no encoding of the output can break it."""
    known = codes or {}
    data = {"fuelbed_findings": _VERSION, "findings": [finding_data(f, known.get(f.code)) for f in findings]}
    return json.dumps(data, indent=2) + "\n"


def findings_schema() -> dict[str, Any]:
    """The JSON Schema of `findings_json`."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
    place = dict.fromkeys(("line", "column", "end_line", "end_column"), number)
    finding = {
        "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{3}$"},
        "title": text,
        "severity": {"enum": [s.value for s in Severity]},
        "message": text,
        "cure": text,
        "file": {"type": ["string", "null"]},
        "place": {"anyOf": [{"type": "null"}, _object(place)]},
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Fuelbed findings",
        **_object({"fuelbed_findings": {"const": _VERSION}, "findings": {"type": "array", "items": _object(finding)}}),
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False}
