"""The report as JSON: every block with every number, stable key order, and the published schema of that format."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from fuelbed.core.agreement import Agreement, Disagreement, Meeting, Ranks
from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Estimates, Named, Picture, Quote, Sentence, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding, Span
from fuelbed.core.json_schema import Json, list_schema, object_schema, titled
from fuelbed.core.reporting import Report, Section
from fuelbed.report._arrange import standing
from fuelbed.report._columns import UNPRINTABLE

__all__ = ["FORMAT", "block_data", "block_schemas", "estimate_data", "finding_data", "leaf_schemas", "plain_data", "ref", "render_json",
           "report_json_schema", "safe_text", "span_data"]  # fmt: skip  # one list

FORMAT = 1
# a list of numbers as `json` indents it, one a line; inside strings there are no line ends
_NUMBERS = re.compile(r"\[\n\s+(?:-?\d[\d.eE+-]*|null)(?:,\n\s+(?:-?\d[\d.eE+-]*|null))*\n\s+\]")


def plain_data(x: Any) -> Any:
    """Strict JSON: infinities as "inf" and "-inf", "nan" as such, tuples as lists."""
    if isinstance(x, float) and not math.isfinite(x):
        return "nan" if math.isnan(x) else ("inf" if x > 0 else "-inf")
    if isinstance(x, Mapping):
        return {str(k): plain_data(v) for k, v in x.items()}
    return [plain_data(v) for v in x] if isinstance(x, (list, tuple)) else x


def estimate_data(e: Estimate) -> Json:
    return {"value": e.value, "low": e.low, "high": e.high, "kind": e.kind, "unit": e.unit, "how": e.how, "method": e.method}


def span_data(s: Span | None) -> Json | None:
    if s is None:
        return None
    return {"file": s.file, "line": s.line, "column": s.column, "end_line": s.end_line, "end_column": s.end_column}


def _missing(x: NotFound) -> Json:
    return {"question": x.question, "unlocks": x.unlocks, "reason": x.reason}


def finding_data(f: Finding) -> Json:
    head: Json = {"code": f.code, "severity": f.severity.value, "message": f.message, "cure": f.cure}
    return {**head, "span": span_data(f.span), "fingerprint": f.fingerprint}


def _cell(c: Cell) -> Json:
    return {"text": c.text, "estimate": estimate_data(c.estimate) if c.estimate else None, "items": list(c.items), "tone": c.tone}


def _column(c: Column) -> Json:
    return {"id": c.id, "label": c.label, "kind": c.kind, "brief": c.brief}


def _sentence(b: Sentence) -> Json:
    return {"type": "sentence", "text": b.text, "tone": b.tone, "detail": b.detail}


def _named(n: Named) -> Json:
    return {"id": n.id, "label": n.label, "estimate": estimate_data(n.estimate)}


def _estimates(b: Estimates) -> Json:
    return {"type": "estimates", "title": b.title, "items": [_named(i) for i in b.items], "detail": b.detail}


def _table(b: Table) -> Json:
    rows = [[_cell(c) for c in row] for row in b.rows]
    head: Json = {"type": "table", "id": b.id, "title": b.title, "columns": [_column(c) for c in b.columns], "rows": rows}
    return {**head, "note": b.note, "empty": b.empty, "detail": b.detail}


def _picture(b: Picture) -> Json:
    return {"type": "picture", "kind": b.kind, "title": b.title, "data": b.data, "alt": b.alt, "detail": b.detail}


def _quote(b: Quote) -> Json:
    return {"type": "quote", "text": b.text, "span": span_data(b.span), "detail": b.detail}


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


def block_data(b: Block) -> Json:
    return _RENDERERS[type(b)](b)


def _answer(a: Answer) -> Json:
    return {"claim": a.claim, "blocks": [block_data(b) for b in a.blocks], "findings": [finding_data(f) for f in a.findings]}


def _section(s: Section) -> Json:
    head: Json = {"engine": s.engine, "section": s.section, "question": s.question}
    if isinstance(s.answer, NotFound):
        return {**head, "status": "not found", "missing": _missing(s.answer)}
    return {**head, "status": standing(s), "answer": _answer(s.answer)}


def _meeting(m: Meeting) -> Json:
    head: Json = {"id": m.id, "giver": m.giver, "taker": m.taker, "says": m.says, "numbers": [_named(n) for n in m.numbers]}
    return {**head, "missing": _missing(m.missing) if m.missing is not None else None}


def _disagreement(d: Disagreement) -> Json:
    head: Json = {"id": d.id, "giver": d.giver, "taker": d.taker, "about": d.about, "says": d.says}
    return {**head, "first": _named(d.first), "second": _named(d.second)}


def _ranks(r: Ranks) -> Json:
    factors = [{"factor": x.factor, "pull": estimate_data(x.pull), "share": estimate_data(x.share)} for x in r.factors]
    pairs = {"same": r.same, "opposite": r.opposite, "tied": r.tied}
    surely = {"same": r.surely_same, "opposite": r.surely_opposite, "tied": r.surely_tied}
    return {"of": r.of, "factors": factors, "pairs": pairs, "surely": surely, "tau": estimate_data(r.tau), "luck": r.luck}


def _agreement(a: Agreement) -> Json:
    ranked = None if a.ranks is None else _ranks(a.ranks)
    return {
        "meetings": [_meeting(m) for m in a.meetings],
        "ranks": ranked,
        "disagreements": [_disagreement(d) for d in a.disagreements],
    }


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
        "agreement": _agreement(report.agreement),
        "findings": [finding_data(f) for f in report.findings],
        "provenance": dict(report.provenance),
    }
    text = _NUMBERS.sub(_on_a_line, json.dumps(plain_data(out), ensure_ascii=False, allow_nan=False, indent=2))
    return safe_text(text) + "\n"


def safe_text(text: str) -> str:
    """JSON in which no character acts on whoever prints it."""
    return UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


_TEXT: Json = {"type": "string"}
_FLAG: Json = {"type": "boolean"}
_TONE: Json = {"enum": ["plain", "bad", "good", "muted"]}


def ref(name: str, *, optional: bool = False) -> Json:
    ref = {"$ref": f"#/$defs/{name}"}
    return {"anyOf": [ref, {"type": "null"}]} if optional else ref


def leaf_schemas() -> Json:
    kinds = ["probability", "rate", "loss", "share", "change", "count", "duration", "plain"]
    how = ["measured", "published", "judged", "assumed", "computed"]
    number = {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}]}
    value = {"anyOf": [ref("number"), {"type": "null"}]}
    place = {"type": "integer", "minimum": 0}
    return {
        "number": number,
        "estimate": object_schema(value=value, low=ref("number"), high=ref("number"), kind={"enum": kinds}, unit=_TEXT,
                            how={"enum": how}, method=_TEXT),
        "span": object_schema(file=_TEXT, line=place, column=place, end_line=place, end_column=place),
        "missing": object_schema(question=_TEXT, unlocks=_TEXT, reason=_TEXT),
        "finding": object_schema(code=_TEXT, severity={"enum": ["note", "warning", "error"]}, message=_TEXT, cure=_TEXT,
                           span=ref("span", optional=True), fingerprint=_TEXT),
        "named": object_schema(id=_TEXT, label=_TEXT, estimate=ref("estimate")),
        "column": object_schema(id=_TEXT, label=_TEXT, kind={"enum": ["text", "code", "estimate", "verdict", "list"]}, brief=_FLAG),
        "cell": object_schema(text=_TEXT, estimate=ref("estimate", optional=True), items=list_schema(_TEXT), tone=_TONE),
    }  # fmt: skip


def block_schemas() -> Json:
    return {
        "sentence": object_schema(type={"const": "sentence"}, text=_TEXT, tone=_TONE, detail=_FLAG),
        "estimates": object_schema(type={"const": "estimates"}, title=_TEXT, items=list_schema(ref("named")), detail=_FLAG),
        "table": object_schema(type={"const": "table"}, id=_TEXT, title=_TEXT, columns=list_schema(ref("column")), rows=list_schema(list_schema(ref("cell"))),
                         note=_TEXT, empty=_TEXT, detail=_FLAG),
        "picture": object_schema(type={"const": "picture"}, kind=_TEXT, title=_TEXT, data={"type": "object"}, alt=_TEXT, detail=_FLAG),
        "quote": object_schema(type={"const": "quote"}, text=_TEXT, span=ref("span", optional=True), detail=_FLAG),
        "ask": object_schema(type={"const": "ask"}, missing=ref("missing"), detail=_FLAG),
    }  # fmt: skip


def _agreement_schemas() -> Json:
    between: Json = {"id": _TEXT, "giver": _TEXT, "taker": _TEXT}
    count: Json = {"type": "integer", "minimum": 0}
    pairs = object_schema(same=count, opposite=count, tied=count)
    ranked = object_schema(factor=_TEXT, pull=ref("estimate"), share=ref("estimate"))
    luck: Json = {"anyOf": [ref("number"), {"type": "null"}]}
    return {
        "meeting": object_schema(**between, says=_TEXT, numbers=list_schema(ref("named")), missing=ref("missing", optional=True)),
        "ranks": object_schema(of=_TEXT, factors=list_schema(ranked), pairs=pairs, surely=pairs, tau=ref("estimate"), luck=luck),
        "disagreement": object_schema(**between, about=_TEXT, says=_TEXT, first=ref("named"), second=ref("named")),
        "agreement": object_schema(
            meetings=list_schema(ref("meeting")),
            ranks=ref("ranks", optional=True),
            disagreements=list_schema(ref("disagreement")),
        ),
    }


def report_json_schema() -> Json:
    """The JSON Schema (2020-12) of what `render_json` writes."""
    blocks = block_schemas()
    head: Json = {"engine": _TEXT, "section": _TEXT, "question": _TEXT}
    defs: Json = {
        **leaf_schemas(),
        **blocks,
        **_agreement_schemas(),
        "block": {"oneOf": [ref(name) for name in blocks]},
        "answer": object_schema(claim=_TEXT, blocks=list_schema(ref("block")), findings=list_schema(ref("finding"))),
        "answered": object_schema(**head, status={"enum": ["answered", "asked"]}, answer=ref("answer")),
        "not_found": object_schema(**head, status={"const": "not found"}, missing=ref("missing")),
    }
    top = object_schema(
        **{"fuelbed-report": {"const": FORMAT}},
        title=_TEXT,
        failure=_TEXT,
        notice=_TEXT,
        verdict=list_schema(_TEXT),
        summary=list_schema(_TEXT),
        sections=list_schema({"oneOf": [ref("answered"), ref("not_found")]}),
        agreement=ref("agreement"),
        findings=list_schema(ref("finding")),
        provenance={"type": "object", "additionalProperties": _TEXT},
    )
    return titled("Fuelbed report", {**top, "$defs": defs})
