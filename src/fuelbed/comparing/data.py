"""The comparison as JSON, and its schema."""

from __future__ import annotations

import json
from typing import Any

from fuelbed.comparing.compare import ActionChange, AnswerChange, Compared, Effect, Explained, Moved
from fuelbed.comparing.told import ActionRow
from fuelbed.core.edits import Edit
from fuelbed.core.json_schema import Json, list_schema, object_schema, titled
from fuelbed.report.json import (
    block_data,
    block_schemas,
    estimate_data,
    finding_data,
    leaf_schemas,
    plain_data,
    ref,
    safe_text,
    span_data,
)

__all__ = ["FORMAT", "diff_data", "diff_schema", "render_diff_json"]

FORMAT = 1
_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_FLAG: Json = {"type": "boolean"}


def render_diff_json(c: Compared) -> str:
    return safe_text(json.dumps(plain_data(diff_data(c)), ensure_ascii=False, allow_nan=False, indent=2)) + "\n"


def diff_data(c: Compared) -> Json:
    """Stable keys and order."""
    return {
        "fuelbed-diff": FORMAT,
        "title": c.title,
        "before": c.sides[0],
        "after": c.sides[1],
        "from": c.origin,
        "same_failure": c.same_failure,
        "verdict": c.verdict,
        "judged_by": c.main,
        "numbers": [_moved(m) for m in c.moved],
        "sentences": {"before": list(c.sentences[0]), "after": list(c.sentences[1])},
        "changes": [_explained(x) for x in c.explained],
        "other_edits": [_edit(e) for e in c.other],
        "ways": {
            "known": c.ways_known,
            "before": c.ways_in_all[0],
            "after": c.ways_in_all[1],
            "new": [list(w) for w in c.ways[0]],
            "gone": [list(w) for w in c.ways[1]],
        },
        "actions": [_action(a) for a in c.actions],
        "answers": [_answer(a) for a in c.answers],
        "answers_unchanged": c.unchanged_answers,
        "findings": {"new": [finding_data(f) for f in c.findings_new], "gone": [finding_data(f) for f in c.findings_gone]},
        "items": [block_data(t) for t in c.tables],
        "notes": list(c.notes),
        "provenance": dict(c.provenance),
    }


def _maybe(e: Any) -> Json | None:
    return None if e is None else estimate_data(e)


def _moved(m: Moved) -> Json:
    head: Json = {"id": m.id, "label": m.label, "before": _maybe(m.before), "after": _maybe(m.after), "change": _maybe(m.ratio)}
    return {**head, "direction": m.direction, "intervals_apart": m.apart}


def _edit(e: Edit) -> Json:
    head: Json = {"path": list(e.path), "label": e.label, "kind": e.kind, "before": e.before, "after": e.after}
    return {**head, "at_before": span_data(e.at_before), "at_after": span_data(e.at_after)}


def _effect(e: Effect) -> Json:
    return {"alone": _maybe(e.alone), "last": _maybe(e.last)}


def _explained(x: Explained) -> Json:
    effects = {k: _effect(e) for k, e in x.effects.items()}
    return {"label": x.label, "edits": [_edit(e) for e in x.edits], "effects": effects, "note": x.note}


def _row(r: ActionRow | None) -> Json | None:
    return None if r is None else {"verdict": r.verdict, "effects": {k: estimate_data(e) for k, e in r.effects.items()}}


def _action(a: ActionChange) -> Json:
    return {"action": a.name, "what": a.what, "before": _row(a.before), "after": _row(a.after), "changed_class": a.changed_class}


def _answer(a: AnswerChange) -> Json:
    head: Json = {"engine": a.engine, "section": a.section, "question": a.question}
    return {**head, "status": {"before": a.status[0], "after": a.status[1]}, "gone": list(a.gone), "new": list(a.new)}


def diff_schema() -> Json:
    """JSON Schema (draft 2020-12) of `fuelbed diff --format json`. One table."""
    maybe = ref("estimate", optional=True)
    span = ref("span", optional=True)
    by_id = {"type": "object", "additionalProperties": ref("effect")}
    row = object_schema(verdict=_TEXT, effects={"type": "object", "additionalProperties": ref("estimate")})
    direction = {"enum": ["down", "up", "same", "open"]}
    defs: Json = {
        **leaf_schemas(),
        "table": block_schemas()["table"],
        "edit": object_schema(path=list_schema(_TEXT), label=_TEXT, kind={"enum": ["added", "removed", "changed"]}, before=_TEXT, after=_TEXT,
                              at_before=span, at_after=span),
        "effect": object_schema(alone=maybe, last=maybe),
        "row": {"anyOf": [row, {"type": "null"}]},
        "moved": object_schema(id=_TEXT, label=_TEXT, before=maybe, after=maybe, change=maybe, direction=direction, intervals_apart=_FLAG),
        "change": object_schema(label=_TEXT, edits=list_schema(ref("edit")), effects=by_id, note=_TEXT),
        "action": object_schema(action=_TEXT, what=_TEXT, before=ref("row"), after=ref("row"), changed_class=_FLAG),
        "answer": object_schema(engine=_TEXT, section=_TEXT, question=_TEXT, status=object_schema(before=_TEXT, after=_TEXT), gone=list_schema(_TEXT), new=list_schema(_TEXT)),
    }  # fmt: skip  # one shape a line
    head: Json = {"fuelbed-diff": {"const": FORMAT}, "from": {"enum": ["cases", "results", "actions"]}}
    top = object_schema(
        **head,
        title=_TEXT,
        before=_TEXT,
        after=_TEXT,
        same_failure=_FLAG,
        verdict={"enum": ["better", "worse", "mixed", "unchanged", "open"]},
        judged_by=_TEXT,
        numbers=list_schema(ref("moved")),
        sentences=object_schema(before=list_schema(_TEXT), after=list_schema(_TEXT)),
        changes=list_schema(ref("change")),
        other_edits=list_schema(ref("edit")),
        ways=object_schema(
            known=_FLAG, before=_COUNT, after=_COUNT, new=list_schema(list_schema(_TEXT)), gone=list_schema(list_schema(_TEXT))
        ),
        actions=list_schema(ref("action")),
        answers=list_schema(ref("answer")),
        answers_unchanged=_COUNT,
        findings=object_schema(new=list_schema(ref("finding")), gone=list_schema(ref("finding"))),
        items=list_schema(ref("table")),
        notes=list_schema(_TEXT),
        provenance={"type": "object", "additionalProperties": _TEXT},
    )
    return titled("Fuelbed diff", {**top, "$defs": defs})
