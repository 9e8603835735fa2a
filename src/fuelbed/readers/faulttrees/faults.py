"""Every fault of the files of one fault tree, collected with its place; the reading goes on as long as it makes sense."""

from __future__ import annotations

from fuelbed.core.errors import InputError
from fuelbed.core.hints import visible

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from fuelbed.core.findings import Finding

__all__ = ["At", "Faults"]

At = tuple[int, int, str]
"""Line and column, both from 1, and the file."""

_MOST = 1_000
_HINTED = 20


class Faults:
    """The findings so far; the thousandth fault ends the reading."""

    __slots__ = ("found", "wrong")

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.wrong = False  # whether some of them is an error

    def error(self, code: str, at: At, message: str, cure: str) -> None:
        self._add(code, at, message, cure, True)
        if len(self.found) >= _MOST:
            raise InputError(self.found)

    @property
    def hints(self) -> bool:
        """Whether names that may have been meant are still looked for: each look goes over all names, of which there may be a million."""
        return len(self.found) < _HINTED

    def note(self, code: str, at: At, message: str, cure: str) -> None:
        self._add(code, at, message, cure, False)

    def _add(self, code: str, at: At, message: str, cure: str, wrong: bool) -> None:
        from fuelbed.core.findings import Finding, Severity, Span  # only where there is something to say

        self.wrong = self.wrong or wrong
        severity = Severity.ERROR if wrong else Severity.NOTE
        self.found.append(Finding(code, severity, visible(message), visible(cure), Span(at[2], at[0], at[1])))

    def end(self) -> tuple[Finding, ...]:
        """The notes, where nothing else was found. Raises `InputError` with everything where something was."""
        if self.wrong:
            raise InputError(self.found)
        return tuple(self.found)
