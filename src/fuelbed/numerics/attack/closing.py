"""The cheapest cut of a case: patches, closings and mended controls that together leave no way to the goal, at the least cost.

Unknown variants cannot be patched, so a cut that patches must leave them no way either. Costs may be intervals: the cheapest set is the
one at the middle of the costs; the least cost itself grows with every cost, so its interval is exact: all costs at their low ends, and
all at their high ends.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fuelbed.core.case import Case
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.attack.compose import Composed
from fuelbed.numerics.attack.cut import Cut, cheapest_cut

__all__ = ["CheapestCut", "Closing", "cheapest", "closings"]

_FEW = 400  # closings up to which another set of the same cost is looked for
_FREE = 1e-9  # of the greatest cost: what stands for a closing that costs nothing


@dataclass(frozen=True, slots=True)
class Closing:
    """Something that can be done: kind "patch", "close" or "mend"; its node; its cost, None where the case gives none."""

    kind: str
    name: str
    node: int
    cost: Quantity | None


@dataclass(frozen=True, slots=True)
class CheapestCut:
    """closings  None where nothing that has a cost cuts.
    cost      at the middle; `low..high` the least cost over the range of costs.
    bound     no cut costs less (at the middle); `proved` where that is the cost itself.
    counted   True where no closing has a cost, and each counts 1.
    moves     whether the cheapest set is another one at the low or high ends.
    also      another set of the same cost, where one was found; () where none was looked for, too.
    """

    closings: tuple[Closing, ...] | None
    cost: float
    low: float
    high: float
    bound: float
    proved: bool
    counted: bool
    moves: bool
    also: tuple[Closing, ...] = ()


def closings(case: Case, composed: Composed, generated: Collection[str]) -> list[Closing]:
    """What can be done to the factors that the goal reads: exploits patched, exposures and conditions closed, controls mended."""
    near = composed.graph.towards(composed.goal)
    out = []
    for (kind, name), node in composed.nodes.items():
        f = case.factors.get(name)
        if f is None or kind == "tips" or name in generated or not near[node]:
            continue
        if kind == "trigger" and f.role != "exploit" and f.traits.cost is None:
            continue  # what is no exploit is not patched
        out.append(Closing({"trigger": "patch", "condition": "close", "control": "mend"}[kind], name, node, f.traits.cost))
    return out


def cheapest(composed: Composed, every: Sequence[Closing], time_limit: float = 20.0) -> CheapestCut:
    """Over what has a cost; where nothing has one, each closing counts 1."""
    priced = [c for c in every if c.cost is not None]
    counted = not priced
    some = priced or list(every)
    rows = [_costs(some, end) for end in ("middle", "low", "high")]
    middle = _cut(composed, some, rows[0], time_limit)
    if middle.closings is None:
        return CheapestCut(None, math.inf, math.inf, math.inf, math.inf, True, counted, False)
    ends = [middle if row == rows[0] else _cut(composed, some, row, time_limit) for row in rows[1:]]
    chosen = tuple(some[k] for k in middle.closings)
    cost, low, high = (math.fsum(row[k] for k in x.closings or ()) for row, x in zip(rows, (middle, *ends), strict=True))
    low = min(low, ends[0].bound)  # where the time ran out
    moves = any(
        _at(row, x.closings or ()) < _at(row, middle.closings) * (1 - 1e-9) for row, x in zip(rows[1:], ends, strict=True)
    )
    bound = min(cost, middle.bound if middle.bound > 2 * _FREE * max(rows[0], default=0.0) else 0.0)
    also = _another(composed, some, rows[0], middle.closings, time_limit) if middle.proved and len(some) <= _FEW else ()
    return CheapestCut(chosen, cost, low, max(high, cost), bound, middle.proved, counted, moves, also)


def _another(
    composed: Composed, some: Sequence[Closing], costs: Sequence[float], chosen: Sequence[int], time_limit: float
) -> tuple[Closing, ...]:
    """Another set of the same cost: with the chosen ones dearer by a hair, the solver leaves them where it loses nothing by that."""
    mine = set(chosen)
    dearer = [c * (1 + 1e-6) if k in mine else c for k, c in enumerate(costs)]
    found = _cut(composed, some, dearer, time_limit).closings
    if not found or set(found) == mine or _at(costs, found) > _at(costs, chosen) * (1 + 1e-9):
        return ()
    return tuple(some[k] for k in found)


def _at(row: Sequence[float], chosen: Sequence[int]) -> float:
    return math.fsum(row[k] for k in chosen)


def _costs(some: Sequence[Closing], end: str) -> list[float]:
    """The costs at one end; a lognormal's and a beta's ends are their 5th and 95th percentiles."""
    if any(c.cost is None for c in some):
        return [1.0] * len(some)
    return [float(getattr(c.cost, end)) for c in some]


def _cut(composed: Composed, some: Sequence[Closing], costs: Sequence[float], time_limit: float) -> Cut:
    """The cut; what costs nothing gets a cost so small that no sum of them matters."""
    least = _FREE * max([c for c in costs if c > 0], default=1.0)
    return cheapest_cut(composed.graph, composed.goal, [[c.node] for c in some], [max(c, least) for c in costs], time_limit)
