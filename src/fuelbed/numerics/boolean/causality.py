"""Actual causality of one incident: the modified Halpern-Pearl definition (J. Halpern, IJCAI 2015).

A set X of variables with their actual values is a cause of a true statement when changing all of X, with some other variables W
held at their *actual* values, makes it false (AC2), and no part of X does (AC3). Responsibility of a variable is the largest
1 / (|X| + |W|) over the causes that hold it (after Chockler and Halpern, JAIR 22, 2004).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

__all__ = ["Cause", "Causes", "actual_causes"]

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
