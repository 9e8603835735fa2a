"""Implicit trust boundaries: a way from an asset in one zone to an asset in another that no named exposure opens.

A way is a chain of references from the line that says an attacker has asset B down to the line of asset A, through lines that are no
asset's. It is opened by an exposure whose `boundary` is A's zone -> B's zone and that *must* hold on the way: it stands in a
conjunction with the reference, itself or by a line that cannot be true without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fuelbed.core.case import Case
from fuelbed.core.expressions import And, AtLeast, Expr, Fails, Not, Or, Ref, Threshold
from fuelbed.core.findings import Span

__all__ = ["Crossing", "implicit"]

_WALKS = 50_000  # references looked at


@dataclass(frozen=True, slots=True)
class Crossing:
    """From asset `source` into asset `target`, in another zone. `span` is where the line of `target` says so."""

    source: str
    target: str
    source_zone: str
    target_zone: str
    span: Span | None


def implicit(case: Case) -> list[Crossing]:
    """Each pair of assets once, in file order of the target."""
    owner = {a.gained: a for a in case.exposure.assets.values() if a.gained and a.zone}
    opens = {n: (b.source, b.target) for n, f in case.factors.items() if (b := f.traits.boundary) is not None}
    needs = _Needs(case)
    out: dict[tuple[str, str], Crossing] = {}
    for line, asset in owner.items():
        if line not in case.lines:
            continue
        for ref, held in _ways(case, line, set(owner), needs):
            other = owner[ref.name]
            if other.zone == asset.zone or (other.zone, asset.zone) in {opens[x] for x in held if x in opens}:
                continue
            span = ref.span or case.lines[line].span
            out.setdefault((other.name, asset.name), Crossing(other.name, asset.name, other.zone, asset.zone, span))
    return list(out.values())


def _ways(case: Case, line: str, stops: set[str], needs: _Needs) -> Iterator[tuple[Ref, frozenset[str]]]:
    """Every reference from `line` to a line of `stops`, with what must hold beside it on the way."""
    todo: list[tuple[Expr, frozenset[str]]] = [(case.lines[line].expr, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    left = _WALKS
    while todo and left:
        left -= 1
        e, held = todo.pop()
        if isinstance(e, Ref) and e.name in case.lines:
            if e.name in stops:
                if e.name != line:
                    yield e, held
            elif (e.name, held) not in seen:
                seen.add((e.name, held))
                todo.append((case.lines[e.name].expr, held))
        elif isinstance(e, And):
            beside = [needs.of(x) for x in e.args]
            for i, x in enumerate(e.args):
                todo.append((x, held.union(*(b for j, b in enumerate(beside) if j != i))))
        elif isinstance(e, Not):
            continue  # what must not be so is no way
        else:
            todo += [(x, held) for x in _parts(e)]


def _parts(e: Expr) -> Iterable[Expr]:
    if isinstance(e, Or | AtLeast | And):
        return e.args
    return [x for _, x in e.terms] if isinstance(e, Threshold) else ()


class _Needs:
    """The factors without which an expression is never true: the greatest set that can be shown."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.lines: Mapping[str, frozenset[str]] = self._solved()

    def _solved(self) -> dict[str, frozenset[str]]:
        """Rounds from "needs everything" downwards; at most one for each line, and cut off at a safe answer: nothing."""
        every = frozenset(self.case.factors)
        self.lines = now = dict.fromkeys(self.case.lines, every)
        for _ in range(len(now) + 1):
            new = {n: self.of(line.expr) for n, line in self.case.lines.items()}
            if new == now:
                return now
            self.lines = now = new
        return dict.fromkeys(now, frozenset())

    def of(self, e: Expr) -> frozenset[str]:
        if isinstance(e, Ref):
            return self.lines[e.name] if e.name in self.lines else frozenset((e.name,))
        if isinstance(e, Fails):
            return frozenset((e.name,))
        if isinstance(e, And):
            return frozenset().union(*(self.of(x) for x in e.args))
        if isinstance(e, Or):
            parts = [self.of(x) for x in e.args]
            return frozenset.intersection(*parts) if parts else frozenset()
        if isinstance(e, AtLeast) and e.k == len(e.args):
            return frozenset().union(*(self.of(x) for x in e.args))
        return frozenset()
