"""The omitted intersection: the same case with common causes and without them, on the same values of every number.

`P(A and B)` is `P(A) P(B)` only where A and B are independent. A common cause of the case says `P(all fail) >= beta x min p`; with beta at 0
the members are independent. Both are rows of one compiled case, so the comparison is paired: an interval on how many times, not two intervals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from fuelbed.core.case import Case, CommonCause, Factor
from fuelbed.core.facts import Tipping
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.comparison import Bound, Comparison
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.structure import Event

__all__ = ["Intersections", "Joint", "chance_of", "cut_sets_with", "declared", "intersections", "joint_chance"]

_OUTPUTS = ("hazard", "probability", "loss")
_LISTED = 200


@dataclass(frozen=True, eq=False)
class Intersections:
    """model     the case with the common causes added.
    without   independence: neither they nor the declared ones that they stand in for.
    included  with them, paired with `without` (the ratio is how many times as much).
    given     with those that the case declares, paired the same; None where it declares none of these members together.
    instead   with them, paired with `given` (with `without` where the case declares none): what believing them changes.
    """

    model: Compiled
    without: Mapping[str, Comparison]
    included: Mapping[str, Comparison]
    given: Mapping[str, Comparison] | None
    instead: Mapping[str, Comparison]


@dataclass(frozen=True, slots=True)
class Joint:
    """The chance that all members of a group fail, inside one minimal cut set: the product of their chances, and with what they share."""

    cut: tuple[Event, ...]
    members: tuple[str, ...]
    product: Bound
    joint: Bound
    times: Bound


def intersections(case: Case, causes: Sequence[CommonCause], tipping: Tipping | None, rng: np.random.Generator) -> Intersections:
    """Compare `case` with `causes` added (over controls, names that the case does not have) to the case with their members independent."""
    stood_for = [g for g in case.common_causes if any(len(set(g.of) & set(c.of)) > 1 for c in causes)]
    model = compile_case(replace(case, common_causes=(*case.common_causes, *causes)), tipping)
    neither, only_new, only_given = _off([*stood_for, *causes]), _off(stood_for), _off(causes)
    rows = [only_new, only_given] if stood_for else [only_new]
    found = bounds(model, [neither, *rows], _OUTPUTS, rng, before=neither, chance=True)
    instead = bounds(model, [only_new], ("hazard",), rng, before=only_given)[0] if stood_for else found[1]
    return Intersections(model, found[0], found[1], found[2] if stood_for else None, instead)


def declared(case: Case, tipping: Tipping | None, rng: np.random.Generator) -> Intersections:
    """What the common causes that the case declares are worth themselves: the case against its members independent."""
    model = compile_case(case, tipping)
    neither = _off(case.common_causes)
    found = bounds(model, [neither, {}], _OUTPUTS, rng, before=neither, chance=True)
    return Intersections(model, found[0], found[1], None, found[1])


def _off(groups: Sequence[CommonCause]) -> dict[str, float]:
    """Before the incident and after it."""
    return {f"{phase}{g.name}.beta": 0.0 for g in groups for phase in ("pre:", "")}


def cut_sets_with(model: Compiled, members: Sequence[str], limit: int = _LISTED) -> list[tuple[Event, ...]]:
    """Of the smallest minimal cut sets of the failure, and of the outcomes beyond it, those that need at least two of the members."""
    known = set(members)
    tops = dict.fromkeys(model.structure.lines[n] for n in (model.case.failure, *(o.name for o in model.case.outcomes)))
    found = dict.fromkeys(cut for top in tops for cut in model.structure.cut_sets(top, limit))
    return [cut for cut in found if sum(n in known for _, n in cut) > 1]


def chance_of(factor: Factor, acts_on: str) -> Quantity | None:
    """The number that a joint failure multiplies: a control's `fails` or `broken`, a condition's `present`; None where nothing is given."""
    q = factor.present if factor.kind == "condition" else factor.fails if acts_on == "fails" else factor.broken
    return q if q is not None and q.given and factor.kind != "trigger" and q.high > 0 else None


def joint_chance(cut: tuple[Event, ...], members: tuple[str, ...], numbers: Sequence[Quantity], beta: Quantity) -> Joint:
    """`prod p` against `Q + (1 - Q) prod (p - Q)` with `Q = beta min p`, the process's own formula; how many times is exact at the ends.

    The ratio falls in every p and rises with beta while p is below 1/2 (all corners are tried where there are at most 16 of them).
    """
    ends = [sorted({q.low, q.high}) for q in (*numbers, beta)]
    middle = [q.middle for q in (*numbers, beta)]
    if sum(len(e) > 1 for e in ends) > 4:
        corners = [middle, *([e[-1 if high else 0] for e in ends[:-1]] + [b] for high in (False, True) for b in ends[-1])]
    else:
        corners = [middle, *map(list, product(*ends))]
    apart = [math.prod(x[:-1]) for x in corners]
    both = [_all_fail(x[:-1], x[-1]) for x in corners]
    times = [b / a if a > 0 else math.inf for a, b in zip(apart, both, strict=True)]
    how = "at the ends of every number"
    return Joint(cut, members, *(Bound(v[0], min(v), max(v), how) for v in (apart, both, times)))


def _all_fail(p: Sequence[float], beta: float) -> float:
    common = beta * min(p)
    return common + (1 - common) * math.prod(x - common for x in p)
