"""Redaction: every secret becomes a placeholder before anything else sees the text, the same secret always the same one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from fuelbed.core.shown import counted, listed
from fuelbed.core.strings import replaced, texts
from fuelbed.text.secrets import Secret, secrets

__all__ = ["Redactor"]

_LEAST = (
    8  # characters of a beginning that is recognized in a text that was cut, and of a credential that is looked for by itself
)
_MOST = 200  # credentials that are looked for by themselves

T = TypeVar("T")


class Redactor:
    """Replaces secrets by `[redacted: e-mail 1]`; numbers run by kind, in the order in which secrets are met.

    What was learnt first is replaced wherever it stands, also where its own words do not show that it is a credential. After `learn` it is
    a function of the text alone, so that names that refer to each other still do. Lines keep their numbers: a key of several lines
    becomes its placeholder and as many line breaks.
    """

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._kinds: dict[str, int] = {}
        self._bare: dict[str, str] = {}  # credentials that are looked for by themselves -> placeholder

    def learn(self, text: str) -> None:
        for s in secrets(text):
            self._placeholder(s, text[s.start : s.end])

    def __call__(self, text: str) -> str:
        self.learn(text)
        text = "".join(self._pieces(text))
        for value, name in self._bare.items():
            if value in text:
                text = text.replace(value, name)
        return text

    def within(self, data: T) -> T:
        """The same data without its secrets: what any of its texts shows is replaced in all of them."""
        for text, _ in texts(data):
            self.learn(text)
        without: T = replaced(data, self)
        return without

    def _pieces(self, text: str) -> Iterator[str]:
        at = 0
        for s in secrets(text):
            yield text[at : s.start]
            yield self._placeholder(s, text[s.start : s.end])
            at = s.end
        yield text[at:]

    def _placeholder(self, s: Secret, value: str) -> str:
        key = (s.kind, value)
        if key not in self._names:
            self._kinds[s.kind] = self._kinds.get(s.kind, 0) + 1
            self._names[key] = f"[redacted: {s.kind} {self._kinds[s.kind]}]"
            if s.group == "credential" and len(value) >= _LEAST and len(self._bare) < _MOST:
                self._bare[value] = self._names[key]
        return self._names[key] + "\n" * (value.count("\n") or value.count("\r"))

    def message(self, text: str) -> str:
        """Of a message that may repeat a piece of what was read, cut anywhere: also the beginnings of secrets that were met."""
        text = self(text)
        for (_, value), name in sorted(self._names.items(), key=lambda x: -len(x[0][1])):
            head = value[:_LEAST]
            at = text.find(head) if len(value) >= _LEAST else -1
            while at >= 0:
                end = at + _LEAST
                while end - at < len(value) and end < len(text) and text[end] == value[end - at]:
                    end += 1
                text = text[:at] + name + text[end:]
                at = text.find(head, at + len(name))
        return text

    @property
    def told(self) -> str:
        """What was replaced, by kind: `2 e-mails and 1 GitHub token`; "" for nothing."""
        return listed(counted(n, kind, f"{kind}es" if kind.endswith("s") else "") for kind, n in self._kinds.items())
