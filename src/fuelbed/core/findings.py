"""Spans and findings: one shape for input errors, engine findings and (later) lint.

One formatter and one writer serve them all. The table of codes lives in `core/codes.py`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

__all__ = ["Finding", "Severity", "Span"]


class Severity(enum.Enum):
    """How much a finding matters; ordered by `rank` (higher is worse)."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return {"note": 0, "warning": 1, "error": 2}[self.value]


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file: `line` and `column` count from 1, columns in Unicode code points; `end_*` is exclusive."""

    file: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A coded statement with the place it rests on and the cure.

    `message` says what is wrong or was found, `cure` what to do about it. Both are one sentence, without markup except
    backticks around identifiers. `anchor` is what the finding is recognized by after an edit, where the message alone would not
    do: of a finding about prose, its section's heading and its sentence.

    `of_all` and `of_one` say the same in two halves, where several things may have one fault: what is said of each, and which this is.
    A screen that has no room for a finding each tells them in a line: `rests on the case's word alone: that a is failed, that b is missing`.
    """

    code: str
    severity: Severity
    message: str
    cure: str = ""
    span: Span | None = None
    anchor: str = ""
    of_all: str = field(default="", compare=False)
    of_one: str = field(default="", compare=False)

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        s = self.span
        return (s.file, s.line, s.column, self.code) if s else ("", 0, 0, self.code)

    @property
    def fingerprint(self) -> str:
        """A stable identity for `--baseline`: code, file and anchor (else message), but not the line, which moves with every edit."""
        from hashlib import blake2b

        where = self.span.file if self.span else ""
        return blake2b(
            f"{self.code}\0{where}\0{self.anchor or self.message}".encode("utf-8", "backslashreplace"), digest_size=8
        ).hexdigest()

    def line(self) -> str:
        """`file:line:column: code what. cure`, on one line."""
        head = f"{self.span}: " if self.span else ""
        cure = f" {self.cure}" if self.cure else ""
        return f"{head}{self.severity.value} {self.code}: {self.message}{cure}"
