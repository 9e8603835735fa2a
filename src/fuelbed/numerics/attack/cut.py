"""The cheapest cut: closings of least cost that keep the goal from being reached.

On AND/OR graphs with cycles by a mixed-integer program (`scipy.optimize.milp`, HiGHS), with a variable r for every node that is 1
where it is reached, and x for every closing:

    r >= 1 - sum x over its closings                  a source
    r >= r_input - sum x                              an OR node, for every input
    r >= sum r_inputs - (k - 1) - sum x               an AND node of k inputs
    r_goal = 0,  x whole,  0 <= r <= 1,  least sum cost x

For whole x the least r is the least fixpoint, so cycles need nothing more. Where the graph has no AND nodes and every closing guards
one node, it is a minimum cut, by maximum flow with split nodes (L. Ford, D. Fulkerson 1956), which a hundred thousand nodes are no
matter for. The answer says its gap: the cost found and the least that any cut can cost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.attack.graph import AndOr

__all__ = ["Cut", "cheapest_cut"]

_UNITS = 1 << 24  # whole numbers that costs become for the flow: their rounding is in the bound
_TIME = 60.0


@dataclass(frozen=True, slots=True)
class Cut:
    """closings  the numbers of the closings, None where no set of them cuts.
    cost      theirs; `bound` is the least that any cut costs. Equal, up to rounding, where the cut is proved the cheapest.
    method    "flow" or "program".
    """

    closings: tuple[int, ...] | None
    cost: float
    bound: float
    method: str

    @property
    def proved(self) -> bool:
        return self.closings is not None and self.cost <= self.bound * (1 + 1e-6) + 1e-12


def cheapest_cut(
    graph: AndOr, goal: int, closings: Sequence[Sequence[int]], costs: Sequence[float], time_limit: float = _TIME
) -> Cut:
    """closings: by closing the nodes that can no longer be reached with it; costs above 0. A time limit in seconds ends the program
    with the best cut so far and its bound."""
    if len(closings) != len(costs) or any(not c > 0 or math.isinf(c) for c in costs):
        raise ValueError("every closing has a cost above 0")
    if all(len(nodes) == 1 for nodes in closings) and not np.any(graph.ands & (graph.counts > 1)):
        return _by_flow(graph, goal, closings, costs)
    if not graph.reached()[goal]:
        return Cut((), 0.0, 0.0, "program")
    shut = np.zeros(graph.n, dtype=bool)
    for nodes in closings:
        shut[list(nodes)] = True
    if graph.reached(shut)[goal]:
        return Cut(None, math.inf, math.inf, "program")
    return _by_program(graph, goal, closings, costs, time_limit)


def _by_flow(graph: AndOr, goal: int, closings: Sequence[Sequence[int]], costs: Sequence[float]) -> Cut:
    """A node is an edge from its entry (2 i) to its exit (2 i + 1), as wide as its cheapest closing costs.

    Widths are whole numbers of a unit. Where no unit makes the costs whole, a first cut says how wide an edge can matter, and a second
    run has a unit so small that the rounding is.
    """
    best: dict[int, int] = {}
    for k, (node,) in enumerate(closings):
        if node not in best or costs[k] < costs[best[node]]:
            best[node] = k
    total = math.fsum(costs[k] for k in best.values())
    unit = next((10.0**-d for d in range(7) if total * 10**d < _UNITS and _whole(costs, 10**d)), 0.0)
    if unit or not best:
        return _flow(graph, goal, best, costs, unit or 1.0, 0.0)
    rough = _flow(graph, goal, best, costs, total / _UNITS, 1.0)
    if rough.closings is None or not rough.closings:
        return rough
    fine = _flow(graph, goal, best, [min(c, 1.1 * rough.cost) for c in costs], 2.2 * rough.cost / _UNITS, 1.0)
    assert fine.closings is not None
    return Cut(fine.closings, math.fsum(costs[k] for k in fine.closings), fine.bound, "flow")


def _whole(costs: Sequence[float], scale: int) -> bool:
    return all(abs(c * scale - round(c * scale)) < 1e-9 * scale for c in costs)


def _flow(graph: AndOr, goal: int, best: dict[int, int], costs: Sequence[float], unit: float, rounding: float) -> Cut:
    """The minimum cut with widths in `unit`; rounding: by how many units a width may be off."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    n = graph.n
    wide = 2 * _UNITS - 1
    width = np.full(n, wide, dtype=np.int32)
    for node, k in best.items():
        width[node] = max(1, round(costs[k] / unit))
    nodes, sources, start = np.arange(n), np.flatnonzero(graph.sources), 2 * n
    frm = np.concatenate([2 * nodes, 2 * graph.tails + 1, np.full(len(sources), start)])
    to = np.concatenate([2 * nodes + 1, 2 * graph.heads, 2 * sources])
    capacity = np.concatenate([width, np.full(len(graph.heads) + len(sources), wide, dtype=np.int32)])
    pairs = np.unique(frm * (start + 1) + to, return_index=True)[1]  # parallel edges would add up
    net = csr_array((capacity[pairs], (frm[pairs], to[pairs])), shape=(start + 1, start + 1))
    flow = maximum_flow(net, start, 2 * goal + 1)
    if flow.flow_value >= wide:
        return Cut(None, math.inf, math.inf, "flow")
    left = (net - flow.flow).tocsr()
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    seen = np.zeros(start + 1, dtype=bool)
    seen[breadth_first_order(left, start, return_predecessors=False)] = True
    chosen = tuple(sorted(best[i] for i in np.flatnonzero(seen[2 * nodes] & ~seen[2 * nodes + 1]).tolist()))
    cost = math.fsum(costs[k] for k in chosen)
    # a cheaper cut would hold at most so many closings, each of them off by no more than the rounding
    held = min(len(best), cost / min(costs[k] for k in best.values())) if chosen else 0.0
    return Cut(chosen, cost, max(0.0, min(cost, float(flow.flow_value * unit) - rounding * unit * held + 1e-9 * cost)), "flow")


def _by_program(graph: AndOr, goal: int, closings: Sequence[Sequence[int]], costs: Sequence[float], time_limit: float) -> Cut:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    keep = graph.reached() & graph.towards(goal)
    number = np.cumsum(keep) - 1
    live = int(keep.sum())
    shutting: list[list[int]] = [[] for _ in range(live)]
    for k, nodes in enumerate(closings):
        for i in set(nodes):
            if keep[i]:
                shutting[number[i]].append(live + k)
    rows, least = _rows(graph, keep, number, shutting)
    r = np.repeat(np.arange(len(rows)), [len(x) for x in rows])
    c = np.array([j for x in rows for j, _ in x], dtype=np.intp)
    v = np.array([w for x in rows for _, w in x])
    size = live + len(closings)
    matrix = coo_array((v, (r, c)), shape=(len(rows), size)).tocsr()
    high = np.ones(size)
    high[number[goal]] = 0.0
    found = milp(
        np.concatenate([np.zeros(live), np.asarray(costs, dtype=float)]),
        integrality=np.concatenate([np.zeros(live), np.ones(len(closings))]),
        bounds=Bounds(np.zeros(size), high),
        constraints=LinearConstraint(matrix, lb=np.array(least)),
        options={"time_limit": time_limit, "mip_rel_gap": 0.0},
    )
    bound = float(found.mip_dual_bound) if found.mip_dual_bound is not None else 0.0
    if found.x is None:
        return _everything(graph, goal, closings, costs, bound)
    chosen = _without_spare(graph, goal, closings, costs, np.flatnonzero(found.x[live:] > 0.5).tolist())
    cost = math.fsum(costs[k] for k in chosen)
    return Cut(tuple(chosen), cost, min(bound, cost), "program")


def _rows(
    graph: AndOr, keep: NDArray[np.bool_], number: NDArray[np.intp], shutting: list[list[int]]
) -> tuple[list[list[tuple[int, float]]], list[float]]:
    """The inequalities as (column, weight) rows, each at least its number."""
    tails, start = graph.by_head
    rows: list[list[tuple[int, float]]] = []
    least: list[float] = []
    for i in np.flatnonzero(keep).tolist():
        me = int(number[i])
        own = [(me, 1.0), *((x, 1.0) for x in shutting[me])]
        inputs = dict.fromkeys(int(number[t]) for t in tails[start[i] : start[i + 1]] if keep[t])
        if graph.sources[i]:
            rows.append(own)
            least.append(1.0)
        elif graph.ands[i]:
            rows.append([*own, *((t, -1.0) for t in inputs if t != me)])
            least.append(-(len(inputs) - 1.0))
        else:
            rows += [[*own, (t, -1.0)] for t in inputs if t != me]
            least += [0.0] * sum(t != me for t in inputs)
    return rows, least


def _without_spare(
    graph: AndOr, goal: int, closings: Sequence[Sequence[int]], costs: Sequence[float], chosen: list[int]
) -> list[int]:
    """The cut without what it does not need: where the time ran out it may hold some."""

    def cuts(some: list[int]) -> bool:
        shut = np.zeros(graph.n, dtype=bool)
        for k in some:
            shut[list(closings[k])] = True
        return not graph.reached(shut)[goal]

    kept = sorted(chosen)
    for k in sorted(chosen, key=lambda k: -costs[k]) if len(chosen) <= 200 else ():
        fewer = [x for x in kept if x != k]
        if cuts(fewer):
            kept = fewer
    return kept


def _everything(graph: AndOr, goal: int, closings: Sequence[Sequence[int]], costs: Sequence[float], bound: float) -> Cut:
    """Nothing was found in time: all closings cut, as was looked at first."""
    chosen = _without_spare(graph, goal, closings, costs, list(range(len(closings))))
    return Cut(tuple(chosen), math.fsum(costs[k] for k in chosen), bound, "program")
