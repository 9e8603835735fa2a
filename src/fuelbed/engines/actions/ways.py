"""The columns `variants` and `depth` of the action table, in cases with exploits or exposures: how many ways to the goal survive each
item, and how many independent controls must fall then. Computed from the structure, like the cut sets."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.blocks import Cell, Column
from fuelbed.core.shown import count
from fuelbed.engines.actions.scene import Scene
from fuelbed.numerics.attack.depth import Depth
from fuelbed.numerics.attack.items import ItemWays, item_ways

__all__ = ["Ways", "way_cells", "way_columns", "ways"]

Ways = Mapping[str, ItemWays]


def ways(scene: Scene) -> Ways:
    """By item; empty where the case has no exploit and no exposure."""
    return item_ways(scene.case, scene.tipping)


def way_columns(found: Ways) -> list[Column]:
    if not found:
        return []
    return [Column("variants", "variants left", brief=False), Column("depth", "controls that must fall", brief=False)]


def way_cells(found: Ways, scene: Scene, name: str) -> list[Cell]:
    if not found:
        return []
    w, today = found[name], found[""]
    if not scene.case.actions[name].does:
        return [Cell(""), Cell("")]
    left = Cell(f"{count(w.left)} of {count(w.total)}", tone="good" if w.left == 0 else "muted" if w.left == w.total else "plain")
    if w.depth is None:
        return [left, Cell("no way left", tone="good")]
    if today.depth is None or w.depth == today.depth or _number(w.depth) == _number(today.depth):
        return [left, Cell("unchanged", tone="muted")]
    better = _least(w.depth) > _least(today.depth)
    return [left, Cell(f"{_number(today.depth)} → {_number(w.depth)}", tone="good" if better else "bad")]


def _number(d: Depth) -> str:
    return f"more than {d.beyond}" if d.groups is None else str(d.groups)


def _least(d: Depth) -> int:
    return d.beyond + 1 if d.groups is None else d.groups
