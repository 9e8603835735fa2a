"""How the dynamics engine says things: loops, pushes, durations, sizes."""

from __future__ import annotations

import math

from fuelbed.core.dynamics import Model
from fuelbed.core.shown import number, per_cent
from fuelbed.numerics.chains import duration_words

__all__ = ["loop_words", "near_one", "pushed_words", "seconds", "size_words", "tips_words", "with_unit"]


def seconds(x: float) -> str:
    return duration_words(x) if math.isfinite(x) else "ever"


def with_unit(model: Model, parameter: str, value: float) -> str:
    """`80 per second`, `0.3 s`, `3`."""
    unit = model.parameters[parameter].unit
    if unit == "seconds":
        return f"{number(value)} s"
    return f"{number(value)} {unit}".strip()


def loop_words(nodes: tuple[str, ...]) -> str:
    """`queue` → `wait` → `queue`."""
    return " → ".join(f"`{n}`" for n in (*nodes, nodes[0]))


def size_words(size: float, most: float) -> str:
    """A size in pushes as declared."""
    if math.isinf(size):
        return f"none up to {number(most)} times the push"
    if size == 0:
        return "no push at all"
    return f"{near_one(size)} times the push"


def near_one(x: float) -> str:
    """As many digits as tell which side of 1 it is on."""
    return f"{x:.2f}" if 0.9 <= x <= 1.11 and x != 1.0 else number(x)


def tips_words(size: float, most: float) -> str:
    """From which size of push on it stays down."""
    if math.isinf(size):
        return f"no push up to {number(most)} times as great keeps it down"
    if size == 0:
        return "it needs no push at all"
    return f"it stays down from {near_one(size)} times that push on"


def pushed_words(model: Model, trigger: str, size: float = 1.0) -> str:
    """What a push of that size does: `load times 1.6 for 20 seconds`."""
    push = model.pushes[trigger]
    said = []
    for p in push.parts:
        v = p.value.middle if not p.value.is_point else p.value.low
        if p.how == "times":
            said.append(f"`{p.target}` times {number(1 + size * (v - 1))}")
        elif p.how == "plus":
            said.append(f"`{p.target}` plus {number(size * v)}")
        elif size == 1:
            said.append(f"`{p.target}` set to {number(v)}")
        else:
            said.append(f"`{p.target}` moved {per_cent(size)} % of the way to {number(v)}")
    lasts = push.lasts.middle if not push.lasts.is_point else push.lasts.low
    moved = " and ".join(said)
    return f"{moved} for {duration_words(lasts)}" if lasts > 0 else moved
