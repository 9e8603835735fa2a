"""How the answer says things: chances and bits with their interval, mechanisms, factors for and against."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.shown import number, per_cent
from fuelbed.engines.observability.view import View, interval

__all__ = ["bits", "chance", "mechanism", "mechanism_events", "times", "weighs"]

Array = NDArray[np.float64]


def chance(view: View, x: Array) -> str:
    """`62 % (40 to 75 %)`."""
    assert view.scene is not None
    value, low, high = interval(view.scene, x, draws=True, seen=view.seen)
    a, b = per_cent(low), per_cent(high)
    span = f"{b} %" if a == b else f"{a} to {b} %"
    if value is None:
        return "not known" if (low, high) == (0.0, 1.0) else span
    middle = f"{per_cent(value)} %"
    return middle if middle == span else f"{middle} ({span})"


def bits(view: View, x: Array) -> str:
    """`1.2 bits (0.9 to 1.4)`."""
    assert view.scene is not None
    value, low, high = interval(view.scene, x)
    a, b = _bit(low), _bit(high)
    if value is None:
        return f"{a} to {b} bits" if a != b else f"{a} bits"
    middle = _bit(value)
    word = "bit" if middle == "1" else "bits"
    return f"{middle} {word}" if a == b == middle else f"{middle} {word} ({a} to {b})"


def _bit(x: float) -> str:
    return number(round(x, 2)) if abs(x) >= 0.005 else "0"


def mechanism_events(view: View, m: int) -> list[tuple[str, str]]:
    """What sets a mechanism apart: its events without those that every mechanism has, and without what is so in every world; triggers first.

    The rest still names it: which cut sets are complete follows from the uncertain events among them.
    """
    s = view.scene
    assert s is not None
    every = s.engaged.all(axis=0) | s.truth.all(axis=0)
    events = [s.model.structure.events[v] for v in np.flatnonzero(s.engaged[m] & ~every)]
    order = {"trigger": 0, "tips": 1, "condition": 2}
    return sorted(events, key=lambda e: order.get(e[0], 3))


def mechanism(view: View, m: int, marked: bool = True) -> str:
    """`a` + `b`; controls as what they did not do."""
    tick = "`" if marked else ""
    events = mechanism_events(view, m)
    told = [n for k, n in events if k == "tips"]
    parts = []
    for kind, name in events:
        if kind == "trigger" and name in told:
            continue
        end = " tips" if kind == "tips" else " fails" if kind == "control" else ""
        parts.append(f"{tick}{name}{tick}{end}")
    return " + ".join(parts) if parts else "nothing beyond what every way needs"


def weighs(factor: float) -> str:
    """A Bayes factor in words."""
    if math.isnan(factor):
        return "says nothing"
    if factor == 0:
        return "rules it out"
    if math.isinf(factor):
        return "cannot be without it"
    if 0.95 < factor < 1.05:
        return "says nothing of it"
    if factor > 1:
        return f"speaks for it: {times(factor)} likelier with it than without"
    return f"speaks against it: {times(1 / factor)} likelier without it"


def times(x: float) -> str:
    """`12 times`."""
    return f"{number(x)} times" if x < 1000 else "over 1000 times"
