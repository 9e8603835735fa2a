"""Candidates of three kinds that need no time: bounds of a column, orderings of two, relations in which a sum or a share is kept.

Each candidate fits every row that it is learned from. What one of the others implies already is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.arithmetic import Arith, Call, Measured, Name, Num
from fuelbed.core.temporal import Compare, Temporal
from fuelbed.numerics.mining.levels import level, round_up

__all__ = ["FEWEST", "Kind", "Shape", "bounds", "number", "orders", "relations", "together"]

Array = NDArray[np.float64]
Kind = Literal["bound", "order", "relation", "response"]
FEWEST = 60
"""Rows in which all columns of a candidate have a value: with fewer nothing is offered."""
_MOVES = 0.5  # correlation: two columns that do not move together have no order worth holding
_KEPT = 0.9  # correlation of two columns in a relation
_BAND = 0.25  # of what a column moves over (5..95 %): a wider band says little more than its bounds do
_SHARES = ("%", "per cent", "percent")
_PAIRS = 3_000  # of one unit, the most correlated ones
_MOST = 20  # columns of one unit among which sums are looked for


@dataclass(frozen=True, slots=True)
class Shape:
    """A candidate as learned: `tight` 0..1, the nearer to 1 the less room it leaves beside what was seen."""

    kind: Kind
    name: str
    formula: Temporal
    what: str
    tight: float
    columns: tuple[str, ...] = field(default=())


def number(value: float, unit: str) -> Num:
    """A number as a reader would write it: seconds below 1 in ms, rates with their unit."""
    if unit == "seconds" and value > 0:
        ms = round(value * 1e3, 6)
        return Measured(ms * 1e-3, ms, "ms") if value < 1 and ms * 1e-3 == value else Measured(value, value, "s")
    if unit == "per second" and value > 0:
        return Measured(value, value, "per second")
    return Num(value)


def _negative(value: float, unit: str) -> Arith:
    return number(value, unit) if value >= 0 else Call("neg", (number(-value, unit),))


def bounds(columns: Mapping[str, Array], units: Mapping[str, str]) -> Iterator[Shape]:
    """`x <= c` and `x >= c`. Not what says nothing: at least 0 where nothing is negative, at most 100 of per cent."""
    for name, x in columns.items():
        x = x[np.isfinite(x)]
        if len(x) < FEWEST:
            continue
        low, high = float(x.min()), float(x.max())
        top = round_up(level(x))
        if top < 100 or high > 100 or units.get(name, "").lower() not in _SHARES:
            yield Shape(
                "bound", f"{name}_at_most", Compare("le", Name(name), _negative(top, units.get(name, ""))),
                f"`{name}` was at most {high:.4g} in {len(x)} rows", _tight(high - low, top - high), (name,),
            )  # fmt: skip
        bottom = -round_up(level(-x))
        if bottom > 0 or low < 0:
            yield Shape(
                "bound", f"{name}_at_least", Compare("ge", Name(name), _negative(bottom, units.get(name, ""))),
                f"`{name}` was at least {low:.4g} in {len(x)} rows", _tight(high - low, low - bottom), (name,),
            )  # fmt: skip


def _tight(moves: float, room: float) -> float:
    """0 for a column that never moved: its bound says only that."""
    return moves / (moves + room) if moves > 0 else 0.0


def together(columns: Mapping[str, Array], names: Sequence[str]) -> Array:
    """(k, k) correlations over the rows that both columns have; 0 where one does not vary there or there are fewer than `FEWEST`.

    All pairs by five matrix products: a file may have thousands of columns.
    """
    k = len(names)
    if not k:
        return np.zeros((0, 0))
    x = np.stack([columns[n] for n in names], axis=1)
    there = np.isfinite(x)
    x = np.where(there, x, 0.0)
    count = np.maximum(there.sum(axis=0), 1)
    x = np.where(there, x - x.sum(axis=0) / count, 0.0)
    scale = np.sqrt((x * x).sum(axis=0) / count)
    x = np.divide(x, scale, out=np.zeros_like(x), where=scale > 0)
    m = there.astype(float)
    n, sx, sxx, sxy = m.T @ m, x.T @ m, (x * x).T @ m, x.T @ x
    with np.errstate(all="ignore"):
        mean = sx / n
        cov = sxy / n - mean * mean.T
        var = np.maximum(sxx / n - mean * mean, 0.0)
        r = cov / np.sqrt(var * var.T)
    return np.where((n >= FEWEST) & (var > 1e-12) & (var.T > 1e-12), np.clip(r, -1.0, 1.0), 0.0)


def _likeliest(columns: Mapping[str, Array], names: Sequence[str], least: float, most: int) -> list[tuple[str, str, float]]:
    """Pairs of columns (the first before the second in `names`) by falling correlation, from `least` on."""
    r = together(columns, names)
    i, j = np.nonzero(np.triu(r >= least, 1))
    best = np.lexsort((j, i, -np.round(r[i, j], 9)))[:most]
    return [(names[i[b]], names[j[b]], float(r[i[b], j[b]])) for b in best]


def _by_unit(columns: Mapping[str, Array], units: Mapping[str, str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for name in columns:
        groups.setdefault(units.get(name, ""), []).append(name)
    return [g for g in groups.values() if len(g) > 1]


def orders(columns: Mapping[str, Array], units: Mapping[str, str]) -> Iterator[Shape]:
    """`x <= y` in every row, for columns of one unit that move together and whose ranges overlap (else two bounds say more).

    Of x <= y and y <= z the third, x <= z, follows and is left out.
    """
    for group in _by_unit(columns, units):
        held: dict[tuple[str, str], float] = {}
        likely = _likeliest(columns, group, _MOVES, _PAIRS)
        for a, b in [p for one, two, _ in likely for p in ((one, two), (two, one))]:
            x, y = columns[a], columns[b]
            both = np.isfinite(x) & np.isfinite(y)
            if (x[both] > y[both]).any() or x[both].max() <= y[both].min() or (x[both] == y[both]).all():
                continue
            held[a, b] = _tight(float(np.ptp(y[both])), float(np.median(y[both] - x[both])))
        above: dict[str, list[str]] = {}
        for a, b in held:
            above.setdefault(a, []).append(b)
        for (a, b), tight in held.items():
            if not any((a, m) in held and (m, b) in held for m in above[a]):
                yield Shape(
                    "order", f"{a}_within_{b}", Compare("le", Name(a), Name(b)), f"`{a}` was never above `{b}`", tight, (a, b)
                )


def relations(columns: Mapping[str, Array], units: Mapping[str, str]) -> Iterator[Shape]:
    """`abs(y - k * x) <= c` and `abs(y - x - z) <= c`: a share or a sum that is kept, within a band much narrower than y moves.

    Of pairs that chain (y with x, z with y) a forest is kept, the narrowest bands first: the others follow from it, in a wider band.
    """
    for group in _by_unit(columns, units):
        pairs = sorted(_pairs(columns, group), key=lambda p: p[0])
        root = {n: n for n in group}
        for width, shape in pairs:
            a, b = (_root(root, n) for n in shape.columns)
            if a != b:
                root[a] = b
                yield _tighter(shape, width)
        best: dict[str, tuple[float, Shape]] = {}
        for width, shape in _sums(columns, group[:_MOST], root):
            y = shape.columns[0]
            if y not in best or width < best[y][0]:
                best[y] = (width, shape)
        yield from (_tighter(s, w) for w, s in best.values())


def _tighter(s: Shape, width: float) -> Shape:
    return Shape(s.kind, s.name, s.formula, s.what, 1 - width, s.columns)


def _root(root: dict[str, str], n: str) -> str:
    while root[n] != n:
        n = root[n]
    return n


def _pairs(columns: Mapping[str, Array], group: Sequence[str]) -> Iterator[tuple[float, Shape]]:
    for a, b, _ in _likeliest(columns, group, _KEPT, _PAIRS):
        both = np.isfinite(columns[a]) & np.isfinite(columns[b])
        x, y = columns[a][both], columns[b][both]
        if not (x * x).sum():
            continue
        for k in (1.0, float(f"{(x @ y) / (x @ x):.4g}")):
            width, c = _band(y - k * x, y)
            if width <= _BAND and k > 0:
                part: Arith = Name(a) if k == 1 else Call("mul", (Num(k), Name(a)))
                formula = Compare("le", Call("abs", (Call("sub", (Name(b), part)),)), Num(c))
                what = f"`{b}` stays at {'' if k == 1 else f'{k:.4g} times '}`{a}`"
                yield width, Shape("relation", f"{b}_follows_{a}", formula, what, 0.0, (b, a))
                break


def _sums(columns: Mapping[str, Array], group: Sequence[str], root: dict[str, str]) -> Iterator[tuple[float, Shape]]:
    """y = x + z, where no two of the three are bound by a pair already."""
    for y in group:
        for a, b in combinations([n for n in group if n != y], 2):
            if len({_root(root, n) for n in (y, a, b)}) < 3:
                continue
            all_three = np.isfinite(columns[y]) & np.isfinite(columns[a]) & np.isfinite(columns[b])
            if all_three.sum() < FEWEST:
                continue
            v = columns[y][all_three]
            width, c = _band(v - columns[a][all_three] - columns[b][all_three], v)
            if width <= _BAND and all(np.ptp(columns[n][all_three]) > _BAND * np.ptp(v) for n in (a, b)):
                formula = Compare("le", Call("abs", (Call("sub", (Call("sub", (Name(y), Name(a))), Name(b))),)), Num(c))
                yield width, Shape("relation", f"{y}_is_{a}_and_{b}", formula, f"`{y}` stays at `{a}` plus `{b}`", 0.0, (y, a, b))


def _band(rest: Array, y: Array) -> tuple[float, float]:
    """How wide |rest| reaches in units of what y moves over (inf where it does not move), and the bound."""
    c = round_up(level(np.abs(rest)))
    low, high = np.quantile(y, [0.05, 0.95])
    return (c / float(high - low) if high > low else np.inf), c
