"""Foreign YAML, of several documents perhaps: plain values with their places, bounded, tags without effect.

A catalogue is no case: it may have anchors, tags and keys twice. They do no harm here: an alias is the same object again, never a copy, a
tag builds nothing, and of keys that stand there twice the last counts, as for the tools that wrote the file. Every scalar is a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from fuelbed.core.findings import Span
from fuelbed.core.source import Source
from fuelbed.readers.json_text import JsonText, Path
from fuelbed.readers.sheets import SheetFault

__all__ = ["MAX_YAML", "YamlText", "yaml_documents"]

MAX_YAML = 10_000_000  # bytes
MAX_NODES = 1_000_000
MAX_DEPTH = 64
_MAX_OPEN = 1_000  # brackets open at once in the raw text: libyaml itself is never handed more than it survives
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_DEEP = "this is nested too deeply."


@dataclass(slots=True)
class YamlText(JsonText):
    """One document: its value, and where each part of it stands, as `JsonText` tells it."""

    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def places(self, paths: Iterable[Path]) -> dict[Path, Span]:
        out = {}
        for path in dict.fromkeys(paths):
            near = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.spans), ())
            line, column = self.spans.get(near, (1, 1))
            out[path] = Span(self.shown, line, column, line, column + 1)
        return out


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet. key: that of a mapping, None while one is awaited."""

    value: list[Any] | dict[str, Any]
    path: Path
    key: str | None = None


def yaml_documents(text: str, shown: str) -> Iterator[YamlText]:
    """Each document. Raises `SheetFault` where the text is no YAML or passes a limit."""
    _check_brackets(text)
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # only its parser is used; libyaml may be missing
    source = Source(text, shown)  # libyaml's own lines end at characters that no editor ends them at
    try:
        yield from _documents(yaml.parse(text, Loader=loader), source)
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None) or getattr(e, "context_mark", None)
        line, column = _place(source, mark.index if mark else 0)
        problem = str(getattr(e, "problem", None) or getattr(e, "reason", None) or "it cannot be read")
        cure = "Check the indentation and the quotes on this line and the one before."
        raise SheetFault(f"this is no YAML: {problem[:100]}.", cure, "FB052", line, column) from None
    except RecursionError:
        raise SheetFault(_DEEP, "Flatten it.") from None


def _check_brackets(text: str) -> None:
    depth = 0
    for m in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if m.group() in "[{" else max(depth - 1, 0)
        if depth > _MAX_OPEN:
            raise SheetFault(_DEEP, "Flatten it.", "FB052", text.count("\n", 0, m.start()) + 1)


def _place(source: Source, index: int) -> tuple[int, int]:
    span = source.span(index, index)
    return span.line, span.column


def _documents(events: Iterator[Any], source: Source) -> Iterator[YamlText]:
    document = YamlText("", source.file)
    stack: list[_Open] = []
    anchors: dict[str, Any] = {}
    nodes = 0
    for event in events:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            document, anchors = YamlText("", source.file), {}
        elif kind == "DocumentEndEvent":
            yield document
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            stack.pop()
        elif kind in ("SequenceStartEvent", "MappingStartEvent", "ScalarEvent", "AliasEvent"):
            nodes += 1
            place = _place(source, event.start_mark.index)
            if nodes > MAX_NODES or len(stack) >= MAX_DEPTH:
                what = f"the file has more than {MAX_NODES:,} nodes." if nodes > MAX_NODES else _DEEP
                raise SheetFault(what, "Cut it.", "FB056", *place)
            _take(event, kind, place, document, stack, anchors)


def _take(event: Any, kind: str, place: tuple[int, int], document: YamlText, stack: list[_Open], anchors: dict[str, Any]) -> None:
    """Puts a node where it belongs."""
    value: Any
    if kind == "ScalarEvent":
        value = None if event.style in (None, "") and event.value in _NULLS else event.value
    elif kind == "AliasEvent":
        value = anchors.get(event.anchor)
    else:
        value = [] if kind == "SequenceStartEvent" else {}
    if kind != "AliasEvent" and event.anchor:
        anchors[event.anchor] = value
    path: Path = ()
    if not stack:
        document.value = value
    else:
        top = stack[-1]
        if isinstance(top.value, list):
            path = (*top.path, len(top.value))
            top.value.append(value)
        elif top.key is None:
            top.key = event.value if kind == "ScalarEvent" else ""
            if kind == "ScalarEvent":
                return
            path = (*top.path, "")  # a key that is a list or a mapping: nothing here has one
        else:
            path, key, top.key = (*top.path, top.key), top.key, None
            top.value[key] = value
    document.spans.setdefault(path, place)
    if isinstance(value, list | dict) and kind != "AliasEvent":
        stack.append(_Open(value, path))
