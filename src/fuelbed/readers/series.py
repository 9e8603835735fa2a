"""Series of samples, as monitoring systems export them: named, labelled, each with times of its own. They become columns of one table."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fuelbed.core.findings import Span
from fuelbed.readers.sheets import SheetFault

__all__ = ["MAX_SERIES", "Kind", "Series", "SeriesFile", "mean_of", "on_one_axis", "sample", "too_many_series"]

MAX_SERIES = 100_000
Kind = Literal["gauge", "counter", "delta", "unknown"]
"""counter: only grows, and starts again from 0. delta: what was counted since the sample before (its rate is `values` already)."""


@dataclass(slots=True, eq=False)
class Series:
    """times: seconds since 1970 UTC, increasing. values: one for each, nan where there was none (or it was infinite).

    family  another name that it goes by: of a counter `http_requests_total`, `http_requests`.
    unit    as the format says it, "" where it does not.
    locate  the place of a sample in the file.
    """

    name: str
    labels: Mapping[str, str]
    times: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))
    kind: Kind = "unknown"
    unit: str = ""
    family: str = ""
    locate: Callable[[int], Span | None] = lambda i: None

    @property
    def title(self) -> str:
        """`name{label="value"}`: what selects it, as a selector is written."""
        inside = ", ".join(f'{k}="{v.translate(_ESCAPED)}"' for k, v in sorted(self.labels.items()))
        return f"{self.name}{{{inside}}}" if inside or not self.name else self.name


_ESCAPED = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n"})


def too_many_series(line: int = 1) -> SheetFault:
    return SheetFault(f"the file has more than {MAX_SERIES:,} series.", "Export those that the case names.", "FB056", line)


@dataclass(slots=True)
class SeriesFile:
    """What a file holds. notes: what of it is not read, each a sentence."""

    series: list[Series] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def sample(text: str) -> float | None:
    """A value written as a text: a plain number, or NaN, Inf, +Inf, -Inf in any case (their sign kept); None for anything else."""
    word = text.lower().lstrip("+")
    if word in ("nan", "inf", "-inf", "infinity", "-infinity"):
        return float(word)
    if "_" in text or not text.isascii() or text != text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        return None


def mean_of(total: Series, count: Series, name: str) -> Series:
    """The mean of what was observed between each two samples, from a running sum and a running count: (s - s0) / (n - n0).

    nan where nothing was observed. After a reset both count from 0 again.
    """
    sums = dict(zip(total.times, total.values, strict=True))
    out = Series(name, count.labels, kind="gauge", unit=total.unit, locate=count.locate)
    s0, n0 = math.nan, math.nan
    for t, n in zip(count.times, count.values, strict=True):
        s = sums.get(t, math.nan)
        if n < n0:
            s0, n0 = 0.0, 0.0
        out.times.append(t)
        out.values.append((s - s0) / (n - n0) if n > n0 else math.nan)
        if s == s and n == n:
            s0, n0 = s, n
    return out


def on_one_axis(
    columns: Sequence[Sequence[tuple[array[float], array[float]]]], joins: Sequence[str]
) -> tuple[array[float], list[array[float]]]:
    """The union of all times, and each column on it. A column of several series is joined where every one of them has a sample.

    joins: for each column sum, mean, max or min, or "" for a column of one series.
    """
    import numpy as np

    times = np.unique(np.concatenate([np.frombuffer(ts) for column in columns for ts, _ in column]))
    out = []
    for column, join in zip(columns, joins, strict=True):
        joined = None
        for ts, vs in column:
            cells = np.full(len(times), np.nan)
            cells[np.searchsorted(times, np.frombuffer(ts))] = np.frombuffer(vs)
            how = {"max": np.maximum, "min": np.minimum}.get(join, np.add)  # nan where one of them is
            joined = cells if joined is None else how(joined, cells)
        assert joined is not None
        out.append(array("d", (joined / len(column) if join == "mean" else joined).tobytes()))
    return array("d", times.tobytes()), out
