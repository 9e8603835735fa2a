"""Review -> plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from fuelbed.core.findings import Finding
from fuelbed.core.json_schema import list_schema, object_schema, titled
from fuelbed.drafting.data import reading_data, reading_schema
from fuelbed.engines.lint import all_rules
from fuelbed.reviewing.review import Review
from fuelbed.writers.findings_json import finding_data, finding_schema

__all__ = ["review_data", "review_schema"]


def review_data(review: Review, findings: Iterable[Finding]) -> dict[str, Any]:
    """What was read, what follows, findings, questions; names under `follows` are those of the drafted case."""
    f, d = review.follows, review.draft
    codes = {r.code: r for r in all_rules()}
    return {
        **reading_data(review.reading),
        "follows": None if f is None or d is None else {
            "actions": [{"name": a.name, "text": a.read.item.text, "does": list(a.does), "reach": f.classes[a.name]} for a in d.actions],
            "trigger_only": list(f.trigger_only),
            "sight_only": list(f.sight_only),
            "untouched": [{"name": x.name, "what": x.what} for x in d.factors if x.name in f.untouched],
            "best_closing": f.best or None,
            "at_least_as_much_as": list(f.over),
            "cut_sets": f.ways,
        },
        "findings": [finding_data(x, codes.get(x.code)) for x in findings],
        "questions": [asdict(g) for g in review.gaps],
        "key_question": asdict(review.question) if review.question else None,
    }  # fmt: skip  # the shape is the point


def review_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `fuelbed review --format json`."""
    reading = reading_schema()
    text, maybe = {"type": "string"}, {"type": ["string", "null"]}
    names = list_schema(text)
    row = {
        "type": "object",
        "properties": {"name": text, "text": text, "does": names, "reach": text},
        "additionalProperties": False,
    }
    follows = {
        "actions": list_schema(row),
        "trigger_only": names,
        "sight_only": names,
        "untouched": list_schema({"type": "object", "properties": {"name": text, "what": text}}),
        "best_closing": maybe,
        "at_least_as_much_as": names,
        "cut_sets": {"type": "integer", "minimum": 0},
    }
    question = {"type": "object", "properties": {"text": text, "line": {"type": "integer"}, "changes": {"type": "integer"}}}
    gap = {"type": "object", "properties": {"field": text, "question": text, "why": text, "code": text}}
    more = {
        "follows": {"anyOf": [{"type": "null"}, object_schema(**follows)]},
        "findings": list_schema(finding_schema()),
        "questions": list_schema(gap),
        "key_question": {"anyOf": [{"type": "null"}, question]},
    }
    documents = list_schema(object_schema(**reading["properties"], **more))
    return titled("Fuelbed reviews", object_schema(fuelbed_review={"const": 1}, documents=documents))
