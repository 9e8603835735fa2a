"""Bounds of P(top) where no variable order fits: exact gates where they fit, bounds for what is above them, Shannon expansion.

For independent events and monotone gates (association: J. Esary, F. Proschan, "Coherent structures of non-identical components",
Technometrics 5(2), 1963): prod P <= P(and) <= min P, max P <= P(or) <= 1 - prod (1 - P). Where a gate negates: Frechet's bounds,
max(0, sum P - n + 1) <= P(and) <= min P, max P <= P(or) <= min(1, sum P). Both hold with bounds in place of P. Each expansion of an
event narrows the sum; the branch that holds most of the gap goes first.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Mapping, Sequence

from fuelbed.core.networks import Gate, Network
from fuelbed.numerics.boolean.bdd import Bdd
from fuelbed.numerics.boolean.orders import build, fix, orders

__all__ = ["bounds"]

Interval = tuple[float, float]


def bounds(network: Network, chance: Mapping[str, float], budget: int = 200_000, expansions: int = 24) -> Interval:
    """An interval that surely holds P(top).

    The event order whose diagrams get furthest within the budget is taken for all branches, each with a quarter of the budget.
    """
    tries = [(order, *_made(network, order, budget)) for order in orders(network)]
    order, b, made = max(tries, key=lambda t: len(t[2]))
    low, high = _bounds(network, chance, b, made, order)
    del tries, b, made
    heap: list[tuple[float, int, float, float, float, Network]] = [(low - high, 0, 1.0, low, high, network)]
    whole_low, whole_high = low, high
    for n in range(1, expansions + 1):
        _, _, weight, low, high, branch = heapq.heappop(heap)
        event = _most_read(branch, chance)
        if event is None or high <= low:
            break
        whole_low, whole_high = whole_low - weight * low, whole_high - weight * high
        for k, value in enumerate((False, True)):
            q = weight * (chance[event] if value else 1.0 - chance[event])
            part = fix(branch, {event: value})
            lo, hi = _bounds(part, chance, *_made(part, order, budget // 4), order)
            whole_low, whole_high = whole_low + q * lo, whole_high + q * hi
            heapq.heappush(heap, (q * (lo - hi), 2 * n + k, q, lo, hi, part))
    slack = 1e-12 * max(1.0, whole_high)  # of the sums
    return max(0.0, whole_low - slack), min(1.0, whole_high + slack)


def _most_read(network: Network, chance: Mapping[str, float]) -> str | None:
    times = Counter(a for g in network.upward() for a in network.gates[g].args if a not in network.gates)
    ranked = [(n * min(chance[e], 1.0 - chance[e]), e) for e, n in times.items()]
    return max(ranked)[1] if ranked and max(ranked)[0] > 0.0 else None


def _made(network: Network, order: Sequence[str], budget: int) -> tuple[Bdd, dict[str, int]]:
    """The diagrams of the gates that fit."""
    b = Bdd(len(order), budget + len(order) + 2)  # the events themselves always fit
    return b, build(network, order, b)


def _bounds(network: Network, chance: Mapping[str, float], b: Bdd, made: Mapping[str, int], order: Sequence[str]) -> Interval:
    """Of each gate, from the exact ones upward; one pass over the diagrams of all."""
    value = b.values([chance[e] for e in order], *made.values())
    known: dict[str, Interval] = {g: (value[f], value[f]) for g, f in made.items()}
    monotone: dict[str, bool] = {}
    for name in network.upward():
        gate = network.gates[name]
        monotone[name] = gate.op not in ("not", "xor") and all(monotone.get(a, True) for a in gate.args)
        if name not in known:
            inner = [known.get(a) or (chance[a], chance[a]) for a in gate.args]
            known[name] = _gate(gate, inner, monotone[name])
    return known[network.top]


def _gate(gate: Gate, inner: Sequence[Interval], monotone: bool) -> Interval:
    low, high = [a for a, _ in inner], [b for _, b in inner]
    n = len(inner)
    if gate.op == "not":
        return 1.0 - high[0], 1.0 - low[0]
    if gate.op == "pass":
        return inner[0]
    if gate.op == "xor":
        return 0.0, min(1.0, sum(high), 2.0 - sum(low))
    if gate.op == "and":
        return (math.prod(low) if monotone else max(0.0, math.fsum(low) - n + 1)), min(high, default=1.0)
    if gate.op == "or":
        return max(low, default=0.0), (1.0 - math.prod(1.0 - b for b in high) if monotone else min(1.0, math.fsum(high)))
    ranked = sorted(high, reverse=True)
    # k of n: at most P(some k-1 of the others, and one more), by Markov; at least the k likeliest all at once
    some = sorted(low, reverse=True)[: gate.k]
    return (math.prod(some) if monotone else max(0.0, math.fsum(some) - gate.k + 1)), min(1.0, math.fsum(ranked) / gate.k)
