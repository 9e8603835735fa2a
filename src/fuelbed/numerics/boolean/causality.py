"""Actual causality of one incident: the modified Halpern-Pearl definition (J. Halpern, IJCAI 2015).

A set X of variables with their actual values is a cause of a true statement when changing all of X, with some other variables W
held at their *actual* values, makes it false (AC2), and no part of X does (AC3). Responsibility of a variable is the largest
1 / (|X| + |W|) over the causes that hold it (after Chockler and Halpern, JAIR 22, 2004).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from fuelbed.numerics.boolean.bdd import Bdd

__all__ = ["Cause", "Causes", "actual_causes", "minimal_hitting_sets"]

Equations = Mapping[str, Callable[[Mapping[str, bool]], bool]]


@dataclass(frozen=True, slots=True)
class Cause:
    """A minimal cause and the smallest set of variables to hold while it is changed."""

    variables: frozenset[str]
    held: frozenset[str]

    @property
    def responsibility(self) -> Fraction:
        return Fraction(1, len(self.variables) + len(self.held))


@dataclass(frozen=True, slots=True)
class Causes:
    """All minimal causes found; `complete` is False where the search was cut short."""

    causes: tuple[Cause, ...]
    complete: bool

    def responsibility(self, variable: str) -> Fraction:
        return max((c.responsibility for c in self.causes if variable in c.variables), default=Fraction(0))


def actual_causes(
    actual: Mapping[str, bool],
    equations: Equations,
    target: str,
    candidates: Sequence[str],
    holdable: Sequence[str],
    budget: int = 200_000,
) -> Causes:
    """The minimal causes of `target` being as it is, by growing size of X and W.

    actual      values of the exogenous-given variables (those without an equation).
    equations   variable -> function of the other variables, in an order in which each is evaluated after what it reads.
    candidates  variables that may be causes; holdable: variables that may be held (roots need not be listed: holding them
                changes nothing).
    """
    world = _run(actual, equations, {})
    value = world[target]
    found: list[Cause] = []
    tried = 0
    for size in range(1, len(candidates) + 1):
        for xs in combinations(candidates, size):
            chosen = frozenset(xs)
            if any(c.variables < chosen for c in found):
                continue
            flipped = {x: not world[x] for x in xs}
            others = [w for w in holdable if w not in chosen and w != target]
            for held_size in range(len(others) + 1):
                hit = None
                for ws in combinations(others, held_size):
                    tried += 1
                    if _run(actual, equations, {**{w: world[w] for w in ws}, **flipped})[target] != value:
                        hit = ws
                        break
                    if tried > budget:
                        return Causes(tuple(found), complete=False)
                if hit is not None:
                    found.append(Cause(chosen, frozenset(hit)))
                    break
    return Causes(tuple(found), complete=True)


def _run(actual: Mapping[str, bool], equations: Equations, fixed: Mapping[str, bool]) -> dict[str, bool]:
    world = {**actual, **fixed}
    for name, f in equations.items():
        world[name] = fixed[name] if name in fixed else f(world)
    return world


_BERGE = 2_000  # partial hitting sets kept as plain sets; beyond, a decision diagram does it


def minimal_hitting_sets(families: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The minimal sets that meet every family: of a monotone structure, the minimal causes of an incident in which exactly
    these cut sets were active (no line can be held true to any use). C. Berge, "Hypergraphs", 1989: one family at a time."""
    rows = sorted(set(families), key=lambda r: (len(r), sorted(r)))
    found: list[frozenset[str]] = [frozenset()]
    for row in rows:
        met = [h for h in found if h & row]
        wider = {h | {x} for h in found if not h & row for x in row}
        if len(met) + len(wider) > _BERGE:
            return _by_diagram(rows)
        found = met + [w for w in wider if not any(h <= w for h in met)]
    return sorted(found, key=lambda s: (len(s), sorted(s)))


def _by_diagram(rows: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    names = sorted({x for r in rows for x in r})
    b = Bdd(len(names))
    place = {x: i for i, x in enumerate(names)}
    z, root = b.minimal_solutions(b.all_(b.any_(b.variable(place[x]) for x in r) for r in rows))
    return sorted((frozenset(names[v] for v in s) for s in z.sets(root, 10_000)), key=lambda s: (len(s), sorted(s)))
