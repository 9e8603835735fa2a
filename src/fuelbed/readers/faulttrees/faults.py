"""Every fault of the files of one fault tree, collected with its place; the reading goes on as long as it makes sense."""

from __future__ import annotations

from dataclasses import dataclass, field

from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.scanner import visible

__all__ = ["At", "Faults"]

At = tuple[int, int, str]
"""Line and column, both from 1, and the file."""

_MOST = 1_000


@dataclass(slots=True)
class Faults:
    """The findings so far; the thousandth fault ends the reading."""

    found: list[Finding] = field(default_factory=list)

    def error(self, code: str, at: At, message: str, cure: str) -> None:
        self._add(code, Severity.ERROR, at, message, cure)
        if len(self.found) >= _MOST:
            raise InputError(self.found)

    def note(self, code: str, at: At, message: str, cure: str) -> None:
        self._add(code, Severity.NOTE, at, message, cure)

    def _add(self, code: str, severity: Severity, at: At, message: str, cure: str) -> None:
        self.found.append(Finding(code, severity, visible(message), visible(cure), Span(at[2], at[0], at[1])))

    def end(self) -> tuple[Finding, ...]:
        """The notes, where nothing else was found. Raises `InputError` with everything where something was."""
        if any(f.severity is Severity.ERROR for f in self.found):
            raise InputError(self.found)
        return tuple(self.found)
