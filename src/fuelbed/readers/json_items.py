"""Objects of a foreign JSON file, read field by field: what is missing or null is nothing, what has another shape is a fault at its place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fuelbed.readers.clock import Clock, which_clock
from fuelbed.readers.json_faults import JsonFaults
from fuelbed.readers.json_text import Path

__all__ = ["JsonItem", "items_of"]

_CURE = "Save it again as it came from the server."
_LONGEST = 200  # characters of a name


@dataclass(slots=True, frozen=True)
class JsonItem:
    """An object and where it stands. `clock` is shared by all of a file: afterwards it says whether every time named its zone."""

    found: JsonFaults
    value: dict[str, Any]
    path: Path
    clock: Clock

    def fault(self, key: str, code: str, message: str, cure: str) -> None:
        self.found.add((*self.path, key), code, message, cure)

    def text(self, *keys: str) -> str:
        """The first of the fields that says something, on one line; numbers as they are written."""
        for key in keys:
            value = self.value.get(key)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                if said := " ".join(str(value).split())[:_LONGEST]:
                    return said
            elif value is not None and not isinstance(value, bool):
                self.fault(key, "FB052", f"`{key}` is no text.", _CURE)
        return ""

    def flag(self, key: str) -> bool:
        return self.value.get(key) is True

    def at(self, *keys: str) -> float:
        """Seconds since 1970-01-01 UTC of the first field that is there; nan where none is, or after a fault."""
        for key in keys:
            value = self.value.get(key)
            if value is None or value == "":
                continue
            kind = which_clock(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
            clock = self.clock if kind == "iso" else Clock(kind)
            when = clock.read(value) if kind not in ("", "seconds") else None
            if when is None:
                cure = "It is a time such as 2026-01-31T10:00:00Z."
                self.fault(key, "FB055", f"`{key}` is no time.", cure)
                return math.nan
            return when
        return math.nan

    def inner(self, key: str) -> JsonItem | None:
        """The object under a key."""
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return JsonItem(self.found, value, (*self.path, key), self.clock)
        self.fault(key, "FB052", f"`{key}` is no object.", _CURE)
        return None

    def items(self, key: str) -> Iterator[JsonItem]:
        """The objects of the list under a key."""
        value = self.value.get(key)
        if value is not None:
            yield from items_of(self.found, value, (*self.path, key), self.clock)

    def names(self, key: str, under: str = "name") -> list[str]:
        """The texts of a list, or what its objects say `under` a key."""
        value = self.value.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(key, "FB052", f"`{key}` is no list.", _CURE)
            return []
        out = []
        for i, item in enumerate(value):
            if isinstance(item, dict):
                out.append(JsonItem(self.found, item, (*self.path, key, i), self.clock).text(under))
            elif isinstance(item, str):
                out.append(" ".join(item.split())[:_LONGEST])
            elif item is not None:
                self.found.add((*self.path, key, i), "FB052", f"an entry of `{key}` is a text or an object.", _CURE)
        return [x for x in out if x]


def items_of(found: JsonFaults, value: Any, path: Path, clock: Clock) -> Iterator[JsonItem]:
    """The objects of a list; what is none is a fault."""
    if not isinstance(value, list):
        found.add(path, "FB052", f"`{path[-1] if path else 'this'}` is no list.", _CURE)
        return
    for i, item in enumerate(value):
        if isinstance(item, dict):
            yield JsonItem(found, item, (*path, i), clock)
        else:
            found.add((*path, i), "FB052", "this is no object.", _CURE)
