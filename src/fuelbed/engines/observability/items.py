"""What each action item does to the ambiguity: bits about the mechanism of the next failure, once the signals are read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Signatures
from fuelbed.core.options import Options
from fuelbed.engines.observability.view import Item, View, interval
from fuelbed.numerics.attack.derived import classes
from fuelbed.numerics.observation.after import next_failures
from fuelbed.numerics.observation.information import WIDE, information
from fuelbed.numerics.observation.scene import Scene
from fuelbed.numerics.observation.sensors import NOTHING, gain, same_as
from fuelbed.numerics.process.interventions import Overrides, changes_of

__all__ = ["signatures"]

Array = NDArray[np.float64]
_ITEMS = 40  # that are worked out; the table says of the others that they were not
_HOW = "expected over what the installed signals would show at the next failure; paired at {} points of the numbers"


def signatures(view: View, options: Options) -> Signatures | None:
    """None where nothing can be said of today already."""
    if view.scene is None:
        return None
    compiled = view.model.compiled
    moving = [a for a in view.case.actions.values() if a.does][:_ITEMS]
    rows: dict[str, Overrides] = {"": {}} | {a.name: changes_of(compiled, a) for a in moving}
    found = next_failures(view.model, rows, np.random.default_rng(options.seed))
    today = found[""].scene
    if today is None:
        return None
    before = _left(view, today, ())
    bits = {"": _estimate(today, before)}
    removed: dict[str, Estimate] = {}
    said: dict[str, str] = {}
    # the posterior is about what is listed: a variant that is in no list yet may still have a way
    none_left = "no way to the failure is left" if not classes(view.case) else "no way by a known exploit is left"
    for name in rows:
        if not name or not found[name].known:
            continue
        mine = tuple(x for x in view.items if x.action == name)
        scene = found[name].scene
        if scene is None:
            said[name] = none_left
            bits[name] = Estimate(0.0, 0.0, 0.0, "plain", "bits", method=none_left)
            removed[name] = _estimate(today, before)
            continue
        after = _left(view, scene, mine)
        bits[name] = _estimate(scene, after)
        removed[name] = _paired(today, scene, before, after)
        if mine and all(c.verb == "observe" for c in view.case.actions[name].does):
            said[name] = _sight(view, scene, mine, removed[name])
    return Signatures(bits, removed, said)


def _free(view: View, items: tuple[Item, ...]) -> list[int]:
    """What is read with an item done: the same installed signals as without, and what the item brings, which stands for what it makes
    better; all together no more than can be written out."""
    room = sorted((sum(x.action == n for x in view.items) for n in view.case.actions), reverse=True)[:1] or [0]
    there = view.installed[: max(WIDE // 2, WIDE - room[0])]
    instead = {x.instead for x in items}
    return [*(i for i in there if i not in instead), *(x.sensor for x in items)][:WIDE]


def _left(view: View, scene: Scene, items: tuple[Item, ...]) -> Array:
    return information(scene, scene.mechanism, _free(view, items), {})[1]


def _estimate(scene: Scene, x: Array) -> Estimate:
    value, low, high = interval(scene, x)
    return Estimate(value, low, high, "plain", "bits", method=_HOW.format(len(x)))


def _paired(today: Scene, scene: Scene, before: Array, after: Array) -> Estimate:
    """Before less after, at the points at which the failure is possible on both sides."""
    both, i, j = np.intersect1d(today.points, scene.points, return_indices=True)
    if not len(both):
        a, b = _estimate(today, before), _estimate(scene, after)
        return Estimate(None, a.low - b.high, a.high - b.low, "plain", "bits", method="not paired: outer enclosure")
    return _estimate(replace(today, stand_ins=today.stand_ins[i], points=both), before[i] - after[j])


def _sight(view: View, scene: Scene, items: tuple[Item, ...], removed: Estimate) -> str:
    """In words, what an item that only observes adds."""
    if removed.high > NOTHING:
        return ""
    others = [i for i in view.installed if i not in {x.instead for x in items}]
    for x in items:
        if float(gain(scene, scene.mechanism, (x.sensor,), {})[0]) > NOTHING:
            twin = x.instead if x.instead is not None else same_as(scene, scene.mechanism, x.sensor, others, {})
            return (
                f"nothing: the same as {_name(view, twin)}" if twin is not None else "nothing beside the signals that are there"
            )
    return "nothing: it reads the same whatever the mechanism"


def _name(view: View, i: int) -> str:
    return f"`{view.model.sensors[i].name}`"
