"""The words that the shapes of a case file are made of (`readers/shapes.py`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Belief", "Name", "Number", "Quantity", "Said", "Shape", "YesNo"]

_NAME = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
Name = Annotated[str, Field(pattern=_NAME, max_length=100)]
Said = str | int | float
YesNo = Literal["yes", "no"] | bool


class Shape(BaseModel):
    """Strict, frozen, no other keys."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)


class Number(Shape):
    """A number with where it comes from."""

    value: Annotated[str | int | float, Field(description="0.05, 5 %, 0.01..0.2, lognormal(0.02 ef 5), 4..24 per year, 2 days")]
    source: Annotated[Said | None, Field(description="an address, a quote, or the id of a source")] = None
    basis: Literal["measured", "published", "judged", "assumed"] | None = None


Quantity = str | int | float | Number
Belief = Annotated[bool | str | int | float | Number, Field(description="yes, no, or a probability")]
