"""A variable order in which what is read together stands together: FORCE.

F. A. Aloul, I. L. Markov, K. A. Sakallah, "FORCE: a fast and easy-to-implement variable-ordering heuristic", GLSVLSI 2003. Every
group pulls its members to its centre of gravity; the order of the mean pulls is the next order. The sum of the groups' spans, which
bounds how much a diagram must remember from level to level, mostly falls within a few rounds. The best order seen is kept, the one
that was given among them, so the outcome is never worse than it by that measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from typing import Any

__all__ = ["force", "moved"]

_ROUNDS = 12
_WORTH = 0.9  # of the span: below this gain the order given is kept, as a reader knows it from the file


def force(n: int, groups: Sequence[Sequence[int]], given: Sequence[int], rounds: int = _ROUNDS) -> list[int]:
    """An order of the vertices 0..n-1, from the order `given` of all of them; groups hold two vertices or more."""
    place = [0] * n
    for i, v in enumerate(given):
        place[v] = i
    of: list[list[int]] = [[] for _ in range(n)]
    for g, members in enumerate(groups):
        for v in members:
            of[v].append(g)
    best, least = list(given), _WORTH * _span(groups, place)
    for _ in range(rounds):
        centre = [sum([place[v] for v in g]) / len(g) for g in groups]
        pull = [sum([centre[g] for g in of[v]]) / len(of[v]) if of[v] else float(place[v]) for v in range(n)]
        order = sorted(range(n), key=lambda v: (pull[v], place[v]))
        if order == best:
            break
        for i, v in enumerate(order):
            place[v] = i
        span = _span(groups, place)
        if span < least:
            best, least = order, span
    return best


def moved(order: Sequence[Any], groups: Mapping[Any, Sequence[Any]], at: Sequence[float], rounds: int = _ROUNDS) -> list[Any]:
    """`order` with what each group reads moved together. A group's head (its key) stands for what is below it: it may be read by others
    and moves along; `at` is the place in `order` where each head starts."""
    names = [*order, *groups]
    place = {name: i for i, name in enumerate(names)}
    rows = [[place[head], *(place[m] for m in members)] for head, members in groups.items()]
    start = [*range(len(order)), *at]
    given = sorted(range(len(names)), key=start.__getitem__)
    return [names[v] for v in force(len(names), [r for r in rows if len(r) > 1], given, rounds) if v < len(order)]


def _span(groups: Sequence[Sequence[int]], place: Sequence[int]) -> int:
    """How far apart the ends of each group stand, added up."""
    total = 0
    for g in groups:
        at = [place[v] for v in g]
        total += max(at) - min(at)
    return total
