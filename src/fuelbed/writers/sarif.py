"""Findings as SARIF 2.1.0 (OASIS standard, https://docs.oasis-open.org/sarif/sarif/v2.1.0/), in plain dicts.

Columns count code points (`columnKind`), ends are exclusive, as in `Span`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.writers.described import Described, printable

__all__ = ["SCHEMA", "sarif"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.NOTE: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}
_ROOT = "%SRCROOT%"


def sarif(findings: Iterable[Finding], codes: Mapping[str, Described], version: str) -> str:
    """A log of one run; `codes` are the rules that ran (others that a finding names are listed by their code alone)."""
    found = list(findings)
    names = list(dict.fromkeys([*codes, *(f.code for f in found)]))
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "fuelbed",
                        "version": version,
                        "rules": [_rule(name, codes.get(name)) for name in names],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(f, names.index(f.code)) for f in found],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _text(text: str) -> str:
    """Without what a viewer would read as a link: `[words](target)` works in SARIF messages, and words come from documents."""
    return printable(text).replace("](", "] (")


def _rule(code: str, known: Described | None) -> dict[str, Any]:
    if known is None:
        return {"id": code}
    parts = (("Why", known.why), ("What to do", known.cure), ("Bad", known.bad), ("Better", known.good))
    rows = [(label, printable(text)) for label, text in parts if text]
    plain = " ".join([printable(known.means), *(f"{label}: {text}" for label, text in rows)])
    markdown = "\n\n".join([_marked(known.means), *(f"**{label}:** {_marked(text)}" for label, text in rows)])
    return {
        "id": code,
        "name": "".join(w[:1].upper() + w[1:] for w in known.title.replace("-", " ").split()),
        "shortDescription": {"text": printable(known.means)},
        "fullDescription": {"text": printable(f"{known.means} {known.why}")},
        "help": {"text": plain, "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[known.severity]},
    }


def _marked(text: str) -> str:
    """As Markdown: examples may hold HTML comments, which would vanish."""
    return printable(text).replace("<", "&lt;")


def _result(f: Finding, index: int) -> dict[str, Any]:
    text = _text(f"{f.message} {f.cure}".strip())
    result: dict[str, Any] = {
        "ruleId": f.code,
        "ruleIndex": index,
        "level": _LEVELS[f.severity],
        "message": {"text": text},
        "partialFingerprints": {"fuelbed/v1": f.fingerprint},
    }
    if f.span is not None:
        result["locations"] = [{"physicalLocation": {"artifactLocation": _artifact(f.span.file), "region": _region(f.span)}}]
    return result


def _artifact(file: str) -> dict[str, str]:
    """A relative path against the root of the sources; an absolute one as a file address."""
    try:
        raw = file.encode("utf-8", "surrogateescape")  # the bytes of a name that is not UTF-8
    except UnicodeEncodeError:
        raw = file.encode("utf-8", "replace")
    uri = quote(raw, safe="/")
    return {"uri": f"file://{uri}"} if file.startswith("/") else {"uri": uri, "uriBaseId": _ROOT}


def _region(s: Span) -> dict[str, int]:
    region = {"startLine": max(s.line, 1), "startColumn": max(s.column, 1)}
    if (s.end_line, s.end_column) > (s.line, s.column):
        region |= {"endLine": s.end_line, "endColumn": max(s.end_column, 1)}
    return region
