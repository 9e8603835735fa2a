"""A minimal reader of Open-PSA fault trees for the golden tests (the product's own reader comes with `fuelbed solve`)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

from fuelbed.numerics.boolean.bdd import Bdd


class Tree:
    """Gates as (operator, children, k), basic events with probabilities, and the top gate."""

    def __init__(self, path: Path) -> None:
        root = ET.parse(path).getroot()
        self.gates: dict[str, tuple] = {}
        for g in root.iter("define-gate"):
            self.gates[g.get("name")] = self._formula(next(c for c in g if c.tag not in ("label", "attributes")))
        self.p = {e.get("name"): float(e.find("float").get("value")) for e in root.iter("define-basic-event")}
        used = Counter(c for op, args, _ in self._all() for c in args if isinstance(c, str))
        self.top = next(g for g in self.gates if g not in used)

    def _all(self):
        todo = list(self.gates.values())
        while todo:
            f = todo.pop()
            yield f
            todo.extend(c for c in f[1] if not isinstance(c, str))

    def _formula(self, e):
        if e.tag in ("gate", "basic-event", "event"):
            return ("pass", [e.get("name")], 0)
        args = [c.get("name") if c.tag in ("gate", "basic-event", "event") else self._formula(c) for c in e]
        return (e.tag, args, int(e.get("min", "0")))

    def children(self, f):
        for c in f[1]:
            if isinstance(c, str):
                yield c
            else:
                yield from self.children(c)

    def order(self, gates_first: bool, key=None) -> list[str]:
        """Basic events as a depth-first walk from the top meets them."""
        seen, out, todo = set(), [], [self.top]
        while todo:
            n = todo.pop()
            if n in seen:
                continue
            seen.add(n)
            if n in self.p:
                out.append(n)
                continue
            kids = list(self.children(self.gates[n]))
            if gates_first:
                kids.sort(key=lambda c: c in self.p)
            if key is not None:
                kids.sort(key=key)
            todo.extend(reversed(kids))
        return out

    def build(self, order: list[str], budget: int) -> tuple[Bdd, int]:
        b = Bdd(len(order), budget)
        node = {n: b.variable(i) for i, n in enumerate(order)}
        todo = [self.top]
        while todo:
            n = todo[-1]
            missing = [c for c in self.children(self.gates[n]) if c not in node]
            if missing:
                todo.extend(missing)
                continue
            node[n] = self._apply(b, node, self.gates[n])
            todo.pop()
        return b, node[self.top]

    def _apply(self, b: Bdd, node, f) -> int:
        args = [node[c] if isinstance(c, str) else self._apply(b, node, c) for c in f[1]]
        if f[0] == "xor":
            return b.or_(b.and_(args[0], b.not_(args[1])), b.and_(b.not_(args[0]), args[1]))
        return {
            "and": lambda: b.all_(args),
            "or": lambda: b.any_(args),
            "atleast": lambda: b.at_least(f[2], args),
            "not": lambda: b.not_(args[0]),
            "pass": lambda: args[0],
        }[f[0]]()

    def solve(self):
        """P and the number of minimal cut sets, trying orders under growing node budgets."""
        from fuelbed.core.errors import BudgetError

        size: dict[str, int] = {}

        def weight(n: str) -> int:
            if n in self.p:
                return 1
            if n not in size:
                size[n] = 0
                size[n] = sum(weight(c) for c in self.children(self.gates[n]))
            return size[n]

        orders = [self.order(True), self.order(False), self.order(False, weight), self.order(False, lambda n: -weight(n))]
        for budget in (60_000, 400_000, 3_000_000):
            for order in orders:
                try:
                    b, top = self.build(order, budget)
                    p = b.probability(top, [self.p[n] for n in order])
                    z, root = b.minimal_solutions(top)
                except BudgetError:
                    continue
                return p, z.count_by_order(root)
        raise AssertionError("no order within the budget")
