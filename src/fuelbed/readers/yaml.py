"""Strict YAML on libyaml's event stream: positioned nodes, or every fault with its place.

PyYAML's own loaders are not used: they read `no` and `12:30` as something else, keep the last of two equal keys without a word,
expand alias bombs, and crash on deep nesting. Here scalars follow the YAML 1.2 core schema, and anchors, aliases, tags, merge
keys, duplicate keys and complex keys are faults. Limits: 2 MB, depth 64, 1e6 nodes. Where YAML 1.1 says something else (`yes`,
`12:30`, `010`, `1e3`, `1_000`, `.inf` ...) is listed, with both readings, in tests/unit/readers/test_differential.py.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.scanner import visible
from fuelbed.core.source import Source
from fuelbed.readers.files import is_binary
from fuelbed.readers.slips import cure_of

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "Broken", "Entry", "Map", "Node", "Scalar", "Seq", "load_yaml", "plain"]

MAX_BYTES = 2_000_000
MAX_DEPTH = 64
MAX_NODES = 1_000_000
_MAX_OPEN = 1_000  # brackets open at once in the raw text; libyaml is never handed more than it survives
_MAX_FAULTS = 1_000

_INT = re.compile(r"[-+]?[0-9]+\Z", re.ASCII)
_RADIX = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z", re.ASCII)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """`text` as written (unquoted), `value` by the core schema; `place` maps offsets in `text` to the file."""

    text: str
    value: str | int | float | bool | None
    span: Span
    source: Source
    start: int
    end: int
    plain: bool = True

    def place(self, start: int, end: int) -> Span:
        return self.source.inside(self.text, self.start, self.end, start, end)


@dataclass(frozen=True, slots=True, eq=False)
class Seq:
    items: list[Node]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    entries: dict[str, Entry]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Broken:
    """A value whose fault is already reported: whoever meets it says nothing more."""

    span: Span


Node = Scalar | Seq | Map | Broken


def plain(node: Node) -> Any:
    """Plain data of a node (what the sections of other engines are handed)."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Seq):
        return [plain(x) for x in node.items]
    if isinstance(node, Map):
        return {k: plain(e.value) for k, e in node.entries.items()}
    return None


def load_yaml(text: str | bytes, file: str) -> tuple[Node, list[Finding]]:
    """The document's root node with the faults that leave it readable. Raises `InputError` where nothing can be read."""
    source = Source(_decode(text, file), file)
    loader = _Loader(source)
    return loader.load(), loader.faults


def _decode(text: str | bytes, file: str) -> str:
    """UTF-8 text without a byte order mark; size, NUL and encoding are checked before libyaml sees anything."""
    here = Span(file, 1, 1)
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:  # no more is said: a file is read up to the limit, so its size is not known here
        cure = "Move prose into the narrative and rows of data into files under `evidence`, or split the case."
        raise _error("FB002", here, f"the file is longer than {MAX_BYTES // 1_000_000} MB.", cure)
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as e:
            raise _not_utf8(e, file) from None
    if text.startswith("\ufeff"):
        text = text[1:]
    bad = _UNPRINTABLE.search(text)
    if bad:
        at = Source(text, file).span(bad.start(), bad.end())
        raise _error("FB003", at, f"the character U+{ord(bad.group()):04X} has no place in a text file.", "Remove it.")
    return text


def _not_utf8(e: UnicodeDecodeError, file: str) -> InputError:
    """What the bytes are instead, or where they stop being UTF-8."""
    if e.object.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _error("FB003", Span(file, 1, 1), "the file is UTF-16.", "Save it as UTF-8.")
    if is_binary(e.object):
        return _error(
            "FB003", Span(file, 1, 1), "this is a binary file, not a text.", "Name a case: a text in YAML, saved as UTF-8."
        )
    done = e.object[: e.start]
    at = Span(file, done.count(b"\n") + 1, len(done[done.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1)
    return _error("FB003", at, "the file is not UTF-8 from here on.", "Save it as UTF-8.")


def _error(code: str, span: Span, message: str, cure: str) -> InputError:
    return InputError([_finding(code, span, message, cure)])


def _finding(code: str, span: Span, message: str, cure: str) -> Finding:
    return Finding(code, Severity.ERROR, visible(message), visible(cure), span)


class _Stop(Exception):
    """Too many faults, or one after which no node can be trusted."""


@dataclass(slots=True)
class _Loader:
    """Builds nodes from events with an explicit stack, so no depth of input becomes depth of calls."""

    source: Source
    faults: list[Finding] = field(default_factory=list)
    nodes: int = 0

    def load(self) -> Node:
        self._check_brackets()
        try:
            return self._build(self._events())
        except _Stop:
            raise InputError(self.faults) from None
        except yaml.YAMLError as e:
            raise InputError([*self.faults, self._syntax(e)]) from None

    def _events(self) -> Iterator[Any]:
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # only its parser is used; libyaml may be missing
        try:
            yield from yaml.parse(self.source.text, Loader=loader)
        except RecursionError:
            self._fatal(
                "FB004", Span(self.source.file, 1, 1), "the file is nested too deeply.", f"The limit is {MAX_DEPTH} levels."
            )

    def _check_brackets(self) -> None:
        depth = 0
        for m in re.finditer(r"[\[\]{}]", self.source.text):
            depth = depth + 1 if m.group() in "[{" else max(depth - 1, 0)
            if depth > _MAX_OPEN:
                raise _error(*self._deep(self.source.span(m.start(), m.end())))

    @staticmethod
    def _deep(span: Span) -> tuple[str, Span, str, str]:
        return "FB004", span, f"the file is nested deeper than {MAX_DEPTH} levels.", "Flatten it."

    def _fatal(self, code: str, span: Span, message: str, cure: str) -> NoReturn:
        self.faults.append(_finding(code, span, message, cure))
        raise _Stop

    def _fault(self, code: str, span: Span, message: str, cure: str) -> Broken:
        self.faults.append(_finding(code, span, message, cure))
        if len(self.faults) >= _MAX_FAULTS:
            raise _Stop
        return Broken(span)

    def _syntax(self, e: yaml.YAMLError) -> Finding:
        mark = getattr(e, "problem_mark", None) or getattr(e, "context_mark", None)
        at = min(mark.index, max(len(self.source.text) - 1, 0)) if mark else 0
        problem = str(getattr(e, "problem", None) or getattr(e, "reason", None) or "it cannot be read")
        cure = cure_of(problem, self.source.text, at)
        return _finding("FB005", self.source.span(at, at + 1), f"this is not YAML: {problem}.", cure)

    def _build(self, events: Iterator[Any]) -> Node:
        stack: list[_Open] = []
        root: Node | None = None
        documents = 0
        for ev in events:
            name = type(ev).__name__
            if name == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self._fatal("FB006", self._at(ev), "a second document starts here.", "Keep one document in a file.")
                continue
            if name in ("SequenceEndEvent", "MappingEndEvent"):
                node: Node = self._close(stack.pop(), ev)
            elif name in ("SequenceStartEvent", "MappingStartEvent"):
                self._count(ev)
                self._decorations(ev)
                if len(stack) >= MAX_DEPTH:
                    self._fatal(*self._deep(self._at(ev)))
                stack.append(_Open(name == "MappingStartEvent", ev.start_mark.index, bool(ev.flow_style), bool(ev.anchor)))
                continue
            elif name in ("ScalarEvent", "AliasEvent"):
                self._count(ev)
                node = self._scalar(ev) if name == "ScalarEvent" else self._alias(ev, stack)
            else:
                continue
            if stack:
                self._add(stack[-1], node)
            else:
                root = node
        if root is None:
            self._fatal(
                "FB007", Span(self.source.file, 1, 1), "the file is empty.", "`fuelbed cases NAME` copies one to start from."
            )
        return root

    def _count(self, ev: Any) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._fatal("FB004", self._at(ev), f"the file has more than {MAX_NODES} nodes.", "Split the case.")

    def _at(self, ev: Any) -> Span:
        return self.source.span(ev.start_mark.index, ev.end_mark.index)

    def _alias(self, ev: Any, stack: list[_Open]) -> Node:
        if any(x.anchored for x in stack):  # each level multiplies the one below, as in an alias bomb: one fault is enough
            self.faults = [f for f in self.faults if f.code != "FB008"]
            message = f"aliases (`*{ev.anchor}`) are not read; as this one stands in an anchored value, reading ends here."
            self._fatal("FB008", self._at(ev), message, "Write the values out.")
        return self._fault(
            "FB008", self._at(ev), f"aliases (`*{ev.anchor}`) are not read.", "Write the value out; `numbers:` shares a number."
        )

    def _decorations(self, ev: Any) -> None:
        """Anchors and explicit tags: refused, the value under them is read all the same."""
        if getattr(ev, "anchor", None):
            self._fault(
                "FB008", self._at(ev), f"anchors (`&{ev.anchor}`) are not read.", "Remove it; `numbers:` shares a number."
            )
        if getattr(ev, "tag", None):
            self._fault("FB008", self._at(ev), f"tags (`{ev.tag}`) are not read.", "Remove it.")

    def _scalar(self, ev: Any) -> Node:
        self._decorations(ev)
        span, text = self._at(ev), ev.value
        bad = _UNPRINTABLE.search(text)
        if bad:  # by an escape such as "\\b": the raw character was refused before
            cure = "Remove it. In single quotes, `\\` is an ordinary character."
            return self._fault("FB003", span, f"the character U+{ord(bad.group()):04X} has no place in a text.", cure)
        is_plain = ev.style in (None, "")
        if not is_plain:
            return Scalar(text, text, span, self.source, ev.start_mark.index, ev.end_mark.index, False)
        if _NOT_FINITE.match(text):
            return self._fault("FB010", span, f"`{text}` is not a finite number.", "Leave the value out if it is unknown.")
        if _LEADING_ZERO.match(text):
            cure = f"Write `{text.lstrip('+-0') or '0'}`, or quote it if it is a text."
            return self._fault("FB010", span, f"`{text[:40]}` starts with a zero and could be octal.", cure)
        try:
            value = _core(text)
        except (ValueError, OverflowError):
            return self._fault("FB010", span, f"`{text[:40]}` is too large a number.", "Write a smaller one.")
        return Scalar(text, value, span, self.source, ev.start_mark.index, ev.end_mark.index)

    def _add(self, top: _Open, node: Node) -> None:
        if not top.mapping:
            top.items.append(node)
        elif top.key is None:
            top.key = node
        else:
            key, top.key = top.key, None
            self._pair(top, key, node)

    def _pair(self, top: _Open, key: Node, value: Node) -> None:
        if isinstance(key, Broken):
            return
        if not isinstance(key, Scalar):
            self._fault("FB009", key.span, "a key is a list or a mapping.", "Write a name as key.")
            return
        if top.flow and key.plain and isinstance(value, Scalar) and self._is_shard(key, value):
            self._shard(top, key)
            return
        if key.plain and key.text == "<<":
            self._fault("FB008", key.span, "merge keys (`<<`) are not read.", "Write the entries out.")
            return
        first = top.entries.get(key.text)
        if first is not None:
            cure = f"Keep one of them: lines {first.key.span.line} and {key.span.line}."
            self._fault("FB011", key.span, f"the key `{key.text[:60]}` is given twice.", cure)
            return
        top.last = key.text
        top.entries[key.text] = Entry(key, value)

    def _is_shard(self, key: Scalar, value: Scalar) -> bool:
        """`{because: neither, ever}`: the key `ever` has an empty value and no colon; it is the rest of a text."""
        return value.plain and value.text == "" and not self.source.text[key.end : key.end + 100].lstrip(" \t").startswith(":")

    def _shard(self, top: _Open, key: Scalar) -> None:
        """One fault per run of shards, at the value that the comma cut; that value is not looked at again."""
        cure = "Quote it, or write the entry as a block."
        last = top.entries.get(top.last)
        if last is None:
            if not top.sharded:
                self._fault("FB012", key.span, f"`{key.text[:60]}` has no value.", "Write `key: value`, or a list in `[ ]`.")
        elif not isinstance(last.value, Broken):
            top.entries[top.last] = Entry(last.key, self._fault("FB012", last.value.span, "this text holds a comma.", cure))
        top.sharded = True

    def _close(self, top: _Open, ev: Any) -> Node:
        span = self.source.span(top.start, ev.end_mark.index)
        return Map(top.entries, span) if top.mapping else Seq(top.items, span)


@dataclass(slots=True)
class _Open:
    """A sequence or mapping whose end has not come yet."""

    mapping: bool
    start: int
    flow: bool
    anchored: bool = False
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: Node | None = None
    last: str = ""
    sharded: bool = False


def _core(text: str) -> str | int | float | bool | None:
    """A plain scalar by the YAML 1.2 core schema. ValueError or OverflowError for a number out of range."""
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INT.match(text):
        if len(text) > 300:
            raise OverflowError
        return int(text)
    if _RADIX.match(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.match(text):
        value = float(text)
        if not math.isfinite(value):
            raise OverflowError
        return value
    return text
