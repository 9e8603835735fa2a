"""The shape of `threshold` (part of `readers/shapes.py`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fuelbed.readers.shape_words import Name, Quantity, Said
from fuelbed.readers.shape_words import Shape as _Shape

__all__ = ["ThresholdShape"]


class SumShape(_Shape):
    """A limit in plain sight, and the amounts that add up against it."""

    limit: Annotated[Quantity, Field(description="in the unit of the amounts")]
    terms: Annotated[
        dict[Name, Quantity], Field(description="a factor, or any name for what is always there: how much of the limit it takes")
    ]
    over: Annotated[Literal["yes", "no"] | bool | None, Field(description="whether the incident went over it")] = None
    unit: Said | None = None
    what: Said | None = None
    source: Said | None = None


class ThresholdShape(_Shape):
    """Which records the threshold is learned from, and what holds today."""

    incidents: Annotated[list[Name] | None, Field(description="entries of `evidence.incidents`; absent: all")] = None
    factors: Annotated[dict[Said, Said] | list[Said] | None, Field(description="column: factor of the case")] = None
    days: Annotated[Name | None, Field(description="an entry of `evidence.metrics` with a row for every day")] = None
    incident: Annotated[Said | None, Field(description="the record that is this incident")] = None
    today: Annotated[
        dict[Said, float | Literal["yes", "no"] | bool] | None, Field(description="how strongly each factor is there, 0..1")
    ] = None
    line: Annotated[Name | None, Field(description="the line that the learned threshold may stand for; absent: the failure")] = (
        None
    )
    sums: Annotated[dict[Name, SumShape] | None, Field(description="limits that need no history")] = None
