"""What a writer needs to know of a code: its texts. Rules and `core.codes.Code` both have them."""

from __future__ import annotations

import unicodedata
from typing import Protocol

from fuelbed.core.findings import Severity

__all__ = ["Described", "printable"]


class Described(Protocol):
    """One kind of finding with its texts."""

    @property
    def title(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def means(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def cure(self) -> str: ...
    @property
    def bad(self) -> str: ...
    @property
    def good(self) -> str: ...


def printable(text: str) -> str:
    """On one line, without control, direction or half characters: what comes from a document cannot act on a terminal or a log."""
    folded = " ".join(text.split())
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") else c for c in folded)
