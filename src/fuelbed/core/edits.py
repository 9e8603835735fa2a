"""Edits: what differs between two versions of a case file, each with its place on either side. Built by `readers/edits.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fuelbed.core.findings import Span

__all__ = ["Edit", "EditKind"]

EditKind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One place that differs.

    path     keys from the top of the file; a list item by its number, or by its name where it has one.
    before, after  the value as written, on one line and cut where it is long; "" on the side where there is none.
    at_before, at_after  where it stands; None on the side where there is none, or where the file has no lines (a result).
    """

    path: tuple[str, ...]
    kind: EditKind
    before: str
    after: str
    at_before: Span | None = None
    at_after: Span | None = None

    @property
    def label(self) -> str:
        """As a reader would say it: `probes_eject.fails` rather than `factors.probes_eject.fails`."""
        inside = (
            self.path[1:] if self.path[0] in ("factors", "structure", "numbers", "actions") and len(self.path) > 1 else self.path
        )
        return ".".join(inside)

    @property
    def at(self) -> Span | None:
        """Where a reader of the new version looks; where it was, for what is gone."""
        return self.at_after or self.at_before
