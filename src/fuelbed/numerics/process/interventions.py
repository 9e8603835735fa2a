"""Interventions as changes of tape inputs: removal test, action items, and sets of them are all rows of one batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Factor
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.parameters import Knob
from fuelbed.numerics.process.tips import Shift
from fuelbed.numerics.sampling import quantile

__all__ = [
    "Alone",
    "Overrides",
    "Pick",
    "along",
    "batch",
    "certain",
    "changes_of",
    "evaluate",
    "failing_arrivals",
    "middles",
    "removal",
    "setting",
    "tipping",
]

_OUTER = 0.02  # of a distribution, what is left out at either end of a sweep

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pick:
    """Several values for one input, of which the better counts at every point: the least, or the greatest where `largest`."""

    values: tuple[float | str, ...]
    largest: bool = False


Alone = Mapping[str, float | str]  # tape input -> a value, or the label of the knob that gives it
Overrides = Mapping[str, float | str | Pick]  # the same for several interventions at once


def removal(model: Compiled, factor: Factor) -> Alone:
    """The removal test of one factor: trigger prevented, condition absent, control perfect."""
    verb = {"trigger": "prevent", "condition": "remove", "control": "perfect"}[factor.kind]
    out = dict(_one(model, Change(verb, factor.name), ""))  # type: ignore[arg-type]  # one of three literal verbs
    if factor.kind == "trigger":
        out.update(_state(f"{factor.name}.now", 0.0))
    return out


def certain(factor: Factor) -> Overrides | None:
    """The opposite of the removal test: a condition always present, a control always failing; None for a trigger (an event)."""
    if factor.kind == "trigger":
        return None
    if factor.kind == "condition":
        return {**_state(f"{factor.name}.present", 1.0), f"{factor.name}.duty": 1.0}
    return _state(f"{factor.name}.broken", 1.0)


def changes_of(model: Compiled, action: Action) -> Alone:
    """All interventions of one action item; of two that move the same input the later wins."""
    out: dict[str, float | str] = {}
    for c in action.does:
        out.update(_one(model, c, action.name))
    for trigger, shift in model.tips.alone(action.name).items():
        out.update(tipping(trigger, shift))
    return out


def tipping(trigger: str, shift: Shift) -> Alone:
    """A change of the chance that a trigger lands beyond the stability boundary."""
    return {f"{trigger}.tips_kept": shift.kept, f"{trigger}.tips_raised": shift.raised}


def _one(model: Compiled, c: Change, action: str) -> dict[str, float | str]:
    x = c.target
    if model.case.is_apart(x):
        return {}  # moves a dynamic model, and of this one only chances of tipping; or a sum, which no line reads
    if c.verb == "remove":
        return _state(f"{x}.present", 0.0)
    if c.verb == "prevent":
        return {f"{x}.rate": 0.0}
    if c.verb == "revert":
        return _state(f"{x}.now", 0.0)
    if c.verb == "perfect":
        reach = {f"{g.name}.reaches.{x}.force": 0.0 for g in model.case.common_causes}
        return {**_state(f"{x}.broken", 0.0), f"{x}.live": 0.0, f"{x}.armed.force": 0.0, **reach}
    if c.verb == "disable":
        return _state(f"{x}.broken", 1.0)
    value: float | str = _label(model, c, action)
    if c.verb == "observe":
        return {f"{x}.missed": value}
    if c.verb == "add":
        return {**_state(f"{x}.broken", 0.0), f"{x}.fails": value, **_join(model, x, c.shares)}
    return _set(model, x, c.parameter, value)


def _set(model: Compiled, x: str, parameter: str, value: float | str) -> dict[str, float | str]:
    if parameter in ("present", "broken"):
        return _state(f"{x}.{parameter}", value)
    if parameter == "fails":
        out: dict[str, float | str] = {**_state(f"{x}.broken", 0.0), f"{x}.fails": value}
        for g in model.case.common_causes:
            if x in g.of:
                out[f"{g.name}.reaches.{x}.force"] = 0.0 if g.acts_on == "broken" else 1.0
                if g.acts_on == "fails":
                    out[f"{g.name}.counts.{x}"] = 1.0
        return out
    return {f"{x}.{parameter}": value}


def _state(name: str, value: float | str) -> dict[str, float | str]:
    return {f"{name}.keep": 0.0, f"{name}.force": value}


def _join(model: Compiled, x: str, shares: str) -> dict[str, float | str]:
    out: dict[str, float | str] = {}
    for g in model.case.common_causes:
        if shares and (shares == g.name or shares in g.of):
            out[f"{g.name}.reaches.{x}.force"] = 1.0
            out[f"{g.name}.counts.{x}"] = 1.0
    return out


def _label(model: Compiled, c: Change, action: str) -> str | float:
    q = c.value
    if q is None:
        q = Quantity.unknown()
        label = f"{action}: {c.text or c.verb + ' ' + c.target}"
        return label if label in model.knobs else q.middle
    if q.is_point and not q.name:
        return min(q.low, RATE_CAP)
    return q.name or f"{action}: {c.text or c.verb + ' ' + c.target}"


def middles(model: Compiled) -> dict[str, float]:
    """Every knob at its middle."""
    return {k: min(knob.quantity.middle, RATE_CAP) for k, knob in model.knobs.items()}


def along(knob: Knob, grid: int) -> Array:
    """Places along one number, evenly by probability: its whole interval, or a distribution without its outer 2 % at either end."""
    u = np.linspace(0.0, 1.0, grid)
    return quantile(knob.quantity, u if knob.quantity.kind == "interval" else np.clip(u, _OUTER, 1 - _OUTER), RATE_CAP)


def batch(model: Compiled, knobs: Mapping[str, Array | float], rows: Sequence[Overrides]) -> Array:
    """Tape inputs for every (row of overrides) x (sample): shape (n_inputs, len(rows) * n), rows outermost."""
    n = max((len(v) for v in knobs.values() if isinstance(v, np.ndarray)), default=1)
    base = np.empty((model.tape.n_inputs, n))
    place = {name: i for i, name in enumerate(model.tape.inputs)}
    for name, i in place.items():
        given = model.defaults[name]
        if isinstance(given, str) and name.startswith("pre:") and "pre:" + given in knobs:
            base[i] = knobs["pre:" + given]  # bounds may let a number differ between the incident and the future
        else:
            base[i] = knobs[given] if isinstance(given, str) else given
    out = np.tile(base, (1, len(rows)))
    for r, changes in enumerate(rows):
        for name, value in changes.items():
            at = place.get(name)
            if at is not None:
                out[at, r * n : (r + 1) * n] = setting(value, knobs)
    return out


def setting(value: float | str | Pick, knobs: Mapping[str, Array | float]) -> Array | float:
    """What an override is at the values of the knobs."""
    if isinstance(value, Pick):
        parts = np.broadcast_arrays(*(np.asarray(setting(v, knobs)) for v in value.values))
        return np.asarray((np.maximum if value.largest else np.minimum).reduce(parts), dtype=float)
    return knobs[value] if isinstance(value, str) else value


def evaluate(
    model: Compiled, knobs: Mapping[str, Array | float], rows: Sequence[Overrides], outputs: Iterable[str] = ()
) -> dict[str, Array]:
    """The outputs of the tape, each of shape (len(rows), n): one call for any set of interventions and samples."""
    names = list(outputs) or list(model.tape.outputs)
    tape = model.tape.only(names)
    reg = tape.run(batch(model, knobs, rows))
    return {k: reg[tape.outputs[k]].reshape(len(rows), -1) for k in names}


def failing_arrivals(model: Compiled, knobs: Mapping[str, Array | float], rows: Sequence[Overrides]) -> dict[str, Array]:
    """Failures a year that each trigger's arrivals bring, of shape (len(rows), n): rate x q_t, by one reverse pass."""
    tape = model.tape.only(("hazard",))
    reg = tape.run(batch(model, knobs, rows))
    grad = tape.gradient(reg, "hazard")
    place = {name: i for i, name in enumerate(model.tape.inputs)}
    zero = np.zeros((len(rows), reg.shape[1] // len(rows)))
    return {t: grad[place[f"{t}.counts"]].reshape(zero.shape) if f"{t}.counts" in place else zero for t in model.per_trigger}
