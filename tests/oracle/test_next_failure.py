"""What action items leave open equals the slow enumeration of the case as it is with the item done."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Case, Factor, Line
from fuelbed.core.expressions import And, Fails
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.observation.after import next_failures
from fuelbed.numerics.observation.information import entropy, information, merged
from fuelbed.numerics.observation.scene import model_of
from fuelbed.numerics.process.interventions import changes_of
from tests.further import kept
from tests.oracle import observe
from tests.oracle.test_observation import random_case

P = Quantity.point


def replaced(c: Case, name: str, **more: object) -> Case:
    return dataclasses.replace(c, factors={**c.factors, name: dataclasses.replace(c.factors[name], **more)})  # type: ignore[arg-type]  # fields of a factor


def with_control(c: Case) -> Case:
    extra = Factor("extra", "control", state="effective", broken=P(0.0), fails=P(0.3))
    line = c.lines["b"]
    guarded = Line("b", And((line.expr, Fails("extra"))), "")
    return dataclasses.replace(c, factors={**c.factors, "extra": extra}, lines={**c.lines, "b": guarded})


ITEMS = {
    "remove": ((Change("remove", "c0"),), lambda c: replaced(c, "c0", present=P(0.0))),
    "prevent": ((Change("prevent", "t1"),), lambda c: replaced(c, "t1", rate=P(0.0, "rate"))),
    "rarer": ((Change("set", "t0", "rate", P(0.1, "rate")),), lambda c: replaced(c, "t0", rate=P(0.1, "rate"))),
    "shorter": ((Change("set", "t2", "lasts", P(0.01, "duration")),), lambda c: replaced(c, "t2", lasts=P(0.01, "duration"))),
    "present": ((Change("set", "c1", "present", P(0.9)),), lambda c: replaced(c, "c1", present=P(0.9))),
    "two": (
        (Change("remove", "c1"), Change("set", "t1", "rate", P(3.0, "rate"))),
        lambda c: replaced(replaced(c, "c1", present=P(0.0)), "t1", rate=P(3.0, "rate")),
    ),
    "add": ((Change("add", "extra", value=P(0.3), line="b"),), with_control),
}


def left_open(c: Case) -> float:
    """Expected bits about the mechanism once s0 and s1 are read, from all draws of one arrival."""
    every = observe.worlds(c)
    ways = {w: observe.mechanism(c, w) for w in every}
    out = 0.0
    for a in (False, True):
        for b in (False, True):
            part: dict[object, float] = {}
            for w, p in every.items():
                part[ways[w]] = part.get(ways[w], 0.0) + p * observe.shown(c, c.signals, {"s0": a, "s1": b}, w)
            out += sum(part.values()) * observe.bits(part) if sum(part.values()) > 0 else 0.0
    return out


@pytest.mark.parametrize("name", ITEMS)
@pytest.mark.parametrize("seed", kept([1, 4, 9, 12], [9]))
def test_items_equal_enumeration(name: str, seed: int) -> None:
    c = dataclasses.replace(random_case(seed), common_causes=())
    does, after = ITEMS[name]
    mine = dataclasses.replace(c, actions={name: Action(name, does=does)})
    model = model_of(mine, tuple(c.signals.values()))
    found = next_failures(model, {"": {}, name: changes_of(model.compiled, mine.actions[name])}, np.random.default_rng(0))
    for key, expected in (("", c), (name, after(c))):
        worlds = observe.worlds(expected)
        scene = found[key].scene
        if not worlds:
            assert scene is None
            continue
        assert scene is not None
        by: dict[object, float] = {}
        for w, p in worlds.items():
            by[observe.mechanism(expected, w)] = by.get(observe.mechanism(expected, w), 0.0) + p
        assert entropy(merged(scene.mechanism, scene.weight, len(scene.engaged)))[0] == pytest.approx(observe.bits(by), abs=1e-11)
        assert information(scene, scene.mechanism, (0, 1), {})[1][0] == pytest.approx(left_open(expected), abs=1e-11)
