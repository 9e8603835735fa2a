"""Issues of GitHub: the list of its REST API, a search, or `gh issue list --json ...`.

Formats: https://docs.github.com/en/rest/issues/issues#list-repository-issues and https://cli.github.com/manual/gh_issue_list. The list of
the REST API holds pull requests too; they are left out. A label names the component, by a prefix or by what the case maps it to.
"""

from __future__ import annotations

import math

from fuelbed.readers.json_items import JsonItem
from fuelbed.readers.trackers.log import Log, label_components

__all__ = ["HINT", "ONLY", "is_github", "read_issue"]

ONLY = ("label", "author", "milestone")
HINT = "Label issues `component: NAME` (or `area/NAME`, `service/NAME`), or map a label: `components: {label: name}`."


def is_github(record: dict[str, object]) -> bool:
    return "title" in record and bool(record.keys() & {"created_at", "createdAt", "labels", "closedAt", "closed_at"})


def read_issue(record: JsonItem, log: Log) -> None:
    if not log.is_new(record, "url", "html_url", "id", "number"):
        return
    if record.value.get("pull_request") is not None or record.flag("isPullRequest"):
        log.left["pull requests"] += 1
        return
    if record.text("state_reason", "stateReason").lower() == "duplicate":
        log.left["closed as duplicates"] += 1
        return
    labels = record.names("labels")
    if log.only and not log.wants(_fields(record, log, labels)):
        return
    start = log.start_of(record, "created_at", "createdAt")
    end = record.at("closed_at", "closedAt")
    if not math.isnan(start):
        key = "closedAt" if "closedAt" in record.value else "closed_at"
        log.add(record, label_components(labels, log.names), start, end, record.text("title", "number"), key)


def _fields(record: JsonItem, log: Log, labels: list[str]) -> dict[str, list[str]]:
    """Only what is asked for is looked at."""
    out = {"label": labels}
    for key, under in (("author", "login"), ("milestone", "title")):
        if key in log.only:
            inner = record.inner("user" if key == "author" and "user" in record.value else key)
            out[key] = [inner.text(under)] if inner is not None else []
    return out
