"""Candidates in time: after a rise of x, y is back below its usual level within a while."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.arithmetic import Name
from fuelbed.core.temporal import Compare, Edge, Implies, Over, Window
from fuelbed.numerics.mining.levels import level, round_up
from fuelbed.numerics.mining.shapes import FEWEST, Shape, number, together

__all__ = ["responses"]

Array = NDArray[np.float64]
_HIGH, _USUAL = 0.95, 0.75  # quantiles: what counts as a rise, and below what a column is back
_EPISODES = 5  # rises at least: with fewer nothing is known of how long it takes
_PAIRS = 40  # pairs of different columns, the most correlated ones
_MOVES = 0.5
_UNITS = ((86_400.0, 3_600.0), (7_200.0, 60.0))


def responses(times: Array, columns: Mapping[str, Array], units: Mapping[str, str]) -> Iterator[Shape]:
    """`rises(x > a) -> eventually[0..d] y <= b`: a the 95 % quantile of x, b the 75 % quantile of y, d from the returns that were seen.

    y is x itself, or a column that moves with it and is above b at half of the rises of x or more (else it says nothing).
    """
    if len(times) < 2:
        return
    step = float(np.median(np.diff(times)))
    good = {n: x for n, x in columns.items() if np.isfinite(x).sum() >= FEWEST and np.nanstd(x) > 0}
    names = list(good)
    r = together(good, names)
    i, j = np.nonzero((r >= _MOVES) & ~np.eye(len(names), dtype=bool))
    best = np.lexsort((j, i, -np.round(r[i, j], 9)))[:_PAIRS]
    chosen = [(names[i[k]], names[j[k]]) for k in best]
    for a, b in [(n, n) for n in good] + chosen:
        shape = _response(times, step, a, b, good, units)
        if shape is not None:
            yield shape


def _response(times: Array, step: float, a: str, b: str, columns: Mapping[str, Array], units: Mapping[str, str]) -> Shape | None:
    x, y = columns[a], columns[b]
    high, usual = round_up(float(np.nanquantile(x, _HIGH))), round_up(float(np.nanquantile(y, _USUAL)))
    if a == b and usual >= high:
        return None
    above = x > high
    rises = np.flatnonzero(above[1:] & (x[:-1] <= high)) + 1
    back = np.flatnonzero(y <= usual)
    later = np.searchsorted(back, rises)
    rises, later = rises[later < len(back)], later[later < len(back)]
    if len(rises) < _EPISODES or (a != b and np.mean(y[rises] > usual) < 0.5):
        return None
    took = times[back[later]] - times[rises]
    within = _round(max(level(took), step), step)
    formula = Implies(
        Edge("rises", Compare("gt", Name(a), number(high, units.get(a, "")))),
        Over("eventually", Window(0.0, within), Compare("le", Name(b), number(usual, units.get(b, "")))),
    )
    longest = float(took.max())
    what = f"after each of {len(rises)} rises of `{a}`, `{b}` was back within {_plain(longest)} s"
    return Shape("response", f"{a}_recovers" if a == b else f"{b}_recovers_after_{a}", formula, what, longest / within, (a, b))


def _plain(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}"


def _round(seconds: float, step: float) -> float:
    """Up to a whole number of steps, and of minutes or hours where it is long."""
    unit = next((u for most, u in _UNITS if seconds >= most), step)
    return float(math.ceil(seconds / unit - 1e-9) * unit)
