"""Jaeger: traces as its query service and its user interface give them, and the dependencies that it computed.

Format: https://www.jaegertracing.io/docs/latest/apis/ (`/api/traces`, `/api/dependencies`; model/json in its source). A trace holds its spans and, under
`processes`, the services that they name by `processID`. A span that only follows from another (`FOLLOWS_FROM`) is not waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fuelbed.readers.graphs.calls import Calls, Span, far_end
from fuelbed.readers.json_items import JsonItem

__all__ = ["is_jaeger", "read_answer"]

_CURE = "Save what `/api/traces` or `/api/dependencies` answers, or a trace by `Download` of the user interface."


def is_jaeger(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if "spans" in value and "processes" in value:
        return True
    data = value.get("data")
    if not isinstance(data, list):
        return False
    first = next((x for x in data if isinstance(x, dict)), None)
    if first is None:
        return not data and "errors" in value
    return bool(first.keys() & {"processes", "spans", "parent", "child"})


def read_answer(item: JsonItem, calls: Calls, edges: dict[tuple[str, str], int]) -> None:
    """One document: spans go to `calls`, computed dependencies to `edges`. Faults go to the item's file."""
    for one in _entries(item):
        if "parent" in one.value or "child" in one.value:
            _dependency(one, edges)
        else:
            _trace(one, calls)


def _entries(item: JsonItem) -> Iterator[JsonItem]:
    if "data" in item.value:
        yield from item.items("data")
    else:
        yield item


def _dependency(item: JsonItem, edges: dict[tuple[str, str], int]) -> None:
    parent, child, count = item.text("parent"), item.text("child"), item.value.get("callCount", 1)
    if not parent or not child:
        missing = "child" if parent else "parent"
        item.fault(missing, "FB167", f"a dependency has a `{missing}`.", _CURE)
    elif isinstance(count, bool) or not isinstance(count, int | float) or not 0 <= count < 1e18:
        item.fault("callCount", "FB167", "`callCount` is no number of calls.", _CURE)
    else:
        edges[parent, child] = edges.get((parent, child), 0) + max(int(count), 1)


def _trace(item: JsonItem, calls: Calls) -> None:
    processes = item.inner("processes")
    services: dict[str, int] = {}
    for key in processes.value if processes is not None else ():
        process = processes.inner(key) if processes is not None else None
        if process is not None and (name := process.text("serviceName")):
            services[key] = calls.service(name)
    for span in item.items("spans"):
        trace, known, process_id = span.text("traceID"), span.text("spanID"), span.text("processID")
        if not trace or not known:
            missing = "spanID" if trace else "traceID"
            span.fault(missing, "FB167", f"a span has a `{missing}`.", _CURE)
        elif process_id not in services:
            message = f"the process `{process_id[:40]}` of this span is not among `processes`, or has no `serviceName`."
            span.fault("processID", "FB167", message, _CURE)
        else:
            calls.add(trace, known, Span(trace, _parent(span, trace, calls), services[process_id], _far(span)))


def _parent(span: JsonItem, trace: str, calls: Calls) -> str:
    followed = False
    for reference in span.items("references"):
        if reference.text("refType") == "FOLLOWS_FROM":
            followed = True
        elif reference.text("traceID") in ("", trace):
            return reference.text("spanID")
    if followed:
        calls.left["span", "only followed from another, which did not wait for it: no edge"] += 1
    return span.text("parentSpanID")


def _far(span: JsonItem) -> str:
    tags = {t.text("key"): t.text("value") for t in span.items("tags") if isinstance(t.value.get("value"), str)}
    return far_end(tags) if tags.get("span.kind") in ("client", "producer") else ""
