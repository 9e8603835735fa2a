"""The shape of `evidence` (part of `readers/shapes.py`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fuelbed.readers.history_shapes import History, Incidents, Traces
from fuelbed.readers.shape_words import Name, Quantity, Said
from fuelbed.readers.shape_words import Shape as _Shape

__all__ = ["EvidenceShape"]


class EvidenceFile(BaseModel):
    """A file of the case folder with its column roles."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow")
    file: str


Keep = Literal["mean", "max", "min", "last", "sum"]


class MetricsTrigger(_Shape):
    """When the trigger began and ended, as the file writes its times."""

    start: Said
    end: Said | None = None


class MetricsFile(_Shape):
    """A file of metrics with its column roles: load, goodput, attempts, latency, queue, capacity."""

    file: Annotated[
        str | Annotated[list[str], Field(min_length=1)],
        Field(description="CSV, Parquet, Prometheus or OTLP JSON, OpenMetrics: a file of the case folder, or a list of exports"),
    ]
    format: Annotated[
        Literal["csv", "parquet", "prometheus", "openmetrics", "otlp"] | None, Field(description="absent: by its ending")
    ] = None
    name: Name | None = None
    what: Said | None = None
    time: Annotated[Said | None, Field(description="the header of the time column")] = None
    clock: Literal["iso", "epoch_seconds", "epoch_milliseconds", "seconds"] | None = None
    zone: Annotated[Said | None, Field(description="UTC, +02:00 or Europe/Berlin, for times that name no zone")] = None
    columns: Annotated[dict[Name, Said] | None, Field(description='role: header, or a series such as up{job="db"}')] = None
    units: Annotated[dict[Name, Said] | None, Field(description="role: per minute, per row, counter, ms ...")] = None
    every: Annotated[Quantity | None, Field(description="1 min: rows are gathered into stretches of that length")] = None
    keep: Annotated[Keep | dict[Name, Keep] | None, Field(description="what a stretch keeps of its rows; absent: mean")] = None
    trigger: MetricsTrigger | None = None
    source: Said | None = None


Metrics = str | MetricsFile | list[str | MetricsFile] | dict[Name, str | MetricsFile]


class EventRow(_Shape):
    """One event of a timeline: `what` or `name` is needed."""

    at: Annotated[Said, Field(description="2026-01-31 10:05, with Z or +02:00 where it is not UTC")]
    end: Said | None = None
    name: Said | None = None
    what: Said | None = None
    source: Said | None = None


class EventColumns(_Shape):
    """Headers of a file of events."""

    name: Said | None = None
    end: Said | None = None
    what: Said | None = None


class EventsFile(_Shape):
    """A CSV file of events, or rows written in the case."""

    file: Annotated[str | None, Field(description="a .csv file of the case folder")] = None
    rows: list[EventRow] | None = None
    name: Name | None = None
    what: Said | None = None
    time: Annotated[Said | None, Field(description="the header of the time column")] = None
    columns: EventColumns | None = None
    clock: Literal["iso", "epoch_seconds", "epoch_milliseconds", "seconds"] | None = None
    zone: Annotated[Said | None, Field(description="UTC, +02:00 or Europe/Berlin, for times that name no zone")] = None
    source: Said | None = None


Events = str | EventsFile | list[str | EventsFile] | dict[Name, str | EventsFile | list[EventRow]]


class EvidenceShape(_Shape):
    """Files and their column roles."""

    metrics: Metrics | None = None
    history: Annotated[History | None, Field(description="logs of failures: component, start, end")] = None
    incidents: Annotated[Incidents | None, Field(description="past incidents and near misses, with their factors")] = None
    events: Events | None = None
    traces: Annotated[Traces | None, Field(description="who depends on whom")] = None
    kev: Annotated[str | EvidenceFile | None, Field(description="CISA's known_exploited_vulnerabilities.json")] = None
    epss: Annotated[str | EvidenceFile | None, Field(description="FIRST's epss_scores-YYYY-MM-DD.csv")] = None
