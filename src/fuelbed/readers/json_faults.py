"""Faults of values in a JSON file: collected by where the values stand, and told with their places after one walk over the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fuelbed.core.findings import Span
from fuelbed.readers.entries import MAX_FILE_FAULTS, FileFaults, TooManyHere
from fuelbed.readers.json_text import JsonText, Path

__all__ = ["JsonFaults"]


@dataclass(slots=True)
class JsonFaults:
    """Of one document. `tell` hands them to `faults`, and has to be called in the end."""

    document: JsonText
    faults: FileFaults
    count: int = 0
    _found: list[tuple[Path, str, str, str]] = field(default_factory=list)

    @property
    def value(self) -> Any:
        return self.document.value

    def add(self, path: Path, code: str, message: str, cure: str) -> None:
        """Raises `TooManyHere`, all told, where there are too many."""
        self.count += 1
        self._found.append((path, code, message, cure))
        if len(self._found) + self.faults.count >= MAX_FILE_FAULTS:
            self.tell()
            raise TooManyHere

    def tell(self) -> None:
        found, self._found = self._found, []
        places = self.document.places([path for path, *_ in found]) if found else {}
        for path, code, message, cure in found:
            self.faults.add(code, places[path], message, cure)

    def place(self, path: Path) -> Span:
        return self.document.places([path])[path]
