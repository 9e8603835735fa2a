"""Every error that Fuelbed raises on purpose derives from `FuelbedError`."""

from __future__ import annotations

from collections.abc import Sequence

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from fuelbed.core.findings import Finding

__all__ = ["BudgetError", "FuelbedError", "InputError"]


class FuelbedError(Exception):
    """Base class: something a user can act on, never a defect of the program."""


class InputError(FuelbedError):
    """Input that cannot be used; carries *every* fault found, so that all are reported at once.

    `findings` is sorted by place and never empty.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(sorted(findings, key=lambda f: f.sort_key))
        super().__init__("\n".join(f.line() for f in self.findings))


class BudgetError(FuelbedError):
    """A node, time or world budget ran out before an exact answer; the caller falls back to bounds and says so."""
