"""Tokens of the small languages that a case's scalars are written in: quantities, expressions, interventions.

One scanner serves the three, so that "what is a number" and "what is a name" have one answer, and every fault carries an offset.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from fuelbed.core.errors import FuelbedError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.hints import did_you_mean, visible

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "Cursor", "Place", "TextFault", "Token", "did_you_mean", "is_identifier", "scan", "visible"]

MAX_LENGTH = 2_000
MAX_DEPTH = 50

Place = Callable[[int, int], Span]
"""Offsets into a scalar's text -> where these characters stand in the file."""

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_]))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<dots>\.\.)|(?P<other>.)",
    re.DOTALL | re.ASCII,
)
_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*\Z", re.ASCII)


class TextFault(FuelbedError):
    """One fault in a scalar's text: `start..end` are offsets into it; the reader turns it into a finding with a place."""

    def __init__(self, code: str, message: str, cure: str, start: int = 0, end: int | None = None) -> None:
        self.code, self.message, self.cure = code, message, cure
        self.start = start
        self.end = start + 1 if end is None else end
        super().__init__(f"{code}: {message} {cure}")

    def finding(self, place: Place) -> Finding:
        return Finding(self.code, Severity.ERROR, visible(self.message), visible(self.cure), place(self.start, self.end))


@dataclass(frozen=True, slots=True)
class Token:
    """kind: `number`, `name`, `end`, or the character itself (`(`, `..`, `*` ...)."""

    kind: str
    text: str
    start: int
    end: int


def scan(text: str, what: str) -> list[Token]:
    """All tokens and a closing `end`; a text longer than the limit is a fault before a single token is read."""
    if len(text) > MAX_LENGTH:
        raise TextFault(
            "FB026", f"this {what} has {len(text)} characters; the limit is {MAX_LENGTH}.", "Split it into named parts."
        )
    out: list[Token] = []
    for m in _TOKEN.finditer(text):
        kind = m.lastgroup or "other"
        if kind == "space":
            continue
        word = m.group()
        out.append(Token(word if kind in ("other", "dots") else kind, word, m.start(), m.end()))
    out.append(Token("end", "", len(text), len(text)))
    return out


class Cursor:
    """A place among the tokens of one text: what every parser of the small languages stands on."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        """The token here; the closing `end` is never passed."""
        t = self.now
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return t


def is_identifier(text: str) -> bool:
    """snake_case: lower-case letters, digits and single underscores, a letter first."""
    return len(text) <= 100 and _IDENTIFIER.match(text) is not None
