"""Small exports in the shape that each vendor documents: names, nesting, what is null, and the wrapper of a page. All values are made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.history import FailureLog
from fuelbed.readers.case import read_case

__all__ = ["HEAD", "WHOLE", "alert", "case", "faults", "issue", "log", "notes", "pager", "pagers", "rows", "status", "update"]

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  history:\n"
WHOLE = "observed: {start: 2025-01-01, end: 2026-01-01}"


def case(folder: Path, data: Any, more: str = "", file: str = "export.json") -> Case:
    (folder / "case.yaml").write_text(HEAD + f"    log: {{file: {file}, {WHOLE}{more}}}\n")
    text = data if isinstance(data, str | bytes) else json.dumps(data, indent=2)
    (folder / file).write_bytes(text.encode() if isinstance(text, str) else text)
    return read_case(folder)


def log(folder: Path, data: Any, more: str = "", file: str = "export.json") -> FailureLog:
    (found,) = case(folder, data, more, file).history.values()
    return found


def rows(folder: Path, data: Any, more: str = "") -> list[tuple[str, float, float]]:
    """(component, start, end) of each failure, in hours of 2025; an end that nobody knows is None."""
    found = log(folder, data, more)
    ends = [None if e != e else e / 3600 for e in found.ends]
    return [(found.components[w], s / 3600, e) for w, s, e in zip(found.which, found.starts, ends, strict=True)]


def notes(folder: Path, data: Any, more: str = "") -> list[str]:
    return [f.message for f in case(folder, data, more).findings if f.code in ("FB163", "FB168")]


def faults(folder: Path, data: Any, more: str = "") -> list[tuple[str, int, int]]:
    with pytest.raises(InputError) as e:
        case(folder, data, more)
    assert all(f.cure and f.span for f in e.value.findings)
    return [(f.code, f.span.line, f.span.column) for f in e.value.findings if f.span]


def pager(number: int, service: str = "Mail Service", **more: Any) -> dict[str, Any]:
    """An incident of PagerDuty's `GET /incidents`."""
    return {
        "id": f"PT4K{number}", "type": "incident", "summary": f"[#{number}] queue is long", "self": f"https://api.example/incidents/{number}",
        "incident_number": number, "title": "queue is long", "created_at": "2025-01-01T02:00:00Z", "updated_at": "2025-01-01T04:00:00Z",
        "status": "resolved", "incident_key": "k", "service": {"id": "PIJ9", "type": "service_reference", "summary": service},
        "assignments": [], "last_status_change_at": "2025-01-01T03:30:00Z", "resolved_at": "2025-01-01T03:00:00Z", "urgency": "high",
        "alert_counts": {"all": 2, "triggered": 0, "resolved": 2}, "teams": [{"id": "T1", "summary": "Mail Team"}], "priority": None,
    } | more  # fmt: skip  # as the answer has them


def pagers(*incidents: dict[str, Any], offset: int = 0) -> dict[str, Any]:
    """A page of them."""
    return {"incidents": list(incidents), "limit": 25, "offset": offset, "total": None, "more": False}


def alert(number: int, **more: Any) -> dict[str, Any]:
    """An alert of Opsgenie's `GET /v2/alerts`."""
    return {
        "id": f"70413a06-{number}", "tinyId": str(number), "alias": f"disk-{number}", "message": "disk is full", "status": "closed",
        "acknowledged": False, "isSeen": True, "tags": [], "snoozed": False, "count": 3, "lastOccurredAt": "2025-01-01T01:10:00Z",
        "createdAt": "2025-01-01T01:00:00.000Z", "updatedAt": "2025-01-02T00:00:00Z", "source": "nagios", "owner": "", "priority": "P2",
        "teams": [{"id": "team-1"}], "responders": [], "integration": {"id": "i", "name": "API", "type": "API"},
        "report": {"ackTime": 15702, "closeTime": 1_800_000, "acknowledgedBy": "a", "closedBy": "b"},
    } | more  # fmt: skip  # as the answer has them


def update(at: str, status: str, *changes: tuple[str, str, str]) -> dict[str, Any]:
    """An update of an incident of Statuspage: changes are (component, state before, state after)."""
    affected = [{"code": f"id-{c}", "name": c, "old_status": old, "new_status": new} for c, old, new in changes]
    return {
        "id": at, "status": status, "body": "words", "incident_id": "i", "created_at": at, "updated_at": at, "display_at": at,
        "affected_components": affected or None, "deliver_notifications": True, "custom_tweet": None, "tweet_id": None,
    }  # fmt: skip  # as the answer has them


def status(*updates: dict[str, Any], components: tuple[str, ...] = ("API",), **more: Any) -> dict[str, Any]:
    """Incidents of a page of Statuspage: one. Updates stand there newest first, as the page has them."""
    incident = {
        "id": "p31z", "name": "Errors", "status": "resolved", "created_at": "2025-01-01T01:00:00.100Z",
        "updated_at": "2025-01-01T05:00:00Z", "monitoring_at": None, "resolved_at": "2025-01-01T05:00:00Z", "impact": "minor",
        "shortlink": "https://stspg.example/p", "started_at": "2025-01-01T01:00:00Z", "page_id": "y2j9", "incident_updates": list(updates),
        "components": [{"id": f"id-{c}", "name": c, "status": "operational", "group_id": None, "group": False} for c in components],
    }  # fmt: skip  # as the answer has them
    return {"page": {"id": "y2j9", "name": "Shop", "time_zone": "Etc/UTC"}, "incidents": [incident | more]}


def issue(number: int, *labels: str, **more: Any) -> dict[str, Any]:
    """An issue of GitHub's REST API."""
    return {
        "id": 9000 + number, "node_id": "MDU6", "url": f"https://api.example/issues/{number}", "number": number, "state": "closed",
        "title": "it is down", "body": None, "user": {"login": "octocat", "id": 1}, "labels": [{"id": 1, "name": x} for x in labels],
        "milestone": None, "created_at": "2025-01-01T01:00:00Z", "closed_at": "2025-01-01T02:00:00Z", "state_reason": "completed",
    } | more  # fmt: skip  # as the answer has them
