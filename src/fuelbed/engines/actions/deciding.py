"""Which number settles an item that may help or harm: every number moved alone across its interval, the others at their middle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.shown import listed, number
from fuelbed.engines.actions.scene import Scene
from fuelbed.numerics.process.compile import RATE_CAP
from fuelbed.numerics.process.interventions import evaluate, middles
from fuelbed.numerics.process.parameters import Knob
from fuelbed.numerics.sampling import quantile

__all__ = ["what_decides"]

Array = NDArray[np.float64]
_GRID = 17  # places along each number
_WORK = 3e7  # steps of the tape that one item may cost
_OUTER = 0.02  # of an unbounded distribution, what is left out at either end
_SURE = 1e-9


def what_decides(scene: Scene, item: str, output: str) -> str:
    """The number that turns the item between help and harm, and about where; "" where no number has a middle or it costs too much.

    It is a way out and no proof: with the others away from their middle the turn stands elsewhere.
    """
    uncertain = [k for k in scene.model.knobs.values() if k.uncertain]
    tape = scene.model.tape
    if not scene.known or not uncertain or output not in tape.outputs or tape.work * len(uncertain) * _GRID > _WORK:
        return ""  # an output that is simulated or only enclosed is not on the tape
    best: tuple[float, Knob, Array, Array] | None = None
    reach: dict[str, float] = {}
    for k in uncertain:
        places = _places(k)
        knobs: dict[str, Array | float] = {**middles(scene.model), k.label: places}
        before, after = evaluate(scene.model, knobs, [{}, scene.joint.rows[item]], (output,))[output]
        change = after - before
        swing = float(min(change.max(), -change.min()))
        reach[k.label] = float(change.max() - change.min())
        if best is None or swing > best[0]:
            best = (swing, k, places, change)
    if best is None:
        return ""
    swing, k, places, change = best
    if swing <= _SURE:
        most = sorted(reach, key=lambda n: -reach[n])[:2]
        return f" No number alone turns it, with the others at their middle; it rests most on {listed([f'`{n}`' for n in most])}."
    return f" `{k.label}` decides, with the others at their middle: {_turn(places, change)}."


def _places(k: Knob) -> Array:
    u = np.linspace(0.0, 1.0, _GRID)
    inner = np.clip(u, _OUTER, 1 - _OUTER)
    return np.asarray(quantile(k.quantity, u if k.quantity.kind == "interval" else inner, RATE_CAP))


def _turn(places: Array, change: Array) -> str:
    """Where help ends and harm begins."""
    turns = np.flatnonzero(np.sign(change[:-1]) * np.sign(change[1:]) < 0)
    if len(turns) != 1:
        return "it helps at some of its values and harms at others"
    j = int(turns[0])
    at = places[j] + (places[j + 1] - places[j]) * change[j] / (change[j] - change[j + 1])
    below, above = ("helps", "harms") if change[j] < 0 else ("harms", "helps")
    return f"below about {number(float(at))} it {below}, above it {above}"
