"""The boundary as a drawing that fits any width: loads in per cent of the width, sizes in pixels of the height, words where there is room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fuelbed.report._boundary import Chart, Curve, Dial, amount, at, chart, load_words, now_words, said, ticks
from fuelbed.report._pictures import script_json
from fuelbed.report.numbers import number

__all__ = ["Entry", "Knob", "Plot", "Word", "plot"]

HEIGHT, PAD = 280, 8  # of the plot, and above and below it, in pixels
_WIDE = 1000  # units of a path along the loads
_PHONE = 290.0  # pixels that the plot is wide on a phone: where words fit there, they fit anywhere
_LETTER, _LINE = 7.4, 15.0  # pixels of a letter and of a line of words
_LOOKS = 6  # dash patterns with a colour each, beside today's line
_SHORT = 16  # letters of a name that stands at its curve; longer ones are numbered
_AWAY = 1e3  # cost of a place outside the plot, on other words or on the wrong side


@dataclass(frozen=True, slots=True)
class Word:
    """`x` in per cent, `y` in pixels, `side` the text's anchor; `look` of its curve or -1."""

    x: float
    y: float
    side: str
    text: str
    kind: str
    curve: int = -1
    look: int = -1


@dataclass(frozen=True, slots=True)
class Entry:
    """Of the legend: the curve it stands for, the curve it lights, its look, its sign in the drawing, its words and what is said."""

    curve: int
    lights: int
    look: int
    sign: str
    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Knob:
    """The slider's words and ends, and the data block for the page's script."""

    name: str
    words: str
    low: str
    high: str
    today: str
    steps: int
    place: int
    mark: float
    error: str
    most: str
    data: str


@dataclass(frozen=True, slots=True)
class Plot:
    height: int
    pad: int
    curves: tuple[tuple[int, int, str], ...]  # number, look, path
    down: str
    ribbon: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    one: float
    words: tuple[Word, ...]
    spread: tuple[float, float] | None
    spread_words: str
    marks: tuple[tuple[str, float, float, str], ...]  # kind, x, y, label
    legend: tuple[Entry, ...]
    today: tuple[float, str] | None
    x_label: str
    y_label: str
    knob: Knob | None


@dataclass(frozen=True, slots=True)
class _Frame:
    """Loads to per cent and to units of a path, sizes to pixels; a size of None is just beyond the greatest that was looked at."""

    c: Chart

    def part(self, x: float) -> float:
        return (x - self.c.low) / (self.c.high - self.c.low)

    def y(self, size: float | None) -> float:
        s = max(self.c.most, self.c.top) if size is None else size
        return PAD + HEIGHT * (1 - s / self.c.top)

    def path(self, points: Sequence[tuple[float, float | None]]) -> str:
        """Straight lines; between two loads without a size there is none."""
        out = ""
        for i, (x, size) in enumerate(points):
            alone = size is None and all(y is None for _, y in points[max(0, i - 1) : i + 2])
            if not alone:
                joined = i > 0 and not (size is None and points[i - 1][1] is None)
                out += f"{'L' if joined and out else 'M'}{self._point(x, size)}"
        return out + "h0" if len(points) == 1 and out else out

    def _point(self, x: float, size: float | None) -> str:
        return f"{_short(_WIDE * self.part(x))} {_short(self.y(size))}"

    def area(self, low: Sequence[tuple[float, float | None]], high: Sequence[tuple[float, float | None]]) -> str:
        if len(low) < 2:
            return ""
        return "M" + "L".join(self._point(x, y) for x, y in [*low, *reversed(high)]) + "Z"

    def samples(self, points: Sequence[tuple[float, float | None]]) -> Iterator[tuple[float, float]]:
        """Places on a curve as a phone shows them, every two or three pixels along the loads."""
        for (x0, a), (x1, b) in pairwise(points):
            if a is None and b is None:
                continue
            u0, u1, v0, v1 = _PHONE * self.part(x0), _PHONE * self.part(x1), self.y(a), self.y(b)
            n = 2 + int(max(abs(u1 - u0) / 3, min(abs(v1 - v0), 2 * HEIGHT) / 6))
            for k in range(n + 1):
                u, v = u0 + (u1 - u0) * k / n, v0 + (v1 - v0) * k / n
                if PAD - 1 <= v <= PAD + HEIGHT + 1:
                    yield u, v


def _short(v: float) -> str:
    return f"{v:.1f}".removesuffix(".0")


Box = tuple[float, float, float, float]  # left, top, right, bottom, as a phone shows them


class _Room:
    """What is drawn already, as (curve or -1, across, down), and the cost of a word on top of it."""

    def __init__(self, dots: Iterable[tuple[int, float, float]]) -> None:
        self.dots, self.taken = list(dots), list[Box]()

    @staticmethod
    def _weight(curve: int, own: int) -> float:
        """A word on another's line would be taken for that line's name."""
        return 4.0 if curve >= 0 and curve != own else 1.0

    def cost(self, box: Box, own: int = -1) -> float:
        left, top, right, bottom = box
        near = [(k, u, v) for k, u, v in self.dots if left - 10 <= u <= right + 10 and top - 8 <= v <= bottom + 8]
        hits = sum(self._weight(k, own) for k, u, v in near if left - 2 <= u <= right + 2 and top <= v <= bottom)
        hits += sum(0.5 for k, _, _ in near if own >= 0 <= k != own)
        outside = left < -1 or right > _PHONE + 1 or top < PAD - 2 or bottom > PAD + HEIGHT - 1
        over = sum(left < r + 4 and right > le - 4 and top < b and bottom > t for le, t, r, b in self.taken)
        return _AWAY * (outside + over) + hits

    def take(self, box: Box) -> None:
        self.taken.append(box)


def _box(u: float, v: float, side: str, text: str) -> Box:
    """`v` is the baseline."""
    wide = _LETTER * len(text)
    left = u if side == "start" else u - wide if side == "end" else u - wide / 2
    return left, v - 12, left + wide, v + 3


def _at_curve(f: _Frame, room: _Room, text: str, curve: Curve, own: int) -> tuple[float, float, str] | None:
    """Beside the curve where nothing else is, near one of its ends, better that which leaves at the top: (per cent, pixels, anchor)."""
    seen = list(f.samples(curve.points))
    if len(curve.points) == 1 and curve.points[0][1] is not None:
        seen = [(_PHONE * f.part(curve.points[0][0]), f.y(curve.points[0][1]))]
    away = [0.0 if curve.points[i][1] is None else 0.2 for i in (0, -1)]
    best: tuple[float, float, float, str] | None = None
    for i, (u, v) in enumerate(seen):
        end = min(away[0] + i / len(seen), away[1] + (len(seen) - 1 - i) / len(seen))
        for du, dv, side in ((6, -6, "start"), (-6, 14, "end"), (6, 14, "start"), (-6, -6, "end")):
            cost = room.cost(_box(u + du, v + dv, side, text), own) + 6 * end
            if best is None or cost < best[0] - 1e-9:
                best = (cost, u + du, v + dv, side)
    if best is None or best[0] >= _AWAY:
        return None
    _, u, v, side = best
    room.take(_box(u, v, side, text))
    return 100 * u / _PHONE, v, side


def _at_top(room: _Room, text: str) -> tuple[float, float, str] | None:
    """Under the upper edge, from the right, where curves are low: a curve that is wholly above the drawing."""
    for row in range(3):
        for i in range(17, 2, -1):
            u, v = _PHONE * i / 20, PAD + 14 + row * _LINE
            if room.cost(box := _box(u, v, "middle", text)) < 1:
                room.take(box)
                return 100 * u / _PHONE, v, "middle"
    return None


def _region(c: Chart, f: _Frame, room: _Room, text: str, above: bool) -> Word | None:
    """A word wholly on its side of today's boundary, as near to its corner as may be."""
    points = c.curves[0].points if c.curves else ()
    best: tuple[float, float, float] | None = None
    for i in range(1, 20):
        for j in range(1, 18):
            u, v = _PHONE * i / 20, PAD + HEIGHT * j / 18
            box = _box(u, v, "middle", text)
            loads = [c.low + (c.high - c.low) * p / _PHONE for p in (box[0], u, box[2])]
            edge = [f.y(at(points, x)) for x in loads]
            right = all(b > box[3] + 4 for b in edge) if above else all(b < box[1] - 4 for b in edge)
            far = (20 - i if above else i) / 20 + (j if above else 18 - j) / 18
            cost = room.cost(box) + _AWAY * (not right) + 2 * far
            if best is None or cost < best[0] - 1e-9:
                best = cost, u, v
    if best is None or best[0] >= _AWAY:
        return None
    room.take(_box(best[1], best[2], "middle", text))
    return Word(100 * best[1] / _PHONE, best[2], "middle", text, "region down" if above else "region back")


def _signs(c: Chart) -> list[str]:
    """What stands at each curve: today, the item's name where all are short, else its number in the legend."""
    names = [k.id for k in c.curves[1:]]
    short = all(len(n) <= _SHORT for n in names)
    return ["today", *(n if short else str(i) for i, n in enumerate(names, 1))]


def _look(i: int) -> int:
    return 0 if i == 0 else 1 + (i - 1) % _LOOKS


def _words(c: Chart, f: _Frame) -> tuple[Word, ...]:
    """The words in the drawing; what finds no room there is in the legend."""
    dots = [(i, u, v) for i, k in c.drawn for u, v in f.samples(k.points)]
    dots += [(-1, _PHONE * f.part(m.x) + a, f.y(m.y) + b) for m in c.marks for a in (-6, 0, 6) for b in (-6, 0, 6)] * 3
    dots += [(-1, u, f.y(1.0)) for u in range(0, int(_PHONE), 12)] if c.top >= 1 else []
    room = _Room(dots)
    out = []
    signs = _signs(c)
    for i, k in sorted(enumerate(c.curves), key=lambda p: not p[1].nowhere):
        if k.same is not None or not k.points:
            continue
        text = signs[i] + (" ↑" if any(y is None for _, y in k.points) else "")
        if place := _at_top(room, text) if k.nowhere else _at_curve(f, room, text, k, i):
            out.append(Word(*place, text, "name", i, _look(i)))
    for text, above in (("stays down", True), ("comes back", False)):
        if c.curves and (word := _region(c, f, room, text, above)):
            out.append(word)
    return tuple(out)


def _legend(c: Chart) -> tuple[Entry, ...]:
    """One entry a curve, with its size at today's load."""
    signs = _signs(c)
    out = []
    for i, k in enumerate(c.curves):
        lights = i if k.same is None else k.same
        out.append(Entry(i, lights, _look(lights), signs[i] if signs[i].isdigit() else "", k.label, said(c, k)))
    return tuple(out)


def _knob(d: Dial | None, c: Chart) -> Knob | None:
    if d is None:
        return None
    frame = {"low": c.low, "high": c.high, "top": c.top, "most": max(c.most, c.top), "height": HEIGHT, "pad": PAD, "wide": _WIDE}
    data = script_json({"values": d.values, "today": d.today, "unit": d.unit, "steps": d.steps, "place": d.place, "xs": d.xs,
                        "curves": d.curves, "frame": frame, "load": c.today, "greatest": c.most,
                        "was": now_words(c, c.curves[0]) if c.curves else ""})  # fmt: skip  # one record
    low, high, today = (amount(v, d.unit) for v in (d.values[0], d.values[-1], d.today))
    error = f"by at most {number(d.error)} times the push" if d.error else "by nothing that shows"
    return Knob(d.parameter, "" if d.label == d.parameter else d.label, low, high, today, d.steps, d.place, 100 * d.share, error,
                number(c.most), data)  # fmt: skip  # one record


def plot(data: dict[str, Any]) -> Plot:
    """The drawing of a `boundary` picture."""
    c = chart(data)
    f = _Frame(c)
    base = c.curves[0].points if c.curves else ()
    down = f.area(base, [(x, None) for x, _ in base])
    ribbon = f.area([(x, a) for x, a, _ in c.band], [(x, b) for x, _, b in c.band])
    ys = [t for t in ticks(0.0, c.top, 4) if abs(f.y(t) - f.y(1.0)) > 13]
    xs = ticks(c.low, c.high, 5)
    spread, spread_words = None, ""
    if c.spread and c.top >= 1:
        spread = (100 * f.part(c.spread[0]), 100 * f.part(c.spread[1]))
        spread_words = f"loads of the real system: {number(c.spread[0])} to {number(c.spread[1])} {c.x_unit}".strip()
    return Plot(
        HEIGHT,
        PAD,
        tuple((i, _look(i), f.path(k.points)) for i, k in c.drawn),
        down,
        ribbon,
        tuple((100 * f.part(t), number(t)) for t in xs),
        tuple((f.y(t), number(t)) for t in ys),
        f.y(1.0) if c.top >= 1 else -1.0,
        _words(c, f),
        spread,
        spread_words,
        tuple(
            ("origin" if m.y == 0 else "push" if m.id == "push" else "moved", 100 * f.part(m.x), f.y(m.y), m.label)
            for m in c.marks
        ),
        _legend(c),
        (100 * f.part(c.today), number(c.today)) if c.today is not None else None,
        load_words(c),
        c.y_label,
        _knob(c.dial, c),
    )
