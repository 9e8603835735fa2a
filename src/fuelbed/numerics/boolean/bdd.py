"""Binary decision diagrams: the exact kernel under the structure engine.

Reduced, ordered, without complement edges; nodes are integers into parallel lists (R. E. Bryant, "Graph-Based Algorithms for
Boolean Function Manipulation", IEEE Trans. Computers 35(8), 1986). Minimal solutions are kept as a zero-suppressed family
(S. Minato, DAC 1993) by the decomposition of A. Rauzy ("Mathematical foundations of minimal cutsets", IEEE Trans. Reliability
50(4), 2001), with the pruning that is right for functions with NOT too: `min(high)` less the supersets of `min(low)`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from fuelbed.core.errors import BudgetError

__all__ = ["FALSE", "TRUE", "Bdd", "Family"]

FALSE = 0
TRUE = 1
_LEAF = 1 << 60  # the level of both terminals: below every variable


class Bdd:
    """A manager of decision diagrams over the variables 0..n-1, ordered by number.

    `budget` bounds the number of nodes; past it `BudgetError` is raised and the caller falls back to bounds.
    """

    def __init__(self, n: int, budget: int = 2_000_000) -> None:
        self.n = n
        self.budget = budget
        self.var: list[int] = [_LEAF, _LEAF]
        self.low: list[int] = [FALSE, TRUE]
        self.high: list[int] = [FALSE, TRUE]
        self._unique: dict[tuple[int, int, int], int] = {}
        self._and: dict[tuple[int, int], int] = {}
        self._or: dict[tuple[int, int], int] = {}
        self._not: dict[int, int] = {FALSE: TRUE, TRUE: FALSE}
        # One frame a level: a pure-Python recursion that uses no C stack.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 4 * n + 2000))

    def node(self, v: int, lo: int, hi: int) -> int:
        """The node `if v then hi else lo`, reduced and shared."""
        if lo == hi:
            return lo
        key = (v, lo, hi)
        got = self._unique.get(key)
        if got is None:
            got = len(self.var)
            if got > self.budget:
                raise BudgetError(f"more than {self.budget} decision diagram nodes")
            self.var.append(v)
            self.low.append(lo)
            self.high.append(hi)
            self._unique[key] = got
        return got

    def variable(self, v: int) -> int:
        return self.node(v, FALSE, TRUE)

    def and_(self, f: int, g: int) -> int:
        if f == g or g == TRUE:
            return f
        if f == TRUE:
            return g
        if f == FALSE or g == FALSE:
            return FALSE
        key = (f, g) if f < g else (g, f)
        got = self._and.get(key)
        if got is None:
            got = self._and[key] = self._step(f, g, self.and_)
        return got

    def or_(self, f: int, g: int) -> int:
        if f == g or g == FALSE:
            return f
        if f == FALSE:
            return g
        if f == TRUE or g == TRUE:
            return TRUE
        key = (f, g) if f < g else (g, f)
        got = self._or.get(key)
        if got is None:
            got = self._or[key] = self._step(f, g, self.or_)
        return got

    def _step(self, f: int, g: int, op: Callable[[int, int], int]) -> int:
        v, w = self.var[f], self.var[g]
        if v == w:
            return self.node(v, op(self.low[f], self.low[g]), op(self.high[f], self.high[g]))
        if v < w:
            return self.node(v, op(self.low[f], g), op(self.high[f], g))
        return self.node(w, op(f, self.low[g]), op(f, self.high[g]))

    def not_(self, f: int) -> int:
        got = self._not.get(f)
        if got is None:
            got = self.node(self.var[f], self.not_(self.low[f]), self.not_(self.high[f]))
            self._not[f] = got
            self._not[got] = f
        return got

    def ite(self, c: int, f: int, g: int) -> int:
        """`f` where `c`, else `g`."""
        if c == TRUE:
            return f
        if c == FALSE:
            return g
        return self.or_(self.and_(c, f), self.and_(self.not_(c), g))

    def all_(self, fs: Iterable[int]) -> int:
        out = TRUE
        for f in fs:
            out = self.and_(out, f)
        return out

    def any_(self, fs: Iterable[int]) -> int:
        out = FALSE
        for f in fs:
            out = self.or_(out, f)
        return out

    def at_least(self, k: int, fs: Sequence[int]) -> int:
        """True when at least `k` of `fs` are: one row of partial counts, from the last argument to the first."""
        row = [TRUE if need <= 0 else FALSE for need in range(k + 1)]
        for f in reversed(fs):
            row = [TRUE, *(self.ite(f, row[need - 1], row[need]) for need in range(1, k + 1))]
        return row[k] if k > 0 else TRUE

    def threshold(self, tau: float, weights: Sequence[float], fs: Sequence[int]) -> int:
        """True when the weights of the true `fs` add up to `tau` or more (up to 1e-12 of rounding)."""
        low_rest = [0.0]
        high_rest = [0.0]
        for w in reversed(weights):
            low_rest.append(low_rest[-1] + min(w, 0.0))
            high_rest.append(high_rest[-1] + max(w, 0.0))
        low_rest.reverse()
        high_rest.reverse()
        eps = 1e-12 * max(1.0, abs(tau), high_rest[0], -low_rest[0])
        memo: dict[tuple[int, float], int] = {}

        def go(i: int, total: float) -> int:
            if total + low_rest[i] >= tau - eps:
                return TRUE
            if total + high_rest[i] < tau - eps:
                return FALSE
            key = (i, round(total, 12))
            got = memo.get(key)
            if got is None:
                got = memo[key] = self.ite(fs[i], go(i + 1, total + weights[i]), go(i + 1, total))
            return got

        return go(0, 0.0)

    def restrict(self, f: int, values: dict[int, bool]) -> int:
        """`f` with some variables fixed."""
        memo: dict[int, int] = {FALSE: FALSE, TRUE: TRUE}

        def go(u: int) -> int:
            got = memo.get(u)
            if got is None:
                v = self.var[u]
                fixed = values.get(v)
                if fixed is None:
                    got = self.node(v, go(self.low[u]), go(self.high[u]))
                else:
                    got = go(self.high[u] if fixed else self.low[u])
                memo[u] = got
            return got

        return go(f)

    def compose(self, f: int, by: Callable[[int], int], into: Bdd) -> int:
        """`f` with every variable v replaced by the function `by(v)` of the manager `into`."""
        memo: dict[int, int] = {FALSE: FALSE, TRUE: TRUE}

        def go(u: int) -> int:
            got = memo.get(u)
            if got is None:
                got = memo[u] = into.ite(by(self.var[u]), go(self.high[u]), go(self.low[u]))
            return got

        return go(f)

    def implies(self, f: int, g: int) -> bool:
        """Whether `f` entails `g`."""
        return self.and_(f, self.not_(g)) == FALSE

    def support(self, *fs: int) -> set[int]:
        """The variables that `fs` depend on."""
        return {self.var[u] for u in self.reachable(*fs) if u > TRUE}

    def reachable(self, *fs: int) -> list[int]:
        """All nodes below `fs`, children before parents."""
        seen: set[int] = set()
        order: list[int] = []
        todo: list[tuple[int, bool]] = [(f, False) for f in fs]
        while todo:
            u, done = todo.pop()
            if done:
                order.append(u)
            elif u not in seen:
                seen.add(u)
                todo.append((u, True))
                if u > TRUE:
                    todo.append((self.low[u], False))
                    todo.append((self.high[u], False))
        return order

    def probability(self, f: int, p: Sequence[float]) -> float:
        """P(f) for independent variables with probabilities `p`: one upward pass (Shannon expansion)."""
        value = {FALSE: 0.0, TRUE: 1.0}
        for u in self.reachable(f):
            if u > TRUE:
                q = p[self.var[u]]
                value[u] = q * value[self.high[u]] + (1.0 - q) * value[self.low[u]]
        return value[f]

    def birnbaum(self, f: int, p: Sequence[float]) -> tuple[float, list[float]]:
        """P(f) and dP/dp of every variable, by one upward and one downward pass (Rauzy 1993)."""
        order = self.reachable(f)
        value = {FALSE: 0.0, TRUE: 1.0}
        for u in order:
            if u > TRUE:
                q = p[self.var[u]]
                value[u] = q * value[self.high[u]] + (1.0 - q) * value[self.low[u]]
        weight = dict.fromkeys(order, 0.0)
        weight[f] = 1.0
        grad = [0.0] * self.n
        for u in reversed(order):
            if u > TRUE:
                v, w = self.var[u], weight[u]
                grad[v] += w * (value[self.high[u]] - value[self.low[u]])
                weight[self.high[u]] += w * p[v]
                weight[self.low[u]] += w * (1.0 - p[v])
        return value[f], grad

    def is_monotone(self, f: int) -> bool:
        """Whether `f` never falls when a variable rises (low entails high at every node)."""
        return all(u <= TRUE or self.implies(self.low[u], self.high[u]) for u in self.reachable(f))

    def minimal_solutions(self, f: int, family: Family | None = None) -> tuple[Family, int]:
        """The minimal elements of the solution set of `f`, read as sets of true variables."""
        z = family or Family(self.budget)
        memo: dict[int, int] = {FALSE: Family.NONE, TRUE: Family.UNIT}
        for u in self.reachable(f):
            if u > TRUE:
                lo = memo[self.low[u]]
                memo[u] = z.node(self.var[u], lo, z.without(memo[self.high[u]], lo))
        return z, memo[f]

    def covers(self, z: Family, root: int) -> int:
        """The function "some member of the family is a subset of the true variables"."""
        memo: dict[int, int] = {Family.NONE: FALSE, Family.UNIT: TRUE}

        def go(u: int) -> int:
            got = memo.get(u)
            if got is None:
                lo = go(z.low[u])
                got = memo[u] = self.node(z.var[u], lo, self.or_(lo, go(z.high[u])))
            return got

        return go(root)


class Family:
    """Families of sets as zero-suppressed diagrams: node `(v, low, high)` = low, and v joined to every set of high."""

    NONE = 0  # the empty family
    UNIT = 1  # the family that holds the empty set alone

    def __init__(self, budget: int = 2_000_000) -> None:
        self.budget = budget
        self.var: list[int] = [_LEAF, _LEAF]
        self.low: list[int] = [0, 1]
        self.high: list[int] = [0, 1]
        self._unique: dict[tuple[int, int, int], int] = {}
        self._without: dict[tuple[int, int], int] = {}

    def node(self, v: int, lo: int, hi: int) -> int:
        if hi == self.NONE:
            return lo
        key = (v, lo, hi)
        got = self._unique.get(key)
        if got is None:
            got = len(self.var)
            if got > self.budget:
                raise BudgetError(f"more than {self.budget} cut set nodes")
            self.var.append(v)
            self.low.append(lo)
            self.high.append(hi)
            self._unique[key] = got
        return got

    def without(self, a: int, b: int) -> int:
        """The sets of `a` that contain no set of `b`."""
        while True:
            if b == self.NONE or a == self.NONE:
                return a
            if b == self.UNIT or a == b:
                return self.NONE
            if self.var[a] > self.var[b]:
                b = self.low[b]  # no set of a holds b's variable
            else:
                break
        key = (a, b)
        got = self._without.get(key)
        if got is None:
            v = self.var[a]
            if v < self.var[b]:
                got = self.node(v, self.without(self.low[a], b), self.without(self.high[a], b))
            else:
                hi = self.without(self.without(self.high[a], self.low[b]), self.high[b])
                got = self.node(v, self.without(self.low[a], self.low[b]), hi)
            self._without[key] = got
        return got

    def with_member(self, root: int, v: int) -> int:
        """The sets that hold `v`, with `v` taken out."""
        return self._split(root, v)[1]

    def without_member(self, root: int, v: int) -> int:
        """The sets that do not hold `v`."""
        return self._split(root, v)[0]

    def _split(self, root: int, v: int) -> tuple[int, int]:
        memo: dict[int, tuple[int, int]] = {}

        def go(u: int) -> tuple[int, int]:
            w = self.var[u]
            if w > v:
                return u, self.NONE
            if w == v:
                return self.low[u], self.high[u]
            got = memo.get(u)
            if got is None:
                l0, l1 = go(self.low[u])
                h0, h1 = go(self.high[u])
                got = memo[u] = (self.node(w, l0, h0), self.node(w, l1, h1))
            return got

        return go(root)

    def count_by_order(self, root: int) -> dict[int, int]:
        """How many sets of each size, exactly (Python integers)."""
        memo: dict[int, dict[int, int]] = {self.NONE: {}, self.UNIT: {0: 1}}
        todo = [root]
        while todo:
            u = todo[-1]
            if u in memo:
                todo.pop()
                continue
            lo, hi = memo.get(self.low[u]), memo.get(self.high[u])
            if lo is None or hi is None:
                todo.extend(w for w in (self.low[u], self.high[u]) if w not in memo)
                continue
            row = dict(lo)
            for order, number in hi.items():
                row[order + 1] = row.get(order + 1, 0) + number
            memo[u] = row
            todo.pop()
        return dict(sorted(memo[root].items()))

    def sets(self, root: int, limit: int | None = None) -> Iterator[tuple[int, ...]]:
        """The sets themselves, at most `limit`, each ascending."""
        given = 0
        todo: list[tuple[int, tuple[int, ...]]] = [(root, ())]
        while todo and (limit is None or given < limit):
            u, held = todo.pop()
            if u == self.UNIT:
                given += 1
                yield held
            elif u != self.NONE:
                todo.append((self.low[u], held))
                todo.append((self.high[u], (*held, self.var[u])))
