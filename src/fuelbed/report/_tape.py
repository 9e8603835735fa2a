"""Today's values of a what-if, for readers without JavaScript: the same tape as `templates/tape.js`, in Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["registers"]

_OPS: dict[str, Callable[..., float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else 0.0,
    "~": lambda a: 1.0 - a,
    "?": lambda c, a, b: c * a + (1.0 - c) * b,
    "exp": lambda a: math.exp(a) if a < 709.0 else math.inf,
    "min": min,
    "max": max,
}


def registers(tape: Mapping[str, Any], inputs: Sequence[float]) -> list[float]:
    """All registers: inputs, constants, one per operation."""
    reg = [*map(float, inputs), *map(float, tape["consts"])]
    for code, *args in tape["ops"]:
        reg.append(_OPS[code](*(reg[a] for a in args)))
    return reg
