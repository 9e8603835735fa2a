"""What of an answer was accepted: its items, each with the places of its quotes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fuelbed.core.document import Place

__all__ = ["Accepted", "Item"]


@dataclass(frozen=True, slots=True)
class Item:
    """An item with its fields and the places of its quotes; none where it is assumed. A claim has no name."""

    section: str
    index: int  # in its section of the answer
    fields: Mapping[str, Any]
    places: tuple[Place, ...] = ()

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def assumed(self) -> bool:
        return not self.places

    def text(self, key: str) -> str:
        return str(self.fields.get(key) or "")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What may be drafted from. `failure` and `title` as the answer has them; `claims` whether it says what the text claims, if only that it claims nothing."""

    failure: str
    title: str
    items: tuple[Item, ...]
    claims: bool = False

    def of(self, section: str) -> tuple[Item, ...]:
        return tuple(i for i in self.items if i.section == section)
