"""Prometheus query results as JSON: what `/api/v1/query_range` answers (or its `data`, or the list that `promtool query range -o json` prints).

Format: https://prometheus.io/docs/prometheus/latest/querying/api/ (instant and range queries, expression query result formats). Values
are texts, because JSON has no NaN and no infinity; times are seconds since 1970. Native histograms are not read.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any

from fuelbed.core.findings import Span
from fuelbed.readers.cells import increase, plain_numbers
from fuelbed.readers.json_faults import JsonFaults
from fuelbed.readers.json_text import Path
from fuelbed.readers.series import MAX_SERIES, Series, SeriesFile, sample, too_many_series

__all__ = ["is_prometheus", "read_prometheus"]

_FORM = "Save the answer of `/api/v1/query_range` as it came from the server."
_FAR = 1e11  # seconds; from there on a time counts milliseconds


def is_prometheus(value: Any) -> bool:
    """Whether a document looks like an answer of Prometheus."""
    if isinstance(value, dict):
        return "resultType" in value or "status" in value or "data" in value
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "metric" in value[0]


def read_prometheus(found: JsonFaults) -> SeriesFile:
    """The series of a document. Faults go to `found`; what they leave readable is read on."""
    kind, result, path = _result(found)
    out = SeriesFile()
    if kind in ("scalar", "string"):
        series = Series("", {})
        if _samples(found, series, [result], (*path,), alone=True):
            out.series.append(series)
        return out
    if not isinstance(result, list):
        found.add(path, "FB052", "`result` is a list of series.", _FORM)
        return out
    if len(result) > MAX_SERIES:
        raise too_many_series()
    histograms = 0
    for i, item in enumerate(result):
        here = (*path, i)
        if not isinstance(item, dict):
            found.add(here, "FB052", "a series is an object with `metric` and `values`.", _FORM)
            continue
        histograms += "histograms" in item or "histogram" in item
        labels = _labels(found, item.get("metric", {}), (*here, "metric"))
        name = labels.pop("__name__", "")
        series = Series(name, labels, kind="counter" if name.endswith("_total") else "unknown")
        one = "value" in item
        samples = [item["value"]] if one else item.get("values", [])
        if ("value" in item or "values" in item or "histograms" not in item) and _samples(
            found, series, samples, (*here, "value" if one else "values"), one
        ):
            out.series.append(series)
    if histograms:
        out.notes.append(f"{histograms} series have native histograms, which are not read.")
    return out


def _result(found: JsonFaults) -> tuple[str, Any, Path]:
    """The type of the result, it, and where it stands; ("", None, ...) after a fault."""
    value = found.value
    path: Path = ()
    if isinstance(value, list):
        return "matrix", value, ()
    if isinstance(value, dict) and ("status" in value or "data" in value):
        if value.get("status") not in (None, "success"):
            words = " ".join(str(value[k])[:200] for k in ("errorType", "error") if isinstance(value.get(k), str))
            message = f"the server answered with an error: {words or value['status']}"
            found.add(("status",), "FB052", f"{message[:300].rstrip('.')}.", "Correct the query, and save its answer again.")
            return "scalar", None, ()
        value, path = value.get("data"), ("data",)
    if not isinstance(value, dict):
        found.add(path, "FB052", "this is no answer of Prometheus.", _FORM)
        return "scalar", None, path
    kind = value.get("resultType")
    if kind not in ("matrix", "vector", "scalar", "string"):
        found.add((*path, "resultType"), "FB052", "`resultType` is matrix, vector, scalar or string.", _FORM)
        return "scalar", None, path
    return kind, value.get("result"), (*path, "result")


def _labels(found: JsonFaults, metric: Any, path: Path) -> dict[str, str]:
    if not isinstance(metric, dict):
        found.add(path, "FB052", "`metric` is an object of labels.", _FORM)
        return {}
    for key, value in metric.items():
        if not isinstance(value, str):
            found.add((*path, key), "FB052", f"the label `{key[:60]}` is not a text.", _FORM)
    return {k: v for k, v in metric.items() if isinstance(v, str)}


def _samples(found: JsonFaults, series: Series, samples: Any, path: Path, alone: bool) -> bool:
    """Fills a series; False after a fault. alone: `path` is the one sample, else the list of them."""
    if found.count and samples == [None]:
        return False
    if not isinstance(samples, list):
        found.add(path, "FB052", "`values` is a list of samples.", _FORM)
        return False

    def place(i: int, k: int) -> Path:
        return (*path, k) if alone else (*path, i, k)

    def locate(i: int) -> Span | None:
        return found.place(place(i, 1))

    series.locate = locate
    before = found.count
    if not _plain(series, samples):
        del series.times[:], series.values[:]
        for i, pair in enumerate(samples):
            if not (isinstance(pair, list) and len(pair) == 2):
                found.add(path if alone else (*path, i), "FB052", "a sample is a list of a time and a value.", _FORM)
                continue
            _time(found, series, pair[0], place(i, 0))
            _value(found, series, pair[1], place(i, 1))
    return found.count == before


def _plain(series: Series, samples: Sequence[Any]) -> bool:
    """All samples at once, where each is as it should be; False where that needs a closer look."""
    try:
        times = array("d", [t for t, _ in samples])
        values = plain_numbers([v for _, v in samples])
    except (TypeError, ValueError, OverflowError):
        return False
    if values is None or not increase(times) or any(isinstance(t, bool) for t, _ in samples):
        return False
    if times and not (abs(times[0]) < _FAR and abs(times[-1]) < _FAR):
        return False
    if any(v != v or math.isinf(v) for v in values):
        return False
    series.times, series.values = times, values
    return True


def _time(found: JsonFaults, series: Series, at: Any, path: Path) -> None:
    if isinstance(at, bool) or not isinstance(at, int | float) or not abs(at) < _FAR:
        found.add(path, "FB055", f"`{str(at)[:40]}` is no time in seconds since 1970.", "Write seconds, as Prometheus does.")
    elif series.times and at <= series.times[-1]:
        found.add(
            path, "FB055", f"the time `{at}` does not come after the one before.", "Keep one sample for each time, in order."
        )
    else:
        series.times.append(float(at))


def _value(found: JsonFaults, series: Series, text: Any, path: Path) -> None:
    value = sample(text) if isinstance(text, str) else None
    if value is None:
        found.add(path, "FB054", f"`{str(text)[:40]}` is not a number.", 'Values are texts such as "12.5", "NaN" or "+Inf".')
    else:
        series.values.append(value)
