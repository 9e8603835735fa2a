"""What an item does to the ways to the failure, from the structure alone: in words where no rate says how much fails less (`cut_sets`), and
the columns `variants` and `depth` of the action table, in cases with exploits or exposures: how many ways to the goal survive each
item, and how many independent controls must fall then. Computed from the structure, like the cut sets."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.blocks import Cell, Column
from fuelbed.core.shown import count
from fuelbed.engines.actions.scene import Scene
from fuelbed.numerics.attack.depth import Depth
from fuelbed.numerics.attack.items import ItemWays, item_ways
from fuelbed.numerics.process.reach import Reach

__all__ = ["Ways", "cut_set_cells", "cut_set_columns", "way_cells", "way_columns", "ways"]

Ways = Mapping[str, ItemWays]


def cut_set_columns(scene: Scene) -> list[Column]:
    """Only where a rate is not known: else the failures a year say more, and the cut sets stand in the table `after`."""
    return [] if scene.known else [Column("cut_sets", "cut sets")]


def cut_set_cells(scene: Scene, name: str, r: Reach) -> list[Cell]:
    """`breaks 2 of 3, makes 1 of 3 rarer`."""
    if scene.known:
        return []
    if not scene.case.actions[name].does:
        return [Cell("not said")]
    parts = [f"breaks {_of(r.breaks, r.cut_sets)}"] if r.breaks else []
    parts += [f"makes {_of(r.rarer, r.cut_sets)} rarer"] if r.rarer else []
    return [Cell(", ".join(parts)) if parts else Cell(f"leaves {_of(r.cut_sets, r.cut_sets)} as before", tone="muted")]


def _of(n: int, total: int) -> str:
    if n == total:
        return "the only one" if total == 1 else f"all {count(total)}"
    return f"{count(n)} of {count(total)}"


def ways(scene: Scene) -> Ways:
    """By item; empty where the case has no exploit and no exposure."""
    return item_ways(scene.given, scene.tipping)


def way_columns(found: Ways) -> list[Column]:
    """`depth` only where some item changes it: a column of `unchanged` takes room from the words."""
    depth = [Column("depth", "controls that must fall", brief=False)] if _deepens(found) else []
    return [Column("variants", "variants left", brief=False), *depth] if found else []


def _deepens(found: Ways) -> bool:
    return any(not _same(w, found[""]) for w in found.values())


def _same(w: ItemWays, today: ItemWays) -> bool:
    if w.depth is None or today.depth is None:
        return w.depth is today.depth
    return w.depth.words == today.depth.words


def way_cells(found: Ways, scene: Scene, name: str) -> list[Cell]:
    if not found:
        return []
    w, today = found[name], found[""]
    deepens = _deepens(found)
    if not scene.case.actions[name].does:
        return [Cell(""), Cell("")][: 1 + deepens]
    left = Cell(f"{count(w.left)} of {count(w.total)}", tone="good" if w.left == 0 else "muted" if w.left == w.total else "plain")
    if not deepens:
        return [left]
    if w.depth is None:
        return [left, Cell("no way left", tone="good")]
    if today.depth is None or _same(w, today):
        return [left, Cell("unchanged", tone="muted")]
    better = _least(w.depth) > _least(today.depth)
    return [left, Cell(f"{today.depth.words} → {w.depth.words}", tone="good" if better else "bad")]


def _least(d: Depth) -> int:
    return d.beyond + 1 if d.groups is None else d.groups
