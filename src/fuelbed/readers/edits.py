"""Two versions of a case file -> the places that differ, key by key, each with file, line and column on either side.

Both files were read as cases before, so they are valid; what is compared here is what was written. A number written another way (`0.050` and
`0.05`) is the same, as YAML reads it. List items are matched in order; common causes by their name, else their members.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from fuelbed.core.edits import Edit
from fuelbed.core.findings import Span
from fuelbed.readers.files import read_bounded
from fuelbed.readers.yaml import MAX_BYTES, Map, Node, Scalar, Seq, load_yaml, plain

__all__ = ["MAX_EDITS", "edits", "read_tree"]

MAX_EDITS = 5_000
_LONG = 160  # characters of a value that are kept
_MATCHED = 400  # items of a list up to which they are matched in order; beyond, place by place


def read_tree(path: Path) -> Node:
    """The nodes of the case file in the folder `path`, or of the file itself."""
    file = path / "case.yaml" if path.is_dir() else path
    return load_yaml(read_bounded(file.resolve(), str(file), MAX_BYTES), str(file))[0]


def edits(before: Node, after: Node) -> tuple[Edit, ...]:
    """In the order of the new file, what is gone last within each mapping; at most `MAX_EDITS`."""
    out: list[Edit] = []
    for e in _between(before, after, ()):
        out.append(e)
        if len(out) >= MAX_EDITS:
            break
    return tuple(out)


def _between(a: Node, b: Node, path: tuple[str, ...]) -> Iterator[Edit]:
    if isinstance(a, Map) and isinstance(b, Map):
        yield from _maps(a, b, path)
    elif isinstance(a, Seq) and isinstance(b, Seq):
        yield from _lists(a, b, path)
    elif not _same(a, b):
        yield Edit(path or ("case",), "changed", _text(a), _text(b), a.span, b.span)


def _maps(a: Map, b: Map, path: tuple[str, ...]) -> Iterator[Edit]:
    for key, entry in b.entries.items():
        old = a.entries.get(key)
        if old is None:
            yield from _whole((*path, key), None, entry.value, entry.key.span)
        else:
            yield from _between(old.value, entry.value, (*path, key))
    for key, entry in a.entries.items():
        if key not in b.entries:
            yield from _whole((*path, key), entry.value, None, entry.key.span)


def _whole(path: tuple[str, ...], a: Node | None, b: Node | None, at: Span) -> Iterator[Edit]:
    """What is there on one side only; a section is told element by element."""
    node = a if b is None else b
    if len(path) == 1 and isinstance(node, Map):
        for key, entry in node.entries.items():
            yield from _whole(
                (*path, key), entry.value if b is None else None, entry.value if a is None else None, entry.key.span
            )
    elif b is None and a is not None:
        yield Edit(path, "removed", _text(a), "", at, None)
    elif b is not None:
        yield Edit(path, "added", "", _text(b), None, at)


def _lists(a: Seq, b: Seq, path: tuple[str, ...]) -> Iterator[Edit]:
    names = [[_name(x) for x in s.items] for s in (a, b)]
    if all(n and len(set(ns)) == len(ns) for ns in names for n in ns) and a.items and b.items:
        first, second = (dict(zip(ns, s.items, strict=True)) for ns, s in zip(names, (a, b), strict=True))
        for n, item in second.items():
            if n in first:
                yield from _between(first[n], item, (*path, n))
            else:
                yield Edit((*path, n), "added", "", _text(item), None, item.span)
        yield from (Edit((*path, n), "removed", _text(x), "", x.span, None) for n, x in first.items() if n not in second)
        return
    if max(len(a.items), len(b.items)) > _MATCHED:
        yield from _stretch(a.items, b.items, 0, path)
        return
    was, now = ([repr(plain(x)) for x in s.items] for s in (a, b))
    for tag, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _stretch(a.items[i:j], b.items[k:m], k, path)


def _stretch(a: list[Node], b: list[Node], first: int, path: tuple[str, ...]) -> Iterator[Edit]:
    for i in range(max(len(a), len(b))):
        here = (*path, str(first + i + 1))
        if i >= len(a):
            yield Edit(here, "added", "", _text(b[i]), None, b[i].span)
        elif i >= len(b):
            yield Edit(here, "removed", _text(a[i]), "", a[i].span, None)
        else:
            yield from _between(a[i], b[i], here)


def _name(item: Node) -> str:
    """What an item of a list is called: its name, its id, or the members of a group."""
    if not isinstance(item, Map):
        return ""
    for key in ("name", "id", "of"):
        entry = item.entries.get(key)
        if entry is not None:
            return _text(entry.value)
    return ""


def _same(a: Node, b: Node) -> bool:
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        return a.value == b.value and isinstance(a.value, bool) == isinstance(b.value, bool)
    return type(a) is type(b) and plain(a) == plain(b)


def _text(node: Node) -> str:
    """As written, in flow style on one line; never more than is shown."""
    out, size = [], 0
    for piece in _pieces(node):
        out.append(piece)
        size += len(piece)
        if size > _LONG:
            break
    text = " ".join("".join(out).split())
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _pieces(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text
    elif isinstance(node, Seq):
        yield "["
        for i, x in enumerate(node.items):
            yield ", " if i else ""
            yield from _pieces(x)
        yield "]"
    elif isinstance(node, Map):
        yield "{"
        for i, (k, e) in enumerate(node.entries.items()):
            yield f"{', ' if i else ''}{k}: "
            yield from _pieces(e.value)
        yield "}"
