"""Tokens of the small languages that a case's scalars are written in: quantities, expressions, interventions.

One scanner serves the three, so that "what is a number" and "what is a name" have one answer, and every fault carries an offset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fuelbed.core.errors import FuelbedError
from fuelbed.core.findings import Finding, Severity, Span

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


def visible(text: str, limit: int = 600) -> str:
    """`text` for a message: on one line, of bounded length, and with everything that a reader cannot see written as an escape.

    Words of a case stand in messages, and messages go to terminals, logs and pages: no control character, no line break and no
    mark that turns the direction of writing may get there.
    """
    if len(text) > limit:
        text = text[: limit - 4] + " ..."
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "Did you mean `x`?" or ""; case and hyphens are forgiven."""
    names = list(known)
    folded = word.lower().replace("-", "_").replace(" ", "_")
    if folded in names:
        return f"Did you mean `{folded}`?"
    if len(names) > 1_000:  # bounded: a thousand faults among ten thousand names must not cost minutes
        end = folded[-1:]
        names = [n for n in names if n.endswith(end) and n[:1] == folded[:1]][:1_000]
    near = sorted((n for n in names if abs(len(n) - len(folded)) <= 3), key=lambda n: len(n) != len(folded))[:100]
    letters = sorted(folded[:100])
    swapped = [n for n in near if len(n) == len(letters) and sorted(n) == letters]  # `uot`: half of its letters are out of place
    from difflib import get_close_matches  # only where something is misspelt

    close = swapped[:1] or get_close_matches(folded[:100], near, n=1, cutoff=0.7)
    return f"Did you mean `{close[0]}`?" if close else ""
