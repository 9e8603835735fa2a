"""JSON whose faults have a place: read by the standard library's parser, and walked again only where a place is asked for.

What that parser lets pass and JSON does not (NaN, Infinity, a key twice, a number past what is finite) is a fault here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fuelbed.core.findings import Span
from fuelbed.readers.sheets import CUT, SheetFault

__all__ = ["MAX_DEPTH", "JsonText", "Path", "decode_json"]

Path = tuple[str | int, ...]
"""Where a value stands: keys and indices from the root."""
MAX_DEPTH = 60
_LONG = 300  # digits
_CURE = "Save it again as it came from the server."
_WORD = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)
_BRACE = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}]', re.DOTALL)
_ODD = re.compile(r'"(?:[^"\\]++|\\.)*+"|-?(?:Infinity|[0-9]++(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)|NaN', re.DOTALL)
_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]]', re.DOTALL)


class _Odd(Exception):
    """Met while parsing: a key twice, a name that is no number, a number past what is finite."""

    def __init__(self, what: str) -> None:
        self.what = what


@dataclass(slots=True)
class JsonText:
    """One document. `line` is the number of its first line, where a file holds several; `before`, the characters before it on that line."""

    text: str
    shown: str
    line: int = 1
    value: Any = None
    before: int = 0
    _objects: int = 0
    _is_parsed: bool = False

    @classmethod
    def of(cls, data: bytes, shown: str) -> JsonText:
        """Raises `SheetFault` for what is no JSON, at the place where it ends to be some."""
        return cls(decode_json(data), shown).parsed()

    def parsed(self) -> JsonText:
        """Itself, with its `value`. Raises `SheetFault`."""
        if self._is_parsed:
            return self
        try:
            self.value = json.loads(
                self.text,
                object_pairs_hook=self._object,
                parse_constant=self._constant,
                parse_int=self._int,
                parse_float=self._float,
            )
        except json.JSONDecodeError as e:
            raise self._fault(e.pos, self._words(e)) from None
        except RecursionError:
            raise self._too_deep() from None
        except MemoryError:
            raise SheetFault("the file holds more values than fit the memory.", CUT, "FB056") from None
        except _Odd as e:
            raise self._place_of_odd(e.what) from None
        self._is_parsed = True
        return self

    def _words(self, e: json.JSONDecodeError) -> str:
        if e.pos >= len(self.text.rstrip()):
            return "the file ends in the middle of its JSON."
        return f"this is no JSON: {e.msg[:1].lower()}{e.msg[1:].split(':')[0]}."

    def _fault(self, at: int, message: str, cure: str = _CURE) -> SheetFault:
        span = self.span(at, at + 1)
        return SheetFault(message, cure, "FB052", span.line, span.column)

    def _too_deep(self) -> SheetFault:
        depth, at = 0, 0
        for m in _BRACKET.finditer(self.text):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(m.group(), 0)
            if depth > MAX_DEPTH:
                at = m.start()
                break
        return self._fault(at, f"this is nested deeper than {MAX_DEPTH}.")

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self._objects += 1
        out = dict(pairs)
        if len(out) != len(pairs):
            raise _Odd("key")
        return out

    def _constant(self, name: str) -> float:
        raise _Odd("name")

    def _int(self, text: str) -> int | float:
        """Python refuses thousands of digits, which are past what is finite."""
        return int(text) if len(text) < _LONG else self._float(text)

    def _float(self, text: str) -> float:
        value = float(text)
        if math.isinf(value):
            raise _Odd("number")
        return value

    def _place_of_odd(self, what: str) -> SheetFault:
        """The first of what the parser would let pass. It was well formed up to there, so strings and the rest can be told apart."""
        if what == "key":
            return self._twice()
        for m in _ODD.finditer(self.text):
            word = m.group()
            if what == "name" and word in ("NaN", "Infinity", "-Infinity"):
                return self._fault(m.start(), f"`{word}` is no JSON.", "Write it as a text, or leave the sample out.")
            if what == "number" and word[0] in "-0123456789" and math.isinf(float(word)):
                return self._fault(m.start(), f"the number `{word[:20]}` is too large.", "Write a finite number.")
        return self._fault(0, "this holds a number that is none.")

    def _twice(self) -> SheetFault:
        """The object that was closed as the last one has a key twice: it is found by counting, and only its own words are looked at."""
        opened: list[int] = []
        closed = 0
        begin = 0
        for m in _BRACE.finditer(self.text):
            if m.group() == "{":
                opened.append(m.start())
            elif m.group() == "}":
                begin = opened.pop()
                closed += 1
                if closed == self._objects:
                    break
        depth, known, before = 0, set(), ""
        for m in _WORD.finditer(self.text, begin):
            word = m.group()
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(word, 0)
            if depth == 1 and word[0] == '"' and before in ("{", ","):
                key = json.loads(word)
                if key in known:
                    return self._fault(m.start(), f"the key `{key[:60]}` stands there twice.", "Remove one of the two.")
                known.add(key)
            before = word
        return self._fault(begin, "a key of this object stands there twice.")

    def span(self, start: int, end: int) -> Span:
        """The place of characters of the text."""
        last = self.text.rfind("\n", 0, start)
        line, column = self.line + self.text.count("\n", 0, start), start - last + (self.before if last < 0 else 0)
        return Span(self.shown, line, column, line, column + max(end - start, 1))

    def places(self, paths: Iterable[Path]) -> dict[Path, Span]:
        """Where these values stand; of one that is not there, where the nearest around it does. One walk over the text for all of them."""
        wanted: dict[Path, None] = dict.fromkeys(paths)
        around: set[Path] = {p[:n] for p in wanted for n in range(len(p) + 1)}
        found: dict[Path, Span] = {}
        self._walk(around, found)
        return {p: next(found[p[:n]] for n in range(len(p), -1, -1) if p[:n] in found) for p in wanted}

    def _walk(self, around: set[Path], found: dict[Path, Span]) -> None:
        """Notes the places of `around`. `stack` holds, of each open container, its path and the key or index that comes."""
        stack: list[tuple[Path, str | int]] = []
        key: str | None = None
        path: Path = ()
        before = ""
        for m in _WORD.finditer(self.text):
            word = m.group()
            if word in "}]":
                stack.pop()
            elif word == ",":
                inside, at = stack[-1]
                stack[-1] = (inside, at + 1 if isinstance(at, int) else at)
                key = None
            elif word == ":":
                pass
            elif word[0] == '"' and before in ("{", ",") and stack and isinstance(stack[-1][1], str):
                key = json.loads(word)
            else:
                if stack:
                    inside, at = stack[-1]
                    path = (*inside, at if isinstance(at, int) else key or "")
                if path in around and path not in found:
                    found[path] = self.span(m.start(), m.end())
                    if len(found) == len(around):
                        return
                if word in "{[":
                    stack.append((path, "" if word == "{" else 0))
            before = word


def decode_json(data: bytes) -> str:
    """The text of a JSON file, without a byte order mark."""
    if not data.strip():
        raise SheetFault("the file is empty.", _CURE)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        before = data[: e.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise SheetFault(
            "the file is not UTF-8 from here on.", "Save it as UTF-8.", "FB052", before.count(b"\n") + 1, column
        ) from None


def _finite(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
