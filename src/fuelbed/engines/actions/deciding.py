"""Which number settles an item that may help or harm: every number moved alone across its interval, the others at their middle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.shown import listed, number
from fuelbed.engines.actions.scene import Scene
from fuelbed.numerics.process.interventions import along, evaluate, middles
from fuelbed.numerics.process.parameters import Knob

__all__ = ["what_decides"]

Array = NDArray[np.float64]
_GRID = 17  # places along each number
_WORK = 3e7  # steps of the tape that one item may cost
_SURE = 1e-9


def what_decides(scene: Scene, item: str, output: str) -> str:
    """The number that turns the item between help and harm, and about where; "" where no number has a middle or it costs too much.

    It is a way out and no proof: with the others away from their middle the turn stands elsewhere.
    """
    uncertain = [k for k in scene.model.knobs.values() if k.uncertain]
    tape = scene.model.tape
    if not scene.known or not uncertain or output not in tape.outputs or tape.work * len(uncertain) * _GRID > _WORK:
        return ""  # an output that is simulated or only enclosed is not on the tape
    others = middles(scene.model)
    tried: list[tuple[Knob, Array, Array]] = []  # with the places along the number, and what the item changes there
    for k in uncertain:
        places = along(k, _GRID)
        knobs: dict[str, Array | float] = {**others, k.label: places}
        before, after = evaluate(scene.model, knobs, [{}, scene.joint.rows[item]], (output,))[output]
        tried.append((k, places, after - before))
    k, places, change = max(tried, key=lambda t: _both_ways(t[2]))
    if _both_ways(change) > _SURE:
        return f" `{k.label}` decides, with the others at their middle: {_turn(places, change)}."
    most = [f"`{k.label}`" for k, _, _ in sorted(tried, key=lambda t: -np.ptp(t[2]))[:2]]
    return f" No number alone turns it, with the others at their middle; it rests most on {listed(most)}."


def _both_ways(change: Array) -> float:
    """How far it goes each way at least; 0 or less where it only helps or only harms."""
    return float(min(change.max(), -change.min()))


def _turn(places: Array, change: Array) -> str:
    """Where help ends and harm begins."""
    turns = np.flatnonzero(np.sign(change[:-1]) * np.sign(change[1:]) < 0)
    if len(turns) != 1:
        return "it helps at some of its values and harms at others"
    j = int(turns[0])
    at = places[j] + (places[j + 1] - places[j]) * change[j] / (change[j] - change[j + 1])
    below, above = ("helps", "harms") if change[j] < 0 else ("harms", "helps")
    return f"below about {number(float(at))} it {below}, above it {above}"
