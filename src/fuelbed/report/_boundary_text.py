"""The boundary in a terminal: a small plot of characters, then one line a curve."""

from __future__ import annotations

from collections.abc import Sequence

from fuelbed.core.blocks import Picture
from fuelbed.report._boundary import Chart, Curve, Mark, amount, at, chart, said, ticks
from fuelbed.report._columns import clean
from fuelbed.report._page import Page
from fuelbed.report.numbers import number

__all__ = ["write_boundary"]

_WIDE, _HIGH = 78, 9  # columns of the whole plot, rows of its inside
_LEFT = 7  # columns of the sizes and their axis
_LETTERS = "abcdefghijklmnopqrstuvwxyz"  # an action item each; today is `*`
_TODAY, _DOWN, _ONE, _ABOVE = "*", ":", ".", "^"


def _sign(i: int) -> str:
    return _TODAY if i == 0 else _LETTERS[(i - 1) % len(_LETTERS)]


def _row(size: float, c: Chart) -> int:
    """0 is the upper row."""
    return round((_HIGH - 1) * (1 - size / c.top))


def _loads(c: Chart, wide: int) -> list[float]:
    return [c.low + (c.high - c.low) * i / (wide - 1) for i in range(wide)]


def _column(x: float, c: Chart, wide: int) -> int:
    return round((wide - 1) * (x - c.low) / (c.high - c.low))


def _draw(grid: list[list[str]], k: Curve, sign: str, c: Chart) -> None:
    """One character a column, and more where the curve is steep."""
    before: int | None = None
    for i, x in enumerate(_loads(c, len(grid[0]))):
        inside = bool(k.points) and k.points[0][0] <= x <= k.points[-1][0]
        size = at(k.points, x)
        if size is None or size > c.top or not inside:
            before = None
            continue
        row = _row(size, c)
        for r in range(min(row, row if before is None else before + 1), max(row, row if before is None else before - 1) + 1):
            grid[r][i] = sign
        before = row


def _plot(c: Chart, wide: int) -> list[str]:
    """The inside of the plot, upper row first: today's region, the size as declared, curves with today's on top, marks."""
    grid = [[" "] * wide for _ in range(_HIGH)]
    one = _row(1.0, c) if c.top >= 1 else None
    if c.curves:
        points = c.curves[0].points
        for i, x in enumerate(_loads(c, wide)):
            size = at(points, x)
            for r in range(_HIGH if size is None else _row(size, c)):
                if size is not None:
                    grid[r][i] = _DOWN
    if one is not None:
        grid[one] = [_ONE if ch == " " else ch for ch in grid[one]]
    for i, k in reversed(c.drawn):
        _draw(grid, k, _sign(i), c)
    if c.spread and one is not None:
        a, b = (_column(x, c, wide) for x in c.spread)
        grid[one][a : b + 1] = ["├", *"─" * (b - a - 1), "┤"][: b + 1 - a]
    for m in c.marks:
        grid[_row(m.y, c)][_column(m.x, c, wide)] = _mark(m)
    return ["".join(row) for row in grid]


def _mark(m: Mark) -> str:
    return "○" if m.y == 0 else "◆" if m.id == "push" else "◇"


def _scale(c: Chart, wide: int) -> str:
    """Loads under the plot; one that would touch its neighbour is left out."""
    line = [" "] * (wide + 4)
    free = 0
    for t in ticks(c.low, c.high, 5):
        text = number(t)
        start = max(0, min(_column(t, c, wide) - len(text) // 2, len(line) - len(text)))
        if start >= free:
            line[start : start + len(text)] = text
            free = start + len(text) + 2
    return "".join(line).rstrip()


def _labels(c: Chart) -> dict[int, str]:
    shown = {_row(t, c): number(t) for t in ticks(0.0, c.top, 4)}
    return shown | ({_row(1.0, c): "1"} if c.top >= 1 else {})


def _legend(c: Chart, page: Page) -> None:
    today = f" at today's load, {amount(c.today, c.x_unit)}" if c.today is not None else ""
    page.wrap(f"Least size that stays down{today}:", " ", "   ", "muted")
    for i, k in enumerate(c.curves):
        sign = _ABOVE if k.nowhere else _sign(i if k.same is None else k.same)
        page.wrap(f"{k.label}: {said(c, k, '')}", f"  {sign} ", "      ")


def _signs(c: Chart) -> str:
    """What the characters of the plot are."""
    words = [f"{_DOWN} stays down today" if c.curves and not c.curves[0].nowhere else ""]
    words += [f"{_mark(m)} {m.label}" for m in c.marks]
    words += [f"├─┤ loads of the real system, {number(c.spread[0])} to {number(c.spread[1])}"] if c.spread and c.top >= 1 else []
    return "; ".join(w for w in words if w)


def write_boundary(b: Picture, page: Page) -> None:
    """Everything in a full report; a summary says it in words."""
    c = chart(b.data)
    if page.full:
        page.head(b.title)
    if not page.full or not any(k.points for k in c.curves):
        page.wrap(b.alt, " ", "   ")
        return
    page.wrap(c.y_label, " ", "   ", "muted")
    wide = min(_WIDE, page.width) - _LEFT - 4
    labels = _labels(c)
    lines: Sequence[str] = _plot(c, wide)
    for i, line in enumerate(lines):
        edge = "└" if i == _HIGH - 1 else "│"
        body = "".join("─" if i == _HIGH - 1 and ch == " " else ch for ch in line)
        page.lines.append(f"{labels.get(i, ''):>{_LEFT - 1}}{edge}{body}".rstrip())
    page.lines.append(" " * _LEFT + _scale(c, wide))
    unit = f", {c.x_unit}" if c.x_unit else ""
    page.wrap(f"{clean(c.x_label)}{unit}. {_signs(c)}", " ", "   ", "muted")
    _legend(c, page)
