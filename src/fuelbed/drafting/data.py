"""Reading -> plain data for programs: what `fuelbed draft --format json` prints. The schema is `reading_schema()`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fuelbed.core.document import Document, Place
from fuelbed.core.json_schema import list_schema, object_schema, titled
from fuelbed.core.reading import Mention, MentionKind, ReadAction, Reading

__all__ = ["reading_data", "reading_schema"]

_CASE_STATE = {"absent": "missing", "failed": "failed", "worked": "effective"}


def reading_data(reading: Reading) -> dict[str, Any]:
    """Everything that was understood, each with its quote (the source's own words) and line."""
    d = reading.document
    feedback, claims = reading.amplification, reading.claims
    return {
        "file": d.source.file,
        "title": d.title,
        "kind": d.kind,
        "date": d.date.isoformat() if d.date else None,
        "triggers": [_mention(d, m, faint) for m, faint in _with_faint(reading, reading.triggers, "trigger")],
        "conditions": [
            {**_mention(d, m, faint), "layer": m.layer or None}
            for m, faint in _with_faint(reading, reading.conditions, "condition")
        ],
        "controls": [
            {**_mention(d, m, False), "state": m.status, "case_state": _CASE_STATE[m.status or "failed"]}
            for m in reading.controls
        ],
        "amplification": {
            "present": feedback.present,
            "type": feedback.kind,
            "named": feedback.named,
            **_where(d, feedback.mention),
        },
        "claims": {
            "single_root_cause": _claim(d, claims.single_cause is not None, claims.single_cause),
            "blames_human": {**_claim(d, claims.human == "blames", claims.human_mention), "type": claims.human},
            "revert": {**_claim(d, claims.revert != "none", claims.revert_mention), "type": claims.revert},
        },
        "actions": [_action(d, a) for a in reading.actions],
        "timeline": [{"time": m.time.isoformat() if m.time else None, "text": m.text, **_at(d, m.place)} for m in d.moments],
    }


def _at(d: Document, place: Place) -> dict[str, Any]:
    return {"quote": d.quote(place), "line": d.line(place)}


def _where(d: Document, m: Mention | None) -> dict[str, Any]:
    return _at(d, m.place) if m is not None else {"quote": None, "line": None}


def _with_faint(reading: Reading, told: Sequence[Mention], kind: MentionKind) -> list[tuple[Mention, bool]]:
    """What is told and what only may be, in the order of the text."""
    found = [*((m, False) for m in told), *((m, True) for m in reading.faint if m.kind == kind)]
    return sorted(found, key=lambda pair: (pair[0].place.start, pair[0].place.end))


def _mention(d: Document, m: Mention, faint: bool) -> dict[str, Any]:
    return {"what": m.what, **_at(d, m.place), "sure": m.sure, "faint": faint, "why": m.why}


def _claim(d: Document, value: bool, m: Mention | None) -> dict[str, Any]:
    return {"value": value, **_where(d, m)}


def _action(d: Document, a: ReadAction) -> dict[str, Any]:
    return {
        "text": a.item.text,
        "class": a.cls,
        "tentative": a.tentative,
        "undoes": a.undoes,
        "owner": a.item.owner or None,
        "due": a.item.due or None,
        "ticket": a.item.ticket or None,
        "done": a.item.done,
        **_at(d, a.item.place),
        "sure": a.sure,
        "why": a.why,
    }


_TEXT, _FLAG = {"type": "string"}, {"type": "boolean"}
_MAYBE = {"type": ["string", "null"]}


def reading_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `reading_data`. One table."""
    place = {"quote": _TEXT, "line": {"type": "integer", "minimum": 1}}
    maybe = {"quote": _MAYBE, "line": {"type": ["integer", "null"]}}
    mention = {"what": _TEXT, **place, "sure": _FLAG, "faint": _FLAG, "why": _TEXT}
    claim = {"value": _FLAG, **maybe}

    def many(**properties: Any) -> dict[str, Any]:
        return list_schema(object_schema(**properties))

    return titled(
        "Fuelbed reading of a postmortem",
        object_schema(
            file=_TEXT,
            title=_TEXT,
            kind={"enum": ["reliability", "security", "advisory", "template", "timeline", "empty"]},
            date=_MAYBE,
            triggers=many(**mention),
            conditions=many(**mention, layer=_MAYBE),
            controls=many(
                **mention, state={"enum": ["absent", "failed", "worked"]}, case_state={"enum": ["missing", "failed", "effective"]}
            ),
            amplification=object_schema(present=_FLAG, type=_TEXT, named=_FLAG, **maybe),
            claims=object_schema(
                single_root_cause=object_schema(**claim),
                blames_human=object_schema(**claim, type=_TEXT),
                revert=object_schema(**claim, type=_TEXT),
            ),
            actions=many(
                text=_TEXT,
                **{"class": {"enum": ["structural", "trigger_only", "monitoring", "process", "doc"]}},
                tentative=_FLAG,
                undoes=_FLAG,
                owner=_MAYBE,
                due=_MAYBE,
                ticket=_MAYBE,
                done={"type": ["boolean", "null"]},
                **place,
                sure=_FLAG,
                why=_TEXT,
            ),
            timeline=many(time=_MAYBE, text=_TEXT, **place),
        ),
    )
