"""Binary decision diagrams: the exact kernel under the structure engine.

Reduced, ordered, without complement edges; nodes are integers into parallel lists (R. E. Bryant, "Graph-Based Algorithms for
Boolean Function Manipulation", IEEE Trans. Computers 35(8), 1986). Minimal solutions are kept as a zero-suppressed family
(S. Minato, DAC 1993) by the decomposition of A. Rauzy ("Mathematical foundations of minimal cutsets", IEEE Trans. Reliability
50(4), 2001), with the pruning that is right for functions with NOT too: `min(high)` less the supersets of `min(low)`.

Over 400 lines because the hot loops of both classes write out node creation and read each other's tables.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from fuelbed.core.errors import BudgetError

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FALSE", "TRUE", "Bdd", "Family"]

FALSE = 0
TRUE = 1
_LEAF = 1 << 60  # the level of both terminals: below every variable
_HALF = 32  # two node numbers in one integer: a key that hashes faster than a pair and that the cycle collector never visits


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
        self.negated = False  # as long as no NOT was taken, every node here is a monotone function
        self._unique: list[dict[int, int]] = [{} for _ in range(n)]
        self._and: dict[int, int] = {}
        self._or: dict[int, int] = {}
        self._not: dict[int, int] = {FALSE: TRUE, TRUE: FALSE}
        self._implies: dict[int, bool] = {}
        self._support: dict[tuple[int, ...], set[int]] = {}
        # One frame a level: a pure-Python recursion that uses no C stack.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 4 * n + 2000))

    def node(self, v: int, lo: int, hi: int) -> int:
        """The node `if v then hi else lo`, reduced and shared."""
        self.negated = self.negated or not (lo in (hi, FALSE) or hi == TRUE)  # not known to be monotone
        return self._node(v, lo, hi)

    def _node(self, v: int, lo: int, hi: int) -> int:
        if lo == hi:
            return lo
        key = lo << _HALF | hi
        got = self._unique[v].get(key)
        if got is None:
            got = len(self.var)
            if got > self.budget:
                raise BudgetError(f"more than {self.budget} decision diagram nodes")
            self.var.append(v)
            self.low.append(lo)
            self.high.append(hi)
            self._unique[v][key] = got
        return got

    def variable(self, v: int) -> int:
        return self._node(v, FALSE, TRUE)

    def and_(self, f: int, g: int) -> int:
        if f == g or g == TRUE:
            return f
        if f == TRUE:
            return g
        if f == FALSE or g == FALSE:
            return FALSE
        return self._apply(f, g, FALSE, self._and)

    def or_(self, f: int, g: int) -> int:
        if f == g or g == FALSE:
            return f
        if f == FALSE:
            return g
        if f == TRUE or g == TRUE:
            return TRUE
        return self._apply(f, g, TRUE, self._or)

    def _apply(self, f: int, g: int, zero: int, memo: dict[int, int]) -> int:
        """AND (`zero` = FALSE) or OR (`zero` = TRUE) of two inner nodes.

        The hot loop, long because terminal cases and node creation are written out over locals. It is handed itself, as a closure that
        names itself is a cycle and would keep the tables of a manager that is done with until the cycle collector comes by.
        """
        var, low, high, unique, budget = self.var, self.low, self.high, self._unique, self.budget
        one = 1 - zero

        def go(f: int, g: int, again: Any) -> int:
            key = f << _HALF | g if f < g else g << _HALF | f
            got = memo.get(key)
            if got is not None:
                return got
            v, w = var[f], var[g]
            if v == w:
                f0, f1, g0, g1 = low[f], high[f], low[g], high[g]
            elif v < w:
                f0, f1, g0, g1 = low[f], high[f], g, g
            else:
                f0, f1, g0, g1, v = f, f, low[g], high[g], w
            if f0 == g0 or g0 == one:
                lo = f0
            elif f0 == one:
                lo = g0
            else:
                lo = zero if f0 == zero or g0 == zero else again(f0, g0, again)
            if f1 == g1 or g1 == one:
                hi = f1
            elif f1 == one:
                hi = g1
            else:
                hi = zero if f1 == zero or g1 == zero else again(f1, g1, again)
            if lo == hi:
                got = lo
            else:
                children = lo << _HALF | hi
                got = unique[v].get(children)
                if got is None:
                    got = len(var)
                    if got > budget:
                        raise BudgetError(f"more than {budget} decision diagram nodes")
                    var.append(v)
                    low.append(lo)
                    high.append(hi)
                    unique[v][children] = got
            memo[key] = got
            return got

        return go(f, g, go)

    def not_(self, f: int) -> int:
        got = self._not.get(f)
        if got is None:
            self.negated = True
            got = self._node(self.var[f], self.not_(self.low[f]), self.not_(self.high[f]))
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

    def rising(self, c: int, f: int, g: int) -> int:
        """`ite` where `g` entails `f`: no NOT is needed."""
        v = self.var[c]
        if self.low[c] == FALSE and self.high[c] == TRUE and v < self.var[f] and v < self.var[g]:
            return self._node(v, g, f)
        return self.or_(g, self.and_(c, f))

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
            row = [TRUE, *(self.rising(f, row[need - 1], row[need]) for need in range(1, k + 1))]
        return row[k] if k > 0 else TRUE

    def threshold(self, tau: float, weights: Sequence[float], fs: Sequence[int]) -> int:
        """True when the weights of the true `fs` add up to `tau` or more (up to 1e-12 of rounding)."""
        plain = all(f > TRUE and self.low[f] == FALSE and self.high[f] == TRUE for f in fs) and len(set(fs)) == len(fs)
        if plain:  # variables in their order: every step is one node
            by_place = sorted(zip(fs, weights, strict=True), key=lambda x: self.var[x[0]])
            fs, weights = [f for f, _ in by_place], [w for _, w in by_place]
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
                on, off = go(i + 1, total + weights[i]), go(i + 1, total)
                if plain:
                    got = (self._node if weights[i] >= 0.0 else self.node)(self.var[fs[i]], off, on)
                else:
                    got = self.rising(fs[i], on, off) if weights[i] >= 0.0 else self.rising(self.not_(fs[i]), off, on)
                memo[key] = got
            return got

        return go(0, 0.0)

    def restrict(self, f: int, values: dict[int, bool]) -> int:
        """`f` with some variables fixed."""
        memo: dict[int, int] = {}
        var, low, high, node = self.var, self.low, self.high, self._node
        last = max(values, default=-1)

        def go(u: int, again: Any) -> int:
            v = var[u]
            if v > last:  # nothing to fix at or below it
                return u
            got = memo.get(u)
            if got is None:
                fixed = values.get(v)
                if fixed is None:
                    lo, hi = again(low[u], again), again(high[u], again)
                    got = u if lo == low[u] and hi == high[u] else node(v, lo, hi)
                else:
                    got = again(high[u] if fixed else low[u], again)
                memo[u] = got
            return got

        return go(f, go)

    def compose(self, f: int, by: Callable[[int], int], into: Bdd) -> int:
        """`f` with every variable v replaced by the function `by(v)` of the manager `into`."""
        memo: dict[int, int] = {FALSE: FALSE, TRUE: TRUE}
        choose = into.ite if self.negated else into.rising

        def go(u: int) -> int:
            got = memo.get(u)
            if got is None:
                got = memo[u] = choose(by(self.var[u]), go(self.high[u]), go(self.low[u]))
            return got

        return go(f)

    def implies(self, f: int, g: int) -> bool:
        """Whether `f` entails `g`."""
        if f in (g, FALSE) or g == TRUE:
            return True
        if f == TRUE or g == FALSE:
            return False
        key = f << _HALF | g
        got = self._implies.get(key)
        if got is None:
            v, w = self.var[f], self.var[g]
            f0, f1 = (self.low[f], self.high[f]) if v <= w else (f, f)
            g0, g1 = (self.low[g], self.high[g]) if w <= v else (g, g)
            got = self._implies[key] = self.implies(f0, g0) and self.implies(f1, g1)
        return got

    def support(self, *fs: int) -> set[int]:
        """The variables that `fs` depend on; remembered, so not to be changed."""
        got = self._support.get(fs)
        if got is None:
            known = [s for f in fs if (s := self._support.get((f,))) is not None]
            got = self._read([f for f in fs if (f,) not in self._support]).union(*known)
            self._support[fs] = got
        return got

    def _read(self, fs: Iterable[int]) -> set[int]:
        var, low, high = self.var, self.low, self.high
        seen = bytearray(len(var))
        seen[FALSE] = seen[TRUE] = 1
        out: set[int] = set()
        todo = list(fs)
        while todo:
            u = todo.pop()
            if not seen[u]:
                seen[u] = 1
                out.add(var[u])
                todo += (low[u], high[u])
        return out

    def reachable(self, *fs: int) -> list[int]:
        """All nodes below `fs`, children before parents."""
        return _reachable(self, fs)

    def values(self, p: Sequence[float] | Mapping[int, float], *fs: int) -> dict[int, float]:
        """The probability of every node below `fs`, children before parents: one upward pass (Shannon expansion)."""
        value = {FALSE: 0.0, TRUE: 1.0}
        for u in self.reachable(*fs):
            if u > TRUE:
                q = p[self.var[u]]
                value[u] = q * value[self.high[u]] + (1.0 - q) * value[self.low[u]]
        return value

    def probability(self, f: int, p: Sequence[float]) -> float:
        """P(f) for independent variables with probabilities `p`."""
        return self.values(p, f)[f]

    def is_monotone(self, f: int) -> bool:
        """Whether `f` never falls when a variable rises (low entails high at every node)."""
        return not self.negated or all(u <= TRUE or self.implies(self.low[u], self.high[u]) for u in self.reachable(f))

    def minimal_solutions(self, f: int, family: Family | None = None) -> tuple[Family, int]:
        """The minimal elements of the solution set of `f`, read as sets of true variables.

        Where the low branch is monotone, the supersets of its minimal solutions are its solutions, and pruning against the
        function needs one recursion where pruning against the family needs three.
        """
        z = family or Family(self.budget)
        prune = self._pruner(z)
        memo: dict[int, int] = {FALSE: Family.NONE, TRUE: Family.UNIT}
        monotone = {FALSE, TRUE}
        for u in self.reachable(f):
            if u > TRUE:
                lo, hi = self.low[u], self.high[u]
                if not self.negated or (lo in monotone and hi in monotone and self.implies(lo, hi)):
                    monotone.add(u)
                if lo in monotone:
                    high = prune(memo[hi], lo, prune)
                else:
                    high = z.without(memo[hi], memo[lo])
                memo[u] = z.node(self.var[u], memo[lo], high)
        return z, memo[f]

    def _pruner(self, z: Family) -> Callable[[int, int, Any], int]:
        """A function of a family `a` and a monotone `f`: the sets of `a` that do not satisfy `f`. To be handed itself, see `_apply`."""
        var, low, high = self.var, self.low, self.high
        set_var, set_low, set_high, make, unique = z.var, z.low, z.high, z.node, z.unique
        memo, most = z.pruned_by(self), 2 * z.budget

        def prune(a: int, f: int, again: Any) -> int:
            if a <= Family.UNIT or f <= TRUE:
                # A monotone function that is not constant is false when nothing is true.
                return Family.NONE if f == TRUE else a
            v = set_var[a]
            while var[f] < v:
                f = low[f]  # no set of a holds f's variable
            if f == FALSE:
                return a
            key = a << _HALF | f
            got: int | None = memo.get(key)
            if got is None:
                a0, a1 = set_low[a], set_high[a]
                f0, f1 = (low[f], high[f]) if var[f] == v else (f, f)
                lo = a0 if a0 <= Family.UNIT or f0 == FALSE else again(a0, f0, again)
                hi = a1 if f1 == FALSE else again(a1, f1, again)
                got = a if lo == a0 and hi == a1 else lo if hi == Family.NONE else unique[v].get(lo << _HALF | hi)
                if got is None:
                    got = make(v, lo, hi)
                memo[key] = got
                if len(memo) > most:
                    raise BudgetError(f"more than {z.budget} steps between cut sets")
            return got

        return prune

    def covers(self, z: Family, root: int) -> int:
        """The function "some member of the family is a subset of the true variables"."""
        memo: dict[int, int] = {Family.NONE: FALSE, Family.UNIT: TRUE}
        for u in z.reachable(root):
            if u > Family.UNIT:
                low, high = memo[z.low[u]], memo[z.high[u]]
                memo[u] = self._node(z.var[u], low, self.or_(low, high))
        return memo[root]


class Family:
    """Families of sets as zero-suppressed diagrams: node `(v, low, high)` = low, and v joined to every set of high."""

    NONE = 0  # the empty family
    UNIT = 1  # the family that holds the empty set alone

    def __init__(self, budget: int = 2_000_000) -> None:
        self.budget = budget
        self.var: list[int] = [_LEAF, _LEAF]
        self.low: list[int] = [0, 1]
        self.high: list[int] = [0, 1]
        self.unique: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self._without: dict[int, int] = {}
        self._pruned: dict[int, int] = {}
        self._pruned_by: Bdd | None = None

    def pruned_by(self, b: Bdd) -> dict[int, int]:
        """What `Bdd.minimal_solutions` remembers between calls, of one manager at a time."""
        if self._pruned_by is not b:
            self._pruned_by, self._pruned = b, {}
        return self._pruned

    def node(self, v: int, lo: int, hi: int) -> int:
        if hi == self.NONE:
            return lo
        key = lo << _HALF | hi
        got = self.unique[v].get(key)
        if got is None:
            got = len(self.var)
            if got > self.budget:
                raise BudgetError(f"more than {self.budget} cut set nodes")
            self.var.append(v)
            self.low.append(lo)
            self.high.append(hi)
            self.unique[v][key] = got
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
        key = a << _HALF | b
        got = self._without.get(key)
        if got is None:
            v = self.var[a]
            if v < self.var[b]:
                got = self.node(v, self.without(self.low[a], b), self.without(self.high[a], b))
            else:
                hi = self.without(self.without(self.high[a], self.low[b]), self.high[b])
                got = self.node(v, self.without(self.low[a], self.low[b]), hi)
            self._without[key] = got
            if len(self._without) > self.budget:
                raise BudgetError(f"more than {self.budget} steps between cut sets")
        return got

    def reachable(self, root: int, to: int = _LEAF) -> list[int]:
        """All nodes below `root`, children before parents; what lies below a member from `to` on is left out."""
        return _reachable(self, (root,), to)

    def with_member(self, root: int, v: int) -> int:
        """The sets that hold `v`, with `v` taken out."""
        return self._split(root, v)[1]

    def without_member(self, root: int, v: int) -> int:
        """The sets that do not hold `v`."""
        return self._split(root, v)[0]

    def _split(self, root: int, v: int) -> tuple[int, int]:
        memo: dict[int, tuple[int, int]] = {}
        for u in self.reachable(root, v):
            w = self.var[u]
            if w >= v:
                memo[u] = (self.low[u], self.high[u]) if w == v else (u, self.NONE)
            else:
                (l0, l1), (h0, h1) = memo[self.low[u]], memo[self.high[u]]
                memo[u] = (self.node(w, l0, h0), self.node(w, l1, h1))
        return memo[root]

    def count_by_order(self, root: int, members: Sequence[Mapping[int, int]] | None = None) -> dict[int, int]:
        """How many sets of each size, exactly (Python integers).

        With `members`, each variable stands for a family of its own, disjoint from the others, of which the sizes are given.
        """
        memo: dict[int, dict[int, int]] = {self.NONE: {}, self.UNIT: {0: 1}}
        one = {1: 1}
        for u in self.reachable(root):
            if u <= self.UNIT:
                continue
            row = dict(memo[self.low[u]])
            for size, each in (one if members is None else members[self.var[u]]).items():
                for order, number in memo[self.high[u]].items():
                    row[order + size] = row.get(order + size, 0) + number * each
            memo[u] = row
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


def _reachable(d: Bdd | Family, roots: Iterable[int], to: int = _LEAF) -> list[int]:
    """All nodes below `roots`, children before parents; those from level `to` on are taken for leaves."""
    seen: set[int] = set()
    order: list[int] = []
    var, low, high = d.var, d.low, d.high
    todo = list(roots)
    while todo:
        u = todo.pop()
        if u < 0:  # a node whose children have been seen to
            order.append(~u)
        elif u not in seen:
            seen.add(u)
            if var[u] < to:
                todo += (~u, low[u], high[u])
            else:
                order.append(u)
    return order
