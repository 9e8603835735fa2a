"""The shapes of `evidence.history`, `.incidents` and `.traces` (part of `readers/evidence_shapes.py`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fuelbed.readers.shape_words import Name, Said
from fuelbed.readers.shape_words import Shape as _Shape

__all__ = ["History", "Incidents", "Traces"]

_Renamed = Annotated[dict[str, Said], Field(description="what the file calls a component: what the case calls it")]
_Clock = Literal["iso", "epoch_seconds", "epoch_milliseconds", "seconds"]


class FailureColumns(_Shape):
    """Headers of a log of failures."""

    component: Said | None = None
    start: Said | None = None
    end: Said | None = None
    name: Said | None = None


class Observed(_Shape):
    """From when to when a failure would have been logged."""

    start: Annotated[Said, Field(description="2025-01-01, or as the file writes its times")]
    end: Said


class HistoryEntry(_Shape):
    """A log of failures, or what counts as a failure in an entry of metrics."""

    file: Annotated[
        str | Annotated[list[str], Field(min_length=1)] | None,
        Field(description="CSV, Parquet, or a JSON export: a file of the case folder; or the files of an export"),
    ] = None
    format: Annotated[
        Literal["csv", "parquet", "pagerduty", "opsgenie", "statuspage", "github"] | None,
        Field(description="absent: by its ending"),
    ] = None
    from_: Annotated[Name | None, Field(alias="from", description="an entry of `metrics`")] = None
    rules: Annotated[
        dict[str, str] | None, Field(description="component: what its failure is, such as `goodput < 0.9 * load for 2 min`")
    ] = None
    name: Name | None = None
    what: Said | None = None
    columns: FailureColumns | None = None
    clock: _Clock | None = None
    zone: Annotated[Said | None, Field(description="UTC, +02:00 or Europe/Berlin, for times that name no zone")] = None
    observed: Observed | None = None
    watched: Annotated[list[Said] | None, Field(description="components that would have been logged if they had failed")] = None
    only: Annotated[dict[str, Said | list[Said]] | None, Field(description="which records of an export count")] = None
    components: _Renamed | None = None
    source: Said | None = None


History = str | HistoryEntry | list[str | HistoryEntry] | dict[Name, str | HistoryEntry]


class RecordColumns(_Shape):
    """Headers of a table of incidents and near misses."""

    date: Said | None = None
    failed: Said | None = None
    name: Said | None = None


class Record(BaseModel):
    """An incident or near miss: date, failed, name, and each factor in 0..1."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow")


class IncidentsEntry(_Shape):
    """A table of incidents and near misses, or rows written in the case."""

    file: Annotated[str | None, Field(description="CSV or Parquet: a file of the case folder")] = None
    format: Annotated[Literal["csv", "parquet"] | None, Field(description="absent: by its ending")] = None
    rows: list[Record] | None = None
    name: Name | None = None
    what: Said | None = None
    columns: RecordColumns | None = None
    clock: _Clock | None = None
    zone: Annotated[Said | None, Field(description="UTC, +02:00 or Europe/Berlin, for times that name no zone")] = None
    observed: Annotated[Observed | None, Field(description="from when to when every incident is in it: dates")] = None
    factors: Annotated[list[Said] | None, Field(description="absent: every other column of numbers")] = None
    scale: Annotated[dict[str, str] | None, Field(description="factor: 0..12000 per second, what counts as 0 and as 1")] = None
    source: Said | None = None


Incidents = str | IncidentsEntry | list[str | IncidentsEntry] | dict[Name, str | IncidentsEntry | list[Record]]


class TracesEntry(_Shape):
    """Who calls whom: traces, a catalogue, or a drawing."""

    file: Annotated[
        str | Annotated[list[str], Field(min_length=1)], Field(description="a file of the case folder, or several of one kind")
    ]
    format: Annotated[
        Literal["otlp", "jaeger", "backstage", "petshop", "csv"] | None, Field(description="absent: by what the file holds")
    ] = None
    name: Name | None = None
    what: Said | None = None
    components: _Renamed | None = None
    source: Said | None = None


Traces = str | TracesEntry | list[str | TracesEntry] | dict[Name, str | TracesEntry]
