"""Front matter: the plain keys and values between `---` (YAML) or `+++` (TOML) at the start of a text.

Of YAML only lines `key: value` and lists of plain words under a key are read. A YAML loader has no place here: it would resolve types,
tags and aliases, and nothing of that is wanted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

__all__ = ["front_matter"]

_MOST_LINES = 300
_MOST = 1_000  # characters of a value
_LINE = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*(?:\r\n|\n|\r)")
_KEY = re.compile(r"([A-Za-z_][\w .-]{0,60}?)[ \t]*:(?:[ \t]+(.*))?\Z")
_LIST = re.compile(r"[ \t]*-[ \t]+(.*)\Z")
_BREAK = re.compile(r"\r\n|\n|\r")


def front_matter(text: str) -> tuple[Mapping[str, str], int]:
    """Keys (in lower case) with their values, and the offset behind the front matter; ({}, 0) when there is none."""
    m = _LINE.match(text)
    if m is None:
        return {}, 0
    start = m.end()
    lines: list[str] = []
    for b in _BREAK.finditer(text, start):
        line = text[start : b.start()]
        if line.rstrip() in (m[1], "..." if m[1] == "---" else m[1]):
            return _parsed(lines, m[1]), b.end()
        lines.append(line)
        start = b.end()
        if len(lines) > _MOST_LINES:
            return {}, 0
    if text[start:].rstrip() == m[1]:
        return _parsed(lines, m[1]), len(text)
    return {}, 0


def _parsed(lines: list[str], mark: str) -> Mapping[str, str]:
    if mark == "+++":
        return _toml("\n".join(lines))
    found: dict[str, str] = {}
    key = ""
    for line in lines:
        m = _KEY.match(line)
        item = _LIST.match(line)
        if m is not None and not line[:1].isspace():
            key = m[1].strip().lower()
            found[key] = _plain(m[2] or "")
        elif item is not None and key and len(found[key]) < _MOST:
            found[key] = ", ".join(filter(None, (found[key], _plain(item[1]))))
        elif line[:1].isspace() and key and line.strip() and len(found[key]) < _MOST:
            found[key] = (found[key].lstrip(">|-+") + " " + line.strip()).strip()
    return {k: v[:_MOST] for k, v in found.items()}


def _plain(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"'):
        close = value.rfind(value[0])
        return value[1:close] if close > 0 else value[1:]
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(_plain(v) for v in value[1:-1].split(",") if v.strip()) if len(value) <= _MOST else ""
    return re.split(r"\s#", value, maxsplit=1)[0].strip() if not value.startswith("#") else ""


def _toml(text: str) -> Mapping[str, str]:
    try:
        return {
            k.lower(): (", ".join(map(str, v)) if isinstance(v, list) else str(v))[:_MOST]
            for k, v in tomllib.loads(text).items()
            if not isinstance(v, dict)
        }
    except (RecursionError, ValueError):  # no TOML, or a number of thousands of digits, which Python neither reads nor writes
        return {}
