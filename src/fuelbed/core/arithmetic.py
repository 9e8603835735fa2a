"""The arithmetic expressions of `dynamics`: the tree. The parser is `core/formulas.py`.

Own language, nothing evaluated here: names are states, parameters and named quantities of one model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fuelbed.core.findings import Span

__all__ = ["FUNCTIONS", "Arith", "Call", "Measured", "Name", "Num", "names_in", "walk_arithmetic"]


@dataclass(frozen=True, slots=True)
class Num:
    value: float


@dataclass(frozen=True, slots=True)
class Measured(Num):
    """A number with a unit of time: `value` in seconds or per second, `given` and `unit` as written (`300 ms`, `5 per minute`)."""

    given: float
    unit: str


@dataclass(frozen=True, slots=True)
class Name:
    """A state, a parameter, a named quantity or an option word (1 where it is chosen, else 0). Its place is no part of what it is."""

    name: str
    span: Span | None = field(default=None, compare=False)


Operation = Literal[
    "neg", "add", "sub", "mul", "div", "pow", "lt", "le", "gt", "ge", "and", "or", "not",
    "min", "max", "clip", "exp", "log", "sqrt", "abs", "tanh", "if", "hill", "late",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """An operation over its arguments. A comparison gives 1 or 0; `and or not` read everything above 0 as true."""

    op: Operation
    args: tuple[Arith, ...]


Arith = Num | Name | Call

FUNCTIONS: Mapping[str, tuple[int, int, str]] = {
    "min": (2, 8, "the least of its arguments"),
    "max": (2, 8, "the greatest of its arguments"),
    "clip": (3, 3, "clip(x, low, high): x kept within low..high"),
    "exp": (1, 1, "e to the power of x"),
    "log": (1, 1, "the natural logarithm"),
    "sqrt": (1, 1, "the square root"),
    "abs": (1, 1, "x without its sign"),
    "tanh": (1, 1, "the hyperbolic tangent"),
    "if": (3, 3, "if(condition, then, otherwise)"),
    "hill": (3, 3, "hill(x, half, n): x^n / (half^n + x^n), a smooth step at `half`, the steeper the greater n"),
    "late": (3, 3, "late(n, rate, t): probability that n + 1 exponential services in a row, at `rate`, take longer than t"),
}
"""What may be called by name: least and most arguments, and what it is."""


def walk_arithmetic(expr: Arith) -> Iterator[Arith]:
    """Every node, parents first; iterative, so depth is no danger."""
    todo: list[Arith] = [expr]
    while todo:
        e = todo.pop()
        yield e
        if isinstance(e, Call):
            todo.extend(reversed(e.args))


def names_in(expr: Arith) -> tuple[str, ...]:
    """The names that an expression reads, each once, in order."""
    return tuple(dict.fromkeys(e.name for e in walk_arithmetic(expr) if isinstance(e, Name)))
