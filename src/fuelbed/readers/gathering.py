"""Rows of a table: kept as they are while they are few, past that gathered into equal stretches of time, in bounded memory.

A stretch of width w holds the rows at times t with floor((t - t0) / w) equal, t0 the first time of the file; it stands at its own begin, and
one without a row has none. The width is the least of a ladder (each step a multiple of the one before: 1 ms, 5 ms ... 1 min, 5 min ...) at which
what is left fits. So it depends on the times alone, and not on how the file was cut into blocks.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Index = NDArray[np.int64]

__all__ = ["KEEPS", "MAX_CELLS", "MAX_KEPT", "Rows", "TooManyStretches"]

KEEPS = ("mean", "max", "min", "last", "sum")
MAX_KEPT = 1_000_000  # rows
MAX_CELLS = 10_000_000  # their cells: 80 MB
_AT_ONCE = 200_000  # rows that are gathered at a time
_LONGEST = 1e12  # seconds
_STEPS = 100_000  # rows whose steps tell the usual one
_SECOND = 1_000_000  # microseconds: what times are counted in here, so that 0.3 s / 0.1 s is 3
_MINUTE, _HOUR = 60 * _SECOND, 3_600 * _SECOND
_LADDER = (
    1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, _SECOND, 5 * _SECOND, 10 * _SECOND, 30 * _SECOND, _MINUTE,
    5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, _HOUR, 6 * _HOUR, 12 * _HOUR, 24 * _HOUR,
)  # fmt: skip  # one list


class TooManyStretches(Exception):
    """The declared width leaves more stretches than are kept, or the times reach further than can be counted."""


@dataclass(slots=True)
class Rows:
    """keeps: one of KEEPS for each column. every: width of the stretches in seconds where the case says one, 0 where it does not.

    `times` are seconds as the file's clock gives them; `columns` one array for each of `keeps`.
    """

    keeps: Sequence[str]
    every: float = 0.0
    count: int = 0
    times: array[float] = field(default_factory=lambda: array("d"))
    columns: list[array[float]] = field(default_factory=list)
    first: float = 0.0
    last: float = 0.0
    _steps: array[float] = field(default_factory=lambda: array("d"))
    _gathered: _Stretches | None = None

    def __post_init__(self) -> None:
        self.columns = [array("d") for _ in self.keeps]

    @property
    def room(self) -> int:
        return min(MAX_KEPT, MAX_CELLS // (len(self.keeps) + 1))

    @property
    def width(self) -> float:
        """Seconds of a stretch; 0 where the rows are as the file has them."""
        return self._gathered.width / _SECOND if self._gathered else 0.0

    @property
    def step(self) -> float:
        """The usual time between two rows of the file, by its first hundred thousand; 0 with fewer than two rows."""
        steps = sorted(b - a for a, b in pairwise(self._steps))
        return steps[len(steps) // 2] if steps else 0.0

    def add(self, times: array[float], columns: Sequence[array[float]]) -> None:
        """Rows that come after all before."""
        if not times:
            return
        if not self.count:
            self.first = times[0]
        self.last = times[-1]
        self.count += len(times)
        if len(self._steps) < _STEPS:
            self._steps.extend(times[: _STEPS - len(self._steps)])
        self.times.extend(times)
        for mine, more in zip(self.columns, columns, strict=True):
            mine.extend(more)
        if self._gathered is None and (self.every or len(self.times) > self.room):
            self._gathered = _Stretches(self.keeps, self.first, self.room, round(self.every * _SECOND))
        if self._gathered is not None and len(self.times) >= _AT_ONCE:
            self._gather()

    def _gather(self) -> None:
        assert self._gathered is not None
        if self.last - self.first > _LONGEST:
            raise TooManyStretches
        self._gathered.add(self.times, self.columns)
        del self.times[:]
        for c in self.columns:
            del c[:]

    def finish(self) -> None:
        """`times` and `columns` become the stretches where rows were gathered."""
        if self._gathered is not None:
            self._gather()
            self.times, self.columns = self._gathered.result()


class _Stretches:
    """Stretches so far, by their number since the first time. Every column is one or two arrays that a reduction joins."""

    def __init__(self, keeps: Sequence[str], first: float, room: int, width: int) -> None:
        import numpy as np

        self.keeps, self.first, self.room = keeps, first, room
        self.declared = width > 0
        self.width = width or _LADDER[0]
        self.index: Index = np.empty(0, dtype=np.int64)
        self.parts: list[tuple[Array, ...]] = [tuple(np.empty(0) for _ in range(1 + (k in ("mean", "sum")))) for k in keeps]

    def add(self, times: array[float], columns: Sequence[array[float]]) -> None:
        import numpy as np

        if not times:
            return
        since = np.rint((np.frombuffer(times) - self.first) * _SECOND).astype(np.int64)
        fresh = [_begin(keep, np.frombuffer(c)) for keep, c in zip(self.keeps, columns, strict=True)]
        index, fresh = self._joined(since // self.width, fresh)
        self.index = np.concatenate([self.index, index])
        self.parts = [
            tuple(np.concatenate(pair) for pair in zip(a, b, strict=True)) for a, b in zip(self.parts, fresh, strict=True)
        ]
        if len(self.index) > len(index):
            self._join_all_from(len(self.index) - len(index) - 1)
        while len(self.index) > self.room:
            self._coarser()

    def _joined(self, index: Index, parts: list[tuple[Array, ...]]) -> tuple[Index, list[tuple[Array, ...]]]:
        """Neighbours with one number become one."""
        import numpy as np

        starts = np.flatnonzero(np.concatenate([[True], index[1:] != index[:-1]]))
        return index[starts], [_reduced(k, p, starts) for k, p in zip(self.keeps, parts, strict=True)]

    def _join_all_from(self, at: int) -> None:
        """The last stretch of before and the first of now may be one."""
        import numpy as np

        if self.index[at] != self.index[at + 1]:
            return
        pair, parts = self._joined(self.index[at : at + 2], [tuple(x[at : at + 2] for x in p) for p in self.parts])
        self.index = np.concatenate([self.index[:at], pair, self.index[at + 2 :]])
        self.parts = [
            tuple(np.concatenate([x[:at], y, x[at + 2 :]]) for x, y in zip(old, new, strict=True))
            for old, new in zip(self.parts, parts, strict=True)
        ]

    def _coarser(self) -> None:
        if self.declared:
            raise TooManyStretches
        width = next((w for w in _LADDER if w > self.width), 2 * self.width)
        self.index, self.parts = self._joined(self.index // (width // self.width), self.parts)
        self.width = width

    def result(self) -> tuple[array[float], list[array[float]]]:
        times = array("d", (self.first + self.index * (self.width / _SECOND)).tobytes())
        return times, [array("d", _end(k, p).tobytes()) for k, p in zip(self.keeps, self.parts, strict=True)]


def _begin(keep: str, values: Array) -> tuple[Array, ...]:
    import numpy as np

    if keep not in ("mean", "sum"):
        return (values,)
    there = ~np.isnan(values)
    return np.where(there, values, 0.0), there.astype(float)


def _reduced(keep: str, parts: tuple[Array, ...], starts: Index) -> tuple[Array, ...]:
    import numpy as np

    if keep == "last":  # the last that was measured
        (x,) = parts
        at = np.maximum.reduceat(np.where(np.isnan(x), -1, np.arange(len(x))), starts)
        return (np.where(at >= starts, x[at], np.nan),)
    join: Any = {"max": np.fmax, "min": np.fmin}.get(keep, np.add)
    return tuple(join.reduceat(x, starts) for x in parts)


def _end(keep: str, parts: tuple[Array, ...]) -> Array:
    """nan for a stretch in which nothing was measured."""
    import numpy as np

    if keep not in ("mean", "sum"):
        return parts[0]
    total, n = parts
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, total / n if keep == "mean" else total, np.nan)
