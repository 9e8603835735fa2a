"""OTLP traces as JSON: one request, or one after another as the collector's file exporter writes them.

Format: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding and opentelemetry-proto, trace/v1/trace.proto. Grafana Tempo answers
with the same under `batches`. The service is the attribute `service.name` of the resource.
"""

from __future__ import annotations

from typing import Any

from fuelbed.readers.graphs.calls import Calls, Span, far_end
from fuelbed.readers.json_items import JsonItem

__all__ = ["is_otlp", "read_request"]

_CALLS = (3, 4, "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER")
_LISTS = ("resourceSpans", "batches")
_CURE = "Write what the OTLP/JSON exporter or the collector's file exporter writes."


def is_otlp(value: Any) -> bool:
    return isinstance(value, dict) and any(k in value for k in _LISTS)


def read_request(item: JsonItem, calls: Calls) -> None:
    """One document. Faults go to the item's file."""
    for key in _LISTS:
        for batch in item.items(key):
            resource = batch.inner("resource")
            name = _attributes(resource).get("service.name", "") if resource is not None else ""
            spans = [
                s for k in ("scopeSpans", "instrumentationLibrarySpans") for scope in batch.items(k) for s in scope.items("spans")
            ]
            if not name and spans:
                calls.left["span", "came from a resource without `service.name`: they are left out"] += len(spans)
                continue
            service = calls.service(name) if spans else -1
            for span in spans:
                _span(span, service, calls)


def _span(item: JsonItem, service: int, calls: Calls) -> None:
    trace, known = item.text("traceId"), item.text("spanId")
    if not trace or not known:
        missing = "traceId" if not trace else "spanId"
        item.fault(missing, "FB167", f"a span has a `{missing}`.", _CURE)
        return
    far = far_end(_attributes(item)) if item.value.get("kind") in _CALLS else ""
    links = item.value.get("links")
    if isinstance(links, list) and links:
        calls.left["span", "had links to other traces, which are not followed"] += 1
    calls.add(trace, known, Span(trace, item.text("parentSpanId"), service, far))


def _attributes(item: JsonItem) -> dict[str, str]:
    """Attributes as texts; a list or an object as a value is left out."""
    out: dict[str, str] = {}
    for one in item.items("attributes"):
        value = one.value.get("value")
        if isinstance(value, dict):
            said = value.get("stringValue", value.get("intValue"))
            if isinstance(said, str | int) and not isinstance(said, bool):
                out[one.text("key")] = " ".join(str(said).split())[:200]
    return out
