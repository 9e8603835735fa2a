"""The report as JSON: every block with every number, stable key order, and the published schema of that format."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Estimates, Picture, Quote, Sentence, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding, Span
from fuelbed.core.reporting import Report, Section
from fuelbed.report._columns import UNPRINTABLE

__all__ = ["FORMAT", "render_json", "report_json_schema"]

FORMAT = 1
# a list of numbers as `json` indents it, one a line; inside strings there are no line ends
_NUMBERS = re.compile(r"\[\n\s+(?:-?\d[\d.eE+-]*|null)(?:,\n\s+(?:-?\d[\d.eE+-]*|null))*\n\s+\]")
Json = dict[str, Any]


def _plain(x: Any) -> Any:
    """Strict JSON: infinities as "inf" and "-inf", "nan" as such, tuples as lists."""
    if isinstance(x, float) and not math.isfinite(x):
        return "nan" if math.isnan(x) else ("inf" if x > 0 else "-inf")
    if isinstance(x, Mapping):
        return {str(k): _plain(v) for k, v in x.items()}
    return [_plain(v) for v in x] if isinstance(x, (list, tuple)) else x


def _estimate(e: Estimate) -> Json:
    return {"value": e.value, "low": e.low, "high": e.high, "kind": e.kind, "unit": e.unit, "how": e.how, "method": e.method}


def _span(s: Span | None) -> Json | None:
    if s is None:
        return None
    return {"file": s.file, "line": s.line, "column": s.column, "end_line": s.end_line, "end_column": s.end_column}


def _missing(x: NotFound) -> Json:
    return {"question": x.question, "unlocks": x.unlocks, "reason": x.reason}


def _finding(f: Finding) -> Json:
    head: Json = {"code": f.code, "severity": f.severity.value, "message": f.message, "cure": f.cure}
    return {**head, "span": _span(f.span), "fingerprint": f.fingerprint}


def _cell(c: Cell) -> Json:
    return {"text": c.text, "estimate": _estimate(c.estimate) if c.estimate else None, "items": list(c.items), "tone": c.tone}


def _column(c: Column) -> Json:
    return {"id": c.id, "label": c.label, "kind": c.kind, "brief": c.brief}


def _sentence(b: Sentence) -> Json:
    return {"type": "sentence", "text": b.text, "tone": b.tone, "detail": b.detail}


def _estimates(b: Estimates) -> Json:
    items = [{"id": i.id, "label": i.label, "estimate": _estimate(i.estimate)} for i in b.items]
    return {"type": "estimates", "title": b.title, "items": items, "detail": b.detail}


def _table(b: Table) -> Json:
    rows = [[_cell(c) for c in row] for row in b.rows]
    head: Json = {"type": "table", "id": b.id, "title": b.title, "columns": [_column(c) for c in b.columns], "rows": rows}
    return {**head, "note": b.note, "empty": b.empty, "detail": b.detail}


def _picture(b: Picture) -> Json:
    return {"type": "picture", "kind": b.kind, "title": b.title, "data": b.data, "alt": b.alt, "detail": b.detail}


def _quote(b: Quote) -> Json:
    return {"type": "quote", "text": b.text, "span": _span(b.span), "detail": b.detail}


def _ask(b: Ask) -> Json:
    return {"type": "ask", "missing": _missing(b.missing), "detail": b.detail}


_RENDERERS: dict[type, Callable[[Any], Json]] = {
    Sentence: _sentence,
    Estimates: _estimates,
    Table: _table,
    Picture: _picture,
    Quote: _quote,
    Ask: _ask,
}


def _block(b: Block) -> Json:
    return _RENDERERS[type(b)](b)


def _answer(a: Answer) -> Json:
    return {"claim": a.claim, "blocks": [_block(b) for b in a.blocks], "findings": [_finding(f) for f in a.findings]}


def _section(s: Section) -> Json:
    head: Json = {"engine": s.engine, "section": s.section, "question": s.question}
    if isinstance(s.answer, NotFound):
        return {**head, "status": "not found", "missing": _missing(s.answer)}
    return {**head, "status": "answered", "answer": _answer(s.answer)}


def _on_a_line(m: re.Match[str]) -> str:
    return " ".join(m[0].split()).replace("[ ", "[").replace(" ]", "]")


def render_json(report: Report) -> str:
    """Indented JSON with a final newline, a list of numbers on one line; the same report gives the same bytes."""
    out: Json = {
        "fuelbed-report": FORMAT,
        "title": report.title,
        "failure": report.failure,
        "notice": report.notice,
        "verdict": list(report.verdict),
        "summary": list(report.summary),
        "sections": [_section(s) for s in report.sections],
        "findings": [_finding(f) for f in report.findings],
        "provenance": dict(report.provenance),
    }
    text = _NUMBERS.sub(_on_a_line, json.dumps(_plain(out), ensure_ascii=False, allow_nan=False, indent=2))
    return UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", text) + "\n"


_TEXT: Json = {"type": "string"}
_FLAG: Json = {"type": "boolean"}
_TONE: Json = {"enum": ["plain", "bad", "good", "muted"]}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _ref(name: str, *, optional: bool = False) -> Json:
    ref = {"$ref": f"#/$defs/{name}"}
    return {"anyOf": [ref, {"type": "null"}]} if optional else ref


def _leaf_schemas() -> Json:
    kinds = ["probability", "rate", "loss", "share", "change", "count", "duration", "plain"]
    how = ["measured", "published", "judged", "assumed", "computed"]
    number = {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}]}
    value = {"anyOf": [_ref("number"), {"type": "null"}]}
    place = {"type": "integer", "minimum": 0}
    return {
        "number": number,
        "estimate": _object(value=value, low=_ref("number"), high=_ref("number"), kind={"enum": kinds}, unit=_TEXT,
                            how={"enum": how}, method=_TEXT),
        "span": _object(file=_TEXT, line=place, column=place, end_line=place, end_column=place),
        "missing": _object(question=_TEXT, unlocks=_TEXT, reason=_TEXT),
        "finding": _object(code=_TEXT, severity={"enum": ["note", "warning", "error"]}, message=_TEXT, cure=_TEXT,
                           span=_ref("span", optional=True), fingerprint=_TEXT),
        "named": _object(id=_TEXT, label=_TEXT, estimate=_ref("estimate")),
        "column": _object(id=_TEXT, label=_TEXT, kind={"enum": ["text", "code", "estimate", "verdict", "list"]}, brief=_FLAG),
        "cell": _object(text=_TEXT, estimate=_ref("estimate", optional=True), items=_list(_TEXT), tone=_TONE),
    }  # fmt: skip


def _block_schemas() -> Json:
    return {
        "sentence": _object(type={"const": "sentence"}, text=_TEXT, tone=_TONE, detail=_FLAG),
        "estimates": _object(type={"const": "estimates"}, title=_TEXT, items=_list(_ref("named")), detail=_FLAG),
        "table": _object(type={"const": "table"}, id=_TEXT, title=_TEXT, columns=_list(_ref("column")), rows=_list(_list(_ref("cell"))),
                         note=_TEXT, empty=_TEXT, detail=_FLAG),
        "picture": _object(type={"const": "picture"}, kind=_TEXT, title=_TEXT, data={"type": "object"}, alt=_TEXT, detail=_FLAG),
        "quote": _object(type={"const": "quote"}, text=_TEXT, span=_ref("span", optional=True), detail=_FLAG),
        "ask": _object(type={"const": "ask"}, missing=_ref("missing"), detail=_FLAG),
    }  # fmt: skip


def report_json_schema() -> Json:
    """The JSON Schema (2020-12) of what `render_json` writes."""
    blocks = _block_schemas()
    head: Json = {"engine": _TEXT, "section": _TEXT, "question": _TEXT}
    defs: Json = {
        **_leaf_schemas(),
        **blocks,
        "block": {"oneOf": [_ref(name) for name in blocks]},
        "answer": _object(claim=_TEXT, blocks=_list(_ref("block")), findings=_list(_ref("finding"))),
        "answered": _object(**head, status={"const": "answered"}, answer=_ref("answer")),
        "not_found": _object(**head, status={"const": "not found"}, missing=_ref("missing")),
    }
    top = _object(
        **{"fuelbed-report": {"const": FORMAT}},
        title=_TEXT,
        failure=_TEXT,
        notice=_TEXT,
        verdict=_list(_TEXT),
        summary=_list(_TEXT),
        sections=_list({"oneOf": [_ref("answered"), _ref("not_found")]}),
        findings=_list(_ref("finding")),
        provenance={"type": "object", "additionalProperties": _TEXT},
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Fuelbed report", **top, "$defs": defs}
