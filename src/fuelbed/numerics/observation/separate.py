"""The fewest (or cheapest) sensors that tell every two states apart: a set cover over pairs of states.

A sensor tells two states apart where its readings differ by at least `APART` in probability. Greedy choice needs at most
`1 + ln(pairs)` times the least cost (V. Chvatal, A greedy heuristic for the set-covering problem, 1979); the mixed integer program

    minimize sum_k cost_k x_k   with   sum_{k tells the pair apart} x_k >= 1 for every pair,   x_k in {0, 1}

is solved by trying every set where the sensors are few, else by branch and bound (HiGHS, through SciPy) with a limit on nodes, never on
time: where it stops early, its lower bound is shown beside what was found. Equal rows are one, so that the program stays small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["APART", "Cover", "cover"]

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
APART = 0.5
_NODES = 500
_FEW = 10  # sensors, of which every set is tried
_HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Cover:
    """Sensors that together tell apart every pair that any of them can.

    chosen   places of sensors; `cost` of them, and `least`, below which no set does (equal: proven).
    greedy   what greedy choice alone takes.
    hopeless pairs that no sensor tells apart.
    """

    chosen: tuple[int, ...]
    cost: float
    least: float
    greedy: float
    hopeless: int

    @property
    def proven(self) -> bool:
        return self.cost <= self.least * (1 + _HAIR) + _HAIR


def cover(shows: Array, cost: Array, done: Bools | None = None, nodes: int = _NODES) -> Cover:
    """`shows` (states, sensors): P(on | state). `cost` (sensors,), above 0. `done` (states, states): pairs that need no sensor."""
    a, b = np.triu_indices(len(shows), 1)
    apart = np.abs(shows[a] - shows[b]) >= APART - 1e-12
    open_ = np.ones(len(a), dtype=bool) if done is None else ~done[a, b]
    hopeless = int((open_ & ~apart.any(axis=1)).sum())
    rows = np.unique(apart[open_ & apart.any(axis=1)], axis=0)
    if not len(rows):
        return Cover((), 0.0, 0.0, 0.0, hopeless)
    rows = _needed(rows)
    taken = _greedy(rows, cost)
    quick = float(cost[taken].sum())
    best, least = _tried(rows, cost) if rows.shape[1] <= _FEW else _solved(rows, cost, nodes)
    chosen = best if best is not None and float(cost[best].sum()) <= quick + _HAIR else taken
    return Cover(tuple(sorted(chosen)), float(cost[chosen].sum()), min(least, float(cost[chosen].sum())), quick, hopeless)


def _needed(rows: Bools) -> Bools:
    """Without pairs that are told apart whenever another one is."""
    if len(rows) > 400:
        return rows
    inside = (rows[:, None, :] <= rows[None, :, :]).all(axis=2)  # row i inside row j: j is told apart whenever i is
    alone = inside.sum(axis=0) == 1  # each is inside itself
    return np.asarray(rows[alone])


def _greedy(rows: Bools, cost: Array) -> list[int]:
    left = rows
    out: list[int] = []
    while len(left):
        worth = left.sum(axis=0) / cost
        out.append(int(worth.argmax()))
        left = left[~left[:, out[-1]]]
    for k in sorted(out, key=lambda k: -cost[k]):  # what a later choice made needless
        rest = [j for j in out if j != k]
        if rest and rows[:, rest].any(axis=1).all():
            out = rest
    return out


def _tried(rows: Bools, cost: Array) -> tuple[list[int], float]:
    """The cheapest set by trying them all, of equal ones the smallest."""
    m = rows.shape[1]
    bits = (np.arange(1 << m)[:, None] >> np.arange(m)) & 1
    price = np.where((rows.astype(np.int64) @ bits.T > 0).all(axis=0), bits @ cost + 1e-9 * bits.sum(axis=1), np.inf)
    best = int(price.argmin())
    chosen = [k for k in range(m) if best >> k & 1]
    return chosen, float(cost[chosen].sum())


def _solved(rows: Bools, cost: Array, nodes: int) -> tuple[list[int] | None, float]:
    """(sensors, lower bound) by branch and bound; the bound of the relaxation at least."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    found = milp(
        cost,
        integrality=np.ones(len(cost), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows.astype(float), lb=1.0),
        options={"node_limit": nodes},
    )
    chosen = None if found.x is None else [int(k) for k in np.flatnonzero(np.asarray(found.x) > 0.5)]
    bound = found.mip_dual_bound
    whole = bool(np.all(cost == np.round(cost)))
    least = 0.0 if bound is None or not np.isfinite(bound) else float(np.ceil(bound - _HAIR)) if whole else float(bound)
    return chosen, max(least, float(cost.min()))
