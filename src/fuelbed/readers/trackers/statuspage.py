"""Statuspage: incidents of a status page, one failure for each component and each stretch in which it was not operational.

Format: https://www.atlassian.com/software/statuspage, `/api/v2/incidents.json` and `/api/v2/summary.json` of every page, and
`GET /v1/pages/ID/incidents` of the management API. `incident_updates` come newest first; each may tell of some components their state
before and after (`affected_components`, null where it changed none).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from fuelbed.readers.json_items import JsonItem
from fuelbed.readers.trackers.log import Log

__all__ = ["HINT", "ONLY", "Change", "is_statuspage", "read_component", "read_incident", "stretches"]

ONLY = ("impact", "component")
HINT = "Name the components on the incidents of the page; an incident without one tells nothing of any part."
_PLANNED = ("scheduled", "in_progress", "verifying", "completed")
_OVER = ("resolved", "postmortem", "completed")
_UP = ("operational", "under_maintenance", "")


@dataclass(slots=True)
class Change:
    """What an update says of a component."""

    at: float
    before: str
    after: str


def is_statuspage(record: dict[str, object]) -> bool:
    return "incident_updates" in record or ("impact" in record and "name" in record)


def read_component(record: JsonItem, log: Log) -> None:
    """An entry of `components` of a page: one that is shown there would have been told of. Groups are only headings."""
    if not record.flag("group") and (name := record.text("name")):
        log.watch([name])


def read_incident(record: JsonItem, log: Log) -> None:
    if not log.is_new(record, "id"):
        return
    impact, status = record.text("impact"), record.text("status")
    if impact == "maintenance" or status in _PLANNED or record.value.get("scheduled_for"):
        log.left["planned maintenance"] += 1
        return
    called, changes = _components(record, log)
    if not log.wants({"impact": [impact], "component": called.values()}):
        return
    start = log.start_of(record, "started_at", "created_at")
    if math.isnan(start):
        return
    end = _end(record, status)
    title = record.text("name", "id")
    stayed = 0
    for known, name in called.items():
        times = list(stretches(changes[known], start, end)) if known in changes else [(start, end)]
        stayed += not times
        for begin, stop in times:
            log.add(record, [name], begin, stop, title, "resolved_at")
    if not called:
        log.add(record, [], start, end, title, "resolved_at")
    if stayed:
        log.told["component", "of incidents stayed operational through them: these are no failures"] += stayed


def _components(record: JsonItem, log: Log) -> tuple[dict[str, str], dict[str, list[Change]]]:
    """The components that an incident names by their identifiers, and what its updates say of each, in the order of time.

    By identifier, since a page may have an `API` in each of its groups.
    """
    called = {one.text("id", "name"): one.text("name", "id") for one in record.items("components")}
    changes: dict[str, list[Change]] = {}
    for update in record.items("incident_updates"):
        affected = list(update.items("affected_components"))
        at = log.start_of(update, "display_at", "created_at") if affected else math.nan
        for one in affected:
            name = one.text("name", "code")
            known = one.text("code", "name")
            known = name if known not in called and name in called else known
            called.setdefault(known, name)
            changes.setdefault(known, []).append(Change(at, one.text("old_status"), one.text("new_status")))
    for told in changes.values():
        told.sort(key=lambda c: c.at)
    return {known: name for known, name in called.items() if name}, changes


def _end(record: JsonItem, status: str) -> float:
    """When it was resolved; nan while it is not. Some pages have no `resolved_at`: the update that says so has the time."""
    if record.value.get("resolved_at"):
        return record.at("resolved_at")
    if status not in _OVER:
        return math.nan
    told = [u.at("display_at", "created_at") for u in record.items("incident_updates") if u.text("status") in _OVER]
    return min(told, default=math.nan)


def stretches(told: list[Change], start: float, end: float) -> Iterator[tuple[float, float]]:
    """(begin, end) of the times in which a component was not operational. One that was down before its first update was down from
    the start of the incident; one that nobody called operational again, until the incident was resolved."""
    down = math.nan
    for n, change in enumerate(told):
        if n == 0 and (change.before not in _UP or change.at <= start):
            down = start if change.before not in _UP or change.after not in _UP else math.nan
        if change.after in _UP:
            if down < change.at:
                yield down, change.at
            down = math.nan
        elif math.isnan(down):
            down = change.at
    if not math.isnan(down):
        yield down, max(end, down) if not math.isnan(end) else math.nan
