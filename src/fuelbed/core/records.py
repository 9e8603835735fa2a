"""Plain values for what a short command loads: as `dataclasses`, which takes a third of the time of a small fault tree to load (it brings
`inspect`, `ast` and `re`). Used where `cli/start.py` says so, and nowhere else."""

from __future__ import annotations

__all__ = ["Record"]


class Record:
    """A value with named slots, equal to another of its class by them, and hashed by them. A subclass writes `__slots__` and `__init__`."""

    __slots__: tuple[str, ...] = ()

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return self._values() == other._values() if type(self) is type(other) and isinstance(other, Record) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in self.__slots__)})"
