"""What every part of the answer looks at: the worlds of the failure, the sensors by their part in it, and what was seen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate, EstimateKind
from fuelbed.core.expressions import Expr, Fails, Ref
from fuelbed.core.facts import Tipping
from fuelbed.core.options import Options
from fuelbed.core.quantities import Quantity
from fuelbed.core.signals import Signal
from fuelbed.numerics.observation.information import WIDE, likelihood
from fuelbed.numerics.observation.scene import Model, Scene, model_of, scene_of
from fuelbed.numerics.wilson import Z95

__all__ = ["Item", "View", "as_estimate", "interval", "set_up"]

Array = NDArray[np.float64]
_LOOKS = 80  # factors and lines that are looked at in thought
_ITEMS = 40  # sensors of action items


@dataclass(frozen=True, slots=True)
class Item:
    """A sensor that an action item brings: `instead` is the declared signal that it makes better, or installs."""

    action: str
    target: str
    sensor: int
    instead: int | None = None
    sure: bool = False  # false alarms are taken to be none


@dataclass(frozen=True, eq=False)
class View:
    """A case, its worlds, and the sensors by their part in it (places in `model.sensors`).

    installed  signals that were there; `unread` those of them that nobody looked at.
    candidates signals with `installed: no`.
    items      what action items `observe`.
    looks      a perfect look at each factor and line, as a yardstick.
    seen       what was seen.
    """

    case: Case
    model: Model
    scene: Scene | None
    installed: tuple[int, ...]
    candidates: tuple[int, ...]
    items: tuple[Item, ...]
    looks: tuple[int, ...]
    seen: Mapping[int, bool]

    @property
    def unread(self) -> tuple[int, ...]:
        return tuple(i for i in self.installed if i not in self.seen)

    @property
    def _open(self) -> tuple[int, ...]:
        """What could still be read, or be there. A candidate that an item installs stands there once: as the item has it, if that is another
        chance to miss, else as itself."""
        s = self.model.sensors
        twice = {
            x.sensor if s[x.sensor].misses == s[x.instead].misses else x.instead
            for x in self.items
            if x.instead in self.candidates
        }
        every = (*self.unread, *self.candidates, *(x.sensor for x in self.items))
        return tuple(i for i in every if i not in twice)

    @property
    def pool(self) -> tuple[int, ...]:
        """The first of them, as many as are looked at."""
        return self._open[: 2 * WIDE]

    @property
    def more(self) -> int:
        """How many are not."""
        return len(self._open) - len(self.pool)

    @property
    def told_later(self) -> bool:
        """Whether what was found out later excludes any world."""
        return self.scene is not None and not bool(self.scene.found.all())

    def name(self, i: int) -> str:
        """Of a sensor, as a sentence calls it."""
        item = next((x for x in self.items if x.sensor == i), None)
        return f"`{item.target}` as `{item.action}` shows it" if item is not None else f"`{self.model.sensors[i].name}`"

    @property
    def how(self) -> str:
        """How the numbers were got."""
        s = self.scene
        if s is None:
            return "no world"
        if not s.exact:
            return f"from {s.drawn} drawn worlds, the numbers of the case at their middle and those of the signals over a sample"
        n, many = int((~s.stand_ins).sum()), f"exact over {len(s)} world{'s' if len(s) != 1 else ''}"
        if n == 1:
            return many
        return (
            f"{many}, at all corners of the numbers"
            if s.corners
            else f"{many}, range over {n} points of the numbers, at least this wide"
        )


def set_up(case: Case, options: Options, tipping: Tipping | None = None) -> View:
    """Raises `BudgetError` past the node budgets."""
    sensors = list(case.signals.values())
    place = {s.name: i for i, s in enumerate(sensors)}
    items: list[Item] = []
    for a in case.actions.values():
        for c in a.does if len(items) < _ITEMS else ():
            if c.verb == "observe" and (expr := _target(case, c.target)) is not None:
                there = place.get(c.target)
                items.append(Item(a.name, c.target, len(sensors), there, there is None))
                sensors.append(_shown(case, f"{a.name} {c.target}", c.target, expr, c.value))
    first = len(sensors)
    sensors += [_look(f.name, Fails(f.name) if f.kind == "control" else Ref(f.name)) for f in case.factors.values()]
    sensors += [_look(n, Ref(n)) for n in case.lines if n != case.failure]
    del sensors[first + _LOOKS :]
    model = model_of(case, sensors, tipping)
    scene = scene_of(model, np.random.default_rng(options.seed))
    installed = tuple(i for i, s in enumerate(case.signals.values()) if s.installed)
    candidates = tuple(i for i, s in enumerate(case.signals.values()) if not s.installed)
    seen = {place[n]: x.on for n, x in case.seen.items() if x.on is not None and n in place}
    return View(case, model, scene, installed, candidates, tuple(items), tuple(range(first, len(sensors))), seen)


def _target(case: Case, name: str) -> Expr | None:
    """What an item observes; None for a control that only another item would add."""
    if name in case.signals:
        return case.signals[name].sees
    if name in case.lines:
        return Ref(name)
    f = case.factors.get(name)
    return None if f is None else Fails(name) if f.kind == "control" else Ref(name)


def _shown(case: Case, name: str, target: str, expr: Expr, misses: Quantity | None) -> Signal:
    there = case.signals.get(target)
    if there is None:
        return Signal(name, expr, target, misses or Quantity.unknown(), Quantity.point(0.0, basis="assumed"))
    return Signal(
        name,
        expr,
        there.text,
        misses or there.misses,
        there.false_alarms,
        there.what,
        there.blind_when,
        there.blind_text,
        there.shares,
    )


def _look(name: str, expr: Expr) -> Signal:
    return Signal(name, expr, name, Quantity.point(0.0), Quantity.point(0.0))


# ---- numbers ---------------------------------------------------------------------------------------------------------------------


def interval(
    scene: Scene, x: Array, draws: bool = False, seen: Mapping[int, bool] | None = None
) -> tuple[float | None, float, float]:
    """(value, low, high) of a quantity over the points; the value is None where it rests on numbers that nobody gave.

    Points at which it is not defined are left out. `draws`: a share of drawn worlds, which has the error of the drawing too, and the more so
    the fewer of them agree with what was `seen`.
    """
    good = np.isfinite(x)
    if not good.any():
        return None, 0.0, 1.0
    low, high = float(x[good].min()), float(x[good].max())
    value: float | None = float(x[0]) if good[0] and scene.points[0] == 0 else None
    guess = scene.stand_ins.copy()
    guess[0] = True
    if scene.guessed or (value is not None and float(np.ptp(x[guess & good])) > 1e-9):
        value = None
    if draws and not scene.exact:
        spread = Z95 * math.sqrt(0.25 / max(1.0, _worth(scene, seen or {})))
        low, high = max(0.0, low - spread), min(1.0, high + spread)
    tidy = [min(max(round(v, 12), 0.0), 1.0) if draws else round(v, 12) for v in (low, high)]
    return (None if value is None else min(max(round(value, 12), tidy[0]), tidy[1])), tidy[0], tidy[1]


def _worth(scene: Scene, seen: Mapping[int, bool]) -> float:
    """How many of the drawn worlds count, weighed by what was seen: n (sum w L)^2 / sum w L^2 (L. Kish, Survey sampling, 1965)."""
    like, w = likelihood(scene, seen)[:, 0], scene.weight[:, 0]
    square = float(w @ like**2)
    return scene.drawn * float(w @ like) ** 2 / square if square > 0 else 1.0


def as_estimate(view: View, x: Array, kind: EstimateKind = "probability", unit: str = "") -> Estimate:
    assert view.scene is not None
    value, low, high = interval(view.scene, x, draws=kind == "probability", seen=view.seen)
    part = view.scene.exact and np.isnan(x).any()
    how = f"exact over {len(view.scene)} worlds, range over {int(np.isfinite(x).sum())} points of the numbers, at least this wide"
    return Estimate(value, low, high, kind, unit, method=how if part else view.how)
