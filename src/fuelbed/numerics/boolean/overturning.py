"""How few true variables must go before a monotone function falls: exact, on its decision diagram, without listing cut sets.

In a monotone structure with a set of true variables, the minimal causes of its being true (modified Halpern-Pearl) are the minimal
sets that meet every complete cut set. With f the function of the true variables alone:

- the smallest such set is the cheapest way from the root to FALSE, a low branch costing 1;
- x is in some such set if and only if f depends on x;
- the smallest one that holds x is `1 + min |S|` over sets S without x such that f stands with S gone and falls with S and x gone: a
  cheapest way down two branches at once. No member of S can be spared, or S would not be smallest.
"""

from __future__ import annotations

from fuelbed.core.errors import BudgetError
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd

__all__ = ["Overturning"]

_NEVER = 1 << 60


class Overturning:
    """Answers about monotone functions of one manager; what was found for one serves the next."""

    def __init__(self, bdd: Bdd, budget: int = 300_000) -> None:
        self.bdd, self.budget = bdd, budget
        self._cost: dict[int, int] = {FALSE: 0, TRUE: _NEVER}
        self._pairs: dict[tuple[int, int], int] = {}

    def least(self, f: int) -> int:
        """The fewest true variables whose absence makes `f` false."""
        b, cost = self.bdd, self._cost
        for u in b.reachable(f):
            if u not in cost:
                cost[u] = min(cost[b.low[u]] + 1, cost[b.high[u]])
        return cost[f]

    def smallest_with(self, f: int) -> dict[int, int]:
        """By variable that `f` depends on, the size of the smallest minimal cause that holds it. Raises `BudgetError`."""
        b = self.bdd
        order = [u for u in reversed(b.reachable(f)) if u > TRUE]
        down = dict.fromkeys(order, _NEVER)
        down[f] = 0
        found: dict[int, int] = {}
        for u in order:
            v, at = b.var[u], down[u]
            size = 1 + at + self._apart(b.high[u], b.low[u])
            found[v] = min(found.get(v, _NEVER), size)
            for child, step in ((b.low[u], 1), (b.high[u], 0)):
                if child > TRUE:
                    down[child] = min(down[child], at + step)
        return found

    def _apart(self, stands: int, falls: int) -> int:
        """The fewest variables to turn off so that the first is true and the second false."""
        if stands in (FALSE, falls) or falls == TRUE:
            return _NEVER
        if stands == TRUE and falls == FALSE:
            return 0
        key = (stands, falls)
        got = self._pairs.get(key)
        if got is None:
            b = self.bdd
            v, w = b.var[stands], b.var[falls]
            s0, s1 = (b.low[stands], b.high[stands]) if v <= w else (stands, stands)
            f0, f1 = (b.low[falls], b.high[falls]) if w <= v else (falls, falls)
            got = self._pairs[key] = min(self._apart(s0, f0) + 1, self._apart(s1, f1), _NEVER)
            if len(self._pairs) > self.budget:
                raise BudgetError(f"more than {self.budget} steps between causes")
        return got
