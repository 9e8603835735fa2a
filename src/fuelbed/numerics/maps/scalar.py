"""One point, or a few side by side: the same operations as plain loops, compiled where numba is installed (`numerics/kernels.py`), plain otherwise.

The compiled and the plain run are one source and take the same decisions. A plain run wants `np.errstate(all="ignore")` round it.

`walk` and `follow` are for maps (`simulate.py`), `leap` for single events (`jumps.py`). All stand here (so the file is over 400 lines)
because numba keeps machine code by the file it came from: in a file of their own they would go on with an old `_binary`.

`leap` and `follow` are over 40 lines: loops whose state would otherwise have to travel between compiled functions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fuelbed.numerics.maps.operations import CODES

__all__ = ["KERNELS", "SLOTS", "erlang_tail", "follow", "leap", "registers_of", "run_scalar", "walk"]

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
    "_run_side_by_side",
    "_place",
    "_stepped",
    "walk",
    "_fate",
    "follow",
)
"""Callees first, as `numerics/kernels.py` wants them."""

_NEG, _ADD, _SUB, _MUL, _DIV, _POW, _LT, _LE, _GT, _GE, _AND, _OR, _NOT = range(13)
_MIN, _MAX, _EXP, _LOG, _SQRT, _ABS, _TANH, _IF, _HILL, _LATE, _RAMP, _POS = range(13, 25)
SLOTS = 32  # rows that `walk` holds at a time: one decision of what to do for all of them, and all of them stay in the cache
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


def _run_side_by_side(codes: Any, args: Any, registers: Any, first: int, n: int) -> None:
    """`run_scalar` for the first n columns of `registers`: the quick operations as loops that the compiler makes wide."""
    for i in range(len(codes)):
        code = codes[i]
        a, b, out = registers[args[i, 0]], registers[args[i, 1]], registers[first + i]
        if code == _ADD:
            for j in range(n):
                out[j] = a[j] + b[j]
        elif code == _SUB:
            for j in range(n):
                out[j] = a[j] - b[j]
        elif code == _MUL:
            for j in range(n):
                out[j] = a[j] * b[j]
        elif code == _DIV:
            for j in range(n):
                out[j] = a[j] / b[j]
        elif code == _MIN:
            for j in range(n):
                out[j] = b[j] if b[j] < a[j] or b[j] != b[j] else a[j]
        elif code == _MAX:
            for j in range(n):
                out[j] = b[j] if b[j] > a[j] or b[j] != b[j] else a[j]
        elif code in (_IF, _HILL, _LATE):
            c = registers[args[i, 2]]
            for j in range(n):
                out[j] = _ternary(code, a[j], b[j], c[j])
        elif code in (_NEG, _NOT, _EXP, _LOG, _SQRT, _ABS, _TANH, _RAMP, _POS):
            for j in range(n):
                out[j] = _unary(code, a[j])
        else:
            for j in range(n):
                out[j] = _binary(code, a[j], b[j])


def _place(registers: Any, j: int, x: Any, p: Any) -> None:
    """States and parameters of one row into column j."""
    for s in range(len(x)):
        registers[s, j] = x[s]
    for k in range(len(p)):
        registers[len(x) + k, j] = p[k]


def _stepped(registers: Any, outs: Any, j: int, new: Any, scale: Any, still: float) -> bool:
    """Column j takes its new states; whether it moved."""
    moved = False
    for s in range(len(outs)):
        new[s] = registers[outs[s], j]
        if abs(new[s] - registers[s, j]) > still * scale[s]:
            moved = True
    for s in range(len(outs)):
        registers[s, j] = new[s]
    return moved


def walk(law: Any, registers: Any, x: Any, p: Any, during: Any, steps: Any, scale: Any, still: float, look: int) -> None:
    """Every row of x (n, S) goes on by `steps` (n,) steps under the parameters `during` (n, P), in place; see `simulate.under`.

    A row that is done leaves its column to the next one, so that the columns stay full.
    """
    codes, args, first, outs = law
    n, size = x.shape
    row = np.zeros(registers.shape[1], dtype=np.int64)
    t = np.zeros(registers.shape[1])
    new = np.zeros(size)
    coming, m = 0, 0
    while True:
        while m < len(row) and coming < n:
            if steps[coming] > 0:
                row[m], t[m] = coming, 0.0
                _place(registers, m, x[coming], during[coming])
                m += 1
            coming += 1
        if m == 0:
            return
        for j in range(m):
            w = steps[row[j]] - t[j]
            if w < 1.0:  # of a broken last step the parameters lie between
                _place(registers, j, registers[:size, j].copy(), p[row[j]] + w * (during[row[j]] - p[row[j]]))
        _run_side_by_side(codes, args, registers, first, m)
        for j in range(m - 1, -1, -1):
            moved = _stepped(registers, outs, j, new, scale, still)
            last = steps[row[j]]
            whole = math.floor(last)
            t[j] = whole if not moved and t[j] % look == 0 and whole > t[j] else t[j] + 1.0
            if t[j] >= last:
                for s in range(size):
                    x[row[j], s] = registers[s, j]
                m -= 1
                row[j], t[j] = row[m], t[m]
                for i in range(size + p.shape[1]):
                    registers[i, j] = registers[i, m]


def _fate(t: float, steps: int, tail: int, count: int, good: bool, moved: bool, at: int, failed_there: bool, down: bool) -> int:
    """Of a row after its step number t: -1 not decided, 0 up, 1 down, 2 left the domain."""
    if t < steps - tail:
        if at >= 0:
            return 1 if failed_there else 0
        if not moved:
            return 2 if not good else (1 if down else 0)
    elif t >= steps - 1:
        return 2 if not good else (1 if 2 * count > tail else 0)
    return -1


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
    """(n,) 0 up, 1 down, 2 left the domain, of the rows x (n, S) at the parameters p (n, P); see `simulate.stays_down`, whose rules these
    are. As in `walk` a row that is decided leaves its column to the next one."""
    codes, args, first, outs = law
    f_codes, f_args, f_first, f_out = failing
    still, at_rest, look = bars
    n, size = x.shape
    tail = max(steps // 10, 1)
    fates = np.zeros(n, dtype=np.int64)
    width = registers.shape[1]
    row, count, at = np.zeros(width, dtype=np.int64), np.zeros(width, dtype=np.int64), np.zeros(width, dtype=np.int64)
    t, new = np.zeros(width), np.zeros(size)
    moved, good = np.zeros(width, dtype=np.bool_), np.zeros(width, dtype=np.bool_)
    before = np.zeros((width, places.shape[1]))
    coming, m = 0, 0
    while True:
        while m < width and coming < n:
            row[m], t[m], count[m] = coming, 0.0, 0
            before[m] = math.inf
            _place(registers, m, x[coming], p[coming])
            _place(f_registers, m, x[coming], p[coming])
            coming += 1
            m += 1
        if m == 0:
            return fates
        _run_side_by_side(codes, args, registers, first, m)
        asked = False
        for j in range(m):
            moved[j], good[j], at[j] = _stepped(registers, outs, j, new, scale, still), True, -1
            for s in range(size):
                f_registers[s, j] = new[s]
                if not math.isfinite(new[s]):
                    good[j] = False
            if t[j] >= steps - tail:
                asked = True
            elif t[j] % look == 0:
                at[j] = _nearest(new, scale, places[row[j]], resting[row[j]], before[j], at_rest)
                asked = asked or not moved[j]
            else:
                moved[j] = True  # nobody looks
        if asked:
            _run_side_by_side(f_codes, f_args, f_registers, f_first, m)
        for j in range(m - 1, -1, -1):
            down = f_registers[f_out, j] > 0
            if t[j] >= steps - tail and down:
                count[j] += 1
            there = at[j] >= 0 and failed[row[j], max(at[j], 0)]
            fate = _fate(t[j], steps, tail, count[j], good[j], moved[j], at[j], there, down)
            t[j] += 1.0
            if fate >= 0:
                fates[row[j]] = fate
                m -= 1
                row[j], t[j], count[j], before[j] = row[m], t[m], count[m], before[m]
                for i in range(size + p.shape[1]):
                    registers[i, j] = registers[i, m]
                    f_registers[i, j] = f_registers[i, m]
