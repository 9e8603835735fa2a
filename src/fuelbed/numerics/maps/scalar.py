"""One point at a time: the same operations as a plain loop, compiled by numba where it is installed, interpreted otherwise.

Import this module only inside the functions that need it: importing it imports numba. With `NUMBA_DISABLE_JIT=1`, or without numba,
the very same source runs as Python, with the same decisions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fuelbed.numerics.maps.operations import CODES

try:
    import numba

    COMPILED = not numba.config.DISABLE_JIT  # type: ignore[attr-defined]  # set when numba is imported
    jit: Callable[[Any], Any] = numba.njit(cache=True, error_model="numpy")
except ImportError:
    COMPILED = False

    def jit(function: Any) -> Any:
        return function


__all__ = ["COMPILED", "erlang_tail", "jit", "registers_of", "run_scalar"]

_NEG, _ADD, _SUB, _MUL, _DIV, _POW, _LT, _LE, _GT, _GE, _AND, _OR, _NOT = range(13)
_MIN, _MAX, _EXP, _LOG, _SQRT, _ABS, _TANH, _IF, _HILL, _LATE, _RAMP, _POS = range(13, 25)
if len(CODES) != 25:
    raise ImportError("the operations of scalar.py and operations.py differ")


@jit
def erlang_tail(a: float, x: float) -> float:
    """Q(a, x), the regularized upper incomplete gamma function: series below a + 1, continued fraction above.

    (W. Gautschi, ACM TOMS 5(4), 1979; the fraction by Lentz's method.) Relative error about 1e-12 up to a = 1000.
    """
    if a != a or x != x:
        return math.nan
    if a <= 0.0:
        return 0.0
    if x <= 0.0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1.0:
        term = 1.0 / a
        total = term
        k = a
        while term > total * 1e-17:
            k += 1.0
            term *= x / k
            total += term
        return 1.0 - total * front
    b = x + 1.0 - a
    c = 1e300
    d = 1.0 / b
    h = d
    for i in range(1, 100000):
        an = -i * (i - a)
        b += 2.0
        d = an * d + b
        if abs(d) < 1e-300:
            d = 1e-300
        c = b + an / c
        if abs(c) < 1e-300:
            c = 1e-300
        d = 1.0 / d
        h *= d * c
        if abs(d * c - 1.0) < 1e-16:
            break
    return front * h


@jit
def _divided(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    if a != a or a == 0.0:
        return math.nan
    return math.inf if (a > 0.0) == (math.copysign(1.0, b) > 0.0) else -math.inf


@jit
def _power(a: float, b: float) -> float:
    if a == 0.0 and b < 0.0:
        return math.inf
    if a < 0.0 and b != math.floor(b):
        return math.nan
    if a != 0.0 and b * math.log(abs(a)) > 709.78:
        return math.inf if a > 0.0 or b % 2.0 == 0.0 else -math.inf
    return float(a**b)


@jit
def _unary(code: int, a: float) -> Any:
    if code == _NEG:
        return -a
    if a != a:
        return math.nan
    if code == _NOT:
        return 0.0 if a > 0.0 else 1.0
    if code == _EXP:
        return math.inf if a > 709.78 else math.exp(a)
    if code == _LOG:
        return math.log(a) if a > 0.0 else (-math.inf if a == 0.0 else math.nan)
    if code == _SQRT:
        return math.sqrt(a) if a >= 0.0 else math.nan
    if code == _ABS:
        return abs(a)
    if code == _TANH:
        return math.tanh(a)
    if code == _POS:
        return 0.0 if a <= 0.0 else a
    return 0.0 if a <= 0.0 else (1.0 if a >= 1.0 else a * (2.0 - a))


@jit
def _binary(code: int, a: float, b: float) -> Any:
    if a != a or b != b:
        return math.nan
    if code == _ADD:
        return a + b
    if code == _SUB:
        return a - b
    if code == _MUL:
        return a * b
    if code == _DIV:
        return _divided(a, b)
    if code == _POW:
        return _power(a, b)
    if code == _MIN:
        return min(a, b)
    if code == _MAX:
        return max(a, b)
    if code == _LT:
        return 1.0 if a < b else 0.0
    if code == _LE:
        return 1.0 if a <= b else 0.0
    if code == _GT:
        return 1.0 if a > b else 0.0
    if code == _GE:
        return 1.0 if a >= b else 0.0
    if code == _AND:
        return 1.0 if a > 0.0 and b > 0.0 else 0.0
    return 1.0 if a > 0.0 or b > 0.0 else 0.0


@jit
def _ternary(code: int, a: float, b: float, c: float) -> Any:
    if code == _IF:
        return math.nan if a != a else (b if a > 0.0 else c)
    if a != a or b != b or c != c:
        return math.nan
    if code == _LATE:
        return erlang_tail(max(a, 0.0) + 1.0, b * c)
    if a <= 0.0 or b <= 0.0:
        return 0.0 if a <= 0.0 else 1.0
    u = c * (math.log(a) - math.log(b))
    return 0.5 * (1.0 + math.tanh(0.5 * u))


@jit
def run_scalar(codes: Any, args: Any, registers: Any, first: int) -> None:
    """Fills `registers[first:]`, one per operation; inputs and constants stand before `first`. Outputs are read from their registers."""
    for i in range(len(codes)):
        code = codes[i]
        a = registers[args[i, 0]]
        if code in (_IF, _HILL, _LATE):
            v = _ternary(code, a, registers[args[i, 1]], registers[args[i, 2]])
        elif code in (_NEG, _NOT, _EXP, _LOG, _SQRT, _ABS, _TANH, _RAMP, _POS):
            v = _unary(code, a)
        else:
            v = _binary(code, a, registers[args[i, 1]])
        registers[first + i] = v


def registers_of(program: Any) -> tuple[Any, Any, Any, int]:
    """(codes, args, registers, first) of a program, its constants in place: write the inputs to the front, then `run_scalar`."""
    codes, args, constants, _ = program.arrays()
    n = len(program.inputs)
    registers = np.zeros(n + len(constants) + len(codes))
    registers[n : n + len(constants)] = constants
    return codes, args, registers, n + len(constants)
