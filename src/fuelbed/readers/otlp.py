"""OTLP metrics as JSON: one request, or one on each line as the collector's file exporter writes them.

Format: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding and opentelemetry-proto, metrics/v1/metrics.proto: gauges, sums
(cumulative or delta, monotonic or not) and histograms (their mean and count). Times are nanoseconds since 1970, as texts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from fuelbed.core.findings import Span
from fuelbed.readers.json_faults import JsonFaults
from fuelbed.readers.json_text import Path
from fuelbed.readers.series import MAX_SERIES, Kind, Series, SeriesFile, mean_of, sample, too_many_series

__all__ = ["Otlp", "is_otlp"]

_FORM = "Write what the OTLP/JSON exporter or the collector's file exporter writes."
_DELTA = (1, "AGGREGATION_TEMPORALITY_DELTA")
_CUMULATIVE = (2, "AGGREGATION_TEMPORALITY_CUMULATIVE")
_NO_VALUE = 1  # DataPointFlags: FLAG_NO_RECORDED_VALUE
_NOT_READ = {"exponentialHistogram": "exponential histograms", "summary": "summaries"}
_Home = tuple[JsonFaults, Path]
_Row = tuple[float, float, float, float, _Home, int]
"""Time, start (nan where none is written), value or sum, count of a histogram, the list of data points that it stands in, its index there."""
_Id = tuple[str, frozenset[tuple[str, str]]]


def is_otlp(value: Any) -> bool:
    """Whether a document looks like OTLP metrics."""
    return isinstance(value, dict) and "resourceMetrics" in value


@dataclass(slots=True)
class _Points:
    """Samples of one series as they come."""

    unit: str
    shape: str  # gauge, counter, delta, histogram, histogram of deltas
    rows: list[_Row] = field(default_factory=list)


@dataclass(slots=True)
class Otlp:
    """Gathers the documents of one file; `finish` puts each series in the order of time."""

    points: dict[_Id, _Points] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def add(self, found: JsonFaults) -> None:
        """One document. Faults go to `found`."""
        for resource, path in _items(found, found.value, "resourceMetrics", ()):
            here = resource.get("resource")
            shared = _attributes(
                found, here.get("attributes") if isinstance(here, dict) else None, (*path, "resource", "attributes")
            )
            if "instrumentationLibraryMetrics" in resource:
                self.notes["metrics under `instrumentationLibraryMetrics` (OTLP before 0.15) are not read."] = None
            for scope, inner in _items(found, resource, "scopeMetrics", path, missing=True):
                for metric, place in _items(found, scope, "metrics", inner, missing=True):
                    self._metric(found, metric, place, shared)

    def _metric(self, found: JsonFaults, metric: dict[str, Any], path: Path, shared: dict[str, str]) -> None:
        name, unit = metric.get("name"), metric.get("unit", "")
        if not isinstance(name, str) or not name:
            found.add((*path, "name"), "FB052", "a metric has a `name`.", _FORM)
            return
        for key, what in _NOT_READ.items():
            if key in metric:
                self.notes[f"{what} such as `{name[:60]}` are not read."] = None
        shape, body = next(((k, metric[k]) for k in ("gauge", "sum", "histogram") if k in metric), ("", None))
        if not shape:
            return
        if not isinstance(body, dict):
            found.add((*path, shape), "FB052", f"`{shape}` is an object with `dataPoints`.", _FORM)
            return
        kind = self._kind(found, name, shape, body, (*path, shape))
        if not kind:
            return
        home = (found, (*path, shape, "dataPoints"))
        for point, place in _items(found, body, "dataPoints", (*path, shape), missing=True):
            labels = {**shared, **_attributes(found, point.get("attributes"), (*place, "attributes"))}
            row = _row(home, point, place, shape)
            if row is not None:
                of = (name, frozenset(labels.items()))
                if of not in self.points and len(self.points) >= MAX_SERIES:
                    raise too_many_series()
                self.points.setdefault(of, _Points(unit if isinstance(unit, str) else "", kind)).rows.append(row)

    def _kind(self, found: JsonFaults, name: str, shape: str, body: dict[str, Any], path: Path) -> str:
        if shape == "gauge":
            return "gauge"
        temporality = body.get("aggregationTemporality")
        if temporality not in _DELTA + _CUMULATIVE:
            message = "`aggregationTemporality` is 1 (delta) or 2 (cumulative)."
            found.add((*path, "aggregationTemporality"), "FB052", message, _FORM)
            return ""
        delta = temporality in _DELTA
        if shape == "histogram":
            return "histogram of deltas" if delta else "histogram"
        if body.get("isMonotonic") is True:
            return "delta" if delta else "counter"
        if delta:
            self.notes[f"`{name[:60]}` tells changes of what may fall: it has no rate and no level, and is not read."] = None
            return ""
        return "gauge"

    def finish(self) -> SeriesFile:
        """All series. Two samples of one series at one time are a fault."""
        out = SeriesFile(notes=list(self.notes))
        touched: dict[int, JsonFaults] = {}
        for (name, labels), points in self.points.items():
            rows = sorted(points.rows, key=lambda row: row[0])
            twice = next((b for a, b in pairwise(rows) if a[0] == b[0]), None)
            if twice is not None:
                cure = "Keep one exporter's samples, or add the label that tells them apart."
                (found, path), index = twice[4:]
                found.add((*path, index), "FB055", f"`{name[:60]}` has two samples of one series at one time.", cure)
                touched[id(found)] = found
                continue
            out.series += _of_points(name, dict(labels), points, rows)
        for found in touched.values():
            found.tell()
        return out


def _of_points(name: str, labels: dict[str, str], points: _Points, rows: list[_Row]) -> Iterator[Series]:
    def locate(i: int) -> Span:
        (found, path), index = rows[i][4:]
        return found.place((*path, index))

    def series(title: str, k: int, kind: Kind, unit: str = "") -> Series:
        s = Series(title, labels, kind=kind, unit=unit, locate=locate)
        s.times.extend(row[0] for row in rows)
        s.values.extend(row[k] for row in rows)  # type: ignore[misc]  # k is that of a number
        return s

    if points.shape in ("gauge", "counter"):
        yield series(name, 2, points.shape, points.unit)  # type: ignore[arg-type]  # two of the kinds
    elif points.shape == "delta":
        yield _rate(series(name, 2, "delta", points.unit), rows)
    else:
        count = series(f"{name}.count", 3, "counter")
        total = series(f"{name}.sum", 2, "counter", points.unit)
        if points.shape == "histogram":
            yield from (mean_of(total, count, name), count, total)
            return
        mean = series(name, 2, "gauge", points.unit)
        for i, (_, _, total_, n, *_) in enumerate(rows):
            mean.values[i] = total_ / n if n > 0 else math.nan
        yield mean
        for s in (count, total):
            s.kind = "delta"
            yield _rate(s, rows)


def _rate(s: Series, rows: list[_Row]) -> Series:
    """What was counted since its start, or since the sample before where no start is written, per second."""
    before = math.nan
    for i, (t, start, *_) in enumerate(rows):
        since = start if start < t else before
        s.values[i] = s.values[i] / (t - since) if since < t else math.nan
        before = t
    return s


def _items(found: JsonFaults, of: Any, key: str, path: Path, missing: bool = False) -> Iterator[tuple[dict[str, Any], Path]]:
    """The objects of a list under a key, each with its path; none where the key may be `missing`."""
    value = of.get(key) if isinstance(of, dict) else None
    if value is None and missing:
        return
    if not isinstance(value, list):
        found.add((*path, key), "FB052", f"`{key}` is a list.", _FORM)
        return
    for i, item in enumerate(value):
        if isinstance(item, dict):
            yield item, (*path, key, i)
        else:
            found.add((*path, key, i), "FB052", f"an entry of `{key}` is an object.", _FORM)


def _attributes(found: JsonFaults, value: Any, path: Path) -> dict[str, str]:
    """Attributes as labels. A list or an object as a value is left out."""
    if value is None:
        return {}
    out: dict[str, str] = {}
    for item, place in _items(found, {"attributes": value}, "attributes", path[:-1]):
        key, body = item.get("key"), item.get("value")
        if not isinstance(key, str) or not isinstance(body, dict):
            found.add(place, "FB052", "an attribute has a `key` and a `value`.", _FORM)
            continue
        for kind in ("stringValue", "intValue", "doubleValue", "boolValue"):
            if kind in body and isinstance(body[kind], str | int | float):
                out[key] = str(body[kind]).lower() if kind == "boolValue" else str(body[kind])
    return out


def _row(home: _Home, point: dict[str, Any], path: Path, shape: str) -> _Row | None:
    """A data point at `path`; None after a fault."""
    found, index = home[0], int(path[-1])
    at = _nanoseconds(point.get("timeUnixNano"))
    if at is None or at == 0:
        cure = "It is a text of nanoseconds since 1970."
        found.add((*path, "timeUnixNano"), "FB055", "`timeUnixNano` is no time.", cure)
        return None
    start = _nanoseconds(point.get("startTimeUnixNano", "0"))
    flags = point.get("flags", 0)
    if isinstance(flags, int) and flags & _NO_VALUE:
        return at, start or math.nan, math.nan, math.nan, home, index
    if shape != "histogram":
        key = "asInt" if "asInt" in point else "asDouble"
        value = _number(point.get(key))
        if value is None:
            found.add((*path, key), "FB054", "a data point has a number in `asDouble` or `asInt`.", _FORM)
            return None
        return at, start or math.nan, value, math.nan, home, index
    total, count = _number(point.get("sum", "NaN")), _number(point.get("count"))
    if total is None or count is None:
        found.add((*path, "sum" if total is None else "count"), "FB054", "a histogram has numbers in `count` and `sum`.", _FORM)
        return None
    return at, start or math.nan, total, count, home, index


def _nanoseconds(value: Any) -> float | None:
    """Seconds. Digits as a text or a number; finer than a microsecond is not kept (a double cannot)."""
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) <= 20):
            return None
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e20:
        return None
    return int(value) // 1_000 / 1e6


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        return sample(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
