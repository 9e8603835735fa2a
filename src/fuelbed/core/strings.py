"""The texts inside frozen data: each with the nearest place above it, and the same data with every text replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from fuelbed.core.findings import Span
from fuelbed.core.records import Record

__all__ = ["replaced", "texts"]


def texts(data: object) -> Iterator[tuple[str, Span | None]]:
    """Every text in dataclasses, records, tuples, lists, sets and mappings (keys too), in their order, each text once; with the span of
    the nearest object around it that has one."""
    seen: set[str] = set()
    stack: list[tuple[Any, Span | None]] = [(data, None)]
    met: set[int] = set()
    while stack:
        x, span = stack.pop()
        if isinstance(x, str):
            if x not in seen:
                seen.add(x)
                yield x, span
        elif id(x) not in met and (parts := _parts(x)) is not None:
            met.add(id(x))
            own = getattr(x, "span", None)
            near = own if isinstance(own, Span) else span
            stack += [(p, near) for p in reversed(parts)]


def _names(x: object) -> list[str] | None:
    """The fields of an object that is looked into; None for any other."""
    if isinstance(x, Span):
        return None  # a place is no text of the case
    if is_dataclass(x) and not isinstance(x, type):
        return [f.name for f in fields(x)]
    return list(x.__slots__) if isinstance(x, Record) else None


def _parts(x: object) -> list[Any] | None:
    if isinstance(x, Mapping):
        return [p for pair in x.items() for p in pair]
    if isinstance(x, tuple | list | set | frozenset):
        return list(x)
    names = _names(x)
    return [getattr(x, n) for n in names] if names is not None else None


def replaced(data: Any, replace: Callable[[str], str]) -> Any:
    """The same data with `replace` applied to every text; what holds none that changes is kept as it is, so that identity is kept too.

    `replace` has to be a function of the text alone: then names that refer to each other still do.
    """
    return _Replacing(replace).of(data)


class _Replacing:
    def __init__(self, replace: Callable[[str], str]) -> None:
        self._replace = replace
        self._texts: dict[str, str] = {}
        self._done: dict[int, tuple[Any, Any]] = {}  # id -> (what it was, kept so that its id stays its own; what it became)

    def of(self, x: Any) -> Any:
        if isinstance(x, str):
            if type(x) is not str:
                return x  # a member of an enumeration
            known = self._texts.get(x)
            if known is None:
                known = self._texts[x] = self._replace(x)
            return x if known == x else known
        if id(x) in self._done:
            return self._done[id(x)][1]
        new = self._rebuilt(x)
        self._done[id(x)] = (x, new)
        return new

    def _rebuilt(self, x: Any) -> Any:
        if isinstance(x, Mapping):
            pairs = [(self.of(k), self.of(v)) for k, v in x.items()]
            same = all(a is c and b is d for (a, b), (c, d) in zip(x.items(), pairs, strict=True))
            return x if same else dict(pairs)
        if isinstance(x, tuple | list | set | frozenset):
            parts = [self.of(p) for p in x]
            if all(a is b for a, b in zip(x, parts, strict=True)):
                return x
            return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
        names = _names(x)
        if names is None:
            return x
        values = {n: self.of(getattr(x, n)) for n in names}
        if all(getattr(x, n) is v for n, v in values.items()):
            return x
        new = object.__new__(type(x))
        for n, v in values.items():
            object.__setattr__(new, n, v)
        return new
