"""Every fault of one attack flow, noted by where its value stands, and told with line and column after one walk over the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.scanner import visible
from fuelbed.readers.json_text import JsonText, Path

__all__ = ["FlowFaults"]

_MOST = 200
_CURE = "Correct it there, or save the file again."


@dataclass(slots=True)
class FlowFaults:
    """Of one document. The two hundredth fault ends the reading."""

    document: JsonText
    _found: list[tuple[str, Severity, Path, str, str]] = field(default_factory=list)
    _errors: int = 0
    _untold: int = 0  # notes and warnings past the limit

    def error(self, code: str, path: Path, message: str, cure: str = _CURE) -> None:
        self._add(code, Severity.ERROR, path, message, cure)

    def warn(self, code: str, path: Path, message: str, cure: str) -> None:
        self._add(code, Severity.WARNING, path, message, cure)

    def note(self, code: str, path: Path, message: str, cure: str) -> None:
        self._add(code, Severity.NOTE, path, message, cure)

    def _add(self, code: str, severity: Severity, path: Path, message: str, cure: str) -> None:
        if severity is not Severity.ERROR and len(self._found) >= _MOST:
            self._untold += 1
            return
        self._found.append((code, severity, path, visible(message), visible(cure)))
        self._errors += severity is Severity.ERROR
        if self._errors >= _MOST:
            raise InputError(self._told())

    def _told(self) -> list[Finding]:
        """What was found, the errors first where it is too much."""
        kept = sorted(self._found, key=lambda f: -f[1].rank)[:_MOST] if self._errors else list(self._found)
        if self._untold:
            kept.append(
                ("FB154", Severity.WARNING, (), f"{self._untold} more like these are not listed.", "Correct these first.")
            )
        places = self.document.places([path for _, _, path, _, _ in kept]) if kept else {}
        return [Finding(code, severity, message, cure, places[path]) for code, severity, path, message, cure in kept]

    def end(self) -> tuple[Finding, ...]:
        """Notes and warnings, where there was no error. Raises `InputError` with everything where there was one."""
        if self._errors:
            raise InputError(self._told())
        return tuple(sorted(self._told(), key=lambda f: f.sort_key))

    def text(self, value: Any, path: Path, what: str) -> str:
        """A text, or "" for nothing; anything else is a fault."""
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        self.error("FB152", path, f"{what} is not a text.")
        return ""

    def items(self, value: Any, path: Path, what: str) -> list[Any]:
        """A list, or an empty one for nothing."""
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.error("FB152", path, f"{what} is not a list.")
        return []
