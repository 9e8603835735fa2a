"""Strips: how far an invariant was from breaking over time, as numbers and words that every format draws from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from fuelbed.report._clock import Clock, lasting
from fuelbed.report.numbers import number, quantity

__all__ = ["BUCKETS", "Bucket", "Scale", "Stretch", "Strip", "buckets", "finite", "scale", "steps", "stretch", "strip", "strips",
           "thinned"]  # fmt: skip  # one table

WIDE = 1000  # units of a path along the time
BUCKETS = 240  # steps of a drawn path; more are taken together, least and greatest kept
HEIGHT, PAD = 56.0, 6.0  # of a strip, and above and below its numbers, in pixels
_CUT = 8.0  # a side that reaches this many times as far as the broken one is cut there, and says so
_TICK = 0.004  # of the axis: a row that stands for itself
_TOLD = 2  # stretches that are told with their times

Bucket = tuple[float, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From and to in per cent of the axis, and in words."""

    x: float
    end: float
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers to pixels; `cut` where greater numbers than `high` are drawn at the upper edge, and how great they get."""

    low: float
    high: float
    cut: float | None
    height: float = HEIGHT

    def y(self, v: float) -> float:
        v = min(self.high, max(self.low, v))
        return PAD + (self.height - 2 * PAD) * (self.high - v) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Strip:
    """`path`: least to greatest robustness as steps; `labels`: (pixels, number) at its left; `state`: `broken`, `open` or `held`;
    `alone`: rows stand for themselves, nothing is known between them."""

    id: str
    label: str
    formula: str
    unit: str
    path: str
    scale: Scale
    labels: tuple[tuple[float, str], ...]
    violations: tuple[Stretch, ...]
    undecided: tuple[Stretch, ...]
    worst: tuple[float, float] | None
    state: str
    said: str
    cut: str
    points: tuple[Bucket, ...]
    alone: bool = False


def finite(v: Any) -> float | None:
    """A number, infinite ones too; None for anything else and for not-a-number."""
    return float(v) if isinstance(v, (int, float)) and not isinstance(v, bool) and not math.isnan(v) else None


def buckets(given: Iterable[Sequence[Any]]) -> list[Bucket]:
    """Sorted by time; a bucket without both ends is a hole."""
    out: list[Bucket] = []
    for p in given:
        t, low, high = finite(p[0]), finite(p[1]), finite(p[2])
        if t is not None and math.isfinite(t):
            known = low is not None and high is not None
            out.append((t, low if known else None, high if known else None))
    return sorted(out, key=lambda b: b[0])


def thinned(points: Sequence[Bucket], most: int = BUCKETS) -> list[Bucket]:
    """At most `most` buckets: neighbours are taken together, with the least and the greatest of them."""
    each = max(1, math.ceil(len(points) / most))
    out = []
    for i in range(0, len(points), each):
        group = points[i : i + each]
        lows, highs = [b[1] for b in group if b[1] is not None], [b[2] for b in group if b[2] is not None]
        out.append((group[0][0], min(lows) if lows else None, max(highs) if highs else None))
    return out


def scale(points: Sequence[Bucket], height: float = HEIGHT) -> Scale:
    """Zero is always on it. Where the invariant broke, what is kept far better is cut so that the break can be seen."""
    values = [v for _, a, b in points for v in (a, b) if v is not None and math.isfinite(v)]
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        return Scale(-1.0, 1.0, None, height)
    endless = any(b is not None and math.isinf(b) and b > 0 for _, _, b in points)
    if low < 0 and high > _CUT * -low:
        return Scale(low, _CUT * -low, math.inf if endless else high, height)
    return Scale(low, high, math.inf if endless else None, height)


def _n(v: float) -> str:
    return f"{v:.1f}".removesuffix(".0")


def _runs(points: Sequence[Bucket], end: float, most: float = math.inf) -> list[list[tuple[float, float, float, float]]]:
    """Stretches without a hole, as (from, to, low, high); a bucket lasts until the next but `most` at most, the
    last of all as long as most of them do."""
    usual = median([b[0] - a[0] for a, b in pairwise(points)]) if len(points) > 1 else end
    runs: list[list[tuple[float, float, float, float]]] = [[]]
    for i, (t, low, high) in enumerate(points):
        if low is None or high is None:
            runs.append([])
            continue
        until = points[i + 1][0] if i + 1 < len(points) else min(end, t + usual)
        runs[-1].append((t, max(t, min(until, t + most)), low, high))
        if until > t + most:
            runs.append([])
    return [r for r in runs if r]


def steps(points: Sequence[Bucket], clock: Clock, of: Scale, most: float = math.inf) -> str:
    """The band from least to greatest as a path of steps, closed for each stretch without a hole."""
    out = ""
    for run in _runs(points, clock.high, most):
        x = [_n(WIDE / 100 * clock.share(t)) for t in (*(a for a, *_ in run), run[-1][1])]
        tops, bottoms = [_n(of.y(h)) for *_, h in run], [_n(of.y(low)) for _, _, low, _ in run]
        out += f"M{x[0]} {tops[0]}" + _edge(x[1:], tops) + f"V{bottoms[-1]}" + _edge(x[-2::-1], bottoms[::-1]) + "Z"
    return out


def _edge(ends: Sequence[str], heights: Sequence[str]) -> str:
    """Along one edge: to each end at its height; steps of one height are one line."""
    out = ""
    for i, (x, y) in enumerate(zip(ends, heights, strict=True)):
        if i + 1 < len(heights) and heights[i + 1] == y:
            continue
        out += f"H{x}" + (f"V{heights[i + 1]}" if i + 1 < len(heights) else "")
    return out


def _stretches(pairs: Iterable[Sequence[Any]], clock: Clock) -> tuple[Stretch, ...]:
    out = []
    for p in pairs:
        a, b = finite(p[0]), finite(p[1])
        if a is not None:
            b = clock.high if b is None else b
            out.append(Stretch(clock.share(a), clock.share(b), clock.between(a, b)))
    return tuple(out)


def stretch(given: Sequence[Any] | None, clock: Clock) -> Stretch | None:
    """A trigger [from, to or null]; without an end it is a moment. None where it is not given."""
    a, b = (finite(x) for x in given) if given else (None, None)
    if a is None:
        return None
    return Stretch(clock.share(a), clock.share(a if b is None else b), clock.at(a) if b is None else clock.between(a, b))


def _told(pairs: Sequence[Sequence[Any]], clock: Clock) -> str:
    known = [(float(a), None if b is None else float(b)) for a, b in pairs]
    told = [clock.between(a, b) + (f" ({lasting(b - a)})" if b is not None and b > a else "") for a, b in known[:_TOLD]]
    more = f" and {len(known) - _TOLD} more" if len(known) > _TOLD else ""
    return ", ".join(told) + more


def _undecided(pairs: Sequence[Sequence[Any]], clock: Clock) -> str:
    share = sum(max(0.0, clock.share(clock.high if b is None else float(b)) - clock.share(float(a))) for a, b in pairs)
    if not pairs:
        return ""
    return f"not decided {_told(pairs, clock)}" if len(pairs) <= _TOLD else f"not decided for {number(share)} % of the time"


def _said(data: Mapping[str, Any], clock: Clock, state: str) -> str:
    parts = []
    if state == "broken":
        parts.append(f"broken {_told(data['violations'], clock)}")
        worst = data.get("worst")
        value = finite(worst[1]) if worst else None
        parts += (
            [f"at worst {quantity(value, kind='plain', unit=str(data.get('unit') or ''))} at {clock.at(float(worst[0]))}"]
            if worst and value is not None
            else []
        )
    else:
        parts.append("held where it could be decided" if state == "open" else "held throughout")
    parts += [u] if (u := _undecided(data.get("undecided", ()), clock)) else []
    return "; ".join(parts)


def _cut(of: Scale, unit: str) -> str:
    """What the drawing leaves out at its upper edge, in words."""
    unit = f" {unit}" if unit else ""
    known = of.cut is not None and math.isfinite(of.cut)
    return f"drawn up to {number(of.high)}{unit}; it went to {number(of.cut or 0.0)}{unit}" if known else ""


def strip(data: Mapping[str, Any], clock: Clock) -> Strip:
    """One entry of `strips`."""
    points = buckets(data["points"])
    of = scale(points)
    broken, undecided = data.get("violations", ()), data.get("undecided", ())
    state = "broken" if broken else "open" if undecided or all(b[1] is None for b in points) else "held"
    labels = [(of.y(0.0), "0")]
    for v in (of.high, of.low):
        if v != 0 and all(abs(of.y(v) - y) >= 12 for y, _ in labels):
            labels.append((of.y(v), ("+" if v > 0 else "") + number(v)))
    worst = data.get("worst")
    place = None
    if broken and worst and finite(worst[1]) is not None:
        place = (clock.share(float(worst[0])), of.y(float(worst[1])))
    said = _said(data, clock, state)
    words = str(data.get("label") or data["id"])
    # where a break lasts no time, only the rows themselves are known: each is a short tick
    alone = any(b is not None and b <= a for a, b in broken)
    path = steps(thinned(points), clock, of, _TICK * clock.span if alone else math.inf)
    return Strip(str(data["id"]), words, str(data.get("formula", "")), str(data.get("unit", "")), path, of,
                 tuple(labels), _stretches(broken, clock), _stretches(undecided, clock), place, state, said, _cut(of, str(data.get("unit", ""))), tuple(points),
                 alone)  # fmt: skip  # one record


def strips(given: Sequence[Mapping[str, Any]], clock: Clock) -> tuple[Strip, ...]:
    """Broken ones first, by when they first broke; then those not wholly decided, then those that held."""
    made = [strip(s, clock) for s in given]
    rank = {"broken": 0, "open": 1, "held": 2}
    return tuple(sorted(made, key=lambda s: (rank[s.state], s.violations[0].x if s.violations else 0.0)))
