"""What was verified as JSON, and its schema."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fuelbed.core.case import Case
from fuelbed.core.json_schema import Json, list_schema, object_schema
from fuelbed.report.json import estimate_data, leaf_schemas, plain_data, ref, safe_text
from fuelbed.verifying.blocks import headline
from fuelbed.verifying.judge import WORDS
from fuelbed.verifying.verify import Side, Verified

__all__ = ["FORMAT", "render_verify_json", "verify_data", "verify_schema"]

FORMAT = 1
_TEXT: Json = {"type": "string"}


def render_verify_json(case: Case, rows: Sequence[Verified]) -> str:
    return safe_text(json.dumps(plain_data(verify_data(case, rows)), ensure_ascii=False, allow_nan=False, indent=2)) + "\n"


def verify_data(case: Case, rows: Sequence[Verified]) -> Json:
    """Stable keys and order; times in days, ratios after / before."""
    return {
        "fuelbed-verify": FORMAT,
        "title": case.title,
        "failure": case.failure,
        "verdict": list(headline(rows)),
        "items": [_item(v) for v in rows],
    }


def _side(s: Side | None) -> Json | None:
    return None if s is None else {"count": s.count, "of": s.of, "begin": s.begin, "end": s.end}


def _item(v: Verified) -> Json:
    observed, predicted = (None if e is None else estimate_data(e) for e in (v.observed, v.predicted))
    missing = (
        None if v.missing is None else {"question": v.missing.question, "unlocks": v.missing.unlocks, "reason": v.missing.reason}
    )
    head: Json = {"action": v.action, "what": v.what, "done": v.done.isoformat() if v.done else None, "outcome": v.outcome}
    head |= {
        "of": v.of,
        "source": v.source,
        "kind": v.kind,
        "together": list(v.together),
        "before": _side(v.before),
        "after": _side(v.after),
    }
    return head | {
        "observed": observed,
        "predicted": predicted,
        "wait_days": v.wait,
        "after_ended": v.ended,
        "notes": list(v.notes),
        "missing": missing,
    }


def verify_schema() -> Json:
    """JSON Schema (draft 2020-12) of `fuelbed verify --format json`."""
    number, maybe_number = {"type": "number"}, {"type": ["number", "null"]}
    side = {
        "anyOf": [object_schema(count={"type": "integer", "minimum": 0}, of=number, begin=number, end=number), {"type": "null"}]
    }
    item = object_schema(
        action=_TEXT,
        what=_TEXT,
        done={"type": ["string", "null"]},
        outcome={"enum": list(WORDS)},
        of=_TEXT,
        source=_TEXT,
        kind={"enum": ["rate", "share"]},
        together=list_schema(_TEXT),
        before=side,
        after=side,
        observed=ref("estimate", optional=True),
        predicted=ref("estimate", optional=True),
        wait_days=maybe_number,
        after_ended={"type": "boolean"},
        notes=list_schema(_TEXT),
        missing=ref("missing", optional=True),
    )
    head: Json = {"fuelbed-verify": {"const": FORMAT}}
    top = object_schema(**head, title=_TEXT, failure=_TEXT, verdict=list_schema(_TEXT), items=list_schema(ref("item")))
    kept = {k: v for k, v in leaf_schemas().items() if k in ("number", "estimate", "missing")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Fuelbed verify",
        **top,
        "$defs": {**kept, "item": item},
    }
