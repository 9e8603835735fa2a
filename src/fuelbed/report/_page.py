"""The page of text that the terminal form is written on, and the removal test as it stands there."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from fuelbed.core.blocks import Picture
from fuelbed.core.findings import Finding
from fuelbed.report._columns import WRAPPED, bar, clean, columns, grid, pad, wrap
from fuelbed.report._removal import Row, removal

__all__ = ["Page", "Room", "write_removal"]

_COLORS = {"bad": "31", "good": "32", "muted": "2", "head": "1"}
_WITHOUT = {"trigger": "without this trigger", "condition": "without this condition", "control": "with this control holding"}


@dataclass(frozen=True, slots=True)
class Room:
    """How many of each a summary may show."""

    rows: int
    factors: int
    findings: int
    asks: int
    claims: int
    names: int  # in a row of names, and groups of them
    meets: int  # disagreements told; 0: nothing of where the answers meet
    clauses: bool = False  # of a claim its first clause only, without the explanation after the colon
    grave: int = 2  # findings that are more than notes, or new, which are told even where there is no room for others


class Page:
    """Lines within a width; `paint` is the identity without color. `new`: findings that a baseline does not hold, None without one."""

    def __init__(self, width: int, color: bool, room: Room, full: bool, new: Collection[Finding] | None = None) -> None:
        self.width, self.color, self.room, self.full, self.new = max(40, width), color, room, full, new
        self.lines: list[str] = []

    def paint(self, text: str, tone: str) -> str:
        code = _COLORS.get(tone)
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and code and text.strip() else text

    def cell(self, text: str, width: int, tone: str) -> str:
        """Painted and padded: color does not reach into the spaces."""
        return self.paint(text, tone) + " " * max(0, width - columns(text))

    def gap(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def wrap(self, text: str, indent: str = "", then: str | None = None, tone: str = "") -> None:
        if text.strip():
            self.lines += [self.paint(row, tone) for row in wrap(clean(text), self.width, indent, then)]

    def head(self, text: str) -> None:
        self.gap()
        self.wrap(text, tone="head")


def _effect(r: Row, spans: bool = True) -> str:
    if not r.change:
        return clean(r.text)
    return clean(r.change + (f" ({r.span}{WRAPPED}%)" if spans and r.span else ""))


@dataclass(frozen=True, slots=True)
class _Shape:
    """Columns of one side of the removal test: names, bars (0: none) and effects, with or without their intervals."""

    names: int
    bars: int
    effects: int
    spans: bool
    full: float  # the mark that fills a bar; infinite where no bars are drawn

    @property
    def width(self) -> int:
        return self.names + 1 + self.effects + (self.bars + 1 if self.bars else 0)


def _half(rows: Sequence[Row], shape: _Shape, page: Page) -> list[str]:
    """One column of the removal test: headed groups of rows, each padded to the same width."""
    out: list[str] = []
    for kind, members in groupby(rows, key=lambda r: r.kind):
        group = list(members)
        out.append(page.cell(_WITHOUT.get(kind, kind), shape.width, "muted"))
        for r in group[: page.room.factors]:
            picture = bar(r.mark.value / shape.full, shape.bars) + " " if shape.bars else ""
            effect = pad(_effect(r, shape.spans).replace(WRAPPED, " "), shape.effects, right=not shape.spans)
            out.append(f"{pad(clean(r.id), shape.names)} {picture}{effect}")
        if len(group) > page.room.factors:
            out.append(page.cell(f"and {len(group) - page.room.factors} more", shape.width, "muted"))
    return out


def _shapes(sides: Sequence[Sequence[Row]], width: int, spans: bool, full: float) -> list[_Shape] | None:
    """Both sides in `width` columns, or None; bars take the room that is left."""
    sizes = []
    for side in sides:
        names, effects = max(columns(clean(r.id)) for r in side), max(columns(_effect(r, spans)) for r in side)
        sizes.append((names, max(effects, max(len(_WITHOUT[r.kind]) for r in side) - names - 1)))
    room = width - sum(a + 1 + b for a, b in sizes)
    bars = min(12, room // 2 - 1) if room >= 10 and full < math.inf else 0
    return [_Shape(a, bars, b, spans, full) for a, b in sizes] if room >= 0 else None


def _beside(rows: Sequence[Row], full: float, page: Page) -> bool:
    """Triggers beside conditions and controls, without the intervals where they do not fit; False where nothing fits."""
    sides = [[r for r in rows if r.kind == "trigger"], [r for r in rows if r.kind != "trigger"]]
    if not all(sides):
        return False
    shapes = _shapes(sides, page.width - 2, True, full) or _shapes(sides, page.width - 2, False, full)
    if shapes is None:
        return False
    left, right = (_half(side, shape, page) for side, shape in zip(sides, shapes, strict=True))
    left += [" " * shapes[0].width] * (len(right) - len(left))
    indent = " " * (sum(s.width for s in shapes) + 2 < page.width)
    for i, text in enumerate(left):
        page.lines.append(f"{indent}{text}  {right[i] if i < len(right) else ''}".rstrip())
    return True


def _below(rows: Sequence[Row], full: float, page: Page) -> None:
    """One row a factor; a name that is too long for its column wraps after an underscore."""
    effects = max((columns(_effect(r)) for r in rows), default=0)
    effects = min(effects, page.width // 2)
    names = min(max((columns(clean(r.id)) for r in rows), default=0), max(12, page.width - effects - 12))
    bars = max(4, page.width - names - effects - 4)
    for kind, members in groupby(rows, key=lambda r: r.kind):
        group = list(members)
        page.wrap(_WITHOUT.get(kind, kind), " ", tone="muted")
        for r in group[: page.room.factors]:
            picture = bar(r.mark.value / full, bars)
            page.lines += ["  " + " ".join(cells).rstrip() for cells in grid([clean(r.id), _effect(r)], [names, effects])]
            first = len(page.lines) - max(len(wrap(clean(r.id), names)), len(wrap(_effect(r), effects)))
            page.lines[first] = f"{pad(page.lines[first], 3 + names + effects)} {picture}".rstrip()[: page.width].rstrip()
        if len(group) > page.room.factors:
            page.wrap(f"and {len(group) - page.room.factors} more", "  ", tone="muted")


def _level(rows: Sequence[Row]) -> bool:
    """Whether all bars would be of one length, and so say nothing."""
    lengths = [round(r.mark.value, 6) for r in rows if r.mark.value > 0]
    return len(lengths) > 1 and len(set(lengths)) == 1


def write_removal(b: Picture, page: Page) -> None:
    v = removal(b.data)
    stop = "" if b.title.endswith((".", "?", "!")) else "."
    page.head(f"{b.title}{stop} Today {v.baseline_text} {v.quantity}." if v.numeric else b.title)
    moved = [r for side in v.sides for _, _, rows in side for r in rows]
    full = max([v.baseline.value, *(r.mark.value for r in moved)]) or 1.0
    full = math.inf if _level(moved) else full
    if page.full or not _beside(moved, full, page):
        _below(moved, full, page)
    if v.still:
        kept = v.still if page.full else v.still[: 2 * page.room.factors]
        more = f" and {len(v.still) - len(kept)} more" if len(kept) < len(v.still) else ""
        page.wrap(
            "no change: " + ", ".join(r.id + (f" (but {r.also})" if r.also else "") for r in kept) + more, " ", "   ", "muted"
        )
