"""The margin column of the action table: how far from failing today, and with each item done, as dynamics and threshold computed it."""

from __future__ import annotations

import math

from fuelbed.core.blocks import Cell, Column, Tone
from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import number, per_cent
from fuelbed.engines.actions.scene import Scene
from fuelbed.numerics.process.reach import Reach

__all__ = ["ASKED", "margin_cells", "margin_columns", "margin_words", "moved", "room_cells", "room_columns"]

ASKED = "asked for, not found"


def margin_columns(scene: Scene) -> list[Column]:
    """The margin to the stability boundary; its head holds the unit. Where no engine gave one, that it was asked for; a room below a limit
    answers the same question, and then nothing is asked."""
    if scene.margins is None:
        return [] if scene.room is not None else [Column("margin", "margin", brief=False)]
    today = scene.margins.margin.get("")
    return [Column("margin", f"margin, {today.unit}" if today is not None and today.unit else "margin", brief=False)]


def margin_cells(scene: Scene, name: str, reach: Reach) -> list[Cell]:
    """Today's margin and that after the item. An item without one in the fact changes nothing that a dynamic model reads: what only
    shows something leaves the margin as it is by the very computation, other items do not touch it."""
    if scene.margins is None:
        return [] if scene.room is not None else [Cell(ASKED, tone="muted")]
    today, after = scene.margins.margin.get(""), scene.margins.margin.get(name)
    if after is None or today is None:
        does = scene.case.actions[name].does
        if today is None or not does:
            return [Cell("" if after is None else margin_words(after))]
        return [Cell("unchanged" if all(c.verb == "observe" for c in does) else "not touched", tone="muted")]
    if not moved(today, after):
        return [Cell("unchanged", tone="muted")]
    better, worse = after.low > today.high, after.high < today.low
    return [Cell(f"{margin_words(today)} → {margin_words(after)}", tone="good" if better else "bad" if worse else "plain")]


def moved(today: Estimate, after: Estimate) -> bool:
    """Whether an item moves a margin: an engine that finds no change gives today's numbers back."""
    return (today.value, today.low, today.high) != (after.value, after.low, after.high)


def room_columns(scene: Scene) -> list[Column]:
    """How far below its limit the system would stay if the same came again, where threshold computed it."""
    if scene.room is None:
        return []
    today = scene.room.margin[""]
    of = scene.room.of.replace("`", "")
    return [Column("room", f"room below {of} if it came again" + (f", {today.unit}" if today.unit else ""), brief=False)]


def room_cells(scene: Scene, name: str) -> list[Cell]:
    """Before and after, where an item touches what adds up; good where the paired change is surely up and the room is surely there."""
    if scene.room is None:
        return []
    before, after, shift = scene.room.margin[""], scene.room.margin.get(name), scene.room.shift.get(name)
    if after is None or shift is None:
        return [Cell("not touched" if scene.case.actions[name].does else "", tone="muted")]
    tone: Tone = "bad" if shift.high < 0 else "good" if shift.low > 0 and after.low > 0 else "plain"
    return [Cell(f"{margin_words(before)} → {margin_words(after)}", tone=tone)]


def margin_words(e: Estimate) -> str:
    """`12 % (8 to 20 %)`, `4 to 9`, `1 (0.3 or more)`; `no boundary found` where it is endless."""
    share = e.kind in ("share", "change")
    one, unit = (per_cent, " %") if share else (number, "")
    if e.low == e.high:
        return f"{one(e.low)}{unit}" if math.isfinite(e.low) else "no boundary found"
    span = f"{one(e.low)} to {one(e.high)}{unit}" if math.isfinite(e.high) else f"{one(e.low)}{unit} or more"
    return span if e.value is None or not math.isfinite(e.value) else f"{one(e.value)}{unit} ({span})"
