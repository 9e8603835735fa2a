"""The shape of `coupling` (part of `readers/shapes.py`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fuelbed.readers.shape_words import Name, Quantity, Said
from fuelbed.readers.shape_words import Shape as _Shape

__all__ = ["CouplingShape"]


class CouplingShape(_Shape):
    """Which parts fail together though they were thought independent."""

    history: Annotated[list[Name] | None, Field(description="entries of `evidence.history`; absent: all")] = None
    window: Annotated[Quantity | None, Field(description="onsets no further apart than this coincide: 5 min")] = None
    load: Annotated[Said | None, Field(description="entry.column of `evidence.metrics` that stands for the load")] = None
    strata: Annotated[Quantity | None, Field(description="how many levels of load; absent: 10")] = None
    cycles: Annotated[list[Quantity] | None, Field(description="periods of the clock; absent: an hour, a day, a week")] = None
    deploys: Annotated[list[Said] | None, Field(description="entry or entry.label of `evidence.events`")] = None
    discovery: Annotated[Quantity | None, Field(description="share of false discoveries that is accepted; absent: 0.05")] = None
    components: Annotated[dict[Said, Name] | None, Field(description="component of the log: factor of the case")] = None
