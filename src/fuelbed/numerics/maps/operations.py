"""What each operation of a program does to arrays, and its partial derivatives.

All of it runs under `np.errstate(all="ignore")` of the caller: a division by 0, a logarithm of a negative number or an overflow gives
inf or nan, which reads "left the domain of the formula" further up. At a kink (`min max abs if`) the derivative is one-sided: that of
the first argument where both are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ARITY", "BOOLEAN", "CODES", "apply", "edge", "late", "partial"]

Array = NDArray[np.float64]

CODES: tuple[str, ...] = (
    "neg", "add", "sub", "mul", "div", "pow", "lt", "le", "gt", "ge", "and", "or", "not",
    "min", "max", "exp", "log", "sqrt", "abs", "tanh", "if", "hill", "late", "ramp", "pos",
)  # fmt: skip
"""Numbered by place (the scalar loop reads the numbers). `ramp(u)`: 0 below 0, u (2 - u), 1 above 1. `pos(u)`: the greater of u and 0."""

ARITY = {c: 1 if c in ("neg", "not", "exp", "log", "sqrt", "abs", "tanh", "ramp", "pos") else 2 for c in CODES} | {
    "if": 3,
    "hill": 3,
    "late": 3,
}
BOOLEAN = frozenset({"lt", "le", "gt", "ge", "and", "or", "not"})
_NEAR = 1e-9  # two arguments this near (relative), or 1e-12 apart, sit on the edge
_STEPS = (4 / 5, -1 / 5, 4 / 105, -1 / 280)  # central difference of order 8 (B. Fornberg, Math. Comp. 51, 1988)


def late(n: Any, rate: Any, t: Any) -> Array:
    """Chance that n + 1 exponential services in a row at `rate` last longer than t: Q(n + 1, rate t).

    For whole n this is the Erlang tail; between whole numbers the regularized incomplete gamma function joins them smoothly.
    n below 0 counts as 0; no time or no rate gives 1.
    """
    from scipy.special import gammaincc

    tail: Array = gammaincc(np.maximum(n, 0.0) + 1.0, np.maximum(np.multiply(rate, t), 0.0))
    return tail


def _late_by_n(n: Any, rate: Any, t: Any) -> Array:
    """d late / d n: no closed form, so a central difference of order 8 whose step follows the width sqrt(n + 1) (error about 1e-12)."""
    from scipy.special import gammaincc

    a = np.maximum(n, 0.0) + 1.0
    x = np.maximum(np.multiply(rate, t), 0.0)
    h = 0.03 * np.sqrt(a)
    total = np.zeros(np.broadcast(a, x).shape)
    for k, c in enumerate(_STEPS, 1):
        total += c * (gammaincc(a + k * h, x) - gammaincc(a - k * h, x))
    return np.where(np.greater_equal(n, 0.0), total / h, 0.0)


def _late_by_x(n: Any, rate: Any, t: Any) -> Array:
    """d Q(a, x) / d x = -x^(a-1) e^-x / Gamma(a)."""
    from scipy.special import gammaln, xlogy

    a = np.maximum(n, 0.0) + 1.0
    x = np.multiply(rate, t)
    slope = -np.exp(xlogy(a - 1.0, np.maximum(x, 0.0)) - x - gammaln(a))
    return np.where(x < 0.0, 0.0, slope)


def _hill(x: Any, half: Any, n: Any) -> Array:
    """0 for x at or below 0, else 1 where `half` is at or below 0; by the logistic function, so that no power overflows."""
    u = n * (np.log(np.maximum(x, 0.0)) - np.log(np.maximum(half, 0.0)))
    return np.where(np.less_equal(x, 0.0), 0.0, np.where(np.less_equal(half, 0.0), 1.0, 0.5 * (1.0 + np.tanh(0.5 * u))))


def _hill_by_x(x: Any, half: Any, n: Any) -> Array:
    h = _hill(x, half, n)
    at_0 = np.where(n > 1.0, 0.0, np.where(n == 1.0, 1.0 / half, np.inf))
    inner = np.where(np.less_equal(half, 0.0), 0.0, n * h * (1.0 - h) / x)
    return np.where(x > 0.0, inner, np.where(x < 0.0, 0.0, at_0))


def _hill_by_n(x: Any, half: Any, n: Any) -> Array:
    h = _hill(x, half, n)
    inside = (np.asarray(x) > 0.0) & (np.asarray(half) > 0.0)
    return np.where(inside, h * (1.0 - h) * (np.log(np.maximum(x, 0.0)) - np.log(half)), 0.0)


def _ramp(u: Any) -> Array:
    v = np.clip(u, 0.0, 1.0)
    return np.asarray(v * (2.0 - v))


def _pow(a: Any, b: Any) -> Any:
    """a^b; nan to the power of 0 and 1 to the power of nan are nan (the C library says 1)."""
    if isinstance(b, np.float64) and b != 0.0 and b == b:
        return a**b  # squares and roots of a whole batch are quick this way
    return np.where((a != a) | (b != b), np.nan, np.float_power(a, b))


def _truth(true: Any, *read: Any) -> Array:
    """1 or 0, nan where an argument is nan: a point outside the domain is neither up nor down."""
    out = np.where(true, 1.0, 0.0)
    for a in read:
        out = np.where(a != a, np.nan, out)
    return out


_APPLY: dict[str, Callable[..., Any]] = {
    "neg": np.negative,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": _pow,
    "lt": lambda a, b: _truth(a < b, a, b),
    "le": lambda a, b: _truth(a <= b, a, b),
    "gt": lambda a, b: _truth(a > b, a, b),
    "ge": lambda a, b: _truth(a >= b, a, b),
    "and": lambda a, b: _truth((a > 0.0) & (b > 0.0), a, b),
    "or": lambda a, b: _truth((a > 0.0) | (b > 0.0), a, b),
    "not": lambda a: _truth(a <= 0.0, a),
    "min": np.minimum,
    "max": np.maximum,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "tanh": np.tanh,
    "if": lambda c, a, b: np.where(c != c, np.nan, np.where(c > 0.0, a, b)),
    "hill": _hill,
    "late": late,
    "ramp": _ramp,
    "pos": lambda a: np.maximum(a, 0.0),
}

_Partial = Callable[..., Any]  # (value, *arguments) -> d value / d that argument
_PARTIAL: dict[str, tuple[_Partial, ...]] = {
    "neg": (lambda v, a: -1.0,),
    "add": (lambda v, a, b: 1.0, lambda v, a, b: 1.0),
    "sub": (lambda v, a, b: 1.0, lambda v, a, b: -1.0),
    "mul": (lambda v, a, b: b, lambda v, a, b: a),
    "div": (lambda v, a, b: 1.0 / b, lambda v, a, b: -v / b),
    "pow": (
        lambda v, a, b: np.where(b == 0.0, 0.0, b * np.float_power(a, b - 1.0)),
        lambda v, a, b: np.where(v == 0.0, 0.0, v * np.log(np.maximum(a, 0.0))),
    ),
    "min": (lambda v, a, b: np.where(a <= b, 1.0, 0.0), lambda v, a, b: np.where(a <= b, 0.0, 1.0)),
    "max": (lambda v, a, b: np.where(a >= b, 1.0, 0.0), lambda v, a, b: np.where(a >= b, 0.0, 1.0)),
    "exp": (lambda v, a: v,),
    "log": (lambda v, a: 1.0 / a,),
    "sqrt": (lambda v, a: 0.5 / v,),
    "abs": (lambda v, a: np.where(a >= 0.0, 1.0, -1.0),),
    "tanh": (lambda v, a: 1.0 - v * v,),
    "hill": (
        lambda v, x, half, n: _hill_by_x(x, half, n),
        lambda v, x, half, n: np.where((v > 0.0) & (v < 1.0), -n * v * (1.0 - v) / half, 0.0),
        lambda v, x, half, n: _hill_by_n(x, half, n),
    ),
    "late": (
        lambda v, n, rate, t: _late_by_n(n, rate, t),
        lambda v, n, rate, t: _late_by_x(n, rate, t) * t,
        lambda v, n, rate, t: _late_by_x(n, rate, t) * rate,
    ),
    "ramp": (lambda v, a: np.where((a >= 0.0) & (a < 1.0), 2.0 - 2.0 * a, 0.0),),
    "pos": (lambda v, a: np.where(a >= 0.0, 1.0, 0.0),),
}


def apply(code: str, args: Sequence[Any]) -> Any:
    """The value of one operation, broadcast over its arguments."""
    return _APPLY[code](*args)


def partial(code: str, place: int, value: Any, args: Sequence[Any]) -> Any:
    """d value / d argument `place`; 0 for a comparison. (`if` is chosen between, not multiplied: see `Program.derivatives`.)"""
    rules = _PARTIAL.get(code)
    return 0.0 if rules is None else rules[place](value, *args)


def edge(code: str, args: Sequence[Any], boolean: Sequence[bool]) -> Any:
    """Where the operation sits on a kink or a jump of its own; None for a smooth operation.

    boolean   which arguments are 0 or 1 by construction: their own comparison says where the edge is.
    """
    if code in ("min", "max", "lt", "le", "gt", "ge"):
        a, b = args
        return np.abs(a - b) <= _NEAR * (np.abs(a) + np.abs(b)) + 1e-12
    if code in ("abs", "if", "and", "or", "not"):
        read = [a for a, known in zip(args[:1] if code == "if" else args, boolean, strict=False) if not known]
        return np.any([np.abs(a) <= 1e-12 for a in np.broadcast_arrays(*read)], axis=0) if read else None
    return None
