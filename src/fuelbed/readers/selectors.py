"""Which series a column is: `http_requests{code="200", job!="test"}`, or `sum(...)`, `mean(...)`, `max(...)`, `min(...)` of several.

`=` and `!=` only (a label that is not there is ""); no patterns, so that a stranger's case cannot make matching slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fuelbed.core.scanner import TextFault, did_you_mean
from fuelbed.readers.series import Series

__all__ = ["JOINS", "Selector", "differences", "nearest", "parse_selector"]

JOINS = ("sum", "mean", "max", "min")
_MAX = 2_000
_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:.\-/]*")
_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*+)"')
_ESCAPE = re.compile(r"\\(.)")
_FORM = 'Write `name{label="value"}`, or `sum(name)` over several.'


@dataclass(frozen=True, slots=True)
class Selector:
    """`name` "" means any. labels: (label, whether it must be equal, value)."""

    name: str
    labels: tuple[tuple[str, bool, str], ...] = ()
    join: str = ""

    def fits(self, s: Series) -> bool:
        named = not self.name or self.name in (s.name, s.family)
        return named and all((s.labels.get(k, "") == v) is equal for k, equal, v in self.labels)

    def among(self, series: Sequence[Series]) -> list[Series]:
        """Those that fit; of a name that is both a name and a family, those that bear it themselves."""
        found = [s for s in series if self.fits(s)]
        own = [s for s in found if s.name == self.name]
        return own or found


def parse_selector(text: str) -> Selector:
    """Raises `TextFault` with the offset of what cannot be read."""
    if len(text) > _MAX:
        raise TextFault("FB053", "this selector is too long.", _FORM)
    return _Parser(text).whole()


def differences(series: Iterable[Series]) -> list[str]:
    """The labels in which some series differ."""
    found = list(series)
    keys = sorted({k for s in found for k in s.labels})
    return [k for k in keys if len({s.labels.get(k, "") for s in found}) > 1]


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def whole(self) -> Selector:
        join = next((j for j in JOINS if re.match(rf"\s*{j}\s*\(", self.text)), "")
        if join:
            self.at = self.text.index("(") + 1
        name, labels = self._selector()
        if join:
            self._take(")")
        self._blank()
        if self.at < len(self.text):
            raise self._fault(f"`{self.text[self.at :][:40]}` is not understood here.")
        return Selector(name, tuple(labels), join)

    def _selector(self) -> tuple[str, list[tuple[str, bool, str]]]:
        self._blank()
        m = _NAME.match(self.text, self.at)
        name = m.group() if m else ""
        self.at += len(name)
        self._blank()
        if self._now != "{":
            if not name:
                raise self._fault("a series has a name here, or labels in braces.")
            return name, []
        self.at += 1
        labels: list[tuple[str, bool, str]] = []
        while True:
            self._blank()
            if self._now == "}":
                self.at += 1
                return name, labels
            key = self._key()
            self._blank()
            if self._now in (",", "}") and key[1] and not name:
                name = key[0]  # {"a name of any characters"}
            else:
                labels.append((key[0], self._operator(), self._value()))
            self._blank()
            if self._now != "}":
                self._take(",")

    def _key(self) -> tuple[str, bool]:
        """A label or a quoted text, and whether it was quoted."""
        if self._now == '"':
            return self._value(), True
        m = _NAME.match(self.text, self.at)
        if m is None:
            raise self._fault("a label is missing here.")
        self.at = m.end()
        return m.group(), False

    def _operator(self) -> bool:
        self._blank()
        for sign, equal in (("=~", None), ("!~", None), ("!=", False), ("==", None), ("=", True)):
            if self.text.startswith(sign, self.at):
                if equal is None:
                    raise self._fault(f"`{sign}` is not read: only `=` and `!=` are.")
                self.at += len(sign)
                return equal
        raise self._fault("`=` or `!=` is missing here.")

    def _value(self) -> str:
        self._blank()
        m = _TEXT.match(self.text, self.at)
        if m is None:
            raise self._fault("a value in double quotes is missing here.")
        self.at = m.end()
        return _ESCAPE.sub(lambda e: {"n": "\n"}.get(e[1], e[1]), m[1])

    @property
    def _now(self) -> str:
        return self.text[self.at : self.at + 1]

    def _blank(self) -> None:
        while self._now.isspace():
            self.at += 1

    def _take(self, sign: str) -> None:
        self._blank()
        if self._now != sign:
            raise self._fault(f"`{sign}` is missing here.")
        self.at += 1

    def _fault(self, message: str) -> TextFault:
        return TextFault("FB053", message, _FORM, min(self.at, max(len(self.text) - 1, 0)))


def nearest(selector: Selector, series: Sequence[Series]) -> str:
    """What to write instead of a selector that fits nothing."""
    names = sorted({s.name for s in series} | {s.family for s in series if s.family})
    if selector.name and selector.name not in names:
        return did_you_mean(selector.name, names) or f"There are: {', '.join(n[:60] for n in names[:10])}."
    return f"There are: {'; '.join(s.title[:100] for s in series if not selector.name or selector.name in (s.name, s.family))[:400]}."
