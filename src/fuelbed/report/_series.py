"""A hidden state over time: its middle and where it lies, and under it what was measured, on one axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.shown import counted, per_cent
from fuelbed.report._boundary import ticks as round_numbers
from fuelbed.report._clock import Clock, clock
from fuelbed.report._strips import Stretch, finite, stretch
from fuelbed.report._timeline import Ticks, axis_ticks
from fuelbed.report.numbers import number, quantity

__all__ = ["Curve", "Series", "series"]

_HIGH, _SIDE, _PAD = 170.0, 48.0, 8.0  # pixels of the state, of what was measured, and above and below either
_WIDE = 1000
_SEEN, _ROWS, _POINTS = 6, 12, 480  # strips under it, rows in numbers, points of a path
_CUT = 10.0  # an upper end beyond this many times the greatest middle is cut there, and says so


@dataclass(frozen=True, slots=True)
class Curve:
    """`line` and `band` are paths 1000 wide; `labels`: (pixels, number) at the left; `aside`: marks in per cent."""

    id: str
    label: str
    unit: str
    height: float
    line: str
    band: str
    labels: tuple[tuple[float, str], ...]
    aside: tuple[float, ...]
    said: str
    cut: str
    points: tuple[tuple[float, float | None], ...]


@dataclass(frozen=True, slots=True)
class Series:
    main: Curve
    seen: tuple[Curve, ...]
    trigger: Stretch | None
    clock: Clock
    ticks: Ticks
    words: str
    cover: str
    more: str
    table: Table

    @property
    def span(self) -> tuple[float, float]:
        return self.clock.low, self.clock.high


def _n(v: float) -> str:
    return f"{v:.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class _Frame:
    """Numbers from `low` to `high` on `height` pixels."""

    clock: Clock
    low: float
    high: float
    height: float

    def point(self, t: float, v: float) -> str:
        v = min(self.high, max(self.low, v))
        y = _PAD + (self.height - 2 * _PAD) * (self.high - v) / (self.high - self.low)
        return f"{_n(_WIDE / 100 * self.clock.share(t))} {_n(y)}"

    def line(self, points: Sequence[tuple[float, float | None]]) -> str:
        """Straight from point to point, with a gap where there is none; a point alone is a dot."""
        runs: list[list[str]] = [[]]
        for t, v in points:
            if v is None:
                runs.append([])
            else:
                runs[-1].append(self.point(t, v))
        return "".join("M" + "L".join(r) + ("h0" if len(r) == 1 else "") for r in runs if r)

    def labels(self, about: int) -> tuple[tuple[float, str], ...]:
        found = [t for t in round_numbers(self.low, self.high, about) if self.low <= t <= self.high]
        return tuple((float(self.point(self.clock.low, t).split()[1]), number(t)) for t in found)


def _frame(values: Sequence[float], of: Clock, height: float) -> _Frame:
    """From 0 where nothing lies below it."""
    low, high = min([0.0, *values]), max([0.0, *values])
    return _Frame(of, low, high if high > low else low + 1.0, height)


def _main(data: Mapping[str, Any], of: Clock) -> Curve:
    rows = _rows(data)
    middles = [v for _, v, _, _ in rows]
    greatest, top = max(middles, default=0.0), max((h for *_, h in rows), default=0.0)
    cut = top > _CUT * greatest > 0
    frame = _frame(
        [*middles, *(low for _, _, low, _ in rows), *(min(h, _CUT * greatest) if cut else h for *_, h in rows)], of, _HIGH
    )
    edge = [frame.point(t, h) for t, _, _, h in rows] + [frame.point(t, low) for t, _, low, _ in reversed(rows)]
    unit = str(data.get("unit") or "")
    said = ""
    if rows:
        t, v, low, high = max(rows, key=lambda r: r[1])
        said = f"most {quantity(v, low, high, 'plain', unit)} at {of.at(t)}"
    words = f"The upper end is cut at {number(frame.high)}; it goes to {number(top)}." if cut else ""
    aside = tuple(of.share(t) for t in (finite(x) for x in data.get("aside") or ()) if t is not None)
    return Curve(str(data.get("state", "")), str(data.get("label") or data.get("state") or ""), unit, _HIGH,
                 frame.line([(t, v) for t, v, _, _ in rows]), "M" + "L".join(edge) + "Z" if len(rows) > 1 else "", frame.labels(4), aside,
                 said, words, tuple((t, v) for t, v, _, _ in rows))  # fmt: skip  # one record


def _rows(data: Mapping[str, Any]) -> list[tuple[float, float, float, float]]:
    """(time, middle, low, high), in order, all finite."""
    out = []
    for p in data.get("points", ()):
        t, v, low, high = (finite(x) for x in p[:4])
        if t is not None and v is not None and all(map(math.isfinite, (t, v))):
            low = v if low is None or not math.isfinite(low) else low
            out.append((t, v, min(v, low), max(v, high if high is not None and math.isfinite(high) else v)))
    return sorted(out)[:_POINTS]


def _measured(data: Mapping[str, Any], of: Clock) -> Curve:
    points = []
    for p in data.get("points", ())[:_POINTS]:
        t, v = finite(p[0]), finite(p[1])
        if t is not None and math.isfinite(t):
            points.append((t, v if v is not None and math.isfinite(v) else None))
    points.sort(key=lambda p: p[0])
    frame = _frame([v for _, v in points if v is not None], of, _SIDE)
    label = str(data.get("label") or data["id"])
    return Curve(
        str(data["id"]),
        label,
        str(data.get("unit") or ""),
        _SIDE,
        frame.line(points),
        "",
        frame.labels(2),
        (),
        "",
        "",
        tuple(points),
    )


def _span(data: Mapping[str, Any]) -> list[float]:
    times = [t for t, *_ in _rows(data)]
    times += [
        t
        for s in data.get("seen") or ()
        for t in (finite(p[0]) for p in s.get("points", ()))
        if t is not None and math.isfinite(t)
    ]
    return [min(times, default=0.0), max(times, default=0.0)]


def _table(data: Mapping[str, Any], of: Clock, seen: Sequence[Curve]) -> Table:
    """A few rows, the one of the greatest middle among them."""
    rows = _rows(data)
    every = max(1, math.ceil(len(rows) / _ROWS))
    kept = sorted({*rows[::every], *rows[-1:], *([max(rows, key=lambda r: r[1])] if rows else [])})
    near = [dict(s.points) for s in seen]
    unit = str(data.get("unit") or "")
    cells = tuple(
        (
            Cell(of.at(t)),
            Cell(quantity(v, low, high, "plain", unit)),
            *(Cell("" if (x := m.get(t)) is None else number(x)) for m in near),
        )
        for t, v, low, high in kept
    )
    heads = [Column("when", "When"), Column("state", str(data.get("label") or data.get("state") or ""))]
    heads += [Column(f"seen_{i}", s.label) for i, s in enumerate(seen)]
    return Table("series_rows", "The same in numbers", tuple(heads), cells)


def series(data: Mapping[str, Any]) -> Series:
    """A `series` picture: the state, what it rests on, and one axis of time."""
    of = clock({"start": data.get("start"), "zone": data.get("zone") or "UTC", "span": _span(data)})
    given = list(data.get("seen") or ())
    seen = tuple(_measured(s, of) for s in given[:_SEEN])
    more = counted(len(given) - len(seen), "measurement") if len(given) > len(seen) else ""
    cover = finite(data.get("cover"))
    odds = f"{per_cent(cover)} %" if cover is not None else "unknown"
    return Series(
        _main(data, of), seen, stretch(data.get("trigger"), of), of, axis_ticks(of), of.words, odds, more, _table(data, of, seen)
    )
