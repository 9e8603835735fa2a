"""PagerDuty: incidents as `GET /incidents` of its REST API v2 gives them, and pages of services.

Format: https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents (fields of the schema Incident). An incident belongs to
one service; it has ended where its status is `resolved`, at `resolved_at`, in older answers at `last_status_change_at`. One that was merged
into another is resolved at that moment, whatever goes on.
"""

from __future__ import annotations

import math

from fuelbed.readers.json_items import JsonItem
from fuelbed.readers.trackers.log import Log

__all__ = ["HINT", "ONLY", "is_pagerduty", "read_incident", "read_service"]

ONLY = ("service", "urgency", "priority", "team")
HINT = "Export incidents with their `service`: `include` is not needed for its `summary`."


def is_pagerduty(record: dict[str, object]) -> bool:
    return bool(record.keys() & {"incident_number", "incident_key"}) or ("service" in record and "created_at" in record)


def read_incident(record: JsonItem, log: Log) -> None:
    service = record.inner("service")
    name = service.text("summary", "name", "id") if service is not None else ""
    if not log.is_new(record, "id", "incident_number"):
        return
    if log.only:
        priority = record.inner("priority")
        fields = {
            "service": [name],
            "urgency": [record.text("urgency")],
            "priority": [priority.text("summary", "name")] if priority is not None else [],
            "team": record.names("teams", "summary"),
        }
        if not log.wants(fields):
            return
    start = log.start_of(record, "created_at")
    end = math.nan
    reason = record.inner("resolve_reason")
    if reason is not None and reason.text("type").startswith("merge"):
        log.told["incident", "merged into another: the time of the merge is no end"] += 1
    elif record.text("status") == "resolved" or record.value.get("resolved_at"):
        end = record.at("resolved_at", "last_status_change_at")
    if not math.isnan(start):
        log.add(record, [name] if name else [], start, end, record.text("title", "summary", "id"), "resolved_at")


def read_service(record: JsonItem, log: Log) -> None:
    """An entry of a page of `GET /services`."""
    if name := record.text("summary", "name"):
        log.watch([name])
