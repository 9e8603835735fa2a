"""The comparison as JSON, and its schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fuelbed.core.findings import Finding
from fuelbed.core.json_schema import Json, list_schema, object_schema, titled
from fuelbed.corpus.compare import Compared, Recurring, interval
from fuelbed.corpus.entry import Entry, Told
from fuelbed.corpus.together import Together
from fuelbed.corpus.words import loop_title, mechanism_title

__all__ = ["FORMAT", "corpus_data", "corpus_schema"]

FORMAT = 1


def corpus_data(c: Compared, faults: Sequence[Finding], same: Sequence[tuple[str, str]], cached: int) -> dict[str, Any]:
    """Stable keys and order; every row names its files."""
    return {
        "fuelbed_corpus": FORMAT,
        "today": {"date": c.today.isoformat() if c.today else None, "given": c.today_said},
        "documents": [_entry(e) for e in c.entries],
        "mechanisms": [_recurring(r, mechanism_title(r.kind), len(c.entries)) for r in c.mechanisms],
        "together": [_together(t) for t in c.together],
        "loops": [_recurring(r, loop_title(r.kind), len(c.entries)) for r in c.loops],
        "back": [
            {"kind": b.kind, "item": b.item.text, "done": b.item.done, "first": b.first.file, "first_line": b.item.line, "later": b.later.file, "quote": b.told.quote, "in": b.told.file or b.later.file, "line": b.told.line}
            for b in c.back
        ],
        "said_to_recur": [{"file": a.entry.file, "in": a.told.file or a.entry.file, "line": a.told.line, "quote": a.told.quote} for a in c.again],
        "overdue": [{"file": e.file, "line": i.line, "item": i.text, "owner": i.owner, "due": d.isoformat()} for e, i, d in c.overdue],
        "repeated": [[{"file": e.file, "line": i.line, "item": i.text} for e, i in r.items] for r in c.repeated],
        "rules": [
            {"code": r.code, "documents": r.documents, "findings": r.findings, "by_year": {y: {"with": n, "of": of} for y, (n, of) in r.by_year.items()}}
            for r in c.rules
        ],
        "not_read": [{"file": f.span.file if f.span else None, "code": f.code, "message": f.message} for f in faults],
        "copies": [{"file": a, "same_as": b} for a, b in same],
        "from_cache": cached,
    }  # fmt: skip  # the shape is the point


def _entry(e: Entry) -> dict[str, Any]:
    raw = asdict(e)
    return {
        **{k: raw[k] for k in ("file", "title", "kind", "team", "words")},
        "date": e.date or None,
        "triggers": [{"what": t.what, "quote": t.quote, "line": t.line} for t in e.triggers],
        "weaknesses": [
            {"kind": t.kind, "what": t.what, "quote": t.quote, "in": t.file or e.file, "line": t.line, "touched": t.touched}
            for t in e.weak
        ],
    }


def _place(e: Entry, t: Told) -> dict[str, Any]:
    """file: the document; in: the file where the line is, another one where a case's narrative tells it."""
    return {"file": e.file, "in": t.file or e.file, "line": t.line, "quote": t.quote or t.what}


def _together(t: Together) -> dict[str, Any]:
    return {
        "kinds": list(t.kinds),
        "titles": [mechanism_title(k) for k in t.kinds],
        "documents": [{"file": e.file, "told": [_place(e, a), _place(e, b)]} for e, a, b in t.found],
        "unlike_triggers": [{"what": what, "documents": n} for what, n in t.triggers],
        "expected": t.expected,
        "p": t.p,
        "pairs": t.pairs,
    }


def _recurring(r: Recurring, title: str, of: int) -> dict[str, Any]:
    low, high = interval(len(r.found), of)
    return {
        "kind": r.kind,
        "title": title,
        "documents": [{**_place(e, t), "touched": t.touched} for e, t in r.found],
        "share": {"value": len(r.found) / of, "low": low, "high": high},
        "unlike_triggers": [{"what": what, "documents": n} for what, n in r.triggers],
        "touched": r.touched,
        "came_back": r.back,
    }


def corpus_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `fuelbed corpus --format json`. One table."""
    text, maybe, count = {"type": "string"}, {"type": ["string", "null"]}, {"type": "integer", "minimum": 0}
    flag = {"type": ["boolean", "null"]}
    place = {"file": text, "in": text, "line": count}
    item = {"file": text, "line": count, "item": text}
    told = {"what": text, "quote": text, "line": count}
    share = object_schema(**{k: {"type": "number", "minimum": 0, "maximum": 1} for k in ("value", "low", "high")})
    row = {
        "kind": text, "title": text, "documents": _rows({**place, "quote": text, "touched": {"type": "boolean"}}), "share": share,
        "unlike_triggers": _rows({"what": text, "documents": count}), "touched": count, "came_back": count,
    }  # fmt: skip  # one shape
    pair = {
        "kinds": list_schema(text), "titles": list_schema(text), "documents": _rows({"file": text, "told": _rows({**place, "quote": text})}),
        "unlike_triggers": _rows({"what": text, "documents": count}), "expected": {"type": "number"}, "p": {"type": "number", "minimum": 0, "maximum": 1}, "pairs": count,
    }  # fmt: skip  # one shape
    document = {
        "file": text, "title": text, "kind": text, "team": text, "words": count, "date": maybe, "triggers": _rows(told),
        "weaknesses": _rows({"kind": text, **told, "in": text, "touched": {"type": "boolean"}}),
    }  # fmt: skip  # one shape
    years = {"type": "object", "additionalProperties": object_schema(**{"with": count, "of": count})}
    return titled(
        "Fuelbed corpus",
        object_schema(
            fuelbed_corpus={"const": FORMAT},
            today=object_schema(date=maybe, given={"type": "boolean"}),
            documents=_rows(document),
            mechanisms=_rows(row),
            together=_rows(pair),
            loops=_rows(row),
            back=_rows(
                {
                    "kind": text,
                    "item": text,
                    "done": flag,
                    "first": text,
                    "first_line": count,
                    "later": text,
                    "quote": text,
                    "in": text,
                    "line": count,
                }
            ),
            said_to_recur=_rows({**place, "quote": text}),
            overdue=_rows({**item, "owner": text, "due": text}),
            repeated=list_schema(_rows(item)),
            rules=_rows({"code": text, "documents": count, "findings": count, "by_year": years}),
            not_read=_rows({"file": maybe, "code": text, "message": text}),
            copies=_rows({"file": text, "same_as": text}),
            from_cache=count,
        ),
    )


def _rows(properties: Json) -> Json:
    return list_schema(object_schema(**properties))
