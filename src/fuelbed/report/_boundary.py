"""The boundary picture as plain numbers and words, for every format: curves of the least push that stays down, over the load."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from fuelbed.report.numbers import number, quantity

__all__ = ["Chart", "Curve", "Dial", "Mark", "amount", "at", "band_at", "chart", "load_words", "now_words", "rows", "said", "size_words",
           "ticks"]  # fmt: skip  # one table

Point = tuple[float, float | None]
_SAME = 2e-3  # of the height: curves that are nearer than this everywhere lie on one another, less than a pixel apart
_EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Curve:
    """`points` (load, size or None where no push that was looked at stays down), by load; `same`: the earlier curve it lies on;
    `now`: its size at today's load where that was computed for itself, as (size or None,), else ()."""

    id: str
    label: str
    points: tuple[Point, ...]
    same: int | None = None
    now: tuple[float | None, ...] = ()

    @property
    def nowhere(self) -> bool:
        """No push that was looked at stays down, at any load."""
        return all(y is None for _, y in self.points)


@dataclass(frozen=True, slots=True)
class Mark:
    id: str
    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Dial:
    """The slider: boundaries over `xs` at increasing `values` of one parameter, `steps` of it from end to end, today's place among them."""

    parameter: str
    label: str
    unit: str
    values: tuple[float, ...]
    today: float
    xs: tuple[float, ...]
    curves: tuple[tuple[float | None, ...], ...]
    error: float
    steps: int

    @property
    def place(self) -> int:
        return round(self.steps * self.share)

    @property
    def share(self) -> float:
        low, high = self.values[0], self.values[-1]
        return min(1.0, max(0.0, (self.today - low) / (high - low)))


@dataclass(frozen=True, slots=True)
class Chart:
    """What every format draws from; loads run from `low` to `high`, sizes from 0 to `top`; `most` is the greatest size looked at."""

    x_label: str
    x_unit: str
    y_label: str
    low: float
    high: float
    top: float
    most: float
    curves: tuple[Curve, ...]
    band: tuple[tuple[float, float | None, float | None], ...]
    marks: tuple[Mark, ...]
    spread: tuple[float, float] | None
    dial: Dial | None

    @property
    def today(self) -> float | None:
        """Today's load: that of the mark without a push, else of any."""
        return next((m.x for m in sorted(self.marks, key=lambda m: m.y)), None)

    @property
    def drawn(self) -> tuple[tuple[int, Curve], ...]:
        """Curves with a line of their own."""
        return tuple((i, c) for i, c in enumerate(self.curves) if c.same is None and not c.nowhere)


def _finite(v: Any) -> float | None:
    return float(v) if isinstance(v, (int, float)) and math.isfinite(v) else None


def _points(pairs: Sequence[Sequence[Any]]) -> tuple[Point, ...]:
    found = {x: _finite(p[1]) for p in pairs if (x := _finite(p[0])) is not None}
    return tuple(sorted(found.items()))


def _alike(a: Curve, b: Curve, near: float) -> bool:
    if [x for x, _ in a.points] != [x for x, _ in b.points]:
        return False
    both = [(y, z) for (_, y), (_, z) in zip(a.points, b.points, strict=True)]
    return all((y is None) == (z is None) and (y is None or z is None or abs(y - z) <= near) for y, z in both)


def _curves(given: Sequence[Mapping[str, Any]], near: float) -> tuple[Curve, ...]:
    out: list[Curve] = []
    for c in given:
        now = (_finite(c["now"]),) if "now" in c else ()
        curve = Curve(str(c["id"]), str(c.get("label") or c["id"] or "today"), _points(c["points"]), None, now)
        same = next((i for i, o in enumerate(out) if o.same is None and not o.nowhere and _alike(o, curve, near)), None)
        out.append(replace(curve, same=same))
    return tuple(out)


def _dial(s: Mapping[str, Any] | None) -> Dial | None:
    """None where there is nothing to move: fewer than two values, or today's value unknown."""
    if not s:
        return None
    known = {v: tuple(map(_finite, row)) for v, row in zip(map(_finite, s["values"]), s["curves"], strict=True) if v is not None}
    today = _finite(s.get("today"))
    xs = tuple(x for x in map(_finite, s["xs"]) if x is not None)
    values = tuple(sorted(known))
    if len(values) < 2 or today is None or not xs or any(len(row) != len(xs) for row in known.values()):
        return None
    whole = not s.get("unit") and all(v.is_integer() for v in (*values, today))
    steps = round(values[-1] - values[0]) if whole and values[-1] - values[0] <= 500 else 120
    name = str(s["parameter"])
    return Dial(name, str(s.get("label") or name), str(s.get("unit", "")), values, today, xs, tuple(known[v] for v in values),
                _finite(s.get("error")) or 0.0, steps)  # fmt: skip  # one record


def chart(data: Mapping[str, Any]) -> Chart:
    """Read the data of a `boundary` picture; anything without a finite number is left out, and a range of no width is widened."""
    x, y = data["x"], data["y"]
    most = _finite(data.get("most")) or 1.0
    top = _finite(y.get("high")) or 0.0
    top = top if top > 0 else max(1.5, most)
    low, high = _finite(x.get("low")) or 0.0, _finite(x.get("high")) or 0.0
    if not high > low:
        low, high = low - 0.5 * (abs(low) or 1.0), low + 0.5 * (abs(low) or 1.0)
    marks = [
        Mark(str(m["id"]), str(m.get("label") or m["id"]), a, b)
        for m in data.get("marks", [])
        if (a := _finite(m["x"])) is not None and (b := _finite(m["y"])) is not None and low <= a <= high and 0 <= b <= top
    ]
    ends = [v for v in map(_finite, data.get("spread") or []) if v is not None]
    spread = (max(low, ends[0]), min(high, ends[1])) if len(ends) == 2 and ends[0] < ends[1] else None
    given = data["curves"]
    band = tuple((v, _finite(a), _finite(b)) for v, a, b in (given[0].get("band", []) if given else []) if _finite(v) is not None)
    curves = _curves(given, _SAME * top)
    return Chart(str(x["label"]), str(x.get("unit", "")), str(y["label"]), low, high, top, most, curves, band, tuple(marks), spread,
                 _dial(data.get("slider")))  # fmt: skip  # one record


def at(points: Sequence[Point], x: float) -> float | None:
    """The size at load `x`: between two points straight; beside a point without one, that of the nearer point; None where none."""
    if not points or not points[0][0] <= x <= points[-1][0]:
        return None
    if len(points) == 1:
        return points[0][1]
    (x0, y0), (x1, y1) = next(((a, b) for a, b in pairwise(points) if a[0] <= x <= b[0]))
    share = (x - x0) / (x1 - x0)
    if y0 is None or y1 is None:
        return y0 if share < 0.5 else y1
    return y0 + share * (y1 - y0)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten within the range, at most `about` + 1 of them."""
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= raw * (1 - _EXACT))
    first, last = math.ceil(low / step - _EXACT), math.floor(high / step + _EXACT)
    return [i * step for i in range(first, last + 1)]


def amount(x: float, unit: str = "") -> str:
    """A number with its unit: `0.3 seconds`, `1 second`."""
    return quantity(x, kind="plain", unit=unit)


def said(c: Chart, k: Curve, here: str = " at today’s load") -> str:
    """What the legend says of a curve: that it is another's, that it is nowhere, or its size today and where it has none."""
    if k.same is not None:
        return "same as " + (c.curves[k.same].label if k.same else "today")
    if k.nowhere:
        return f"{size_words(None, c.most)}, at any load here" if k.points else "not known"
    now = now_words(c, k)
    return "; ".join(x for x in (f"{now}{here}" if now else "", _beyond(k, c.most)) if x)


def load_words(c: Chart) -> str:
    return f"`{c.x_label}`" + (f", {c.x_unit}" if c.x_unit else "")


def size_words(y: float | None, most: float) -> str:
    """A size in pushes as declared, in words."""
    if y is None:
        return f"none up to {number(most)} times"
    return "no push is needed" if y == 0 else f"{number(y)} times the push"


def _sized(y: float) -> str:
    """As `number`, but near 1 with the digits that keep it apart from the push as declared."""
    return f"{y:.2f}".rstrip("0").rstrip(".") if 0.9 < y < 1.1 else number(y)


def now_words(c: Chart, k: Curve) -> str:
    """The size at today's load: as it was computed, else about, between the loads of the curve; empty where today's is not among them."""
    if k.now:
        return f"{_sized(k.now[0])} times the push" if k.now[0] else size_words(k.now[0], c.most)
    if c.today is None or not k.points or not k.points[0][0] <= c.today <= k.points[-1][0]:
        return ""
    size = at(k.points, c.today)
    return f"about {size_words(size, c.most)}" if size else size_words(size, c.most)


def _beyond(k: Curve, most: float) -> str:
    """At which loads no push stays down, where it does at others: `none up to 4 times below a load of 12`."""
    xs, none = [x for x, y in k.points if y is not None], [x for x, y in k.points if y is None]
    if not xs or not none:
        return ""
    where = (
        f"below a load of {number(xs[0])}"
        if none[-1] < xs[0]
        else f"above a load of {number(xs[-1])}"
        if none[0] > xs[-1]
        else "at some loads"
    )
    return f"{size_words(None, most)} {where}"


def band_at(c: Chart, x: float) -> str:
    """The range of today's boundary at a load of the band: `(1.2..2.3)`; empty where there is none, or where its ends read the same."""
    found = next(((a, b) for v, a, b in c.band if abs(v - x) <= _EXACT * max(1.0, abs(x))), None)
    if found is None or found[0] is None:
        return ""
    low, high = number(found[0]), "" if found[1] is None else number(found[1])
    return "" if low == high else f"({low}..{high})" if high else f"(from {low}, open above)"


def rows(c: Chart, many: int = 6) -> list[tuple[float, list[float | None], bool]]:
    """About `many` computed loads, where there is a band of those that have it, with the size of every curve there, and whether it
    is the computed load nearest to today's."""
    xs = [x for x, _ in c.curves[0].points] if c.curves else []
    if not xs:
        return []
    ranged = [i for i, x in enumerate(xs) if any(abs(v - x) <= _EXACT * max(1.0, abs(x)) for v, _, _ in c.band)]
    able = ranged if len(ranged) >= many else list(range(len(xs)))
    picked = {able[round(i * (len(able) - 1) / max(1, many - 1))] for i in range(many)}
    nearest = -1
    if c.today is not None:
        today = c.today
        nearest = min(range(len(xs)), key=lambda i: abs(xs[i] - today))
        inner = picked - {0, len(xs) - 1, nearest}
        if nearest not in picked and inner:
            picked.remove(min(inner, key=lambda i: abs(i - nearest)))
        picked.add(nearest)
    return [(xs[i], [at(k.points, xs[i]) for k in c.curves], i == nearest) for i in sorted(picked)]
