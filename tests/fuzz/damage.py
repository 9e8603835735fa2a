"""Damage to a well-formed input: pieces cut out, doubled, moved, or replaced by what parsers stumble over. Drawn as data, so that it shrinks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["LENGTHS", "ODD", "Edit", "damaged", "drawn"]

LENGTHS = (0, 0, 1, 1, 2, 5, 20, 200, 5_000)
ODD = (
    b"", b"\0", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xf0\x9f\x94\xa5",
    b"\xc4\xb0", b"\xc5\xbf", b"\xd9\xa3", b"\r", b"\n", b"\r\n", b"\n\n", b"\t", b" ", b'"', b"'", b"`", b"\\", b"\\u0000", b"\\ud83d", b"(", b")",
    b"[", b"]", b"{", b"}", b"<", b">", b",", b";", b":", b": ", b"- ", b"#", b"|", b"*", b"&", b"!", b"%", b"@", b"=", b"..", b"/", b"-", b"+",
    b"-1", b"0", b"1e999", b"-1e308", b"5e-324", b"nan", b"NaN", b"Infinity", b"9" * 25, b"9" * 400, b"9" * 5_000, b"0x" + b"f" * 4_000, b"0x10", b"1_0", b"true", b"null", b"~", b"<<",
    b"[" * 300, b"{" * 300, b"(" * 300, b"not " * 60, b"a" * 3_000, b"<a>" * 300, b"> " * 200, b"../", b"/dev/zero", b"2025-13-45", b"0001-01-01",
    b"9999-12-31T23:59:59Z", b"<!--", b"-->", b"&amp;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"__class__",
)  # fmt: skip  # one list


@dataclass(frozen=True, slots=True)
class Edit:
    """At `at` of 65,536 equal parts: `length` bytes go, and `piece` comes; None for a copy of what stands at `other`."""

    at: int
    length: int
    piece: bytes | None
    other: int = 0


def damaged(data: bytes, edits: Sequence[Edit]) -> bytes:
    out = data
    for e in edits:
        at, other = e.at * (len(out) + 1) >> 16, e.other * (len(out) + 1) >> 16
        piece = out[other : other + max(e.length, 1)] if e.piece is None else e.piece
        out = out[:at] + piece + out[at + e.length :]
    return out


def drawn(chance: random.Random, words: Sequence[bytes]) -> list[Edit]:
    """One to six edits; half of the pieces are words of the format."""
    out = []
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        piece = chance.choice((None, chance.choice(ODD), *((chance.choice(words),) * 2 if words else ())))
        out.append(Edit(chance.randrange(1 << 16), chance.choice(LENGTHS), piece, chance.randrange(1 << 16)))
    return out
