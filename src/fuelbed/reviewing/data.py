"""Review -> plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from fuelbed.core.findings import Finding
from fuelbed.drafting.data import reading_data
from fuelbed.reviewing.review import Review

__all__ = ["review_data"]


def review_data(review: Review, findings: Iterable[Finding]) -> dict[str, Any]:
    """What was read, what follows, findings, questions; names under `follows` are those of the drafted case."""
    f, d = review.follows, review.draft
    return {
        **reading_data(review.reading),
        "follows": None if f is None or d is None else {
            "actions": [{"name": a.name, "text": a.read.item.text, "does": list(a.does), "reach": f.classes[a.name]} for a in d.actions],
            "trigger_only": list(f.trigger_only),
            "sight_only": list(f.sight_only),
            "untouched": [{"name": x.name, "what": x.what} for x in d.factors if x.name in f.untouched],
            "best_closing": f.best or None,
            "at_least_as_much_as": list(f.over),
            "ways_to_the_failure": f.ways,
        },
        "findings": [_finding(x) for x in findings],
        "questions": [asdict(g) for g in review.gaps],
        "key_question": asdict(review.question) if review.question else None,
    }  # fmt: skip  # the shape is the point


def _finding(f: Finding) -> dict[str, Any]:
    s = f.span
    place = {"line": s.line, "column": s.column, "end_line": s.end_line, "end_column": s.end_column} if s else None
    return {
        "code": f.code,
        "severity": f.severity.value,
        "message": f.message,
        "cure": f.cure,
        "place": place,
        "fingerprint": f.fingerprint,
    }
