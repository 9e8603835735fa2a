"""A fault tree solved module by module: the diagrams that fitted, and what is read off them.

Every module (see `boolean/orders.py`) is a part with its own variable order; a module below stands in it as one variable. With
T1 = P(top | module true) and T0 = P(top | module false), an event of the module with m1, m0 = P(module | event true, false) has
P(top | event true) = T1 m1 + T0 (1 - m1): nothing is subtracted, so small numbers keep their digits.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence

from fuelbed.core.errors import BudgetError
from fuelbed.core.networks import Network
from fuelbed.core.records import Record
from fuelbed.numerics.boolean.bdd import Bdd, Family
from fuelbed.numerics.boolean.importance import Importance, cofactors, fussell_vesely, measures
from fuelbed.numerics.boolean.orders import BUDGETS, build, group_siblings, modules, moved_orders, orders, part, simplify

__all__ = ["CutSet", "Part", "Parts", "solved"]

_FINALISTS = 4
_NEAR = 0.95  # an order that got this share of the gates done under its budget may go on to twice of it
_SAME = 1e-9  # relative, between probabilities of cut sets that differ by rounding


class CutSet(Record):
    """A minimal cut set; `probability` is the product of its events'."""

    __slots__ = (
        "events",
        "probability",
    )

    def __init__(self, events: tuple[str, ...], probability: float) -> None:
        self.events = events
        self.probability = probability


class Part(Record):
    """One module: `order` names its variables. `family` is None where its cut sets did not fit (the probability is exact all the same)."""

    __slots__ = ("bdd", "cuts", "family", "gate", "order", "root")

    def __init__(self, gate: str, order: list[str], bdd: Bdd, root: int, family: Family | None, cuts: int) -> None:
        self.gate = gate
        self.order = order
        self.bdd = bdd
        self.root = root
        self.family = family
        self.cuts = cuts


class Parts(Record):
    """All modules, children before parents, the top last; `network` is the simplified one."""

    __slots__ = (
        "network",
        "parts",
    )

    def __init__(self, network: Network, parts: list[Part]) -> None:
        self.network = network
        self.parts = parts

    @property
    def complete(self) -> bool:
        """Whether the cut sets of every module fitted."""
        return all(p.family is not None for p in self.parts)

    def probability(self, chance: Mapping[str, float]) -> tuple[float, dict[str, float]]:
        """P(top), and the chance of every event and module."""
        known = dict(chance)
        for p in self.parts:
            known[p.gate] = p.bdd.probability(p.root, [known[e] for e in p.order])
        return known[self.network.top], known

    def importance(self, chance: Mapping[str, float]) -> tuple[float, dict[str, Importance]]:
        """P(top), and the importance of every event that the simplified network reads: one upward and one downward pass a module."""
        total, known = self.probability(chance)
        given = {self.network.top: (1.0, 0.0)}  # by module, P(top | it is true) and P(top | it is false)
        out: dict[str, Importance] = {}
        gates = {p.gate for p in self.parts}
        for p in reversed(self.parts):
            t1, t0 = given[p.gate]
            _, if1, if0 = cofactors(p.bdd, p.root, [known[e] for e in p.order])
            for e, m1, m0 in zip(p.order, if1, if0, strict=True):
                p1, p0 = t1 * m1 + t0 * (1.0 - m1), t1 * m0 + t0 * (1.0 - m0)
                if e in gates:
                    given[e] = (p1, p0)
                else:
                    out[e] = measures(known[e], p1, p0, (t1 - t0) * (m1 - m0), total)
        return total, out

    def fussell_vesely(self, chance: Mapping[str, float], budget: int = BUDGETS[-1]) -> dict[str, float]:
        """Within `budget` nodes a module, by event, P(some minimal cut set that holds it is complete, and the top) / P(top). BudgetError where the cut sets do not fit.

        A module M counts in the part above it as one event: what is complete there together with M is independent of what is complete
        within M, so the share of an event of M is its share of P(M) times the share of M.
        """
        _, known = self.probability(chance)
        shares = {self.network.top: 1.0}
        for p in reversed(self.parts):
            z = _family(p)
            p.bdd.budget, z.budget = (
                max(p.bdd.budget, budget),
                max(z.budget, 4 * budget),
            )  # of the order that fitted first they may be small
            own = fussell_vesely(p.bdd, p.root, z, p.cuts, [known[e] for e in p.order])
            given = shares.pop(p.gate)
            shares.update((e, given * x) for e, x in zip(p.order, own, strict=True))
        return shares

    def count_by_order(self) -> dict[int, int]:
        """How many minimal cut sets of each size. BudgetError where those of a module did not fit."""
        counts: dict[str, dict[int, int]] = {}
        for p in self.parts:
            counts[p.gate] = _family(p).count_by_order(p.cuts, [counts.get(e, {1: 1}) for e in p.order])
        return counts[self.network.top]

    def best(self, chance: Mapping[str, float], most: int) -> list[CutSet]:
        """The most probable cut sets, in falling order. BudgetError as above."""
        found: dict[str, list[CutSet]] = {}
        for p in self.parts:
            found[p.gate] = _best_of(p, chance, found, most)
        return found[self.network.top]

    def sets(self, chance: Mapping[str, float]) -> Iterator[CutSet]:
        """Every minimal cut set, in no order of probability; those of modules are multiplied out as they come."""
        by_gate = {p.gate: p for p in self.parts}

        def expand(todo: tuple[str, ...], held: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
            stack = [(todo, held)]
            while stack:
                names, events = stack.pop()
                while names and names[-1] not in by_gate:
                    names, events = names[:-1], (*events, names[-1])
                if not names:
                    yield events
                else:
                    p = by_gate[names[-1]]
                    stack += [((*names[:-1], *(p.order[v] for v in s)), events) for s in _family(p).sets(p.cuts)]

        top = self.parts[-1]
        for s in _family(top).sets(top.cuts):
            for events in expand(tuple(top.order[v] for v in s), ()):
                yield CutSet(tuple(sorted(events)), math.prod(chance[e] for e in events))


def solved(network: Network, budgets: Sequence[int] = BUDGETS, cut_sets: bool = True) -> Parts:
    """The diagrams of every module, and (but for `cut_sets` False) their minimal cut sets; a module whose diagram fits and whose cut sets do
    not keeps its diagram. BudgetError where a module fits no order under the largest budget."""
    small = group_siblings(simplify(network))
    found = modules(small)
    cut = set(found)
    return Parts(small, [_fit(part(small, m, cut), budgets, cut_sets) for m in found])


def _fit(network: Network, budgets: Sequence[int], cut_sets: bool) -> Part:
    """The first order whose diagram and cut sets fit a budget.

    Small budgets show which orders get far: those that got further come first under the next one. From the second on the moved orders
    join in; beyond it only the best few are tried, but for the last, under which all are.
    """
    tries = list(enumerate(orders(network)))
    bare: Part | None = None  # a diagram that fitted, without its cut sets
    for stage, budget in enumerate(budgets):
        if stage == min(1, len(budgets) - 1):
            tries += enumerate(moved_orders(network, [o for _, o in sorted(tries)]), len(tries))
        reached: dict[int, int] = {}
        for i, order in tries if stage in (0, 1, len(budgets) - 1) else tries[:_FINALISTS]:
            b = Bdd(len(order), budget)
            got = build(network, order, b)
            if network.top not in got and len(got) >= _NEAR * (len(order) + len(network.gates)):
                b.budget = 2 * budget  # what was made stays in the tables, so going on costs only what is new
                got = build(network, order, b)
            reached[i] = len(got)
            if network.top not in got:
                continue
            if not cut_sets:
                return Part(network.top, order, b, got[network.top], None, 0)
            try:
                z, root = b.minimal_solutions(got[network.top], Family(4 * budget))
            except BudgetError:
                if bare is None or len(b.var) < len(bare.bdd.var):
                    bare = Part(network.top, order, b, got[network.top], None, 0)
                continue
            return Part(network.top, order, b, got[network.top], z, root)
        tries.sort(key=lambda t: -reached.get(t[0], 0))
    if bare is not None:
        return bare
    raise BudgetError(f"no variable order fits {budgets[-1]} decision diagram nodes for {network.top}")


def _family(p: Part) -> Family:
    if p.family is None:
        raise BudgetError(f"the minimal cut sets of {p.gate} do not fit their budget")
    return p.family


# ---- the most probable cut sets ------------------------------------------------------------------------------------------------


def _best_of(p: Part, chance: Mapping[str, float], found: Mapping[str, list[CutSet]], most: int) -> list[CutSet]:
    """Best first over the diagram of the family: a bound for what is still to come is the best that a node can give, which one
    upward pass tells for every node. So sets come in falling order and only the paths to them are walked."""
    z = _family(p)
    choices = [found.get(e) or [CutSet((e,), chance[e])] for e in p.order]
    top = [rows[0].probability for rows in choices]
    best = _best_below(z, p.cuts, top)
    out: list[CutSet] = []
    count = 0  # parts ties, the newest first: else every one of a million equally likely sets would be begun before one is ended
    heap: list[tuple[float, int, int, float, tuple[int, ...]]] = [(0.0, 0, p.cuts, 1.0, ())]
    while heap:
        _, _, u, q, held = heapq.heappop(heap)
        if u == Family.NONE or (len(out) == most and q * best[u] <= out[-1].probability * (1 + _SAME)):
            break
        if u == Family.UNIT:
            out += _product([choices[v] for v in held], most)
            out = sorted(out, key=lambda c: (-c.probability, len(c.events), c.events))[:most]
            continue
        v = z.var[u]
        for child, to, with_v in ((z.low[u], q, held), (z.high[u], q * top[v], (*held, v))):
            if child != Family.NONE:
                count += 1
                heapq.heappush(heap, (_rank(to * best[child]), -count, child, to, with_v))
    return out


def _rank(bound: float) -> float:
    """Falling bounds in rising order; those that differ by rounding only are one."""
    return -round(math.log(bound) / _SAME) if bound > 0.0 else math.inf


def _best_below(z: Family, root: int, top: Sequence[float]) -> dict[int, float]:
    """By node, the most probable set of its family."""
    best = {Family.NONE: 0.0, Family.UNIT: 1.0}
    for u in z.reachable(root):
        if u > Family.UNIT:
            best[u] = max(best[z.low[u]], top[z.var[u]] * best[z.high[u]])
    return best


def _product(lists: Sequence[Sequence[CutSet]], most: int) -> list[CutSet]:
    """The best `most` unions of one set from each list, lists in falling order."""
    out = [CutSet((), 1.0)]
    for rows in lists:
        joined = [CutSet((*a.events, *b.events), a.probability * b.probability) for a in out for b in rows[:most]]
        out = sorted(joined, key=lambda c: -c.probability)[:most]
    return [CutSet(tuple(sorted(c.events)), c.probability) for c in out]
