"""What would flip the ranking: every number moved alone, the others at their middle and at the worst corner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.shown import number
from fuelbed.engines.actions.scene import Scene
from fuelbed.numerics.process.interventions import along, evaluate, middles
from fuelbed.numerics.process.parameters import Knob
from fuelbed.numerics.process.worst import worst_corner

__all__ = ["flips"]

Array = NDArray[np.float64]
_GRID = 17  # places along each number; fewer where one evaluation is long
_WORK = 3e8
_COLUMNS = 4000
_TOP = 5  # items whose order is looked at
_SHOWN = 16


def flips(scene: Scene) -> Table:
    """Which disputed number would change the order of the items that do most, and at which value."""
    top = [n for n in scene.ranked if n in scene.moving][:_TOP]
    uncertain = [k for k in scene.model.knobs.values() if k.uncertain]
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    if len(top) > 1 and uncertain and scene.known:
        worst = worst_corner(scene.model, [{}], scene.main, lambda v: v[0], unbounded=False)
        for where, others in (("middle", middles(scene.model)), ("worst corner", worst)):
            rows += _along(
                scene, top, uncertain, others, f"others at their {where}" if where == "middle" else f"others at the {where}"
            )
    rows.sort(key=lambda r: r[0])
    first = sum(place == 0 for place, _ in rows)
    left = len(rows) - _SHOWN
    note = f"The order of the {len(top)} items that do most, by {scene.words(scene.main)}. Worst: the corner of the numbers at which "
    note += f"{scene.words(scene.main)} {'are' if scene.main == 'hazard' else 'is'} largest, found by search from three starts."
    if left > 0:
        note += f" {left} more change{'s' if left > 1 else ''} of order {'are' if left > 1 else 'is'} left out here."
    return Table(
        "flips",
        "What would change which action does most" if first or not rows else "What would change the order of the actions",
        (
            Column("number", "number", "code"),
            Column("at", "at about"),
            Column("from", "more below it", "code"),
            Column("to", "more above it", "code"),
            Column("place", "for place"),
            Column("where", "with", brief=False),
        ),
        tuple(r for _, r in rows[:_SHOWN]),
        note=note if rows else "",
        empty=_nothing(scene, len(top)),
        detail=True,
    )


def _nothing(scene: Scene, items: int) -> str:
    if items < 2:
        return "There are not two actions to be put into an order."
    if not scene.known:
        return "Rates are missing, so the only order is the one that holds whatever the numbers."
    return f"No number, moved alone across its interval, changes the order of the {items} actions that do most."


def _along(
    scene: Scene, top: list[str], uncertain: list[Knob], others: dict[str, float], where: str
) -> list[tuple[int, tuple[Cell, ...]]]:
    model = scene.model
    grid = max(5, min(_GRID, int(_WORK / (1 + 2 * model.tape.work * len(uncertain) * len(top)))))
    knobs: dict[str, Array | float] = {k: np.full(grid * len(uncertain), v) for k, v in others.items()}
    places = []
    for i, k in enumerate(uncertain):
        places.append(along(k, grid))
        column = knobs[k.label]
        assert isinstance(column, np.ndarray)
        column[i * grid : (i + 1) * grid] = places[-1]
    changes = [scene.joint.rows[n] for n in top]
    step = max(1, _COLUMNS // (grid * len(uncertain)))
    parts = [evaluate(model, knobs, changes[a : a + step], (scene.main,))[scene.main] for a in range(0, len(changes), step)]
    v = np.concatenate(parts).reshape(len(top), len(uncertain), grid)
    out = []
    for i, k in enumerate(uncertain):
        out += [(place, (Cell(k.label), *cells, Cell(where))) for place, cells in _turns(top, v[:, i], places[i])]
    return out


def _turns(names: list[str], v: Array, grid: Array) -> list[tuple[int, tuple[Cell, ...]]]:
    """Where along one number two items change places by more than rounding: (place from 0, cells)."""
    out: list[tuple[int, tuple[Cell, ...]]] = []
    more = v[:, None, :] > v[None, :, :] * (1 + 1e-6)  # more[b, a, j]: a leaves less than b at place j
    turns = more[:, :, :-1] & more.transpose(1, 0, 2)[:, :, 1:]
    for b, a, j in sorted(np.argwhere(turns).tolist(), key=lambda x: (x[2], v[x[1], x[2]], v[x[0], x[2]])):
        da, db = v[b, j] - v[a, j], v[a, j + 1] - v[b, j + 1]
        at = grid[j] + (grid[j + 1] - grid[j]) * da / (da + db)
        place = int((v[:, j] < v[a, j]).sum())
        out.append((place, (Cell(number(float(at))), Cell(names[a]), Cell(names[b]), Cell(str(place + 1)))))
    return out
