"""Opsgenie: alerts (`GET /v2/alerts`), incidents (`GET /v1/incidents`) and pages of services (`GET /v1/services`).

Format: https://docs.opsgenie.com/docs/alert-api and .../incident-api. `report.closeTime` of an alert is how long after its creation it was
closed, in milliseconds. An alert has no service: what it calls its component is looked for in tags such as `service:x`, `entity`, `source`.
"""

from __future__ import annotations

import math

from fuelbed.readers.json_items import JsonItem
from fuelbed.readers.trackers.log import Log, label_components

__all__ = ["HINT", "ONLY", "is_opsgenie", "is_service", "read_record", "read_service"]

ONLY = ("tag", "priority", "source", "team")
HINT = "Tag alerts with `service:NAME`, or map a tag, entity, source or alias: `components: {that: name}`."
_CLOSED = ("closed", "resolved")


def is_opsgenie(record: dict[str, object]) -> bool:
    return "tinyId" in record or ("createdAt" in record and "message" in record and "title" not in record)


def is_service(record: dict[str, object]) -> bool:
    return "name" in record and "id" in record and "createdAt" not in record


def read_service(record: JsonItem, log: Log) -> None:
    """An entry of a page of services: incidents name what they hit by its identifier only."""
    if name := record.text("name"):
        log.titles[record.text("id")] = name
        log.watch([name])


def read_record(record: JsonItem, log: Log) -> None:
    """An alert or an incident."""
    if not log.is_new(record, "id", "tinyId"):
        return
    tags = record.names("tags")
    if log.only:
        team = [*record.names("teams", "id"), record.text("ownerTeam", "ownerTeamId")]
        fields = {"tag": tags, "priority": [record.text("priority")], "source": [record.text("source")], "team": team}
        if not log.wants(fields):
            return
    start = log.start_of(record, "impactStartDate", "createdAt")
    if math.isnan(start):
        return
    end, field_of_end = _end(record, log, start)
    log.add(record, _components(record, log, tags), start, end, record.text("message", "alias", "id"), field_of_end)


def _components(record: JsonItem, log: Log, tags: list[str]) -> list[str]:
    if hit := record.names("impactedServices", "id"):
        return hit
    if found := label_components(tags, log.names):
        return found
    said = {k: record.text(k) for k in ("entity", "source", "alias")}
    for x in said.values():
        if x in log.names:
            return [x]
    for key in ("entity", "source"):
        if said[key]:
            log.told["alert", f"had neither a service nor a tag for it: `{key}` was taken as the component"] += 1
            return [said[key]]
    return []


def _end(record: JsonItem, log: Log, start: float) -> tuple[float, str]:
    """When it ended, and the field that says so."""
    if record.text("status").lower() not in _CLOSED:
        return math.nan, "status"
    for key in ("impactEndDate", "closedAt", "resolvedAt"):
        if record.value.get(key):
            return record.at(key), key
    report = record.inner("report")
    took = report.value.get("closeTime") if report is not None else None
    if isinstance(took, int | float) and not isinstance(took, bool) and 0 < took < 1e15:
        created = record.at("createdAt")
        return (took / 1000 if took > 1e11 else (start if math.isnan(created) else created) + took / 1000), "report"
    log.told["alert", "had no time of closing: the last update was taken"] += 1
    return record.at("updatedAt"), "updatedAt"
