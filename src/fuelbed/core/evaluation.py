"""The value of a formula at given numbers: the slow, obvious reading of the language, and what other evaluators are tested against."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from fuelbed.core.arithmetic import Arith, Name, Num

__all__ = ["evaluate", "late"]


def evaluate(expr: Arith, values: Mapping[str, float]) -> float:
    """The formula at `values`; nan where it is not defined there (0/0, the logarithm of -1), inf past the largest float.

    Recursion as deep as the tree, which the parser bounds. Raises KeyError for a name without a value.
    """
    if isinstance(expr, Num):
        return expr.value
    if isinstance(expr, Name):
        return values[expr.name]
    args = [evaluate(x, values) for x in expr.args]
    if any(math.isnan(x) for x in args):
        return math.nan
    try:
        return float(_OPERATIONS[expr.op](*args))
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _div(a: float, b: float) -> float:
    if b == 0.0:
        return math.nan if a == 0.0 else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def _pow(a: float, b: float) -> float:
    if a == 0.0 and b < 0.0:
        return math.inf
    return math.pow(a, b)


def _log(x: float) -> float:
    return -math.inf if x == 0.0 else math.log(x)


def _hill(x: float, half: float, n: float) -> float:
    """x^n / (half^n + x^n); a state that is below 0 counts as 0."""
    if x <= 0.0:
        return 0.0
    if half <= 0.0:
        return 1.0
    return 1.0 / (1.0 + _power(half / x, n))


def _power(a: float, n: float) -> float:
    try:
        return math.pow(a, n)
    except OverflowError:
        return math.inf


def late(n: float, rate: float, t: float) -> float:
    """P(n + 1 exponential services in a row, at `rate`, take longer than t) = Q(n + 1, rate t), the Erlang tail; n may be a fraction.

    Series below, continued fraction above (Numerical Recipes 6.2); for many services Temme's uniform expansion, as both would take too many terms (DLMF
    8.12, first term). 1 where the rate is 0, and n below 0 counts as 0.
    """
    a, x = max(n, 0.0) + 1.0, rate * t
    if x <= 0.0:
        return 1.0
    if math.isinf(x) or math.isinf(a):
        return math.nan if math.isinf(x) and math.isinf(a) else float(math.isinf(a))
    if a > _MANY:
        return _late_of_many(a, x)
    front = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1.0:
        term = total = 1.0 / a
        k = a
        while abs(term) > abs(total) * 1e-17:
            k += 1.0
            term *= x / k
            total += term
        return min(max(1.0 - front * total, 0.0), 1.0)
    tiny = 1e-300
    b = x + 1.0 - a
    c, d = 1.0 / tiny, 1.0 / b
    h = d
    for i in range(1, 100_000):
        an = -i * (i - a)
        b += 2.0
        d = 1.0 / ((an * d + b) or tiny)
        c = (b + an / c) or tiny
        h *= d * c
        if abs(d * c - 1.0) < 1e-16:
            break
    return min(max(front * h, 0.0), 1.0)


_MANY = 1e6  # services from which the expansion errs by less than the sum of a series
_NEAR = 1e-3  # of a relative distance: below it differences cancel


def _late_of_many(a: float, x: float) -> float:
    """Q(a, x) by the first term of Temme's expansion, whose error falls as 1 / a."""
    off = (x - a) / a
    if off <= -1.0:  # x is nothing beside a
        return 1.0
    half = off - math.log1p(off) if abs(off) > _NEAR else off * off * (0.5 - off / 3.0 + off * off / 4.0)
    eta = math.copysign(math.sqrt(2.0 * half), off)
    first = 1.0 / off - 1.0 / eta if abs(off) > _NEAR else -1.0 / 3.0 + eta / 12.0
    q = 0.5 * math.erfc(eta * math.sqrt(a / 2.0)) + math.exp(-a * half) / math.sqrt(2.0 * math.pi * a) * first
    return min(max(q, 0.0), 1.0)


_OPERATIONS: Mapping[str, Callable[..., float]] = {
    "neg": lambda a: -a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": _div,
    "pow": _pow,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "and": lambda a, b: a > 0 and b > 0,
    "or": lambda a, b: a > 0 or b > 0,
    "not": lambda a: not a > 0,
    "min": min,
    "max": max,
    "clip": lambda x, low, high: min(max(x, low), high),
    "exp": math.exp,
    "log": _log,
    "sqrt": math.sqrt,
    "abs": abs,
    "tanh": math.tanh,
    "if": lambda condition, then, otherwise: then if condition > 0 else otherwise,
    "hill": _hill,
    "late": late,
}
