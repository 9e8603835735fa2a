"""The shape of `attribution` (part of `readers/shapes.py`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fuelbed.core.attribution import Scope
from fuelbed.readers.shape_words import Name, Said
from fuelbed.readers.shape_words import Shape as _Shape

__all__ = ["AttributionShape"]


class AttributionShape(_Shape):
    """Which part of the text speaks of which factor, and whose each factor is."""

    story: Annotated[
        dict[Name, list[Said]] | None,
        Field(description="factor: words of the narrative that speak of it, instead of the match by words; []: none do"),
    ] = None
    scopes: Annotated[dict[Name, Scope] | None, Field(description="factor: what it belongs to")] = None
    owners: Annotated[dict[Name, Said] | None, Field(description="factor: its owner")] = None
    ours: Annotated[list[Said] | None, Field(description="owners whose things the author's team can change")] = None
    without: Annotated[list[Said] | None, Field(description="headings whose sections are no part of the story")] = None
