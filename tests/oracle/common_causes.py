"""Common causes on one decision diagram: every member's event becomes the OR of the events of the subsets that hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fuelbed.numerics.boolean.bdd import Bdd
from fuelbed.numerics.boolean.common_causes import subsets

__all__ = ["Expansion", "expand"]

Group = tuple[tuple[int, ...], tuple[float, ...]]
"""The variables of the members, and the levels Q_1..Q_m; no variable is in two groups."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """Structures over the subset events.

    bdd      a new manager.
    roots    the given functions, rewritten.
    p        probability of each new variable.
    events   the members, as variables of the old manager, that each new variable stands for: one for an event outside of all
             groups and for a member's independent part, several for a common cause.
    """

    bdd: Bdd
    roots: tuple[int, ...]
    p: tuple[float, ...]
    events: tuple[tuple[int, ...], ...]

    def index(self, *members: int) -> int:
        """The new variable that stands for exactly these members."""
        return self.events.index(tuple(sorted(members)))


def expand(b: Bdd, roots: Sequence[int], p: Sequence[float], groups: Sequence[Group]) -> Expansion:
    """`p` gives the events outside of all groups (a member's own entry is replaced by its group's levels). A common cause comes just
    before its first member in the variable order. A member whose levels are all 0 can no longer fail."""
    chances = _events(b.n, p, groups)
    events = sorted(chances, key=lambda s: (s[0], -len(s), s))
    into = Bdd(len(events), 2_000_000)
    holding: dict[int, list[int]] = {}
    for i, s in enumerate(events):
        for v in s:
            holding.setdefault(v, []).append(i)
    fails = [into.any_(into.variable(i) for i in reversed(holding.get(v, ()))) for v in range(b.n)]
    new = tuple(b.compose(f, fails.__getitem__, into) for f in roots)
    return Expansion(into, new, tuple(chances[s] for s in events), tuple(events))


def _events(n: int, p: Sequence[float], groups: Sequence[Group]) -> Mapping[tuple[int, ...], float]:
    grouped = {v for members, _ in groups for v in members}
    out = {tuple(sorted(members[i] for i in s)): q for members, levels in groups for s, q in subsets(levels).items()}
    return {**out, **{(v,): p[v] for v in range(n) if v not in grouped}}
