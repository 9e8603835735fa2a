"""One point at a time: the same operations as a plain loop, compiled where numba is installed (`numerics/kernels.py`), plain otherwise.

The compiled and the plain run are one source and take the same decisions. A plain run wants `np.errstate(all="ignore")` round it.

`follow` is for maps (`simulate.py`), `leap` for single events (`jumps.py`). Both stand here because numba keeps machine code by the file
it came from: in a file of their own they would go on with an old `run_scalar`.

`_follow_row` and `leap` are over 40 lines: loops whose state would otherwise have to travel between compiled functions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fuelbed.numerics.maps.operations import CODES

__all__ = ["KERNELS", "erlang_tail", "follow", "leap", "registers_of", "run_scalar"]

KERNELS = (
    "erlang_tail",
    "_divided",
    "_power",
    "_unary",
    "_binary",
    "_ternary",
    "run_scalar",
    "_weigh",
    "leap",
    "_nearest",
    "_follow_row",
    "follow",
)
"""Callees first, as `numerics/kernels.py` wants them."""

_NEG, _ADD, _SUB, _MUL, _DIV, _POW, _LT, _LE, _GT, _GE, _AND, _OR, _NOT = range(13)
_MIN, _MAX, _EXP, _LOG, _SQRT, _ABS, _TANH, _IF, _HILL, _LATE, _RAMP, _POS = range(13, 25)
# what `leap` keeps: the time, what is left of the gap (below 0: none drawn), time failed
NOW, LEFT, DOWN = range(3)
# and in whole numbers: place in the table, draws used, events so far, whether the table is one row only
CELL, USED, EVENTS, FORGET = range(4)
if len(CODES) != 25:
    raise ImportError("the operations of scalar.py and operations.py differ")


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


def _divided(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    if a != a or a == 0.0:
        return math.nan
    return math.inf if (a > 0.0) == (math.copysign(1.0, b) > 0.0) else -math.inf


def _power(a: float, b: float) -> float:
    if a == 0.0 and b < 0.0:
        return math.inf
    if a < 0.0 and b != math.floor(b):
        return math.nan
    if a != 0.0 and b * math.log(abs(a)) > 709.78:
        return math.inf if a > 0.0 or b % 2.0 == 0.0 else -math.inf
    return float(a**b)


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


def _weigh(row: int, law: Any, registers: Any, table: Any, jumps: Any, x: Any) -> None:
    """Fills one row of the table: running sums of the rates of those events that stay in the box, then `failed`."""
    codes, args, first, outs = law
    changes, _, bottom, top = jumps
    for s in range(len(x)):
        registers[s] = 1.0 * x[s]
    run_scalar(codes, args, registers, first)
    total = 0.0
    events = len(outs) - 1
    for e in range(events):
        stays = True
        for s in range(len(x)):
            v = x[s] + changes[e * len(x) + s]
            if v < bottom[s] or v > top[s]:
                stays = False
        if stays:
            total += registers[outs[e]]
        table[row + e] = total
    table[row + events] = registers[outs[events]]


def leap(
    law: Any,
    registers: Any,
    table: Any,
    jumps: Any,
    x: Any,
    f: Any,
    k: Any,
    gaps: Any,
    picks: Any,
    counts: Any,
    mean: Any,
    bars: Any,
) -> int:
    """Single events from f[NOW] on, the parameters constant (Gillespie, J. Phys. Chem. 81, 1977): x moves, `counts` count.

    From bars = (watch, end, most) the time `watch` on, time failed goes to f[DOWN] and time times state to `mean`.
    0 where `end` was reached, 1 the draws are used up (go on with new ones), 2 `most` events passed, 3 a rate is no number.
    """
    changes, moves, _, _ = jumps
    watch, end, most = bars
    events = len(counts)
    while True:
        row = k[CELL] * (events + 1)
        if table[row + events - 1] < 0.0:
            _weigh(row, law, registers, table, jumps, x)
        total = table[row + events - 1]
        if not total < math.inf:
            return 3
        if f[LEFT] < 0.0:
            if k[USED] >= len(gaps):
                return 1
            f[LEFT] = gaps[k[USED]]
        now = f[NOW]
        then = end
        if total > 0.0:
            then = min(now + f[LEFT] / total, end)
        since = max(now, watch)
        if then > since:
            if table[row + events] > 0.0:
                f[DOWN] += then - since
            for s in range(len(x)):
                mean[s] += (then - since) * x[s]
        f[NOW] = then
        if then >= end:
            f[LEFT] = max(f[LEFT] - (end - now) * total, 0.0)
            return 0
        if k[EVENTS] >= most:
            return 2
        target = picks[k[USED]] * total
        e = 0
        while table[row + e] <= target and table[row + e] < total:
            e += 1
        k[USED] += 1
        k[EVENTS] += 1
        k[CELL] += moves[e]
        f[LEFT] = -1.0
        counts[e] += 1
        for s in range(len(x)):
            x[s] += changes[e * len(x) + s]
        if k[FORGET]:
            table[events - 1] = -1.0


def _nearest(y: Any, scale: Any, places: Any, resting: Any, before: Any, at_rest: float) -> int:
    """The first place of rest that y has come to (near before, nearer now), else -1; `before` is brought up to date."""
    at = -1
    for j in range(len(places)):
        far = 0.0
        for s in range(len(y)):
            d = abs(y[s] - places[j, s]) / scale[s]
            if d != d:
                d = math.inf
            if d > far:
                far = d
        if at < 0 and resting[j] and before[j] < at_rest and far < before[j]:
            at = j
        before[j] = far
    return at


def _follow_row(
    law: Any,
    registers: Any,
    failing: Any,
    f_registers: Any,
    y: Any,
    steps: int,
    scale: Any,
    places: Any,
    resting: Any,
    failed: Any,
    bars: Any,
) -> int:
    """0 up, 1 down, 2 left the domain; see `simulate.stays_down`, whose rules these are."""
    codes, args, first, outs = law
    f_codes, f_args, f_first, f_out = failing
    still, at_rest, look = bars
    before = np.full(len(places), math.inf)
    tail = max(steps // 10, 1)
    count = 0
    good = True
    for t in range(steps):
        for s in range(len(y)):
            registers[s] = y[s]
        run_scalar(codes, args, registers, first)
        moved, good = False, True
        for s in range(len(y)):
            v = registers[outs[s]]
            if abs(v - y[s]) > still * scale[s]:
                moved = True
            if not math.isfinite(v):
                good = False
            y[s] = v
            f_registers[s] = v
        if t >= steps - tail:
            run_scalar(f_codes, f_args, f_registers, f_first)
            count += 1 if f_registers[f_out] > 0 else 0
        elif t % look == 0:
            at = _nearest(y, scale, places, resting, before, at_rest)
            if at >= 0:
                return 1 if failed[at] else 0
            if not moved:
                run_scalar(f_codes, f_args, f_registers, f_first)
                return 2 if not good else (1 if f_registers[f_out] > 0 else 0)
    return 2 if not good else (1 if 2 * count > tail else 0)


def follow(
    law: Any,
    registers: Any,
    failing: Any,
    f_registers: Any,
    x: Any,
    p: Any,
    steps: int,
    scale: Any,
    places: Any,
    resting: Any,
    failed: Any,
    bars: Any,
) -> Any:
    """(n,) fates of the rows x (n, S) at the parameters p (n, P), one row after the other."""
    n, size = x.shape
    out = np.zeros(n, dtype=np.int64)
    for i in range(n):
        for j in range(p.shape[1]):
            registers[size + j] = p[i, j]
            f_registers[size + j] = p[i, j]
        out[i] = _follow_row(
            law, registers, failing, f_registers, x[i].copy(), steps, scale, places[i], resting[i], failed[i], bars
        )
    return out
